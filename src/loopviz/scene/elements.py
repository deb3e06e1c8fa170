"""What a scene is made of: plain values that say what is drawn where, and know nothing of video.

All coordinates are pixels of the canvas with y down; colours are ``#rrggbb``. A :class:`Drawing` is a small picture
described by its shapes; because it is a value it can be hashed, cached and compared, and drawn once for many frames.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from loopviz.scene.casings import Casing
from loopviz.scene.strokes import Accumulation

Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class TextStyle:
    """How text is set.

    Attributes:
        family: ``sans`` or ``mono``.
        weight: 100 to 900.
        size: In pixels.
        color: As ``#rrggbb``.
        tracking: In pixels.
        cell: How wide each digit's cell is, of the widest digit; 0 for digits as wide as they are. What needs more
            than one line is set without cells.
    """

    family: Literal["sans", "mono"]
    weight: int
    size: float
    color: str
    tracking: float = 0.0
    cell: float = 0.0


@dataclass(frozen=True)
class Rect:
    """A filled rectangle ``x_min y_min x_max y_max``; fractional edges cover their pixels in part."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    color: str
    opacity: float = 1.0


@dataclass(frozen=True)
class Text:
    """Text in a column of ``width`` pixels whose first baseline is at ``y``; it wraps at the column's width."""

    text: str
    style: TextStyle
    x: float
    y: float
    width: float
    align: Align = "left"


@dataclass(frozen=True)
class Ramp:
    """An opacity that runs smoothly from ``before`` to ``after`` between two places, and is level outside them."""

    start: float
    stop: float
    before: float
    after: float


@dataclass(frozen=True)
class Scrim:
    """A ground over a whole drawing for text to stand on: ramps along x and y, united without a seam."""

    color: str
    along_x: Ramp | None = None
    along_y: Ramp | None = None


@dataclass(frozen=True)
class Hatch:
    """Lines that rise to the right at 45 degrees: where ``x + y`` is ``first`` and again every ``apart`` pixels."""

    apart: float
    first: float
    thickness: float


@dataclass(frozen=True)
class Path:
    """Outlines, each a flat ``x1 y1 x2 y2 …``: filled by the even-odd rule, stroked, or both; closed unless open.

    A stroke is dashed where ``dash`` says how long a dash is, and a gap, in pixels, and as opaque as
    ``stroke_opacity`` says; a ``hatch`` fills them with lines. A ``casing`` runs along both sides of a stroke.
    """

    outlines: tuple[tuple[float, ...], ...]
    color: str
    stroke: float = 0.0
    fill_opacity: float = 0.0
    is_open: bool = False
    dash: float = 0.0
    hatch: Hatch | None = None
    stroke_opacity: float = 1.0
    casing: Casing | None = None


@dataclass(frozen=True)
class Bitmap:
    """An image file's picture in a rectangle ``x_min y_min x_max y_max``: its bytes as they are encoded."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    data: bytes = field(repr=False)
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())


@dataclass(frozen=True)
class Clearing:
    """A rectangle ``x_min y_min x_max y_max`` in which what was drawn before is less opaque by ``opacity``."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float
    opacity: float = 1.0


Shape = Bitmap | Rect | Text | Scrim | Path | Clearing


@dataclass(frozen=True)
class Drawing:
    """A picture, transparent but for its shapes (in their own coordinates); its sides in pixels are even."""

    width: int
    height: int
    shapes: tuple[Shape, ...]

    def __hash__(self) -> int:
        """The fields' hash, reckoned once: a drawing is looked up on every frame that it is on."""
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.width, self.height, self.shapes))


@dataclass(frozen=True)
class Sprite:
    """A drawing placed on the canvas with its top left corner at even pixels, where a chroma sample begins."""

    x: int
    y: int
    drawing: Drawing
    opacity: float = 1.0


@dataclass(frozen=True)
class FramePicture:
    """The picture of a frame of the source, whichever is shown else, in a place on the canvas.

    Attributes:
        frame: Its number.
        x: The place's left edge in pixels, even, as all of it.
        y: Its upper edge.
        width: Its width.
        height: Its height.
        paled: How far it is paled to grey and to the paper, 0 to 1.
    """

    frame: int
    x: int
    y: int
    width: int
    height: int
    paled: float = 0.0

    @property
    def looks(self) -> tuple[int, int, int, float]:
        """Which picture it is, wherever it stands."""
        return self.frame, self.width, self.height, self.paled


Element = Rect | Sprite | Accumulation | FramePicture


def faded(elements: Iterable[Element], opacity: float) -> Iterable[Element]:
    """Return elements that are less opaque by a share."""
    if opacity >= 1:
        return elements
    return [
        element if isinstance(element, FramePicture) else replace(element, opacity=element.opacity * opacity)
        for element in elements
    ]
