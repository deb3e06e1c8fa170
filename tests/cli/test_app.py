"""The commands, called in the process as a user calls them."""

from __future__ import annotations

import errno
import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import loopviz
from loopviz.cli import main
from loopviz.cli.app import EXAMPLES, app
from loopviz.cli.options import ImageFormat
from loopviz.errors import ConfigError, InputError, MissingPartError, OutputError
from loopviz.project import pipeline

QUICK = ["--preset", "ultrafast", "--crf", "40"]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """A function that runs a command line and returns its exit code, and what it wrote to stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def _events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_folder_becomes_a_video(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    video = tmp_path / "video.mp4"
    code, out, err = said("run", project_folder, "-o", video, *QUICK)
    seam, film = out.splitlines()
    assert (code, film) == (0, f"{video}: 12 frames, {_size(video)}, 0.500 seconds")
    assert re.fullmatch(r"seam score: \d+\.\d\d .*", seam)
    assert err.splitlines()[:4] == [
        "video: clip.mp4",
        "labels: labels/ (thesis)",
        "people: metadata.json",
        "assignments: assignments.csv",
    ]


def _size(video: Path) -> str:
    facts = loopviz.probe(video)
    return f"{facts.width}x{facts.height}"


def test_no_raw_id_leaves_by_default(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    video = tmp_path / "video.mp4"
    code, out, err = said("run", project_folder, "-o", video, "--json", *QUICK)
    assert code == 0
    assert "RAWID" not in out + err
    assert b"RAWID" not in video.read_bytes()


def test_a_machine_reads_lines_of_json(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    video = tmp_path / "video.mp4"
    code, out, err = said("run", project_folder, "-o", video, "--json", *QUICK)
    events = _events(out)
    assert (code, err) == (0, "")
    assert {event["event"] for event in events} == {"note", "progress", "result"}
    progress = [event for event in events if event["event"] == "progress"]
    assert list(progress[-1]) == ["event", "task", "done", "total", "frames_per_second"]
    assert (progress[-1]["done"], progress[-1]["total"]) == (12, 12)
    size = ["frames", "duration_seconds", "width", "height"]
    more = ["notes", "repetitions", "sidecars", "seam_score"]
    assert list(events[-1]) == ["event", "output", *size, "segments", "rendered", *more]
    assert (events[-1]["output"], events[-1]["frames"], events[-1]["duration_seconds"]) == (str(video), 12, 0.5)


def test_quiet_is_quiet(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    assert said("run", project_folder, "-o", tmp_path / "video.mp4", "--quiet", *QUICK) == (0, "", "")


def test_a_dry_run_writes_nothing(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path, user_config: Path
):
    video = tmp_path / "video.mp4"
    code, out, _ = said("run", project_folder, "-o", video, "--dry-run", "--range", "0:6")
    assert code == 0
    assert re.search(r"^Nothing was written", out)
    assert re.search(r"^  output    .*video\.mp4$", out, re.MULTILINE)
    assert re.search(r"^  frames    6$", out, re.MULTILINE)
    assert re.search(r"^  labels    12 on 6 frames$", out, re.MULTILINE)
    assert list(tmp_path.iterdir()) == []
    assert list(user_config.iterdir()) == []
    video.write_text("here")
    assert said("run", project_folder, "-o", video, "--dry-run")[0] == 5
    assert "(exists, and is replaced)" in said("run", project_folder, "-o", video, "--dry-run", "--overwrite")[1]
    assert video.read_text() == "here"


def test_a_film_that_plays_again_and_again(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path
):
    wanted = ("run", project_folder, "-o", tmp_path / "v.mp4", "--range", "0:6", *QUICK)
    forecast = json.loads(said(*wanted, "--repeat-for", "2s", "--dry-run", "--json")[1].splitlines()[-1])
    code, out, _ = said(*wanted, "--repeat-for", "2s", "--json")
    made = json.loads(out.splitlines()[-1])
    assert code == 0
    assert made["repetitions"] == forecast["repetitions"] > 1
    assert made["frames"] == forecast["frames"] == 6 * made["repetitions"]
    assert 2 <= made["duration_seconds"] == forecast["duration_seconds"] < 3
    assert re.search(r"18 frames, .* \(3 times\)", said(*wanted, "--repeat", "3")[1])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        pytest.param("--repeat 0", 2, id="never"),
        pytest.param("--repeat 2.5", 2, id="half a time"),
        pytest.param("--repeat 2 --repeat-for 1h", 2, id="both"),
        pytest.param("--repeat 2 --preview 1", 2, id="a still"),
        pytest.param("--repeat 99999999", 4, id="for years"),
        pytest.param("--repeat-for 12", 4, id="no unit"),
        pytest.param("--repeat-for -1h", 4, id="less than nothing"),
        pytest.param("--repeat-for 0s", 4, id="nothing"),
        pytest.param("--repeat-for 8d", 4, id="days"),
        pytest.param("--repeat-for 169h", 4, id="more than a week"),
        pytest.param("--repeat-for forever", 4, id="a word"),
    ],
)
def test_repetitions_that_cannot_be(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path, options: str, code: int
):
    for dry in ((), ("--dry-run",)) if code == 4 else ((),):
        found, out, err = said("run", project_folder, "-o", tmp_path / "v.mp4", *options.split(), *dry)
        assert (found, out) == (code, "") and "repeat" in err
    assert not list(tmp_path.iterdir())


def test_a_dry_run_for_machines(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    code, out, _ = said("run", project_folder, "-o", tmp_path / "v.mp4", "--dry-run", "--json")
    event = _events(out)[-1]
    assert (code, event["event"], event["frames"], event["exists"]) == (0, "result", 12, False)


def test_a_preview_is_a_png(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    still = tmp_path / "still.png"
    code, out, _ = said("run", project_folder, "--preview", "3", "-o", still, "--theme", "house")
    assert (code, out) == (0, f"{still}\n")
    assert still.read_bytes().startswith(b"\x89PNG")


def test_render_needs_no_project(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    video = tmp_path / "video.mov"
    people = project_folder / "metadata.json"
    given = ["--labels", project_folder, "--people", people, "--assignments", project_folder / "assignments.csv"]
    code, out, _ = said("render", project_folder / "clip.mp4", *given, "-o", video, "--range", "0:3", *QUICK)
    assert code == 0
    assert out.startswith(f"{video}: 3 frames")


def test_options_reach_the_config(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[Any] = []
    monkeypatch.setattr("loopviz.project.forecast.forecast_of", lambda project, **_: seen.append(project) or _stop())
    options = "--labels-format yolo --names A,B --task detect --align order --first-number 1 --rescale --drop-extra "
    more = "--skip-bad --theme house --identity hidden --no-sound --codec libx265 --crf 30 --preset slow"
    said("render", project_folder / "clip.mp4", "--labels", project_folder, "--dry-run", *shlex.split(options + more))
    config = seen[0].config
    assert (config.labels_format, config.names, config.task) == ("yolo", ("A", "B"), "detect")
    assert config.skip_bad
    assert config.align.model_dump() == {"how": "order", "first_number": 1, "rescale": True, "drop_extra": True}
    assert (config.theme, config.identity, config.sound) == ("house", "hidden", False)
    assert config.encoder.model_dump() == {"codec": "libx265", "crf": 30, "preset": "slow"}


def _stop() -> None:
    raise InputError("far enough")


def test_there_and_back(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    frames, video = tmp_path / "frames", tmp_path / "back.mp4"
    assert said("split", project_folder / "clip.mp4", frames, "--range", ":4")[:2] == (0, f"{frames}: 4 frames\n")
    assert (frames / "manifest.json").is_file()
    code, out, _ = said("assemble", frames, "-o", video, "--json", *QUICK)
    assert (code, _events(out)[-1]["frames"]) == (0, 4)


def test_looking_writes_nothing(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path, user_config: Path
):
    folder = tmp_path / "mine"
    shutil.copytree(project_folder, folder)
    before = sorted(tmp_path.rglob("*"))
    assert [said("inspect", folder)[0], said("inspect", folder / "clip.mp4")[0], said("doctor")[0]] == [0, 0, 0]
    assert said("run", folder, "--dry-run")[0] == 0
    assert sorted(tmp_path.rglob("*")) == before
    assert list(user_config.iterdir()) == []


def test_inspect_answers_with_one_bare_object(said: Callable[..., tuple[int, str, str]], project_folder: Path):
    video = _events(said("inspect", project_folder / "clip.mp4", "--json")[1])
    labels = _events(said("inspect", project_folder, "--json")[1])
    assert [len(video), video[0]["kind"], video[0]["frames"], video[0]["frame_rate"]] == [1, "video", 12, "24/1"]
    assert [len(labels), labels[0]["kind"], labels[0]["format"]] == [1, "labels", "thesis"]
    assert labels[0]["categories"] == {"Body": 10, "Cable": 10}


def test_inspect_for_people(said: Callable[..., tuple[int, str, str]], project_folder: Path, tmp_path: Path):
    code, out, _ = said("inspect", project_folder)
    assert code == 0
    assert re.search(r"^annotations +20$", out, re.MULTILINE)
    assert re.search(r"^  Body +10$", out, re.MULTILINE)
    (tmp_path / "a_1.txt").write_text("0 0.5 0.5 0.1 0.1\nnonsense\n")
    out = said("inspect", tmp_path, "--names", "Body")[1]
    assert "problems\n" in out
    assert "a_1.txt, line 2" in out


def test_doctor(said: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch):
    code, out, _ = said("doctor")
    assert code == 0
    assert out.endswith("Everything that loopviz needs is here.\n")
    from loopviz.project import doctor

    monkeypatch.setitem(doctor.ENCODERS, "libnothing", True)
    code, out, _ = said("doctor")
    assert code == MissingPartError.exit_code == 6
    assert "missing  encoder libnothing" in out
    assert out.endswith("loopviz needs what is missing: encoder libnothing.\n")
    assert _events(said("doctor", "--json")[1])[0]["healthy"] is False


BAD = [
    pytest.param(
        "run gone.yaml", 3, "gone.yaml: the project file cannot be read: no such file or directory.", id="no-project"
    ),
    pytest.param("run gone/", 3, "gone: the project file cannot be read", id="no-folder"),
    pytest.param("run {work}/clip.mp4", 3, "a project file or a folder is expected here", id="a-video"),
    pytest.param("run {tmp}/typo.yaml", 4, "unknown key (found 'sorce'). Did you mean 'source'?", id="unknown-key"),
    pytest.param("run {tmp}/empty", 3, "there is neither a video nor a folder of frames", id="empty-folder"),
    pytest.param(
        "run {work} -o {tmp}/there.mp4", 5, "there.mp4: the output exists and was kept. Pass --overwrite", id="exists"
    ),
    pytest.param("run {work} -o {tmp}/x.wmv", 4, "(found '.wmv'; expected .mp4", id="container"),
    pytest.param("run {work} -o {tmp}/typo.yaml/x.mp4", 5, "x.mp4: ", id="no-place-for-the-output"),
    pytest.param(
        "run {work} --range 20:10", 4, "(found '20:10'; expected START:STOP with 0 <= START < STOP <= 12", id="range"
    ),
    pytest.param("run {work} --range 0:13", 4, "(found '0:13'; expected START:STOP", id="long-range"),
    pytest.param("run {work} --preview 12 -o {tmp}/p.png", 4, "(found '12'; expected 0 to 11", id="frame"),
    pytest.param(
        "run {work} --theme neon", 4, "there is no such theme (found 'neon'; expected contact, house", id="theme"
    ),
    pytest.param(
        "run {work} --crf 99", 4, "encoder.crf: not a value that fits here (found 99; expected at most 63)", id="crf"
    ),
    pytest.param("run {work} --preset warp -o {tmp}/w.mp4", 4, "(found 'warp'", id="preset"),
    pytest.param("run {work} --codec h263 -o {tmp}/w.mp4", 4, "(found 'h263'", id="codec"),
    pytest.param("run {work} --identity nick", 2, "'nick' is not one of 'alias', 'full', 'hidden'", id="identity"),
    pytest.param(
        "run {work} --preview 3 --range 0:5",
        2,
        "--preview: It shows one frame: leave --range out.",
        id="still-of-a-part",
    ),
    pytest.param(
        "run {work} --preview 3 --dry-run", 2, "--preview: It writes a file: leave --dry-run out.", id="dry-still"
    ),
    pytest.param("run {work} --task tag", 2, "'tag' is not one of 'detect', 'segment', 'obb'", id="task"),
    pytest.param("inspect {tmp}/nine", 3, "--task detect, segment, obb or pose", id="nine-numbers"),
    pytest.param("run {work} --labels gone", 3, "gone: there is no such file or folder", id="no-labels"),
    pytest.param("run {work} --labels {tmp}/bad", 3, "line 1", id="malformed-labels"),
    pytest.param(
        "render {work}/clip.mp4 --labels {tmp}/much", 3, "labelled frames are not in the source", id="labels-do-not-fit"
    ),
    pytest.param("run {work} --people {tmp}/typo.yaml", 3, "not valid JSON", id="people"),
    pytest.param(
        "render {work}/clip.mp4", 2, "Invalid value for --labels: Say where the labels are.", id="no-labels-said"
    ),
    pytest.param("render {tmp}/noise.mp4 --labels {work}", 3, "noise.mp4: ", id="not-a-video"),
    pytest.param("render {tmp}/nothing.mp4 --labels {work}", 3, "nothing.mp4: ", id="empty-file"),
    pytest.param(
        "render {work}/clip.mp4 --labels {work} --frame-rate 29.97", 4, "frame_rate: not a value that fits", id="rate"
    ),
    pytest.param("split gone.mp4 {tmp}/f", 3, "gone.mp4: ", id="split-nothing"),
    pytest.param("split {work}/clip.mp4 {tmp}/bad", 5, "bad: ", id="split-over-a-folder"),
    pytest.param(
        "split {work}/clip.mp4 {tmp}/f --image-format gif", 2, "'gif' is not one of 'png', 'jpg'", id="images"
    ),
    pytest.param("assemble {tmp}/empty -o {tmp}/e.mp4", 3, "empty: ", id="no-images"),
    pytest.param("assemble {tmp}/fake -o {tmp}/e.mp4", 3, "a.png", id="images-that-are-none"),
    pytest.param("inspect gone", 3, "gone: there is no such file or folder. Check the path.", id="inspect-nothing"),
    pytest.param("inspect {tmp}/typo.yaml", 3, "typo.yaml: ", id="inspect-text"),
    pytest.param("rnu", 2, "No such command 'rnu'. Did you mean 'run'? Try 'loopviz --help'.", id="command"),
    pytest.param("run", 2, "Missing argument 'PROJECT'. Try 'loopviz run --help'.", id="no-argument"),
    pytest.param("run x --colour", 2, "No such option: --colour", id="option"),
]


@pytest.fixture
def odd_files(tmp_path: Path) -> Path:
    for folder in ("empty", "bad", "much", "fake", "nine"):
        (tmp_path / folder).mkdir()
    (tmp_path / "typo.yaml").write_text("sorce: clip.mp4\n")
    (tmp_path / "there.mp4").write_text("precious")
    (tmp_path / "nothing.mp4").write_bytes(b"")
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "bad" / "clip_0001.txt").write_text("0 nan 0.5 0.1 0.1\n")
    (tmp_path / "fake" / "a.png").write_text("not a picture")
    (tmp_path / "nine" / "clip_0001.txt").write_text("0 .1 .1 .9 .1 .9 .9 .1 .9\n")
    for number in range(1, 30):
        (tmp_path / "much" / f"clip_{number:04d}.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    return tmp_path


@pytest.fixture
def two_segments(project_folder: Path, make_clip: Callable[..., Path], tmp_path: Path) -> list[str | Path]:
    """A command line for a clip of four seconds."""
    (tmp_path / "slow").mkdir()
    make_clip(tmp_path / "slow" / "clip.mp4", rate=3)
    return ["run", project_folder, "--source", tmp_path / "slow" / "clip.mp4", "-o", tmp_path / "out.mp4", *QUICK]


def test_a_render_goes_on_where_it_was(
    two_segments: list[str | Path], said: Callable[..., tuple[int, str, str]], tmp_path: Path
):
    video = tmp_path / "out.mp4"
    first = _events(said(*two_segments, "--json")[1])[-1]
    whole = video.read_bytes()
    code, out, _ = said(*two_segments)
    assert (code, video.read_bytes()) == (0, whole)
    count = first["segments"]
    assert first["rendered"] == count > 1
    assert f"rendered 0 of {count} segments, kept {count}" in out
    again = _events(said(*two_segments, "--no-cache", "--json")[1])[-1]
    assert (again["rendered"], video.read_bytes()) == (count, whole)


def test_the_cache_is_listed_and_pruned(two_segments: list[str | Path], said: Callable[..., tuple[int, str, str]]):
    said(*two_segments)
    _, out, _ = said("cache", "list")
    assert "out.mp4: " in out
    kept = json.loads(said("cache", "list", "--json")[1])["segments"]
    assert kept
    assert {"key", "size_bytes", "made_for", "used_at"} == set(kept[0])
    half = sum(entry["size_bytes"] for entry in kept) // 2
    assert 0 < json.loads(said("cache", "prune", "--keep", f"{half}", "--json")[1])["removed"] < len(kept)
    assert said("cache", "prune")[0] == 0
    assert json.loads(said("cache", "list", "--json")[1])["segments"] == []
    code, _, err = said("cache", "prune", "--keep", "much")
    assert code == 2
    assert "'much' is not a size: write 500MB or 2GB." in err


@pytest.mark.parametrize(("line", "code", "message"), BAD)
def test_bad_input_gets_a_clear_error(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, odd_files: Path, line: str, code: int, message: str
):
    before = sorted(odd_files.rglob("*"))
    arguments = shlex.split(line.format(work=project_folder, tmp=odd_files))
    result, out, err = said(*arguments, "--quiet") if arguments[0] == "run" and len(arguments) > 1 else said(*arguments)
    assert message in err
    assert (result, out) == (code, "")
    assert err.splitlines()[-1].startswith("loopviz: ")
    assert sorted(odd_files.rglob("*")) == before
    assert (odd_files / "there.mp4").read_text() == "precious"
    assert not (project_folder / "out").exists()


@pytest.mark.parametrize(("line", "code", "message"), BAD)
def test_a_machine_gets_the_same_error_as_an_object(
    said: Callable[..., tuple[int, str, str]], project_folder: Path, odd_files: Path, line: str, code: int, message: str
):
    result, out, _ = said(*shlex.split(line.format(work=project_folder, tmp=odd_files)), "--json")
    event = _events(out)[-1]
    assert (result, event["event"], event["exit_code"]) == (code, "error", code)
    assert message in event["message"]
    if code > 2:
        assert list(event)[4:] == ["file", "at", "found", "expected", "remedy"]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        pytest.param(InputError("bad", file="a\x1b[2J"), 3, r"loopviz: a\x1b[2J: bad.", id="escape-sequence"),
        pytest.param(ConfigError("bad"), 4, "loopviz: bad.", id="config"),
        pytest.param(OutputError("bad"), 5, "loopviz: bad.", id="output"),
        pytest.param(MissingPartError("bad"), 6, "loopviz: bad.", id="missing-part"),
        pytest.param(
            OSError(errno.ENOSPC, "No space left on device", "/x/y.mp4"),
            5,
            "/x/y.mp4: nothing more can be written",
            id="disk",
        ),
        pytest.param(
            KeyError("x\ny"), 1, r"""This is a bug in loopviz (KeyError: 'x\ny'). LOOPVIZ_TRACEBACK=1 shows""", id="bug"
        ),
        pytest.param(ZeroDivisionError(), 1, "This is a bug in loopviz (ZeroDivisionError).", id="bug-without-words"),
        pytest.param(PermissionError(13, "denied"), 1, "This is a bug in loopviz (PermissionError", id="unforeseen"),
        pytest.param(KeyboardInterrupt(), 130, "loopviz: Interrupted; nothing half done is left.", id="ctrl-c"),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    said: Callable[..., tuple[int, str, str]],
    project_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    message: str,
):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "render_video", fail)
    result, out, err = said("run", project_folder, "-q", "-o", tmp_path / "v.mp4")
    assert (result, out, len(err.splitlines())) == (code, "", 1)
    assert message in err


def test_a_bug_shows_its_place_when_asked(
    project_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("LOOPVIZ_TRACEBACK", "1")
    monkeypatch.setattr(pipeline, "render_video", lambda *_, **__: [][0])
    assert main(["run", str(project_folder), "-q", "-o", str(tmp_path / "v.mp4")]) == 1
    assert "IndexError: list index out of range" in capfd.readouterr().err


def test_what_files_say_cannot_move_the_cursor(said: Callable[..., tuple[int, str, str]], tmp_path: Path):
    (tmp_path / "a_1.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    out = said("inspect", tmp_path, "--names", "Bo\x1b[31mdy\u202e")[1]
    assert r"Bo\x1b[31mdy\u202e" in out
    assert "\x1b" not in out


def test_help_and_version(said: Callable[..., tuple[int, str, str]]):
    code, out, _ = said()
    assert code == 0
    assert said("--help") == (0, out, "")
    assert all(re.search(rf"^  {name} ", out, re.MULTILINE) for name in EXAMPLES)
    for number in ("0 ", "1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "130 "):
        assert re.search(rf"^    {number}", out, re.MULTILINE)
    assert said("--version") == (0, f"loopviz {loopviz.__version__}\n", "")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_a_commands_help_are_command_lines(said: Callable[..., tuple[int, str, str]], name: str):
    import typer

    code, out, _ = said(name, "--help")
    assert code == 0
    assert "``" not in out
    command = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    lines = [line.split() for line in EXAMPLES[name].strip().splitlines()]
    assert lines
    for words in lines:
        assert " ".join(words) in out
        assert words[:2] == ["loopviz", name]
        command.make_context(name, words[2:])


def test_the_image_formats_of_the_command_line_are_those_that_are_written():
    from typing import get_args

    from loopviz.media.stills import ENCODINGS

    assert get_args(ImageFormat) == tuple(ENCODINGS)


def test_the_options_say_all_their_values(said: Callable[..., tuple[int, str, str]]):
    from loopviz.media.containers import CONTAINERS
    from loopviz.media.encoders import ENCODERS, PRESETS

    for command in ("run", "assemble"):
        words = {word.rstrip(".") for word in re.findall(r"[\w.-]+", said(command, "--help")[1])}
        assert not {*ENCODERS, *PRESETS, *CONTAINERS} - words
    assert "Without -o the video is out/FRAMES.mp4" in said("assemble", "--help")[1]


def test_inspect_takes_a_task(said: Callable[..., tuple[int, str, str]], odd_files: Path):
    assert _events(said("inspect", odd_files / "nine", "--task", "segment", "--json")[1])[0]["annotations"] == 1
