"""Finding ids in texts, however they are written there.

An id of eight characters or more is found wherever it stands: in either case, with invisible characters in it,
percent-encoded, and, if it has a digit, across blanks, signs and path separators (``A1B2/C3D4E5``). A shorter one may
well be an ordinary word or number: where it counts depends on the text, see ``Mentions.replaced``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from loopviz.paths import IGNORABLE

TELLING_LENGTH = 8  # characters: a shorter id ("7", "anna") may well be an ordinary word of an answer
NUMBER_LENGTH = 5  # digits: a shorter number is found in every text
WORD_LENGTH = 3  # letters: "a" and "us" are words
LONGEST_CALL = 40  # characters before a number in which it may be called somebody's
LONGEST_RUN = 16  # pieces that one id is put together of
Text = Literal["prose", "file name", "words"]

_PLATFORM = re.compile(r"A[0-9A-Z]{9,20}|[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PIECE = re.compile(r"[^\W_]+")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_ENCODED = r"%(?:25)*([0-9A-Fa-f]{2})"  # %41, and %2541 where it was encoded twice
# What makes a number behind it somebody's: "worker 7", "participant no. 7", "my id is 7", "annotator #7".
_PERSON = r"(?:worker|participant|annotator|rater|labell?er|respondent|user|turker)s?"
_CALLED = re.compile(rf"\b(?:{_PERSON}(?:[\s_-]*(?:id|no|nr|num|number)\b)?|id)\b\.?(?:\s+(?:is|was))?\s*[:=#-]?\s*\Z")
_PERCENT = re.compile(f"(?:{_ENCODED})+")


def looks_like_an_id(text: str) -> bool:
    """Say whether a text has the form of the ids that platforms give people: Mechanical Turk, Prolific, a UUID."""
    return _PLATFORM.fullmatch(text.strip()) is not None and any(map(str.isdecimal, text))


def match_key(text: str) -> str:
    """Return a text as ids are compared: no case, no invisible character, one spelling of every letter."""
    return "".join(map(_fold, text)).strip()


def _fold(character: str) -> str:
    if unicodedata.category(character) == "Cf" or IGNORABLE.match(character):
        return ""
    return " " if character.isspace() else unicodedata.normalize("NFKD", character.casefold()).casefold()


@dataclass(frozen=True)
class _Seen:
    """A text as it is compared, and where each of its characters begins and ends in the text itself."""

    text: str
    starts: Sequence[int]
    stops: Sequence[int]


def _seen(text: str, *, decode: bool) -> _Seen:
    if not decode and text.isascii():
        return _Seen(re.sub(r"\s", " ", text.lower()), range(len(text)), range(1, len(text) + 1))
    units = [(c, start, stop) for part, start, stop in _characters(text, decode=decode) for c in _fold(part)]
    return _Seen("".join(c for c, _, _ in units), [start for _, start, _ in units], [stop for _, _, stop in units])


def _characters(text: str, *, decode: bool) -> Iterator[tuple[str, int, int]]:
    """Yield each character, and where it stands; percent-encoded ones as what they stand for."""
    at = 0
    while at < len(text):
        run = _PERCENT.match(text, at) if decode else None
        if run is None:
            yield text[at], at, at + 1
            at += 1
            continue
        units = [(found[1], found.start(), found.end()) for found in re.finditer(_ENCODED, run[0])]
        raw = bytes.fromhex("".join(digits for digits, _, _ in units)).decode("utf-8", "replace")
        each = len(raw) == len(units)  # else a letter of several bytes is among them: all stand for the whole run
        for i, character in enumerate(raw):
            start, stop = units[i][1:] if each else (0, len(run[0]))
            yield character, at + start, at + stop
        at = run.end()


class Mentions:
    """Finds some names in texts, and puts others in their place.

    Args:
        names: By id, what stands for it; None for an id that stays where it is, although another is a part of it.
    """

    def __init__(self, names: Mapping[str, str | None]) -> None:
        self._names = names
        # Of two that differ in case alone, that which is to go wins.
        known = {match_key(name): name for name in sorted(names, key=lambda name: names[name] is not None)}
        self._long = {key: name for key, name in known.items() if len(key) >= TELLING_LENGTH}
        short = {_EDGES.sub("", key): name for key, name in known.items() if len(key) < TELLING_LENGTH}
        self._short = {key: name for key, name in short.items() if key}
        self._most = max(map(len, self._short), default=0)
        pieces = {"".join(_PIECE.findall(key)): name for key, name in self._long.items()}
        self._loose = {key: name for key, name in pieces.items() if _is_telling(key)}
        self._beginnings = {key[:n] for key in self._loose for n in range(1, len(key) + 1)}
        self._lengths: dict[str, list[int]] = {}
        for key in sorted(self._long, key=len, reverse=True):
            lengths = self._lengths.setdefault(key[:TELLING_LENGTH], [])
            if len(key) not in lengths:
                lengths.append(len(key))

    def possible(self, texts: Sequence[str]) -> list[str]:
        """Return the texts that may hold one of the names: of many, most are passed over at once.

        Only plain text can be: letters beyond ASCII may be another spelling, and ``%`` may stand for any.
        """
        pieces = ["".join(_PIECE.findall(key)) for key in (*self._long, *self._short)]
        if not pieces or "" in pieces:
            return list(texts) if pieces else []
        rows = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
        joined = pl.col("text").str.to_lowercase().str.replace_all("[^0-9a-z]", "")
        odd = pl.col("text").str.contains(r"[^\x00-\x7F]|%")
        return rows.filter(odd | joined.str.contains_any(pieces))["text"].to_list()

    def replaced(self, text: str, kind: Text) -> str:
        """Return a text with other names in it.

        Args:
            text: The text.
            kind: What it is. In ``prose`` a short id counts as a word of its own: letters from three of them on, digits
                from five on or behind a word for a person or an id (``worker 7``), both together always. In a ``file
                name`` letters always do, and a number where it is a folder. In either any id counts that comes last,
                after an underscore. In ``words`` that name something else, such as a category, no short id counts.
        """
        spans: list[tuple[int, int, str]] = []
        for decode in (False, True) if "%" in text else (False,):
            seen = _seen(text, decode=decode)
            for found in (self._whole(seen), self._pieced(seen, kind)):
                for first, last, name in found:
                    start, stop = seen.starts[first], seen.stops[last - 1]
                    if all(stop <= begin or end <= start for begin, end, _ in spans):
                        raw = text[start:stop]
                        spans.append((start, stop, raw if raw in self._names else name))
        parts, at = [], 0
        for start, stop, name in sorted(spans):
            stand_in = self._names[name]
            parts += [text[at:start], text[start:stop] if stand_in is None else stand_in]
            at = stop
        return "".join([*parts, text[at:]])

    def _whole(self, seen: _Seen) -> Iterator[tuple[int, int, str]]:
        """Yield long ids that stand in the text as they are, the longest where several begin."""
        at, text = 0, seen.text
        while self._long and at <= len(text) - TELLING_LENGTH:
            lengths = self._lengths.get(text[at : at + TELLING_LENGTH], ())
            found = next((part for n in lengths if (part := text[at : at + n]) in self._long), "")
            if found:
                yield at, at + len(found), self._long[found]
            at += len(found) or 1

    def _pieced(self, seen: _Seen, kind: Text) -> Iterator[tuple[int, int, str]]:
        """Yield short ids that are words of their own, and long ones with something between their letters."""
        pieces = [found.span() for found in _PIECE.finditer(seen.text)] if self._short or self._loose else []
        at = 0
        while at < len(pieces):
            found = list(self._from(seen.text, pieces[at : at + LONGEST_RUN], kind))
            if found:  # the longest
                count, name = found[-1]
                yield pieces[at][0], pieces[at + count - 1][1], name
                at += count
            else:
                at += 1

    def _from(self, text: str, pieces: Sequence[tuple[int, int]], kind: Text) -> Iterator[tuple[int, str]]:
        """Yield of how many pieces an id may be put together that begins with the first, and whose it is."""
        joined, start = "", pieces[0][0]
        for count, (first, last) in enumerate(pieces, 1):
            joined += text[first:last]
            part = text[start:last]
            if joined in self._loose:
                yield count, self._loose[joined]
            elif part in self._short and _counts(part, text[:start], text[last:], kind):
                yield count, self._short[part]
            if joined not in self._beginnings and len(part) > self._most:
                return


def _is_telling(squeezed: str) -> bool:
    return len(squeezed) >= TELLING_LENGTH - 1 and any(map(str.isdecimal, squeezed))


def _counts(short: str, before: str, after: str, kind: Text) -> bool:
    """Say whether a short id that stands in a text by itself is likely to be meant."""
    if kind == "words":
        return False
    if before.endswith("_") and re.fullmatch(r"(?:\.\w+)?", after):
        return True
    if short.isdecimal():
        folder = kind == "file name" and before[-1:] in ("", "/", "\\") and after[:1] in ("/", "\\")
        called = kind == "prose" and _CALLED.search(before[-LONGEST_CALL:]) is not None
        return folder or called or len(short) >= NUMBER_LENGTH
    return kind == "file name" or len(short) >= WORD_LENGTH or any(map(str.isdecimal, short))
