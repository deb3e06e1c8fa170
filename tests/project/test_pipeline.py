from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from support import codes, with_worker

import loopviz
from loopviz.errors import ConfigError, DamagedError, InputError, OutputError
from loopviz.notes import Note, note
from loopviz.project import pipeline
from loopviz.project.config import ClipConfig, ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.forecast import forecast_of
from loopviz.project.load import load
from loopviz.project.salt import salt_path
from loopviz.project.split import split
from loopviz.render import render_still
from loopviz.scene import theme_names

QUICK = {"encoder.preset": "ultrafast", "encoder.crf": 35}


@pytest.fixture
def config(project_folder: Path, tmp_path: Path) -> ProjectConfig:
    return configure(project_folder, {"output": tmp_path / "made" / "video.mp4", **QUICK})[0]


def test_a_project_becomes_a_video(config: ProjectConfig):
    calls: list[tuple[int, int]] = []
    result = pipeline.run(config, progress=lambda done, total: calls.append((done, total)))
    assert result.path == config.output
    assert (result.frames, result.duration_seconds) == (12, 0.5)
    facts = loopviz.probe(result.path)
    assert (facts.frames, facts.frame_rate, (facts.width, facts.height)) == (12, Fraction(24), result.canvas_size)
    assert calls[-1] == (12, 12)
    assert [file.name for file in result.path.parent.iterdir()] == ["video.mp4"]


@pytest.mark.parametrize(
    ("name", "changes", "encoder", "codec"),
    [
        pytest.param("v.mp4", {}, "libx264", "h264", id="mp4"),
        pytest.param("v.m4v", {}, "libx264", "h264", id="m4v"),
        pytest.param("v.mov", {}, "libx264", "h264", id="mov"),
        pytest.param("v.mkv", {}, "libx264", "h264", id="mkv"),
        pytest.param("v.webm", {}, "libvpx-vp9", "vp9", id="webm"),
        pytest.param("V.WebM", {}, "libvpx-vp9", "vp9", id="capitals"),
        pytest.param("v.webm", {"depth": "keep"}, "libsvtav1", "av1", id="webm, depth keep"),
        pytest.param("v.webm", {"encoder.codec": "libsvtav1"}, "libsvtav1", "av1", id="webm, AV1 is named"),
        pytest.param("v.mkv", {"encoder.codec": "libvpx-vp9"}, "libvpx-vp9", "vp9", id="mkv, VP9 is named"),
    ],
)
def test_the_ending_chooses_a_codec_that_fits(
    config: ProjectConfig, tmp_path: Path, name: str, changes: dict[str, object], encoder: str, codec: str
):
    asked = config.changed({"output": tmp_path / name, **changes})
    with load(asked) as project:
        assert forecast_of(project).encoder == f"{encoder}, crf 35, ultrafast"
    assert loopviz.probe(pipeline.run(asked, frames="0:3").path).codec == codec


@pytest.mark.parametrize(("name", "codec"), [("v.webm", "libx264"), ("v.webm", "libx265"), ("v.mov", "libvpx-vp9")])
def test_a_named_codec_that_does_not_fit_is_refused(config: ProjectConfig, tmp_path: Path, name: str, codec: str):
    asked = config.changed({"output": tmp_path / name, "encoder.codec": codec})
    with load(asked) as project, pytest.raises(ConfigError, match="does not take this codec"):
        forecast_of(project)
    clip = ClipConfig(source=asked.source, output=tmp_path / name).changed({"encoder.codec": codec})
    with pytest.raises(ConfigError, match="does not take this codec"):
        pipeline.assemble(clip)


def test_people_have_aliases_and_only_those(config: ProjectConfig):
    with load(config) as project:
        workers = project.dataset.workers
        assert workers.height == 3
        assert all(alias.startswith("Worker ") for alias in workers["alias"])
        assert project.dataset.assignments["reward_usd"].to_list() == [0.15] * 10
        assert project.dataset.answers.height == 6
        shown = repr([project.scene.elements(frame) for frame in range(12)])
    assert "RAWID" not in shown
    assert "Worker " in shown


def test_captions_show_the_account_of_all_the_work(config: ProjectConfig):
    line = "{{ account.tasks }} of {{ everyone.tasks }} by {{ everyone.people }}"
    with load(config.changed({"caption.line": line})) as project:
        shown = repr(project.scene.elements(0))
    # Ten frames by three people in turn: the first did four.
    assert "4 of 10 by 3" in shown


