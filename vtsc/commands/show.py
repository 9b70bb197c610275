"""``vtsc show FILE``: pretty-print a saved run, replaying it on the way, or a saved proof."""

import argparse
import json
from pathlib import Path
from typing import Any

from vtsc.base.errors import BadFileError, Exit, UsageError
from vtsc.base.files import check_writable, write_whole
from vtsc.commands.options import add_design
from vtsc.commands.replay import replayed
from vtsc.content.case import Case
from vtsc.content.loader import load
from vtsc.evidence.replay import replay
from vtsc.evidence.trace import Trace
from vtsc.native.interpreter import Run
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
    pictures = parser.add_argument_group("pictures of a saved run, in place of the text")
    pictures.add_argument("--html", metavar="OUT", help="one page to step through, without network")
    pictures.add_argument("--svg", metavar="OUT", help="the lanes alone, for documents")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--all", action="store_true", help="tell parameters with defaults, too")
    how.add_argument("--mail", action="store_true", help="a short block for a patch mail")


def run(arguments: argparse.Namespace) -> Exit:
    """Return 0 when the file is shown.

    Raises `BadFileError` when it is not a trace of this model, or no longer shows what it did.
    """
    path = Path(arguments.file)
    manifest = _manifest(path)
    _check_pictures(arguments, manifest is not None)
    if manifest is not None:
        _show_proof(arguments, manifest)
        return Exit.OK
    case, trace, played = replayed(arguments)
    content = case.content
    if played.hit_at is None:
        done = "violated" if trace.property in content.properties else "reached"
        raise BadFileError(f"{arguments.file}: {trace.property} is no longer {done}")
    told = replay(case, trace, explain=played.observed)
    if arguments.html or arguments.svg:
        _draw(arguments, case, trace, told)
    elif arguments.mail:
        from vtsc.report.text.mail import of_run

        say(of_run(content, trace, told).rstrip("\n"))
    else:
        say(folded(counterexample(content, trace, told, everything=arguments.all)))
    return Exit.OK


def _check_pictures(arguments: argparse.Namespace, is_proof: bool) -> None:
    """Raise `UsageError` where pictures are asked for that cannot be drawn or written."""
    taken = {Path(arguments.file).resolve(): "the file that is shown"}
    for option, out in (("--html", arguments.html), ("--svg", arguments.svg)):
        if out is None:
            continue
        if arguments.all or arguments.mail:
            raise UsageError(
                f"{option}: a picture takes the place of the text, so neither --all nor --mail"
            )
        if is_proof:
            raise UsageError(f"{option} draws a saved run; {arguments.file} is a saved proof")
        path = Path(out)
        if path.resolve() in taken:
            raise UsageError(f"{option} {out}: that is {taken[path.resolve()]}")
        check_writable(path)
        taken[path.resolve()] = f"the file for {option}"


def _draw(arguments: argparse.Namespace, case: Case, trace: Trace, run: Run) -> None:
    """Write the pictures that are asked for, and say so in one line that ends in the verdict."""
    from vtsc.report.picture.html import html
    from vtsc.report.picture.scene import scene
    from vtsc.report.picture.svg import svg

    drawn = scene(case, trace, run)
    made = {arguments.html: html, arguments.svg: svg}
    texts = {out: draw(drawn) for out, draw in made.items() if out is not None}
    for out, text in texts.items():
        write_whole(Path(out), text)
    cell = f"{trace.design} {trace.host} {trace.property}: {drawn.verdict}"
    say(f"wrote {' and '.join(texts)}\n{cell}")


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
