"""Colours that can be read: WCAG contrast, the scrim that guarantees it, and ink on a coloured plate."""

from __future__ import annotations

from collections.abc import Iterable

READABLE = 4.5


def channels(color: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as red, green and blue from 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def luminance(color: str) -> float:
    """Return the relative luminance of ``#rrggbb``, from 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in channels(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """Return a colour between two: ``share`` of the first over the second, as a compositor would blend them."""
    pairs = zip(channels(one), channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def scrim_opacity(paper: str, inks: Iterable[str], floor: float = READABLE) -> float:
    """Return how opaque a scrim must be for every ink on it to be readable over any footage, white or black.

    A scrim that cannot reach the floor (its own colour is too near to an ink) is opaque.
    """
    inks = tuple(inks)
    for step in range(52):
        share = step / 51
        grounds = [mixed(paper, footage, share) for footage in ("#ffffff", "#000000")]
        if all(contrast(ink, ground) >= floor for ink in inks for ground in grounds):
            return share
    return 1.0


def ink_on(plate: str) -> str:
    """Return black or white, whichever is easier to read on a colour."""
    return max(("#ffffff", "#101014"), key=lambda ink: contrast(ink, plate))


def distinct(palette: tuple[str, ...], index: int) -> str:
    """Return the palette's colour for a category; past its end, the same colours darker, then lighter."""
    turn, place = divmod(index, len(palette))
    color = palette[place]
    if turn == 0:
        return color
    return mixed(color, "#000000" if turn % 2 else "#ffffff", max(0.35, 0.75 - 0.15 * ((turn - 1) // 2)))
