"""What a profile says, and what wins over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import ConfigError, LoopvizError
from loopviz.media.delivery import ENDINGS
from loopviz.media.encoders import ENCODERS
from loopviz.project import option
from loopviz.project.config import ClipConfig, ProjectConfig
from loopviz.project.config_file import load_config
from loopviz.project.profile import Profile, load_profile, profile_file, profile_names

ONE = "description: one\n"
MINE = "description: mine\ncontainer: mkv\nencoder: {codec: libx265, crf: 30}\nsound: false\n"


def project(folder: Path, text: str = "", name: str = "film.yaml") -> Path:
    file = folder / name
    file.write_text(f"source: clip.mp4\nlabels: labels/\n{text}", encoding="utf-8")
    return file


def said(config: ClipConfig) -> dict[str, Any]:
    """What an output is made with, after its profile has spoken."""
    whole, _ = config.profiled()
    encoder = whole.encoder
    return {"codec": encoder.codec, "crf": encoder.crf, "preset": encoder.preset, "sound": whole.sound}


def named(config: ClipConfig) -> str:
    output = config.profiled()[0].output
    assert output is not None
    return output.name


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_that_comes_with_loopviz_says_what_fits_together(name: str):
    profile = load_profile(name)
    codec = profile.encoder.codec
    assert len(profile.description) < 110
    assert codec is None or codec in ENCODERS
    assert (profile.container == "images") == bool(codec and ENCODERS[codec].image)
    assert not profile.alpha or (codec and "alpha" in ENCODERS[codec].formats)
    assert (profile.container in ("gif", "webp")) == (codec is None)


def test_the_issue_of_each_name_is_there():
    wanted = "web web-small av1 hevc master overlay stills frames gif webp"
    assert set(wanted.split()) <= set(profile_names())


def test_what_options_complete_to_is_what_there_is():
    assert option.ENDINGS == ENDINGS
    assert set(option.profiles("")) >= set(profile_names())
    assert option.profiles("web-") == ["web-small"]


class TestWhatWins:
    """Options, a profile among them, the project file, a profile in it, what is usual."""

    PROFILE = "profile: mine.yaml\n"

    @pytest.fixture(autouse=True)
    def _mine(self, tmp_path: Path) -> None:
        (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")

    @pytest.mark.parametrize(
        ("text", "changes", "expected"),
        [
            pytest.param("", {}, (None, 18, "medium", True), id="nothing said"),
            pytest.param(PROFILE, {}, ("libx265", 30, "medium", False), id="profile in the file"),
            pytest.param(PROFILE + "sound: true\n", {}, ("libx265", 30, "medium", True), id="file over its profile"),
            pytest.param(
                PROFILE + "encoder: {crf: 12}\n", {}, ("libx265", 12, "medium", False), id="one key over its profile"
            ),
            pytest.param(
                "encoder: {crf: 12, preset: slow}\nsound: true\n",
                {"profile": "mine.yaml"},
                ("libx265", 30, "medium", False),
                id="profile of an option over the file",
            ),
            pytest.param(
                "encoder: {crf: 12}\n",
                {"profile": "mine.yaml", "encoder.crf": 40, "sound": True},
                ("libx265", 40, "medium", True),
                id="options over a profile beside them",
            ),
            pytest.param(PROFILE, {"profile": "web"}, ("libx264", 20, "slow", True), id="another profile"),
            pytest.param(PROFILE, {"encoder.crf": 1}, ("libx265", 1, "medium", False), id="option over the file's"),
        ],
    )
    def test_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, changes: dict[str, Any], expected: tuple[Any]
    ):
        monkeypatch.chdir(tmp_path)
        config = load_config(project(tmp_path, text)).changed(changes)
        assert tuple(said(config).values()) == expected

    def test_it_is_said_once(self, tmp_path: Path):
        config, profile = load_config(project(tmp_path, self.PROFILE)).profiled()
        assert profile is not None
        assert config.profiled()[0] == config

    def test_a_source_at_its_own_time_has_no_film(self, tmp_path: Path):
        config = load_config(project(tmp_path, "timeline: {pace: reading}\n"))
        assert config.changed({"profile": "frames"}).profiled()[0].timeline.pace == "frame"
        assert config.changed({"profile": "web"}).profiled()[0].timeline.pace == "reading"
        own = config.changed({"profile": "frames", "timeline.pace": "person:1s"})
        assert own.profiled()[0].timeline.pace == "person:1s"

    def test_of_a_clip_without_a_film_only_what_it_has(self):
        clip = ClipConfig.checked({"source": "frames"}).changed({"profile": "overlay-png"})
        assert clip.profiled()[0].sound is False


class TestNames:
    @pytest.mark.parametrize(
        ("text", "changes", "name"),
        [
            pytest.param("", {"profile": "web"}, "film_web.mp4", id="usual"),
            pytest.param("output: x.mp4\n", {"profile": "master"}, "x_master.mov", id="the file's, with its ending"),
            pytest.param("output: x.mp4\n", {"profile": "frames"}, "annotated_images", id="a folder of its own name"),
            pytest.param("output: x.mp4\n", {"profile": "stills"}, "x_stills", id="a folder"),
            pytest.param("", {"profile": "web", "output": Path("y.m4v")}, "y.m4v", id="said"),
            pytest.param("profile: gif\n", {}, "film_gif.gif", id="profile of the file"),
            pytest.param("profile: gif\n", {"profile": "webp"}, "film_webp.webp", id="another"),
            pytest.param("profile: gif\noutput: z.gif\n", {}, "z.gif", id="both in the file"),
        ],
    )
    def test_an_output_is_called_after_its_profile(self, tmp_path: Path, text: str, changes: dict[str, Any], name: str):
        assert named(load_config(project(tmp_path, text)).changed(changes)) == name

    @pytest.mark.parametrize(
        ("profile", "output"),
        [
            ("web", "a.mkv"),
            ("web", "a"),
            ("master", "a.mp4"),
            ("overlay", "a.webm"),
            ("gif", "a.webp"),
            ("frames", "a.mp4"),
            ("frames", "a.gif"),
        ],
    )
    def test_a_name_that_does_not_fit_is_refused(self, profile: str, output: str):
        config = ClipConfig.checked({"source": "clip.mp4", "profile": profile, "output": output})
        with pytest.raises(ConfigError) as caught:
            config.profiled()
        assert caught.value.file == output and caught.value.expected

    def test_where_a_crowd_lies_does_not_move(self, tmp_path: Path):
        text = "output: out/film.mp4\ncrowd: {batches: [b.csv]}\n"
        (tmp_path / "film.yaml").write_text(f"source: clip.mp4\n{text}", encoding="utf-8")
        config = load_config(tmp_path / "film.yaml").changed({"profile": "web"})
        assert config.crowd is not None and config.output is not None
        assert (config.output.name, config.crowd.folder) == ("film_web.mp4", tmp_path / "out/film")


class TestFiles:
    @pytest.mark.parametrize(
        ("text", "found", "word"),
        [
            pytest.param(MINE + "faststrat: true\n", "'faststrat'", None, id="unknown key"),
            pytest.param(MINE + "continer: mp4\n", "'continer'", "container", id="a key misspelt"),
            pytest.param(MINE.replace("crf", "cfr"), "'cfr'", "crf", id="misspelt within"),
            pytest.param("description: x\ncontainer: avi\n", "'avi'", "mp4", id="container"),
            pytest.param(MINE + "version: 2\n", "2", "1", id="of another program"),
            pytest.param(MINE + "max_width: 3\n", "3", "at least 16", id="too narrow"),
            pytest.param("container: mp4\n", None, "description", id="no description"),
            pytest.param("extends: nothing\n", "'nothing'", "web", id="no such base"),
            pytest.param("extends: wbe\n", "'wbe'", "'web'", id="base misspelt"),
            pytest.param("extends: [web]\n", None, "extends", id="several bases"),
            pytest.param("extends: ''\n", "''", "extends", id="empty base"),
            pytest.param(ONE + "container: images\n", None, "png or mjpeg", id="images of nothing"),
            pytest.param(ONE + "container: images\nencoder: {codec: libx264}\n", None, "png or mjpeg", id="a video's"),
            pytest.param(ONE + "container: mp4\nencoder: {codec: prores_ks}\n", None, "libx264", id="container"),
            pytest.param(ONE + "container: mp4\nalpha: true\n", None, "transparency", id="alpha in MP4"),
            pytest.param(ONE + "container: webm\nalpha: true\n", None, "libvpx-vp9", id="alpha of nothing"),
            pytest.param(ONE + "container: gif\nencoder: {codec: png}\n", None, "gif", id="encoder of a GIF"),
            pytest.param(ONE + "container: mp4\nsize: 13x13\n", "'13x13'", "both even", id="odd size"),
            pytest.param("extends: mine.yaml\n", "'mine.yaml'", "circle", id="itself"),
            pytest.param("- web\n", None, "profile", id="a list"),
            pytest.param("{", None, "YAML", id="no YAML"),
            pytest.param("", None, "empty", id="empty"),
        ],
    )
    def test_what_cannot_be(self, tmp_path: Path, text: str, found: str | None, word: str | None):
        file = tmp_path / "mine.yaml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(LoopvizError) as caught:
            load_profile(str(file))
        assert caught.value.exit_code in (3, 4)
        assert caught.value.file == str(file)
        assert found is None or caught.value.found == found
        assert word is None or word in str(caught.value)

    @pytest.mark.parametrize(("name", "near"), [("wbe", "web"), ("overlay-pgn", "overlay-png"), ("zzz", None)])
    def test_a_name_that_there_is_not(self, name: str, near: str | None):
        with pytest.raises(ConfigError) as caught:
            load_profile(name)
        assert "web" in str(caught.value.expected)
        assert near is None or repr(near) in str(caught.value.remedy)

    @pytest.mark.parametrize("name", ["", "\0", "x" * 5000, "no\nname"])
    def test_a_name_that_no_file_has(self, name: str):
        with pytest.raises(ConfigError):
            load_profile(name)

    def test_a_folder(self, tmp_path: Path):
        with pytest.raises(ConfigError) as caught:
            load_profile(str(tmp_path))
        assert caught.value.file == str(tmp_path)

    def test_one_that_lies_where_they_usually_do(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        (tmp_path / "profiles").mkdir()
        (tmp_path / "profiles" / "mine.yaml").write_text(MINE, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(ConfigError, match=r"profiles/mine\.yaml"):
            load_profile("mine")

    def test_one_of_another(self, tmp_path: Path):
        (tmp_path / "base.yaml").write_text(MINE, encoding="utf-8")
        (tmp_path / "mine.yaml").write_text("extends: base.yaml\nencoder: {crf: 1}\n", encoding="utf-8")
        profile = load_profile(str(tmp_path / "mine.yaml"))
        assert (profile.encoder.codec, profile.encoder.crf, profile.sound) == ("libx265", 1, False)
        assert load_profile("frames-jpeg").folder == load_profile("frames").folder

    def test_a_project_file_counts_from_its_folder(self, tmp_path: Path):
        (tmp_path / "mine.yaml").write_text(MINE, encoding="utf-8")
        assert said(load_config(project(tmp_path, "profile: mine.yaml\n")))["codec"] == "libx265"

    def test_where_they_lie(self):
        assert profile_file("web").name == "web.yaml"
        assert isinstance(load_profile("web"), Profile)


def test_python_may_name_one_as_well():
    config = ProjectConfig.checked({"source": "clip.mp4", "labels": "labels", "profile": "master"})
    assert named(config) == "clip_master.mov"
