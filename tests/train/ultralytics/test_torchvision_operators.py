"""The operator that stands in for torchvision's own: the same boxes as a plain reading of the rule keeps."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")

from loopviz.train.ultralytics import torchvision_operators  # noqa: E402  (it needs torch)
from loopviz.train.ultralytics.torchvision_operators import nms  # noqa: E402


def greedy(boxes: torch.Tensor, scores: torch.Tensor, threshold: float) -> list[int]:
    """The rule, box by box."""
    kept: list[int] = []
    for at in scores.argsort(descending=True, stable=True).tolist():
        if all(iou(boxes[at].tolist(), boxes[other].tolist()) <= threshold for other in kept):
            kept.append(at)
    return kept


def iou(one: list[float], other: list[float]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    common = max(across, 0.0) * max(down, 0.0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return common / (sum(areas) - common) if sum(areas) > common else 0.0


def some_boxes(count: int, seed: int, spread: float) -> tuple[torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(seed)
    corner = torch.rand(count, 2, generator=chance) * spread
    sides = torch.rand(count, 2, generator=chance) * 40 + 4
    return torch.cat((corner, corner + sides), dim=1), torch.rand(count, generator=chance)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 200])
@pytest.mark.parametrize("threshold", [0.0, 0.45, 0.7, 1.0])
@pytest.mark.parametrize("spread", [20.0, 300.0])
def test_it_keeps_what_the_rule_keeps(count: int, threshold: float, spread: float) -> None:
    boxes, scores = some_boxes(count, seed=count, spread=spread)
    kept = nms(boxes, scores, threshold)
    assert kept.dtype == torch.int64
    assert kept.tolist() == greedy(boxes, scores, threshold)


def test_what_is_compared_in_several_steps_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    boxes, scores = some_boxes(300, seed=1, spread=120.0)
    at_once = nms(boxes, scores, 0.5)
    monkeypatch.setattr(torchvision_operators, "AT_ONCE", 7)
    assert nms(boxes, scores, 0.5).tolist() == at_once.tolist() == greedy(boxes, scores, 0.5)


def test_equal_scores_keep_their_order_and_the_threshold_stays() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 5], [20, 20, 30, 30]])
    scores = torch.tensor([0.5, 0.5, 0.4, 0.5])
    assert nms(boxes, scores, 0.5).tolist() == [0, 3, 2]
    assert nms(boxes, scores, 0.49).tolist() == [0, 3]


def test_boxes_of_half_precision_are_compared_in_full() -> None:
    boxes, scores = some_boxes(100, seed=3, spread=60.0)
    half = boxes.half()
    assert nms(half, scores, 0.5).tolist() == greedy(half.float(), scores, 0.5)


def test_empty_boxes_go_nowhere() -> None:
    boxes = torch.tensor([[5.0, 5, 5, 5], [5, 5, 5, 5]])
    assert nms(boxes, torch.tensor([0.1, 0.2]), 0.5).tolist() == [1, 0]


MATCHED = """
import sys, types
import torch
from loopviz.train.ultralytics import torchvision_operators as mine
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
theirs = types.ModuleType("torchvision")
sys.modules["torchvision"] = theirs
assert mine.import_torchvision() is theirs
assert mine._register.cache_info().currsize == 0
"""
OTHER = """
import sys
from loopviz.train.ultralytics.torchvision_operators import import_torchvision
class Broken:
    def find_spec(self, name, path, target=None):
        if name == "torchvision":
            raise RuntimeError("libcudart is of another century")
sys.meta_path.insert(0, Broken())
try:
    import_torchvision()
except ImportError as error:
    assert "another century" in str(error)
else:
    raise SystemExit("nothing was said")
"""
REAL = """
from loopviz.train.ultralytics.torchvision_operators import import_torchvision, operators_match
import torch
torchvision = import_torchvision()
boxes = torch.tensor([[0., 0, 10, 10], [1, 1, 10, 10], [50, 50, 60, 60]])
assert torchvision.ops.nms(boxes, torch.tensor([.5, .9, .1]), .5).tolist() == [1, 2]
assert torchvision.ops.batched_nms(boxes, torch.tensor([.5, .9, .1]), torch.tensor([0, 1, 0]), .5).tolist() == [1, 0, 2]
if not operators_match():
    try:
        torchvision.ops.ps_roi_align(torch.rand(1, 4, 8, 8), torch.zeros(1, 5), 2)
    except RuntimeError as error:
        assert "incompatible" in str(error)
    else:
        raise SystemExit("an operator that is missing was not missed")
import_torchvision()
"""


@pytest.mark.parametrize("code", [MATCHED, OTHER, REAL], ids=["a match", "another trouble", "as it is installed"])
def test_only_what_is_missing_is_put_in_place(code: str) -> None:
    if code is REAL and importlib.util.find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
