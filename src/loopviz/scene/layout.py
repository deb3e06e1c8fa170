"""Where things stand: solved once for a whole clip, so that nothing jumps from frame to frame."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from loopviz.errors import ConfigError
from loopviz.scene.areas import Areas, Canvas, Grid, Margins, parse_aspect, parse_size
from loopviz.scene.tracks import Lengths, Track, resolve

LONGEST_SCALED = 4096  # pixels: a narrow strip is not made as large as its short side would like
LEAST_SIDE, MOST_SIDE = 1080, 2160  # pixels: the short side of a canvas of which only the aspect is given
UPRIGHT = 1.15  # of an upright canvas' width: its unit
NEAR = 0.1  # units beside an area that keeps clear: so near to it nothing should be labelled either
NEARLY = 1e-6  # pixels: sums of fractions are not exact
Edges = tuple[float, float]  # where a column or a row begins, and ends


@dataclass(frozen=True)
class Area:
    """A rectangle of the canvas: its corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The first column after the area."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The first row below the area."""
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """The canvas, the picture on it, and the areas in which all else stands.

    Attributes:
        width: Canvas width in pixels, even.
        height: Canvas height in pixels, even.
        picture: Where the picture lies; its corner is at even pixels.
        unit: The length in pixels that a theme's sizes are fractions of.
        scale: How many pixels of the canvas a pixel of the source takes; a whole number, unless it is fitted.
        areas: The theme's areas, by name.
        others: Where the picture stands once more.
        fitted: Whether the picture is made as large as its place is, at any scale.
    """

    width: int
    height: int
    picture: Area
    unit: float
    scale: float
    areas: Mapping[str, Area] = field(default_factory=dict)
    others: tuple[Area, ...] = ()
    fitted: bool = False

    def area(self, name: str) -> Area:
        """Return an area by its name; ``canvas`` is all of it."""
        return Area(0, 0, self.width, self.height) if name == "canvas" else self.areas[name]

    def side_of(self, area: Area) -> Literal["left", "right", "below"]:
        """Return at which edge of the canvas an area lies: below where it is nearly as wide."""
        if area.width > 0.6 * self.width:
            return "below"
        return "left" if area.x + area.right <= self.width else "right"


