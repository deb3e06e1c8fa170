"""A colour profile is sRGB by what it says of itself, in every version's way of saying it, or by its primaries."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from loopviz.media import probe
from loopviz.media.icc_profile import PRIMARIES, is_srgb
from loopviz.notes import Note

NOTE = Note("profile-ignored")
P3 = {b"rXYZ": (0.5151, 0.2412, -0.0011), b"gXYZ": (0.292, 0.6922, 0.0419), b"bXYZ": (0.1571, 0.0666, 0.7841)}
ADOBE = {b"rXYZ": (0.6097, 0.3111, 0.0195), b"gXYZ": (0.2053, 0.6257, 0.0609), b"bXYZ": (0.1492, 0.0632, 0.7446)}
NOTHING: dict[bytes, tuple[float, ...]] = {}


def v2(text: str) -> bytes:
    return b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text.encode() + b"\0"


def v4(text: str) -> bytes:
    words = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words


def profile(description: bytes, primaries: dict[bytes, tuple[float, ...]]) -> bytes:
    colors = {
        name: b"XYZ " + bytes(4) + struct.pack(">3i", *(round(n * 65536) for n in p)) for name, p in primaries.items()
    }
    table, content = b"", b""
    tags = {b"desc": description, **colors, b"cprt": v2("Public Domain")}
    start = 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += struct.pack(">4sII", name, start + len(content), len(tag))
        content += tag
    return bytes(36) + b"acsp" + bytes(88) + struct.pack(">I", len(tags)) + table + content


@pytest.mark.parametrize(
    ("made", "srgb"),
    [
        pytest.param(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), True, id="littlecms"),
        pytest.param(profile(v2("sRGB IEC61966-2.1"), PRIMARIES), True, id="v2"),
        pytest.param(profile(v4("sRGB built-in"), PRIMARIES), True, id="v4"),
        pytest.param(profile(v4("sRGB_v4_ICC_preference"), NOTHING), True, id="v4-of-tables"),
        pytest.param(profile(v4("c2"), PRIMARIES), True, id="tiny"),
        pytest.param(profile(v2("Display P3"), P3), False, id="p3-v2"),
        pytest.param(profile(v4("Display P3"), P3), False, id="p3-v4"),
        pytest.param(profile(v2("Adobe RGB (1998)"), ADOBE), False, id="adobe"),
        pytest.param(profile(v4("Monitor") + b"made for sRGB", P3), False, id="srgb-elsewhere"),
        pytest.param(profile(v2("Dot Gain 20%"), NOTHING), False, id="grey"),
        pytest.param(b"sRGB", False, id="no-profile"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_profiles(tmp_path: Path, made: bytes, srgb: bool) -> None:
    assert is_srgb(made) is srgb
    if made:
        for name in ("a.png", "b.jpg", "c.webp", "d.tif"):
            Image.new("RGB", (8, 8)).save(tmp_path / name, icc_profile=made)
        assert (NOTE in probe(tmp_path).notes) is not srgb


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_damaged_profile_is_none(noise: bytes, cut: int) -> None:
    whole = profile(v4("Display P3"), P3)
    assert is_srgb(whole[:128] + noise) in (True, False)
    assert is_srgb(whole[:cut]) is False
