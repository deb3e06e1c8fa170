"""No test of the project room touches the user's own settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopviz.train.trainer import plugins

PACKAGE = Path(__file__).parents[1] / "toy_package"


@pytest.fixture(autouse=True)
def _no_history(user_config: Path) -> None:
    pass


@pytest.fixture
def toy_trainer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The trainer of the tests' toy package is installed."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    plugins.cache_clear()
    yield
    plugins.cache_clear()
    sys.modules.pop("toy_trainer", None)
