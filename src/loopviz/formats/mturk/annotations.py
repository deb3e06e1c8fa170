"""The shapes of batches as columns: ten thousand masks as small objects would take several times their room.

Shapes are packed as they come, a thousand at a time. At the end, what is no longer anybody's is left behind and the
rest put in order, one column after the other, so that no more than one of them is there twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from loopviz.dataset import EDGES, SCHEMAS
from loopviz.formats.mturk.widget_shapes import WidgetShape
from loopviz.formats.table_columns import polygon_column

BLOCK = 1024  # shapes

Place = tuple[int, int, int, str]  # serial and part of the work, the frame, the assignment's id


class Annotations:
    """Everything that was drawn, by the serial number of a row and the part of it that an image is."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, WidgetShape]] = []
        self._blocks: list[dict[str, pl.Series]] = []

    def add(self, serial: int, part: int, shapes: Sequence[WidgetShape]) -> None:
        """Add the shapes of one image."""
        self._waiting += [(serial, part, shape) for shape in shapes]
        if len(self._waiting) >= BLOCK:
            self._pack()

    def _pack(self) -> None:
        waiting, self._waiting = self._waiting, []
        shapes = [shape for _, _, shape in waiting]
        boxes = np.array([shape.box for shape in shapes], dtype=np.float64).reshape(-1, 4)
        flat = [polygon for shape in shapes for polygon in shape.polygons]
        polygons = polygon_column(
            np.concatenate([*flat, np.empty(0)]),
            np.array([len(polygon) for polygon in flat], dtype=np.int64),
            np.array([len(shape.polygons) for shape in shapes], dtype=np.int64),
        )
        self._blocks.append(
            {
                "serial": pl.Series([serial for serial, _, _ in waiting], dtype=pl.Int64),
                "part": pl.Series([part for _, part, _ in waiting], dtype=pl.Int64),
                "label": pl.Series([shape.label for shape in shapes], dtype=pl.String),
                **{name: pl.Series(boxes[:, i]) for i, name in enumerate(EDGES)},
                "mask_rle": pl.Series([shape.mask for shape in shapes], dtype=pl.String),
                "polygons": polygons,
            }
        )

    def table(self, places: Sequence[Place], categories: Sequence[str]) -> pl.DataFrame:
        """Return the Dataset's table of what was drawn in some places, by frames, and forget what was added.

        Args:
            places: What counts; shapes of any other place are left out.
            categories: Every label, in the order of the class ids.
        """
        self._pack()
        keys = pl.DataFrame([self._take(name) for name in ("serial", "part", "label")])
        schema = {"serial": pl.Int64, "part": pl.Int64, "frame": pl.Int64, "assignment_id": pl.String}
        live = pl.DataFrame(places, schema=schema, orient="row")
        kept = (
            keys.with_row_index("row")
            .join(live, on=["serial", "part"], how="inner", maintain_order="left")
            .sort("frame", maintain_order=True)
        )
        columns = {
            "annotation_id": pl.int_range(kept.height, eager=True),
            "frame": kept["frame"],
            "class_id": kept["label"].cast(pl.Enum(categories)).to_physical().cast(pl.Int64),
            "assignment_id": kept["assignment_id"],
            **{name: self._take(name).gather(kept["row"]) for name in (*EDGES, "mask_rle", "polygons")},
        }
        self._blocks = []
        kinds = SCHEMAS["annotations"]
        rest = [pl.lit(None, kind).alias(name) for name, kind in kinds.items() if name not in columns]
        origin = pl.lit("worker", kinds["origin"]).alias("origin")
        return pl.DataFrame(columns).with_columns(*rest).with_columns(origin).select(*kinds)

    def _take(self, name: str) -> pl.Series:
        """Return a column of all blocks, which lose it."""
        return pl.concat([block.pop(name).alias(name) for block in self._blocks], rechunk=False)
