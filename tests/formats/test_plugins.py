"""Label formats of other packages: found by their entry point, used as ours are, and named where they are broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loopviz.cli import main
from loopviz.errors import ConfigError, InputError, MissingPartError
from loopviz.formats.detect import detect_format
from loopviz.formats.plugins import plugin, plugin_names, plugins
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import exported, readable, writable
from loopviz.project.doctor import examine
from loopviz.scene.widgets.registry import widget_plugins

PACKAGE = Path(__file__).parents[1] / "toy_package"
HEAD = "image,category,left,top,width,height\n"
BOXES = "clip_0001.png,Snail,1,2,10,20\nclip_0002.png,Shell,5,5,5,5\nclip_0002.png,Snail,2,3,10,20\n"


@pytest.fixture(autouse=True)
def _no_history(user_config: Path) -> None:
    pass


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """Labels in the toy format."""
    (tmp_path / "labels.toy").write_text(HEAD + BOXES)
    return tmp_path / "labels.toy"


Say = Callable[..., tuple[int, list[dict[str, object]]]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Say]:
    """A function that runs a command line with the package, and returns its exit code and what it says as JSON."""

    def run(*words: object) -> tuple[int, list[dict[str, object]]]:
        code = main([*map(str, words), "--json"])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, [json.loads(line) for line in said.out.splitlines()]

    monkeypatch.syspath_prepend(str(PACKAGE))
    _look_again()
    yield run
    _look_again()


def _look_again() -> None:
    plugins.cache_clear()
    widget_plugins.cache_clear()


def test_a_package_beside_the_program_is_found(toy: Path) -> None:
    command = [sys.executable, "-m", "loopviz", "inspect", str(toy), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout.splitlines()[-1])["format"] == "toy"


def test_the_whole_way_through_the_command_line(
    say: Say, toy: Path, tmp_path: Path, make_clip: Callable[..., Path]
) -> None:
    code, said = say("inspect", toy)
    assert (code, said[-1]["format"], said[-1]["categories"]) == (0, "toy", {"Shell": 1, "Snail": 2})
    code, said = say("inspect", toy, "--labels-format", "toy")
    assert (code, said[-1]["annotations"]) == (0, 3)
    code, said = say("export", toy, "--to", "coco", "-o", tmp_path / "coco")
    assert (code, said[-1]["annotations"]) == (0, 3)
    code, said = say("export", tmp_path / "coco", "--to", "toy", "-o", tmp_path / "back")
    assert (code, said[-1]["output"]) == (0, str(tmp_path / "back" / "labels.toy"))
    assert sorted((tmp_path / "back" / "labels.toy").read_text().splitlines()) == sorted(
        f"{HEAD}clip_0001.png,Snail,1.0,2.0,10.0,20.0\nclip_0002.png,Shell,5.0,5.0,5.0,5.0\n"
        "clip_0002.png,Snail,2.0,3.0,10.0,20.0".splitlines()
    )
    clip = make_clip(tmp_path / "clip.mp4")
    code, said = say("render", clip, "--labels", toy, "-o", tmp_path / "film.mp4", "--preset", "ultrafast")
    assert (code, said[-1]["frames"]) == (0, 12)
    code, said = say("check", clip, toy)
    assert code == 0, said
    code, said = say("doctor")
    rows = {check["name"]: check for check in said[-1]["checks"]}  # type: ignore[index,attr-defined]
    assert (rows["format toy"]["ok"], rows["format toy"]["found"]) == (True, "of toy-boxes 1.0")
    assert (rows["widget bar"]["ok"], rows["widget broken"]["ok"]) == (True, False)


def test_bad_rows_are_its_own_to_refuse(say: Say, toy: Path) -> None:
    toy.write_text(HEAD + BOXES + "clip_0003.png,Snail\n")
    code, said = say("inspect", toy)
    assert (code, said[-1]["annotations"]) == (0, 3)
    assert [problem["code"] for problem in said[-1]["problems"]] == ["bad-row"]  # type: ignore[attr-defined]


# --- in this process

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """A function that installs a package of some entries and of a module ``odd`` with some code."""

    def package(entries: str, code: str, name: str = "odd") -> None:
        info = tmp_path / "site" / f"{name}-2.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(f"[loopviz.formats]\n{entries}\n")
        (tmp_path / "site" / "odd.py").write_text(f"from loopviz.formats.registry import *\n{code}\n")

    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    plugins.cache_clear()
    yield package
    plugins.cache_clear()
    sys.modules.pop("odd", None)


GOOD = "F = Format('odd', 'odd labels', ('.odd',), detect=lambda c: Evidence('likely', 'odd'), read=print)"
TROUBLE = {
    "a module that is missing": ("odd = nowhere:F", "", "ModuleNotFoundError"),
    "a name that is missing": ("odd = odd:G", GOOD, "AttributeError"),
    "a module that raises": ("odd = odd:F", "1 / 0", "ZeroDivisionError"),
    "a module that ends the program": ("odd = odd:F", "raise SystemExit(3)", "SystemExit"),
    "no format": ("odd = odd:F", "F = 1", "TypeError"),
    "another name": ("odd = odd:F", "F = Format('other', 'other', read=print)", "'other'"),
    "nothing to do": ("odd = odd:F", "F = Format('odd', 'odd')", "neither reads nor writes"),
    "a function that is missing": ("odd = odd:F", "F = Format('odd', 'odd', read='odd:missing')", "AttributeError"),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_what_cannot_be_used_is_named(
    install: Install, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entries, code, word = TROUBLE[name]
    install(entries, code)
    (found,) = plugins()
    assert found.part is None
    assert word in str(found.trouble)
    for ask in (plugin, readable, writable, exported):
        with pytest.raises(MissingPartError, match=r"'odd' of odd 2\.0") as caught:
            ask("odd")
        assert caught.value.remedy
    row = next(check for check in examine().checks if check.name == "format odd")
    assert (row.ok, row.required) == (False, False)
    assert examine().healthy
    (tmp_path / "a.odd").touch()
    for words, exit_code in (
        (["inspect", tmp_path / "a.odd", "--labels-format", "odd"], 6),
        (["export", tmp_path / "a.odd", "--to", "odd", "-o", tmp_path / "out"], 6),
        (["inspect", tmp_path / "a.odd"], 3),
    ):
        assert main(list(map(str, words))) == exit_code
        said = capsys.readouterr()
        assert "Traceback" not in said.err + said.out
    with pytest.raises(InputError) as refused:
        read_labels(tmp_path / "a.odd")
    assert "odd of odd 2.0" in str(refused.value.remedy)


@pytest.mark.parametrize("word", ["yolo", "csv", "parquet", "coco-traceable"])
def test_a_name_of_ours_stays_ours(install: Install, word: str) -> None:
    install(f"{word} = odd:F", f"F = Format({word!r}, 'mine', read=print, write=print)")
    assert plugin_names() == plugin_names(writing=True) == ()
    assert "loopviz has a format of this name" in str(plugins()[0].trouble)
    assert word == "parquet" or (readable if word != "csv" else writable)(word).title != "mine"


def test_of_two_packages_with_one_name_none_is_used(install: Install) -> None:
    install("odd = odd:F", GOOD)
    install("odd = odd:F", GOOD, "even")  # type: ignore[call-arg]
    assert [each.part for each in plugins()] == [None, None]
    with pytest.raises(MissingPartError, match="another package has a format of this name"):
        readable("odd")


def test_no_package_is_loaded_where_a_format_of_ours_fits(install: Install, sample: Path) -> None:
    install("odd = odd:F", "1 / 0")
    assert detect_format(sample) == "thesis"
    assert read_labels(sample, format="yolo", frame_size=(64, 48)).format == "yolo"
    assert "odd" not in sys.modules
    assert plugins.cache_info().currsize == 0


def test_an_unknown_name_is_unknown_beside_packages(install: Install, tmp_path: Path) -> None:
    install("odd = odd:F", GOOD)
    with pytest.raises(ConfigError):
        readable("labelbox")
    assert plugin_names() == ("odd",)
    assert main(["inspect", str(tmp_path), "--labels-format", "labelbox"]) == 2


REPORTED = """
from loopviz.dataset import Dataset
from loopviz.formats.types import LabelSet, Report
def reported(*words, **values):
    report = Report()
    report.warn(*words, **values)
    return LabelSet("odd", words[1], Dataset(), report.problems())
