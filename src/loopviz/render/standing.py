"""What stands from one picture to the next: it is drawn once, and copied from then on."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from loopviz.media.rotation import Plane
from loopviz.scene.elements import Element

Planes = Sequence[Plane]


class Standing:
    """Keeps a picture with those first elements on it that the one before had too.

    In most films a picture of the source stands while words, boxes or a clock change. What changes may lie under what
    does not, so only what comes before the first change is kept.
    """

    def __init__(self) -> None:
        self._last: tuple[object, Sequence[Element]] = None, ()
        self._kept: tuple[object, Sequence[Element]] = None, ()
        self._planes: list[Plane] = []

    def lay(self, canvas: Planes, ground: object, elements: Sequence[Element]) -> int | None:
        """Copy what is kept if this picture begins with it; return how many elements that are, None if it does not.

        Args:
            canvas: Y, Cb and Cr, all of which is written over.
            ground: What is under the elements: equal where that is equal, and kept.
            elements: What is drawn on it, in this order.
        """
        under, kept = self._kept
        if not self._planes or under != ground or _alike(kept, elements) < len(kept):
            return None
        for plane, copy in zip(canvas, self._planes, strict=True):
            plane[:] = copy
        return len(kept)

    def lasting(self, ground: object, elements: Sequence[Element]) -> int:
        """Return how many of a picture's first elements the one before had too, which ends with this call."""
        (under, before), self._last = self._last, (ground, elements)
        return _alike(before, elements) if under == ground else -1

    def keep(self, canvas: Planes, ground: object, elements: Sequence[Element]) -> None:
        """Keep a canvas on which these elements are drawn."""
        self._kept = ground, tuple(elements)
        if not self._planes:
            self._planes = [plane.copy() for plane in canvas]
        else:
            for copy, plane in zip(self._planes, canvas, strict=True):
                copy[:] = plane


def _alike(some: Sequence[Element], others: Sequence[Element]) -> int:
    pairs = zip(some, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1] or pair[0] == pair[1], pairs))
