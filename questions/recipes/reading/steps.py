"""Reads a line of a section: WHO ':' CALL, and further calls after ';'."""

import re
from collections.abc import Mapping
from dataclasses import replace

from questions.recipes.reading.calls import (
    ACTS,
    CALLS,
    EITHER,
    ERRORS,
    GUEST_ACTS,
    ONLY_TIME,
    VCPU,
    VM,
    Known,
)
from questions.recipes.reading.tree import Delay, Mistake, Step, Timed
from questions.recipes.reading.values import Tokens, delay, value, vcpu
from questions.recipes.script import Call, Literal, Saved, Value
from vtsc.base.spelling import near

WHO = '"vm", a vCPU such as "v0", a list "v0,v2", "v*", "each v" or "threads v"'
FORM = f'a step is WHO ":" CALL {{";" CALL}}, where WHO is {WHO}'
SEE = "docs/recipes.md"


def read_step(text: str, line: int, vcpus: int, named: Mapping[str, Delay]) -> Step:
    """The step of a line; raises `Mistake`."""
    who, colon, rest = text.partition(":")
    if not colon or not rest.strip():
        raise Mistake(f"{text!r}: {FORM}")
    manner, group = _who(who.strip(), vcpus)
    parts = [part.strip() for part in rest.split(";")]
    if "" in parts:
        raise Mistake(f"{text!r}: expected a call before and after each ';'")
    calls = tuple(_timed(part, manner, named) for part in parts)
    return Step(manner, group, calls, text, line)


def _who(text: str, vcpus: int) -> tuple[str, tuple[int, ...]]:
    """How the calls follow each other, and the vCPUs that make them."""
    every = tuple(range(vcpus))
    whole = {
        "vm": ("vm", ()),
        "v*": ("rows", every),
        "each v": ("each", every),
        "threads v": ("threads", every),
    }
    if text in whole:
        return whole[text]
    manner, names = "rows", text
    for word in ("each", "threads"):
        if text.startswith(f"{word} "):
            manner, names = word, text.removeprefix(word)
    group = tuple(_one(name.strip(), text) for name in names.split(","))
    for number in group:
        if number >= vcpus:
            raise Mistake(
                f"{text}: there is no v{number}: the recipe has vcpus = {vcpus}, from v0 on"
            )
    if len(set(group)) < len(group):
        raise Mistake(f"{text}: a vCPU is named twice")
    return manner, group


def _one(name: str, text: str) -> int:
    if not re.fullmatch(r"v[0-9]{1,2}", name):
        raise Mistake(f"{text}: expected {WHO}")
    return vcpu(Tokens(name))


def _timed(text: str, manner: str, named: Mapping[str, Delay]) -> Timed:
    """One call of a step, or a wait."""
    if text.split()[0] == "wait":
        return Timed(Call("wait"), delay(text.removeprefix("wait").strip(), named))
    return Timed(_call(text, manner))


def _call(text: str, manner: str) -> Call:
    tokens = Tokens(text)
    name = tokens.word("a call such as KVM_RUN")
    if name == "guest":
        return _needs_vcpu(_guest(tokens), manner, text)
    if name in ACTS:
        _end(tokens, "nothing more")
        return _needs_vcpu(Call(name), manner, text)
    if name in ONLY_TIME:
        found = _rest(Call(name), tokens)
    elif name in CALLS:
        found = _rest(_fields(name, tokens), tokens)
    else:
        known = [*CALLS, *ONLY_TIME, *ACTS]
        raise Mistake(f"{text!r}: unknown call {name}: {near(name, known, SEE)}")
    return _on(found, manner, text)


def _guest(tokens: Tokens) -> Call:
    """What the guest does: ``guest: deadline = VALUE``."""
    tokens.accept(":")
    name = tokens.word(f"what the guest writes: {', '.join(GUEST_ACTS)}")
    if name not in GUEST_ACTS:
        raise Mistake(f"{tokens.text!r}: unknown act {name}: {near(name, list(GUEST_ACTS))}")
    tokens.need("=", f"after {name}")
    written = value(tokens)
    _end(tokens, "the end of the value, or ';'")
    return Call("guest", ((name, written),))


def _needs_vcpu(call: Call, manner: str, text: str) -> Call:
    if manner == "vm":
        raise Mistake(
            f"{text!r}: {call.name} is of a vCPU; expected who: v0, v*, each v or threads v"
        )
    return call


