"""A project in Python: what it knows, what it shows, and what it makes."""

from __future__ import annotations

import gc
import io
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from support import codes

import loopviz
from loopviz.errors import ConfigError, DamagedError, InputError, OutputError

QUICK = {"encoder.preset": "ultrafast", "encoder.crf": 35}


@pytest.fixture
def project(project_folder: Path) -> loopviz.Project:
    return loopviz.open(project_folder, settings=QUICK)


def damaged(project_folder: Path, tmp_path: Path) -> Path:
    """Frame 8 of the clip cannot be decoded."""
    content = bytearray((project_folder / "clip.mp4").read_bytes())
    with av.open(io.BytesIO(bytes(content))) as container:
        packet = [bytes(packet) for packet in container.demux(video=0) if packet.size][8]
    at = content.index(packet)
    content[at : at + len(packet)] = bytes(len(packet))
    clip = tmp_path / "damaged.mp4"
    clip.write_bytes(content)
    return clip


class TestOpening:
    def test_a_folder(self, project: loopviz.Project, project_folder: Path):
        assert (project.config.source, project.config.labels) == (project_folder / "clip.mp4", project_folder)
        assert project.dataset.annotations.height == 20
        assert "thesis-headings" in codes(project.notes)

    def test_a_project_file(self, project_folder: Path, tmp_path: Path):
        file = tmp_path / "loopviz.yaml"
        file.write_text(f"source: {project_folder}/clip.mp4\nlabels: {project_folder}\ntheme: house\n")
        assert loopviz.open(file).config.theme == "house"
        assert loopviz.open(file, settings={"theme": "margin"}).config.theme == "margin"

    def test_a_video_and_its_parts(self, project_folder: Path):
        people, work = project_folder / "metadata.json", project_folder / "assignments.csv"
        opened = loopviz.open(project_folder / "clip.mp4", labels=project_folder, people=people, assignments=work)
        assert opened.dataset.workers.height == 3
        assert opened.dataset.assignments["reward_usd"].sum() == pytest.approx(1.5)

    def test_what_is_named_wins_over_what_is_found(self, project_folder: Path, tmp_path: Path):
        (tmp_path / "people.json").write_text('{"RAWID0XYZ": {"Q1": "61", "simulated": true}}')
        answers = loopviz.open(project_folder, people=tmp_path / "people.json").dataset.answers
        assert "61" in answers["answer"].to_list()

    @pytest.mark.parametrize(
        ("name", "error"),
        [
            pytest.param("nowhere", InputError, id="nothing there"),
            pytest.param("clip.mp4", ConfigError, id="a video without labels"),
        ],
    )
    def test_what_cannot_be_opened(self, project_folder: Path, name: str, error: type[loopviz.LoopvizError]):
        with pytest.raises(error):
            loopviz.open(project_folder / name)

    def test_nothing_is_read_before_it_is_asked_for(self, project_folder: Path, tmp_path: Path):
        opened = loopviz.open(project_folder, people=tmp_path / "not yet there.json")
        with pytest.raises(InputError):
            opened.dataset  # noqa: B018

    def test_another_theme_is_another_project(self, project: loopviz.Project):
        other = project.changed({"theme": "house"})
        assert (project.config.theme, other.config.theme) == ("margin", "house")
        assert project.scene.canvas_size != other.scene.canvas_size


