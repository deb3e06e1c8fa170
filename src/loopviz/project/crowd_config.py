"""The section ``crowd`` of the project file: what was downloaded after a batch was closed, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt

from loopviz.project.section import GivenPath, Section

Show = Literal["accepted first", "accepted", "all"]
ExportFormat = Literal["coco", "yolo", "thesis", "parquet", "csv"]
PATHS = ("survey", "images", "gold", "folder")


class CrowdConfig(Section):
    """Batches, their survey, the review and the account.

    Attributes:
        batches: The results as they were downloaded, in the order in which the batches ran.
        survey: The answers of the people, from Qualtrics or as a plain table.
        key: The survey's column that says who answered; it is found where it is not named.
        consent: The survey's column in which a person agrees that the answers are used.
        keep: Columns of the survey that are left out otherwise, to protect people.
        images: A CSV table with the columns ``url`` and ``file``, where the addresses do not end in the frames' names.
        tolerance: The largest distance of a pixel to a label's colour, in levels of 255.
        min_area: Pixels below which a category does not count as used.
        rule: What work must keep for its labels to count: ``categories >= 3 and seconds >= 30``. None: no review.
        gold: Labels of frames with known answers, for rules about ``gold``.
        pay_all: Whether everyone is to be paid, whatever the rule says.
        wage_usd_per_hour: A wage that pay is compared with.
        search_question: The question that asks how long people search for tasks; found by its words if not named.
        search_per: What its answers are taken to be for: each ``task``, or each ``day`` of work.
        show: Whose labels the video shows where several people worked on a frame: those that count and, where there
            are none, the others (``accepted first``); only those that count (``accepted``); or ``all``.
        export: In which formats the dataset is written beside the video.
        folder: Where the dataset, the review, the account and the exports go; the output's name if not named.
    """

    batches: Annotated[tuple[GivenPath, ...], Field(min_length=1)]
    survey: GivenPath | None = None
    key: str | None = None
    consent: str | None = None
    keep: tuple[str, ...] = ()
    images: GivenPath | None = None
    tolerance: Annotated[StrictInt, Field(ge=0, le=255)] = 40
    min_area: Annotated[StrictInt, Field(ge=0)] = 25
    rule: str | None = None
    gold: GivenPath | None = None
    pay_all: StrictBool = False
    wage_usd_per_hour: Annotated[float, Field(gt=0, le=10_000)] | None = None
    search_question: str | None = None
    search_per: Literal["task", "day"] = "day"
    show: Show = "accepted first"
    export: tuple[ExportFormat, ...] = ()
    folder: GivenPath | None = None

    def below(self, move: Callable[[Path], Path]) -> Self:
        """Return the section with every path moved."""
        moved: dict[str, object] = {"batches": tuple(move(path) for path in self.batches)}
        moved |= {name: move(path) for name in PATHS if (path := getattr(self, name)) is not None}
        return self.model_copy(update=moved)
