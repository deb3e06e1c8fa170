"""What widgets draw from: the clip's tables, marks and captions, and where things stand, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from loopviz.dataset import Dataset
from loopviz.scene.caption import NO_ACCOUNTS, SILENT, Accounts, Caption, CaptionWriter
from loopviz.scene.cards import Card
from loopviz.scene.coloring import Coloring, categories_apart, coloring
from loopviz.scene.contrast import distinct
from loopviz.scene.crowded import is_behind
from loopviz.scene.keypoints import skeleton_of
from loopviz.scene.layout import Area, Layout
from loopviz.scene.marks import Category, ClipMarks, Kind, Mark, Marks, kinds_of_work
from loopviz.scene.style import Colors
from loopviz.scene.templates import clean
from loopviz.scene.timeline_strip import State
from loopviz.scene.typography import Typesetter
from loopviz.scene.versus.outcomes import Detections
from loopviz.scene.view import View, Words
from loopviz.scene.work_time import Task, tasks_of
from loopviz.work import IS_CARRIED, IS_DISMISSED

if TYPE_CHECKING:
    from loopviz.scene.theme import Theme

Rejected = Literal["show", "ghost", "hide"]
REMEMBERED = 256  # frames: a segment's


class Stretch(NamedTuple):
    """How far people agree on a stretch of the clip.

    Attributes:
        first: Its first frame.
        last: Its last.
        frames: On how many of them several people labelled.
        alpha: Krippendorff's; None where nobody or nothing can be compared.
    """

    first: int
    last: int
    frames: int
    alpha: float | None


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
        agreement: How far people agree on each stretch of the clip, in order, where the theme shows it.
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
    agreement: tuple[Stretch, ...] = ()
    taught_by: Mapping[int, str] = field(default_factory=dict)


class Stage:
    """A clip as widgets see it.

    Args:
        dataset: Labels and people, on the source's frames and on one canvas.
        theme: The theme.
        size: The picture's width and height as shown, in pixels.
        layout: Where things stand.
        options: What the project says.

    Attributes:
        dataset: The labels that are drawn, and the people, on one canvas.
        theme: The theme.
        layout: Where things stand.
        options: What the project says.
        typesetter: What text is measured with.
        categories: How each category is shown.
        clip: All marks.
        coloring: How labels are drawn by what they are; None: by their category.
        marks: Returns a frame's.
        used: The categories that are drawn, ascending.
        states: What became of each frame's labels.
        order: The frames whose labels are shown, in the order in which they first are.
        note: What is said of invented people, and nothing where there are none.
        reserved: Returns the areas of the canvas that other widgets cover: no plate stands there.
    """

    def __init__(
        self, dataset: Dataset, theme: Theme, size: tuple[int, int], layout: Layout, options: SceneOptions
    ) -> None:
        self.theme, self.size, self.layout, self.options = theme, size, layout, options
        self.typesetter = Typesetter(theme.fonts)
        self.categories = shown_categories(dataset, theme.colors, options)
        dismissed = is_dismissed(dataset)
        if options.rejected == "hide":
            shown, gone = dataset.replace(annotations=dataset.annotations.filter(~dismissed)), None
        else:
            shown, gone = dataset, dismissed
        annotations = shown.annotations
        as_what: Kind = "ghost" if options.rejected == "ghost" else "rejected"
        kinds = kinds_of_work(annotations, gone, is_behind(shown), as_what)
        style = next(theme.parts(Marks), None)
        self.coloring = self._coloring(shown, style)
        with_shape = style is not None and style.draw != "boxes"
        self.clip = ClipMarks(annotations, layout, self.categories, with_shape, kinds, self.coloring)
        # A segment's frames are asked for twice: for its key, and to be drawn.
        self.marks: Callable[[int], tuple[Mark, ...]] = lru_cache(maxsize=REMEMBERED)(self.clip.on)
        self.states = states_of(dataset)
        self.dataset = shown
        self.used: Sequence[int] = sorted(set(annotations["class_id"].to_list()))
        simulated = bool(dataset.workers["simulated"].fill_null(value=False).any())
        self.note = clean(theme.caption.simulated) if simulated else ""
        self.reserved: Callable[[], Sequence[Area]] = tuple
        order = tuple(dataset.frames["frame"].to_list()) if options.order is None else options.order
        self.order = order
        self.captions = CaptionWriter(
            dataset, theme.caption, options.headings, options.accounts, order, options.taught_by
        )

    def _coloring(self, dataset: Dataset, style: Marks | None) -> Coloring | None:
        found = coloring(dataset, "category" if style is None else style.color_by, self.theme.colors)
        if found is not None or style is None or style.strokes == "alike":
            return found
        return categories_apart(dataset.annotations, [(each.name, each.color) for each in self.categories])

    @property
    def has_people(self) -> bool:
        """Whether anybody is known of whom something can be said."""
        return bool(self.dataset.workers.height)

    @property
    def groups(self) -> list[Category]:
        """What a legend says of labels' colours."""
        if self.coloring is None:
            return [self.categories[number] for number in self.used]
        return [Category(group.name, group.color, group=group) for group in self.coloring.groups]

    @property
    def kinds(self) -> list[Category]:
        """What a legend says of labels that are drawn otherwise than others."""
        text = self.theme.caption
        said: dict[Kind, str] = {
            "rejected": text.ghosts,
            "ghost": text.ghosts,
            "carried": text.carried,
            "behind": text.behind,
            "hidden": text.hidden,
        }
        quiet = self.theme.colors.quiet
        return [Category(clean(text), quiet, kind) for kind, text in said.items() if kind in self.clip.kinds]

    @cached_property
    def written(self) -> dict[Caption, int]:
        """The captions of the clip, and the first frame of each."""
        captions: dict[Caption, int] = {}
        for frame in self.states:
            for words in self.options.words:
                captions.setdefault(self.caption(View(frame, words)), frame)
        return captions

    def shown(self, view: View) -> int:
        """Return how many frames have been shown by a moment; what a frame alone shows is all up to it."""
        if view.so_far is not None:
            return min(view.so_far, len(self.order))
        return self._places.get(view.frame, 0)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {frame: place for place, frame in enumerate(self.order, 1)}

    @cached_property
    def tasks(self) -> list[Task]:
        """The work on each shown frame, as it lies in the time of all work."""
        return tasks_of(self.dataset, self.order)

    def caption(self, view: View) -> Caption:
        """Return what is said of a moment, where work that is still being done does not count yet.

        Nothing is said of people where there is nobody to speak of.
        """
        if self.has_people:
            done = view.so_far if view.so_far is None or view.worked >= 1 else view.so_far - 1
            return self.captions.write(view.frame, view.words, done)
        return SILENT if self.options.detections is None else self.captions.of_model(view.frame)


