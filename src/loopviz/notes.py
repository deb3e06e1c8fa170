"""What a person should know of something that was read or made, as a value; words are made last.

A note carries a code and what was found, so that programs ask for these and nobody reads sentences to know what is
meant. ``str(note)`` is the sentence, see ``loopviz.note_words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from loopviz.note_words import in_words


@dataclass(frozen=True)
class Note:
    """Something that was assumed, changed or left out.

    Attributes:
        code: A stable word, one of ``loopviz.note_words``.
        values: What was found, by name.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return in_words(self.code, self.values)


def note(code: str, **values: object) -> Note:
    """Return a note of a code and what was found."""
    return Note(code, values)
