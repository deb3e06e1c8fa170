"""Font files of packages that loopviz's extras install: for scripts that its own fonts lack, and for emoji.

The packages are never imported: what they hold is found by their lists of files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from loopviz.scripts import extras_for

EXTRAS = {"fonts": ("manimgx-fonts", "dynamic-font"), "cjk": ("manimgx-fonts-cjk",), "emoji": ("dynamic-font",)}
PACKAGES = ("manimgx-fonts", "manimgx-fonts-cjk", "dynamic-font")  # variable fonts before those of one weight
ENDINGS = frozenset({".ttf", ".otf", ".ttc"})
ORDER = ("ColorEmoji", "Emoji", "CJK", "Symbols")  # what is asked after the scripts' own, for these have some signs too
UNUSED = ("Italic", "Subsetted")  # in their names


def extra_files() -> tuple[Path, ...]:
    """Return the font files that are installed, in the order in which they are asked for a character."""
    files = [file for package in _installed() for file in _fonts_of(package)]
    return tuple(sorted(files, key=_place))


def missing_extras(characters: str) -> list[str]:
    """Return the extras that have some of these characters and are not installed."""
    there = {package.name for package in _installed()}
    return [extra for extra in extras_for(characters) if not there.issuperset(EXTRAS[extra])]


def extra_digest() -> bytes:
    """Return a SHA-256 over what the packages' own lists say of their files: 60 MB are not read for it."""
    lists = [package.read_text("RECORD") or f"{package.name} {package.version}" for package in _installed()]
    return hashlib.sha256("".join(lists).encode()).digest()


@lru_cache(maxsize=1)
def _installed() -> tuple[Distribution, ...]:
    return tuple(_found())


def _found() -> Iterator[Distribution]:
    for name in PACKAGES:
        try:
            yield distribution(name)
        except PackageNotFoundError:
            continue


def _fonts_of(package: Distribution) -> Iterator[Path]:
    for file in package.files or ():
        if file.suffix in ENDINGS and not any(word in file.name for word in UNUSED):
            path = Path(str(package.locate_file(file)))
            if path.is_file():
                yield path


def _place(file: Path) -> int:
    return next((place for place, word in enumerate(ORDER, 1) if word in file.name), 0)
