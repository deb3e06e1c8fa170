"""How a training set is made of a Dataset: one model, from which the options of the command line derive."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

import pydantic
from pydantic import Field, StrictBool, StrictInt

from loopviz.durations import parse_duration
from loopviz.settings import Option, Section

Split = Literal["blocks", "worker", "clip", "random", "keep"]
Whose = Literal["all", "accepted", "consensus", "weighted"]
_FRAMES = re.compile(r"[1-9]\d{0,6}")


class TrainingSetOptions(Section):
    """How a training set is made.

    Attributes:
        split: What stays together where frames are shared out to training and validation: ``blocks`` of time, the work
            of a ``worker``, a ``clip`` (by the folder and the name of its images), nothing (``random``); ``keep`` takes
            the parts that the files have already.
        block: How long a block is, in frames (``"30"``) or in time (``"2s"``); None: a tenth of what was labelled, at
            most 300 frames.
        hold_out: One of so many blocks, people, clips or frames is held out for validation.
        test: Whether as many again are held out as a test part, which nothing is chosen by.
        seed: Which of them are held out.
        whose: Whose labels teach: ``all``; ``accepted``: but of work that was rejected, or does not count;
            ``consensus``: the same, and of what several labelled what most agree on; ``weighted``: by what is known of
            each person's care, see ``loopviz.train.care``.
        listed: How often an image of full weight is listed, where work has weights; others less often.
        background: Which frames without a label teach that nothing is there: ``none``; ``worked``: those that somebody
            worked on whose labels teach, and drew nothing; ``all``: every frame without a label. Where some frames of a
            clip were labelled, the others show the same things, and nobody drew them.
        task: Boxes, or polygons.
        link: Hard links of a folder's images, instead of copies.
    """

    split: Annotated[
        Split,
        Option(
            "--split",
            "What stays together on one side: blocks of time, a worker's work, a clip's images, or nothing (random); "
            "keep: the parts that the files have already.",
        ),
    ] = "blocks"
    block: Annotated[
        str | None,
        Option("--block", "How long a block is: 30 (frames) or 2s. A tenth of what was labelled, if not given."),
    ] = None
    hold_out: Annotated[
        StrictInt,
        Field(ge=2, le=100),
        Option("--hold-out", "One of so many blocks, people, clips or frames is held out; 5 if not given."),
    ] = 5
    test: Annotated[StrictBool, Option("--test", "Hold out as many again, as a test part.")] = False
    seed: Annotated[StrictInt, Field(ge=0), Option("--seed", "Which of them are held out; 0 if not given.")] = 0
    whose: Annotated[
        Whose,
        Option(
            "--whose",
            "Whose labels teach: all, accepted (if not given: work not rejected, and that counts), consensus (of "
            "what several labelled, what most agree on), or weighted by what is known of each person's care.",
        ),
    ] = "accepted"
    listed: Annotated[
        StrictInt,
        Field(ge=1, le=20),
        Option("--listed", "How often an image of full weight is listed, where work has weights; 2 if not given."),
    ] = 2
    background: Annotated[
        Literal["none", "worked", "all"],
        Option(
            "--background",
            "Which frames without a label teach that nothing is there: none, those that somebody worked on and drew "
            "nothing (worked, if not given), or all.",
        ),
    ] = "worked"
    task: Annotated[Literal["detect", "segment"], Option("--as", "Boxes (detect, if not given), or polygons.")] = (
        "detect"
    )
    link: Annotated[StrictBool, Option("--link", "Hard links of a folder's images, instead of copies.")] = False

    @pydantic.model_validator(mode="after")
    def _something_trains(self) -> Self:
        if self.test and self.hold_out < 3:
            raise ValueError("a 'hold_out' of at least 3 where 'test' holds out as many again")
        return self

    @pydantic.field_validator("block", mode="before")
    @classmethod
    def _a_length(cls, value: object) -> object:
        if value is None:
            return None
        text = str(value).strip()
        if not isinstance(value, str | int) or isinstance(value, bool) or not _FRAMES.fullmatch(text):
            parse_duration(text)
        return text
