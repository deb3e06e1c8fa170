"""What people answered, brought to one spelling where it is one choice, and never to another meaning.

``18- 24``, ``18 - 24`` and ``18–24`` are one choice; ``More tha 30 minutes`` is what the form said and stays; ``NON``,
``None`` and no answer are three different things. The words as they were given are kept beside it: this is for counting
and for reading, and nothing in it is ever evaluated.
"""

from __future__ import annotations

import re
import unicodedata

import polars as pl

AT_ONCE = 250_000  # answers: what is in memory beside the table

_DASH = "\\-‐‑‒–—―−"
_END = r"[$€£₹]?\s?[0-9][0-9,.]*[0-9]|[$€£₹]?\s?[0-9]"
_RANGE = re.compile(rf"(?<![\w{_DASH}./,$€£₹])({_END})\s*[{_DASH}]\s*({_END})(?![0-9{_DASH}/])")
_SPACED = re.compile(rf"(?<= )[{_DASH}](?= )")
_CHOICES = re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['‘´`](?=[^\W\d_])")


def normalise(answer: str | None) -> str | None:
    """Return an answer with one kind of space, of dash between two things and of apostrophe, beginning with a capital.

    What is only blank is null, as an empty cell is. Words stay as they are, misspelt or not; letters in capitals stay
    so. Normalising twice changes nothing more.
    """
    if answer is None:
        return None
    text = answer
    if not (text.isascii() and text.isprintable()):  # most are plain, and a crowd's are many
        text = unicodedata.normalize("NFC", text)
        text = "".join(c if c.isspace() or not _is_hidden(c) else "" for c in text)
        text = unicodedata.normalize("NFC", text)
    text = " ".join(text.split())
    text = _CHOICES.sub(", ", _APOSTROPHE.sub("’", _SPACED.sub("–", _RANGE.sub(_joined, text))))
    if text and text == text.lower() and len(text[0].upper()) == 1:
        text = unicodedata.normalize("NFC", text[0].upper() + text[1:])
    return text or None


def with_normal(given: pl.DataFrame) -> pl.DataFrame:
    """Return a table of answers with their normal forms.

    Answers to one question that differ only in capitals are one: the spelling that most people chose stands for all,
    of two as frequent the one with fewer capitals, as nobody means to shout.
    """
    parts = 1 + given.height // AT_ONCE
    place = given["question_id"].cast(pl.Categorical).to_physical() % parts  # all answers to a question in one
    rows = given.drop("normal").with_row_index("row")
    short = pl.col("normal").cast(pl.Categorical)  # a number takes less room than a word
    done = [_with_normal(rows.filter(place == part)).select("row", short) for part in range(parts)]
    return given.with_columns(pl.concat(done).sort("row")["normal"].cast(pl.String))


def _with_normal(given: pl.DataFrame) -> pl.DataFrame:
    """Return all answers to some questions with their normal forms."""
    question, answer = (pl.col(c).cast(pl.Categorical).to_physical() for c in ("question_id", "answer"))
    said = given.select(pair=question.cast(pl.Int64) * 2**32 + answer)
    rows = said.with_row_index("place").drop_nulls().group_by("pair").agg(pl.first("place"), people=pl.len())
    pairs = pl.concat([rows, given.select("question_id", "answer")[rows["place"]]], how="horizontal")
    texts = pairs["answer"].unique()
    forms = pl.DataFrame([texts, pl.Series("normal", [normalise(text) for text in texts], dtype=pl.String)])
    spelt = _spellings(pairs.join(forms, on="answer").drop_nulls("normal"))
    return given.with_columns(said.join(spelt, on="pair", how="left", maintain_order="left")["normal"])


def _spellings(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the spelling that stands for each answer to a question: ``pair``, ``normal``."""
    ranked = pairs.with_columns(
        pl.col("people").cast(pl.Int64).sum().over("question_id", "normal").neg(),
        pl.Series("folded", [text.casefold() for text in pairs["normal"]], dtype=pl.String),
        pl.Series("capitals", [sum(map(str.isupper, text)) for text in pairs["normal"]], dtype=pl.Int64),
    ).sort("people", "capitals", "normal")
    return ranked.select("pair", pl.col("normal").first().over("question_id", "folded"))


def _joined(found: re.Match[str]) -> str:
    return f"{found[1]}–{found[2]}"


def _is_hidden(character: str) -> bool:
    """Say whether a character cannot be seen: controls, and the marks that copying from a page leaves."""
    return unicodedata.category(character) == "Cc" or character in "\u00ad\u200b\u2060\ufeff"
