"""The public face: some fifty names, each there, typed, with words of its own."""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import loopviz

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", sorted(set(loopviz.__all__) - {"__version__"}))
def test_a_public_name_is_there_and_documented(name: str):
    thing = getattr(loopviz, name)
    assert thing is getattr(loopviz, name)
    assert inspect.getdoc(thing)
    assert name in dir(loopviz)
    if inspect.isfunction(thing):
        signature = inspect.signature(thing)
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())


def test_what_a_type_checker_sees_is_what_is_imported():
    tree = ast.parse((ROOT / "src" / "loopviz" / "__init__.py").read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == loopviz._HOME
    assert set(loopviz.__all__) == {*seen, "__version__"}


def functions() -> dict[str, Callable[..., object]]:
    """Public functions, and what a project can be asked for."""
    names = {name: getattr(loopviz, name) for name in loopviz.__all__ if inspect.isfunction(getattr(loopviz, name))}
    asked = {f"Project.{name}": thing for name, thing in vars(loopviz.Project).items() if not name.startswith("_")}
    return names | {name: getattr(thing, "fget", thing) for name, thing in asked.items()}


def classes(hint: object) -> Iterator[type]:
    """The classes of this package that a type is made of."""
    if inspect.isclass(hint) and hint.__module__.startswith("loopviz."):
        yield hint
    for part in get_args(hint):
        yield from classes(part)


@pytest.mark.parametrize("name", sorted(functions()))
def test_what_a_public_function_takes_and_returns_is_public(name: str):
    met = {kind for hint in get_type_hints(functions()[name]).values() for kind in classes(hint)}
    assert {kind.__name__ for kind in met} <= set(loopviz.__all__)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'loopviz' has no attribute 'rnder'"):
        loopviz.rnder  # noqa: B018


def test_the_version_is_the_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert loopviz.__version__ == project["version"]
