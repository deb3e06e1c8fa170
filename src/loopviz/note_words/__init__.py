"""The words of every note, by its code: the one place where they are made, a module for each room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from loopviz.note_words.crowd import CROWD
from loopviz.note_words.media import MEDIA
from loopviz.note_words.project import PROJECT, SLIPS
from loopviz.wording import Words

WORDS: Mapping[str, Words] = {**MEDIA, **CROWD, **PROJECT, **SLIPS}


def in_words(code: str, values: Mapping[str, object]) -> str:
    """Return a note as a sentence without its full stop.

    Args:
        code: Its code.
        values: What its words need.

    Raises:
        KeyError: If the code is not known, or a value is missing.
    """
    words = WORDS[code]
    return words.format_map(values) if isinstance(words, str) else words(**values)


def severity_of(code: str) -> Literal["note", "warning"]:
    """Return how much a note matters: a warning is likely to be a slip of the user's."""
    return "warning" if code in SLIPS else "note"
