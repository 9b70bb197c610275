"""A plug-in for pytest: with ``--vtsc``, each cell of a manifest is a test.

pytest loads this module in each of its runs wherever vtsc is installed. So it imports nothing of vtsc, and no
solver, unless a run asks for cells.
"""

import pytest

MANIFEST = "checks.toml"
CELLS = "vtsc-cells"
"""The name under which the plug-in that collects cells is registered."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("vtsc", "cells of vtsc")
    said = f"make a test of each cell of a manifest, by default {MANIFEST}"
    group.addoption("--vtsc", action="store_true", help=said)
    said = "the manifest; implies --vtsc"
    group.addoption("--vtsc-manifest", metavar="FILE", help=said)
    said = "where model and properties are; default: as for vtsc gate"
    group.addoption("--vtsc-root", metavar="DIR", help=said)


def pytest_configure(config: pytest.Config) -> None:
    """Register what collects cells, where they are asked for."""
    named = config.getoption("--vtsc-manifest")
    if named is None and not config.getoption("--vtsc"):
        return
    from vtsc.pytest_cells import Cells

    here, root = config.invocation_params.dir, config.rootpath
    places = [here / (named or MANIFEST), *([] if named else [root / MANIFEST])]
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise pytest.UsageError(f"vtsc: {places[0]}: not there; it lists the cells to decide")
    cells = Cells(found.resolve(), config.getoption("--vtsc-root"))
    config.pluginmanager.register(cells, CELLS)
    cells.add_to(config.args)
