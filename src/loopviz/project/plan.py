"""The plan of a film: what plays when, how long, and whether there is time to read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from loopviz.atomic import writing
from loopviz.errors import ConfigError, DamagedError
from loopviz.formats.csv_write import as_cells
from loopviz.media import png_of
from loopviz.outputs import check_file, check_no_folder, own_files
from loopviz.project.config import ProjectConfig
from loopviz.project.film_time import timeline_of
from loopviz.project.load import LoadedProject, mended_source
from loopviz.project.render_options import origin_of
from loopviz.project.stands import Stand, stands_of
from loopviz.scene.templates import clock
from loopviz.timeline import Timeline
from loopviz.timeline.reading import Profile, profiles
from loopviz.timeline.spec import Pace, parse_pace
from loopviz.wording import counted

if TYPE_CHECKING:
    from loopviz.report.page import Pixels
    from loopviz.report.plan_sheet import Cell

SHOWN = 60  # stands that are listed for a person


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
        remedy = "try --pace reading, fewer words, or more time for a card"
        why = f"{late} too short to be read ({self.profile.name}): {remedy}" if late else ""
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
            needs = "" if each.goes_on or not each.texts else f"{float(each.needs_seconds):.1f} s"
            said = each.who + (
                " – portrait" if each.is_portrait else " – goes on from the start" if each.goes_on else ""
            )
            yield f"{at_time(each.start_seconds):>9}  {float(each.seconds):5.1f} s  {needs:>7}{mark} {said}"
        if len(self.stands) > SHOWN:
            yield f"and {len(self.stands) - SHOWN} more; --table plan.csv writes all"
        yield self.summary


def plan_of(project: LoadedProject, frames: range | None = None, *, film: Timeline | None = None) -> Plan:
    """Return the plan of a loaded project.

    Args:
        project: The project.
        frames: Only what is in this range of the source.
        film: What plays when; None: the project's film.
    """
    film = film or timeline_of(project, frames)
    pace = parse_pace(project.config.timeline.pace)
    profile = profiles()[pace.profile if pace.kind == "reading" else Pace.profile]
    return Plan(film, tuple(stands_of(project, film, profile)), profile)


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
        check_file(target, origin_of(config, f"plan{target.suffix.lower()}"), overwrite=overwrite)
    return tuple(given.values())


def write_plan(plan: Plan, project: LoadedProject, target: Path, *, overwrite: bool = False) -> None:
    """Write a plan as a table (``.csv``) or as a picture of its stands (``.png``), whole or not at all.

    Raises:
        OutputError: If the file exists and may not be replaced, or cannot be written.
        InputError: If a frame of the picture is damaged, and the project says ``strict``.
    """
    origin = origin_of(project.config, f"plan{target.suffix.lower()}")
    if target.suffix.lower() == ".csv":
        data = as_cells(plan.table()).write_csv().encode()
    else:
        data = png_of(_picture(plan, project))
    with own_files(target, origin=origin, overwrite=overwrite) as (part,), writing(target):
        part.write_bytes(data)


def _picture(plan: Plan, project: LoadedProject) -> Pixels:
    """Return the picture of a plan; where the source turns out to be damaged, of what a render shows there."""
    from loopviz.report.plan_sheet import plan_sheet  # here: a table has no use for what it loads

    said = project.scene, plan.timeline, list(_cells(plan)), plan.summary
    try:
        return plan_sheet(project.source, *said)
    except DamagedError:
        if project.config.strict:
            raise
        with mended_source(project.config) as source:
            return plan_sheet(source, *said)


def _cells(plan: Plan) -> Iterator[Cell]:
    """What stands under each picture: of a stand its middle frame, when what is drawn is drawn."""
    from loopviz.report.plan_sheet import Cell

    for each in plan.stands:
        late = "" if each.is_readable else " – too short to read"
        middle = each.first + each.frames // 2
        yield Cell(middle, f"{at_time(each.start_seconds)}   {float(each.seconds):.1f} s{late}", each.who)


def at_time(seconds: Fraction) -> str:
    """Return a moment of the film, as ``1:02.5``."""
    tenths = round(seconds * 10)
    return f"{clock(tenths // 10)}.{tenths % 10}"
