"""A picture's size from its header: what is plain, what Pillow is asked about, what is refused."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.formats.picture_size import HEAD, image_size, plain_size


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
        pytest.param(
            png_claiming(10**6, 2),
            "the picture's header gives an impossible size (found '1000000x2').",
            id="a long one",
        ),
        pytest.param(
            png_claiming(90_000, 90_000),
            "the picture's header gives an impossible size (found '90000x90000').",
            id="a bomb",
        ),
        pytest.param(png_claiming(0, 2), "", id="no width"),
    ],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(InputError) as caught:
        image_size(tmp_path / "a.png")
    assert str(caught.value).startswith(f"{tmp_path}/a.png: {message}")


@pytest.mark.parametrize(
    ("name", "options", "plain"),
    [
        pytest.param("a.png", {}, True, id="PNG"),
        pytest.param("a.jpg", {}, True, id="JPEG"),
        pytest.param("a.jpg", {"progressive": True, "comment": b"hello"}, True, id="progressive JPEG with a comment"),
        pytest.param("a.jpg", {"icc_profile": bytes(2 * HEAD)}, False, id="JPEG whose size stands late"),
        pytest.param("a.jpg", {"exif": Image.Exif().tobytes()}, False, id="JPEG with EXIF"),
        pytest.param("a.bmp", {}, False, id="BMP"),
        pytest.param("a.tif", {}, False, id="TIFF"),
        pytest.param("a.webp", {}, False, id="WebP"),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_size_is_what_pillow_says(tmp_path: Path, name: str, options: dict[str, Any], plain: bool, mode: str) -> None:
    Image.new(mode, (53, 37)).save(tmp_path / name, **options)
    assert image_size(tmp_path / name) == (53, 37)
    assert plain_size((tmp_path / name).read_bytes()[:HEAD]) == ((53, 37) if plain else None)


@pytest.mark.parametrize("cut", [0, 2, 3, 10, 20, 24, 30, 100, 157])
@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_half_a_header_is_not_plain(tmp_path: Path, name: str, cut: int) -> None:
    Image.new("RGB", (53, 37)).save(tmp_path / name)
    assert plain_size((tmp_path / name).read_bytes()[:cut]) in (
        None,
        *(((53, 37),) if name == "a.png" and cut > 32 else ()),
    )


def test_a_png_whose_header_is_damaged_is_refused(tmp_path: Path) -> None:
    damaged = bytearray(png_claiming(64, 48))
    damaged[18] ^= 1
    (tmp_path / "a.png").write_bytes(damaged)
    with pytest.raises(InputError, match="not a picture that can be read"):
        image_size(tmp_path / "a.png")
