"""A scene of labels that come frame by frame, while those of later frames are not known yet: a model's, as it works."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene.clip_plates import ClipPlates
from loopviz.scene.marks import Mark, has_room, place_boxes
from loopviz.scene.plates import PLACES, Floats, Rows, bounded
from loopviz.scene.scene import Scene
from loopviz.scene.stage import SceneOptions
from loopviz.scene.theme import Theme
from loopviz.scene.versus.places import Split
from loopviz.scene.widgets.plates import PlatesWidget
from loopviz.scene.widgets.registry import widget_of


class FrameLabels(NamedTuple):
    """The labels of a frame: ``(N, 4)`` corner boxes in the source's pixels, class ids, and how sure each is."""

    frame: int
    boxes: Floats
    class_ids: Rows
    confidence: Floats


class LiveScene(Scene):
    """Draws one frame's labels after the other as those of a clip in which nobody is known.

    What takes all frames is decided otherwise. There is no time line and no trail. A legend lists all categories,
    whether they come or not. Plates keep to the place that cost least on the frames so far.

    Args:
        dataset: The categories; it has no labels.
        theme: A theme without a split screen.
        size: The picture's width and height as shown, in pixels.
        hold: How many frames a category's plates keep to a place, before it is looked at again.

    Raises:
        ConfigError: If the theme shows two sides, or has no room for the picture.
    """

    def __init__(self, dataset: Dataset, theme: Theme, size: tuple[int, int], hold: int) -> None:
        if any(theme.parts(Split)):
            what, expected = "the theme shows labels of people, and there are none", "a theme as house or margin"
            raise ConfigError(what, at="theme", found=theme.name, expected=expected)
        super().__init__(dataset, without_all_frames(theme), size, SceneOptions())
        self._shown: tuple[int, tuple[Mark, ...]] = -1, ()
        self._stage.marks = lambda frame: self._shown[1] if frame == self._shown[0] else ()
        self._stage.used = list(range(len(self._stage.categories)))
        for widget in self._widgets:
            if isinstance(widget, PlatesWidget):
                widget.kind = partial(LivePlates, places=PlacesSoFar(hold))

    def show(self, labels: FrameLabels) -> None:
        """Take a frame's labels, which are drawn until the next one's come; each frame is drawn once."""
        self._shown = labels.frame, tuple(self._placed(labels))

    def _placed(self, labels: FrameLabels) -> list[Mark]:
        boxes, marks = place_boxes(labels.boxes, self.layout), []
        for row in np.flatnonzero(has_room(boxes)):
            shown = self._stage.categories[class_id := int(labels.class_ids[row])]
            sure = float(labels.confidence[row])
            marks.append(Mark(tuple(boxes[row].tolist()), class_id, shown.color, shown.name, confidence=sure))
        return marks


def without_all_frames(theme: Theme) -> Theme:
    """Return a theme without the widgets that show all frames at once."""
    kept = {name: style for name, style in theme.widgets.items() if not widget_of(style).of_all_frames}
    return theme.model_copy(update={"widgets": kept})


class LivePlates(ClipPlates):
    """The plates of labels that come frame by frame; see ``LiveScene``."""

    def __init__(self, *clip: Any, places: PlacesSoFar) -> None:
        super().__init__(*clip)
        self._places = places

    def _best(self, marks: Sequence[Mark]) -> list[int]:
        boxes, sizes = self._shapes(marks)
        costs = self._field.costs(boxes, sizes, np.arange(len(boxes))) if marks else np.zeros((0, PLACES))
        return self._places.of([mark.class_id for mark in marks], costs)


class PlacesSoFar:
    """The place of each category's plates that cost least so far.

    Args:
        hold: How many frames a place is kept, before it is chosen again.
    """

    def __init__(self, hold: int) -> None:
        self._hold, self._frames = hold, 0
        self._costs: dict[int, npt.NDArray[np.float64]] = {}
        self._chosen: dict[int, int] = {}

    def of(self, class_ids: Sequence[int], costs: Floats) -> list[int]:
        """Return the place of each of the next frame's plates.

        Args:
            class_ids: Their categories.
            costs: ``(N, 16)``, see ``PlateField.costs``.
        """
        if self._frames % self._hold == 0:
            self._chosen.clear()
        self._frames += 1
        for class_id, cost in zip(class_ids, bounded(costs), strict=True):
            self._costs[class_id] = self._costs.get(class_id, 0.0) + cost
        for class_id in set(class_ids) - self._chosen.keys():
            self._chosen[class_id] = int(self._costs[class_id].argmin())
        return [self._chosen[class_id] for class_id in class_ids]
