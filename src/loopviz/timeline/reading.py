"""How long a text takes to read: profiles of readers, as data in ``profiles.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

from loopviz.yamlfile import read_mapping

FILE = Path(__file__).with_name("profiles.yaml")


@dataclass(frozen=True)
class Profile:
    """A reader.

    Attributes:
        name: As a project names it.
        at_least: Seconds that even one word stands.
        at_most: Seconds that a text may take; a longer one is too long for this reader.
        characters_per_second: How fast letters are read, blanks included; None where words are counted.
        words_per_minute: How fast words are read; None where characters are counted.
    """

    name: str
    at_least: Fraction
    at_most: Fraction
    characters_per_second: Fraction | None = None
    words_per_minute: Fraction | None = None

    def needs(self, text: str) -> Fraction:
        """Return the seconds that a text takes, at least ``at_least``, however long that is."""
        seconds = Fraction(0)
        if self.characters_per_second:
            seconds = len(text) / self.characters_per_second
        if self.words_per_minute:
            seconds = max(seconds, len(text.split()) * 60 / self.words_per_minute)
        return max(seconds, self.at_least)


@cache
def profiles() -> Mapping[str, Profile]:
    """Return all profiles by name."""
    data = read_mapping(FILE, "reading profiles", "netflix: {characters_per_second: 17}")
    return {
        name: Profile(name, **{key: Fraction(str(value)) for key, value in values.items()})
        for name, values in data.items()
    }


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles."""
    return tuple(profiles())
