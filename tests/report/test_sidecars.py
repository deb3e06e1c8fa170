"""Files beside a film say what it shows, when it does."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import opentimelineio as otio
import pytest
from project.test_film import project

from loopviz.errors import ConfigError, MissingPartError, OutputError
from loopviz.media.repeat import seconds_of
from loopviz.project import pipeline
from loopviz.project.config_file import load_config
from loopviz.project.load import load
from loopviz.project.plan import Plan, plan_of
from loopviz.project.render_options import Effort
from loopviz.render import RenderResult

TIMELINE = """{pace: 0.5s, show: 3 people, frame_rate: 25,
  between: dissolve 4 frames, draw_on: 0.2s, loop: cross-fade 0.2s,
  start: {card: title, for: 1s, heading: "<i>A mouse</i> {or} two"}, end: {credits: pages, for: 0.6s}}"""
ALL = "[srt, vtt, txt, json, otio, edl, chapters]"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[RenderResult, Plan]:
    more = f"encoder: {{preset: ultrafast}}\ntheme: house\nsidecars: {ALL}"
    config = load_config(project(tmp_path_factory.mktemp("sidecars"), TIMELINE, more))
    with load(config) as loaded:
        return pipeline.render(loaded, effort=Effort(cache=False)), plan_of(loaded)


def test_every_file_lies_beside_the_film(made: tuple[RenderResult, Plan]):
    result, _ = made
    assert {file.suffix for file in result.sidecars} == {".srt", ".vtt", ".txt", ".json", ".otio", ".edl"}
    assert {file.stem for file in result.sidecars} == {result.path.stem}


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_a_player_shows_the_words_while_they_stand(made: tuple[RenderResult, Plan], suffix: str):
    result, plan = made
    with av.open(str(result.path.with_suffix(suffix))) as container:
        packets = [packet for packet in container.demux() if packet.size]
        shown = [
            (packet.pts * packet.time_base, packet.duration * packet.time_base, bytes(packet)) for packet in packets
        ]
    assert len(shown) == len(plan.stands)
    for (start, lasts, said), stand in zip(shown, plan.stands, strict=True):
        assert start == pytest.approx(float(stand.start_seconds), abs=0.001)
        assert lasts == pytest.approx(float(stand.seconds), abs=0.002)
        for line in stand.lines:
            assert line.translate(str.maketrans("<>{}", "‹›()")).encode() in said
    assert b"<i>" not in shown[0][2]


def test_a_film_that_plays_again_is_read_again(tmp_path: Path):
    more = "encoder: {preset: ultrafast}\ntheme: house\nsidecars: [srt, txt, chapters]"
    with load(load_config(project(tmp_path, TIMELINE, more))) as loaded:
        result = pipeline.render(loaded, effort=Effort(cache=False), repeat=3)
        stands, whole = plan_of(loaded).stands, seconds_of(plan_of(loaded).timeline)
    with av.open(str(result.path.with_suffix(".srt"))) as container:
        starts = [packet.pts * packet.time_base for packet in container.demux() if packet.size]
    planned = [stand.start_seconds + time * whole for time in range(3) for stand in stands]
    assert [float(start) for start in starts] == pytest.approx(list(map(float, planned)), abs=0.001)
    assert result.path.with_suffix(".txt").read_text("utf-8").count("[0:00:00]") == 1
    with av.open(str(result.path)) as container:
        assert len(container.chapters()) == len(stands)
    assert b"elst" not in result.path.read_bytes()


def test_the_transcript_names_everybody(made: tuple[RenderResult, Plan]):
    result, plan = made
    text = result.path.with_suffix(".txt").read_text("utf-8")
    names = {name for stand in plan.stands for name in stand.names}
    assert len(names) == 112
    assert all(name in text for name in names)
    assert "Simulated data" in text


def test_chapters_are_the_stands(made: tuple[RenderResult, Plan]):
    result, plan = made
    with av.open(str(result.path)) as container:
        chapters = container.chapters()
    assert [chapter["metadata"]["title"] for chapter in chapters] == [stand.who for stand in plan.stands]
    for chapter, stand in zip(chapters, plan.stands, strict=True):
        assert float(chapter["start"] * chapter["time_base"]) == pytest.approx(float(stand.start_seconds), abs=0.001)


def test_what_is_drawn_is_said_of_every_frame(made: tuple[RenderResult, Plan]):
    result, plan = made
    said = json.loads(result.path.with_suffix(".json").read_text("utf-8"))
    assert sum(run["frames"] for run in said["runs"]) == said["frames"] == len(plan.timeline) == result.frames
    assert [run["first"] for run in said["runs"]][:2] == [0, said["runs"][0]["frames"]]
    covered = [run for run in said["runs"] if run["card"] and not run["caption"]]
    assert covered
    assert not any(run["labels"] for run in covered)
    labelled = next(run for run in said["runs"] if run["labels"] and run["drawn"] == 1)
    assert all(0 <= box <= said["width"] for label in labelled["labels"] for box in label["box"])


@pytest.mark.parametrize(("suffix", "adapter"), [(".otio", "otio_json"), (".edl", "cmx_3600")])
def test_an_editing_program_finds_the_cuts(made: tuple[RenderResult, Plan], suffix: str, adapter: str):
    result, plan = made
    text = result.path.with_suffix(suffix).read_text("utf-8")
    timeline = otio.adapters.read_from_string(text, adapter, **({"rate": 25} if suffix == ".edl" else {}))
    clips = list(timeline.find_clips())
    assert [clip.source_range.duration.to_frames() for clip in clips] == [stand.frames for stand in plan.stands]
    assert [clip.source_range.start_time.to_frames() for clip in clips] == [stand.first for stand in plan.stands]
    assert clips[1].name == plan.stands[1].who


def loaded_with(folder: Path, sidecars: str, timeline: str = "{pace: 0.2s, show: 1 person}") -> None:
    with load(load_config(project(folder, timeline, f"sidecars: {sidecars}\ntheme: house")), dry_run=True) as loaded:
        pipeline.render(loaded, effort=Effort(cache=False))


def test_what_cannot_be_written_is_refused_before_the_film_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pipeline, "_render", lambda *_: pytest.fail("rendered"))
    with pytest.raises(ConfigError, match="an EDL does not count frames at this rate"):
        loaded_with(tmp_path, "[edl]", "{pace: 0.2s, show: 1 person, frame_rate: 10}")
    (tmp_path / "film.srt").write_text("mine")
    with pytest.raises(OutputError, match="exists"):
        loaded_with(tmp_path, "[srt]")
    assert (tmp_path / "film.srt").read_text() == "mine"
    monkeypatch.setitem(__import__("sys").modules, "opentimelineio", None)
    with pytest.raises(MissingPartError, match=r"loopviz\[edit\]"):
        loaded_with(tmp_path, "[otio]")


def test_an_odd_rate_is_exact_in_otio(tmp_path: Path):
    more = "encoder: {preset: ultrafast}\ntheme: house\nsidecars: [otio]"
    timeline = "{pace: 0.5s, show: 2 people, frame_rate: 30000/1001}"
    with load(load_config(project(tmp_path, timeline, more)), dry_run=True) as loaded:
        result = pipeline.render(loaded, effort=Effort(cache=False))
    clips = list(otio.adapters.read_from_file(str(result.path.with_suffix(".otio"))).find_clips())
    assert clips[1].source_range.start_time.rate == pytest.approx(float(Fraction(30000, 1001)))
    assert sum(clip.source_range.duration.value for clip in clips) == result.frames
