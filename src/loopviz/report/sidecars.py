"""Files beside a film, from its plan: subtitles, a transcript, what is drawn where, and cuts for an editing program.

SubRip and WebVTT are written by pysubs2, OpenTimelineIO and EDL by OpenTimelineIO and its adapter (``loopviz[edit]``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pysubs2

from loopviz.errors import ConfigError, MissingPartError
from loopviz.media.repeat import seconds_of
from loopviz.render.plan import view_of
from loopviz.scene import Scene
from loopviz.timeline import Timeline

EDL_RATES = (24, 25, 30, 48, 50, 60, Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001))
LINES = "\n"
HARMLESS = str.maketrans("<>{}\\", "‹›()/")


@dataclass(frozen=True)
class Passage:
    """What stands on screen for a time.

    Attributes:
        start: Seconds from the film's beginning.
        end: When it is over.
        first: The output frame on which it begins.
        frames: How many frames it lasts.
        who: The name on screen, or a card's heading.
        lines: The words on screen, as lines that can be read without the picture.
        names: A card's names, which subtitles leave out: nobody reads fifty lines at a time.
    """

    start: Fraction
    end: Fraction
    first: int
    frames: int
    who: str
    lines: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What sidecars are made of.

    Attributes:
        film: The film's file name, as editing programs are told it.
        timeline: What plays when.
        passages: What is said when.
        scene: What is drawn where.
        times: How often the film plays in its file; subtitles come as often.
    """

    film: str
    timeline: Timeline
    passages: Sequence[Passage]
    scene: Scene
    times: int = 1


def _subtitles(form: str) -> Callable[[Beside], str]:
    def write(beside: Beside) -> str:
        subtitles = pysubs2.SSAFile()
        length = seconds_of(beside.timeline)
        for time, passage in product(range(beside.times), beside.passages):
            start, end = passage.start + time * length, passage.end + time * length
            event = pysubs2.SSAEvent(start=_milliseconds(start), end=_milliseconds(end))
            event.plaintext = LINES.join(map(_safe, passage.lines))
            subtitles.append(event)
        return subtitles.to_string(form)

    return write


def _safe(text: str) -> str:
    """A text in which no player finds a tag or a style: strangers wrote it."""
    return text.translate(HARMLESS).replace("--›", "→")


def _milliseconds(seconds: Fraction) -> int:
    return round(seconds * 1000)


def _transcript(beside: Beside) -> str:
    """All that is said, in the order in which it is, for those who listen to it."""
    parts = []
    for passage in beside.passages:
        said = ". ".join(line.rstrip(".") for line in (*passage.lines[:1], *passage.names, *passage.lines[1:]))
        parts.append(f"[{_clock(passage.start)}] {said}.{LINES}")
    return LINES.join(parts)


def _clock(seconds: Fraction) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _drawn(beside: Beside) -> str:
    """What is drawn where, on every run of equal frames; coordinates are pixels of the canvas."""
    film, scene = beside.timeline, beside.scene
    zero, runs, first = int(film.pts[0]), [], 0
    for shown, stamps in film.runs():
        view = view_of(shown)
        covered = view.card is not None and view.card_opacity >= 1
        runs.append(
            {
                "first": first,
                "frames": len(stamps),
                "seconds": round(float((stamps[0] - zero) * film.time_base), 6),
                "source_frame": shown.source_frame,
                "mixed_frame": shown.mix_frame,
                "mixed_share": round(shown.mix_weight, 6),
                "card": None if view.card is None else scene.card_page(view.card).card.heading,
                "caption": [] if covered else list(scene.said(view)),
                "caption_opacity": 0.0 if covered else round(view.caption_opacity, 6),
                "drawn": round(view.drawn, 6),
                "labels": []
                if covered
                else [
                    {"category": mark.name, "color": mark.color, "kind": mark.kind, "box": list(mark.box)}
                    for mark in scene.marks(view.frame)
                ],
            }
        )
        first += len(stamps)
    width, height = scene.canvas_size
    whole = {"width": width, "height": height, "frame_rate": str(film.frame_rate), "frames": len(film), "runs": runs}
    return json.dumps(whole, ensure_ascii=False, indent=1) + LINES


def _cuts(adapter: str) -> Callable[[Beside], str]:
    def write(beside: Beside) -> str:
        rate = beside.timeline.frame_rate
        if adapter == "cmx_3600" and rate not in EDL_RATES:
            raise ConfigError(
                "an EDL does not count frames at this rate",
                at="sidecars",
                found=f"edl at {rate} frames a second",
                expected="a 'timeline: frame_rate' of 24, 25 or 30, or otio, which counts at any",
            )
        otio = _otio()
        track = otio.schema.Track(name="people", kind=otio.schema.TrackKind.Video)
        for passage in beside.passages:
            span = otio.opentime.TimeRange(_time(otio, passage.first, rate), _time(otio, passage.frames, rate))
            whole = otio.opentime.TimeRange(_time(otio, 0, rate), _time(otio, len(beside.timeline), rate))
            media = otio.schema.ExternalReference(target_url=beside.film, available_range=whole)
            track.append(otio.schema.Clip(name=_safe(passage.who), media_reference=media, source_range=span))
        timeline = otio.schema.Timeline(name=Path(beside.film).stem, tracks=[track])
        return str(otio.adapters.write_to_string(timeline, adapter))

    return write


def _otio() -> Any:
    try:
        import opentimelineio
    except ImportError as error:
        raise MissingPartError(
            "cuts for an editing program need OpenTimelineIO", remedy="Install it: pip install 'loopviz[edit]'."
        ) from error
    return opentimelineio


def _time(otio: Any, frames: int, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(frames, float(rate))


WRITERS: Mapping[str, Callable[[Beside], str]] = {
    "srt": _subtitles("srt"),
    "vtt": _subtitles("vtt"),
    "txt": _transcript,
    "json": _drawn,
    "otio": _cuts("otio_json"),
    "edl": _cuts("cmx_3600"),
}
SIDECARS = tuple(WRITERS)
