"""Traces: one concrete run as data, and its file (docs/schemas/trace.schema.json)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from vtsc import __version__
from vtsc.base.errors import BadFileError
from vtsc.base.files import write_whole
from vtsc.base.spelling import CALLED
from vtsc.evidence.places import Changed, named
from vtsc.language.actions import Call
from vtsc.language.state import Snapshot

SCHEMA = "vtsc.trace/1"
EXACT = 2**53
"""Integers beyond this are written as strings, since not every JSON reader keeps them."""

Inputs = dict[str, int | bool]


@dataclass(frozen=True)
class TraceStep:
    """One step: its call, the inputs that it used, the state after it, the design's lines that it ran."""

    call: Call
    inputs: Inputs
    state: Snapshot
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A run of a cell up to step ``hit_at`` (from 1), which violates a property or reaches a "sometimes"."""

    design: str
    host: str
    property: str
    params: dict[str, int | str]
    model_digest: str
    initial_inputs: Inputs
    initial_state: Snapshot
    steps: tuple[TraceStep, ...]
    hit_at: int
    tool: str = f"vtsc {__version__}"

    def as_json(self) -> dict[str, Any]:
        """The trace as `SCHEMA` has it."""
        return {
            "schema": SCHEMA,
            "tool": self.tool,
            "model_digest": self.model_digest,
            "design": self.design,
            "host": self.host,
            "property": self.property,
            "params": self.params,
            "initial": {"inputs": plain(self.initial_inputs), "state": plain(self.initial_state)},
            "steps": [
                {
                    "action": step.call.name,
                    "args": list(step.call.args),
                    "inputs": plain(step.inputs),
                    "state": plain(step.state),
                    "source": list(step.source),
                }
                for step in self.steps
            ],
            "violated_at": self.hit_at,
        }

    def file_name(self, changed: Changed) -> str:
        """The name of the trace's file: the cell and the parameters that were ``changed``."""
        return f"{named(f'{self.design}.{self.host}.{self.property}', changed)}.json"

    def save(self, path: Path) -> None:
        """Write the trace, as a whole or not at all."""
        write_whole(path, self.text())

    def text(self) -> str:
        """The text of the trace's file, with each key and each step on a line of its own; written once."""
        return self._text

    @cached_property
    def _text(self) -> str:
        lines = [f"{json.dumps(key)}: {_spread(value)}" for key, value in self.as_json().items()]
        return "{\n " + ",\n ".join(lines) + "\n}\n"


def _spread(value: Any) -> str:
    """A value as JSON: on one line, but for a list, whose items are on lines of their own."""
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n  " + ",\n  ".join(json.dumps(item) for item in value) + "\n ]"


def plain(value: Any) -> Any:
    """A value as trace files have it: integers beyond `EXACT` are strings."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT:
        return str(value)
    return value


class _Reader:
    """Reads the parts of a trace file, naming the place of what is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fail(self, where: str, expected: str) -> BadFileError:
        return BadFileError(f"{self._path}: {where}: expected {expected}")

    def get(self, source: Any, key: str, kind: type, where: str) -> Any:
        if not isinstance(source, dict) or key not in source:
            raise self.fail(f"{where}{key}", "it to be there")
        value = source[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(f"{where}{key}", CALLED[kind])
        return value

    def number(self, value: Any, where: str) -> int | bool:
        if isinstance(value, (bool, int)):
            return value
        if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 40:
            return int(value)
        raise self.fail(where, "an integer or a truth value")

    def inputs(self, source: Any, where: str) -> Inputs:
        values = self.get(source, "inputs", dict, where)
        return {k: self.number(v, f"{where}inputs.{k}") for k, v in values.items()}

    def state(self, source: Any, where: str) -> Snapshot:
        values = self.get(source, "state", dict, where)
        for record, fields in values.items():
            if not isinstance(fields, dict):
                raise self.fail(f"{where}state.{record}", CALLED[dict])
        return {
            r: {f: self.number(v, f"{where}state.{r}.{f}") for f, v in fields.items()}
            for r, fields in values.items()
        }

    def step(self, source: Any, number: int) -> TraceStep:
        where = f"step {number} "
        args = self.get(source, "args", list, where)
        if not all(isinstance(a, int) and not isinstance(a, bool) for a in args):
            raise self.fail(f"{where}args", "a list of integers")
        call = Call(self.get(source, "action", str, where), tuple(args))
        known = self.get(source, "source", list, where) if source.get("source") else ()
        lines = tuple(map(str, known))
        return TraceStep(call, self.inputs(source, where), self.state(source, where), lines)

    def trace(self, source: Any) -> Trace:
        if not isinstance(source, dict) or source.get("schema") != SCHEMA:
            raise self.fail("schema", SCHEMA)
        initial = self.get(source, "initial", dict, "")
        params = self.get(source, "params", dict, "")
        if not all(isinstance(v, (int, str)) for v in params.values()):
            raise self.fail("params", "integers and texts")
        steps = self.get(source, "steps", list, "")
        violated_at = self.get(source, "violated_at", int, "")
        if not 1 <= violated_at <= len(steps):
            raise self.fail("violated_at", f"a step from 1 to {len(steps)}")
        return Trace(
            design=self.get(source, "design", str, ""),
            host=self.get(source, "host", str, ""),
            property=self.get(source, "property", str, ""),
            params=params,
            model_digest=self.get(source, "model_digest", str, ""),
            initial_inputs=self.inputs(initial, "initial "),
            initial_state=self.state(initial, "initial "),
            steps=tuple(self.step(s, i) for i, s in enumerate(steps, 1)),
            hit_at=violated_at,
            tool=str(source.get("tool", "")),
        )


def load_trace(path: Path) -> Trace:
    """The trace saved at ``path``; raises `BadFileError` naming the place of an error in it."""
    try:
        source = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFileError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadFileError(f"{path}: not a trace file: {error}") from None
    return parse_trace(source, path)


def parse_trace(source: Any, path: Path) -> Trace:
    """The trace that was read from ``path``; raises `BadFileError` naming the place of an error in it."""
    return _Reader(path).trace(source)