def _fields(name: str, tokens: Tokens) -> Call:
    """The fields that a call reads or writes."""
    known = CALLS[name]
    if known.reads:
        return Call(name, tuple((field, None) for field in _read_names(name, known, tokens)))
    sets: list[tuple[str, Value]] = []
    while tokens.kind() == "word" and tokens.peek(1) == "=" and tokens.peek() != "on":
        field = _field(name, known.sets, tokens)
        tokens.need("=", f"after {field}")
        if field in dict(sets):
            raise Mistake(f"{tokens.text!r}: {field} is there twice")
        sets.append((field, value(tokens)))
        if name == "KVM_SET_TSC_KHZ" and not _is_rate(sets[-1][1]):
            raise Mistake(f"{tokens.text!r}: khz: expected a number of at most 32 bits, or saved")
    for field in known.needs:
        if field not in dict(sets):
            raise Mistake(f"{tokens.text!r}: expected {field}=VALUE")
    if name == "KVM_SET_MSRS" and not sets:
        raise Mistake(f"{tokens.text!r}: expected an MSR, such as TSC=saved")
    return Call(name, tuple(sets))


def _is_rate(given: Value) -> bool:
    """Whether a value can be a rate in kHz: what is computed may be any number."""
    return isinstance(given, Saved) or (isinstance(given, Literal) and given.value < 1 << 32)


def _read_names(name: str, known: Known, tokens: Tokens) -> tuple[str, ...]:
    reads: list[str] = []
    while tokens.kind() == "word" and tokens.peek() != "as" and tokens.peek(1) != "=":
        reads.append(_field(name, known.reads, tokens))
    if not reads:
        raise Mistake(f"{tokens.text!r}: expected what it reads: {', '.join(known.reads)}")
    return tuple(reads)


def _field(name: str, known: tuple[str, ...], tokens: Tokens) -> str:
    field = tokens.word("a field")
    if field not in known:
        what = f"has no field {field}"
        raise Mistake(
            f"{tokens.text!r}: {name} {what}{': ' if known else ''}{_which(field, known)}"
        )
    return field


def _which(field: str, known: tuple[str, ...]) -> str:
    return near(field, list(known), SEE) if known else "and no others"


def _rest(call: Call, tokens: Tokens) -> Call:
    """What may follow the fields: ``as NAME``, ``on=vm``, ``-> ERRNO``, each once and in this order."""
    if call.name == "KVM_GET_CLOCK" and tokens.accept("as"):
        call = replace(call, into=tokens.word("a name for what is read"))
    if tokens.peek() == "on" and tokens.peek(1) == "=":
        tokens.take()
        tokens.take()
        place = tokens.word("vm or vcpu")
        if place not in (VM, VCPU):
            raise Mistake(f"{tokens.text!r}: on={place}: expected on=vm or on=vcpu")
        call = replace(call, on=place)
    if tokens.accept("->"):
        error = tokens.word("an errno such as EINVAL")
        if error not in ERRORS:
            raise Mistake(f"{tokens.text!r}: unknown errno {error}: {near(error, list(ERRORS))}")
        call = replace(call, errno=error)
    _end(tokens, _follows(call))
    return call


def _follows(call: Call) -> str:
    """What may come after a call's fields."""
    field = "FIELD=VALUE, " if call.name in CALLS and CALLS[call.name].sets else ""
    return f"{field}{'as NAME, ' if call.name == 'KVM_GET_CLOCK' else ''}on=vm, -> ERRNO, or ';'"


def _end(tokens: Tokens, expected: str) -> None:
    if tokens.peek():
        raise tokens.wrong(expected)


def _on(call: Call, manner: str, text: str) -> Call:
    """The call, once its file descriptor is known to be the right one, or is said to be another."""
    of = CALLS[call.name].of if call.name in CALLS else ONLY_TIME[call.name]
    usual = VM if manner == "vm" else VCPU
    if of in (EITHER, usual):
        return call
    if of == VCPU:
        raise Mistake(
            f"{text!r}: {call.name} is a call of a vCPU; expected who: v0, v*, each v or threads v, "
            "and on=vm after the fields where a VMM really makes it on the VM"
        )
    raise Mistake(f'{text!r}: {call.name} is a call of the VM; expected "vm:" before it')
