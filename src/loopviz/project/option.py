"""What options complete to and take: codecs, presets, themes, and the formats of labels."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

CODECS = ("libx264", "libx265", "libsvtav1", "libvpx-vp9", "prores_ks", "ffv1", "png", "mjpeg")
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
ENDINGS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".gif", ".webp")  # of a video or an image that moves
THEME_SUFFIXES = (".yaml", ".yml")


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
    return _packaged("themes", incomplete)


def profiles(incomplete: str) -> list[str]:
    """Return the profiles that a beginning can become: those of the package, and YAML files and folders."""
    return _packaged("profiles", incomplete)


def _packaged(folder: str, incomplete: str) -> list[str]:
    package = importlib.resources.files("loopviz") / folder
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
