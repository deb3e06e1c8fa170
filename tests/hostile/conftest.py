"""A working folder for hostile files, and a user without a history."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_history(user_config: Path) -> None:
    pass
