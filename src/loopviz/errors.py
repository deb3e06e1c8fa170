"""The errors a person can meet, one exit code each, caught once in ``loopviz.cli``.

A message names the place (file; row or frame), what was found there, what was expected and what to do. Values from
files are strangers' text: they are shown escaped and cut, never as they came.
"""

from __future__ import annotations

import math
import os
import reprlib
from collections.abc import Iterable
from pathlib import Path

SHOWN_CHARACTERS = 80
NEAR = 0.66  # likeness (difflib): three letters of which two changed places, but not --font for --json
LONGEST_NUMBER = 10_000  # bits


class _Brief(reprlib.Repr):
    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002  (reprlib's own signature)
        return _number(x)


# A value of a few hundred bytes in a file (YAML's aliases) may have a repr of gigabytes: lists are not written out.
_BRIEF = _Brief()
_BRIEF.maxlevel = 3
_BRIEF.maxdict = _BRIEF.maxlist = _BRIEF.maxset = _BRIEF.maxtuple = 20
_BRIEF.maxstring = _BRIEF.maxother = SHOWN_CHARACTERS


class LoopvizError(Exception):
    """Base of everything that loopviz raises on purpose.

    Args:
        problem: What is wrong, as a sentence without its full stop.
        file: The file or folder that it is about.
        at: The place in that file: ``"line 3"``, ``"frame 12"``, ``"annotations[4].bbox"``.
        found: The offending value, shown escaped and cut to eighty characters.
        expected: What is legal there.
        remedy: What to do about it.
    """

    exit_code = 1

    def __init__(
        self,
        problem: str,
        *,
        file: str | Path | None = None,
        at: str | None = None,
        found: object = None,
        expected: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = None if file is None else str(file)
        self.at = at
        self.found = None if found is None else shown(found)
        self.expected = expected
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.at) if part)
        sentence = f"{place}: {self.statement}." if place else f"{self.statement}."
        # Every part may quote a file: names of columns, what a library said of a row.
        return shown_plain(f"{sentence} {self.remedy}" if self.remedy else sentence)

    @property
    def statement(self) -> str:
        """What is wrong, what was found and what is legal; neither where it is, nor what to do."""
        facts = (("found", self.found), ("expected", self.expected))
        said = "; ".join(f"{name} {value}" for name, value in facts if value is not None)
        return f"{self.problem} ({said})" if said else self.problem

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.__dict__.copy()))


class InputError(LoopvizError):
    """A file that was given cannot be used: missing, malformed, absurd, or of another kind than said."""

    exit_code = 3


class DamagedError(InputError):
    """A frame cannot be decoded; the others may be. Opened to be mended, its source shows the frame before instead."""


class ConfigError(LoopvizError):
    """A project file, a theme or an option says something impossible."""

    exit_code = 4


class OutputError(LoopvizError):
    """The result could not be written, or is not what was planned. What stood there before is intact."""

    exit_code = 5


class MissingPartError(LoopvizError):
    """This machine lacks something that the work needs: a codec, a font, a library, an optional part."""

    exit_code = 6


def check_exists(path: Path) -> None:
    """Refuse a path at which nothing is.

    Raises:
        InputError: If it is so.
    """
    if not path.exists():
        raise InputError("there is no such file or folder", file=path, remedy="Check the path.")


def check_is_file(
    path: str | Path, expected: str | None = None, kind: type[InputError] | type[ConfigError] = InputError
) -> None:
    """Refuse what is no file where one is wanted: a folder, a pipe that would be waited for, nothing at all.

    Args:
        path: What was given.
        expected: What the file should be: ``"a batch's results, a CSV"``.
        kind: What is raised.

    Raises:
        InputError: If it is none (or ``kind``).
    """
    # Those of Path raise where a name cannot be.
    if os.path.isfile(path):  # noqa: PTH113
        return
    if os.path.isdir(path):  # noqa: PTH112
        problem, remedy = "this is a folder, where a file is expected", "Give the file."
    elif os.path.exists(path):  # noqa: PTH110
        problem, remedy = "not a regular file", "Give a file."
    else:
        problem, remedy, expected = "there is no such file", "Check the path.", None
    raise kind(problem, file=path, expected=expected, remedy=remedy)


def near_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that a mistyped one most likely stands for; None if none is near."""
    import difflib  # here: most runs have no use for it

    names = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=NEAR)
    return names[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """Return what to do about a name that is not known, if one that is known is near."""
    near = near_name(name, known)
    return None if near is None else f"Did you mean {near!r}?"


def no_memory(limit: int | None = None, least: int | None = None) -> MissingPartError:
    """Return what to say where there is no more memory.

    Args:
        limit: How many bytes this process may take, where that is too little to begin with.
        least: How many it needs.
    """
    if limit is not None and least is not None:
        found, expected = f"a limit of {limit >> 20} MiB", f"at least {least >> 20} MiB"
        remedy = "Raise the limit (ulimit -v)."
        return MissingPartError("there is not enough memory", found=found, expected=expected, remedy=remedy)
    remedy = "Close other programs, raise the limit (ulimit -v), or render with --jobs 1."
    return MissingPartError("there is not enough memory", remedy=remedy)


def shown(value: object) -> str:
    """Return a value as a message may show it: escaped, in quotes if it is text, cut to eighty characters."""
    if isinstance(value, str):
        text = repr(value[: 2 * SHOWN_CHARACTERS])  # before it is looked at letter by letter: it may be megabytes
    elif isinstance(value, (dict, list, set, tuple)):
        text = _BRIEF.repr(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        text = _number(value)
    else:
        text = str(value)
    text = shown_plain(text)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"


def _number(value: int) -> str:
    """Return a whole number as text; Python refuses to write those of thousands of digits."""
    if value.bit_length() <= LONGEST_NUMBER:
        return str(value)
    return f"a number of some {int(value.bit_length() * math.log10(2))} digits"


def shown_plain(text: str) -> str:
    """Return text with every character that could move a terminal's cursor or its colours escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _rebuild(cls: type[LoopvizError], state: dict[str, object]) -> LoopvizError:
    """Unpickle an error that comes from another process."""
    error = cls.__new__(cls)
    error.__dict__.update(state)
    Exception.__init__(error, str(error))
    return error
