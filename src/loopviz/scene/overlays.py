"""What stands around the marks: the panel's ground, the foot's ground, the legend, category plates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loopviz.scene.contrast import ink_on
from loopviz.scene.elements import Drawing, Ramp, Rect, Scrim, Sprite, Text, TextStyle
from loopviz.scene.layout import Area, Layout, even
from loopviz.scene.marks import Category, dashed_frame
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.theme import Theme
from loopviz.scene.typography import Typesetter


@dataclass(frozen=True)
class Ground:
    """What text stands on: an area of the canvas, at even pixels, the scrim that fills it, and its part under text."""

    area: Area
    solid: Area
    scrim: Scrim

    def sprite(self) -> Sprite:
        """Return the ground as an element."""
        size = int(self.area.width), int(self.area.height)
        return Sprite(int(self.area.x), int(self.area.y), Drawing(*size, (self.scrim,)))


def scrim_ground(layout: Layout, color: str, opacity: float, foot: Ramp | None) -> Ground:
    """Return the scrim under an overlay's panel: opaque where text stands, then fading out.

    Args:
        layout: The clip's layout, its panel on the left, on the right or below.
        color: The scrim's colour.
        opacity: How opaque it is where text stands.
        foot: The opacity down the canvas of the foot's ground, which it takes over where it stands.
    """
    panel, unit = layout.panel, layout.unit
    fade, edge = 0.11 * unit, 0.02 * unit
    if layout.place == "below":
        top = even(panel.y - 2 * edge - fade)
        area = Area(0, top, layout.width, layout.height - top)
        solid = Area(0, top + fade, area.width, area.height - fade)
        return Ground(area, solid, Scrim(color, along_y=Ramp(0, fade, 0.0, opacity)))
    if layout.place == "left":
        area = Area(0, 0, even(panel.right + edge + fade), layout.height)
        solid = Area(0, 0, area.width - fade, area.height)
        return Ground(area, solid, Scrim(color, Ramp(solid.width, area.width, opacity, 0.0), foot))
    left = even(panel.x - edge - fade)
    area = Area(left, 0, layout.width - left, layout.height)
    solid = Area(left + fade, 0, area.width - fade, area.height)
    return Ground(area, solid, Scrim(color, Ramp(0, fade, 0.0, opacity), foot))


def foot_ground(layout: Layout, color: str, foot: Ramp, panel: Area | None) -> Ground | None:
    """Return the ground under the time line where the panel's own does not reach; None when that is everywhere."""
    x = panel.right if panel and layout.place == "left" else 0
    right = panel.x if panel and layout.place == "right" else layout.width
    if panel and layout.place == "below":
        return None
    top = even(foot.start) - 2
    ramp = Ramp(foot.start - top, foot.stop - top, foot.before, foot.after)
    area = Area(x, top, right - x, layout.height - top)
    return Ground(area, area, Scrim(color, along_y=ramp))


def foot_line(
    categories: Sequence[Category], note: str, theme: Theme, typesetter: Typesetter, layout: Layout
) -> list[Text | Rect]:
    """Return the line under the picture, in canvas coordinates: the legend, and a note at the panel's edge."""
    style = TextStyle("sans", 400, 0.0165 * layout.unit, theme.colors.quiet)
    left, right = layout.picture.x, layout.panel.right
    room = right - left - (typesetter.width(note, style) + 0.04 * layout.unit if note else 0)
    shapes: list[Text | Rect] = list(legend(categories, room, theme, typesetter, layout)) if theme.legend else []
    if note:
        note = typesetter.fit(note, style, right - left)
        shapes.append(Text(note, style, left, legend_baseline(layout), right - left, "right"))
    return shapes


def legend(
    categories: Sequence[Category], room: float, theme: Theme, typesetter: Typesetter, layout: Layout
) -> Iterator[Text | Rect]:
    """Yield the legend in a line of ``room`` pixels, in canvas coordinates; categories that do not fit are counted.

    What labels are of that nobody drew is always in it, at the end.
    """
    unit, left = layout.unit, layout.picture.x
    style = TextStyle("sans", 500, 0.0195 * unit, theme.colors.ink)
    before_text, between = round(0.0155 * unit) + 0.012 * unit, 0.036 * unit
    wide = {category: before_text + typesetter.width(category.name, style) for category in categories}
    kinds = [category for category in categories if category.kind != "drawn"]
    drawn = [category for category in categories if category.kind == "drawn"]
    x, room = 0.0, room - sum(between + wide[kind] for kind in kinds)
    for place, category in enumerate(drawn):
        left_over = len(drawn) - place
        if x + wide[category] + (0.11 * unit if left_over > 1 else 0) > room:
            yield Text(f"+ {left_over}", style, left + x, legend_baseline(layout), 0.1 * unit)
            x += 0.1 * unit
            break
        yield from _entry(category, left + x, style, wide[category], layout)
        x += wide[category] + between
    for kind in kinds:
        yield from _entry(kind, left + x, style, wide[kind], layout)
        x += wide[kind] + between


def _entry(category: Category, x: float, style: TextStyle, wide: float, layout: Layout) -> Iterator[Text | Rect]:
    """What shows a category in the legend: a square as its labels are drawn, and its name."""
    baseline, square = legend_baseline(layout), round(0.0155 * layout.unit)
    before_text = square + 0.012 * layout.unit
    left, top = round(x), round(baseline - CAP_HEIGHT * style.size / 2 - square / 2)
    edges = left, top, left + square, top + square
    if category.kind == "carried":
        yield from dashed_frame(*edges, max(1, square // 8), category.color)
    elif category.kind == "ghost":
        bar = max(1, square // 8)
        starts = range(edges[0], edges[2], 2 * bar)
        yield from (Rect(at, edges[1], min(at + bar, edges[2]), edges[3], category.color) for at in starts)
    else:
        yield Rect(*edges, category.color)
    yield Text(category.name, style, x + before_text, baseline, wide - before_text + 2)


def legend_baseline(layout: Layout) -> int:
    """Return where the line under the picture stands, in canvas pixels."""
    return round(layout.picture.bottom + 0.047 * layout.unit)


def plate(category: Category, theme: Theme, typesetter: Typesetter, layout: Layout) -> Drawing:
    """Return a category's plate, in the category's colour, its ink chosen by contrast."""
    size = max(9.0, theme.plates.size * layout.unit)
    style = TextStyle("sans", 600, size, ink_on(category.color))
    name = typesetter.fit(category.name, style, (0.3 if category.kind == "drawn" else 0.5) * layout.picture.width)
    wide = typesetter.width(name, style)
    width, height = even(wide + 0.84 * size), even(1.52 * size)
    text = Text(name, style, (width - wide) / 2, round((height + CAP_HEIGHT * size) / 2), wide + 2)
    return Drawing(width, height, (Rect(0, 0, width, height, category.color), text))
