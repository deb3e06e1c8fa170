"""Whether a film can be read."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from loopviz.project.check.checkup import check
from loopviz.project.check.film import arc_minutes
from loopviz.project.config import ScreenConfig

CONFIGS = Path(__file__).parents[3] / "configs"


@pytest.mark.parametrize(
    ("share", "screen", "minutes"),
    [  # the share of the height that type has whose capitals are seen at 16 minutes of arc
        (0.019, ScreenConfig(inches=55, metres=2.0), 16),
        (0.0233, ScreenConfig(), 16),
        (0.0466, ScreenConfig(), 32),
        (0.0233, ScreenConfig(inches=110, metres=5), 16),
    ],
)
def test_how_large_a_capital_is_seen(share: float, screen: ScreenConfig, minutes: float):
    assert arc_minutes(share * 1080, (1920, 1080), screen) == pytest.approx(minutes, rel=0.03)


def test_a_canvas_that_is_wider_than_the_screen_is_shown_smaller():
    wide, same = arc_minutes(20, (3840, 1080), ScreenConfig()), arc_minutes(20, (1920, 1080), ScreenConfig())
    assert wide == pytest.approx(same / 2, rel=1e-4)
    tall = arc_minutes(20, (1080, 1920), ScreenConfig())
    assert tall == pytest.approx(same * 1080 / 1920, rel=1e-4)
    assert math.isfinite(arc_minutes(0.1, (2, 2), ScreenConfig(inches=0.1, metres=1000)))


@pytest.mark.parametrize("name", ["mouse", "house", "everyone", "wall"])
def test_the_samples_films_can_be_read(name: str):
    report = check(CONFIGS / f"{name}.yaml")
    assert report.counts["errors"] == report.counts["warnings"] == 0


def test_at_the_sources_pace_the_sample_fails():
    report = check(CONFIGS / "mouse.yaml", {"timeline.pace": "frame"})
    failed = {each.code: each for each in report.findings if each.severity == "error"}
    assert set(failed) == {"unreadable"}
    assert failed["unreadable"].count == 16
