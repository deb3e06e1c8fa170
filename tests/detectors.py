"""Tiny models in ONNX with a known output: what they are sure of is how bright the picture is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = ("Body", "Cable")
Box = tuple[float, float, float, float, int, float]  # corners in the input, class, share of the brightness


def classes(boxes: Sequence[Box], count: int = len(NAMES), fill: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """The output of a YOLOv8 with some boxes, and which of its numbers are times the brightness."""
    base = np.zeros((1, 4 + count, len(boxes) + fill), np.float32)
    for place, (x0, y0, x1, y1, class_id, share) in enumerate(boxes):
        base[0, :4, place] = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
        base[0, 4 + class_id, place] = share
    times = np.zeros_like(base)
    times[:, 4:] = 1
    return base, times


def objectness(boxes: Sequence[Box], count: int = len(NAMES), rows: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The same of a YOLOv5: the brightness says that something is there."""
    base = np.zeros((1, rows or len(boxes) + 8, 5 + count), np.float32)
    for place, (x0, y0, x1, y1, class_id, share) in enumerate(boxes):
        base[0, place, :4] = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
        base[0, place, 4], base[0, place, 5 + class_id] = 1, share
    times = np.zeros_like(base)
    times[..., 4] = 1
    return base, times


def objects(boxes: Sequence[Box], rows: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """The same of a YOLOv10."""
    base = np.zeros((1, rows, 6), np.float32)
    for place, (x0, y0, x1, y1, class_id, share) in enumerate(boxes):
        base[0, place] = x0, y0, x1, y1, share, class_id
    times = np.zeros_like(base)
    times[..., 4] = 1
    return base, times


def make_model(
    path: Path,
    output: tuple[np.ndarray, np.ndarray] | None = None,
    metadata: Mapping[str, str] | None = None,
    shape: Sequence[int | str] = (1, 3, 64, 64),
    **more: Any,
) -> Path:
    """Write a model.

    Args:
        path: The file.
        output: As ``classes`` and its siblings make it; a box in the upper left quarter where none is given.
        metadata: Instead of ``names`` of two categories, ``task`` and ``stride``.
        shape: Of its input; a text where a side may have any length.
        **more: ``extra``: shapes of further outputs, by name. ``kind``: the numbers that it takes.
    """
    base, times = output or classes([(0, 0, 32, 32, 0, 1.0)])
    kind = more.get("kind", TensorProto.FLOAT)
    given = helper.make_tensor_value_info("images", kind, list(shape))
    batch = shape[0] if shape else 1
    told = helper.make_tensor_value_info("output0", TensorProto.FLOAT, [batch, *base.shape[1:]])
    constants = {"base": base, "times": times, "axes": np.array([1, 2, 3]), "flat": np.array([-1, 1, 1])}
    constants |= {"still": (times == 0).astype(np.float32)}
    constants |= {name: np.zeros(sides, np.float32) for name, sides in more.get("extra", {}).items()}
    nodes = [
        helper.make_node("Cast", ["images"], ["whole"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["whole", "axes"], ["mean"], keepdims=1),
        helper.make_node("Reshape", ["mean", "flat"], ["bright"]),
        helper.make_node("Mul", ["times", "bright"], ["factor"]),
        helper.make_node("Add", ["factor", "still"], ["factors"]),
        helper.make_node("Mul", ["base", "factors"], ["output0"]),
    ]
    outputs = [told]
    for name, sides in more.get("extra", {}).items():
        nodes.append(helper.make_node("Identity", [name], [f"{name}_out" if name != "features" else "features0"]))
        outputs.append(helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, list(sides)))
    graph = helper.make_graph(
        nodes, "g", [given], outputs, [numpy_helper.from_array(value, name) for name, value in constants.items()]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    names = str(dict(enumerate(NAMES)))
    for key, value in ({"names": names, "task": "detect", "stride": "32"} if metadata is None else metadata).items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, path)
    return path


def add_features(path: Path, channels: Sequence[int] = (8, 16, 32), seed: int = 0) -> Path:
    """Add features of three levels to a model: what a network of random weights makes of a picture."""
    model = onnx.load(path)
    chance, given = np.random.default_rng(seed), model.graph.input[0].name
    batch = model.graph.input[0].type.tensor_type.shape.dim[0]
    below, depth = given, 3
    for level, count in enumerate(channels):
        stride = 4 if level == 0 else 2
        weights = chance.normal(0, (depth * 9) ** -0.5, (count, depth, 3, 3)).astype(np.float32)
        model.graph.initializer.append(numpy_helper.from_array(weights, f"weights{level}"))
        model.graph.node.extend(
            [
                helper.make_node(
                    "Conv", [below, f"weights{level}"], [f"conv{level}"], strides=[stride] * 2, pads=[1] * 4
                ),
                helper.make_node("Relu", [f"conv{level}"], [f"features{level}"]),
            ]
        )
        sides = [batch.dim_value or batch.dim_param, count, f"height{level}", f"width{level}"]
        model.graph.output.append(helper.make_tensor_value_info(f"features{level}", TensorProto.FLOAT, sides))
        below, depth = f"features{level}", count
    onnx.save(model, path)
    return path


def add_means(path: Path, cell: int = 8) -> Path:
    """Add features of one level to a model: the mean colour of cells of the picture."""
    model = onnx.load(path)
    given = model.graph.input[0].name
    sides = {"kernel_shape": [cell] * 2, "strides": [cell] * 2}
    model.graph.node.append(helper.make_node("AveragePool", [given], ["features0"], **sides))
    told = helper.make_tensor_value_info("features0", TensorProto.FLOAT, ["any", 3, "height0", "width0"])
    model.graph.output.append(told)
    onnx.save(model, path)
    return path
