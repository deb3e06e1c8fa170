"""Files that strangers wrote: sizes, links, devices, bombs."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.formats.files import natural_key, read_bytes, read_text, stem_of

Make = Callable[..., Path]


def test_only_regular_files_of_a_sane_size_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_text(tmp_path / "missing")
    with pytest.raises(InputError, match="not a regular file"):
        read_text(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        read_text(tmp_path / "pipe")
    (tmp_path / "big").write_bytes(b"12345")
    with pytest.raises(InputError, match=r"the file is too large \(expected 'at most 4 bytes'\)|at most 4 bytes"):
        read_bytes(tmp_path / "big", 4)


def test_names_sort_as_people_count() -> None:
    names = ["f10", "f9", "f", "10", "9", "a/f2", "f2"]
    assert sorted(names, key=natural_key) == ["9", "10", "a/f2", "f", "f2", "f9", "f10"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a/b.c.JPEG", "b.c"), ("frame.0001", "frame.0001"), ("x.txt", "x"), (".png", ""), ("a", "a"), ("a.b/c", "c")],
)
def test_stems(name: str, stem: str) -> None:
    assert stem_of(name) == stem
