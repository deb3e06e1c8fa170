"""Names as the page shows them: on one line, cut where they are long, and none turns the words around it."""

from __future__ import annotations

import re

LONGEST = 80  # characters of a name
# Marks, overrides and isolates of direction, and what else cannot be seen: Unicode's Bidi_Control and Cc.
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def shown_name(name: str) -> str:
    """Return a name as one line of at most ``LONGEST`` characters; a dash where nothing of it can be seen."""
    line = " ".join(_UNSEEN.sub("", name[: 10 * LONGEST]).split())
    return (line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…") or "–"
