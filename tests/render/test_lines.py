"""How far lines stand out from the picture beside them, measured on what is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from support import box, changed_theme, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.media import ColorTags
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.render.compositor import Compositor, compositor_of
from loopviz.render.pictures import pictures_of
from loopviz.scene import build_scene
from loopviz.scene.casings import VISIBLE
from loopviz.scene.marks import Mark
from loopviz.scene.style import OKABE_ITO
from loopviz.schema import table

BT709 = ColorTags("bt709", False, 1, 1, 1)
ROOT = Path(__file__).parents[2]
PLAIN = ("scrim", "panel", "timeline", "plates")
Rgb = npt.NDArray[np.uint8]


def luminance(pixels: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """WCAG 2.2, of red, green and blue in the last axis."""
    share = pixels / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def least_contrast(line: npt.NDArray[np.float64], ground: npt.NDArray[np.float64]) -> float:
    """The least, along a line, of the greatest contrast that a part of it has with the picture beside it.

    Args:
        line: ``(places, parts)`` luminances across the line and its casing.
        ground: ``(places,)`` luminances of the picture.
    """
    low, high = np.minimum(line, ground[:, None]), np.maximum(line, ground[:, None])
    return float(((high + 0.05) / (low + 0.05)).max(axis=1).min())


def grey(width: int, height: int, values: npt.NDArray[np.float64]) -> av.VideoFrame:
    rgb = np.broadcast_to(values[:, None, None], (height, width, 3)).astype(np.uint8)
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    picture = picture.reformat(format="yuv420p", dst_colorspace="ITU709")
    picture.colorspace, picture.color_range, picture.color_primaries, picture.color_trc = 1, 1, 1, 1
    return picture


def rgb(picture: av.VideoFrame) -> Rgb:
    return picture.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()


def column(size: tuple[int, int], color: int) -> Dataset:
    """A box of one of the palette's colours, nearly as high as the picture."""
    width, height = size
    edges = box(0.2 * width + color, 0.02 * height, 0.8 * width, 0.98 * height)  # at even pixels, and at odd ones
    plain = make_dataset(frames=1, size=size, people=False)
    return with_boxes(plain, edges).replace(
        categories=table("categories", {"class_id": [0], "name": ["a"], "color": [OKABE_ITO[color]]})
    )


def stands_out(drawn: Rgb, plain: Rgb, marks: Sequence[Mark]) -> float:
    """Return the least contrast of the upright lines of boxes with the picture on either side of them."""
    lines, pictures, found = luminance(drawn), luminance(plain), []
    for mark in marks:
        x0, y0, x1, y1 = (round(edge) for edge in mark.box)
        rows = slice(y0 + (y1 - y0) // 4, y1 - (y1 - y0) // 4)
        changed = np.flatnonzero((drawn != plain)[rows].any(axis=(0, 2)))
        for side in (changed[changed < (x0 + x1) / 2], changed[changed > (x0 + x1) / 2]):
            change = np.abs(drawn[rows][:, side].astype(int) - plain[rows][:, side])
            there = change.max(axis=(1, 2)) > 60  # between dashes there is nothing; chroma is seen a row beyond them
            assert there.any()
            own = lines[rows][there][:, side]
            found += [least_contrast(own, pictures[rows, beside][there]) for beside in (side[0], side[-1])]
    return min(found)


@pytest.mark.parametrize("size", [(320, 180), (960, 540), (1920, 1080)])
@pytest.mark.parametrize("color", range(8))
def test_every_line_stands_out_from_every_grey(size: tuple[int, int], color: int):
    theme = changed_theme("house", without=PLAIN, widgets={"marks": {"bracket": 0.0}}, min_height=0)
    scene = build_scene(column(size, color), theme, size)
    plain = grey(*size, np.linspace(0, 255, size[1]))
    drawn = Compositor(scene, size, BT709).compose(plain, 0)
    assert stands_out(rgb(drawn), rgb(plain), scene.marks(0)) >= VISIBLE


@pytest.mark.parametrize("class_id", range(5))
def test_every_line_stands_out_on_the_sample(class_id: int):
    config, _ = configure(ROOT / "configs" / "house.yaml")
    theme = changed_theme("house", without=PLAIN, widgets={"marks": {"bracket": 0.0}})
    frames = [3, 90, 161, 250]
    with load(config) as project:
        source, data = project.source, project.dataset
        data = data.replace(annotations=data.annotations.filter(class_id=class_id))
        scene = build_scene(data, theme, (source.info.width, source.info.height))
        compositor = compositor_of(source, scene)
        pictures = pictures_of(source, [(frame, None) for frame in frames], None)
        for frame, (picture, _) in zip(frames, pictures, strict=True):
            if marks := scene.marks(frame):
                assert stands_out(rgb(compositor.compose(picture, frame)), rgb(picture), marks) >= VISIBLE
