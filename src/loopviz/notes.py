"""What a person should know of something that was read or made, as a value; words are made last.

A note carries a code and what was found, so that programs ask for these and nobody reads sentences to know what is
meant. ``str(note)`` is the sentence, see ``loopviz.note_words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from loopviz.note_words import in_words, severity_of


@dataclass(frozen=True)
class Note:
    """Something that was assumed, changed or left out.

    Attributes:
        code: A stable word, one of ``loopviz.note_words``.
        values: What was found, by name.
        place: The file that it is about, and the row or the entry in it.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    place: str | None = None

    def __str__(self) -> str:
        return in_words(self.code, self.values)

    @property
    def line(self) -> str:
        """The sentence with its place, and with how much it matters before it."""
        place = f"{self.place}: " if self.place else ""
        return f"{severity_of(self.code)}: {place}{self}"

    def at(self, place: object) -> Note:
        """Return the note with its place."""
        return replace(self, place=str(place))


def note(code: str, **values: object) -> Note:
    """Return a note of a code and what was found."""
    return Note(code, values)