@dataclass(frozen=True)
class Picture:
    """The picture that is laid out.

    Attributes:
        size: Its width and height as shown, in pixels.
        annotations: All that is labelled in the clip, in its pixels: areas keep clear of it.
        least_height: A lower one is enlarged, by a whole number, where the canvas is as large as it.
    """

    size: tuple[int, int]
    annotations: pl.DataFrame
    least_height: int = 0

    @property
    def scale(self) -> int:
        """How many times as large it is shown where nothing says how large the canvas is."""
        width, height = self.size
        wanted = math.ceil(self.least_height / height) if max(width, height) < 4 * self.least_height else 1
        return max(1, min(wanted, LONGEST_SCALED // max(width, height)))

    @property
    def shown(self) -> tuple[int, int]:
        """Its size as it is shown there."""
        return self.size[0] * self.scale, self.size[1] * self.scale


def even(value: float) -> int:
    """Return the even number next above or at a value: chroma is sampled at every second pixel."""
    return 2 * math.ceil(value / 2)


@dataclass(frozen=True)
class Fit:
    """How the picture is put into its place.

    Attributes:
        area: Which area it stands in.
        upscale: Whether it may be larger than it is.
        align: Where it stands in an area that is larger: 0 at the left or at the top, 1 at the other side.
    """

    area: str = "canvas"
    upscale: bool = False
    align: tuple[float, float] = (0.5, 0.5)


def solve_layout(
    canvas: Canvas,
    areas: Areas,
    picture: Picture,
    fit: Fit,
    wanted: Mapping[str, tuple[float, float]] | None = None,
    empty: Collection[str] = (),
) -> Layout:
    """Return the layout of a clip.

    Args:
        canvas: How large the canvas is.
        areas: What stands on it.
        picture: The picture.
        fit: How it is put into its place.
        wanted: Width and height, in units, that what stands in an area asks for: of tracks that are ``auto``.
        empty: The areas in which nothing stands in this clip: ``auto`` columns of nothing else take no place.

    Raises:
        ConfigError: If an area has no room; with how much it has.
    """
    side = _side(canvas, picture)
    grid = areas if side is None else areas.for_aspect(side[0] / side[1])
    unit = (picture.shown[1] if side is None else min(side[1], UPRIGHT * side[0])) * grid.unit
    spans, tracks = grid.spans(), _tracks(canvas, grid, picture, side, unit, wanted or {}, frozenset(empty))
    wide, high = tracks
    if grid.keep_clear is not None and side is not None:
        left, _, right, _ = spans[grid.keep_clear]
        strip = wide[right - 1][1] - wide[left][0] + NEAR * unit
        if emptier_side(picture.annotations, side[0] / picture.scale, strip / picture.scale) == "right":
            wide = [(side[0] - stop, side[0] - start) for start, stop in wide]
    found = {name: _cells(span, wide, high) for name, span in spans.items()}
    size = side or _around(found.values(), canvas.margins, unit)
    layout = Layout(even(size[0]), even(size[1]), Area(0, 0, *size), float(unit), picture.scale, found)
    _check_room(layout, [name for name in found if name not in empty])
    return _with_picture(layout, picture, fit, is_free=canvas.size not in {"around", "picture"})


def _side(canvas: Canvas, picture: Picture) -> tuple[int, int] | None:
    """Return the canvas' size; None where it is as large as what stands on it."""
    if canvas.size == "around":
        return None
    if canvas.size == "picture":
        return picture.shown
    if ":" not in canvas.size:
        return parse_size(canvas.size)
    wide, high = parse_aspect(canvas.size)
    short = even(min(max(min(picture.size), LEAST_SIDE), MOST_SIDE))
    return (even(short * wide / high), short) if wide >= high else (short, even(short * high / wide))


def _tracks(
    canvas: Canvas,
    grid: Grid,
    picture: Picture,
    side: tuple[int, int] | None,
    unit: float,
    wanted: Mapping[str, tuple[float, float]],
    empty: frozenset[str],
) -> tuple[list[Edges], list[Edges]]:
    """Return where columns and rows begin and end."""
    m, spans = canvas.margins, grid.spans()
    ends = ((m.left * unit, m.right * unit), (m.top * unit, m.bottom * unit))
    found: list[list[Edges]] = []
    for axis, tracks in enumerate(grid.tracks):
        alone = [
            [name for name, span in spans.items() if (span[axis], span[axis + 2]) == (place, place + 1)]
            for place in range(len(tracks))
        ]
        wants = [max((wanted.get(name, (0, 0))[axis] for name in names), default=0.0) for names in alone]
        gone = [
            track.kind == "auto" and bool(names) and empty.issuperset(names)
            for track, names in zip(tracks, alone, strict=True)
        ]
        gaps = [0.0 if axis or not place or gone[place] else grid.gap * unit for place in range(len(tracks))]
        lengths = Lengths(unit, None if side is None else side[axis], picture.shown[axis])
        taken = sum(ends[axis]) + sum(gaps)
        sizes = resolve(tracks, lengths, [0.0 if g else w for w, g in zip(wants, gone, strict=True)], taken)
        if lengths.side is not None and taken + sum(sizes) > lengths.side + 1:
            raise _too_long(("columns", "rows")[axis], taken + sum(sizes), lengths.side)
        found.append(list(_edges(tracks, sizes, gaps, ends[axis][0], whole=side is None)))
    return found[0], found[1]


def _too_long(what: str, needed: float, side: float) -> ConfigError:
    return ConfigError(
        f"the theme's {what} have no room on the canvas",
        at=f"areas.{what}",
        found=f"{needed:.0f} pixels with margins, on a canvas of {side:.0f}",
        remedy=f"Make `canvas.margins`, or the {what} that are no `fr`, smaller by {needed - side:.0f} pixels in all.",
    )


def _edges(
    tracks: Sequence[Track], sizes: Sequence[float], gaps: Sequence[float], start: float, *, whole: bool
) -> Iterator[Edges]:
    """Yield where tracks begin and end; around a picture in whole pixels, the picture itself at even ones."""
    for track, size, gap in zip(tracks, sizes, gaps, strict=True):
        start += gap
        if whole:
            start = even(start - NEARLY) if track.kind == "picture" else round(start)
            size = round(size) if track.kind == "auto" else size
        yield start, start + size
        start += size


def _cells(span: tuple[int, int, int, int], wide: Sequence[Edges], high: Sequence[Edges]) -> Area:
    left, top, right, bottom = span
    columns, rows = wide[left:right], high[top:bottom]  # columns may run from right to left
    x, y = min(start for start, _ in columns), rows[0][0]
    return Area(x, y, max(stop for _, stop in columns) - x, rows[-1][1] - y)


def _around(areas: Iterable[Area], margins: Margins, unit: float) -> tuple[int, int]:
    every = list(areas)
    width, height = max(area.right for area in every), max(area.bottom for area in every)
    return even(width + margins.right * unit - NEARLY), even(height + margins.bottom * unit - NEARLY)


def _with_picture(layout: Layout, picture: Picture, fit: Fit, *, is_free: bool) -> Layout:
    """Return a layout in which the picture has its place: as large as it is shown, or as large as its area."""
    area = layout.area(fit.area)
    if not is_free:
        return replace(layout, picture=Area(area.x, area.y, *picture.shown))
    scale = min(area.width / picture.size[0], area.height / picture.size[1])
    scale = scale if fit.upscale else min(scale, 1.0)
    width, height = (2 * max(1, round(side * scale / 2)) for side in picture.size)
    x, y = (
        2 * round((start + share * (room - taken)) / 2)
        for start, share, room, taken in (
            (area.x, fit.align[0], area.width, width),
            (area.y, fit.align[1], area.height, height),
        )
    )
    return replace(layout, picture=Area(x, y, width, height), scale=scale, fitted=True)


def _check_room(layout: Layout, names: Iterable[str]) -> None:
    """Refuse a composition in which an area has no room.

    Raises:
        ConfigError: With the area, and how much it lacks.
    """
    for name in names:
        area = layout.areas[name]
        if area.width <= 0 or area.height <= 0:
            raise ConfigError(
                "an area of the theme has no room",
                at=f"areas, {name!r}",
                found=f"{area.width:.0f}x{area.height:.0f} pixels of {layout.width}x{layout.height}",
                expected="some",
                remedy="Make `canvas.margins`, or the columns and rows beside it, smaller.",
            )


def emptier_side(annotations: pl.DataFrame, width: float, strip: float) -> Literal["left", "right"]:
    """Return the side whose strip the boxes of the whole clip reach into less; left when it makes no difference.

    Args:
        annotations: The Dataset's table.
        width: How wide the picture is, in its pixels.
        strip: How wide the strips are.
    """
    edges = pl.col("x_min", "x_max").clip(0, width)
    boxes = annotations.select(edges, tall=pl.col("y_max") - pl.col("y_min"))
    left = (pl.min_horizontal("x_max", pl.lit(strip)) - pl.col("x_min")).clip(0) * pl.col("tall")
    right = (pl.col("x_max") - pl.max_horizontal("x_min", pl.lit(width - strip))).clip(0) * pl.col("tall")
    covered = boxes.select(left.sum().alias("left"), right.sum().alias("right")).row(0)
    return "left" if covered[0] <= covered[1] * 1.02 else "right"
