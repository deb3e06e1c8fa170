"""What stands beside predicted labels: which model made them, of which frames, and how it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pydantic

from loopviz.errors import InputError
from loopviz.settings import Section

RECORD = "predicted.json"


class Prediction(Section):
    """Where detections come from.

    Attributes:
        version: Of this file's form.
        model: The model's file name.
        sha256: The hash of its bytes.
        run: The name of the folder of the training that it comes from; None if it comes from elsewhere.
        size: The width and height of its input, in pixels; the largest, where it takes any.
        confidence: Detections that it was less sure of were left out.
        iou: Of two of one category that overlap by more, the surer one was kept.
        frames: The first frame that it was shown, and the one after the last.
        versions: Of what made them, by package.
    """

    version: Literal[1] = 1
    model: str
    sha256: str
    run: str | None = None
    size: tuple[int, int]
    confidence: float
    iou: float
    frames: tuple[int, int]
    versions: dict[str, str] = pydantic.Field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Prediction | None:
        """Read the record in a folder; None if there is none.

        Raises:
            InputError: If it is damaged.
        """
        file = folder / RECORD
        if not file.is_file():
            return None
        try:
            return cls.model_validate_json(file.read_bytes())
        except (OSError, pydantic.ValidationError) as error:
            remedy = "Make it again: loopviz predict."
            raise InputError("not a record of a prediction", file=file, remedy=remedy) from error

    def json_text(self) -> str:
        """Return what is written."""
        return self.model_dump_json(indent=2) + "\n"
