"""The stands of a film: one person's time on screen each, or a card's, with what is said in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import polars as pl

from loopviz.project.load import LoadedProject
from loopviz.scene import View
from loopviz.timeline import Timeline
from loopviz.timeline.cues import Cue, cues
from loopviz.timeline.reading import Profile

Texts = tuple[str, ...]
LEAST_SCREEN = Fraction(2)  # seconds that a screen full of names stands, or takes to pass
TOLERANCE = Fraction(1, 12)  # seconds: times are rounded to frames, and nobody reads a twelfth of a second


@dataclass(frozen=True)
class Stand:
    """One person's time on screen, or a card's.

    Attributes:
        start_seconds: When it begins.
        seconds: How long it lasts.
        who: The name on screen; a card's heading.
        texts: The words on screen in the order in which they are read, the longest where they change.
        lines: The same as lines that can be read without the picture.
        names: A card's names, with what stands beside them.
        is_card: Whether it is a card.
        is_list: Whether it is a card with names, which nobody reads one after the other.
        is_portrait: Whether all is said of the person, in a film that says a sentence of most.
        source_frames: The source's frames that are shown, the first and the last.
        first: The output frame on which it begins.
        frames: How many output frames it lasts.
        needs_seconds: How long the text takes to read; of names, how long they must stand for one to be found.
        goes_on: Whether it is the film's last, and goes on where the film begins again.
    """

    start_seconds: Fraction
    seconds: Fraction
    who: str
    texts: tuple[str, ...]
    lines: tuple[str, ...]
    names: tuple[str, ...]
    is_card: bool
    is_list: bool
    is_portrait: bool
    source_frames: tuple[int, int]
    first: int
    frames: int
    needs_seconds: Fraction
    goes_on: bool = False

    @property
    def text(self) -> str:
        """The words in one line."""
        return " ".join(self.texts)

    @property
    def is_readable(self) -> bool:
        """Whether there is time to read the words; of a list of names, to find one."""
        return self.goes_on or not self.texts or self.needs_seconds <= self.seconds + TOLERANCE

    @property
    def characters_per_second(self) -> float:
        """How fast the words would have to be read."""
        return len(self.text) / float(self.seconds)


@dataclass(frozen=True)
class _Said:
    """Who a stand shows, and what is said: as it is set, in lines, and the names on a card."""

    who: str
    texts: Texts
    lines: Texts
    names: Texts = ()


def stands_of(project: LoadedProject, film: Timeline, profile: Profile) -> Iterator[Stand]:
    """Yield the stands of a film, in order.

    Args:
        project: Whose film it is.
        film: What plays when.
        profile: The reader whose time decides what is readable.
    """
    portrait = project.film.rhythm.portrait if project.film and project.film.rhythm.every > 1 else None
    of_frames = project.scene.speaks_of_frames
    first = project.dataset.assignments.filter(pl.col("frame").is_not_null()).unique("frame", keep="first")
    workers = dict(first.select("frame", "worker_id").iter_rows())
    seen = [Cue(*row) for row in cues(film).iter_rows()]
    runs = [
        (whose, list(run)) for whose, run in groupby(seen, key=lambda cue: _whose(cue, workers, of_frames=of_frames))
    ]
    for place, (whose, run) in enumerate(runs):
        start, is_card, said = run[0].start_pts * film.time_base, run[0].card is not None, _said(project, run)
        yield Stand(
            start_seconds=start,
            seconds=run[-1].end_pts * film.time_base - start,
            who=said.who,
            texts=said.texts,
            lines=said.lines,
            names=said.names,
            is_card=is_card,
            is_list=bool(said.names),
            is_portrait=not is_card and run[0].words == portrait,
            source_frames=(min(cue.source_frame for cue in run), max(cue.source_frame for cue in run)),
            first=run[0].first,
            frames=sum(cue.frames for cue in run),
            needs_seconds=_needed(project, run[0], said, profile),
            goes_on=0 < place == len(runs) - 1 and whose == runs[0][0],
        )


def _whose(cue: Cue, workers: Mapping[int, str], *, of_frames: bool) -> tuple[str, object]:
    """What a stand is known by: its card, the frame that is spoken of, its person, or, where nobody worked, itself."""
    if cue.card is not None:
        return "card", cue.card
    if of_frames:
        return "frame", cue.label_frame
    worker = workers.get(cue.label_frame)
    return ("nobody", cue.first) if worker is None else ("person", worker)


def _needed(project: LoadedProject, cue: Cue, said: _Said, profile: Profile) -> Fraction:
    if said.names and cue.card is not None:
        return LEAST_SCREEN * project.scene.card_screens(cue.card)
    return profile.needs(" ".join(said.texts))


def _said(project: LoadedProject, run: list[Cue]) -> _Said:
    """Return what is said in a stand: where the caption changes, the longest."""
    if run[0].card is not None:
        page = project.scene.card_page(run[0].card)
        head = tuple(filter(None, (page.card.heading, page.card.text)))
        figures = (f"{figure.value} {figure.label}" for figure in page.card.figures)
        names = tuple(", ".join(filter(None, (person.name, person.beside))) for person in page.people)
        return _Said(page.card.heading or "card", head, (*head, *figures, *filter(None, (page.card.note,))), names)
    scene, views = project.scene, [View(cue.label_frame, cue.words, so_far=cue.so_far) for cue in run]
    view = max(views, key=lambda view: len(" ".join(scene.said(view))))
    caption, beside = scene.caption(view), scene.said_beside(view)
    return _Said(caption.name or f"frame {view.frame}", scene.said(view), (*caption.lines, *beside))
