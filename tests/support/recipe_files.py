"""A recipe's file that tests change."""

from questions.recipes.reading.file import read_file

WHOLE = """\
title = "two vCPUs"
want = { offsets_equal = true, agree = "10ms" }
save = ["each v: pause; KVM_GET_MSRS TSC"]
restore = [
  "each v: KVM_CREATE_VCPU; KVM_SET_MSRS TSC=saved",
  "v*: KVM_RUN",
]
"""


ARMED = WHOLE.replace("save = [", 'save = ["v0: guest: deadline = now + 1s", ')


def read(tmp_path, text):
    """The recipes of a file with that text."""
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read_file(path, "mine.toml")
