"""What the shell completes where an option takes a name or a file; written out or looked up, to answer at once."""

from __future__ import annotations

import importlib.resources
from collections.abc import Callable
from pathlib import Path

CODECS = ("libx264", "libx265", "libsvtav1", "libvpx-vp9")
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
THEME_SUFFIXES = (".yaml", ".yml")


def one_of(*names: str) -> Callable[[str], list[str]]:
    """Return what completes one of some names."""
    return lambda incomplete: [name for name in names if name.startswith(incomplete)]


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
