"""The section ``timeline``: how long each person stands, in which order, and what stands before and after the film."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import BeforeValidator, Field, StrictInt

from loopviz.durations import parse_duration
from loopviz.project.base_model import GivenPath, parse_frame_rate
from loopviz.settings import Option, Section

NO_FADE = "0s"


def _words(parser: str) -> BeforeValidator:
    """Return what refuses words that a function of ``loopviz.timeline.spec`` cannot read; they stay as they are."""

    def check(value: Any) -> Any:
        from loopviz.timeline import spec  # here: most projects keep their source's time

        read: Callable[[object], object] = getattr(spec, parser)
        read(value)
        return value if isinstance(value, list | tuple) else str(value)

    return BeforeValidator(check)


def _duration(value: object) -> object:
    parse_duration(str(value))
    return str(value)


def _fade(value: object) -> object:
    return str(value) if str(value) == NO_FADE else _duration(value)


Duration = Annotated[str, BeforeValidator(_duration)]
Fade = Annotated[str, BeforeValidator(_fade)]


class RhythmConfig(Section):
    """What the panel says of whom.

    Attributes:
        beat: Of most people: a ``sentence``, or all (``full``).
        portrait: Of every nth.
        every: Which: 12, the twelfth, the twenty-fourth, …
    """

    beat: Literal["sentence", "full"] = "sentence"
    portrait: Literal["sentence", "full"] = "full"
    every: Annotated[StrictInt, Field(ge=1)] = 12


class CardConfig(Section):
    """What stands before the film, or after it: a page of text, or everybody who worked.

    Attributes:
        card: A page of text: ``title``.
        credits: Everybody, on ``pages`` or as a ``roll``. Either this or ``card``.
        seconds: For how long, in the file ``for``.
        heading: The large line: a template over ``everyone`` and ``frame.count``.
        text: What stands under it: a template too.
        beside: What stands beside a name: the ``time`` of the work, its ``pay``, or ``nothing``.
        order: Who comes first: by ``name``, or those whose labels a model's detections resemble most (``taught_by``).
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    card: Literal["title"] | None = None
    credits: Literal["pages", "roll"] | None = None
    seconds: Annotated[Duration, Field(alias="for")] = "3s"
    heading: str | None = None
    text: str | None = None
    beside: Literal["time", "pay", "nothing"] = "time"
    order: Literal["name", "taught_by"] = "name"

    @pydantic.model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.card is None) == (self.credits is None):
            raise ValueError("either 'card: title' or 'credits: pages'")
        return self


class TimelineConfig(Section):
    """The film's own time; without this section it is the source's.

    Attributes:
        pace: How long each person stands.
        order: In which order.
        show: Which frames are shown.
        seed: Decides who is shown where not everybody is, and a random order.
        rhythm: What is said of whom; None: all of everybody.
        between: What happens between two people.
        draw_on: How labels are drawn while they stand; None: they stand from the first.
        loop: How the end meets the beginning.
        start: What stands before the film.
        end: What stands after it.
        sound: The source's, where the film has the source's time; ``none``; or a file, looped to the film's length.
        sound_fade: How long a file's sound takes to come and to go; ``0s``: it begins and ends at once.
        frame_rate: Frames a second of the output; None: the source's.
    """

    pace: Annotated[
        str,
        _words("parse_pace"),
        Option(
            "--pace",
            "How long each person stands: frame (as in the source), reading, reading:PROFILE, 2s a frame, person:1.5s, "
            "or by-length 3m for the whole film.",
            metavar="PACE",
        ),
    ] = "frame"
    order: Literal["source", "worker", "time", "pay", "random"] = "source"
    show: Annotated[str | tuple[str, ...], _words("parse_show")] = "all"
    seed: StrictInt = 1
    rhythm: RhythmConfig | None = None
    between: Annotated[str, _words("parse_between")] = "cut"
    draw_on: Annotated[str | None, _words("parse_draw_on")] = None
    loop: Annotated[str, _words("parse_loop")] = "natural"
    start: CardConfig | None = None
    end: CardConfig | None = None
    sound: Annotated[Literal["source", "none"] | GivenPath, Field(union_mode="left_to_right")] = "source"
    sound_fade: Fade = "1s"
    frame_rate: Annotated[Fraction, BeforeValidator(parse_frame_rate)] | None = None

    @property
    def is_the_sources(self) -> bool:
        """Whether the film plays as its source does."""
        return self.model_copy(update={"sound": "source", "sound_fade": "1s", "seed": 1}) == TimelineConfig()

    @property
    def soundtrack(self) -> Path | None:
        """The file that plays under the film."""
        return self.sound if isinstance(self.sound, Path) else None

    @property
    def fade_seconds(self) -> Fraction:
        """How long its sound takes to come and to go."""
        return Fraction(0) if self.sound_fade == NO_FADE else parse_duration(self.sound_fade)
