"""``vtsc show FILE``: pretty-print a saved run, replaying it on the way, or a saved proof."""

import argparse
import json
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, Exit, UsageError
from vtsc.commands.options import add_design
from vtsc.commands.replay import replayed
from vtsc.content.loader import load
from vtsc.evidence.replay import replay
from vtsc.report.screen import say
from vtsc.report.text.counterexample import counterexample
from vtsc.report.text.proof import proof
from vtsc.report.text.wrapping import folded

MANIFEST = "manifest.json"
PROOF = ("vtsc.evidence/", "cell")
"""The beginning of the schema of a proof's manifest, and the kind of evidence that it names."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file, and the options for how much of it is told, to a parser."""
    parser.add_argument(
        "file", metavar="FILE", help="a saved run, a saved proof, or the folder of a certificate"
    )
    add_design(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--all", action="store_true", help="tell parameters with defaults, too")
    how.add_argument("--mail", action="store_true", help="a short block for a patch mail")


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 when the file is shown.

    Raises `BadFileError` when it is not a trace of this model, or no longer shows what it did.
    """
    path = Path(arguments.file)
    manifest = _manifest(path)
    if manifest is not None:
        _show_proof(arguments, manifest)
        return Exit.OK
    case, trace, played = replayed(arguments)
    content = case.content
    if played.hit_at is None:
        done = "violated" if trace.property in content.properties else "reached"
        raise BadFileError(f"{arguments.file}: {trace.property} is no longer {done}")
    told = replay(case, trace, explain=played.observed)
    if arguments.mail:
        from vtsc.report.text.mail import of_run

        say(of_run(content, trace, told).rstrip("\n"))
        return Exit.OK
    say(folded(counterexample(content, trace, told, everything=arguments.all)))
    return Exit.OK


def _manifest(path: Path) -> dict[str, Any] | None:
    """The manifest of a saved proof; None if the file is not one and is to be read as a trace.

    Raises `BadFileError` for a folder that is not the certificate of a cell.
    """
    file = path / MANIFEST if path.is_dir() else path
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        found, why = None, "no certificate there"
    except json.JSONDecodeError as error:
        found, why = None, f"{MANIFEST}:{error.lineno}: {error.msg}"
    except (OSError, ValueError, RecursionError) as error:
        found, why = None, f"{MANIFEST}: {error}"
    else:
        why = "not the certificate of a cell; vtsc certify checks others, too"
    schema, kind = PROOF
    manifest: dict[str, Any] = found if isinstance(found, dict) else {}
    if manifest.get("kind") == kind and str(manifest.get("schema")).startswith(schema):
        return manifest
    if path.is_dir():
        raise BadFileError(f"{path}: {why}")
    return None


def _show_proof(arguments: argparse.Namespace, manifest: dict[str, Any]) -> None:
    """Print the lemmas as they were saved; ``vtsc certify`` checks whether they are a proof."""
    content = load(arguments.root, arguments.design)
    try:
        if arguments.mail:
            from vtsc.report.text.mail import of_proof

            say(of_proof(content, manifest).rstrip("\n"))
            return
        say(folded(proof(content, manifest, arguments.all)))
        cell = " ".join(manifest[key] for key in ("design", "host", "property"))
    except (KeyError, TypeError, AttributeError):
        raise BadFileError(f"{arguments.file}: not a proof that vtsc saved") from None
    except UsageError as error:
        raise BadFileError(f"{arguments.file}: not a proof of this model: {error}") from None
    say(folded(f"{cell}: PROVED when it was saved"))
