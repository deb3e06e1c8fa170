"""What loopviz draws on each frame, as plain values, so that its peers draw the same words and boxes.

    python benchmarks/overlay.py PROJECT.yaml OVERLAY.json

One list of marks a frame: ``["box", x_min, y_min, x_max, y_max, colour, stroke]`` (stroke 0 is filled) and ``["text",
x, y of the first baseline, size, colour, weight, align, text]``, in pixels. Only grounds that fade (scrims) are left
out, as no peer has them; text is one line each. Making this file is not counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from loopviz.project.config_file import load_config
from loopviz.project.load import load
from loopviz.scene.elements import Path as Outline
from loopviz.scene.elements import Rect, Shape, Sprite, Text

Mark = list[object]


def marks(shape: Shape, x: float = 0, y: float = 0) -> Iterator[Mark]:
    """Yield a shape as marks, moved by ``x`` and ``y``."""
    if isinstance(shape, Rect):
        yield ["box", shape.x_min + x, shape.y_min + y, shape.x_max + x, shape.y_max + y, shape.color, 0]
    elif isinstance(shape, Text):
        style = shape.style
        left = x + shape.x + {"left": 0.0, "center": shape.width / 2, "right": shape.width}[shape.align]
        yield ["text", left, y + shape.y, style.size, style.color, style.weight, shape.align, shape.text]
    elif isinstance(shape, Outline):
        for outline in shape.outlines:
            xs, ys = outline[0::2], outline[1::2]
            box = [min(xs) + x, min(ys) + y, max(xs) + x, max(ys) + y]
            yield ["box", *box, shape.color, max(shape.stroke, 1.0)]


def frame_marks(elements: tuple[Rect | Sprite, ...]) -> list[Mark]:
    """Return everything on a frame, from the back to the front."""
    placed = [
        (shape, element.x, element.y)
        for element in elements
        if isinstance(element, Sprite)
        for shape in element.drawing.shapes
    ]
    plain = [(element, 0, 0) for element in elements if isinstance(element, Rect)]
    return [mark for shape, x, y in (*plain, *placed) for mark in marks(shape, x, y)]


def main() -> None:
    """Write the marks of a project's frames."""
    project, target = map(Path, sys.argv[1:])
    with load(load_config(project)) as loaded:
        frames = [frame_marks(loaded.scene.elements(frame)) for frame in range(loaded.source.info.frames)]
    target.write_text(json.dumps(frames))


if __name__ == "__main__":
    main()