class TestStills:
    @pytest.mark.parametrize(("moment", "index"), [(3, 3), ("3", 3), ("0.25s", 6), ("0:00.25", 6)])
    def test_a_moment(self, project: loopviz.Project, moment: int | str, index: int):
        still = project.still(moment)
        assert (still.index, still.pts_seconds) == (index, pytest.approx(index / 24))
        assert still.rgb.shape[1::-1] == project.scene.canvas_size

    @pytest.mark.parametrize("moment", [12, -1, "12", "1s", "soon"])
    def test_no_such_moment(self, project: loopviz.Project, moment: int | str):
        with pytest.raises(ConfigError, match="no such frame"):
            project.still(moment)

    def test_a_notebook_shows_it(self, project: loopviz.Project):
        still = project.still(2)
        with Image.open(io.BytesIO(still._repr_png_())) as picture:
            np.testing.assert_array_equal(np.asarray(picture), still.rgb)

    def test_it_is_saved_once(self, project: loopviz.Project, tmp_path: Path):
        still = project.still(2)
        with Image.open(still.save(tmp_path / "a.png")) as picture:
            np.testing.assert_array_equal(np.asarray(picture), still.rgb)
        with pytest.raises(OutputError, match="was kept"):
            still.save(tmp_path / "a.png")
        still.save(tmp_path / "a.png", overwrite=True)
        with pytest.raises(ConfigError, match="a still is a PNG"):
            still.save(tmp_path / "a.jpg")

    @pytest.mark.parametrize(
        ("frames", "indices"),
        [(None, range(12)), ("2:5", range(2, 5)), (range(10, 12), range(10, 12)), (range(3, 3), range(0))],
    )
    def test_frames_are_the_stills(self, project: loopviz.Project, frames: str | range | None, indices: range):
        seen = list(project.frames(frames))
        assert [still.index for still in seen] == list(indices)
        for still in seen[:2]:
            np.testing.assert_array_equal(still.rgb, project.still(still.index).rgb)

    @pytest.mark.parametrize("frames", ["5:13", range(5, 13), range(-1, 3), range(0, 6, 2)])
    def test_frames_that_are_not_there_are_refused_at_once(self, project: loopviz.Project, frames: str | range):
        with pytest.raises(ConfigError):
            project.frames(frames)

    def test_a_still_in_between_ends_nothing(self, project: loopviz.Project):
        seen = []
        for still in project.frames("0:6"):
            project.still(9)
            seen.append(still.index)
        assert seen == list(range(6))

    def test_a_damaged_frame_shows_the_one_before_it(self, project_folder: Path, tmp_path: Path):
        clip = damaged(project_folder, tmp_path)
        shown = loopviz.open(project_folder, settings={"source": clip})
        assert [still.index for still in shown.frames()] == list(range(12))
        assert "frames-held" in codes(shown.notes)
        strict = shown.changed({"strict": True})
        with pytest.raises(DamagedError):
            strict.still(8)


class TestMaking:
    def test_a_video(self, project: loopviz.Project, tmp_path: Path):
        result = project.render(tmp_path / "made.mp4", frames="0:6")
        assert (result.path, result.frames) == (tmp_path / "made.mp4", 6)
        assert loopviz.probe(result.path).frames == 6

    def test_where_the_project_says(self, project: loopviz.Project, tmp_path: Path):
        result = project.changed({"output": tmp_path / "said.mp4"}).render(frames="0:2")
        assert result.path == tmp_path / "said.mp4"

    def test_a_check(self, project: loopviz.Project, project_folder: Path):
        report = project.check()
        other = loopviz.check(project_folder)  # without a salt people are called otherwise each time
        assert [(each.code, each.count) for each in report.findings] == [
            (each.code, each.count) for each in other.findings
        ]
        assert report.counts["errors"] == 0

    def test_a_check_of_what_cannot_be_read(self, project_folder: Path, tmp_path: Path):
        (tmp_path / "people.json").write_text("[")
        codes = [found.code for found in loopviz.open(project_folder, people=tmp_path / "people.json").check().findings]
        assert "people-unusable" in codes


class TestPeople:
    def test_nobody_is_named(self, project: loopviz.Project):
        assert project.dataset.workers["alias"].str.starts_with("Worker ").all()
        assert "RAWID" not in repr(project) + repr(project.dataset) + project.dataset._repr_html_()

    def test_who_refused_is_not_there(self, project_folder: Path, tmp_path: Path):
        file = tmp_path / "people.json"
        file.write_text('{"RAWID0XYZ": {"Q1": "61", "consent": false}, "RAWID1XYZ": {"Q1": "x", "consent": true}}')
        shown = loopviz.open(project_folder, people=file)
        assert "RAWID0XYZ" not in shown.dataset.workers["worker_id"].to_list()


class TestClosing:
    def test_it_opens_again(self, project: loopviz.Project):
        with project as opened:
            before = opened.still(1).rgb
        np.testing.assert_array_equal(project.still(1).rgb, before)

    def test_who_lets_go_of_it_closes_it(self, project_folder: Path):
        opened = loopviz.open(project_folder)
        opened.still(0)
        source = opened._load().source
        del opened
        gc.collect()
        with pytest.raises(AssertionError, match="not open"):  # of the codec: nobody else holds it
            list(source.read(0, 1))
