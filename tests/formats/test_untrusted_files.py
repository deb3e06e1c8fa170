"""Files that strangers wrote: sizes, links, devices, bombs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.formats.untrusted_files import read_bytes, read_text

Make = Callable[..., Path]


def test_only_regular_files_of_a_sane_size_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_text(tmp_path / "missing")
    with pytest.raises(InputError, match="this is a folder, where a file is expected"):
        read_text(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        read_text(tmp_path / "pipe")
    (tmp_path / "big").write_bytes(b"12345")
    with pytest.raises(InputError, match=r"the file is too large \(expected 'at most 4 bytes'\)|at most 4 bytes"):
        read_bytes(tmp_path / "big", 4)
