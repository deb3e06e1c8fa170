"""The composition of a theme: its canvas, and the areas on it, in columns and rows as in CSS grid.

A theme has one grid, and may have others for canvases that are square or upright. What it says is in *units*: of a
canvas that grows around the picture a unit is the picture's height, of any other its height, or 1.15 of its width
where it is upright; so a composition looks the same at every resolution.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from loopviz.canvas_size import CanvasSize
from loopviz.scene.style import Part, Size
from loopviz.scene.tracks import Track, TrackText, parse_track

NOWHERE = "."  # a cell of a grid in which nothing stands


def _track(value: TrackText) -> TrackText:
    parse_track(value)
    return value


Tracks = Annotated[tuple[Annotated[TrackText, AfterValidator(_track)], ...], Field(min_length=1, max_length=24)]


class Margins(Part):
    """Empty space at the canvas' edges, in units."""

    left: Size = 0.0
    right: Size = 0.0
    top: Size = 0.0
    bottom: Size = 0.0


class Canvas(Part):
    """How large a canvas is.

    Attributes:
        size: ``around``: the picture, as large as it is, and what stands around it; ``picture``: the picture alone;
            an aspect (``16:9``), as high as the picture within 1080 to 2160 lines; or pixels (``1920x1080``).
        margins: What stays empty at its edges.
        safe: How much of its width and height a margin is at least, where there is one and the canvas has a size (EBU
            R 95 keeps titles within 90 %).
    """

    size: CanvasSize = "picture"
    margins: Margins = Margins()
    safe: float = Field(default=0.05, ge=0.0, le=0.2)


class Grid(Part):
    """Columns and rows, and which area takes which cells.

    Attributes:
        columns: From left to right; see ``loopviz.scene.tracks``.
        rows: From top to bottom.
        grid: For each row the names of the areas in its cells, ``.`` where there is none.
        gap: Between columns, in units; none beside a column in which nothing stands in this clip.
        unit: How long a unit is on a canvas of given size, as a share of what it is else.
        keep_clear: An area that goes to the other side if there it covers less of what is labelled.
    """

    columns: Tracks = (1.0,)
    rows: Tracks = (1.0,)
    grid: tuple[str, ...]
    gap: Size = 0.0
    unit: float = Field(default=1.0, gt=0.05, le=4)
    keep_clear: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        cells = [line.split() for line in self.grid]
        if len(cells) != len(self.rows) or any(len(line) != len(self.columns) for line in cells):
            found = " / ".join(str(len(line)) for line in cells)
            raise ValueError(
                f"'grid' with {len(self.rows)} rows of {len(self.columns)} names each, as 'rows' and 'columns' say,"
                f" not of {found}"
            )
        for name, (left, top, right, bottom) in self.spans().items():
            if any(cells[row][column] != name for row in range(top, bottom) for column in range(left, right)):
                raise ValueError(f"areas that are rectangles and do not overlap: {name!r} is none")
        if self.keep_clear is not None and self.keep_clear not in self.spans():
            raise ValueError(f"'keep_clear' with an area of 'grid', not {self.keep_clear!r}")
        return self

    def spans(self) -> dict[str, tuple[int, int, int, int]]:
        """Return the columns and rows that each area takes: first column, first row, and the ends, exclusive."""
        found: dict[str, tuple[int, int, int, int]] = {}
        for row, line in enumerate(self.grid):
            for column, name in enumerate(line.split()):
                if name == NOWHERE:
                    continue
                left, top, right, bottom = found.get(name, (column, row, column + 1, row + 1))
                found[name] = min(left, column), min(top, row), max(right, column + 1), max(bottom, row + 1)
        return found

    @property
    def tracks(self) -> tuple[tuple[Track, ...], tuple[Track, ...]]:
        """The columns and the rows."""
        return tuple(map(parse_track, self.columns)), tuple(map(parse_track, self.rows))


class Areas(Grid):
    """A theme's grid, and those for other canvases.

    Attributes:
        square: For canvases that are nearly as high as wide.
        portrait: For upright ones.
        square_to: A canvas that is wider than so many times its height is not nearly as high as wide.
    """

    square: Grid | None = None
    portrait: Grid | None = None
    square_to: float = Field(default=4 / 3, gt=1.0, lt=16 / 9)

    @property
    def variants(self) -> Mapping[str, Grid]:
        """All grids, by the shape of the canvas that each is for."""
        others = {"square": self.square, "portrait": self.portrait}
        return {"landscape": self, **{name: grid for name, grid in others.items() if grid is not None}}

    def for_aspect(self, aspect: float) -> Grid:
        """Return the grid of the canvas that is most like one whose width is ``aspect`` of its height."""
        shapes = {"landscape": 16 / 9, "square": self.square_to**2 / (16 / 9), "portrait": 9 / 16}
        nearest = min(self.variants, key=lambda name: abs(math.log(aspect / shapes[name])) - 1e-9 * shapes[name])
        return self.variants[nearest]


def names_of(areas: Areas) -> Iterator[str]:
    """Yield the names of all areas, each once."""
    yield from dict.fromkeys(name for grid in areas.variants.values() for name in grid.spans())


def upgraded(data: Mapping[str, Any]) -> str | None:
    """Return what a theme of an older kind must say instead of a key that it has; None where it has none."""
    return next((f"{key!r} is now {said}." for key, said in OLD_KEYS.items() if key in data), None)


OLD_KEYS = {
    "layout": "'canvas', 'areas' and 'widgets'",
    "margins": "'canvas: {margins: …}'",
    **{key: f"'widgets: {{{key}: …}}'" for key in ("marks", "plates", "panel", "legend", "timeline")},
}
