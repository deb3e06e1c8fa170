"""Masks and outlines of a batch on disk while it is read: those of a file of gigabytes take gigabytes too.

They are records of a file without a name, which the system removes with the process however that ends; a small batch
stays in memory. What else is known of a shape, by which it is joined, left out and ordered, is a row of the Dataset's
table of annotations from the beginning; its mask and its outlines are put in when that table is made use of.
"""

from __future__ import annotations

import tempfile
import weakref
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import in_pieces
from loopviz.errors import OutputError
from loopviz.formats.mturk.widget_shapes import WidgetShape
from loopviz.formats.table_columns import polygon_column

IN_MEMORY = 16 << 20  # bytes

Ints = npt.NDArray[np.int64]


class ShapeFile:
    """The masks and outlines of shapes, by their numbers in the order in which they were added.

    Args:
        folder: On whose disk they are kept; None: where temporary files are.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file = tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115 - it goes with this object
        self._starts = array("q", [0])
        weakref.finalize(self, self._file.close)

    def add(self, shapes: Sequence[WidgetShape]) -> None:
        """Add shapes behind the others.

        Raises:
            OutputError: If the disk does not take them.
        """
        try:
            for shape in shapes:
                record = _record(shape)
                self._file.write(record)
                self._starts.append(self._starts[-1] + len(record))
        except OSError as error:
            what = f"what was drawn cannot be kept here while it is read: {error.strerror or error}"
            elsewhere = "choose another place for the output" if self._folder else "name another folder: TMPDIR=FOLDER"
            place = self._folder or Path(tempfile.gettempdir())
            raise OutputError(what, file=place, remedy=f"Free some space there, or {elsewhere}.") from error

    def bytes_of(self, count: int) -> int:
        """Return how many bytes so many shapes have on average."""
        return count * self._starts[-1] // max(1, len(self._starts) - 1)

    def columns(self, numbers: Ints) -> dict[str, pl.Series]:
        """Return ``mask_rle`` and ``polygons`` of some shapes."""
        read = [self._read(number) for number in numbers.tolist()]
        flat = [polygon for _, polygons in read for polygon in polygons]
        polygons = polygon_column(
            np.concatenate([*flat, np.empty(0)]),
            np.array([len(polygon) for polygon in flat], dtype=np.int64),
            np.array([len(polygons) for _, polygons in read], dtype=np.int64),
        )
        return {"mask_rle": pl.Series([mask for mask, _ in read], dtype=pl.String), "polygons": polygons}

    def _read(self, number: int) -> tuple[str | None, list[npt.NDArray[np.float64]]]:
        start, end = self._starts[number : number + 2]
        self._file.seek(start)
        record = self._file.read(end - start)
        masked, count = np.frombuffer(record, np.int64, 2).tolist()
        lengths = np.frombuffer(record, np.int64, count, offset=16)
        numbers = np.frombuffer(record, np.float64, int(lengths.sum()), offset=16 + 8 * count)
        text = record[16 + 8 * (count + len(numbers)) :].decode("ascii")
        return text if masked else None, np.split(numbers, np.cumsum(lengths)[:-1]) if count else []


def _record(shape: WidgetShape) -> bytes:
    """Return whether there is a mask, the polygons' count, lengths and coordinates, and the mask's text."""
    head = [shape.mask is not None, len(shape.polygons), *map(len, shape.polygons)]
    outlines = np.concatenate([*shape.polygons, np.empty(0)])
    return np.array(head, np.int64).tobytes() + outlines.tobytes() + (shape.mask or "").encode("ascii")


@dataclass(frozen=True, eq=False)
class Shapes:
    """The masks and outlines of a Dataset's annotations, which lack them.

    Attributes:
        file: Where they are.
        numbers: Their numbers there, by the annotations' ids.
    """

    file: ShapeFile
    numbers: Ints

    def put_in(self, annotations: pl.DataFrame) -> pl.DataFrame:
        """Return annotations, any of them in any order, with their masks and outlines."""
        return pl.concat(self.pieces(annotations), rechunk=False)

    def pieces(self, annotations: pl.DataFrame) -> Iterator[pl.DataFrame]:
        """Yield the same, some megabytes at a time."""
        return map(self._whole, in_pieces(annotations, self.file.bytes_of(annotations.height)))

    def _whole(self, part: pl.DataFrame) -> pl.DataFrame:
        return part.with_columns(**self.file.columns(self.numbers[part["annotation_id"].to_numpy()]))
