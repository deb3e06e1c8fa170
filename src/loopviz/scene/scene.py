"""The scene of a clip: what is drawn on each frame, as values, from a Dataset, a theme and the picture's size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

import polars as pl

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.fitting import onto_canvas
from loopviz.scene.caption import NO_ACCOUNTS, SILENT, Accounts, Caption, CaptionWriter
from loopviz.scene.caption_shapes import NOTHING, LeftOut
from loopviz.scene.cards import Card, CardSetter, Page
from loopviz.scene.clip_plates import ClipPlates, first_frames, plate_drawings, plate_field
from loopviz.scene.contrast import READABLE, distinct, scrim_opacity
from loopviz.scene.draw_on import begun
from loopviz.scene.elements import Element, faded
from loopviz.scene.layout import Layout, solve_layout
from loopviz.scene.marks import Category, ClipMarks, Kind, Mark, draw_mark, kinds_of_work, largest_first
from loopviz.scene.overlays import (
    Ground,
    foot_ground,
    foot_line,
    scrim_ground,
)
from loopviz.scene.panel import PanelSetter
from loopviz.scene.templates import MAX_ANSWER, clean
from loopviz.scene.theme import Theme
from loopviz.scene.timeline_strip import State, TimelineStrip
from loopviz.scene.typography import Typesetter
from loopviz.scene.versus.composition import BothSides
from loopviz.scene.versus.outcomes import Detections
from loopviz.scene.versus.places import one_picture, two_pictures
from loopviz.scene.view import View, Words
from loopviz.work import IS_CARRIED, IS_DISMISSED

Rejected = Literal["show", "ghost", "hide"]
REMEMBERED = 256  # frames: a segment's
CALM = 0.86  # a scrim's least opacity: text on busy footage must be calm as well as readable


@dataclass(frozen=True)
class SceneOptions:
    """What a project may say beside its theme.

    Attributes:
        headings: Short headings by question id, in place of the Dataset's.
        display_names: What a category is called on screen, by its name in the Dataset.
        colors: A category's colour (``#rrggbb``), by its name in the Dataset.
        accounts: What captions may say of all the work of a person, and of everybody.
        order: The frames whose labels are shown, in the order in which they first are: what counters count. None: all.
        words: What the panel ever says of people.
        cards: The pages of text before and after the film.
        rejected: What is drawn of labels of work that was rejected, or does not count: all, ghosts, or nothing.
        detections: A model's, which stand beside the labels.
        taught_by: By frame, the people whose labels of the training its detections resemble most, as a list in words.
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    display_names: Mapping[str, str] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
    accounts: Accounts = NO_ACCOUNTS
    order: tuple[int, ...] | None = None
    words: tuple[Words, ...] = ("full",)
    cards: tuple[Card, ...] = ()
    rejected: Rejected = "show"
    detections: Detections | None = None
    taught_by: Mapping[int, str] = field(default_factory=dict)


