"""What a scene is asked to draw: a frame's labels and people, at a moment of the film."""

from __future__ import annotations

from typing import Literal, NamedTuple

Words = Literal["full", "sentence"]


class View(NamedTuple):
    """A moment of the film; a frame's number alone is all of it, at its own time.

    Attributes:
        frame: The frame whose labels and people are drawn.
        words: What the panel says: all that is known of a person, or one sentence.
        caption_opacity: How opaque the panel's words are, 0 to 1.
        marks_opacity: How opaque labels are.
        drawn: How much of the frame's labels is drawn, 0 to 1.
        so_far: How many frames with labels have been shown by now; None: as many as when this one first is.
        card: The page of text that covers the frame, by its number; None for none.
        card_opacity: How opaque the card is, its text included.
        text_opacity: How opaque the text on it is.
        card_progress: How much of the card has passed, 0 to 1: where a roll stands.
        line: Where the line between the crowd and a model stands on the picture, 0 to 1 from its left edge.
        worked: How much of the work on the frame has been done by then, 0 to 1.
        turn: Which of those who labelled the frame are shown, where they are one after the other; from 0.
    """

    frame: int
    words: Words = "full"
    caption_opacity: float = 1.0
    marks_opacity: float = 1.0
    drawn: float = 1.0
    so_far: int | None = None
    card: int | None = None
    card_opacity: float = 1.0
    text_opacity: float = 1.0
    card_progress: float = 0.0
    line: float = 0.5
    worked: float = 1.0
    turn: int = 0
