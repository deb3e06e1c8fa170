"""How far the people of a film agree over time, where its theme shows it."""

from __future__ import annotations

import dataclasses

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.scene import SceneOptions, Theme
from loopviz.scene.stage import Stretch
from loopviz.scene.widgets.agreement import Agreement


def with_agreement(options: SceneOptions, theme: Theme, dataset: Dataset) -> SceneOptions:
    """Return a scene's options with Krippendorff's alpha of each stretch of what is shown, where a theme has a strip.

    Args:
        options: What the project says of the scene.
        theme: Its theme, which says of how many stretches, and of what.
        dataset: What is shown.
    """
    style = next(theme.parts(Agreement), None)
    if style is None:
        return options
    from loopviz.crowd.quality.reliability import stretches_of  # here: most themes have no use for it

    table = stretches_of(consented(dataset), style.stretches).select("first", "last", "frames", f"alpha_{style.of}")
    return dataclasses.replace(options, agreement=tuple(map(Stretch._make, table.iter_rows())))
