"""The words of every note, by its code: the one place where they are made, a module for each room.

Words are a text with the names of values in braces, or a function of these. A value that is a list is said as one:
``{names}`` all of it, ``{names:3}`` the first three and how many more there are.
"""

from __future__ import annotations

from collections.abc import Mapping

from loopviz.note_words.crowd import CROWD
from loopviz.note_words.formats import FORMATS
from loopviz.note_words.media import MEDIA
from loopviz.note_words.project import PROJECT
from loopviz.note_words.train import TRAIN
from loopviz.wording import Words, listed

WORDS: Mapping[str, Words] = {**MEDIA, **FORMATS, **CROWD, **PROJECT, **TRAIN}


class _Listed(tuple[str, ...]):
    """Texts that are said as a list."""

    __slots__ = ()

    def __format__(self, most: str) -> str:
        return listed(self, int(most or len(self)))


def in_words(code: str, values: Mapping[str, object]) -> str:
    """Return a note as a sentence without its full stop.

    Args:
        code: Its code.
        values: What its words need; or a sentence under the name ``text``, as the format of another package says it.

    Raises:
        KeyError: If the code is not known, or a value is missing.
    """
    if "text" in values:
        return str(values["text"])
    words = WORDS[code]
    if not isinstance(words, str):
        return words(**values)
    return words.format_map({k: _Listed(v) if isinstance(v, list | tuple) else v for k, v in values.items()})
