"""The help of every command stands in one file that a person can read through: ``help.txt``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from loopviz.cli import main
from loopviz.cli.app import app

SNAPSHOT = Path(__file__).with_name("help.txt")


def every_command() -> Iterator[list[str]]:
    yield []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        yield [name]
        yield from ([name, below] for below in getattr(command, "commands", ()))


def test_the_help_of_every_command_is_as_it_was_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    pages = []
    for words in every_command():
        assert main([*words, "--help"]) == 0
        pages.append(f"$ loopviz {' '.join([*words, '--help'])}\n{capsys.readouterr().out}")
    text = re.sub(r" +$", "", "\n".join(pages), flags=re.M)
    if os.environ.get("LOOPVIZ_NEW_HELP"):  # after a change that is meant: read it, and commit it
        SNAPSHOT.write_text(text, "utf-8")
    assert text == SNAPSHOT.read_text("utf-8")
