"""Results of invented batches, in the platform's own layout."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

W, H = 40, 30
RED, GREEN, BLUE = (214, 39, 40), (44, 160, 44), (31, 119, 180)
COLORS = {"Body": "#d62728", "Left Button": "#2ca02c", "v1.0_cable": "#1f77b4"}
PNG = "Answer.annotatedResult.labeledImage.pngImageData"
BOXES = "Answer.annotatedResult.boundingBoxes"
POLYGONS = "Answer.annotatedResult.polygons"
URL = "Input.image_url"
FACTS = {
    "HITId": "HIT1",
    "Reward": "$0.15",
    "AssignmentId": "A1",
    "WorkerId": "W1INVENTED",
    "AssignmentStatus": "Submitted",
    "SubmitTime": "Wed Nov 20 21:03:26 PST 2019",
    "RequesterFeedback": "",
    "WorkTimeInSeconds": "63",
    "LifetimeApprovalRate": "0% (0/0)",
    URL: "https://b.s3.example/mouse/frame_0001.png",
}


def canvas() -> npt.NDArray[np.uint8]:
    return np.zeros((H, W, 4), np.uint8)


def area(picture: npt.NDArray[np.uint8], box: Sequence[int], color: Sequence[int]) -> npt.NDArray[np.uint8]:
    x, y, right, bottom = box
    picture[y:bottom, x:right] = (*color, 255)
    return picture


def png(picture: npt.NDArray[np.uint8]) -> str:
    order = [2, 1, 0, 3] if picture.shape[-1] == 4 else [2, 1, 0]
    return base64.b64encode(cv2.imencode(".png", picture[..., order])[1].tobytes()).decode()


def sample() -> str:
    """A mask: Body 10x8 with a hole of 2x3, Left Button 5x5, no cable."""
    picture = area(area(canvas(), (5, 4, 15, 12), RED), (20, 10, 25, 15), GREEN)
    picture[6:9, 8:10] = 0
    return png(picture)


def mask_row(cell: str | None = None, **facts: str) -> dict[str, str]:
    name = "Answer.annotatedResult"
    size = {f"{name}.inputImageProperties.height": str(H), f"{name}.inputImageProperties.width": str(W)}
    colors = {f"{name}.labelMappings.{label}.color": color for label, color in COLORS.items()}
    return {**FACTS, **size, **colors, PNG: sample() if cell is None else cell, **facts}


def list_row(column: str, entries: Any, **facts: str) -> dict[str, str]:
    text = entries if isinstance(entries, str) else json.dumps(entries)
    name = "Answer.annotatedResult"
    size = {f"{name}.inputImageProperties.height": str(H), f"{name}.inputImageProperties.width": str(W)}
    return {**FACTS, column: text, **size, **facts}


def json_row(document: Any, **facts: str) -> dict[str, str]:
    return {**FACTS, "Answer.taskAnswers": document if isinstance(document, str) else json.dumps(document), **facts}


def text_of(rows: Sequence[Mapping[str, str]], *, short: bool = True, delimiter: str = ",", end: str = "\r\n") -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, delimiter=delimiter, lineterminator=end)
    header = list(rows[0])
    writer.writerow([*header, "Approve", "Reject"])
    for row in rows:
        writer.writerow([*(row[column] for column in header), *([] if short else ["", ""])])
    return stream.getvalue()


def write(folder: Path, rows: Sequence[Mapping[str, str]], name: str = "batch.csv") -> Path:
    file = folder / name
    file.write_bytes(text_of(rows).encode())
    return file
