"""What a person should know of something that was read or made, as a value; words are made last.

A note carries a code and what was found, so that programs ask for these and nobody reads sentences to know what is
meant. ``str(note)`` is the sentence, see ``loopviz.note_words``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from loopviz.note_words import in_words

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Note:
    """Something that was assumed, changed or left out.

    Attributes:
        code: A stable word, one of ``loopviz.note_words``.
        values: What was found, by name; a value ``text`` is the sentence itself.
        file: The file or the folder that it is about.
        at: The row or the entry in it.
        severity: ``"error"`` for what was left out, ``"warning"`` for what is likely a mistake, ``"note"`` for what is
            worth knowing; None for what tells of the result.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)
    file: str | None = None
    at: str | None = None
    severity: Severity | None = "note"

    def __str__(self) -> str:
        return in_words(self.code, self.values)

    @property
    def place(self) -> str:
        """The file, with the row or the entry."""
        return ", ".join(part for part in (self.file, self.at) if part)

    @property
    def count(self) -> int:
        """How many things it is about."""
        count = self.values.get("count")
        return count if isinstance(count, int) else 1

    @property
    def line(self) -> str:
        """The sentence with its place, and with how much it matters before it."""
        return ": ".join(part for part in (self.severity, self.place, str(self)) if part)

    def about(self, file: object) -> Note:
        """Return the note with its file."""
        return replace(self, file=str(file))


def note(code: str, **values: object) -> Note:
    """Return a note of a code and what was found."""
    return Note(code, values)


def warning(code: str, **values: object) -> Note:
    """Return a note on what is likely to be a slip of the user's."""
    return Note(code, values, severity="warning")


def told(code: str, **values: object) -> Note:
    """Return a note that tells of the result."""
    return Note(code, values, severity=None)
