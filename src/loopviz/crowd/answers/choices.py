"""What people answered, brought to one spelling where it is one choice, and never to another meaning.

``18- 24``, ``18 - 24`` and ``18–24`` are one choice; ``More tha 30 minutes`` is what the form said and stays; ``NON``,
``None`` and no answer are three different things. The words as they were given are kept beside it: this is for counting
and for reading, and nothing in it is ever evaluated.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

import polars as pl

Missing = Literal["empty", "none", "no", "not applicable"]
AT_ONCE = 250_000  # answers: what is in memory beside the table
LONGEST_AMOUNT = 500  # characters: nobody names a price in an essay

_DASH = "\\-‐‑‒–—―−"
_END = r"[$€£₹]?\s?[0-9][0-9,.]*[0-9]|[$€£₹]?\s?[0-9]"
_RANGE = re.compile(rf"(?<![\w{_DASH}./,$€£₹])({_END})\s*[{_DASH}]\s*({_END})(?![0-9{_DASH}/])")
_SPACED = re.compile(rf"(?<= )[{_DASH}](?= )")
_CHOICES = re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['‘´`](?=[^\W\d_])")
_MISSING: dict[str, Missing] = {
    "none": "none", "nothing": "none", "no": "no", "non": "no", "n/a": "not applicable", "na": "not applicable",
    "not applicable": "not applicable",
}  # fmt: skip
_UNIT = r"us\s?\$|usd|dollars?|eur|euros?|gbp|pounds?|inr|rupees?|rs\.?|[$€£₹]"
_NUMBER = r"[0-9]{1,12}(?:[.,][0-9]{3})*(?:[.,][0-9]{1,2})?(?![0-9])"
_MARKS = " ,.:;-–()"
_LINK = re.compile(
    r"^(?:(?:and|for|on|about|around|roughly|approximately|approx|ca|my|the|an?)\b[\s.,]*)+", re.IGNORECASE
)
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?:{_UNIT})\s*(?P<after>{_NUMBER})(?![.,]?[0-9])(?:\s*(?:{_UNIT})(?!\w))?"
    rf"|(?P<before>{_NUMBER})\s*(?:{_UNIT})(?!\w))",
    re.IGNORECASE,
)


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


def missing_kind(answer: str | None) -> Missing | None:
    """Return how an answer says nothing: not at all, ``None``, ``NON``, ``n/a``; None where it says something."""
    if answer is None or not answer.strip():
        return "empty"
    return _MISSING.get(answer.strip().strip(".!").casefold())


def amount(answer: str | None) -> tuple[float | None, str | None]:
    """Return the sum of money that an answer names, and the thing that it was for.

    ``$1,200 laptop`` is 1200.0 and ``laptop``; ``500000`` has no thing, ``Software`` no amount. A number among words
    counts only beside a currency (``2 monitors`` is no price), and of two sums, or of a range, none is chosen. The sum
    is in the currency that was meant, which is not always said. Where words surround it, they all are the thing.
    """
    text = normalise(answer)
    if text is None or missing_kind(text):
        return None, None
    if len(text) > LONGEST_AMOUNT:
        return None, text
    if re.fullmatch(_NUMBER, text):
        return _value(text), None
    found = list(_MONEY.finditer(text))
    if len(found) != 1 or _RANGE.search(text) or re.search(r"[0-9$€£₹]–", text):
        return None, text
    money = found[0]
    before, after = text[: money.start()].strip(_MARKS), text[money.end() :].strip(_MARKS)
    thing = text if _LINK.sub("", before) and after else _LINK.sub("", f"{before}{after}").strip(_MARKS)
    return _value(money["after"] or money["before"]), thing or None


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


def _value(number: str) -> float:
    """Read ``1,200``, ``1.200,50`` and ``1200.5``: two digits or one after the last mark are decimals."""
    parts = re.split(r"[.,]", number)
    decimals = parts.pop() if len(parts) > 1 and len(parts[-1]) < 3 else "0"
    return float(f"{''.join(parts)}.{decimals}")
