"""The plan of a film: what plays when, how long, and whether there is time to read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from loopviz.atomic import writing
from loopviz.errors import ConfigError
from loopviz.formats.csv_write import as_cells
from loopviz.media import png_of
from loopviz.outputs import Origin, check_file, check_no_folder, own_files
from loopviz.project.config import ProjectConfig
from loopviz.project.load import LoadedProject
from loopviz.scene import View
from loopviz.scene.templates import clock
from loopviz.timeline import Timeline, identity_timeline, part
from loopviz.timeline.cues import cues
from loopviz.timeline.reading import Profile, profiles
from loopviz.timeline.spec import Pace, parse_pace
from loopviz.wording import counted

if TYPE_CHECKING:
    from loopviz.report.plan_sheet import Cell

SHOWN = 60  # stands that are listed for a person
Texts = tuple[str, ...]
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
        needs_seconds: How long the text takes to read.
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
        """Whether there is time to read the words; of a list of names nobody is to read all."""
        return self.is_list or self.goes_on or not self.texts or self.needs_seconds <= self.seconds + TOLERANCE

    @property
    def characters_per_second(self) -> float:
        """How fast the words would have to be read."""
        return len(self.text) / float(self.seconds)


@dataclass(frozen=True, eq=False)
class Plan:
    """What plays when.

    Attributes:
        timeline: The film's frames.
        stands: Its stands, in order.
        profile: The reader whose pace decides what is readable.
    """

    timeline: Timeline
    stands: tuple[Stand, ...]
    profile: Profile

    @cached_property
    def unreadable(self) -> tuple[Stand, ...]:
        """The stands whose words nobody can read in that time."""
        return tuple(stand for stand in self.stands if not stand.is_readable)

    @property
    def summary(self) -> str:
        """How long it all is, and how much of it cannot be read."""
        people, late = sum(not each.is_card and not each.goes_on for each in self.stands), len(self.unreadable)
        if not any(each.texts for each in self.stands):
            return f"{self._length}; {counted(people, 'stand')}, and nothing to read."
        why = f"{late} too short to be read ({self.profile.name}): try --pace reading, or fewer words" if late else ""
        return f"{self._length}; {counted(people, 'stand')}, {why or 'all of which can be read'}."

    @property
    def _length(self) -> str:
        return f"{at_time(Fraction(self.timeline.duration_seconds))} in all, {counted(len(self.timeline), 'frame')}"

    def as_json(self) -> dict[str, object]:
        """Return the plan as plain values."""
        stands = (asdict(each) | {"is_readable": each.is_readable} for each in self.stands)
        return {
            "frames": len(self.timeline),
            "frame_rate": str(self.timeline.frame_rate),
            "duration_seconds": round(self.timeline.duration_seconds, 6),
            "reader": self.profile.name,
            "unreadable": len(self.unreadable),
            "stands": [
                {key: round(float(value), 6) if isinstance(value, Fraction) else value for key, value in each.items()}
                for each in stands
            ],
        }

    def table(self) -> pl.DataFrame:
        """Return a row a stand, for a spreadsheet."""
        return pl.DataFrame(
            {
                "start_seconds": [round(float(each.start_seconds), 3) for each in self.stands],
                "seconds": [round(float(each.seconds), 3) for each in self.stands],
                "who": [each.who for each in self.stands],
                "card": [each.is_card for each in self.stands],
                "portrait": [each.is_portrait for each in self.stands],
                "first_source_frame": [each.source_frames[0] for each in self.stands],
                "last_source_frame": [each.source_frames[1] for each in self.stands],
                "characters": [len(each.text) for each in self.stands],
                "needs_seconds": [round(float(each.needs_seconds), 3) for each in self.stands],
                "readable": [each.is_readable for each in self.stands],
                "text": [each.text for each in self.stands],
            }
        )

    def lines(self) -> Iterator[str]:
        """Yield the plan for a person."""
        yield f"{'from':>9}  {'lasts':>7}  {'needs':>7}  who"
        for each in self.stands[:SHOWN]:
            mark = " " if each.is_readable else "!"
            needs = "" if each.is_list or each.goes_on or not each.texts else f"{float(each.needs_seconds):.1f} s"
            said = each.who + (
                " – portrait" if each.is_portrait else " – goes on from the start" if each.goes_on else ""
            )
            yield f"{at_time(each.start_seconds):>9}  {float(each.seconds):5.1f} s  {needs:>7}{mark} {said}"
        if len(self.stands) > SHOWN:
            yield f"and {len(self.stands) - SHOWN} more; --table plan.csv writes all"
        yield self.summary


def plan_of(project: LoadedProject, frames: range | None = None) -> Plan:
    """Return the plan of a loaded project.

    Args:
        project: The project.
        frames: Only what is in this range of the source.
    """
    if project.film is None:
        film = identity_timeline(project.source)
        film = film if frames is None else part(film, frames)
    else:
        film = project.film.timeline(project.scene, frames)
    pace = parse_pace(project.config.timeline.pace)
    profile = profiles()[pace.profile if pace.kind == "reading" else Pace.profile]
    return Plan(film, tuple(_stands(project, film, profile)), profile)


def check_plan_files(
    table: Path | None, picture: Path | None, config: ProjectConfig, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Return the files that a plan is to be written to; those that it cannot be are refused before it is made.

    Raises:
        ConfigError: If one is not named as what it is.
        OutputError: If one exists and may not be replaced.
    """
    given = {suffix: target for suffix, target in ((".csv", table), (".png", picture)) if target is not None}
    for suffix, target in given.items():
        if target.suffix.lower() != suffix:
            what = "table" if suffix == ".csv" else "picture"
            raise ConfigError(f"not a name for a plan's {what}", file=target, expected=f"one that ends in {suffix}")
        check_no_folder(target, f"plan{target.suffix}")
        check_file(target, _origin(config, target), overwrite=overwrite)
    return tuple(given.values())


