"""The composition: the crowd on the left, the model on the right, and their agreement below.

Both have a picture of the frame, or share one: then a line moves over it, with labels on its left and detections on its
right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

from loopviz.dataset import Dataset
from loopviz.scene.areas import Margins
from loopviz.scene.caption import Caption
from loopviz.scene.caption_shapes import CaptionShapes, LeftOut, scaled, shrunk
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, Rect, Text, TextStyle, faded
from loopviz.scene.layout import Area, Layout
from loopviz.scene.marks import Category, ClipMarks, Kind, Mark, largest_first
from loopviz.scene.panel import CAP_HEIGHT
from loopviz.scene.style import Colors
from loopviz.scene.timeline_strip import State
from loopviz.scene.typography import Typesetter
from loopviz.scene.versus.legend import Legend
from loopviz.scene.versus.marks import draw_outcome, sample
from loopviz.scene.versus.outcomes import Agreement, Detections
from loopviz.scene.versus.places import Places, Split
from loopviz.scene.versus.strip import AgreementStrip
from loopviz.scene.view import View
from loopviz.wording import counted

Shapes = Sequence[Text | Rect]
KEY: tuple[Kind, ...] = ("matched", "missed", "extra")
LEAST = 0.75  # of their size: to what texts shrink before they are broken, or cut
REMEMBERED = 256  # frames: a segment's
FOOT, GAP = 0.0205, 0.036  # fractions of the unit
LABELS = "Labels"  # of nobody who is known
THIN_BARS = "Thin bars: rejected work."
UNDERLINED = "Underlined: not seen in training."


class BothSides:
    """Draws both sides of a clip.

    Args:
        labels: What people labelled.
        detections: What the model found.
        categories: How categories are shown.
        style: What the theme says of it.
        colors: The theme's.
        margins: Empty space at the canvas' edges, in units.
        typesetter: What sets text.
        layout: From ``two_pictures`` or ``one_picture``.
        states: What became of each frame's labels.
        note: What is said of invented people, and nothing where there are none.

    Attributes:
        marks: Returns a frame's labels and its detections.
    """

    def __init__(
        self,
        labels: Dataset,
        detections: Detections,
        categories: Sequence[Category],
        style: Split,
        colors: Colors,
        margins: Margins,
        typesetter: Typesetter,
        layout: Layout,
        states: Sequence[State],
        note: str,
    ) -> None:
        self._style, self._colors, self._typesetter, self._layout, self._note = style, colors, typesetter, layout, note
        self._places, self._name = Places.of(layout, margins), detections.name
        self._details, self._said = detections.details, detections.foot
        self._states = states
        kinds = detections.kinds_of_labels(labels.annotations)
        found, other = detections.dataset.annotations, (*layout.others, layout.picture)[0]
        self._labels = ClipMarks(labels.annotations, layout, categories, with_shape=False, kinds=kinds)
        self._found = ClipMarks(
            found, replace(layout, picture=other), categories, with_shape=False, kinds=detections.kinds_of_detections()
        )
        used = sorted({*labels.annotations["class_id"], *found["class_id"]})
        self._legend = Legend(categories, used, typesetter, layout.unit, colors.ink, self._places.cells)
        self._agreement = Agreement.of(detections, len(states))
        bars = (self._places.left, self._places.right, *self._places.bars)
        self._strip = AgreementStrip(
            self._agreement, states, detections.held_out, bars, layout.unit, colors, typesetter
        )
        # Asked for three times a frame: for its key, its boxes and its legends.
        self.marks = lru_cache(maxsize=REMEMBERED)(self._marks)
        self._judged, self._held_out = len(detections.judged), bool(detections.held_out)

    def _marks(self, frame: int) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """Return a frame's labels and its detections."""
        return self._labels.on(frame), self._found.on(frame)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said whatever the frame is."""
        return self._name, *self._details.values(), self._sentence

    def of_model(self, frame: int, caption: Caption) -> tuple[str, str]:
        """Return what the model is called, and what is said of it on a frame."""
        return self._name, self._details.get(frame, caption.model)

    def left_out(self, caption: Caption) -> LeftOut:
        """Return what of a caption there is no room for beside the names."""
        return self._head(caption).left_out + self._named(self._name, caption.model, 1).left_out

    def elements(self, view: View, caption: Caption) -> tuple[Element, ...]:
        """Return what is drawn at a moment, in drawing order."""
        pictures = self._layout.picture, (*self._layout.others, self._layout.picture)[0]
        both = zip(self.marks(view.frame), pictures, strict=True)
        sides = [self._boxes(begun(marks, view.drawn), picture) for marks, picture in both]
        line: tuple[Element, ...] = ()
        if not self._layout.others:
            at = self._layout.picture.x + 2 * round(view.line * self._layout.picture.width / 2)
            sides = [_within(sides[0], 0, at), _within(sides[1], at, self._layout.width)]
            line = self._line_at(at)
        boxes = [box for side in sides for box in side]
        said = (*self._head(caption).shapes, *self._legends(view.frame))
        words = faded(self._typesetter.place(said, 0, 0), view.caption_opacity)
        still = (*self.still, *self._model(view.frame, caption), *self._strip.moving(view.frame))
        return (*faded(boxes, view.marks_opacity), *line, *still, *words)

    def _boxes(self, marks: Sequence[Mark], picture: Area) -> list[Rect]:
        return [rect for mark in largest_first(marks) for rect in draw_outcome(mark, self._layout.unit, picture)]

    def _line_at(self, x: float) -> tuple[Rect, ...]:
        """The line between both sides, with an edge that shows on light pictures too."""
        picture, colors, half = self._layout.picture, self._colors, max(1, round(self._layout.unit / 720))
        edge, line = (
            Rect(x - w, picture.y, x + w, picture.bottom, c) for w, c in ((2 * half, colors.paper), (half, colors.ink))
        )
        return edge, line

    @cached_property
    def still(self) -> tuple[Element, ...]:
        """What is the same on every frame."""
        return (*self._rule(), *self._strip.still(), *self._typesetter.place(self._foot(), 0, 0))

    def _model(self, frame: int, caption: Caption) -> tuple[Element, ...]:
        said = self._named(*self.of_model(frame, caption), 1)
        return tuple(self._typesetter.place(said.shapes, 0, 0))

    def _rule(self) -> tuple[Rect, ...]:
        """A thin line between two pictures."""
        layout, places = self._layout, self._places
        if not layout.others:
            return ()
        middle = round((places.columns[0] + places.column + places.columns[1]) / 2)
        top, wide = round(places.head - 0.036 * layout.unit), max(1, round(layout.unit / 1080))
        return (Rect(middle, top, middle + wide, layout.picture.bottom, self._colors.hairline),)

    def _head(self, caption: Caption) -> CaptionShapes:
        return self._named(caption.name or LABELS, caption.line or caption.sentence, 0)

    def _named(self, name: str, detail: str, side: int) -> CaptionShapes:
        """A name, and what is said of it: at the column's other edge, or under it in a narrow one.

        What is too long is set smaller, then on more lines, before it is cut.
        """
        unit, colors, style, places = self._layout.unit, self._colors, self._style, self._places
        x, y, width, setter = places.columns[side], places.head, places.column, self._typesetter
        beside, shapes = bool(self._layout.others), CaptionShapes(setter)
        most = 0.62 * width if beside and detail else width
        big = shrunk(setter, name, TextStyle("mono", 600, style.name * unit, colors.ink), LEAST, most)
        shapes.put(name, big, (x, y), most)
        small = TextStyle("sans", 400, style.line * unit, colors.quiet)
        if not beside:
            small, lines = scaled(small, 0.85), 3
            if not setter.fits(detail, small, width, lines):
                small, lines = scaled(small, LEAST), 4
            shapes.put(detail, small, (x, y + 1.75 * small.size), width, lines)
        elif detail:
            room = width - min(most, setter.width(name, big)) - GAP * unit
            small = shrunk(setter, detail, small, LEAST, room)
            lines = min(2, setter.lines(detail, small, room))  # the last stands where one would
            first = y - (lines - 1) * setter.line_height(small)
            shapes.put(detail, small, (x + width - room, first), room, lines, "right")
        return shapes

    def _legends(self, frame: int) -> list[Text | Rect]:
        places, y = self._places, self._places.legend
        sides = zip(self.marks(frame), places.columns, strict=True)
        return [shape for marks, x in sides for shape in self._legend.set(marks, (x, y), places.column)]

    @property
    def _sentence(self) -> str:
        missed, extra = int(self._agreement.missed.sum()), int(self._agreement.extra.sum())
        keys = f" {THIN_BARS}" if "rejected" in self._states else ""
        keys += f" {UNDERLINED}" if self._held_out else ""
        said = self._said or f"{missed:,} missed and {extra:,} extra in {counted(self._judged, 'frame')}."
        return said + keys

    def _foot(self) -> Shapes:
        """What the lines mean, how much was missed and extra, and that people are invented."""
        unit, colors, places = self._layout.unit, self._colors, self._places
        style = TextStyle("sans", 500, FOOT * unit, colors.ink)
        quiet = replace(style, weight=400, color=colors.quiet)
        shapes: list[Text | Rect] = []
        x, y = places.left, places.foot
        for kind in KEY:
            shapes += sample(kind, x, y - CAP_HEIGHT * style.size / 2, GAP * unit, unit, colors.ink)
            x += (GAP + 0.0105) * unit
            wide = self._typesetter.width(kind, style)
            shapes.append(Text(kind, style, x, y, wide + 2))
            x += wide + GAP * unit
        room = places.right - x
        if self._note:
            note = self._typesetter.fit(self._note, quiet, room / 2)
            shapes.append(Text(note, quiet, x, y, room, "right"))
            room -= self._typesetter.width(note, quiet) + GAP * unit
        shapes.append(Text(self._typesetter.fit(self._sentence, quiet, room), quiet, x, y, room))
        return shapes


def _within(boxes: Iterable[Rect], left: float, right: float) -> list[Rect]:
    """Return what of some bars lies between two columns of the canvas."""
    cut = (replace(bar, x_min=max(bar.x_min, left), x_max=min(bar.x_max, right)) for bar in boxes)
    return [bar for bar in cut if bar.x_min < bar.x_max]
