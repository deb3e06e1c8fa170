"""Whether a film can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

import loopviz
from loopviz.media import flashes
from loopviz.media.flashes import Flashing
from loopviz.media.verify import broken_seams, repetitions_in
from loopviz.project.check.checkup import check
from loopviz.project.config import ScreenConfig
from loopviz.scene.panel import CAP_HEIGHT

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
    assert screen.viewing.arc_minutes(CAP_HEIGHT * share * 1080, 1920, 1080) == pytest.approx(minutes, rel=0.03)


@pytest.mark.parametrize("name", ["mouse", "house", "everyone", "wall"])
def test_the_samples_films_can_be_read(name: str):
    report = check(CONFIGS / f"{name}.yaml")
    assert report.counts["errors"] == report.counts["warnings"] == 0


def test_at_the_sources_pace_the_sample_fails():
    report = check(CONFIGS / "mouse.yaml", {"timeline.pace": "frame"})
    failed = {each.code: each for each in report.findings if each.severity == "error"}
    assert set(failed) == {"unreadable"}
    assert failed["unreadable"].count == 16


FLICKER = """source: clip.mp4
labels: coco.json
theme: house
output: film.mp4
encoder: {preset: ultrafast}
timeline: {pace: 0.1s, loop: LOOP}
errors: [flashes, seam]
"""


@pytest.fixture
def flicker(tmp_path: Path) -> Path:
    """A clip whose frames are black and white in turn, and a label."""
    write_clip(tmp_path / "clip.mp4", [0, 255] * 10)
    images = [{"id": 0, "file_name": "frame_000000.png", "width": 320, "height": 240}]
    boxes = [{"id": 0, "image_id": 0, "category_id": 1, "bbox": [8, 8, 20, 24]}]
    document = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "wheel"}]}
    (tmp_path / "coco.json").write_text(json.dumps(document))
    (tmp_path / "loopviz.yaml").write_text(FLICKER.replace("LOOP", "none"))
    return tmp_path


def write_clip(path: Path, levels: list[int]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for level in levels:
            picture = av.VideoFrame.from_ndarray(np.full((240, 320, 3), level, np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def codes(folder: Path) -> dict[str, str]:
    return {each.code: each.severity for each in check(folder, decode=True).findings}


def test_what_flashes_is_found_before_the_film_is_made_and_in_it(flicker: Path):
    assert codes(flicker)["flashes"] == "error"
    loopviz.run(str(flicker), overwrite=True)
    (flicker / "loopviz.yaml").write_text(
        FLICKER.replace("0.1s", "2s").replace("LOOP", "none")
    )  # slow: but it is not made so
    flashing = [each for each in check(flicker, decode=True).findings if each.code == "flashes"]
    assert len(flashing) == 1
    assert "general" in str(flashing[0].places[0])
    loopviz.run(str(flicker), overwrite=True)
    assert "flashes" not in codes(flicker)
    assert "flashes" not in {each.code for each in check(flicker).findings}


def test_a_seam_that_shows(flicker: Path):
    write_clip(flicker / "clip.mp4", list(range(0, 240, 4)))
    (flicker / "loopviz.yaml").write_text(FLICKER.replace("LOOP", "natural"))
    loopviz.run(str(flicker), overwrite=True)
    assert codes(flicker).get("seam") == "error"
    (flicker / "loopviz.yaml").write_text(FLICKER.replace("LOOP", "ping-pong"))
    loopviz.run(str(flicker), overwrite=True)
    assert "seam" not in codes(flicker)


def test_a_film_that_plays_again_and_again_is_looked_at_once(flicker: Path, monkeypatch: pytest.MonkeyPatch):
    (flicker / "loopviz.yaml").write_text(FLICKER.replace("LOOP", "natural"))
    loopviz.run(str(flicker), overwrite=True, repeat=40)
    looked_at: list[Fraction] = []

    def count(frames: Iterable[tuple[Fraction, av.VideoFrame]], *_: object) -> list[Flashing]:
        looked_at.extend(when for when, _ in frames)
        return []

    monkeypatch.setattr(flashes, "flashes_of", count)
    assert "seam-broken" not in codes(flicker)
    with av.open(str(flicker / "film.mp4")) as container:
        whole = container.duration / av.time_base
    assert 1 < max(looked_at) <= whole / 40 + 1


@pytest.mark.parametrize(("changed", "broken"), [(None, []), (30, [1]), (59, [2]), (0, [1, 2, 3]), (45, [])])
def test_a_repetition_that_is_not_the_film_is_found(flicker: Path, changed: int | None, broken: list[int]):
    film = [2 * level for level in range(30)]  # 30 frames are a second and a quarter
    levels = film * 4
    if changed is not None:
        levels[changed] = 200
    write_clip(flicker / "film.mp4", levels)
    assert broken_seams(flicker / "film.mp4", Fraction(30, 24)) == broken
    assert repetitions_in(flicker / "film.mp4", Fraction(30, 24)) == 4
    assert repetitions_in(flicker / "film.mp4", Fraction(31, 24)) == 1


def test_a_file_whose_repetitions_differ_is_an_error(flicker: Path):
    write_clip(flicker / "clip.mp4", [2 * abs(level - 30) for level in range(60)])
    (flicker / "loopviz.yaml").write_text(FLICKER.replace("LOOP", "natural"))
    frames = loopviz.run(str(flicker), overwrite=True, repeat=3).frames
    assert "seam-broken" not in codes(flicker)
    write_clip(flicker / "film.mp4", [200 if frame == frames // 3 else 50 for frame in range(frames)])
    assert codes(flicker)["seam-broken"] == "error"


def test_of_a_crowd_the_film_is_what_is_shown_of_its_work(tmp_path: Path):
    sample = CONFIGS.parent / "sample_media"
    crowd = sample / "crowd"
    batches = f"[{crowd / 'batch1.csv'}, {crowd / 'batch2.csv'}]"
    file = tmp_path / "project.yaml"
    file.write_text(
        f"source: {sample / 'mouse' / 'mouse_turntable.mp4'}\n"
        f"crowd: {{batches: {batches}, survey: {crowd / 'survey.csv'}, rule: categories >= 3}}\n"
        "timeline: {pace: 1s, show: everyone, order: pay}\n",  # some of those that are shown are not paid yet
        "utf-8",
    )
    found = {each.code: each for each in check(file).findings}
    assert found["timeline-unusable"].places[0].at == "timeline.order"
