"""What a kit's page sends comes back through the reader of results: frames, labels, answers and consent."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopviz.formats.mturk.read import read_batches
from loopviz.kit import KitPlan, make_kit
from loopviz.kit.pictures import COLORS
from loopviz.media import Source

FILLED = {
    "consent": ["yes"],
    "Q1": ["25 - 34"],
    "Q3": ["Bachelor's degree"],
    "Q4": ["Kraków"],
    "Q9": ["Anxiety", "Headache"],
}


def _mask(colors: tuple[str, ...]) -> str:
    """A picture of 64x48 with a block of ten by ten for each colour, as the widget sends it."""
    pixels = np.zeros((48, 64, 3), dtype=np.uint8)
    for place, color in enumerate(colors):
        pixels[5:15, 12 * place : 12 * place + 10] = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode("ascii")


def _answers(page: str, *, column_a_choice: bool) -> dict[str, str]:
    """What the page's form sends once it is filled in, in either of the two forms that results have."""
    fields = re.findall(r'<input type="(\w+)"[^>]*? name="(\w+)"(?: value="([^"]*)")?', page)
    sent: dict[str, str] = {}
    for kind, name, escaped in fields:
        value, wanted = unescape(escaped), FILLED.get(name, [])
        if kind == "text":
            sent[f"Answer.{name}"] = wanted[0] if wanted else ""
        elif column_a_choice:
            sent[f"Answer.{name}.{value}"] = "true" if value in wanted else "false"
        elif value in wanted:
            before = sent.get(f"Answer.{name}")
            sent[f"Answer.{name}"] = f"{before}, {value}" if before else value
    return sent


@pytest.mark.parametrize("column_a_choice", [False, True], ids=["one column a question", "one column a choice"])
def test_what_is_sent_comes_back(source: Source, tmp_path: Path, column_a_choice: bool):
    plan = KitPlan(("Body", "Scroll. Wheel's"), step=5, base_url="https://example.org/kit")
    kit = make_kit(source, tmp_path / "kit", plan).folder
    page = (kit / "task.html").read_text("utf-8")
    widget = re.search(r'name="(\w+)"\s+src="\$\{(\w+)\}".*?labels=\'(.*?)\'>', page, re.DOTALL)
    assert widget is not None
    name, column = widget[1], widget[2]
    labels = json.loads(unescape(widget[3]))
    with (kit / "input.csv").open(newline="") as stream:
        addresses = [row[column] for row in csv.DictReader(stream)]
    answers = _answers(page, column_a_choice=column_a_choice)
    colors = {f"Answer.{name}.labelMappings.{label}.color": COLORS[i] for i, label in enumerate(labels)}
    rows = [
        {
            "HITId": f"H{i}",
            "Reward": "$0.15",
            "AssignmentId": f"A{i}",
            "WorkerId": f"SIM{i}",
            "AssignmentStatus": "Submitted",
            "WorkTimeInSeconds": "47",
            f"Input.{column}": address,
            **{f"Answer.{name}.inputImageProperties.{side}": n for side, n in (("height", "48"), ("width", "64"))},
            **colors,
            f"Answer.{name}.labeledImage.pngImageData": _mask(COLORS[: len(labels)]),
            **answers,
        }
        for i, address in enumerate(addresses)
    ]
    with (tmp_path / "results.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    batches = read_batches([tmp_path / "results.csv"])
    dataset = batches.labels.dataset
    assert dataset.frames["file"].to_list() == [f"frame_{n:06d}.jpg" for n in (0, 5, 10)]
    assert dataset.categories["name"].sort().to_list() == sorted(plan.categories)
    assert dataset.annotations.height == 6
    mine = batches.answers.filter(batches.answers["worker_id"] == "SIM0")
    found = {column: value for column, value in mine.select("column", "value").iter_rows() if value}
    assert {key: set(value.split(", ")) for key, value in found.items()} == {k: set(v) for k, v in FILLED.items()}
