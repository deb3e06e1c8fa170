"""The plan of a film, as a table and a picture."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import pytest
from project.test_film import opened, project

from loopviz.errors import ConfigError, OutputError
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.project.plan import check_plan_files, plan_of, write_plan
from loopviz.report.plan_sheet import COLUMNS, MOST

TIMELINE = """{pace: reading, show: 13 people, rhythm: {every: 6}, between: fade 6 frames, loop: cross-fade 0.5s,
  start: {card: title, for: 4s, heading: A mouse}, end: {credits: pages, for: 6s}}"""


def test_a_plan_says_what_plays_when(tmp_path: Path):
    with opened(project(tmp_path, TIMELINE)) as (loaded, film):
        plan = plan_of(loaded)
    assert len(plan.timeline) == len(film)
    people = [stand for stand in plan.stands if not stand.is_card]
    assert len({stand.who for stand in people}) == len(people) == 13
    assert [stand.is_portrait for stand in people] == [*[False] * 5, True] * 2 + [False]
    assert plan.stands[0].who == "A mouse"
    assert [stand.is_list for stand in plan.stands if stand.is_card] == [
        False,
        *[True] * loaded.scene.card_pages[1],
        False,
    ]
    ends = [stand.start_seconds + stand.seconds for stand in plan.stands]
    assert ends[:-1] == [stand.start_seconds for stand in plan.stands[1:]]
    assert float(ends[-1]) == pytest.approx(plan.timeline.duration_seconds)
    assert all(stand.is_readable for stand in people)
    assert max(stand.characters_per_second for stand in people) < 17.5
    assert plan.profile.name == "netflix"


def test_at_the_sources_pace_nobody_can_be_read(tmp_path: Path):
    with load(configure(project(tmp_path, "{}"))[0], dry_run=True) as loaded:
        plan = plan_of(loaded)
    assert len(plan.timeline) == 296
    assert len(plan.unreadable) == len(plan.stands) > 250
    assert "too short to be read" in plan.summary


def test_a_stand_that_is_too_short_is_marked(tmp_path: Path):
    with opened(
        project(tmp_path, "{pace: 1s, show: 2 people, start: {card: title, for: 0.5s, heading: A long title indeed}}")
    ) as (loaded, _):
        plan = plan_of(loaded)
    assert [stand.is_readable for stand in plan.stands] == [False] * 3
    assert sum("!" in line for line in plan.lines()) == 3


def test_the_plan_as_files(tmp_path: Path):
    with opened(project(tmp_path, TIMELINE)) as (loaded, _):
        plan = plan_of(loaded)
        write_plan(plan, loaded, tmp_path / "plan.csv")
        write_plan(plan, loaded, tmp_path / "plan.png")
        write_plan(plan, loaded, tmp_path / "plan.png")  # our own is made again
        (tmp_path / "mine.csv").write_text("mine")
        with pytest.raises(OutputError):
            write_plan(plan, loaded, tmp_path / "mine.csv")
        with pytest.raises(ConfigError):
            check_plan_files(tmp_path / "plan.png", None, loaded.config)
    with (tmp_path / "plan.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["who"] for row in rows] == [stand.who for stand in plan.stands]
    assert float(rows[1]["seconds"]) == pytest.approx(float(plan.stands[1].seconds), abs=1e-3)
    picture = cv2.imread(str(tmp_path / "plan.png"))
    assert picture is not None
    assert len(plan.stands) <= MOST
    assert picture.shape[1] > COLUMNS * 300


def test_answers_are_no_formulas_in_the_table(tmp_path: Path):
    file = project(tmp_path, "{pace: 1s, show: 2 people, start: {card: title, heading: '=1+1'}}")
    with opened(file) as (loaded, _):
        write_plan(plan_of(loaded), loaded, tmp_path / "plan.csv")
    assert "'=1+1" in (tmp_path / "plan.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("credits", "late"),
    [("pages, for: 8s", 0), ("pages, for: 1s", 2), ("roll, for: 2s", 1), ("roll, for: 20s", 0)],
)
def test_names_stand_long_enough_to_be_found(tmp_path: Path, credits: str, late: int):
    timeline = f"{{pace: 60s, show: 3 people, end: {{credits: {credits}}}}}"
    with opened(project(tmp_path, timeline)) as (loaded, _):
        plan = plan_of(loaded)
        assert [each.is_list for each in plan.unreadable] == [True] * late
