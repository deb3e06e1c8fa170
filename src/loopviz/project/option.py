"""How a field of the project file is given on the command line: a marker that stands with the field.

``crf: Annotated[StrictInt, Field(ge=0, le=63), Option("--crf", "Quality: …")] = 18`` is all that an option needs: the
type, the help, the completion and the setting follow from it, see ``loopviz.cli.parameters``.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

CODECS = ("libx264", "libx265", "libsvtav1", "libvpx-vp9")
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
THEME_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Option:
    """The option of a field.

    Attributes:
        flags: What is written: ``"--crf"``, ``"--output -o"``.
        help: What it says of itself.
        metavar: What stands for its value in the help.
        parser: Reads its value, where the field's type does not say how.
        completes: Returns what a beginning can become in the shell.
        repeated: Whether each value of several is given by its own; else they are written as ``A,B,C``.
        default_shown: Whether the help names the field's default.
    """

    flags: str
    help: str
    metavar: str | None = None
    parser: Callable[[str], object] | None = None
    completes: Callable[[str], list[str]] | None = None
    repeated: bool = False
    default_shown: bool = False


def one_of(*names: str) -> Callable[[str], list[str]]:
    """Return what completes one of some names."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


def choices(names: Iterable[str]) -> str:
    """Return how help shows what an option may be, as it shows a ``Literal``."""
    return f"<{'|'.join(names)}>"


def format_parser(names: Collection[str], *, writing: bool = False) -> Callable[[str], str]:
    """Return what reads the name of a label format: one of ours, or another package's that is read, or written.

    It raises ``ValueError`` for any other name, and ``MissingPartError`` for another package's that cannot be used.
    """

    def parse(name: str) -> str:
        if name not in names:
            from loopviz.formats.plugins import plugin, plugin_names  # here: it looks through all that is installed

            form = plugin(name)
            if form is None or (form.write if writing else form.read) is None:
                listed = ", ".join(map(repr, (*names, *plugin_names(writing=writing))))
                raise ValueError(f"{name!r} is not one of {listed}.")
        return name

    return parse


def themes(incomplete: str) -> list[str]:
    """Return the themes that a beginning can become: those of the package, and YAML files and folders."""
    package = importlib.resources.files("loopviz") / "themes"
    own = sorted(Path(entry.name).stem for entry in package.iterdir() if entry.name.endswith(THEME_SUFFIXES))
    return [name for name in own if name.startswith(incomplete)] + _files(incomplete)


def _files(begun: str) -> list[str]:
    folder, slash, start = begun.rpartition("/")
    try:
        entries = sorted(Path(folder + slash or ".").iterdir())
    except OSError:
        return []
    found = (entry for entry in entries if entry.name.startswith(start) and not entry.name.startswith("."))
    names = (f"{entry.name}/" if entry.is_dir() else entry.name for entry in found)
    return [f"{folder}{slash}{name}" for name in names if name.endswith(("/", *THEME_SUFFIXES))]
