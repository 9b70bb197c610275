"""The cache: what is damaged or stands under another name counts as absent."""

import json

import pytest

from vtsc.base.cache import cache_folder, keep_sealed, recalled_sealed


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    """A cache for each test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_a_sealed_value_counts_under_its_own_name_alone():
    """An entry that is copied over another one is not taken for it."""
    keep_sealed("decided/one.json", ["sound"])
    keep_sealed("decided/other.json", ["violated"])
    folder = cache_folder() / "decided"
    (folder / "other.json").write_bytes((folder / "one.json").read_bytes())
    assert recalled_sealed("decided/one.json") == ["sound"]
    assert recalled_sealed("decided/other.json") is None


@pytest.mark.parametrize("change", ["value", "seal", "more", "less"])
def test_a_changed_entry_does_not_count(change):
    """Whatever is changed in it."""
    keep_sealed("one.json", {"n": 1})
    path = cache_folder() / "one.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    if change == "value":
        found["kept"]["n"] = 2
    elif change == "seal":
        found["seal"] = found["seal"][::-1]
    elif change == "more":
        found["extra"] = 1
    else:
        del found["seal"]
    path.write_text(json.dumps(found), encoding="utf-8")
    assert recalled_sealed("one.json") is None
