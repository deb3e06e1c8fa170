"""No test of the project room touches the user's own settings."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_history(user_config: Path) -> None:
    pass
