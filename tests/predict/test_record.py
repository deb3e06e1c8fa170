from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.predict.record import RECORD, Prediction

ONE = Prediction(model="m.onnx", sha256="0" * 64, size=(320, 192), confidence=0.25, iou=0.7, frames=(0, 12))


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(ONE.json_text())
    assert Prediction.load(tmp_path) == ONE


def test_other_labels_have_none(tmp_path: Path) -> None:
    assert Prediction.load(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"version": 2}', ONE.json_text().replace("[\n    0,", "[\n    null,")]
)
def test_a_damaged_one_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(InputError):
        Prediction.load(tmp_path)
