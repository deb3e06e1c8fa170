"""The table of label formats: what follows from it, and how several formats that fit are told apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.format import Candidate, Evidence, Format, use
from loopviz.formats.plugins import FUNCTIONS
from loopviz.formats.registry import BY_NAME, EXPORTS, FORMATS, READABLE, WRITABLE, exported, readable, writable


def test_names_are_given_once() -> None:
    words = [form.export for form in FORMATS if form.export]
    assert len(BY_NAME) == len(FORMATS)
    assert len(set(words)) == len(words) == len(EXPORTS)
    assert {form.traceable for form in FORMATS if form.traceable} <= {*WRITABLE}


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_row_is_whole(form: Format) -> None:
    functions = [getattr(form, name) for name in FUNCTIONS if getattr(form, name) is not None]
    assert functions
    assert all(callable(use(function)) for function in functions)
    assert form.read or form.write
    assert form.read or not form.detect
    assert form.write or not form.export
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in form.suffixes)
    assert form.file_name is None or Path(form.file_name).suffix in form.suffixes


@pytest.mark.parametrize(
    ("ask", "name", "expected"),
    [
        pytest.param(readable, "labelbox", READABLE, id="read"),
        pytest.param(readable, "csv", READABLE, id="read, but is only written"),
        pytest.param(writable, "mturk", WRITABLE, id="written, but is only read"),
        pytest.param(exported, "dataset", EXPORTS, id="exported, by the format's name"),
    ],
)
def test_what_is_not_there_is_refused(ask: Callable[[str], Format], name: str, expected: object) -> None:
    with pytest.raises(ConfigError) as caught:
        ask(name)
    assert caught.value.found == repr(name)
    assert caught.value.expected == ", ".join(expected)  # type: ignore[arg-type]


def says(name: str, confidence: str, reason: str = "") -> Format:
    def detect(candidate: Candidate) -> Evidence:
        if confidence == "damaged":
            raise InputError("the folder cannot be listed", file=candidate.path)
        return Evidence(confidence, reason or f"{name}'s")  # type: ignore[arg-type]

    return Format(name, name, (".txt",), detect=detect, read="")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param({"a": "likely", "b": "certain"}, "b", id="the surer one"),
        pytest.param({"a": "no", "b": "likely"}, "b", id="the only one"),
        pytest.param({"a": "no", "b": "no"}, None, id="none"),
        pytest.param({"a": "damaged", "b": "certain"}, "b", id="certain, whatever else cannot be looked at"),
    ],
)
def test_the_surest_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], found: str | None
) -> None:
    monkeypatch.setattr("loopviz.formats.detect.FORMATS", [says(name, word) for name, word in said.items()])
    (tmp_path / "a.txt").touch()
    assert detect_format(tmp_path) == found
    assert detect_format(tmp_path / "a.txt") == found


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        pytest.param({"a": "certain", "b": "certain"}, "label sets of several formats", id="two are certain"),
        pytest.param({"a": "likely", "b": "likely"}, "label sets of several formats", id="two are likely"),
        pytest.param({"a": "damaged", "b": "likely"}, "the folder cannot be listed", id="likely is not enough"),
    ],
)
def test_nothing_is_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], problem: str
) -> None:
    monkeypatch.setattr("loopviz.formats.detect.FORMATS", [says(name, word) for name, word in said.items()])
    with pytest.raises(InputError) as caught:
        detect_format(tmp_path)
    assert caught.value.problem == problem
    if "damaged" not in said.values():
        assert caught.value.found == "\"a's and b's\""
        assert caught.value.remedy == "Give the folder of one, or name the format: a or b."


def test_a_format_is_asked_about_files_of_its_suffixes_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loopviz.formats.detect.FORMATS", [says("a", "certain")])
    (tmp_path / "a.json").touch()
    assert detect_format(tmp_path / "a.json") is None
    assert detect_format(tmp_path / "missing.txt") is None
