"""Files of label formats, as a test writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Write:
    """Return what writes a file of the set, as JSON unless it is a text, and returns the set's folder."""

    def written(name: str, content: Any) -> Path:
        file = tmp_path / "set" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return tmp_path / "set"

    return written
