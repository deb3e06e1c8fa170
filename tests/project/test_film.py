"""A project's section ``timeline``, from the file to the film."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import polars as pl
import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.project import pipeline
from loopviz.project.config_file import load_config
from loopviz.project.discover import configure
from loopviz.project.forecast import forecast_of
from loopviz.project.load import LoadedProject, load
from loopviz.project.plan import plan_of
from loopviz.project.render_options import Effort
from loopviz.scene import View
from loopviz.timeline import Timeline

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_media" / "mouse"
PROJECT = f"""
source: {SAMPLE / "mouse_turntable.mp4"}
labels: {SAMPLE}
labels_format: thesis

assignments: {SAMPLE / "assignments.csv"}
align: {{how: number, first_number: 1}}
output: film.mp4
caption: {{sentence: ["{{{{ answers.Q1 }}}}", "{{{{ answers.Q4 }}}}"]}}
"""


def project(folder: Path, timeline: str, more: str = "", people: Path = SAMPLE / "metadata.json") -> Path:
    file = folder / "project.yaml"
    file.write_text(f"{PROJECT}people: {people}\n{more}\ntimeline: {timeline}\n", "utf-8")
    return file


@contextlib.contextmanager
def opened(file: Path) -> Iterator[tuple[LoadedProject, Timeline]]:
    with load(configure(file)[0], dry_run=True) as loaded:
        assert loaded.film is not None
        yield loaded, loaded.film.timeline(loaded.scene)


def test_each_person_as_long_as_their_words_need(tmp_path: Path):
    file = project(tmp_path, "{pace: reading, show: 24 people, rhythm: {every: 12}, frame_rate: 25}")
    with opened(file) as (loaded, film):
        stands = film.frames.group_by("label_frame", maintain_order=True).agg(pl.len(), pl.col("words").first())
        assert stands.height == 24
        assert stands["words"].to_list() == [*["sentence"] * 11, "full"] * 2
        for frame, frames, words in stands.iter_rows():
            text = " ".join(loaded.scene.caption(View(frame, words)).texts)
            assert abs(frames / 25 - max(5 / 6, len(text) / 17)) < 1 / 25 + 1e-9
        assert film.frame_rate == 25
        assert film.time_base == Fraction(1, 25)


def test_everyone_is_shown_once(tmp_path: Path):
    with opened(project(tmp_path, "{pace: 1s, show: everyone}")) as (loaded, film):
        frames = film.frames["label_frame"].unique()
        work = loaded.dataset.assignments.filter(pl.col("frame").is_in(frames.implode()))
        assert frames.len() == loaded.dataset.assignments["worker_id"].n_unique() == 112
        assert work["worker_id"].n_unique() == 112


def test_the_credits_name_everybody_once(tmp_path: Path):
    file = project(tmp_path, "{pace: 1s, show: 3 people, end: {credits: pages, for: 4s}}")
    with opened(file) as (loaded, film):
        pages = loaded.scene.card_pages[0]
        assert film.frames["card"].drop_nulls().unique().to_list() == list(range(pages))
        named = [person.name for page in loaded.scene._cards.pages for person in page.people]
        worked = loaded.dataset.assignments.join(loaded.dataset.workers, on="worker_id")
        assert sorted(named) == sorted(worked["alias"].unique())
        assert len(named) == 112
        figures = loaded.scene._cards.pages[0].card.figures
        assert figures[0].value == "112"


def test_who_refused_is_in_no_credits_and_hidden_names_nobody(tmp_path: Path):
    people = tmp_path / "people.json"
    text = (SAMPLE / "metadata.json").read_text("utf-8")
    first = loaded_first_id(text)
    people.write_text(text.replace(f'"{first}": {{', f'"{first}": {{"consent": false,', 1), "utf-8")
    timeline = "{show: everyone, pace: 1s, end: {credits: roll}}"
    with opened(project(tmp_path, timeline, people=people)) as (loaded, _):
        page = loaded.scene._cards.pages[0]
        assert len(page.people) == 111
        assert page.card.figures[0].value == "111"
    with opened(project(tmp_path, timeline, "identity: hidden")) as (loaded, _):
        page = loaded.scene._cards.pages[0]
        assert page.people == ()
        assert page.card.figures[0].value == "112"


def loaded_first_id(text: str) -> str:
    return text.split('"', 2)[1]


def test_a_range_is_one_of_the_sources_frames(tmp_path: Path):
    with opened(project(tmp_path, "{pace: 1s, show: labelled}")) as (loaded, whole):
        part = loaded.film.timeline(loaded.scene, range(10, 20)) if loaded.film else whole
        assert part.frames["source_frame"].min() >= 10  # type: ignore[operator]
        assert part.frames["source_frame"].max() < 20  # type: ignore[operator]
        shown = whole.frames.filter(pl.col("source_frame").is_between(10, 19))
        assert part.frames.drop("pts").equals(shown.drop("pts"))  # counters count as in the whole film


def test_the_film_is_as_the_plan_says(tmp_path: Path):
    timeline = """{pace: 0.5s, show: 3 people, between: dissolve 4 frames, draw_on: 0.2s, loop: cross-fade 0.2s,
      start: {card: title, for: 0.4s}, end: {credits: pages, for: 0.4s}, frame_rate: 10}"""
    file = project(tmp_path, timeline, "encoder: {preset: ultrafast}\ntheme: house")
    config = load_config(file)
    with load(config) as loaded:
        planned = forecast_of(loaded)
    result = pipeline.run(config, effort=Effort(cache=False))
    assert (result.frames, result.duration_seconds) == (planned.frames, planned.duration_seconds) == (23, 2.3)
    assert planned.workers == 3
    with av.open(str(result.path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 10
        assert sum(1 for _ in container.decode(stream)) == 23


@pytest.mark.parametrize(
    ("timeline", "at"),
    [
        ("{pace: 0s}", "timeline.pace"),
        ("{pace: 30h by night}", "timeline.pace"),
        ("{pace: reading:comics}", "timeline.pace"),
        ("{show: ['500:600']}", "timeline.show"),
        ("{show: 113 people, pace: 1s}", "timeline.show"),
        ("{order: size}", "timeline.order"),
        ("{order: pay, show: all}", "timeline.order"),
        ("{between: wipe}", "timeline.between"),
        ("{loop: cross-fade 30s}", "timeline.loop"),
        ("{pace: by-length 1s, show: everyone}", "timeline.pace"),
        ("{start: {for: 3s}}", "timeline.start"),
        ("{start: {card: title, credits: roll}}", "timeline.start"),
        ("{end: {credits: pages, for: no time}}", "timeline.end.for"),
        ("{end: {credits: pages, heading: '{{ worker.alias }}'}}", "timeline.end.heading"),
        ("{frame_rate: 29.97}", "timeline.frame_rate"),
        ("{rhythm: {every: 0}}", "timeline.rhythm.every"),
        ("{paces: 1s}", "timeline"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(tmp_path: Path, timeline: str, at: str):
    with pytest.raises(ConfigError) as raised:  # noqa: SIM117
        with opened(project(tmp_path, timeline)):
            pass
    assert str(raised.value.at).startswith(at)


def test_a_card_without_a_font_for_its_script_is_said(tmp_path: Path):
    file = project(tmp_path, "{pace: 1s, show: 1 person, start: {card: title, heading: '\u9f20\u6807 mouse'}}")
    with load(configure(file)[0], dry_run=True) as loaded:
        (found,) = (note for note in loaded.notes if note.code == "no-glyphs")
    assert found.values["characters"] == "\u9f20\u6807"


def sound(path: Path, seconds: float = 2) -> Path:
    rate = 48000
    wave = (0.3 * np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * 440 / rate)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_sound_file_plays_under_the_film(tmp_path: Path):
    sound(tmp_path / "hum.wav")
    more = "encoder: {preset: ultrafast}\ntheme: house"
    file = project(tmp_path, "{pace: 1s, show: 3 people, sound: hum.wav, sound_fade: 0.5s}", more)
    config = load_config(file)
    assert config.timeline.soundtrack == tmp_path / "hum.wav"
    with load(config, dry_run=True) as loaded:
        assert forecast_of(loaded).sound
        result = pipeline.render(loaded, effort=Effort(cache=False))
    with av.open(str(result.path)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
        rate = container.streams.audio[0].rate
    assert len(heard) / rate == pytest.approx(3, abs=0.05)
    loud = [float(np.abs(part).max()) for part in np.array_split(heard.astype(float), 30)]
    assert loud[0] < loud[3] < loud[10]
    assert loud[-1] < loud[-3]
    assert min(loud[6:24]) > 0.25  # the sound file is shorter than the film


def test_a_sound_file_that_is_none_is_refused_before_anything_is_rendered(tmp_path: Path):
    (tmp_path / "hum.wav").write_text("la la la")
    with load(load_config(project(tmp_path, "{pace: 1s, show: 3 people, sound: hum.wav}")), dry_run=True) as loaded:
        for make in (forecast_of, pipeline.render):
            with pytest.raises(InputError):
                make(loaded)
    assert not (tmp_path / "film.mp4").exists()


CARDS = "start: {card: title, for: 1s}, end: {credits: roll, for: 1s}"


@pytest.mark.parametrize(
    ("loop", "film"),
    [
        ("ping-pong", [0] * 24 + [1] * 47 + [0] * 23),
        ("hold 2s", [0] * 24 + [1] * 72),  # the last person, not an empty page
        ("cross-fade 0.5s", [0] * 24 + [1] * 24),
    ],
)
def test_cards_stand_before_and_after_a_loop(tmp_path: Path, loop: str, film: list[int]):
    with opened(project(tmp_path, f"{{pace: 1s, show: ['0:2'], loop: {loop}, {CARDS}}}")) as (_, timeline):
        card = timeline.frames["card"].fill_null(-1)
        assert timeline.frames.filter(card == -1)["label_frame"].to_list() == film
        shown = [number for number, _ in itertools.groupby(card.to_list())]
        assert shown == [0, -1, 1, 0] if loop.startswith("cross") else [0, -1, 1]
        assert (card == 0).sum() == (card == 1).sum() == 24 or loop.startswith("cross")


def test_what_is_held_can_be_seen(tmp_path: Path):
    timeline = "{pace: 1s, show: ['0:2'], loop: hold 2s, between: fade 6 frames}"
    with opened(project(tmp_path, timeline)) as (_, film):
        assert (film.frames["caption_opacity"] == 1).sum() == 96 - 4 * 3


@pytest.mark.parametrize(
    "timeline", ["{pace: 50m, show: everyone}", "{loop: hold 100h}", "{end: {card: title, for: 100h}}"]
)
def test_a_film_of_days_is_refused(tmp_path: Path, timeline: str):
    with (
        pytest.raises(ConfigError, match=r"at most 4,000,000, which are 46\.3 hours"),
        opened(project(tmp_path, timeline)),
    ):
        pass


def test_credits_claim_no_pay_where_none_is_known(tmp_path: Path):
    file = project(tmp_path, "{pace: 1s, show: 3 people, end: {credits: pages}}")
    file.write_text(file.read_text("utf-8").replace("assignments:", "# assignments:"), "utf-8")
    with opened(file) as (loaded, _):
        assert [figure.label for figure in loaded.scene.card_page(0).card.figures] == ["people"]


@pytest.mark.parametrize(
    ("card", "at", "expected"),
    [
        ("{card: title, heading: '{{ answers.Q1 }}'}", "timeline.start.heading", "everyone.people"),
        ("{card: title, text: '{{ everyone.peple }}'}", "timeline.start.text", "everyone.people"),
        ("{credits: roll, heading: '{{ frame.number }}'}", "timeline.start.heading", "frame.count"),
        ("{card: title, heading: '{{ everyone.people | dollars }}'}", "timeline.start.heading", "filters"),
        ("{card: title, heading: '{{ open'}", "timeline.start.heading", ""),
    ],
)
def test_a_card_that_asks_for_what_there_is_not(tmp_path: Path, card: str, at: str, expected: str):
    with pytest.raises(ConfigError) as refused, opened(project(tmp_path, f"{{start: {card}}}")):
        pass
    assert (refused.value.at, expected in str(refused.value.expected)) == (at, True)


def test_a_range_that_is_none_is_one_of_show(tmp_path: Path):
    with pytest.raises(ConfigError) as refused, opened(project(tmp_path, "{show: ['9:5']}")):
        pass
    assert refused.value.at == "timeline.show"


NOBODY = f"""
source: {SAMPLE / "mouse_turntable.mp4"}
labels: boxes.json
align: {{how: number, first_number: 1}}
"""


def of_nobody(folder: Path, timeline: str) -> Path:
    """Labels of three frames, of which nobody knows who made them."""
    boxes = [{"id": i, "image_id": i, "category_id": 1, "bbox": [9, 9, 90, 90], "area": 8100} for i in (1, 2, 3)]
    images = [{"id": i, "file_name": f"{i:04}.png", "width": 1440, "height": 960} for i in (1, 2, 3)]
    labels = {"images": images, "annotations": boxes, "categories": [{"id": 1, "name": "mouse"}]}
    (folder / "boxes.json").write_text(json.dumps(labels), "utf-8")
    file = folder / "project.yaml"
    file.write_text(f"{NOBODY}timeline: {timeline}\n", "utf-8")
    return file


@pytest.mark.parametrize(
    ("timeline", "at"),
    [
        ("{pace: reading}", "timeline.pace"),
        ("{pace: person:1s, show: labelled}", "timeline.pace"),
        ("{show: everyone}", "timeline.show"),
        ("{show: 2 people}", "timeline.show"),
        ("{pace: 1s, end: {credits: pages}}", "timeline.end.credits"),
    ],
)
def test_what_needs_people_says_that_there_are_none(tmp_path: Path, timeline: str, at: str):
    with pytest.raises(ConfigError) as refused, opened(of_nobody(tmp_path, timeline)):
        pass
    assert refused.value.at == at


def test_labels_of_nobody_known_say_nothing_to_read(tmp_path: Path):
    file = of_nobody(tmp_path, "{pace: 1s, show: labelled, start: {card: title, for: 1s}}")
    with load(configure(file)[0], dry_run=True) as loaded:
        plan = plan_of(loaded)
        assert [(each.who, each.texts) for each in plan.stands[1:]] == [(f"frame {i}", ()) for i in range(3)]
        assert plan.stands[0].texts[0] == f"{loaded.source.info.frames} frames"
        assert not plan.unreadable


def test_a_heading_of_what_is_not_known_is_the_usual_one(tmp_path: Path):
    unknown = "{card: title, heading: '{{ everyone.usd_per_hour | money }} an hour'}"
    file = project(tmp_path, f"{{pace: 1s, show: 3 people, start: {unknown}, end: {{card: title, heading: ''}}}}")
    file.write_text(file.read_text("utf-8").replace("assignments:", "# assignments:"), "utf-8")
    with opened(file) as (loaded, _):
        assert [loaded.scene.card_page(i).card.heading for i in (0, 1)] == ["112 people", ""]
        assert [plan_of(loaded).stands[i].who for i in (0, -1)] == ["112 people", "card"]
