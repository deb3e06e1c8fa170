"""The pictures of the instructions: a frame, and what good and careless labelling look like.

Where example labels are given, the good picture shows them on their frame. Where there are none, it is a drawing of a
plain thing, and the page says so: nobody should be shown made-up labels of a real picture as if someone had drawn them.
The careless picture is always made from the good one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.geometry import Mask, mask_from_rle, mask_outlines, polygons_to_mask, rle_from_string

Rgb = npt.NDArray[np.uint8]
# The widget gives its labels D3's ten category colours in order; results carry them in labelMappings.
COLORS = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"),
    *("#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"),
)
WIDEST = 1200  # pixels of an instruction's picture
FILL = 0.55  # opacity
SPILL = 0.035  # how far careless colour runs over an edge, in widths of the picture


@dataclass(frozen=True)
class Pictures:
    """What the pages must know of the pictures.

    Attributes:
        real: Whether they show labels that somebody made, rather than a drawing.
        parts: How many categories the good picture shows.
    """

    real: bool
    parts: int


def example_frame(dataset: Dataset | None, categories: Sequence[str], frames: Collection[int]) -> int | None:
    """Return the first of some frames with outlines or masks of the most categories; None where none has any."""
    if dataset is None:
        return None
    shapes = _shapes(dataset, categories).filter(pl.col("frame").is_in(list(frames)))
    counted = shapes.group_by("frame").agg(pl.col("name").n_unique().alias("count"))
    best = counted.sort(["count", "frame"], descending=[True, False])
    return int(best["frame"][0]) if best.height else None


def example_masks(dataset: Dataset, categories: Sequence[str], frame: int, size: tuple[int, int]) -> dict[int, Mask]:
    """Return what is labelled on a frame, by place in ``categories``; masks have shape ``(height, width)``.

    Raises:
        ConfigError: If the labels were made at another size.
    """
    width, height = size
    drawn_on = dataset.frames.filter(pl.col("frame") == frame).select("width", "height").row(0)
    if None not in drawn_on and drawn_on != size:
        raise ConfigError(
            "the example labels were made at another size",
            at=f"frame {frame}",
            found="{}x{}".format(*drawn_on),
            expected=f"{width}x{height}, as the video",
        )
    masks: dict[int, Mask] = {}
    chosen = _shapes(dataset, categories).filter(pl.col("frame") == frame)
    for name, rle, polygons in chosen.select("name", "mask_rle", "polygons").iter_rows():
        try:
            mask = (
                polygons_to_mask(polygons, height, width)
                if rle is None
                else mask_from_rle(rle_from_string(rle), height, width)
            )
        except ValueError as error:
            raise ConfigError(f"the example labels do not fit the video: {error}", at=f"frame {frame}") from None
        place = categories.index(name)
        masks[place] = masks.get(place, np.zeros((height, width), dtype=np.bool_)) | mask
    return masks


def _shapes(dataset: Dataset, categories: Sequence[str]) -> pl.DataFrame:
    named = dataset.annotations.join(dataset.categories.select("class_id", "name"), on="class_id")
    return named.filter(
        pl.col("name").is_in(list(categories)) & (pl.col("mask_rle").is_not_null() | pl.col("polygons").is_not_null())
    )


def drawing(parts: int) -> tuple[Rgb, dict[int, Mask]]:
    """Return a drawn thing on plain ground, shape ``(640, 960, 3)``, and the masks of one or two parts of it."""
    height, width = 640, 960
    ground = np.full((height, width, 3), (236, 233, 226), dtype=np.uint8)
    angles = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    bulge = 1 + 0.10 * np.cos(2 * angles) + 0.06 * np.sin(3 * angles)
    outline = np.stack([360 + 210 * bulge * np.cos(angles), 330 + 185 * bulge * np.sin(angles)], axis=1)
    body = polygons_to_mask([outline.ravel().tolist()], height, width)
    along = np.linspace(0, 1, 80)
    curve = np.stack([550 + 330 * along, 330 - 130 * np.sin(2.2 * np.pi * along) * along - 60 * along], axis=1)
    line = np.zeros((height, width), dtype=np.uint8)
    cv2.polylines(line, [np.rint(curve).astype(np.int32)], False, 1, thickness=26)
    tail = line.astype(np.bool_) & ~body
    shade = np.linspace(150, 105, height)[:, None, None] * np.ones((1, width, 1))
    picture = np.where((body | tail)[..., None], np.repeat(shade, 3, axis=2), ground).astype(np.uint8)
    picture = np.where(tail[..., None], picture // 2, picture)
    softened = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.8), dtype=np.uint8)
    return softened, {0: body, 1: tail} if parts > 1 else {0: body | tail}


def labelled(rgb: Rgb, masks: dict[int, Mask]) -> Rgb:
    """Return a picture, at most 1,200 pixels wide, with masks filled and outlined in the widget's colours."""
    scale = min(1.0, WIDEST / rgb.shape[1])
    picture = shrunk(rgb).astype(np.float64)
    height, width = picture.shape[:2]
    outlined = []
    for place, mask in sorted(masks.items()):
        color = np.array([int(COLORS[place % len(COLORS)][i : i + 2], 16) for i in (1, 3, 5)], dtype=np.float64)
        cover = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)[..., None]
        picture += FILL * cover * (color - picture)
        outlined.append((mask, color))
    result = np.rint(picture).astype(np.uint8)
    for mask, color in outlined:
        lines = [np.rint(outline * scale * 16).astype(np.int32) for outline in mask_outlines(mask)]
        cv2.polylines(result, lines, True, color.tolist(), 2, cv2.LINE_AA, 4)  # 4: in sixteenths of a pixel
    return result


def careless(masks: dict[int, Mask]) -> dict[int, Mask]:
    """Return masks that run over their edges, the last part forgotten if there are several."""
    kept = dict(sorted(masks.items())[: max(1, len(masks) - 1)])
    reach = max(3, round(SPILL * next(iter(masks.values())).shape[1]))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return {place: cv2.dilate(mask.astype(np.uint8), kernel).astype(np.bool_) for place, mask in kept.items()}


def shrunk(rgb: Rgb) -> Rgb:
    """Return a picture at most 1,200 pixels wide."""
    height, width = rgb.shape[:2]
    if width <= WIDEST:
        return rgb
    size = (WIDEST, max(1, round(height * WIDEST / width)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
