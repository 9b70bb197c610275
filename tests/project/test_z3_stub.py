"""The typed stub of z3 promises nothing that z3 does not have, and lacks nothing that vtsc uses."""

import ast
import builtins
import inspect
from collections.abc import Iterator

import pytest
import z3

from tests.support.paths import ROOT

STUB = ast.parse((ROOT / "stubs/z3/__init__.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
FUNCTIONS = [node for node in STUB.body if isinstance(node, ast.FunctionDef)]
CONSTANTS = [
    node.target.id
    for node in STUB.body
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
]
NAMES = sorted({*CLASSES, *CONSTANTS, *(f.name for f in FUNCTIONS)})


def methods() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every method of the stub with the name of its class."""
    for name, node in CLASSES.items():
        for member in node.body:
            if isinstance(member, ast.FunctionDef):
                yield name, member


def required(function: ast.FunctionDef) -> int:
    """How many positional arguments the stub demands of a caller."""
    arguments = function.args
    return len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)


def test_the_stub_is_read():
    """The tests below judge something: classes, functions and constants are found in the stub."""
    assert {"Solver", "SolverFor", "unsat"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_exists(name):
    """What the stub declares at top level is in the real z3."""
    assert hasattr(z3, name)


@pytest.mark.parametrize(
    ("owner", "method"), [pytest.param(o, m, id=f"{o}.{m.name}") for o, m in methods()]
)
def test_every_method_exists(owner, method):
    """A method named on a stub class is defined by the real class, not just by ``object``."""
    real = getattr(getattr(z3, owner), method.name, None)
    assert real is not None
    assert real is not getattr(object, method.name, None)
    inspect.signature(real).bind(*[None] * required(method))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.name)
def test_every_function_can_be_called_as_declared(function):
    """The real function takes the positional arguments that the stub demands."""
    inspect.signature(getattr(z3, function.name)).bind(*[None] * required(function))


@pytest.mark.parametrize("name", CLASSES)
def test_bases_are_bases(name):
    """Where the stub derives a class from another, the real class does so too."""
    for base in CLASSES[name].bases:
        parent = getattr(z3, base.id, None) or getattr(builtins, base.id)
        assert issubclass(getattr(z3, name), parent)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constants_have_their_type(name):
    """A constant of the stub is of the class the stub gives."""
    (declared,) = (
        node.annotation.id
        for node in STUB.body
        if isinstance(node, ast.AnnAssign) and node.target.id == name
    )
    assert isinstance(getattr(z3, name), getattr(z3, declared))


@pytest.mark.slow
def test_nothing_used_is_missing():
    """Every ``z3.name`` that the checker's source mentions is in the stub."""
    used = {
        node.attr
        for path in (ROOT / "vtsc").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "z3"
    }
    assert used - set(NAMES) == set()