def shown_categories(dataset: Dataset, colors: Colors, options: SceneOptions) -> list[Category]:
    """Return how each category is shown, by ``class_id``."""
    shown = []
    for row in dataset.categories.iter_rows(named=True):
        color = options.colors.get(row["name"]) or row["color"] or distinct(colors.palette, row["class_id"])
        shown.append(
            Category(
                clean(options.display_names.get(row["name"], row["name"])) or "unnamed",
                color,
                skeleton=skeleton_of(row),
            )
        )
    return shown


def is_dismissed(dataset: Dataset) -> pl.Series:
    """Return which annotations are of work that was rejected, or that does not count."""
    rejected = dataset.assignments.filter(IS_DISMISSED)["assignment_id"]
    return dataset.annotations["assignment_id"].is_in(rejected.implode()).fill_null(value=False)


def states_of(dataset: Dataset) -> dict[int, State]:
    """Return what became of each frame: labelled, only work that was rejected or does not count, or nothing."""
    drawn = dataset.annotations.filter(~IS_CARRIED)
    good = set(dataset.annotations.filter(~is_dismissed(dataset)).filter(~IS_CARRIED)["frame"].to_list())
    touched = set(drawn["frame"].to_list())
    return {
        frame: "labelled" if frame in good else "rejected" if frame in touched else "none"
        for frame in dataset.frames["frame"].to_list()
    }
