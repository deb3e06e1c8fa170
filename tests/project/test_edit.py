"""The section ``edit``: clips in a row are the same frames as our own render's, and nothing is half made."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.project.check.checkup import check
from loopviz.project.config_file import load_config
from loopviz.project.edit import open_edit
from loopviz.project.edit_film import forecast_edit, preview_edit, row_of
from loopviz.project.opened import Project
from loopviz.project.pipeline import run
from loopviz.project.render_options import Effort
from loopviz.render.planes import planes
from loopviz.scene import Sprite, Text, View

HEAD = """source: clip.mp4
labels: .
labels_format: thesis
people: metadata.json
assignments: assignments.csv
output: film.mkv
encoder: {codec: ffv1}
"""
WITHOUT = Effort(cache=False)


@pytest.fixture
def folder(project_folder: Path, tmp_path: Path) -> Path:
    made = tmp_path / "project"
    shutil.copytree(project_folder, made)
    return made


def edit_of(folder: Path, clips: str, more: str = "", *, head: str = HEAD) -> Path:
    file = folder / "film.yaml"
    file.write_text(f"{head}edit:\n  clips: {clips}\n{more}")
    return file


def luma(path: Path) -> list[np.ndarray[Any, Any]]:
    with av.open(str(path)) as container:
        return [planes(frame)[0].copy() for frame in container.decode(video=0)]


def own(folder: Path, name: str, **changes: Any) -> list[np.ndarray[Any, Any]]:
    """The pictures of a project's own render, at the edit's size."""
    config = load_config(edit_of(folder, "[{}]")).changed({"output": folder / f"{name}.mkv", **changes})
    config = config.model_copy(update={"edit": None})
    run(config, effort=WITHOUT)
    return luma(folder / f"{name}.mkv")


def texts(scene: Any, view: View) -> list[str]:
    shapes = [shape for each in scene.elements(view) if isinstance(each, Sprite) for shape in each.drawing.shapes]
    return [shape.text for shape in shapes if isinstance(shape, Text)]


def test_clips_in_a_row_are_the_frames_of_our_own_render(folder: Path):
    margin = own(folder, "margin")
    night = own(folder, "night", theme="night")
    clips = "[{range: '2:5'}, {theme: night, range: '7:'}, {range: ':2', speed: 1/2}, {range: '9:10', hold: 0.125s}]"
    result = run(edit_of(folder, clips), effort=WITHOUT)
    wanted = [*margin[2:5], *night[7:12], *(margin[place] for place in (0, 0, 1, 1)), *[margin[9]] * 4]
    made = luma(result.path)
    assert result.frames == len(made) == len(wanted) == 16
    assert result.duration_seconds == pytest.approx(16 / 24)
    for place, (one, other) in enumerate(zip(made, wanted, strict=True)):
        assert np.array_equal(one, other), place


def test_a_clip_dissolves_into_the_next_sample_by_sample(folder: Path):
    margin = own(folder, "margin")
    made = luma(run(edit_of(folder, "[{range: ':6'}, {range: '6:'}]", "  between: dissolve 3 frames\n")).path)
    assert len(made) == 12 - 3
    assert all(np.array_equal(one, other) for one, other in zip(made, [*margin[:3]], strict=False))
    for place in range(3):
        weight = (place + 1) / 4
        mixed = margin[3 + place].astype(float) * (1 - weight) + margin[6 + place] * weight
        assert np.abs(made[3 + place] - mixed).max() <= 0.51
    assert np.array_equal(made[6], margin[9])


def test_where_a_clip_says_so_it_comes_by_a_cut(folder: Path):
    more = "  between: dissolve 2 frames\n"
    with open_edit(load_config(edit_of(folder, "[{}, {between: cut}, {}]", more)), dry_run=True) as edit:
        assert [clip.line.start for clip in edit.clips] == [0, 12, 22]


def test_another_project_and_a_video_are_in_the_same_size_and_rate(
    folder: Path, make_clip: Callable[..., Path], tmp_path: Path
):
    make_clip(tmp_path / "wide.mp4", frames=30, width=96, height=32, rate=30)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (other / "loopviz.yaml").write_text("source: clip.mp4\nlabels: .\ntheme: night\nprofile: web-small\n")
    clips = f"[{{}}, {{project: {other}}}, {{video: {tmp_path / 'wide.mp4'}}}]"
    config = load_config(edit_of(folder, clips))
    result = run(config, effort=WITHOUT)
    assert result.frames == 12 + 12 + 24
    with open_edit(config, dry_run=True) as edit:
        assert {clip.scene.canvas_size for clip in edit.clips} == {result.canvas_size}
        assert edit.clips[2].project is None
        row = row_of(edit)
        drawn = [planes(picture)[0].copy() for picture in row.pictures(range(20, 30))]
    assert all(np.array_equal(*pair) for pair in zip(drawn, luma(result.path)[20:30], strict=True))


def test_cards_stand_where_they_are_said_and_as_long(folder: Path):
    clips = (
        "[{card: title, for: 1s, heading: '{{ everyone.people }} people'}, {range: ':4'}, {credits: pages, for: 2s}]"
    )
    with open_edit(load_config(edit_of(folder, clips)), dry_run=True) as edit:
        title, piece, credit = edit.clips
        assert [len(clip.line) for clip in edit.clips] == [24, 4, 48]
        assert "3 people" in texts(title.scene, View(0, card=0))
        assert piece.line.frames["card"].null_count() == 4
        assert len([text for text in texts(credit.scene, View(0, card=0)) if text.startswith("Worker")]) == 3
    pictures = luma(run(edit_of(folder, clips), effort=WITHOUT).path)
    assert len(pictures) == 76
    assert pictures[12].std() > 0


def names_in(file: Path) -> set[str]:
    """The names of people that any clip shows, at any moment."""
    with open_edit(load_config(file)) as edit:
        said = [
            text
            for clip in edit.clips
            for view in ([View(0, card=0)] if clip.said.is_card else map(View, range(12)))
            for text in texts(clip.scene, view)
        ]
    assert not any("RAWID" in text for text in said)
    return {text for text in said if text.startswith("Worker ")}


def test_who_refused_is_in_no_clip(folder: Path):
    clips = "[{credits: pages}, {}, {theme: house}, {project: loopviz.yaml}, {credits: roll, project: loopviz.yaml}]"
    (folder / "loopviz.yaml").write_text(HEAD.replace("film.mkv", "other.mkv"))
    file = edit_of(folder, clips)
    everybody = names_in(file)
    people = json.loads((folder / "metadata.json").read_text())
    people["RAWID1XYZ"]["consent"] = False
    (folder / "metadata.json").write_text(json.dumps(people))
    assert len(everybody) == 3
    assert names_in(file) < everybody
    assert len(names_in(file)) == 2


def test_the_stricter_of_two_projects_decides_what_names_a_person(folder: Path):
    (folder / "loopviz.yaml").write_text(HEAD + "identity: full\n")
    file = edit_of(folder, "[{project: loopviz.yaml}, {}]", "identity: hidden\n")
    with open_edit(load_config(file), dry_run=True) as edit:
        said = [text for clip in edit.clips for frame in range(12) for text in texts(clip.scene, View(frame))]
    assert not any("RAWID" in text or "Worker" in text for text in said)


def write_sound(path: Path, seconds: float) -> Path:
    rate = 48_000
    wave = (0.25 * np.sin(np.arange(int(rate * seconds)) * 2 * np.pi * 440 / rate) * 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def loudness(path: Path, parts: int) -> list[float]:
    with av.open(str(path)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)]).astype(float)
    return [float(np.abs(part).max()) for part in np.array_split(heard, parts)]


SOUNDS = {
    "looped": ("", [1, 1, 1, 1]),
    "once": ("  sound_loop: false\n", [1, 1, 0, 0]),
    "softer": ("  sound_gain: -6.0206\n", [0.5, 0.5, 0.5, 0.5]),
}


@pytest.mark.parametrize("case", SOUNDS)
def test_a_sound_file_plays_under_the_film(folder: Path, case: str):
    more, wanted = SOUNDS[case]
    write_sound(folder / "hum.wav", 1.0)
    clips = "[{range: '0:1', hold: 1.9583333s}]"
    file = edit_of(folder, clips, f"  sound: hum.wav\n  sound_fade: 0s\n{more}")
    config = load_config(file).changed({"output": folder / "film.mp4", "encoder.codec": "libx264"})
    result = run(config, effort=WITHOUT)
    assert result.duration_seconds == pytest.approx(2)
    loud = loudness(result.path, 40)
    for part, level in zip(np.array_split(np.array(loud), 4), wanted, strict=True):
        assert np.median(part) == pytest.approx(0.25 * level, abs=0.02)


def test_clips_have_their_own_sound_where_they_play_as_their_source(folder: Path, tmp_path: Path):
    sounding = tmp_path / "sounding.mp4"
    with av.open(str(folder / "clip.mp4")) as source, av.open(str(sounding), "w") as out:
        video = out.add_stream_from_template(source.streams.video[0])
        audio = out.add_stream("aac", rate=48_000, layout="mono")
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = video
                out.mux(packet)
        wave = (0.25 * np.sin(np.arange(24_000) * 2 * np.pi * 440 / 48_000)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(wave[None], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        out.mux([*audio.encode(frame), *audio.encode(None)])
    clips = f"[{{card: title, for: 0.5s, heading: A}}, {{video: {sounding}}}, {{video: {sounding}, speed: 1/2}}]"
    config = load_config(edit_of(folder, clips)).changed({"output": folder / "a.mp4", "encoder.codec": "libx264"})
    loud = loudness(run(config, effort=WITHOUT).path, 20)
    assert max(loud[:4]) < 0.01 < 0.2 < min(loud[6:9])
    assert max(loud[11:]) < 0.01


REFUSED = {
    "a key that is none": ("[{rnage: ':2'}]", "", "edit.clips.0"),
    "no clips": ("[]", "", "edit.clips"),
    "a range that is none": ("[{}, {range: 5:500}]", "", "edit.clips.1.range"),
    "a range of nothing": ("[{range: '7:3'}]", "", "edit.clips.0.range"),
    "a theme that is none": ("[{theme: marginn}]", "", "edit.clips.0"),
    "a speed that is none": ("[{speed: fast}]", "", "edit.clips.0.speed"),
    "no speed at all": ("[{speed: 0}]", "", "edit.clips.0.speed"),
    "a hold that is none": ("[{hold: long}]", "", "edit.clips.0.hold"),
    "a card that is two": ("[{card: title, credits: roll}]", "", "edit.clips.0"),
    "a card with a speed": ("[{card: title, speed: 2}]", "", "edit.clips.0"),
    "a heading without a card": ("[{heading: Hello}]", "", "edit.clips.0"),
    "a video with a theme": ("[{video: clip.mp4, theme: wake}]", "", "edit.clips.0"),
    "a template that asks for what is not there": (
        "[{card: title, heading: '{{ nobody }}'}]",
        "",
        "edit.clips.0.heading",
    ),
    "a dissolve of the first": ("[{between: cut}]", "", "edit"),
    "a dissolve that is none": ("[{}]", "  between: wipe\n", "edit.between"),
    "a dissolve longer than a clip": ("[{}, {range: ':3'}]", "  between: dissolve 4 frames\n", "edit.clips.1.between"),
    "two dissolves longer than a clip": (
        "[{}, {range: ':5'}, {}]",
        "  between: dissolve 3 frames\n",
        "edit.clips.2.between",
    ),
    "a gain of nothing": ("[{}]", "  sound_gain: -3\n", "edit"),
    "a gain that hurts": ("[{}]", "  sound: hum.wav\n  sound_gain: 40\n", "edit.sound_gain"),
    "an edit in an edit": ("[{project: film.yaml}]", "", "edit.clips.0.project"),
    "files beside it": ("[{}]", "sidecars: [srt]\n", "sidecars"),
    "the drawing alone": ("[{}]", "profile: overlay\noutput: film.mov\nencoder: {}\n", "profile"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_where_it_stands(folder: Path, case: str):
    clips, more, at = REFUSED[case]
    head = HEAD if "profile" not in more else HEAD.replace("output: film.mkv\nencoder: {codec: ffv1}\n", "")
    with pytest.raises(ConfigError) as raised:
        forecast_edit(load_config(edit_of(folder, clips, more, head=head)))
    assert raised.value.at == at


@pytest.mark.parametrize(
    "clip", ["{project: gone.yaml}", "{video: gone.mp4}", "{project: gone/}", "{video: film.yaml}"]
)
def test_a_file_that_is_not_there_is_named(folder: Path, clip: str):
    with pytest.raises(InputError) as raised:
        run(edit_of(folder, f"[{{}}, {clip}]"))
    assert "gone" in str(raised.value.file) or "film.yaml" in str(raised.value.file)
    assert not (folder / "film.mkv").exists()


def test_a_sound_file_that_is_none_is_refused_before_anything_is_rendered(folder: Path):
    (folder / "hum.wav").write_text("la la la")
    with pytest.raises(InputError):
        run(edit_of(folder, "[{}]", "  sound: hum.wav\n"))
    assert not (folder / "film.mkv").exists()


def test_an_edit_that_is_interrupted_leaves_nothing_half_and_goes_on_where_it_was(folder: Path):
    file = edit_of(folder, "[{range: ':4', speed: 1/20}, {range: '4:8', speed: 1/20}]")
    before = set(folder.iterdir())

    def stops(done: int, total: int) -> None:
        if done > total * 0.8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(file, progress=stops)
    assert set(folder.iterdir()) == before
    result = run(file)
    assert 0 < result.rendered < result.segments
    again = result.path.read_bytes()
    assert run(file).rendered == 0  # the same of the same is made again, of what is kept
    assert result.path.read_bytes() == again


def test_what_stands_there_is_kept(folder: Path):
    (folder / "film.mkv").write_text("mine")
    with pytest.raises(OutputError):
        run(edit_of(folder, "[{}]"))
    assert (folder / "film.mkv").read_text() == "mine"
    with pytest.raises(OutputError):  # of the edit's own sources none is written over
        run(
            load_config(edit_of(folder, "[{}]")).changed({"output": folder / "clip.mp4", "encoder.codec": "libx264"}),
            overwrite=True,
        )


def test_several_processes_make_the_same_bytes(folder: Path):
    file = edit_of(folder, "[{speed: 1/8}, {theme: night, speed: 1/8}]", "  between: dissolve 8 frames\n")
    one = run(file, effort=WITHOUT).path.read_bytes()
    two = run(
        load_config(file).changed({"output": folder / "two.mkv"}), effort=Effort(2, cache=False)
    ).path.read_bytes()
    assert one == two


def test_a_still_and_a_forecast_are_of_the_film(folder: Path):
    config = load_config(edit_of(folder, "[{range: '3:'}, {range: ':3'}]"))
    forecast = forecast_edit(config)
    assert (forecast.frames, forecast.duration_seconds, forecast.workers) == (12, 0.5, 3)
    still = preview_edit(config, "9", folder / "still.png")
    assert still.stat().st_size > 1000
    with pytest.raises(ConfigError):
        preview_edit(config, "12", folder / "late.png")
    with pytest.raises(ConfigError):
        run(config, frames="0:2")
    with pytest.raises(ConfigError):
        Project(config).render(folder / "b.mkv", frames="0:2")
    assert Project(config).render(folder / "b.mkv").frames == 12


def test_it_plays_as_often_as_it_is_asked_to_and_as_an_image_that_moves(folder: Path):
    config = load_config(edit_of(folder, "[{range: ':2'}, {range: '4:6'}]"))
    assert run(config, repeat=3, effort=WITHOUT).frames == 12
    gif = config.changed({"output": folder / "film.gif"}).model_copy(update={"encoder": type(config.encoder)()})
    assert run(gif, effort=WITHOUT).path.exists()


def test_check_looks_at_every_clip(folder: Path):
    clips = "[{theme: nope}, {project: gone.yaml}, {range: ':99'}, {range: ':2'}]"
    report = check(edit_of(folder, clips))
    broken = [each for each in report.findings if each.code == "edit-unusable"]
    assert sum(each.count for each in broken) == 3
    assert not (folder / "film.mkv").exists()
    good = check(edit_of(folder, "[{range: ':2'}, {card: title, for: 1s}]"))
    assert not good.counts["errors"]
    (length,) = [each for each in good.findings if each.code == "edit-length"]
    assert "2 clips (0.1, 1.0 s)" in str(length.places[0])


def test_check_says_what_is_wrong_with_another_project(folder: Path):
    (folder / "other.yaml").write_text(HEAD.replace("labels: .", "labels: nowhere"))
    report = check(edit_of(folder, "[{}, {project: other.yaml}]"))
    assert {"labels-unusable", "edit-unusable"} <= {each.code for each in report.findings if each.severity == "error"}


def test_check_says_whom_the_credits_leave_out(folder: Path, tmp_path: Path):
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    (folder / "same.yaml").write_text(HEAD)
    (other / "own.yaml").write_text(HEAD + "timeline: {end: {credits: pages, for: 1s}}\n")
    for clips, missing in (
        (f"[{{}}, {{project: {other}}}, {{credits: pages}}]", ["edit.clips.1"]),
        (f"[{{}}, {{project: {other}}}, {{credits: pages}}, {{credits: pages, project: {other}}}]", []),
        (f"[{{}}, {{project: {other}}}]", []),
        ("[{}, {project: same.yaml}, {credits: pages}]", []),
        (f"[{{}}, {{project: {other / 'own.yaml'}}}, {{credits: pages}}]", []),
        (f"[{{}}, {{project: {other / 'own.yaml'}, range: ':3'}}, {{credits: pages}}]", ["edit.clips.1"]),
    ):
        found = [each for each in check(edit_of(folder, clips)).findings if each.code == "not-credited"]
        assert [place.at for each in found for place in each.places] == missing


@pytest.mark.parametrize("sound", ["gone.wav", "clip.mp4"])
def test_check_looks_at_the_sound(folder: Path, sound: str):
    report = check(edit_of(folder, "[{}]", f"  sound: {sound}\n"))
    assert [each.code for each in report.findings if each.severity == "error"] == ["edit-unusable"]


def test_clips_of_other_depths_are_no_film(folder: Path):
    with av.open(str(folder / "ten.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p10le")))
        container.mux(stream.encode())
    file = edit_of(folder, "[{}, {video: ten.mkv}]")
    assert forecast_edit(load_config(file)).frames == 15
    with pytest.raises(ConfigError) as raised:
        forecast_edit(load_config(file).changed({"depth": "keep"}))
    assert raised.value.at == "edit.clips.1"
