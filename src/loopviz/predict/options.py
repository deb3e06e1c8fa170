"""How a model is asked: one model, from which the options of the command line derive."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictInt

from loopviz.settings import Option, Section

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class PredictOptions(Section):
    """How a model is asked what it sees.

    Attributes:
        confidence: Only detections that are surer than that are kept.
        iou: Of two detections of one category that overlap by more, the surer one is kept.
        batch: How many frames the model gets at once, where it takes any number: so many pictures are held.
        size: The longer side of a picture, in pixels, for a model that takes any size; None: as it says itself.
    """

    confidence: Annotated[
        Share,
        Option(
            "--confidence",
            "Only detections surer than that, from 0 to 1; 0.25 if not given. To measure a model, 0.001.",
        ),
    ] = 0.25
    iou: Annotated[
        Share,
        Option("--iou", "Of two detections of one category that overlap by more, the surer one; 0.7 if not given."),
    ] = 0.7
    batch: Annotated[
        StrictInt,
        Field(ge=1, le=256),
        Option("--batch", "Frames that a model gets at once, if it takes any number; 1 if not given."),
    ] = 1
    size: Annotated[
        StrictInt | None,
        Option("--size", "The longer side of a picture, for a model that takes any; as it says itself, if not given."),
    ] = None


DEFAULTS = PredictOptions()
