"""A model that remembers anything outside of its state is refused."""

import importlib
from types import SimpleNamespace

import pytest
from vtsc.symbolic.hidden_state import Memory

from tests.support.toys import Bad, Toy, act, always, nothing
from vtsc.base.errors import BadFileError
from vtsc.solver.feasibility import SolverFeasibility
from vtsc.system.builder import build

SEEN = []
COUNTS = {"looks": 0}


class Noting(Toy):
    """A toy that can be made to remember."""

    on_class = 0


def _in_object(toy):
    toy.note = 1


def _in_class(toy):
    Noting.on_class = Noting.on_class + 1


def _in_list(toy):
    SEEN.append(1)


def _in_dict(toy):
    COUNTS["looks"] += 1


@pytest.mark.parametrize(
    ("remember", "where"),
    [
        (_in_object, "Noting.note"),
        (_in_class, "tests.symbolic.test_hidden_state.Noting.on_class"),
        (_in_list, "tests.symbolic.test_hidden_state.SEEN"),
        (_in_dict, "tests.symbolic.test_hidden_state.COUNTS"),
    ],
)
def test_what_is_kept_elsewhere_is_refused(remember, where):
    """In an attribute, a class, a list, a dict: it would depend on the order of exploration."""
    toy = Noting(nothing, [])
    toy.actions = [act("look", always, lambda *_: bool(remember(toy)))]
    with pytest.raises(BadFileError, match=f"the model stores into {where} while it runs"):
        build(toy, [Bad()], SolverFeasibility)


def test_a_monitor_is_watched_too():
    """Its own state is in its ghosts."""

    class Counting(Bad):
        """It counts what it sees."""

        def observe(self, machine, state, ghosts, step):
            self.count = getattr(self, "count", 0) + 1
            return False

    toy = Noting(nothing, [act("look", always, lambda *_: False)])
    with pytest.raises(BadFileError, match=r"Counting\.count"):
        build(toy, [Counting()], SolverFeasibility)


def test_what_stays_as_it_is_is_no_matter():
    """Whatever it is, and however often it is looked at."""
    memory = Memory([Noting(nothing, []), SimpleNamespace()])
    memory.check()
    memory.check()


def test_a_module_that_is_loaded_meanwhile_is_no_matter(tmp_path, monkeypatch):
    """Nor that its package knows it from then on."""
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "__init__.py").write_text("class Machine: pass\n", encoding="utf-8")
    (folder / "late.py").write_text("SEEN = []\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    memory = Memory([importlib.import_module("pack").Machine()])
    importlib.import_module("pack.late")
    memory.check()
