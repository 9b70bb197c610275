"""Answers of the content's own questions, which the gate remembers while nothing changes."""

import json
from pathlib import Path

from vtsc.base.cache import cache_folder
from vtsc.base.errors import Exit
from vtsc.base.parallel import Workers
from vtsc.commands.asking import Asking
from vtsc.content.questions import Answer, Question


def test_an_answer_is_remembered_until_something_changes(monkeypatch, tmp_path):
    """Neither for other sources, another text or expectation, nor where the entry is not as it was kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = Answer("holds", Exit.OK)
    other = Answer("fails", Exit.VIOLATED)

    def asked(
        answer: Answer, rests_on: str = "rules", text: str = "text", expected: str = "holds"
    ) -> str:
        question = Question("recipe", "one", expected, lambda: answer, 1, text)
        (given,) = Asking(None, rests_on, 1).answers([question])
        return given.answer.found

    assert asked(found) == "holds"
    assert asked(other) == "holds"
    assert asked(other, rests_on="rules of today") == "fails"
    assert asked(other, text="another text") == "fails"
    assert asked(other, expected="fails") == "fails"
    (path,) = (Path(cache_folder() or "") / "answers").iterdir()
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept.replace("holds", "HOLDS"), encoding="utf-8")
    assert asked(other) == "fails"
    path.write_text(json.dumps(json.loads(kept)["kept"]), encoding="utf-8")
    assert asked(other) == "fails"


def test_no_process_is_begun_for_what_is_remembered(monkeypatch, tmp_path):
    """It is told as begun and done all the same; the modules that others need are loaded beforehand."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    loaded, processes, told = [], [], []
    begin = Workers.begin

    def counted(workers, run, item):
        processes.append(item.name)
        return begin(workers, run, item)

    def load(module):
        loaded.append(module)
        raise ImportError(module)

    def question(name: str, rests_on: str) -> Question:
        answer = Answer("holds", Exit.OK)
        modules = (f"of.{name}", "of.both")
        return Question("recipe", name, "holds", lambda: answer, 1, rests_on, modules=modules)

    monkeypatch.setattr(Workers, "begin", counted)
    monkeypatch.setattr("vtsc.commands.asking.import_module", load)
    asking = Asking(
        None,
        "rules",
        1,
        lambda q: told.append(f"begun {q.name}"),
        lambda a: told.append(a.question.name),
    )
    asking.answers([question("one", "text")])
    assert (loaded, processes) == (["of.one", "of.both"], ["one"])
    loaded.clear(), processes.clear(), told.clear()
    found = asking.answers([question("two", "other"), question("one", "text")])
    assert [(each.question.name, each.answer.found) for each in found] == [
        ("two", "holds"),
        ("one", "holds"),
    ]
    assert (loaded, processes) == (["of.two", "of.both"], ["two"])
    assert sorted(told) == ["begun one", "begun two", "one", "two"]
