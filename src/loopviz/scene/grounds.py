"""What text stands on where it stands on the picture: scrims, opaque under it, that fade out."""

from __future__ import annotations

from dataclasses import dataclass

from loopviz.scene.elements import Drawing, Ramp, Scrim, Sprite
from loopviz.scene.layout import Area, Layout, even


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


def scrim_ground(layout: Layout, panel: Area, color: str, opacity: float, foot: Ramp | None) -> Ground:
    """Return the scrim under an area at an edge of the canvas: opaque where text stands, then fading out.

    Args:
        layout: The clip's layout.
        panel: The area.
        color: The scrim's colour.
        opacity: How opaque it is where text stands.
        foot: The opacity down the canvas of the foot's ground, which it takes over where it stands.
    """
    unit, side = layout.unit, layout.side_of(panel)
    fade, edge = 0.11 * unit, 0.02 * unit
    if side == "below":
        top = even(panel.y - 2 * edge - fade)
        area = Area(0, top, layout.width, layout.height - top)
        solid = Area(0, top + fade, area.width, area.height - fade)
        return Ground(area, solid, Scrim(color, along_y=Ramp(0, fade, 0.0, opacity)))
    if side == "left":
        area = Area(0, 0, even(panel.right + edge + fade), layout.height)
        solid = Area(0, 0, area.width - fade, area.height)
        return Ground(area, solid, Scrim(color, Ramp(solid.width, area.width, opacity, 0.0), foot))
    left = even(panel.x - edge - fade)
    area = Area(left, 0, layout.width - left, layout.height)
    solid = Area(left + fade, 0, area.width - fade, area.height)
    return Ground(area, solid, Scrim(color, Ramp(0, fade, 0.0, opacity), foot))


def foot_ground(layout: Layout, color: str, foot: Ramp, panel: Area | None) -> Ground | None:
    """Return the ground under the canvas' foot where a panel's own does not reach; None when that is everywhere."""
    side = None if panel is None else layout.side_of(panel)
    if side == "below":
        return None
    x = panel.right if panel and side == "left" else 0
    right = panel.x if panel and side == "right" else layout.width
    top = even(foot.start) - 2
    ramp = Ramp(foot.start - top, foot.stop - top, foot.before, foot.after)
    area = Area(x, top, right - x, layout.height - top)
    return Ground(area, area, Scrim(color, along_y=ramp))


def foot_ramp(layout: Layout, opacity: float) -> Ramp:
    """Return how opaque the ground of the canvas' foot is, down the canvas."""
    return Ramp(layout.height - 0.14 * layout.unit, layout.height - 0.05 * layout.unit, 0.0, opacity)
