from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.cli import main
from loopviz.media.encoders import ENCODERS
from loopviz.media.encoders import PRESETS as KNOWN_PRESETS
from loopviz.project.option import CODECS, PRESETS, one_of, themes
from loopviz.scene.theme import theme_names

Said = Callable[..., tuple[int, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        return code, capsys.readouterr().err

    return run


@pytest.mark.parametrize(
    "words",
    [
        "render a.mp4 --labels x --labels y",
        "run a -o x.mp4 --output y.mp4",
        "run a --crf 18 --crf 20",
        "run a --theme=house --theme margin",
        "split a b --range 0:1 --range 0:2",
        "export a --to coco --to yolo -o out",
        "crowd import b.csv --survey a --survey b -o out",
        "crowd kit a.mp4 --categories A --categories B -o kit",
        "cache prune --keep 1 --keep 2",
    ],
)
def test_an_option_of_one_value_is_given_once(said: Said, words: str):
    code, err = said(*words.split())
    assert (code, "It is given twice" in err) == (2, True)


@pytest.mark.parametrize(
    "words", ["run gone -q -q --json", "crowd review gone --rule x --batch a --batch b", "inspect gone --json --json"]
)
def test_what_may_be_repeated_is(said: Said, words: str):
    assert said(*words.split())[0] == 3


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("--lable", "--labels"),
        ("--label", "--labels"),
        ("--cfr", "--crf"),
        ("--overwritte", "--overwrite"),
        ("--ouput", "--output"),
        ("--font", None),
        ("--fps", None),
        ("--verbose", None),
        ("--x", None),
    ],
)
def test_a_suggestion_is_near_or_absent(said: Said, option: str, meant: str | None):
    code, err = said("run", "a", option)
    guess = f". Did you mean {meant}?" if meant else "."
    assert (code, err) == (2, f"loopviz: No such option: {option}{guess} Try 'loopviz run --help'.\n")


@pytest.mark.parametrize(
    ("option", "name", "meant"),
    [
        ("--theme", "hause", "'house'"),
        ("--theme", "Margin", "'margin'"),
        ("--theme", "dark", None),
        ("--codec", "lib264", "'libx264'"),
        ("--codec", "h264", None),
        ("--preset", "slwo", "'slow'"),
    ],
)
def test_names_are_suggested_where_one_is_near(
    said: Said, project_folder: Path, tmp_path: Path, option: str, name: str, meant: str | None
):
    code, err = said("run", str(project_folder), "-o", str(tmp_path / "v.mp4"), "--dry-run", option, name)
    assert code == 4
    assert ("Did you mean" in err) == (meant is not None)
    assert meant is None or f"Did you mean {meant}?" in err


def test_what_is_completed_is_what_there_is():
    assert set(CODECS) == set(ENCODERS)
    assert PRESETS == KNOWN_PRESETS
    assert set(theme_names()) <= set(themes(""))
    assert one_of(*CODECS)("libx") == ["libx264", "libx265"]


def test_themes_of_ones_own_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mine").mkdir()
    for name in ("mine/night.yaml", "mine/notes.txt", "mine/.hidden.yaml", "house2.yml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert themes("ho") == ["house", "house2.yml"]
    assert themes("mi") == ["mine/"]
    assert themes("mine/") == ["mine/night.yaml"]
    assert themes("none/x") == []


@pytest.mark.parametrize("name", ["import", "review", "people", "ledger", "protect", "forget", "kit"])
def test_crowd_commands_have_examples(name: str, capsys: pytest.CaptureFixture[str]):
    assert main(["crowd", name, "--help"]) == 0
    assert f"    loopviz crowd {name} " in capsys.readouterr().out.partition("Examples:")[2]
