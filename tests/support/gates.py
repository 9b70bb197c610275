"""Manifests of one cell, and where a gate remembers it."""

ONE = (
    '[[check]]\ndesign = "{}"\nhost = "{}"\nproperty = "bounded_lag"\nset.vcpus = 2\nexpect = {}\n'
)
VIOLATED, PROVED = ONE.format("pre25", "slow", 5), ONE.format("pre25", "stable", '"holds"')


def remembered(tmp_path):
    """The one file in which a case is remembered."""
    (path,) = (tmp_path / "cache" / "vtsc" / "decided").iterdir()
    return path
