"""Pictures of several frames on one canvas: each is made small once, and kept as long as it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import cv2
import numpy as np

from loopviz.media.rotation import Plane
from loopviz.scene import FramePicture

Planes = tuple[Plane, ...]


class KeptPictures:
    """Small pictures of a source's frames, as they are drawn."""

    def __init__(self) -> None:
        self._kept: dict[object, Planes] = {}

    def lacking(self, moments: Iterable[Sequence[FramePicture]]) -> Iterator[list[FramePicture]]:
        """Yield for each of the next moments those of its pictures that are not kept when it comes."""
        kept = set(self._kept)
        for places in moments:
            wanted = {place.looks: place for place in places}
            yield [place for looks, place in wanted.items() if looks not in kept]
            kept = set(wanted) or kept

    def keep(self, picture: Sequence[Plane], place: FramePicture, paper: Sequence[float]) -> None:
        """Make a frame's picture as small, and as pale, as it is drawn.

        Args:
            picture: Its Y, Cb and Cr.
            place: Where it is drawn.
            paper: The colour that it is paled to, as Y, Cb and Cr.
        """
        size = place.width, place.height
        half = size[0] // 2, size[1] // 2
        sizes = zip(picture, (size, half, half), strict=True)
        small = [np.asarray(cv2.resize(plane, to, interpolation=cv2.INTER_AREA), plane.dtype) for plane, to in sizes]
        self._kept[place.looks] = tuple(_paled(small, place.paled, paper)) if place.paled else tuple(small)

    def draw(self, canvas: Sequence[Plane], place: FramePicture) -> None:
        """Lay a picture down that is kept."""
        for plane, small, step in zip(canvas, self._kept[place.looks], (1, 2, 2), strict=True):
            x, y = place.x // step, place.y // step
            plane[y : y + small.shape[0], x : x + small.shape[1]] = small

    def keep_only(self, places: Sequence[FramePicture]) -> None:
        """Forget all others than those of the last moment, if it had any."""
        if places:
            self._kept = {place.looks: self._kept[place.looks] for place in places}


def _paled(planes: Sequence[Plane], share: float, paper: Sequence[float]) -> Iterator[Plane]:
    """Yield a picture in grey, with so much paper over it."""
    middle = 128 if planes[0].dtype == np.uint8 else 512
    for plane, over, grey in zip(planes, paper, (None, middle, middle), strict=True):
        ground = plane.astype(np.float32) if grey is None else np.float32(grey)
        yield np.broadcast_to(np.rint(ground * (1 - share) + over * share), plane.shape).astype(plane.dtype)
