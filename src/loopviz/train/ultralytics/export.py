"""A trained model as an ONNX file that ONNX Runtime and other programs read, with what it knows in its metadata.

Its input ``images`` has the shape ``(batch, 3, height, width)``, RGB from 0 to 1, both sides multiples of the stride.
Its output ``output0`` has the shape ``(batch, 4 + categories, anchors)``: centre x, centre y, width, height in pixels
of the input, then a score for each category. Batch, height and width are free. The categories are ``names`` in the
metadata, as Ultralytics writes them: ``{0: 'Body', 1: 'Cable'}``.

Further outputs, ``features0`` and so on, are what the head sees the picture by: the levels of the neck, each
``(batch, channels, height / 8, width / 8)``, or 16, or 32. Who does not ask for them does not wait for them.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from ultralytics import YOLO

from loopviz.train.trainer import TrainingJob
from loopviz.train.ultralytics.failures import TrainingError

KEPT = ("stride", "task", "imgsz", "names", "channels", "end2end", "version", "license", "date")
FEATURES = "features"


def export(job: TrainingJob, weights: Path, target: Path, metadata: Mapping[str, str]) -> None:
    """Write weights as an ONNX file; see ``loopviz.train.trainer.Trainer``.

    Raises:
        TrainingError: If there are no weights, or what is there is no model.
    """
    if not weights.is_file():
        raise TrainingError("no checkpoint")
    place = job.scratch / "export" / "model.pt"  # it is written beside the weights
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(weights, place)
    try:
        yolo = YOLO(str(place))
        head = len(yolo.model.model) - 1  # its last layer
    except MemoryError:
        raise
    except Exception as error:  # whatever stands in the way, it is no model
        raise TrainingError("bad checkpoint", " ".join(str(error).split())[:200], file=str(weights)) from error
    model = onnx.load(yolo.export(format="onnx", imgsz=job.size, dynamic=True, simplify=True, device="cpu"))
    _tell_features(model.graph, f"/model.{head}/", len(yolo.model.model[head].f))
    known = {prop.key: prop.value for prop in model.metadata_props}
    del model.metadata_props[:]
    for key, value in {**{key: known[key] for key in KEPT if key in known}, **metadata}.items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, str(target))


def _tell_features(graph: onnx.GraphProto, head: str, count: int) -> None:
    """Make outputs of what a head reads, if it is as many levels as the model says; else the graph stays as it is.

    Args:
        graph: The graph, whose nodes are named after the layers of the model.
        head: What the names of the head's nodes begin with.
        count: How many levels it reads.
    """
    made_by = {name: node.name for node in graph.node for name in node.output}
    weights = {each.name: each.dims for each in graph.initializer}
    channels: dict[str, int] = {}
    for node in graph.node:
        given = node.input[0] if node.input else ""
        if node.op_type == "Conv" and node.name.startswith(head) and not made_by.get(given, head).startswith(head):
            groups = next((each.i for each in node.attribute if each.name == "group"), 1)
            channels[given] = weights[node.input[1]][1] * groups
    if len(channels) != count:
        return
    for level, (name, depth) in enumerate(channels.items()):
        told = f"{FEATURES}{level}"
        graph.node.append(helper.make_node("Identity", [name], [told]))
        sides = ["batch", depth, f"height{level}", f"width{level}"]
        graph.output.append(helper.make_tensor_value_info(told, TensorProto.FLOAT, sides))
