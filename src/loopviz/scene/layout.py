"""Where things stand: solved once for a whole clip, so that nothing jumps from frame to frame."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from loopviz.canvas_size import parse_aspect, parse_size
from loopviz.errors import ConfigError
from loopviz.scene.areas import Areas, Canvas, Grid
from loopviz.scene.tracks import Lengths, Track, resolve

LONGEST_SCALED = 4096  # pixels: a narrow strip is not made as large as its short side would like
LEAST_SIDE, MOST_SIDE = 1080, 2160  # pixels: the short side of a canvas of which only the aspect is given
UPRIGHT = 1.15  # of an upright canvas' width: its unit
NEAR = 0.1  # units beside an area that keeps clear: so near to it nothing should be labelled either
NEARLY = 1e-6  # pixels: sums of fractions are not exact
OUTLIERS = 0.05  # of the labels: a window is not moved for these
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
        window: What of the source is shown, in its pixels, at even ones; None: all of it.
        source: The source's width and height in pixels; None: as the picture and its scale say.
    """

    width: int
    height: int
    picture: Area
    unit: float
    scale: float
    areas: Mapping[str, Area] = field(default_factory=dict)
    others: tuple[Area, ...] = ()
    fitted: bool = False
    window: Area | None = None
    source: tuple[int, int] | None = None

    @property
    def source_size(self) -> tuple[int, int]:
        """The source's width and height in pixels."""
        return self.source or (round(self.picture.width / self.scale), round(self.picture.height / self.scale))

    @property
    def origin(self) -> tuple[float, float]:
        """Where the source's corner lies on the canvas, also where it is not shown."""
        if self.window is None:
            return self.picture.x, self.picture.y
        return self.picture.x - self.window.x * self.scale, self.picture.y - self.window.y * self.scale

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
        covers: Whether it fills its area, cut off about what is labelled; else all of it is in it.
        shown: Whether it is there at all: on a canvas of given size a theme may be without it.
    """

    area: str = "canvas"
    upscale: bool = False
    align: tuple[float, float] = (0.5, 0.5)
    covers: bool = False
    shown: bool = True


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
    grid: Grid = areas if side is None else areas.for_aspect(side[0] / side[1])
    unit = float(picture.shown[1]) if side is None else min(side[1], UPRIGHT * side[0]) * grid.unit
    sheet = Sheet(canvas, grid, side, unit, wanted or {}, frozenset(empty))
    found = sheet.areas(None if side else picture.shown)
    if side is not None and fit.area in found and not fit.covers:
        found = sheet.areas(_shown(found[fit.area], picture, fit)[0])  # what it leaves of its tracks goes elsewhere
    if grid.keep_clear is not None and side is not None:
        found = _kept_clear(found, grid.keep_clear, side[0], unit, picture)
    size = side or sheet.around(picture.shown)
    layout = Layout(even(size[0]), even(size[1]), Area(0, 0, *size), unit, picture.scale, found, source=picture.size)
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


@dataclass(frozen=True)
class Sheet:
    """A grid on a canvas.

    Attributes:
        canvas: How large the canvas is.
        grid: The columns and rows.
        side: The canvas' width and height in pixels; None where it is as large as what stands on it.
        unit: A unit in pixels.
        wanted: What stands in an area asks for, in units.
        empty: The areas in which nothing stands.
    """

    canvas: Canvas
    grid: Grid
    side: tuple[int, int] | None
    unit: float
    wanted: Mapping[str, tuple[float, float]]
    empty: frozenset[str]

    def areas(self, picture: tuple[float, float] | None) -> dict[str, Area]:
        """Return the areas where the picture is shown so large, in pixels; None: in tracks that take what is left."""
        across, down = picture or (None, None)
        wide, high = self._edges(0, across), self._edges(1, down)
        return {name: _cells(span, wide, high) for name, span in self.grid.spans().items()}

    def around(self, picture: tuple[float, float]) -> tuple[int, int]:
        """Return how large a canvas is that is as large as what stands on it."""
        wide, high = (
            self._edges(axis, long)[-1][1] + self._tracks(axis, long)[2][1] for axis, long in enumerate(picture)
        )
        return even(wide - NEARLY), even(high - NEARLY)

    def _edges(self, axis: int, picture: float | None) -> list[Edges]:
        """Return where columns (0) or rows (1) begin and end."""
        sizes, gaps, ends = self._tracks(axis, picture)
        side, needed = None if self.side is None else self.side[axis], sum(sizes) + sum(gaps) + sum(ends)
        over = 0.0 if side is None else needed - side
        if over > 1:
            raise _too_long(("columns", "rows")[axis], needed, side or 0)
        return list(_edges(self.grid.tracks[axis], sizes, gaps, ends[0] - over / 2, whole=side is None))

    def _tracks(self, axis: int, picture: float | None) -> tuple[list[float], list[float], Edges]:
        """Return how long columns or rows are, the gap before each, and the margins beside them all."""
        tracks, alone = self.grid.tracks[axis], self._alone(axis)
        gone = [
            track.kind == "auto" and bool(names) and self.empty.issuperset(names)
            for track, names in zip(tracks, alone, strict=True)
        ]
        wants = [
            0.0 if left_out else max((self.wanted.get(name, (0, 0))[axis] for name in names), default=0.0)
            for names, left_out in zip(alone, gone, strict=True)
        ]
        gaps = [0.0 if axis or not place or gone[place] else self.grid.gap * self.unit for place in range(len(tracks))]
        side = None if self.side is None else self.side[axis]
        ends = (0.0, 0.0) if side is None else self._margins(axis, side)
        sizes = resolve(tracks, Lengths(self.unit, side, picture), wants, sum(ends) + sum(gaps))
        whole = (sum(sizes) + sum(gaps)) / (1 - 2 * self.canvas.safe)
        return sizes, gaps, self._margins(axis, whole) if side is None else ends

    def _margins(self, axis: int, side: float) -> Edges:
        """Return how wide the margins of a canvas so long are: a composition without one runs to the edge."""
        m = self.canvas.margins
        units = (m.left, m.right) if axis == 0 else (m.top, m.bottom)
        first, last = (max(margin * self.unit, self.canvas.safe * side) if margin else 0.0 for margin in units)
        return first, last

    def _alone(self, axis: int) -> list[list[str]]:
        """Return for each column or row the areas that stand in it alone."""
        spans = self.grid.spans().items()
        return [
            [name for name, span in spans if (span[axis], span[axis + 2]) == (place, place + 1)]
            for place in range(len(self.grid.tracks[axis]))
        ]


def _kept_clear(areas: dict[str, Area], name: str, width: int, unit: float, picture: Picture) -> dict[str, Area]:
    """Return areas, mirrored if one of them then covers less of what is labelled."""
    scale = width / picture.size[0]
    if emptier_side(picture.annotations, picture.size[0], (areas[name].width + NEAR * unit) / scale) == "left":
        return areas
    return {key: replace(area, x=width - area.right) for key, area in areas.items()}


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
    x, y = wide[left][0], high[top][0]
    return Area(x, y, wide[right - 1][1] - x, high[bottom - 1][1] - y)


def _with_picture(layout: Layout, picture: Picture, fit: Fit, *, is_free: bool) -> Layout:
    """Return a layout in which the picture has its place: as large as it is shown, or as large as its area."""
    area = layout.area(fit.area)
    if not fit.shown:
        return replace(layout, picture=Area(0, 0, 0, 0), fitted=True)
    if not is_free:
        return replace(layout, picture=Area(area.x, area.y, *picture.shown))
    (width, height), scale = _shown(area, picture, fit)
    x, y = (
        2 * round((start + share * (room - taken)) / 2)
        for start, share, room, taken in (
            (area.x, fit.align[0], area.width, width),
            (area.y, fit.align[1], area.height, height),
        )
    )
    window = _window((width, height), scale, picture) if fit.covers else None
    return replace(layout, picture=Area(x, y, width, height), scale=scale, fitted=True, window=window)


def _shown(area: Area, picture: Picture, fit: Fit) -> tuple[tuple[int, int], float]:
    """Return how large the picture is in an area, both sides even, and at which scale."""
    choose = max if fit.covers else min
    scale = choose(area.width / picture.size[0], area.height / picture.size[1])
    scale = scale if fit.upscale else min(scale, 1.0)
    rooms = (area.width, area.height)
    sides = (
        min(side * scale, room) if fit.covers else side * scale for side, room in zip(picture.size, rooms, strict=True)
    )
    width, height = (2 * max(1, round(side / 2)) for side in sides)
    return (width, height), scale


def _window(shown: tuple[int, int], scale: float, picture: Picture) -> Area:
    """Return what of the source is shown: about the middle of what is labelled, at even pixels."""
    boxes, found = picture.annotations, list[Edges]()
    for side, room, low, high in zip(picture.size, shown, ("x_min", "y_min"), ("x_max", "y_max"), strict=True):
        long = min(2 * round(room / scale / 2), side)
        first, last = boxes[low].quantile(OUTLIERS), boxes[high].quantile(1 - OUTLIERS)
        middle = side / 2 if first is None or last is None else (first + last) / 2
        start = 2 * round(min(max(middle - long / 2, 0), side - long) / 2)
        found.append((float(min(start, 2 * ((side - long) // 2))), float(long)))
    (x, width), (y, height) = found
    return Area(x, y, width, height)


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
