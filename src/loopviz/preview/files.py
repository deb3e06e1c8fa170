"""The files that a film is made of, and whether they changed.

They are looked at again and again: a few names cost microseconds, and it holds on every disk, network drives and
containers' mounts included, and with editors that put a new file in the old one's place. What waits for the system to
tell of changes (inotify) holds on none of these.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from loopviz.errors import LoopvizError
from loopviz.named_files import MOST
from loopviz.project.config import ProjectConfig
from loopviz.scene.theme import THEMES, font_names

Mark = tuple[str, int, int, int]  # a path; when its file was changed, its size and its number
Marks = dict[Path, frozenset[Mark]]
NOT_READ = ("output",)


def marks(paths: Iterable[Path]) -> Marks:
    """Return how some files stand, and all files below some folders; what is not there has no mark."""
    return {path: frozenset(_marks(os.fspath(path))) for path in paths}


def _marks(path: str) -> Iterator[Mark]:
    try:
        if not os.path.isdir(path):  # noqa: PTH112 - names are all we need: a folder may hold thousands
            state = os.stat(path)  # noqa: PTH116
            yield path, state.st_mtime_ns, state.st_size, state.st_ino
            return
        for folder, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]  # what is being written is hidden
            for name in names:
                file = os.path.join(folder, name)  # noqa: PTH118
                state = os.stat(file)  # noqa: PTH116
                yield file, state.st_mtime_ns, state.st_size, state.st_ino
    except OSError:
        return


def inputs_of(config: ProjectConfig) -> frozenset[Path]:
    """Return the files and folders that a project's source, labels and people are read from."""
    said = config.model_dump(exclude=set(NOT_READ))
    return frozenset(_paths(said))


def _paths(value: Any) -> Iterator[Path]:
    match value:
        case Path():
            yield value
        case Mapping():
            for each in value.values():
                yield from _paths(each)
        case tuple() | list():
            for each in value:
                yield from _paths(each)


def looks_of(project: Path, config: ProjectConfig | None) -> frozenset[Path]:
    """Return the files that say how a film looks: the project file, and its theme with what that extends.

    Args:
        project: The project file, or the folder.
        config: What it says; None where that cannot be read.
    """
    found = {project} if project.is_file() else set(project.glob("loopviz.y*ml"))
    if config is not None:
        found |= {Path(name) for name in (config.theme, config.profile or "") if name.endswith((".yaml", ".yml"))}
        found.update(_themes(config.theme))
    return frozenset(found)


def _themes(name: str) -> Iterator[Path]:
    """Yield a theme's file, those that it extends, and their fonts, as far as they can be read."""
    if name in THEMES.names:
        return
    with contextlib.suppress(LoopvizError):
        for link in islice(THEMES.chain(Path(name)), MOST):
            if link.named in THEMES.names:
                return
            yield link.file
            yield from (link.file.parent / font for fonts in font_names(link.said).values() for font in fonts)