class Scene:
    """What is drawn where, frame by frame; built by :func:`build_scene`.

    Attributes:
        theme: The theme that it was built with.
        layout: Where the picture and the panel stand on the canvas.
        typesetter: What text was measured with, and must be painted with.
        marks: Returns a frame's annotations as they are placed on the canvas.
    """

    def __init__(self, dataset: Dataset, theme: Theme, size: tuple[int, int], options: SceneOptions) -> None:
        self._ingredients = dataset, theme, size, options
        dataset = onto_canvas(dataset, size)
        self.theme = theme
        self.layout: Layout = _layout_of(theme, size, dataset, options)
        self.typesetter = Typesetter(theme.fonts.files)
        order = tuple(dataset.frames["frame"].to_list()) if options.order is None else options.order
        self._captions = CaptionWriter(
            dataset, theme.caption, options.headings, options.accounts, order, options.taught_by
        )
        self._words, self._card_texts = options.words, options.cards
        self._categories = _categories(dataset, theme, options)
        dismissed = is_dismissed(dataset)
        annotations = dataset.annotations.filter(~dismissed) if options.rejected == "hide" else dataset.annotations
        ghosts = dismissed if options.rejected == "ghost" else None
        kinds = kinds_of_work(annotations, ghosts)
        self._clip = ClipMarks(annotations, self.layout, self._categories, theme.marks.draw != "boxes", kinds)
        self._states = _states(dataset)
        self._simulated = bool(dataset.workers["simulated"].fill_null(False).any())
        self._used = sorted(set(annotations["class_id"].to_list()))
        self._has_people = bool(dataset.workers.height)
        self._sides = self._both_sides(dataset.replace(annotations=annotations)) if theme.layout == "versus" else None
        panel = self.layout.panel
        self._setter = PanelSetter(theme, self.typesetter, panel.width, panel.height, self.layout.unit)
        self._note_inside = theme.layout == "overlay"
        if self._has_people and not self._sides:
            self._setter.check_room(
                self._captions.figures, self._captions.has_rows, self._simulated and self._note_inside
            )
        # A segment's frames are asked for twice: for its key, and to be drawn.
        self.marks = lru_cache(maxsize=REMEMBERED)(self._clip.on)
        self._firsts = first_frames(dataset)

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
        return tuple((int(area.x), int(area.y), int(area.width), int(area.height)) for area in areas)

    def elements(self, view: View | int) -> tuple[Element, ...]:
        """Return what is drawn at a moment, in drawing order; of a frame alone, what is drawn on it at its own time."""
        view = view if isinstance(view, View) else View(view)
        card = () if view.card is None else self._cards.elements(view)
        if card and view.card_opacity >= 1:
            return tuple(card)
        return (*self._under_cards(view), *card)

    def _both_sides(self, labels: Dataset) -> BothSides:
        detections = self._ingredients[3].detections
        assert detections is not None  # noqa: S101 - the layout was made for both
        found = replace(detections, dataset=onto_canvas(detections.dataset, self._ingredients[2]))
        note = clean(self.theme.caption.simulated) if self._simulated else ""
        states = list(self._states.values())
        return BothSides(labels, found, self._categories, self.theme, self.typesetter, self.layout, states, note)

    def _under_cards(self, view: View) -> tuple[Element, ...]:
        if self._sides:
            return self._sides.elements(view, self.caption(view))
        marks = begun(self.marks(view.frame), view.drawn)
        drawn = faded(self._drawn(marks), view.marks_opacity)
        plates = faded(self._plates.on(view.frame, marks) if self._plates else (), view.marks_opacity)
        panel = faded(self._panel(self.caption(view)), view.caption_opacity)
        if self.theme.layout == "margin":
            return (*drawn, *self._margin_foot, *plates, *panel)
        return (*drawn, *self._panel_ground, *panel, *self._strip_still, *self._marker(view.frame), *plates)

    def key(self, view: View | int) -> str:
        """Return a hash of everything that is drawn at a moment: equal keys, equal drawing.

        It is made of what is shown, not of what that looks like: setting type and finding places is what costs time.
        """
        view = view if isinstance(view, View) else View(view)
        card = None if view.card is None else self._cards.pages[view.card]
        if card and view.card_opacity >= 1:
            parts: tuple[object, ...] = (self._still, card, view.text_opacity, view.card_progress)
        else:
            marks: object = self._sides.marks(view.frame) if self._sides else self.marks(view.frame)
            places = self._plates.wanted(view.frame) if self._plates else ()
            at = view._replace(frame=0, so_far=None)  # which frame it is shows in what is drawn, or not at all
            place = (view.frame, self._sides.of_model(view.frame)) if self._sides else self._marker(view.frame)
            parts = (self._still, marks, places, place, self.caption(view), card, at)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def people(self, views: Iterable[View]) -> frozenset[str]:
        """Return the ids of those who are shown at some moments, by their work or by name: what shows them is found."""
        return frozenset[str]().union(*map(self._people_of, views))

    def _people_of(self, view: View) -> set[str]:
        work = self._people.get(view.frame, set())
        if view.card is None:
            return work
        named = {person.worker_id for person in self._cards.pages[view.card].people}
        return named if view.card_opacity >= 1 else named | work

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
        foot = self._sides.still if self._sides else self._margin_foot
        parts = (self.theme.model_dump_json(), self.layout, foot, self._strip_still, self._ground)
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def _drawn(self, marks: Sequence[Mark]) -> list[Element]:
        """The marks' shapes and boxes."""
        return [element for mark in largest_first(marks) for element in draw_mark(mark, self.theme.marks, self.layout)]

    def _marker(self, frame: int) -> tuple[Element, ...]:
        return (self._strip.marker(frame),) if self._strip else ()

    def caption(self, view: View | int) -> Caption:
        """Return what the panel says at a moment; nothing where there is none, as nobody is known who worked."""
        if not self._has_people:
            return SILENT
        view = view if isinstance(view, View) else View(view)
        return self._captions.write(view.frame, view.words, view.so_far)

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
        texts = dict.fromkeys(category.name for category in (*self._categories, *self._kinds))
        for caption in self._written():
            texts |= dict.fromkeys((*caption.texts, caption.note))
        texts |= dict.fromkeys(text for card in self._card_texts for text in card.texts)
        texts |= dict.fromkeys(self._sides.texts if self._sides else ())
        return self.typesetter.lacks("".join(dict.fromkeys("".join(texts))))

    def left_out(self, most: int = 2000) -> tuple[LeftOut, list[int], bool]:
        """Return what captions have no room for, each counted once.

        Args:
            most: How many captions are looked at, spread evenly over the clip.

        Returns:
            What is left out, the frames where that is first seen, and whether that is all: every caption was looked at,
            and no text was a book that was cut before.
        """
        captions = list(self._written().items()) if self._has_people and not self._sides else []
        step = max(1, -(-len(captions) // most))
        found = {frame: self._setter.left_out(caption, self._note_inside) for caption, frame in captions[::step]}
        books = any(len(text) >= MAX_ANSWER for caption, _ in captions for text in caption.texts)
        return sum(found.values(), NOTHING), [frame for frame, left in found.items() if left], step == 1 and not books

    def _written(self) -> dict[Caption, int]:
        """Return the captions of the clip, and the first frame of each."""
        captions: dict[Caption, int] = {}
        for frame in self._states:
            for words in self._words:
                captions.setdefault(self._captions.write(frame, words), frame)
        return captions

    def _panel(self, caption: Caption) -> tuple[Element, ...]:
        """What is set on the panel."""
        if not self._has_people:
            return ()
        shapes = self._setter.set(caption, self._note_inside)
        return tuple(self.typesetter.place(shapes, self.layout.panel.x, self.layout.panel.y))

    @cached_property
    def _panel_ground(self) -> tuple[Element, ...]:
        return (self._ground.sprite(),) if self._ground else ()

    @cached_property
    def _cards(self) -> CardSetter:
        return CardSetter(self._card_texts, self.theme, self.typesetter, self.canvas_size)

    @cached_property
    def _ground(self) -> Ground | None:
        """The scrim under an overlay's panel, just opaque enough to read on; a panel on paper needs none."""
        colors = self.theme.colors
        if not self._has_people or self.layout.place == "beside":
            return None
        opacity = max(CALM, scrim_opacity(colors.paper, (colors.ink, colors.quiet), READABLE))
        return scrim_ground(self.layout, colors.paper, opacity, self._strip.ground if self._strip else None)

    @cached_property
    def _strip(self) -> TimelineStrip | None:
        shown = self.theme.timeline and self.theme.layout == "overlay"
        return TimelineStrip(list(self._states.values()), self.layout, self.theme) if shown else None

    @cached_property
    def _strip_still(self) -> tuple[Element, ...]:
        """The part of the time line that is the same on every frame."""
        if self._strip is None:
            return ()
        panel = self._ground.area if self._ground else None
        ground = foot_ground(self.layout, self.theme.colors.paper, self._strip.ground, panel)
        return (*([ground.sprite()] if ground else []), self._strip.ticks())

    @cached_property
    def _kinds(self) -> list[Category]:
        """What the legend says of labels that are drawn otherwise than others."""
        said: dict[Kind, str] = {"ghost": self.theme.caption.ghosts, "carried": self.theme.caption.carried}
        quiet = self.theme.colors.quiet
        return [Category(clean(text), quiet, kind) for kind, text in said.items() if kind in self._clip.kinds]

    @cached_property
    def _margin_foot(self) -> tuple[Element, ...]:
        """The legend under the picture and the note at the panel's edge: the same on every frame."""
        used = [*(self._categories[i] for i in self._used), *self._kinds]
        note = clean(self.theme.caption.simulated) if self._simulated else ""
        shapes = foot_line(used, note, self.theme, self.typesetter, self.layout)
        return tuple(self.typesetter.place(shapes, 0, 0))

    @cached_property
    def _plates(self) -> ClipPlates | None:
        """The plates, where the theme has any."""
        if not self.theme.plates.show:
            return None
        reserved = [*([self._ground.solid] if self._ground else []), *([self._strip.area] if self._strip else [])]
        said = "" if self.theme.legend or self._has_people else clean(self.theme.caption.carried)
        used = [self._categories[i] for i in self._used]
        drawings = plate_drawings(used, said, self.theme, self.typesetter, self.layout)
        field = plate_field(self.layout, self.theme, reserved)
        return ClipPlates(self._clip, self.marks, self._firsts, dict(zip(self._used, drawings, strict=True)), field)


def build_scene(dataset: Dataset, theme: Theme, size: tuple[int, int], options: SceneOptions | None = None) -> Scene:
    """Return the scene of a clip.

    Args:
        dataset: Labels aligned to the source's frames, with people's aliases set. Who refused consent is not shown.
        theme: A theme from :func:`load_theme`.
        size: The picture's width and height as shown, in pixels.
        options: Headings, names and colours that the project sets.

    Raises:
        ConfigError: If a caption template or a font of the theme cannot be used.
    """
    return Scene(consented(dataset), theme, size, options or SceneOptions())


def _layout_of(theme: Theme, size: tuple[int, int], dataset: Dataset, options: SceneOptions) -> Layout:
    if theme.layout != "versus":
        return solve_layout(theme, size, dataset.annotations, bool(dataset.workers.height))
    if options.detections is None:
        raise ConfigError(
            "the theme shows a model beside the crowd, and there is no model",
            found=theme.name,
            remedy="Name its detections: 'model: {labels: predicted/}' or --model predicted/.",
        )
    return (one_picture if options.detections.moving_line else two_pictures)(theme, size)


def _categories(dataset: Dataset, theme: Theme, options: SceneOptions) -> list[Category]:
    shown = []
    for row in dataset.categories.iter_rows(named=True):
        color = options.colors.get(row["name"]) or row["color"] or distinct(theme.colors.palette, row["class_id"])
        shown.append(Category(clean(options.display_names.get(row["name"], row["name"])) or "unnamed", color))
    return shown


def is_dismissed(dataset: Dataset) -> pl.Series:
    """Return which annotations are of work that was rejected, or that does not count."""
    rejected = dataset.assignments.filter(IS_DISMISSED)["assignment_id"]
    return dataset.annotations["assignment_id"].is_in(rejected.implode()).fill_null(value=False)


def _states(dataset: Dataset) -> dict[int, State]:
    """What became of each frame: labelled, only work that was rejected or does not count, or nothing."""
    drawn = dataset.annotations.filter(~IS_CARRIED)
    good = set(dataset.annotations.filter(~is_dismissed(dataset)).filter(~IS_CARRIED)["frame"].to_list())
    touched = set(drawn["frame"].to_list())
    return {
        frame: "labelled" if frame in good else "rejected" if frame in touched else "none"
        for frame in dataset.frames["frame"].to_list()
    }
