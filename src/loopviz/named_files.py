"""YAML files that are known by name where they come with loopviz, and that may extend each other: themes, profiles."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from loopviz.errors import ConfigError, check_is_file, did_you_mean
from loopviz.yamlfile import merged, read_mapping

SUFFIXES = (".yaml", ".yml")
MOST = 6  # files that extend each other
Placed = Callable[[dict[str, Any], Path], dict[str, Any]]


@dataclass(frozen=True)
class NamedFiles:
    """Files of one kind.

    Attributes:
        word: What one is called: ``theme``.
        folder: Where those lie that come with loopviz, and a user's own, usually: ``themes``.
        example: What such a file holds at least.
    """

    word: str
    folder: str
    example: str

    @property
    def names(self) -> tuple[str, ...]:
        """Those that come with loopviz."""
        files = (resources.files("loopviz") / self.folder).iterdir()
        return tuple(sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml")))

    def find(self, name: str | Path) -> Path:
        """Return the file of a name, or of a path.

        Raises:
            ConfigError: If there is none.
        """
        if str(name) in self.names:
            return self._own(str(name))
        file, known = Path(os.path.expanduser(name)), f"{', '.join(self.names)}, or a YAML file"  # noqa: PTH111
        if str(name) and os.path.isdir(file):  # noqa: PTH112 - of a name that cannot be it says no
            check_is_file(file, f"a {self.word}: {known}", ConfigError)
        if not os.path.isfile(file):  # noqa: PTH113 - as above
            remedy = self._lying_near(file) or did_you_mean(str(name), self.names)
            raise ConfigError(f"there is no such {self.word}", found=str(name), expected=known, remedy=remedy)
        return file

    def read(self, name: str | Path, placed: Placed = lambda said, _: said) -> tuple[Path, dict[str, Any]]:
        """Return a file, and all that it says with what it extends: what is said closest wins.

        Args:
            name: Its name or path.
            placed: Returns what a file says with its paths counted from there, given that and the file.

        Raises:
            InputError: If a file cannot be read.
            ConfigError: If there is no such file, it is not plain YAML, or files extend each other in a circle.
        """
        links: list[Link] = []
        for link in self.chain(self.find(name)):
            if links and not os.path.isfile(link.file):  # noqa: PTH113 - as above
                raise self._nowhere(links[-1], link.named)
            if len(links) == MOST:
                raise ConfigError(f"{self.word}s extend each other in a circle", file=link.file, found=link.named)
            links.append(link)
        whole: dict[str, Any] = {}
        for link in reversed(links):
            said = {key: value for key, value in link.said.items() if key != "extends"}
            whole = merged(whole, placed(said, link.file))
        return links[0].file, whole

    def chain(self, file: Path) -> Iterator[Link]:
        """Yield a file, then the one that it extends, and so on; each is read when the next is asked for.

        Raises:
            LoopvizError: If one cannot be read.
        """
        link: Link | None = Link(self, file, str(file))
        while link is not None:
            yield link
            base = link.said.get("extends")
            beside = self._own(base) if base in self.names else link.file.parent / str(base)
            link = None if base is None else Link(self, beside, base)

    def _own(self, name: str) -> Path:
        return Path(str(resources.files("loopviz") / self.folder / f"{name}.yaml"))

    def _nowhere(self, before: Link, base: object) -> ConfigError:
        return ConfigError(
            f"there is no such {self.word}",
            file=before.file,
            at="extends",
            found=base,
            expected=f"{', '.join(self.names)}, or a YAML file beside this one",
            remedy=did_you_mean(base, self.names) if isinstance(base, str) else None,
        )

    def _lying_near(self, file: Path) -> str | None:
        """Return what to do where a file of that name lies in a folder for such files."""
        usual = (".", self.folder, "configs", f"configs/{self.folder}")
        folders = usual if file.name == str(file) else (str(file.parent),)
        near = (Path(folder) / f"{file.name}{suffix}" for folder in folders for suffix in ("", *SUFFIXES))
        found = next((path for path in near if os.path.isfile(path) and path.suffix in SUFFIXES), None)  # noqa: PTH113
        return None if found is None else f"Did you mean the file {str(found)!r}?"


@dataclass(frozen=True)
class Link:
    """One of several files that extend each other.

    Attributes:
        kind: What kind of file it is.
        file: The file.
        named: How it was named.
    """

    kind: NamedFiles
    file: Path
    named: object

    @cached_property
    def said(self) -> dict[str, Any]:
        """What stands in it."""
        return read_mapping(self.file, self.kind.word, self.kind.example)
