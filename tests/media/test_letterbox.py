"""Images of several sizes in one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopviz.media import ReadOptions, open_source, to_rgb
from loopviz.media.color import BT709
from loopviz.media.letterbox import Letterbox
from loopviz.notes import Note

RED = (200, 30, 40)
PAPER = "#f4f1ea"
GROUND = (0xF4, 0xF1, 0xEA)


def save(path: Path, size: tuple[int, int]) -> None:
    Image.new("RGB", size, RED).save(path)


@pytest.mark.parametrize(
    ("size", "hole"),
    [
        pytest.param((64, 48), (0, 0, 64, 48), id="the-same"),
        pytest.param((128, 96), (0, 0, 64, 48), id="larger"),
        pytest.param((32, 24), (0, 0, 64, 48), id="smaller"),
        pytest.param((48, 48), (8, 0, 48, 48), id="square"),
        pytest.param((100, 20), (0, 18, 64, 12), id="flat"),
        pytest.param((1, 300), (30, 0, 2, 48), id="a-line"),
        pytest.param((33, 25), (0, 0, 62, 48), id="odd"),
    ],
)
def test_an_image_is_fitted_as_a_whole(tmp_path: Path, size: tuple[int, int], hole: tuple[int, ...]) -> None:
    save(tmp_path / "1.png", (64, 48))
    save(tmp_path / "2.png", size)
    save(tmp_path / "3.png", (64, 48))
    with open_source(tmp_path, options=ReadOptions(paper=PAPER)) as source:
        assert (source.info.width, source.info.height) == (64, 48)
        fitted = {"sizes": 2, "other": 1, "count": 3, "shown": "64x48", "paper": PAPER, "first": "2.png"}
        note = Note("sizes-fitted", fitted | {"size": f"{size[0]}x{size[1]}"})
        assert source.info.notes == ((note,) if size != (64, 48) else ())
        assert source.table().select("width", "height").rows()[1] == size
        rgb = to_rgb(list(source.read())[1].picture).astype(int)
    x, y, width, height = hole
    inside = np.zeros((48, 64), np.bool_)
    inside[y : y + height, x : x + width] = True
    # Chroma is interpolated across the edge; the middle of each part is not.
    assert np.abs(rgb[y + height // 2, x + width // 2] - RED).max() <= (3 if min(width, height) > 4 else 60)
    lit = np.abs(rgb - GROUND).max(axis=2) > 60
    assert np.array_equal(lit, inside)


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        pytest.param([(32, 32), (64, 48), (64, 48)], (64, 48), id="most-are-of-one-size"),
        pytest.param([(64, 48), (48, 64)], (64, 64), id="as-many-upright-as-not"),
        pytest.param([(64, 48), (64, 48), (48, 64)], (64, 48), id="one-upright"),
        pytest.param([(16, 16), (64, 48), (640, 480)], (64, 48), id="no-two-alike"),
        pytest.param([(33, 25)], (33, 25), id="a-single-image"),
    ],
)
def test_the_medians_decide(tmp_path: Path, sizes: list[tuple[int, int]], shown: tuple[int, int]) -> None:
    for index, size in enumerate(sizes):
        save(tmp_path / f"{index}.png", size)
    with open_source(tmp_path) as source:
        assert (source.info.width, source.info.height) == shown
        assert {(f.picture.width, f.picture.height) for f in source.read()} == {shown}


def test_a_picture_of_the_size_is_passed_on(make_clip) -> None:
    with open_source(make_clip()) as source:
        picture = next(source.read()).picture
        assert Letterbox((64, 48), BT709, PAPER).fit(picture) is picture


@pytest.mark.parametrize(
    ("names", "places"),
    [
        pytest.param([1, 2, 3, 4], None, id="none"),
        pytest.param([0, 10, 20, 30], None, id="every-tenth"),
        pytest.param([1, 2, 4, 5], 1, id="one"),
        pytest.param([1, 2, 4, 5, 9], 2, id="two"),
        pytest.param([7], None, id="a-single-image"),
    ],
)
def test_missing_numbers_are_said(tmp_path: Path, names: list[int], places: int | None) -> None:
    for number in names:
        save(tmp_path / f"f{number}.png", (16, 16))
    with open_source(tmp_path) as source:
        assert source.info.frames == len(names)
        note = Note("numbers-missing", {"places": places, "before": "f2.png", "after": "f4.png"})
        assert source.info.notes == ((note,) if places else ())


def test_names_of_several_kinds_have_no_gaps(tmp_path: Path) -> None:
    for name in ("a1", "a2", "b7", "cover"):
        save(tmp_path / f"{name}.png", (16, 16))
    with open_source(tmp_path) as source:
        assert source.info.notes == ()


def test_transparency_is_shown_on_paper(tmp_path: Path) -> None:
    rgba = np.zeros((32, 32, 4), np.uint8)
    rgba[..., 0], rgba[:, 16:, 3] = 200, 255
    Image.fromarray(rgba).save(tmp_path / "1.png")
    with open_source(tmp_path, options=ReadOptions(paper=PAPER)) as source:
        assert Note("on-paper", {"paper": PAPER}) in source.info.notes
        rgb = to_rgb(next(source.read()).picture).astype(int)
    assert np.abs(rgb[8, 4] - GROUND).max() <= 2
    assert np.abs(rgb[8, 28] - (200, 0, 0)).max() <= 3
