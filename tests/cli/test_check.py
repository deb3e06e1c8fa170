"""``loopviz check`` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.cli import main
from loopviz.project.check.findings import ORDER

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """A function that runs a command line in a folder of labels, and returns its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("good", "0 0.5 0.5 0.2 0.2\n"),
        ("odd", "0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n"),
        ("bad", "0 320 240 64 48\n0 0.5 0.5 0.2 0.2\n"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a_1.txt").write_text(text)
        (tmp_path / name / "classes.txt").write_text("wheel\n")

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("good",), 0, id="notes"),
        pytest.param(("good", "--strict"), 0, id="notes, strictly"),
        pytest.param(("odd",), 0, id="warnings"),
        pytest.param(("odd", "--strict"), 3, id="warnings, strictly"),
        pytest.param(("bad",), 3, id="errors"),
        pytest.param(("nowhere",), 3, id="nothing there"),
        pytest.param(("good", "--align", "sideways"), 2, id="no such option"),
        pytest.param(("good", "--frame-rate", "fast"), 4, id="no such rate"),
        pytest.param((), 2, id="no path"),
    ],
)
def test_the_exit_code_says_how_bad_it_is(said: Said, arguments: tuple[str, ...], code: int):
    assert said("check", *arguments)[0] == code


def test_what_a_person_reads(said: Said):
    code, out, err = said("check", "bad")
    assert (code, err) == (3, "")
    assert out.splitlines() == [
        "labels: bad",
        "error bad-coordinate: rows with a coordinate outside the picture",
        "    bad/a_1.txt, line 1: a coordinate lies outside the picture (found '0 320 240 64 48'; expected values "
        "from 0 to 1, fractions of the picture)",
        "  These are likely pixel values, of a centre and a size or of two corners: export fractions of the picture.",
        "note size-unknown: the frames' size is unknown: what depends on it was not checked",
        "    bad",
        "  Put the images beside the labels, or give the video as well.",
        "1 error, 1 note.",
    ]


def test_a_flood_is_cut(said: Said):
    Path("bad/a_1.txt").write_text("".join(f"0 {i} 240 64 48\n" for i in range(2, 502)))
    out = said("check", "bad")[1].splitlines()
    assert out[1].startswith("error bad-coordinate (500): ")
    assert out[5] == "    and 497 more"


def test_nothing_wrong(said: Said, make_clip: Callable[..., Path]):
    make_clip(Path("clip.mp4").absolute())
    assert said("check", "clip.mp4") == (0, "source: clip.mp4\nNothing is wrong.\n", "")


def test_what_a_machine_reads(said: Said):
    code, out, err = said("check", "bad", "--json")
    (answer,) = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (3, "")
    assert list(answer) == ["event", "findings", "counts", "parts"]
    assert (answer["event"], answer["counts"]) == ("result", {"errors": 1, "warnings": 0, "notes": 1})
    assert [each["severity"] for each in answer["findings"]] == ["error", "note"]
    assert set(ORDER) == {"error", "warning", "note"}


def test_the_options_of_reading_reach_the_readers(said: Said, make_clip: Callable[..., Path]):
    make_clip(Path("clip.mp4").absolute())
    Path("good/classes.txt").unlink()
    Path("good/a_1.txt").rename("good/a_5.txt")
    assert "no-names" in said("check", "good")[1]
    assert "no-names" not in said("check", "good", "--names", "wheel")[1]
    assert "frames-unmatched" in said("check", "clip.mp4", "good")[1]
    assert "frames-unmatched" not in said("check", "clip.mp4", "good", "--first-number", 1)[1]
    assert "video-unusable: a video has its own times" in said("check", "clip.mp4", "--frame-rate", 5)[1]


def test_a_strangers_text_cannot_move_the_cursor(said: Said):
    Path("bad/classes.txt").write_text("wh\x1b[31m\u202eeel\nx\n")
    Path("bad/a_1.txt").write_text("0 1.5 0.5 0.2 0.2\x1b[2J\n0 0.5 0.5 0 0\n")
    out = said("check", "bad")[1]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[31m" in out


def test_a_project_is_looked_at_as_it_would_be_made(said: Said, project_folder: Path):
    for more in (("--theme", "lecture"), ("--size", "1080x1920"), ("--profile", "web-small")):
        assert said("check", project_folder, *more)[0] == 0
    code, out, _ = said("check", project_folder, "--theme", "nobody-has-it", "--json")
    assert (code, [each["code"] for each in json.loads(out)["findings"] if each["severity"] == "error"]) == (
        3,
        ["theme-unusable"],
    )
    assert said("check", project_folder, "--size", "huge")[0] in (2, 4)
    assert said("check", "good", "--theme", "lecture")[0] == 4
    assert said("check", "good", "nowhere", "--theme", "lecture")[0] == 3
