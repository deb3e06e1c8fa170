"""One frame: the source's picture on the canvas, and the scene's elements on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

import av
import cv2
import numpy as np

from loopviz.media import ColorTags, Source
from loopviz.media.rotation import Plane
from loopviz.render.fitted_pictures import FittedPictures
from loopviz.render.frame_pictures import KeptPictures
from loopviz.render.laid_strokes import PlanarStrokes
from loopviz.render.pictures import pictures_of
from loopviz.render.plan import view_of
from loopviz.render.planes import (
    PlanarSprite,
    around,
    draw_sprite,
    faded,
    fill_rect,
    planes,
    rgb_to_yuv,
    to_planar,
)
from loopviz.render.standing import Standing
from loopviz.scene import Drawing, FramePicture, Rect, Scene, Sprite, View
from loopviz.scene.contrast import channels
from loopviz.scene.elements import Element
from loopviz.scene.strokes import Accumulation, Strokes
from loopviz.timeline import Shown

Planes = tuple[Plane, Plane, Plane]
Moment = tuple[int, int | None, float, View]  # a picture, one that is mixed into it and its weight, what is drawn
CANVASES = 3  # one is drawn on, one is encoded, one waits
SPRITES_KEPT = 1024  # a few hundred KB each at most, a few KB for most: words


class Compositor:
    """Composes frames of one scene in one stream's colours; keeps the sprites that it drew last.

    Args:
        scene: What is drawn; None leaves the picture as it is, padded to even sides.
        size: The picture's width and height as shown.
        color: The stream's colour tags.
    """

    def __init__(self, scene: Scene | None, size: tuple[int, int], color: ColorTags) -> None:
        self._scene, self._color = scene, color
        self._holes = scene.pictures if scene else ((0, 0, *size),)
        self.canvas_size = scene.canvas_size if scene else (size[0] + size[0] % 2, size[1] + size[1] % 2)
        self._canvases: deque[av.VideoFrame] = deque()  # they go round: new memory costs time
        self._sprite = lru_cache(maxsize=SPRITES_KEPT)(self._painted)
        self._yuv = lru_cache(maxsize=256)(self._converted)
        self._strokes = lru_cache(maxsize=2)(self._begun)
        self._frames, self._standing = KeptPictures(), Standing()
        self._fitted = FittedPictures(scene.layout if scene else None, self._holes[0][2:] if self._holes else size)

    def compose(
        self, picture: av.VideoFrame, view: View | int, other: av.VideoFrame | None = None, weight: float = 0.0
    ) -> av.VideoFrame:
        """Return the finished picture: what is drawn at a moment, over a picture of the source.

        Another picture may be mixed in, with its weight from 0 to 1: sample by sample, as broadcast mixers do.

        What is returned may be drawn on again ``CANVASES`` calls later. Without a scene it may be the source's own
        picture; else that is left as it is.
        """
        if self._scene is None:
            plain = other is None and (picture.width, picture.height) == self.canvas_size
            return picture if plain else self._on_canvas(picture, other, weight, ())
        elements = self._scene.elements(view)
        composed = self._on_canvas(picture, other, weight, elements)
        self._frames.keep_only([element for element in elements if isinstance(element, FramePicture)])
        return composed

    def steps(self, moments: Iterable[Moment]) -> Iterator[Moment | FramePicture]:
        """Yield moments, and before each the pictures of frames that it needs and that are not kept by then."""
        scene, moments = self._scene, list(moments)
        places = [() if scene is None else scene.frame_pictures(moment[3]) for moment in moments]
        for moment, lacking in zip(moments, self._frames.lacking(places), strict=True):
            yield from lacking
            yield moment

    def take(self, picture: av.VideoFrame, place: FramePicture) -> None:
        """Keep the picture of a frame as small as it is drawn; see ``steps``."""
        assert self._scene is not None  # noqa: S101 - else none is asked for
        self._frames.keep(planes(picture), place, self._yuv(self._scene.theme.colors.paper))

    def _draw(self, canvas: Planes, elements: Iterable[Element]) -> None:
        for element in elements:
            match element:
                case Rect():
                    edges = element.x_min, element.y_min, element.x_max, element.y_max
                    fill_rect(canvas, edges, self._yuv(element.color), element.opacity)
                case Sprite():
                    draw_sprite(canvas, faded(self._sprite(element.drawing), element.opacity), element.x, element.y)
                case FramePicture():
                    self._frames.draw(canvas, element)
                case Accumulation():
                    laid = self._strokes(element.strokes).at(element.count)
                    draw_sprite(canvas, faded(laid, element.opacity), element.x, element.y)

    def _converted(self, color: str) -> tuple[float, ...]:
        return tuple(rgb_to_yuv(np.array(channels(color), np.float64), self._color).tolist())

    def _begun(self, strokes: Strokes) -> PlanarStrokes:
        return PlanarStrokes(strokes, self._color)

    def _painted(self, drawing: Drawing) -> PlanarSprite:
        assert self._scene is not None  # noqa: S101 - only a scene has drawings
        return to_planar(self._scene.typesetter.paint(drawing), self._color)

    def _on_canvas(
        self, picture: av.VideoFrame, other: av.VideoFrame | None, weight: float, elements: Sequence[Element]
    ) -> av.VideoFrame:
        """Return a canvas with what is drawn on it; what stood on the last one too is copied where it can be."""
        canvas, ground = self._next_canvas(), (picture, other, weight)
        target = planes(canvas)
        copied = self._standing.lay(target, ground, elements)
        if copied is None:
            self._lay_ground(target, picture, other, weight)
        drawn, lasting = copied or 0, self._standing.lasting(ground, elements)
        if lasting > drawn or (copied is None and lasting == 0):
            self._draw(target, elements[drawn:lasting])
            self._standing.keep(target, ground, elements[:lasting])
            drawn = lasting
        self._draw(target, elements[drawn:])
        for name in ("colorspace", "color_range", "color_primaries", "color_trc"):
            setattr(canvas, name, getattr(picture, name))
        return canvas

    def _lay_ground(self, target: Planes, picture: av.VideoFrame, other: av.VideoFrame | None, weight: float) -> None:
        """Lay down paper and on it the picture, once or more often, padded to even sides."""
        paper = self._scene.theme.colors.paper if self._scene else "#000000"
        for edges in self._ground:
            fill_rect(target, edges, self._yuv(paper))
        seen = self._seen(picture, other, weight) if self._holes else ()
        for plane, fitted, step in zip(target, seen, (1, 2, 2), strict=bool(seen)):
            for x, y, width, height in self._holes:
                _place(plane, fitted, (x // step, y // step), (-(-width // step), -(-height // step)))

    def _seen(self, picture: av.VideoFrame, other: av.VideoFrame | None, weight: float) -> Sequence[Plane]:
        one = self._fitted.planes(picture)
        return one if other is None else _mixed(one, self._fitted.planes(other), weight)

    @cached_property
    def _ground(self) -> list[tuple[int, int, int, int]]:
        """What of a canvas is paper.

        Under an odd side's last pixels paper lies too: a chroma sample that an edge cuts would keep what was there.
        """
        if len(self._holes) != 1:
            return [(0, 0, *self.canvas_size)]
        ((x, y, width, height),) = self._holes
        return list(around(self.canvas_size, (x, y, width - width % 2, height - height % 2)))

    def _next_canvas(self) -> av.VideoFrame:
        """Return a canvas that whoever took the last ``CANVASES - 1`` does not hold."""
        if len(self._canvases) < CANVASES:
            canvas = av.VideoFrame(*self.canvas_size, self._color.pixel_format)
        else:
            canvas = self._canvases.popleft()
            canvas.make_writable()  # costs nothing unless an encoder still holds it
        self._canvases.append(canvas)
        return canvas


def compositor_of(source: Source, scene: Scene | None) -> Compositor:
    """Return what composes the frames of a source."""
    return Compositor(scene, (source.info.width, source.info.height), source.info.color)


def composed(
    source: Source, compositor: Compositor, rows: Sequence[Shown], kept: dict[int, av.VideoFrame] | None = None
) -> Iterator[av.VideoFrame]:
    """Yield the finished picture of each row of a timeline; see ``Compositor.compose`` for how long it stays.

    Args:
        source: The open source.
        compositor: What composes its frames.
        rows: What is shown.
        kept: See ``pictures_of``.

    Raises:
        InputError: If a frame is damaged, or not in the source.
    """
    yield from composed_views(
        source,
        compositor,
        [(shown.source_frame, shown.mix_frame, shown.mix_weight, view_of(shown)) for shown in rows],
        kept,
    )


def composed_views(
    source: Source, compositor: Compositor, moments: Sequence[Moment], kept: dict[int, av.VideoFrame] | None = None
) -> Iterator[av.VideoFrame]:
    """Yield the finished picture of each moment; see ``composed``."""
    steps = list(compositor.steps(moments))
    wanted = [(step.frame, None) if isinstance(step, FramePicture) else step[:2] for step in steps]
    for step, (picture, other) in zip(steps, pictures_of(source, wanted, kept), strict=True):
        if isinstance(step, FramePicture):
            compositor.take(picture, step)
        else:
            yield compositor.compose(picture, step[3], other, step[2])


def _mixed(one: Sequence[Plane], other: Sequence[Plane], weight: float) -> Sequence[Plane]:
    pairs = zip(one, other, strict=True)
    return [cv2.addWeighted(a, 1 - weight, b, weight, 0.0).astype(a.dtype, copy=False) for a, b in pairs]


def _place(plane: Plane, source: Plane, corner: tuple[int, int], size: tuple[int, int]) -> None:
    """Copy a plane to its place; where the canvas ends a sample later (odd sides), the last one is repeated."""
    (x, y), (width, height) = corner, size
    plane[y : y + height, x : x + width] = source[:height, :width]
    if plane.shape[1] == x + width + 1:
        plane[y : y + height, x + width] = plane[y : y + height, x + width - 1]
    if plane.shape[0] == y + height + 1:
        plane[y + height] = plane[y + height - 1]
