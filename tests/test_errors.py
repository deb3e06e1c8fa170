from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import (
    SHOWN_CHARACTERS,
    ConfigError,
    InputError,
    LoopvizError,
    MissingPartError,
    OutputError,
    shown,
    shown_plain,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param(LoopvizError, 1, id="base"),
        pytest.param(InputError, 3, id="input"),
        pytest.param(ConfigError, 4, id="config"),
        pytest.param(OutputError, 5, id="output"),
        pytest.param(MissingPartError, 6, id="missing part"),
    ],
)
def test_each_kind_has_its_exit_code(kind: type[LoopvizError], code: int):
    assert kind("x").exit_code == code
    assert issubclass(kind, LoopvizError)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        pytest.param({}, "It broke.", id="problem alone"),
        pytest.param({"file": Path("a/b.txt")}, "a/b.txt: It broke.", id="file"),
        pytest.param({"file": "b.txt", "at": "line 3"}, "b.txt, line 3: It broke.", id="file and place"),
        pytest.param({"at": "line 3"}, "line 3: It broke.", id="place alone"),
        pytest.param({"found": "cat"}, "It broke (found 'cat').", id="text in quotes"),
        pytest.param({"found": 7}, "It broke (found 7).", id="number"),
        pytest.param({"found": 0}, "It broke (found 0).", id="zero is found"),
        pytest.param({"found": ""}, "It broke (found '').", id="empty text is found"),
        pytest.param({"expected": "a dog"}, "It broke (expected a dog).", id="expected"),
        pytest.param({"remedy": "Do it."}, "It broke. Do it.", id="remedy"),
        pytest.param(
            {"file": "f", "at": "row 1", "found": 2.5, "expected": "3", "remedy": "Fix it."},
            "f, row 1: It broke (found 2.5; expected 3). Fix it.",
            id="everything",
        ),
    ],
)
def test_a_message_holds_what_is_known_in_one_order(parts: dict[str, object], message: str):
    assert str(InputError("It broke", **parts)) == message


@pytest.mark.parametrize("part", ["problem", "file", "at", "found", "expected", "remedy"])
@pytest.mark.parametrize(
    ("hostile", "visible"),
    [
        pytest.param("\x1b[2J", "\\x1b[2J", id="terminal escape"),
        pytest.param("a\r\nb", "a\\r\\nb", id="lines"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="direction override"),
        pytest.param("\x9b1m", "\\x9b1m", id="C1 control"),
        pytest.param("\ud800", "\\ud800", id="lone surrogate"),
    ],
)
def test_no_part_of_a_message_moves_a_terminal(part: str, hostile: str, visible: str):
    error = InputError(**{"problem": "x", part: hostile})
    assert visible in str(error).replace("\\\\", "\\")
    assert str(error).isprintable()


@given(st.text())
def test_shown_text_is_printable_and_short(text: str):
    assert shown(text).isprintable()
    assert len(shown(text)) <= SHOWN_CHARACTERS
    assert shown_plain(text).isprintable()


def test_shown_text_is_cut_at_eighty_with_an_ellipsis():
    assert shown("a" * 78) == f"'{'a' * 78}'"
    assert shown("a" * 79) == f"'{'a' * 78}…"
    assert len(shown("a" * 10**6)) == 80


def test_other_scripts_are_shown_as_they_are():
    assert shown("नमस्ते мир") == "'नमस्ते мир'"


def test_a_list_that_contains_itself_many_times_over_is_not_written_out():
    value: list[object] = ["lol"] * 10
    for _ in range(40):  # written out, this has 10**41 words
        value = [value] * 10
    assert len(shown(value)) <= SHOWN_CHARACTERS


@pytest.mark.parametrize("kind", [InputError, ConfigError, OutputError, MissingPartError])
def test_an_error_survives_pickling_whole(kind: type[LoopvizError]):
    error = kind("It broke", file=Path("f"), at="row 1", found="x", expected="y", remedy="Fix it.")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert copy.args == error.args
    assert (copy.problem, copy.file, copy.at, copy.found) == ("It broke", "f", "row 1", "'x'")
    assert (copy.expected, copy.remedy, copy.exit_code) == ("y", "Fix it.", error.exit_code)


def _fail(_: int) -> None:
    raise InputError("It broke", file="f", found="\x1b")


def test_an_error_crosses_from_a_worker_process():
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool,
        pytest.raises(InputError) as caught,
    ):
        list(pool.map(_fail, [1]))
    assert str(caught.value) == "f: It broke (found '\\x1b')."
