"""A model beside the crowd: both sides, and how far they agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from loopviz.errors import ConfigError
from loopviz.fitting import onto_canvas
from loopviz.scene.areas import Margins
from loopviz.scene.caption import Caption
from loopviz.scene.caption_shapes import LeftOut
from loopviz.scene.elements import Element
from loopviz.scene.layout import Layout
from loopviz.scene.stage import SceneOptions, Stage
from loopviz.scene.style import Placed
from loopviz.scene.versus.composition import BothSides
from loopviz.scene.versus.outcomes import of_one_person
from loopviz.scene.versus.places import Split, one_picture, two_pictures
from loopviz.scene.view import View
from loopviz.scene.widgets.widget import Widget


class SplitWidget(Widget):
    """Draws both sides over the whole canvas."""

    style_type: ClassVar[type[Placed]] = Split
    placed: Split

    def __init__(self, style: Split, stage: Stage) -> None:
        super().__init__(style, stage)
        theme, layout, found = stage.theme, stage.layout, stage.options.detections
        assert found is not None  # noqa: S101 - split_layout asked
        found = replace(found, dataset=onto_canvas(found.dataset, stage.size))
        self._sides = BothSides(
            stage.dataset.replace(annotations=of_one_person(stage.dataset)),
            found,
            stage.categories,
            style,
            theme.colors,
            theme.canvas.margins,
            stage.typesetter,
            layout,
            list(stage.states.values()),
            stage.note,
        )

    @property
    def texts(self) -> Iterable[str]:
        """Return what is said whatever the frame is."""
        return self._sides.texts

    @property
    def still(self) -> object:
        """Return what is the same on every frame."""
        return self._sides.still

    def key(self, view: View) -> object:
        """Return both sides' marks, and what is said of them."""
        caption = self.stage.caption(view)
        said = caption, self._sides.of_model(view.frame, caption)
        return self._sides.marks(view.frame), view._replace(so_far=None), said

    def elements(self, view: View) -> Iterable[Element]:
        """Return both sides."""
        return self._sides.elements(view, self.stage.caption(view))

    def left_out(self, caption: Caption) -> LeftOut:
        """Return what of a caption there is no room for beside the names."""
        return self._sides.left_out(caption)


def split_layout(style: Split, margins: Margins, size: tuple[int, int], options: SceneOptions) -> Layout:
    """Return the layout of both sides.

    Raises:
        ConfigError: If there is no model, or the margins leave no room.
    """
    if options.detections is None:
        raise ConfigError(
            "the theme shows a model beside the crowd, and there is no model",
            remedy="Name its detections: 'model: {labels: predicted/}' or --model predicted/.",
        )
    place = one_picture if options.detections.moving_line else two_pictures
    return place(style, margins, size)