"""


def test_what_a_package_reports_is_said_in_its_words(install: Install, tmp_path: Path) -> None:
    read = "lambda path, options: reported('odd-wheel', path, at='line 2', text='no wheel')"
    install("odd = odd:F", f"{REPORTED}F = Format('odd', 'odd', ('.odd',), read={read})")
    (tmp_path / "a.odd").touch()
    (said,) = read_labels(tmp_path / "a.odd", format="odd").problems
    assert said.line == f"warning: {tmp_path}/a.odd, line 2: no wheel"


@pytest.mark.parametrize(
    ("function", "body"),
    [
        pytest.param("detect", "raise ValueError('what is this')", id="telling"),
        pytest.param("detect", "return None", id="telling, without an answer"),
        pytest.param("detect", "return Evidence('perhaps')", id="telling, in other words"),
        pytest.param("read", "raise KeyError('line')", id="reading"),
        pytest.param("read", "return None", id="reading nothing"),
        pytest.param("read", "return reported('odd-wheel', 'a.odd')", id="a note without words"),
        pytest.param("read", "return reported('mixed-rows', 'a.odd')", id="a note without its values"),
    ],
)
def test_a_package_that_fails_is_named(install: Install, tmp_path: Path, function: str, body: str) -> None:
    other = {"detect": "lambda c: Evidence('likely', 'odd')", "read": "print"} | {function: "function"}
    code = f"{REPORTED}def function(*given):\n    {body}\n"
    install("odd = odd:F", f"{code}F = Format('odd', 'odd', ('.odd',), detect={other['detect']}, read={other['read']})")
    (tmp_path / "a.odd").touch()
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "a.odd")
    assert "'odd' of odd 2.0 failed" in caught.value.problem
    assert caught.value.file == str(tmp_path / "a.odd")


def test_a_package_that_cannot_write_is_named(install: Install, sample: Path, tmp_path: Path) -> None:
    install("odd = odd:F", "def write(*given):\n    raise OSError('full')\nF = Format('odd', 'odd', write=write)")
    assert main(["export", str(sample), "--to", "odd", "-o", str(tmp_path / "out")]) == 3
    assert not (tmp_path / "out").exists()
