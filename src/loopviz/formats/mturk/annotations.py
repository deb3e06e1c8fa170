"""The shapes of batches as rows of the Dataset's table of annotations, without their masks and outlines.

Those are kept in a file (``shape_file``); what is held here is what tells shapes apart. At the end, what is no longer
anybody's is left behind and the rest put in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from loopviz.formats.mturk.shape_file import ShapeFile, Shapes
from loopviz.formats.mturk.widget_shapes import WidgetShape
from loopviz.schema import EDGES, SCHEMAS

BLOCK = 1024  # shapes

Place = tuple[int, int, int, str]  # serial and part of the work, the frame, the assignment's id


class Annotations:
    """Everything that was drawn, by the serial number of a row and the part of it that an image is.

    Args:
        folder: On whose disk masks and outlines are kept; None: where temporary files are.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._waiting: list[tuple[int, int, str, tuple[float, float, float, float]]] = []
        self._blocks: list[pl.DataFrame] = []
        self._file = ShapeFile(folder)

    def add(self, serial: int, part: int, shapes: Sequence[WidgetShape]) -> None:
        """Add the shapes of one image.

        Raises:
            OutputError: If the disk does not take them.
        """
        self._file.add(shapes)
        self._waiting += [(serial, part, shape.label, shape.box) for shape in shapes]
        if len(self._waiting) >= BLOCK:
            self._pack()

    def _pack(self) -> None:
        waiting, self._waiting = self._waiting, []
        boxes = np.array([box for *_, box in waiting], dtype=np.float64).reshape(-1, 4)
        keys = pl.DataFrame(
            [(serial, part, label) for serial, part, label, _ in waiting],
            schema={"serial": pl.Int64, "part": pl.Int64, "label": pl.String},
            orient="row",
        )
        self._blocks.append(keys.with_columns(**{name: pl.Series(boxes[:, i]) for i, name in enumerate(EDGES)}))

    def table(self, places: Sequence[Place], categories: Sequence[str]) -> tuple[pl.DataFrame, Shapes]:
        """Return the Dataset's table of what was drawn in some places, by frames, and its masks and outlines.

        Args:
            places: What counts; shapes of any other place are left out.
            categories: Every label, in the order of the class ids.
        """
        self._pack()
        schema = {"serial": pl.Int64, "part": pl.Int64, "frame": pl.Int64, "assignment_id": pl.String}
        live = pl.DataFrame(places, schema=schema, orient="row")
        kept = (
            pl.concat(self._blocks)
            .with_row_index("number")
            .join(live, on=["serial", "part"], how="inner", maintain_order="left")
            .sort("frame", maintain_order=True)
        )
        kinds = SCHEMAS["annotations"]
        table = kept.with_columns(
            annotation_id=pl.int_range(pl.len(), dtype=pl.Int64),
            class_id=pl.col("label").cast(pl.Enum(categories)).to_physical().cast(pl.Int64),
            origin=pl.lit("worker", kinds["origin"]),
        )
        rest = [pl.lit(None, kind).alias(name) for name, kind in kinds.items() if name not in table.columns]
        shapes = Shapes(self._file, kept["number"].cast(pl.Int64).to_numpy())
        return table.with_columns(rest).select(*kinds), shapes
