"""A crop for each suspect: the picture around it, the label thick, and what it is held against thin.

Each has a colour and a line of its own, so that none is told by its colour alone. No word stands on a crop: neither
whose label it is nor what it is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from loopviz import geometry
from loopviz.report.page import Page, Pixels
from loopviz.scene import Drawing, Path, Sprite, Typesetter, load_theme
from loopviz.scene.casings import casing_of
from loopviz.schema import EDGES

SIDE, LARGER = 480, 4.0  # of a crop, in pixels at most; and times that it is larger than the picture, at most
ASPECT = 1.25  # width to height of what is seen, where the picture goes on
AROUND, LEAST = 0.5, 24.0  # what is seen around a label: of its longer side, and in pixels at least
THIN, THICK, DASH = 2.0, 4.0, 7.0
SUSPECT, IN_TIME, OTHERS = "#d55e00", "#56b4e9", "#f0e442"  # of Okabe and Ito's
LEGEND = (
    "Thick orange: the suspect (dashed: where it should be, as nobody labelled it). Thin, dashed blue: the same "
    "category before and after. Thin yellow: other labels of it on the same frame."
)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Crop:
    """What is seen of a suspect, in pixels of the picture.

    Attributes:
        box: Where it is, ``x_min y_min x_max y_max``.
        label: The label's row of annotations; None: nobody labelled it.
        in_time: Rows of the same category before and after.
        others: Rows of the same category on the same frame.
    """

    box: tuple[float, float, float, float]
    label: Row | None
    in_time: Sequence[Row] = ()
    others: Sequence[Row] = ()


class SuspectCrops:
    """Draws crops."""

    def __init__(self) -> None:
        self._theme = load_theme("margin")
        self._typesetter = Typesetter(self._theme.fonts)

    def picture(self, pixels: Pixels, crop: Crop) -> Pixels:
        """Return a crop, ``(height, width, 3)``.

        Args:
            pixels: The frame, ``(height, width, 3)``.
            crop: What is seen.
        """
        x0, y0, x1, y1 = seen(crop.box, pixels.shape[1], pixels.shape[0])
        scale = min(SIDE / max(x1 - x0, y1 - y0), LARGER)
        width, height = (max(2, round(side * scale) // 2 * 2) for side in (x1 - x0, y1 - y0))
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        page = Page(self._typesetter, width, height, self._theme.colors.paper)
        page.photograph(
            np.asarray(cv2.resize(pixels[y0:y1, x0:x1], (width, height), interpolation=how), np.uint8), 0, 0
        )
        onto = np.array([width / (x1 - x0), height / (y1 - y0)])
        shapes = tuple(_lines(crop, pixels.shape[:2], np.array([x0, y0], dtype=np.float64), onto))
        page.draw([Sprite(0, 0, Drawing(width, height, shapes))])
        return page.pixels


def seen(box: Sequence[float], width: int, height: int) -> tuple[int, int, int, int]:
    """Return what is seen of a picture around a box, in whole pixels: at least one."""
    room = max(AROUND * max(box[2] - box[0], box[3] - box[1]), LEAST)
    wide, high = box[2] - box[0] + 2 * room, box[3] - box[1] + 2 * room
    across, down = room + max(0.0, ASPECT * high - wide) / 2, room + max(0.0, wide / ASPECT - high) / 2
    x0, x1 = (int(np.clip(edge, 0, width)) for edge in (box[0] - across, box[2] + across))
    y0, y1 = (int(np.clip(edge, 0, height)) for edge in (box[1] - down, box[3] + down))
    x0, y0 = min(x0, width - 1), min(y0, height - 1)
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def _lines(crop: Crop, size: tuple[int, int], corner: Any, onto: Any) -> Iterator[Path]:
    """Yield the lines of a crop, the suspect on top."""
    for rows, color, dash in ((crop.others, OTHERS, 0.0), (crop.in_time, IN_TIME, DASH)):
        for row in rows:
            yield from _line(_outlines(row, size), color, THIN, dash, corner, onto)
    own = _outlines(crop.label, size) if crop.label is not None else [_around(crop.box)]
    yield from _line(own, SUSPECT, THICK, 0.0 if crop.label is not None else 2 * DASH, corner, onto)


def _line(outlines: Sequence[Any], color: str, line: float, dash: float, corner: Any, onto: Any) -> Iterator[Path]:
    moved = tuple(tuple(((points - corner) * onto).ravel().tolist()) for points in outlines)
    if moved:
        yield Path(moved, color, line, dash=dash, casing=casing_of(color, line))


def _outlines(row: Row, size: tuple[int, int]) -> list[Any]:
    """Return a label's outlines, ``(P, 2)`` each: of its polygons, its mask, or its box."""
    if row["polygons"]:
        return [np.array(each, dtype=np.float64).reshape(-1, 2) for each in row["polygons"]]
    if row["mask_rle"]:
        return geometry.mask_outlines(geometry.row_mask(row, *size))
    return [_around([row[edge] for edge in EDGES])]


def _around(box: Sequence[float]) -> Any:
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)