@pytest.mark.parametrize("identity", ["full", "hidden"])
def test_no_secret_is_made_where_none_is_needed(config: ProjectConfig, identity: str):
    with load(config.changed({"identity": identity})) as project:
        shown = repr([project.scene.elements(frame) for frame in range(12)])
    assert ("RAWID1XYZ" in shown) == (identity == "full")
    assert not salt_path().exists()


def test_a_dry_run_makes_no_secret(config: ProjectConfig, user_config: Path):
    with load(config, dry_run=True) as project:
        assert all(alias.startswith("Worker ") for alias in project.dataset.workers["alias"])
        forecast_of(project)
    assert list(user_config.iterdir()) == []


def test_a_dry_run_refuses_a_secret_that_cannot_be_kept(config: ProjectConfig, user_config: Path):
    (user_config / "loopviz").write_text("a file in the way")
    with load(config, dry_run=True) as project, pytest.raises(OutputError, match="cannot be kept"):
        forecast_of(project)
    with load(config.changed({"identity": "hidden"}), dry_run=True) as project:
        forecast_of(project)


def test_a_dry_run_uses_the_secret_that_is_there(config: ProjectConfig):
    with load(config) as project:
        aliases = project.dataset.workers["alias"].to_list()
    with load(config, dry_run=True) as project:
        assert project.dataset.workers["alias"].to_list() == aliases


def test_what_is_odd_about_people_is_noted_once(config: ProjectConfig, tmp_path: Path):
    people = tmp_path / "metadata.json"
    mentions = {f"clip_000{n}_RAWID1XYZ.png": {"Q1": answer} for n, answer in ((1, "25 - 34"), (4, "35 - 44"))}
    people.write_text(json.dumps(mentions))
    with load(config.changed({"people": people})) as project:
        notes = [note for note in project.notes if note.code == "answers-differ"]
    assert [(note.severity, note.place, note.values) for note in notes] == [
        ("warning", f"{people}, person 2", {"question": "Q1"})
    ]


def test_a_task_says_what_rows_of_nine_numbers_are(config: ProjectConfig, tmp_path: Path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a_0.txt").write_text("0 .1 .1 .9 .1 .9 .9 .1 .9\n")
    changed = ProjectConfig.checked({"source": config.source, "labels": tmp_path / "labels", "names": ["Body"]})
    with pytest.raises(InputError, match=r"--task detect, segment, obb or pose \(task, also in"), load(changed):
        pass
    with load(changed.changed({"task": "segment"})) as project:
        assert project.dataset.annotations["polygons"].list.len().to_list() == [1]


def test_a_salt_of_the_projects_own_decides_the_aliases(config: ProjectConfig, tmp_path: Path):
    salts = [tmp_path / name for name in ("a.salt", "b.salt", "a2.salt")]
    for salt in salts:
        salt.write_bytes(salt.name[:1].encode() * 32)
    aliases = []
    for salt in salts:
        with load(config.changed({"salt_file": salt})) as project:
            aliases.append(project.dataset.workers["alias"].to_list())
    assert aliases[0] == aliases[2]
    assert aliases[0] != aliases[1]


def test_what_a_project_calls_by_a_wrong_name_is_noted(config: ProjectConfig):
    changes = {"categories": {"Boddy": {"name": "Body"}}, "questions": {"Q1": "Age", "Q11": "?"}}
    with load(config.changed(changes)) as project:
        notes = [note.line for note in project.notes if note.code == "unknown-name"]
    assert notes == [
        "warning: categories: nothing is called 'Boddy'. Did you mean 'Body'?",
        "warning: questions: nothing is called 'Q11'. Did you mean 'Q1'?",
    ]


def test_a_caption_may_be_changed_in_the_themes_own_words(config: ProjectConfig):
    with load(config.changed({"caption": {"kicker": "Drawn by"}, "missing": "leave out"})) as project:
        assert project.scene.theme.caption.kicker == "Drawn by"
        assert project.scene.theme.caption.missing == "leave out"


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param(
            {"caption": {"kickr": "x"}},
            ConfigError,
            "caption: unknown key (found 'kickr'). Did you mean 'kicker'?",
            id="cap",
        ),
        pytest.param(
            {"theme": "neon"},
            ConfigError,
            f"(found 'neon'; expected {', '.join(theme_names())}, or a YAML file)",
            id="theme",
        ),
        pytest.param({"source": "gone.mp4"}, InputError, "gone.mp4", id="source"),
        pytest.param({"people": "gone.json"}, InputError, "gone.json: there is no such file", id="people"),
        pytest.param({"assignments": "gone.csv"}, InputError, "gone.csv: there is no such file", id="assignments"),
        pytest.param({"labels": "gone"}, InputError, "gone: there is no such file or folder", id="labels"),
        pytest.param(
            {"labels_format": "none"}, ConfigError, "there is no such label format (found 'none'", id="format"
        ),
        pytest.param({"align.how": "order", "align.first_number": 3}, None, "", id="order-is-enough"),
        pytest.param({"align.first_number": 9}, InputError, "labelled frames are not in the source", id="numbers"),
        pytest.param({"frame_rate": 25}, ConfigError, "a video has its own times", id="frame-rate"),
        pytest.param({"salt_file": "gone.salt"}, ConfigError, "gone.salt: the salt cannot be read", id="salt"),
    ],
)
def test_what_does_not_fit_is_refused(
    config: ProjectConfig, changes: dict[str, object], error: type[Exception] | None, message: str
):
    if error is None:
        with load(config.changed(changes)) as project:
            assert project.dataset.annotations.height == 20
        return
    with pytest.raises(error) as caught, load(config.changed(changes)):
        pass
    assert message in str(caught.value)