def write_plan(plan: Plan, project: LoadedProject, target: Path, *, overwrite: bool = False) -> None:
    """Write a plan as a table (``.csv``) or as a picture of its stands (``.png``), whole or not at all.

    Raises:
        OutputError: If the file exists and may not be replaced, or cannot be written.
        InputError: If a frame of the picture is damaged.
    """
    origin = _origin(project.config, target)
    if target.suffix.lower() == ".csv":
        data = as_cells(plan.table()).write_csv().encode()
    else:
        from loopviz.report.plan_sheet import plan_sheet  # here: a table has no use for what it loads

        data = png_of(plan_sheet(project.source, project.scene, plan.timeline, list(_cells(plan)), plan.summary))
    with own_files(target, origin=origin, overwrite=overwrite) as (part,), writing(target):
        part.write_bytes(data)


def _origin(config: ProjectConfig, target: Path) -> Origin:
    return Origin.of(f"plan{target.suffix.lower()}", config.source, config.labels)


def _cells(plan: Plan) -> Iterator[Cell]:
    """What stands under each picture: of a stand its middle frame, when what is drawn is drawn."""
    from loopviz.report.plan_sheet import Cell

    for each in plan.stands:
        late = "" if each.is_readable else " – too short to read"
        middle = each.first + each.frames // 2
        yield Cell(middle, f"{at_time(each.start_seconds)}   {float(each.seconds):.1f} s{late}", each.who)


def _stands(project: LoadedProject, film: Timeline, profile: Profile) -> Iterator[Stand]:
    portraits = project.film is not None and project.film.rhythm.every > 1
    first = project.dataset.assignments.filter(pl.col("frame").is_not_null()).unique("frame", keep="first")
    workers = dict(first.select("frame", "worker_id").iter_rows())
    seen = list(cues(film).iter_rows(named=True))
    groups = [(whose, list(group)) for whose, group in groupby(enumerate(seen), key=lambda item: _whose(item, workers))]
    for place, (whose, group) in enumerate(groups):
        run = [cue for _, cue in group]
        start, end = run[0]["start_pts"] * film.time_base, run[-1]["end_pts"] * film.time_base
        who, texts, lines, names = _said(project, run)
        sources = [cue["source_frame"] for cue in run]
        yield Stand(
            start,
            end - start,
            who,
            texts,
            lines,
            names,
            run[0]["card"] is not None,
            bool(names),
            portraits and run[0]["card"] is None and run[0]["words"] == project.film.rhythm.portrait,  # type: ignore[union-attr]
            (min(sources), max(sources)),
            run[0]["first"],
            sum(cue["frames"] for cue in run),
            profile.needs(" ".join(texts)),
            0 < place == len(groups) - 1 and whose == groups[0][0],
        )


def _whose(item: tuple[int, dict[str, object]], workers: dict[int, str]) -> tuple[object, ...]:
    """What a stand is known by: its card, its person, or, where nobody worked, itself."""
    place, cue = item
    if cue["card"] is not None:
        return "card", cue["card"]
    worker = workers.get(cue["label_frame"])  # type: ignore[call-overload]
    return ("nobody", place) if worker is None else ("person", worker)


def _said(project: LoadedProject, run: list[dict[str, object]]) -> tuple[str, Texts, Texts, Texts]:
    """Who a stand shows, the longest of its captions, that in lines, and the names on a card."""
    if (card := run[0]["card"]) is not None:
        page = project.scene.card_page(card)  # type: ignore[arg-type]
        head = tuple(filter(None, (page.card.heading, page.card.text)))
        figures = (f"{figure.value} {figure.label}" for figure in page.card.figures)
        names = tuple(", ".join(filter(None, (person.name, person.beside))) for person in page.people)
        return page.card.heading, head, (*head, *figures, *filter(None, (page.card.note,))), names
    views = (View(cue["label_frame"], cue["words"], so_far=cue["so_far"]) for cue in run)  # type: ignore[arg-type]
    captions = [project.scene.caption(view) for view in views]
    longest = max(captions, key=lambda caption: len(" ".join(caption.texts)))
    return longest.name or f"frame {run[0]['label_frame']}", longest.texts, longest.lines, ()


def at_time(seconds: Fraction) -> str:
    """Return a moment of the film, as ``1:02.5``."""
    tenths = round(seconds * 10)
    return f"{clock(tenths // 10)}.{tenths % 10}"
