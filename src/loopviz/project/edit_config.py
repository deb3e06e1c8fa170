"""The section ``edit``: a film of several clips in a row, with cards between them and sound under it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pydantic
from pydantic import BeforeValidator, Field, StrictBool

from loopviz.durations import parse_duration
from loopviz.project.base_model import GivenPath, expanded
from loopviz.project.option import THEME_SUFFIXES
from loopviz.project.timeline_config import NO_FADE, CardConfig, Duration, Fade
from loopviz.settings import Section

MOST_CLIPS = 200
SPEEDS = Fraction(1, 100), Fraction(100)
SPEED = "a number from 0.01 to 100, as 2 or 1/2"
OF_CARDS = ("seconds", "heading", "text", "beside", "order")
OF_FILMS = ("video", "range", "speed", "hold")


def _cut_or_dissolve(value: object) -> str:
    from loopviz.timeline.spec import parse_between  # here: most projects make no edit

    text = str(value).strip()
    try:
        fades = parse_between(text).kind == "fade"
    except ValueError:
        fades = True
    if fades:
        raise ValueError("cut, or 'dissolve 12 frames', of two frames at least")
    return text


def _speed(value: object) -> str:
    try:
        fits = not isinstance(value, bool) and SPEEDS[0] <= Fraction(str(value)) <= SPEEDS[1]
    except (ValueError, ZeroDivisionError):
        fits = False
    if not fits:
        raise ValueError(SPEED)
    return str(value)


Between = Annotated[str, BeforeValidator(_cut_or_dissolve)]


class EditClipConfig(Section):
    """One clip: what ``run`` makes of a project or of a range of its source; a video as it is; or a card.

    Attributes:
        project: Another project's file or folder; None: this one.
        video: A video, or a folder of frames, without anything on it.
        range: Only these frames of the source, as ``--range`` has them: without the film's cards.
        theme: Another theme than the project's.
        speed: How much faster it plays.
        hold: How long its last frame stays.
        between: How it comes after the one before; None: as all do.
        card: A page of text: ``title``.
        credits: Everybody, on ``pages`` or as a ``roll``.
        seconds: For how long a card stands, in the file ``for``.
        heading: As a card of ``timeline`` has it.
        text: Likewise.
        beside: Likewise.
        order: Likewise.
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    project: GivenPath | None = None
    video: GivenPath | None = None
    range: str | None = None
    theme: str | None = None
    speed: Annotated[str, BeforeValidator(_speed)] = "1"
    hold: Duration | None = None
    between: Between | None = None
    card: Literal["title"] | None = None
    credits: Literal["pages", "roll"] | None = None
    seconds: Annotated[Duration, Field(alias="for")] = "3s"
    heading: str | None = None
    text: str | None = None
    beside: Literal["time", "pay", "nothing"] = "time"
    order: Literal["name", "taught_by"] = "name"

    @pydantic.model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.card is not None and self.credits is not None:
            raise ValueError("either 'card: title' or 'credits: pages'")
        if self.video is not None and (self.project is not None or self.theme is not None):
            raise ValueError("no 'project' and no 'theme' beside 'video', which shows nothing but its pictures")
        others = OF_FILMS if self.is_card else OF_CARDS
        odd = next((key for key in others if key in self.model_fields_set), None)
        if odd is not None and self.is_card:
            raise ValueError(f"no '{odd}' beside a card, which stands as long as 'for' says")
        if odd is not None:
            raise ValueError(f"'card: title' or 'credits: pages' beside '{'for' if odd == 'seconds' else odd}'")
        return self

    @property
    def is_card(self) -> bool:
        """Whether it is a card."""
        return self.card is not None or self.credits is not None

    @property
    def as_card(self) -> CardConfig:
        """The card, as the section ``timeline`` has it."""
        keys = {key: getattr(self, key) for key in ("card", "credits", *OF_CARDS)}
        return CardConfig.checked({key: value for key, value in keys.items() if value is not None})

    def below(self, place: Callable[[Path], Path]) -> dict[str, Any]:
        """Return what it says, with its paths counted from a folder."""
        data = self.model_dump(exclude_unset=True)
        data |= {key: place(data[key]) for key in ("project", "video") if data.get(key) is not None}
        if self.theme is not None and self.theme.endswith(THEME_SUFFIXES):
            data["theme"] = str(place(expanded(self.theme)))
        return data


class EditConfig(Section):
    """A film of several clips.

    Attributes:
        clips: In the order in which they play.
        between: How one comes after the other.
        sound: The clips' own, where they play as their source does (``source``); ``none``; or a file.
        sound_fade: How long a file's sound takes to come and to go.
        sound_loop: Whether a file that is shorter than the film plays again and again; else it plays once.
        sound_gain: How much louder it is, in decibels; less than 0: softer.
    """

    clips: Annotated[tuple[EditClipConfig, ...], Field(min_length=1, max_length=MOST_CLIPS)]
    between: Between = "cut"
    sound: Annotated[Literal["source", "none"] | GivenPath, Field(union_mode="left_to_right")] = "source"
    sound_fade: Fade = "1s"
    sound_loop: StrictBool = True
    sound_gain: Annotated[float, Field(ge=-60, le=12)] = 0.0

    @pydantic.model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.clips[0].between is not None:
            raise ValueError("no 'between' of the first clip, which comes after none")
        if self.soundtrack is None and self.model_fields_set & {"sound_fade", "sound_loop", "sound_gain"}:
            raise ValueError("'sound: music.wav' beside what is said of its loudness, fades and loop")
        return self

    @property
    def soundtrack(self) -> Path | None:
        """The file that plays under the film."""
        return self.sound if isinstance(self.sound, Path) else None

    @property
    def fade_seconds(self) -> Fraction:
        """How long its sound takes to come and to go."""
        return Fraction(0) if self.sound_fade == NO_FADE else parse_duration(self.sound_fade)

    def below(self, place: Callable[[Path], Path]) -> dict[str, Any]:
        """Return what it says, with its paths counted from a folder."""
        data = self.model_dump(exclude_unset=True) | {"clips": [clip.below(place) for clip in self.clips]}
        return data if self.soundtrack is None else data | {"sound": place(self.soundtrack)}
