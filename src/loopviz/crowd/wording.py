"""Numbers in sentences."""

from __future__ import annotations

from decimal import Decimal

HALF_A_CENT = 0.005


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return ``1 person``, ``12 people``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def dollars(value: Decimal | float) -> str:
    """Return an amount with its cents; what is less than half a cent, and not nothing, is said to be."""
    return "under $0.01" if 0 < value < HALF_A_CENT else f"${value:,.2f}"
