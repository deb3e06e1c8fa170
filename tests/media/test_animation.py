"""An animated image is a video when it is the source, with its own times."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import ConfigError, DamagedError, InputError
from loopviz.media import ReadOptions, open_source, probe, to_rgb
from loopviz.media.animation import WebpSource, moving
from loopviz.notes import Note

TIMES = [100, 200, 100, 50, 150]
COLORS = [(40 * n, 30, 220 - 40 * n) for n in range(5)]


def animation(path: Path, durations: list[int] = TIMES, mode: str = "RGB", **more: Any) -> Path:
    """Pictures of one colour each; with alpha the right half is transparent."""
    pages = []
    for color in COLORS[: len(durations)]:
        page = Image.new("RGB", (60, 40), color).convert(mode)
        if mode == "RGBA":
            page.paste((0, 0, 0, 0), (30, 0, 60, 40))
        pages.append(page)
    pages[0].save(path, save_all=True, append_images=pages[1:], duration=durations, **more)
    return path


def left_and_right(source: Any) -> list[tuple[Any, Any]]:
    shown = [to_rgb(frame.picture) for frame in source.read()]
    return [(rgb[20, 10].astype(int), rgb[20, 50].astype(int)) for rgb in shown]


def close(one: Any, other: Any) -> bool:
    return bool(np.abs(np.subtract(one, other)).max() <= 5)


@pytest.mark.parametrize("name", ["a.webp", "a.png", "a.apng", "a.gif"])
def test_it_has_its_frames_and_its_times(tmp_path: Path, name: str) -> None:
    more = {"lossless": True} if name == "a.webp" else {"format": "PNG"} if name == "a.apng" else {}
    with open_source(animation(tmp_path / name, **more)) as source:
        info = source.info
        assert (info.kind, info.frames, info.width, info.height) == ("video", 5, 60, 40)
        assert info.variable_frame_rate
        assert info.duration_seconds == pytest.approx(0.6, abs=0.06)  # a GIF's last picture has no end
        seconds = [float((pts - source.pts[0]) * info.time_base) for pts in source.pts]
        assert seconds == pytest.approx([0, 0.1, 0.3, 0.4, 0.45])
        for (left, right), color in zip(left_and_right(source), COLORS, strict=True):
            assert close(left, color)
            assert close(right, color)
        assert source.table()["file"].to_list() == [None] * 5
        for index in random.Random(3).sample(range(5), 5):  # noqa: S311
            frame = next(source.read(index, index + 1))
            assert (frame.index, frame.pts) == (index, source.pts[index])
            assert close(to_rgb(frame.picture)[20, 10].astype(int), COLORS[index])


@pytest.mark.parametrize("name", ["a.webp", "a.png"])
def test_transparent_parts_stand_on_paper(tmp_path: Path, name: str) -> None:
    path = animation(tmp_path / name, mode="RGBA", **({"lossless": True} if name == "a.webp" else {}))
    if name == "a.webp":
        content = bytearray(path.read_bytes())
        content[20] |= 0x10  # the flag that it is transparent, which libwebp's encoder forgets
        path.write_bytes(content)
    with open_source(path, options=ReadOptions(paper="#20c040")) as source:
        assert Note("on-paper", {"paper": "#20c040"}) in source.info.notes
        for (left, right), color in zip(left_and_right(source), COLORS, strict=True):
            assert close(left, color)
            assert close(right, (0x20, 0xC0, 0x40))


def test_even_times_are_a_rate(tmp_path: Path) -> None:
    info = probe(animation(tmp_path / "a.webp", [40] * 5))
    assert (info.frame_rate, info.variable_frame_rate) == (Fraction(25), False)


def test_no_duration_is_shown_as_browsers_do(tmp_path: Path) -> None:
    with open_source(animation(tmp_path / "a.webp", [100, 0, 100])) as source:
        assert source.pts.tolist() == [0, 100, 200]
        assert Note("timeless-pictures", {"milliseconds": 100}) in source.info.notes


def test_stills_do_not_move(tmp_path: Path) -> None:
    for name in ("a.png", "b.webp", "c.jpg"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
        assert moving(tmp_path / name) is None
        assert probe(tmp_path / name).kind == "images"
    Image.new("RGBA", (8, 8)).save(tmp_path / "d.webp", exif=b"Exif\0\0")  # VP8X, and no movement
    assert moving(tmp_path / "d.webp") is None
    assert moving(tmp_path / "none.webp") is None


def test_it_has_times_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a video has its own times"):
        open_source(animation(tmp_path / "a.webp"), frame_rate=Fraction(10))


def test_it_crosses_to_another_process(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp")
    with open_source(path) as source, pickle.loads(pickle.dumps(source)) as again:  # noqa: S301
        assert isinstance(again, WebpSource)
        assert (again.info, again.fingerprint()) == (source.info, source.fingerprint())
        path.write_bytes(path.read_bytes() + b"x")
        with pytest.raises(InputError, match="was changed"):
            source.check_unchanged()


def test_a_damaged_picture_and_what_leans_on_it(tmp_path: Path) -> None:
    path = animation(tmp_path / "a.webp", lossless=True)
    content = bytearray(path.read_bytes())
    place = [at for at in range(len(content)) if content[at : at + 4] == b"ANMF"][3]
    size = int.from_bytes(content[place + 4 : place + 8], "little")
    content[place + 40 : place + 8 + size] = b"\xff" * (size - 32)
    path.write_bytes(content)
    with open_source(path) as source:
        assert len(list(source.read(0, 3))) == 3
        with pytest.raises(DamagedError):
            list(source.read(3))
        assert len(list(source.read(0, 3))) == 3
    with open_source(path, options=ReadOptions(damage="mend")) as source:
        assert source.damaged == (3, 4)
        assert [close(left, COLORS[min(n, 2)]) for n, (left, _) in enumerate(left_and_right(source))] == [True] * 5
