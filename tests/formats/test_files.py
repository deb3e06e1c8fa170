"""Files that strangers wrote: sizes, links, devices, bombs."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.files import image_size, natural_key, read_bytes, read_text, stem_of

Make = Callable[..., Path]


def png_claiming(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT"
        + bytes(8)
    )


def test_a_size_is_read_from_the_header_alone(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png_claiming(12_000, 10_000))
    assert image_size(tmp_path / "a.png") == (12_000, 10_000)


def test_a_picture_that_is_turned_when_shown_has_its_shown_size(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 48)).save(tmp_path / "a.jpg", exif=exif)
    assert image_size(tmp_path / "a.jpg") == (48, 64)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "not a picture that can be read", id="empty"),
        pytest.param(b"hello", "not a picture that can be read", id="text"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture that can be read", id="EPS"),
        pytest.param(png_claiming(10**6, 2), "the picture claims an absurd size (found '1000000x2').", id="a long one"),
        pytest.param(
            png_claiming(90_000, 90_000), "the picture claims an absurd size. Replace or remove it.", id="a bomb"
        ),
        pytest.param(png_claiming(0, 2), "", id="no width"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(InputError) as caught:
        image_size(tmp_path / "a.png")
    assert str(caught.value).startswith(f"{tmp_path}/a.png: {message}")


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
