"""What every widget can: say what it draws at a moment, and from what, so that equal moments are drawn once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from loopviz.scene.caption import Caption
from loopviz.scene.caption_shapes import NOTHING, LeftOut
from loopviz.scene.elements import Element, FramePicture
from loopviz.scene.layout import Area
from loopviz.scene.stage import Stage
from loopviz.scene.style import Placed
from loopviz.scene.view import View


class Widget:
    """Draws a part of the composition. One that draws nothing, from which others differ in what they draw.

    Args:
        style: What the theme says of it, of the type ``style_type``.
        stage: The clip.

    Attributes:
        style_type: What a theme may say of such a widget.
        about_people: Whether it has nothing to show where nobody is known.
        gives_way: Whether its lines leave room for words on the picture.
        has_words: Whether it sets such words.
        of_all_frames: Whether it needs frames that are still to come, or past: it is left out where they are not known.
    """

    style_type: ClassVar[type[Placed]] = Placed
    about_people: ClassVar[bool] = False
    of_all_frames: ClassVar[bool] = False
    gives_way: ClassVar[bool] = False
    has_words: ClassVar[bool] = False

    def __init__(self, style: Placed, stage: Stage) -> None:
        self.placed, self.stage = style, stage

    @classmethod
    def wanted(cls, style: Placed) -> tuple[float, float]:  # noqa: ARG003 - of others
        """Return the width and height, in units, that it asks of an area whose tracks are ``auto``; 0 for none."""
        return (0.0, 0.0)

    @property
    def area(self) -> Area:
        """Where it stands, in canvas pixels."""
        return self.stage.layout.area(self.placed.area)

    @property
    def solid(self) -> Iterable[Area]:
        """What it covers of the canvas: no plate stands there."""
        return ()

    @property
    def texts(self) -> Iterable[str]:
        """What it says that is no caption and no category's name: every character must have a glyph."""
        return ()

    @property
    def still(self) -> object:
        """What its drawing is made of on every frame alike; its ``repr`` is a part of the scene's key."""
        return ()

    def key(self, view: View) -> object:  # noqa: ARG002 - of others
        """Return what its drawing is made of at a moment beside that: equal values, equal drawing."""
        return ()

    def elements(self, view: View) -> Iterable[Element]:  # noqa: ARG002 - of others
        """Return what it draws at a moment, in drawing order."""
        return ()

    def reads(self, view: View) -> Iterable[str]:  # noqa: ARG002 - of others
        """Return what it says at a moment beside the caption, in reading order: a frame stands until it is read."""
        return ()

    def turns(self, frame: int) -> int:  # noqa: ARG002 - of others
        """Return how many times it shows other people while a frame stands; see ``View.turn``."""
        return 1

    def other_frames(self, view: View) -> Iterable[int]:  # noqa: ARG002 - of others
        """Return the frames, beside the moment's own, whose work it shows: who is on them is on the picture."""
        return ()

    def pictures(self, view: View) -> Iterable[FramePicture]:  # noqa: ARG002 - of others
        """Return the pictures among what it draws at a moment: they are decoded before."""
        return ()

    def left_out(self, caption: Caption) -> LeftOut:  # noqa: ARG002 - of others
        """Return what of a caption it has no room for."""
        return NOTHING
