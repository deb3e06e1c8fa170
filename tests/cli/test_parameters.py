"""A new option is one place: a field with an ``Option`` is given, helped with, completed and set without more."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer.main
from pydantic import Field, StrictBool, StrictInt
from typer.testing import CliRunner

from loopviz.cli.command import command
from loopviz.cli.parameters import Fields, Settings
from loopviz.project.base_model import GivenPath
from loopviz.project.config import Rate
from loopviz.project.option import one_of
from loopviz.settings import Option, Section


class Paper(Section):
    """A section of a section."""

    grain: Annotated[StrictInt, Field(ge=0), Option("--grain -g", "How coarse.", default_shown=True)] = 3


def _form(word: str) -> str:
    if word not in ("round", "flat"):
        raise ValueError("round or flat")
    return word


class Toy(Section):
    """Every kind of field that has an option."""

    size: Annotated[StrictInt | None, Option("--size", "How large.")] = None
    share: Annotated[float, Option("--share", "How much.")] = 0.5
    name: Annotated[str | None, Option("--name", "What it is called.", completes=one_of("oak", "olive"))] = None
    file: Annotated[GivenPath | None, Option("--file", "Where it is.")] = None
    kind: Annotated[Literal[8, "keep"], Option("--kind", "Which.")] = 8
    form: Annotated[str | None, Option("--form", "Of what form.", parser=_form)] = None
    rate: Annotated[Rate | None, Option("--rate", "How fast.", metavar="RATE")] = None
    words: Annotated[tuple[str, ...], Option("--words", "Which words.", metavar="A,B")] = ()
    texts: Annotated[tuple[str, ...], Option("--text", "A text.", repeated=True)] = ()
    loud: Annotated[StrictBool, Option("--loud", "Be loud.")] = False
    sound: Annotated[StrictBool, Option("--mute", "Be silent.")] = True
    paper: Paper = Paper()
    hidden: int = 1


class More(Toy):
    """The same, and what somebody added."""

    added: Annotated[StrictInt, Option("--added", "What is new.", completes=one_of("1", "12"))] = 7


def app_of(model: type[Section], names: tuple[Any, ...] = (...,)) -> tuple[typer.Typer, list[dict[str, Any]]]:
    got: list[dict[str, Any]] = []
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    def toy(*, settings: Settings) -> None:
        """Play."""
        got.append(settings)

    toy.__annotations__["settings"] = Annotated[Settings, Fields(names, model)]
    command(app, "toy", "toy --size 1")(toy)
    return app, got


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("", {"paper.grain": 3}),
        ("--size 0", {"size": 0, "paper.grain": 3}),
        ("--share 0.25", {"share": 0.25, "paper.grain": 3}),
        ("--name x --file a/b", {"name": "x", "file": Path("a/b"), "paper.grain": 3}),
        ("--kind 8", {"kind": 8, "paper.grain": 3}),
        ("--kind keep", {"kind": "keep", "paper.grain": 3}),
        ("--form flat", {"form": "flat", "paper.grain": 3}),
        ("--rate 30000/1001", {"rate": "30000/1001", "paper.grain": 3}),
        ("--words a,b", {"words": ["a", "b"], "paper.grain": 3}),
        ("--text a,b --text c", {"texts": ["a,b", "c"], "paper.grain": 3}),
        ("--loud --mute", {"loud": True, "sound": False, "paper.grain": 3}),
        ("-g 9", {"paper.grain": 9}),
    ],
)
def test_options_become_settings(words: str, settings: dict[str, Any]) -> None:
    app, got = app_of(Toy)
    assert CliRunner().invoke(app, words.split()).exit_code == 0
    assert got == [settings]
    Toy().changed(settings)


def test_settings_are_the_fields() -> None:
    app, got = app_of(Toy)
    CliRunner().invoke(app, ["--rate", "25", "--words", "a", "--kind", "keep", "--mute", "-g", "0"])
    changed = Toy().changed(got[0])
    assert (changed.rate, changed.words, changed.kind) == (Fraction(25), ("a",), "keep")
    assert (changed.sound, changed.paper.grain, changed.hidden) == (False, 0, 1)


@pytest.mark.parametrize("words", ["--size x", "--share x", "--kind 9", "--form square", "--hidden 2"])
def test_what_a_field_cannot_be_is_refused(words: str) -> None:
    app, got = app_of(Toy)
    assert CliRunner().invoke(app, words.split()).exit_code == 2
    assert not got


def test_a_new_option_is_one_field() -> None:
    app, got = app_of(More, ("size", ...))
    runner = CliRunner()
    help_page = runner.invoke(app, ["--help"]).output
    assert "--added <int>" in help_page
    assert "What is new." in help_page
    assert help_page.index("--size") < help_page.index("--share") < help_page.index("--added")
    assert runner.invoke(app, ["--added", "12"]).exit_code == 0
    assert More().changed(got[0]).added == 12
    option = next(each for each in typer.main.get_command(app).params if "--added" in each.opts)
    context = typer.main.get_command(app).make_context("toy", [], resilient_parsing=True)
    assert [each.value for each in option.shell_complete(context, "1")] == ["1", "12"]


def test_every_option_of_a_project_is_one_of_run() -> None:
    from loopviz.cli.app import app

    run = typer.main.get_command(app).commands["run"]  # type: ignore[attr-defined]
    known = {flag for each in run.params for flag in each.opts}
    flags = [flag for _, _, option in Fields((...,)).options(set()) for flag in option.flags.split()]
    assert len(flags) > 20
    assert set(flags) <= known
