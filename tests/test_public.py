"""The public face: some thirty names, each there, typed, with words of its own."""

from __future__ import annotations

import ast
import inspect
import tomllib
from pathlib import Path

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


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'loopviz' has no attribute 'rnder'"):
        loopviz.rnder  # noqa: B018


def test_the_version_is_the_packages():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert loopviz.__version__ == project["version"]