def test_labels_beyond_the_source_may_be_dropped(config: ProjectConfig):
    with load(config.changed({"align.first_number": 9, "align.drop_extra": True})) as project:
        assert project.dataset.annotations["frame"].unique().to_list() == [0, 1]
        assert "dropped-frames" in codes(project.notes)


def test_assignments_by_the_sources_own_frame_numbers(config: ProjectConfig, project_folder: Path, tmp_path: Path):
    folder = tmp_path / "labels"
    folder.mkdir()
    for number in (3, 7):  # two frames in the middle: their own numbers are not the labels'
        (folder / f"clip_{number:04d}.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    work = tmp_path / "work.csv"
    work.write_text("frame,worker_id,reward_usd\n6,RAWID0XYZ,0.25\n")
    base = ProjectConfig.checked({"source": project_folder / "clip.mp4", "labels": folder})
    changed = base.changed({"names": ["Body"], "assignments": work, "align.first_number": 1})
    with load(changed) as project:
        assert with_worker(project.dataset).select("frame", "worker_id").rows() == [
            (2, None),
            (6, "RAWID0XYZ"),
        ]
    assert config.labels == project_folder


def test_characters_that_no_font_has_stop_a_render_unless_boxes_may_stand_for_them(config: ProjectConfig):
    odd = config.changed({"caption": {"kicker": "\u9f20\u6807"}})
    with pytest.raises(ConfigError) as refused:
        pipeline.run(odd)
    assert ("\u9f20\u6807" in str(refused.value.found), odd.output.exists()) == (True, False)
    with load(odd, dry_run=True) as loaded, pytest.raises(ConfigError):
        forecast_of(loaded)
    result = pipeline.run(odd.changed({"missing_glyphs": "draw"}), frames="0:1")
    assert (result.frames, "no-glyphs" in codes(result.notes)) == (1, True)


def test_a_part_is_rendered(config: ProjectConfig):
    result = pipeline.run(config, frames="3:0.25s")
    assert (result.frames, loopviz.probe(result.path).frames) == (3, 3)


@pytest.mark.parametrize("frames", ["5:3", "0:13", range(5, 20)])
def test_a_part_that_is_not_there(config: ProjectConfig, frames: str | range):
    with pytest.raises(ConfigError, match="range"):
        pipeline.run(config, frames=frames)
    assert not config.output.exists()  # type: ignore[union-attr]


def test_an_existing_output_is_kept(config: ProjectConfig, monkeypatch: pytest.MonkeyPatch):
    assert config.output is not None
    config.output.parent.mkdir()
    config.output.write_text("precious")
    monkeypatch.setattr(pipeline, "render_video", lambda *_, **__: pytest.fail("rendered before looking"))
    with pytest.raises(OutputError, match="--overwrite"):
        pipeline.run(config)
    assert config.output.read_text() == "precious"


def test_an_output_is_replaced_when_asked(config: ProjectConfig):
    assert config.output is not None
    config.output.parent.mkdir()
    config.output.write_text("old")
    pipeline.run(config, frames="0:2", overwrite=True)
    assert loopviz.probe(config.output).frames == 2


def test_the_source_is_never_the_output(config: ProjectConfig, project_folder: Path, tmp_path: Path):
    clip = tmp_path / "clip.mp4"
    shutil.copy(project_folder / "clip.mp4", clip)
    before = clip.read_bytes()
    with pytest.raises(OutputError, match="the output is the source itself"):
        pipeline.run(config.changed({"source": clip, "output": clip}), overwrite=True)
    assert clip.read_bytes() == before


def test_a_forecast_says_what_a_render_then_does(config: ProjectConfig):
    with load(config) as project:
        planned = forecast_of(project, frames="2:12")
        assert not project.output.exists()
        result = pipeline.render(project, frames="2:12")
        assert forecast_of(project).exists
    assert (planned.frames, planned.duration_seconds) == (result.frames, round(result.duration_seconds, 6))
    assert (planned.width, planned.height) == result.canvas_size
    assert (planned.annotations, planned.labelled_frames, planned.workers) == (16, 8, 3)
    assert not planned.exists
    assert (planned.encoder, planned.sound, planned.segments) == ("libx264, crf 35, ultrafast", False, 1)


@pytest.mark.parametrize(("moment", "frame"), [("7", 7), ("0.3s", 7)])
def test_a_preview_is_one_finished_frame(config: ProjectConfig, moment: str, frame: int):
    with load(config) as project:
        still = pipeline.preview(project, moment)
        with Image.open(still) as picture:
            assert picture.size == project.scene.canvas_size
    assert config.output is not None
    assert still == config.output.with_name(f"video_frame_{frame:06d}.png")


def test_previews_of_a_damaged_clip_are_what_a_render_shows(config: ProjectConfig, tmp_path: Path):
    """The frame itself shows the one before; the others are their own, and what is shown of it is said."""
    assert config.source is not None
    clip = tmp_path / "damaged.mp4"
    content = bytearray(config.source.read_bytes())
    with av.open(str(config.source)) as container:
        packet = [bytes(packet) for packet in container.demux(video=0) if packet.size][8]
    at = content.index(packet)
    content[at : at + len(packet)] = bytes(len(packet))
    clip.write_bytes(content)
    said: list[Note] = []
    damaged = config.changed({"source": clip})
    with load(damaged) as project, load(damaged, mend=True) as mended:
        for frame in (2, 7, 8, 9):
            still = pipeline.preview(project, str(frame), tmp_path / f"{frame}.png", tell=said.extend)
            with Image.open(still) as picture:
                np.testing.assert_array_equal(np.asarray(picture), render_still(mended.source, mended.scene, frame))
    assert note("frames-held", frames=[8]).about(clip) in said
    with load(damaged.changed({"strict": True})) as project, pytest.raises(DamagedError, match="damaged"):
        pipeline.preview(project, "8", tmp_path / "strict.png")


def test_a_preview_is_a_png_and_keeps_what_exists(config: ProjectConfig, tmp_path: Path):
    kept = tmp_path / "still.png"
    kept.write_text("precious")
    with load(config) as project:
        with pytest.raises(ConfigError, match="a preview is a PNG"):
            pipeline.preview(project, "0", tmp_path / "still.jpg")
        with pytest.raises(OutputError, match="--overwrite"):
            pipeline.preview(project, "0", kept)
        with pytest.raises(ConfigError, match="no such frame"):
            pipeline.preview(project, "12", tmp_path / "other.png")
        assert kept.read_text() == "precious"
        pipeline.preview(project, "0", kept, overwrite=True)
    assert kept.read_bytes().startswith(b"\x89PNG")


def test_a_clip_comes_back_from_its_frames(project_folder: Path, tmp_path: Path):
    clip = project_folder / "clip.mp4"
    made = split(clip, tmp_path / "frames", frames="2:8")
    assert made.frames == 6
    config = ClipConfig.checked({"source": made.folder, "output": tmp_path / "back.mp4"}).changed(QUICK)
    result = pipeline.assemble(config)
    assert (result.frames, result.duration_seconds, result.canvas_size) == (6, 0.25, (64, 48))


def test_images_without_a_manifest_take_a_frame_rate(tmp_path: Path):
    for number in range(3):
        Image.new("RGB", (32, 32), (80 * number, 0, 0)).save(tmp_path / f"{number}.png")
    config = ClipConfig.checked({"source": tmp_path, "output": tmp_path / "out.mp4", "frame_rate": 12}).changed(QUICK)
    assert pipeline.assemble(config).duration_seconds == 0.25


def test_run_takes_a_path_and_tells_what_was_noted(
    project_folder: Path, tmp_path: Path, make_clip: Callable[..., Path]
):
    folder = tmp_path / "mine"
    shutil.copytree(project_folder, folder)
    (folder / "loopviz.yaml").write_text(
        "source: clip.mp4\nlabels: .\nencoder: {preset: ultrafast}\nquestions: {Q9: Health}\n"
    )
    result = loopviz.run(folder, frames=range(2))
    assert result.path == folder / "out" / "mine.mp4"
    assert "unknown-name" in codes(result.notes)
    assert make_clip
