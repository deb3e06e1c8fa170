"""A scene of labels that come frame by frame, while those of later frames are not known yet: a model's, as it works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.scene.clip_plates import Drawings, named
from loopviz.scene.elements import Sprite
from loopviz.scene.marks import Mark, has_room, place_boxes
from loopviz.scene.plates import GAP, PLACES, Floats, PlateField, Rows, bounded
from loopviz.scene.scene import Scene
from loopviz.scene.stage import SceneOptions, Stage
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
    whether they come or not. Plates keep to the place that cost least on the frames so far, and do not ease.

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


class LivePlates:
    """The plates of labels that come frame by frame; see ``LiveScene``.

    Args:
        stage: The clip.
        drawings: The plates by category.
        thickness: How thick the labels' lines are, in pixels.
        places: The places so far.
    """

    def __init__(self, stage: Stage, drawings: Mapping[int, Drawings], thickness: float, places: PlacesSoFar) -> None:
        self._marks, self._drawings, self._places = stage.marks, drawings, places
        unit, reserved = stage.layout.unit, list(stage.reserved())
        self._field = PlateField(stage.layout.picture, reserved, max(2, GAP * unit), max(2, thickness))

    def on(self, frame: int, drawn: Sequence[Mark]) -> Iterator[Sprite]:  # noqa: ARG002 - all is
        """Yield the plates of a frame, all of which is drawn; of many labels the largest of each category has one."""
        marks = self._marks(frame)
        boxes = np.array([mark.box for mark in marks], dtype=np.float64).reshape(-1, 4)
        classes = np.array([mark.class_id for mark in marks], dtype=np.int64)
        plates = [self._drawings[mark.class_id][0] for mark in marks]
        shown = named(boxes, classes)
        sizes = np.array([(plate.width, plate.height) for plate in plates], dtype=np.float64).reshape(-1, 2)[shown]
        costs = self._field.costs(boxes, sizes, np.array(shown)) if shown else np.zeros((0, PLACES))
        wanted = self._places.of(classes[shown].tolist(), costs)
        for number, spot in zip(shown, self._field.place(boxes, sizes, wanted, shown), strict=True):
            if spot is not None:
                yield Sprite(spot.x, spot.y, plates[number])

    def key(self, frame: int) -> object:  # noqa: ARG002 - frames are drawn as they come
        """Return nothing: each frame is drawn once."""
        return ()


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
