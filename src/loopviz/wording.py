"""Numbers and quotations in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from loopviz.errors import shown_plain

Words = str | Callable[..., str]  # of a note: with the names of its values in braces, or a function of them
LONGEST = 200  # characters that are quoted
HALF_A_CENT = 0.005


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 person``, ``12 people``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(texts: Sequence[str], most: int, between: str = ", ") -> str:
    """Return texts as a list: the first of them, and how many more there are."""
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return between.join(texts[:most]) + more


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending numbers as runs, the first and the last of each: ``4, 5, 6, 9`` as ``(4, 6), (9, 9)``."""
    ends: list[tuple[int, int]] = []
    for number in numbers:
        joins = ends and ends[-1][1] == number - 1
        ends.append((ends.pop()[0] if joins else number, number))
    return ends


def dollars(value: Decimal | float) -> str:
    """Return an amount with its cents; what is less than half a cent, and not nothing, is said to be."""
    return "under $0.01" if 0 < value < HALF_A_CENT else f"${value:,.2f}"


def quoted(text: str) -> str:
    """Return somebody's words in quotes, on one line, and cut where they are long."""
    return shown_plain(repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"))
