"""A trained model as an ONNX file that ONNX Runtime and other programs read, with what it knows in its metadata.

Its input ``images`` has the shape ``(batch, 3, height, width)``, RGB from 0 to 1, both sides multiples of the stride.
Its output ``output0`` has the shape ``(batch, 4 + categories, anchors)``: centre x, centre y, width, height in pixels
of the input, then a score for each category. Batch, height and width are free. The categories are ``names`` in the
metadata, as Ultralytics writes them: ``{0: 'Body', 1: 'Cable'}``.

The detector's own features would be a further output of the same graph, after ``output0``: see ``_exported``.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import onnx
from ultralytics import YOLO

from loopviz.train.trainer import TrainingJob
from loopviz.train.ultralytics.failures import TrainingError

KEPT = ("stride", "task", "imgsz", "names", "channels", "end2end", "version", "license", "date")


def export(job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
    """Write weights as an ONNX file; see ``loopviz.train.trainer.Trainer``.

    Raises:
        TrainingError: If there are no weights.
    """
    if not weights.is_file():
        raise TrainingError("no checkpoint")
    place = job.scratch / "export" / "model.pt"  # it is written beside the weights
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(weights, place)
    model = onnx.load(_exported(place, job.size))
    known = {prop.key: prop.value for prop in model.metadata_props}
    del model.metadata_props[:]
    for key, value in {**{key: known[key] for key in KEPT if key in known}, **metadata}.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, str(target))


def _exported(weights: Path, size: int) -> str:
    """Return the file that Ultralytics writes."""
    return str(YOLO(str(weights)).export(format="onnx", imgsz=size, dynamic=True, simplify=True, device="cpu"))
