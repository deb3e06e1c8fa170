"""What a project file says of a model whose detections stand beside the labels."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from loopviz.project.base_model import GivenPath
from loopviz.project.timeline_config import Duration
from loopviz.settings import Option, Section


class ModelConfig(Section):
    """A model's detections, which stand beside the labels.

    Attributes:
        labels: A folder that ``loopviz predict`` wrote, or any label set of the same frames.
        name: What the model is called on screen.
        line: What stands beside its name: a caption template, which sees ``frame``, ``so_far`` and ``taught_by``.
        confidence: Detections below it are left out.
        iou: The least overlap (intersection over union) of a label and a detection that are taken for one object.
        run: The training that the model comes from: the frames that it held out are underlined. Without it, those that
            the detections' own files say are none of the part ``train``.
        view: Two pictures beside each other, or one with a line that moves: labels on its left, detections on its
            right.
        there_and_back: How long the line takes over the picture and back.
    """

    labels: Annotated[
        GivenPath | None,
        Option("--model", "A model's detections, shown beside the labels: what loopviz predict wrote."),
    ] = None
    name: Annotated[str, Field(min_length=1)] = "A model"
    line: str = ""
    confidence: Annotated[float, Field(ge=0, le=1)] = 0.25
    iou: Annotated[float, Field(gt=0, le=1)] = 0.5
    run: GivenPath | None = None
    view: Annotated[
        Literal["side by side", "moving line"],
        Option("--model-view", "Two pictures side by side, or one with a moving line between labels and detections."),
    ] = "side by side"
    there_and_back: Duration = "8s"
