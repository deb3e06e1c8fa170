"""How detections are compared with labels: one model, from which the options of the command line derive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from loopviz.predict.options import Share
from loopviz.project.base_model import GivenPath
from loopviz.settings import Option, Section
from loopviz.train.options import Whose


class CompareOptions(Section):
    """How detections are compared with labels.

    Attributes:
        confidence: Only detections of at least that are matched; average precision takes all.
        iou: The least overlap of two boxes that are taken for one object.
        whose: Whose labels are the reference; ``consensus`` and ``weighted`` make one of several people's.
        background: Judge frames without a label or work as well, as if nothing were there.
        split: Judge only the frames of that part of a set, as the labels' files have it.
        run: Judge only the frames that this training held out.
    """

    confidence: Annotated[
        Share,
        Option("--confidence", "Only detections of at least that are matched; 0.25 if not given. The mAP takes all."),
    ] = 0.25
    iou: Annotated[
        float,
        Field(gt=0, le=1, allow_inf_nan=False),
        Option("--iou", "The least overlap of two boxes that are taken for one object; 0.5 if not given."),
    ] = 0.5
    whose: Annotated[
        Whose,
        Option(
            "--whose",
            "Whose labels are the reference: all, accepted, consensus (if not given: accepted, and of what several "
            "labelled what most agree on), or weighted.",
        ),
    ] = "consensus"
    background: Annotated[
        StrictBool, Option("--background", "Judge frames without labels or work too: as if nothing were there.")
    ] = False
    split: Annotated[
        Literal["train", "val", "test"] | None,
        Option("--split", "Judge only the frames of that part, as the labels' files have it."),
    ] = None
    run: Annotated[
        GivenPath | None, Option("--run", "Judge only the frames that this training held out, as runs/mouse.")
    ] = None


DEFAULTS = CompareOptions()


DEFAULTS = CompareOptions()
