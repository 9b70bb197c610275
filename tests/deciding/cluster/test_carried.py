"""Work and its results on the way to another machine and back."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.distant import unloaded
from tests.support.faults import SMALL
from vtsc.content.case import Case
from vtsc.content.content import OwnDesign
from vtsc.content.digest import digest
from vtsc.deciding.cluster.carried import read, written
from vtsc.deciding.cluster.parcel import Parcel, packed, unpack
from vtsc.language.parameters import Settings

HERE = unloaded()
THERE = replace(HERE, root=Path("/elsewhere/place"))


def test_paths_of_the_content_are_found_where_it_is():
    """Also deep inside of what is carried, as texts and as paths; what only looks alike does not change."""
    own = OwnDesign("mine", Path("/home/mine.py"), "mine.py", "0")
    here = replace(HERE, own=own)
    there = replace(THERE, own=replace(own, path=Path("/elsewhere/own.py")))
    root = str(SMALL)
    sent = {
        "lines": ((f"{root}/model/state.py", 3), ("/home/mine.py", 4)),
        "paths": [SMALL / "model", SMALL, Path("/home/mine.py")],
        "others": [f"{root}-2/model", f"in {root}/model", "/home/mine.pyc", "", 7, Path("model")],
    }
    data, content = written(sent, here)
    assert content is here
    assert read(data, there) == {
        "lines": (("/elsewhere/place/model/state.py", 3), ("/elsewhere/own.py", 4)),
        "paths": [
            Path("/elsewhere/place/model"),
            Path("/elsewhere/place"),
            Path("/elsewhere/own.py"),
        ],
        "others": sent["others"],
    }


def test_a_content_is_named_and_not_carried():
    """Whoever reads it has one; a case comes without the machines that it has made."""
    case = Case(HERE, "barriers", "sc", Settings({}, {}))
    case.kept("much", lambda: "x" * 100_000)
    data, content = written([case, HERE])
    assert content is HERE and len(data) < 1000
    found, known = read(data, THERE)
    assert known is THERE and found.content is THERE and not found._kept
    with pytest.raises(ValueError, match="two contents"):
        written([HERE, THERE])


def test_the_same_files_make_the_same_parcel(tmp_path):
    """Wherever they are; unpacked, they are the same content; a changed byte makes another parcel."""
    archive = packed(HERE)
    unpack(archive, tmp_path)
    assert digest(tmp_path) == HERE.shipped
    assert packed(unloaded(tmp_path)) == archive
    with (tmp_path / "model/state.py").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    other = packed(unloaded(tmp_path))
    keys = {Parcel(archive, ()).key, Parcel(archive, ("vtsc",)).key, Parcel(other, ()).key}
    assert len(keys) == 3
    assert pickle.loads(pickle.dumps(Parcel(archive, ()))).key in keys
