"""The scene of a clip: what is drawn on each frame, as values, from a Dataset, a theme and the picture's size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property

import polars as pl

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.fitting import onto_canvas
from loopviz.scene.caption import Caption
from loopviz.scene.caption_shapes import NOTHING, LeftOut
from loopviz.scene.cards import CardSetter, Page, within
from loopviz.scene.clearing import given_way, on_picture, room_of_words
from loopviz.scene.elements import Element, FramePicture
from loopviz.scene.layout import Area, Fit, Layout, Picture, solve_layout
from loopviz.scene.marks import Mark
from loopviz.scene.stage import SceneOptions, Stage
from loopviz.scene.templates import MAX_ANSWER
from loopviz.scene.theme import Theme
from loopviz.scene.versus.places import Split
from loopviz.scene.view import View
from loopviz.scene.widgets.picture import Picture as PictureStyle
from loopviz.scene.widgets.registry import widget_of
from loopviz.scene.widgets.split import split_layout
from loopviz.scene.widgets.widget import Widget


class Scene:
    """What is drawn where, frame by frame; built by :func:`build_scene`.

    Attributes:
        theme: The theme that it was built with.
        layout: Where the picture and the theme's areas are on the canvas.
        typesetter: What text was measured with, and must be painted with.
    """

    def __init__(self, dataset: Dataset, theme: Theme, size: tuple[int, int], options: SceneOptions) -> None:
        self._ingredients = dataset, theme, size, options
        self.theme = theme
        fitted = onto_canvas(dataset, size)
        self.layout: Layout = layout_of(theme, size, fitted, options)
        self._stage = Stage(fitted, theme, size, self.layout, options)
        self.typesetter = self._stage.typesetter
        self._widgets = tuple(_widgets(self._stage))
        self._stage.reserved = lambda: [area for widget in self._widgets for area in widget.solid]

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled, a scene is what it was built from: another process sets its own type."""
        return type(self), self._ingredients

    @property
    def canvas_size(self) -> tuple[int, int]:
        """Width and height of what is rendered, in pixels, both even."""
        return self.layout.width, self.layout.height

    @property
    def pictures(self) -> tuple[tuple[int, int, int, int], ...]:
        """Where the source's picture lies on the canvas, once or more often: x, y, width, height in pixels."""
        areas = (self.layout.picture, *self.layout.others)
        return tuple((int(area.x), int(area.y), int(area.width), int(area.height)) for area in areas if area.width)

    def frame_pictures(self, view: View) -> tuple[FramePicture, ...]:
        """Return the pictures of frames that are drawn at a moment, beside the one that is shown."""
        if view.card is not None and view.card_opacity >= 1:
            return ()
        return tuple(picture for widget in self._widgets for picture in widget.pictures(view))

    @property
    def has_frame_pictures(self) -> bool:
        """Whether there ever are such."""
        return any(type(widget).pictures is not Widget.pictures for widget in self._widgets)

    @property
    def has_moving_line(self) -> bool:
        """Whether what is drawn on a picture that stands depends on the time: a line moves over it."""
        found = self._stage.options.detections
        return found is not None and found.moving_line and any(self.theme.parts(Split))

    def marks(self, frame: int) -> tuple[Mark, ...]:
        """Return a frame's annotations as they are placed on the canvas."""
        return self._stage.marks(frame)

    def elements(self, view: View | int) -> tuple[Element, ...]:
        """Return what is drawn at a moment, in drawing order; of a frame alone, what is drawn on it at its own time."""
        view = view if isinstance(view, View) else View(view)
        card = () if view.card is None else self._cards.elements(view)
        if card and view.card_opacity >= 1:
            return tuple(card)
        return (*(element for elements in self._drawn(view) for element in elements), *card)

    def _drawn(self, view: View) -> list[Iterable[Element]]:
        """Return what each widget draws: lines of labels leave room for words on the picture."""
        drawn: list[Iterable[Element]] = [list(widget.elements(view)) for widget in self._widgets]
        words = [elements for widget, elements in zip(self._widgets, drawn, strict=True) if widget.has_words]
        wanted = (each for elements in words for each in room_of_words(elements, self.typesetter))
        room = on_picture(wanted, self.layout.picture)
        return [
            given_way(elements, room) if widget.gives_way else elements
            for widget, elements in zip(self._widgets, drawn, strict=True)
        ]

    def key(self, view: View | int) -> str:
        """Return a hash of everything that is drawn at a moment: equal keys, equal drawing.

        It is made of what is shown, not of what that looks like: setting type and finding places is what costs time.
        """
        view = view if isinstance(view, View) else View(view)
        card = None if view.card is None else self._cards.pages[view.card]
        parts: tuple[object, ...] = (self._still, card, view.text_opacity, view.card_progress)
        if not card or view.card_opacity < 1:
            parts = (*parts, view.card_opacity, *(widget.key(view) for widget in self._widgets))
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def people(self, views: Iterable[View]) -> frozenset[str]:
        """Return the ids of those who are shown at some moments, by their work or by name: what shows them is found."""
        frames, named = set[int](), set[str]()
        for view in views:
            if view.card is not None:
                named.update(person.worker_id for person in self._cards.pages[view.card].people)
            if view.card is None or view.card_opacity < 1:
                frames.update([view.frame], *(widget.other_frames(view) for widget in self._widgets))
        return frozenset(named.union(*(self._people.get(frame, set()) for frame in frames)))

    @cached_property
    def _people(self) -> dict[int, set[str]]:
        dataset = self._ingredients[0]
        drawn = dataset.annotations.select("frame", "assignment_id").join(
            dataset.assignments.select("assignment_id", "worker_id"), on="assignment_id"
        )
        work = pl.concat(table.select("frame", "worker_id") for table in (dataset.assignments, drawn))
        found: dict[int, set[str]] = {}
        for frame, worker in work.drop_nulls().unique().iter_rows():
            found.setdefault(frame, set()).add(worker)
        return found

    @cached_property
    def _still(self) -> str:
        """A hash of what is the same on every frame."""
        parts = (self.theme.model_dump_json(), self.layout, *(widget.still for widget in self._widgets))
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def caption(self, view: View | int) -> Caption:
        """Return what is said at a moment; nothing where nobody is known who worked."""
        return self._stage.caption(view if isinstance(view, View) else View(view))

    def said(self, view: View) -> tuple[str, ...]:
        """Return all that is to be read at a moment, in order: the caption, and what widgets say of the frame."""
        return (*self.caption(view).texts, *self.said_beside(view))

    def said_beside(self, view: View) -> tuple[str, ...]:
        """Return what widgets say of the frame, beside the caption."""
        return tuple(text for widget in self._widgets for text in widget.reads(view))

    def turns(self, frame: int) -> int:
        """Return how many times other people are shown while a frame stands; see ``View.turn``."""
        return max((widget.turns(frame) for widget in self._widgets), default=1)

    @property
    def speaks_of_frames(self) -> bool:
        """Whether widgets say something of each frame, beside what captions say of its person."""
        return any(type(widget).reads is not Widget.reads for widget in self._widgets)

    def card_page(self, number: int) -> Page:
        """Return what stands on a page of a card, by its number in the film."""
        return self._cards.pages[number]

    def card_screens(self, number: int) -> Fraction:
        """Return how many canvases high a page of a card is: 1, of a roll what passes."""
        return self._cards.screens(self._cards.pages[number])

    @property
    def card_pages(self) -> tuple[int, ...]:
        """How many pages each card of ``SceneOptions.cards`` takes; a roll is one."""
        return self._cards.counts

    def unprintable(self) -> str:
        """Return the characters of captions, categories and cards that no font has, each once."""
        stage = self._stage
        texts = dict.fromkeys(category.name for category in (*stage.categories, *stage.kinds))
        for caption in stage.written:
            others = (text for _, text in caption.others)
            texts |= dict.fromkeys((*caption.texts, caption.note, caption.model, *others))
        texts |= dict.fromkeys(text for card in stage.options.cards for text in card.texts)
        texts |= dict.fromkeys(text for widget in self._widgets for text in widget.texts)
        return self.typesetter.lacks("".join(dict.fromkeys("".join(texts))))

    def left_out(self, most: int = 2000) -> tuple[LeftOut, list[int], bool]:
        """Return what captions have no room for, each counted once.

        Args:
            most: How many captions are looked at, spread evenly over the clip.

        Returns:
            What is left out, the frames where that is first seen, and whether that is all: every caption was looked at,
            and no text was a book that was cut before.
        """
        captions = list(self._stage.written.items())
        step = max(1, -(-len(captions) // most))
        found = {
            frame: sum((widget.left_out(caption) for widget in self._widgets), NOTHING)
            for caption, frame in captions[::step]
        }
        books = any(len(text) >= MAX_ANSWER for caption, _ in captions for text in caption.texts)
        return sum(found.values(), NOTHING), [frame for frame, left in found.items() if left], step == 1 and not books

    @cached_property
    def _cards(self) -> CardSetter:
        cards, colors, size = self._stage.options.cards, self.theme.colors, self.canvas_size
        inner = [area for name, area in self.layout.areas.items() if name != "canvas"]
        left, right = min((area.x for area in inner), default=0.0), max((area.right for area in inner), default=size[0])
        place = within(Area(left, 0, right - left, size[1]), size, self.theme.canvas.safe)
        return CardSetter(cards, colors, self.typesetter, size, place)


def build_scene(dataset: Dataset, theme: Theme, size: tuple[int, int], options: SceneOptions | None = None) -> Scene:
    """Return the scene of a clip.

    Args:
        dataset: Labels aligned to the source's frames, with people's aliases set. Who refused consent is not shown.
        theme: A theme from :func:`load_theme`.
        size: The picture's width and height as shown, in pixels.
        options: Headings, names and colours that the project sets.

    Raises:
        ConfigError: If a caption template or a font of the theme cannot be used, or an area has no room.
    """
    return Scene(consented(dataset), theme, size, options or SceneOptions())


def _widgets(stage: Stage) -> Iterable[Widget]:
    return (widget_of(style)(style, stage) for style in stage.theme.widgets.values())


def layout_of(theme: Theme, size: tuple[int, int], dataset: Dataset, options: SceneOptions) -> Layout:
    """Return where things stand in a clip.

    Args:
        theme: The theme.
        size: The picture's width and height as shown, in pixels.
        dataset: Labels and people, on one canvas of that size.
        options: What the project says.

    Raises:
        ConfigError: If an area has no room.
    """
    for style in theme.parts(Split):
        return split_layout(style, theme.canvas.margins, size, options)
    shown = next(theme.parts(PictureStyle), None)
    picture = Picture(size, dataset.annotations, theme.min_height)
    fit = Fit(shown=theme.canvas.size in {"around", "picture"}) if shown is None else shown.place
    wanted, empty = _wanted(theme), _empty(theme, people=bool(dataset.workers.height))
    return solve_layout(theme.canvas, theme.areas, picture, fit, wanted, empty)


def _wanted(theme: Theme) -> dict[str, tuple[float, float]]:
    """Return the width and height that the widgets in each area ask for."""
    found: dict[str, tuple[float, float]] = {}
    for style in theme.widgets.values():
        wide, high = widget_of(style).wanted(style)
        before = found.get(style.area, (0.0, 0.0))
        found[style.area] = max(before[0], wide), max(before[1], high)
    return found


def _empty(theme: Theme, *, people: bool) -> set[str]:
    """Return the areas in which nothing stands where nobody is known."""
    if people:
        return set()
    about = {style.area for style in theme.widgets.values() if widget_of(style).about_people}
    return about - {style.area for style in theme.widgets.values() if not widget_of(style).about_people}
