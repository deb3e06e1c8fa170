"""Where torch and torchvision do not match, torchvision's operators are missing; this puts one in their place.

A torchvision that was built for another torch (for CUDA beside one for processors, say) cannot load its library, and
its import fails with ``operator torchvision::nms does not exist``. Training and validation of a detector need one of
the operators, ``nms``, which is a page of torch. It is registered where it is missing, and only there. ``qnms``, of
quantized boxes, is declared because torchvision's import asks for it, and does nothing. All others stay missing, and
torchvision says so where one is called.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

import torch

AT_ONCE = 512  # boxes that are compared with each other in one step
NMS, QNMS = "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", "qnms"


def import_torchvision() -> ModuleType:
    """Import torchvision, with a non-maximum suppression of ours where its own is missing.

    Raises:
        ImportError: If it is not installed, or cannot be imported for another reason.
    """
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::nms does not exist" not in str(error):
            raise ImportError(f"torchvision cannot be imported: {error}") from error
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    _register()
    module = importlib.import_module("torchvision")
    # torchvision asks whether its library is there, before it calls what we have registered.
    importlib.import_module("torchvision.ops.boxes")._assert_has_ops = lambda: None  # type: ignore[attr-defined]
    return module


def operators_match() -> bool:
    """Say whether torchvision, imported before, has operators of its own."""
    return bool(importlib.import_module("torchvision.extension")._has_ops())


@functools.cache
def _register() -> Any:
    library = torch.library.Library("torchvision", "DEF")  # it holds as long as this object lives: the cache keeps it
    library.define(NMS)
    library.impl("nms", nms, "CompositeExplicitAutograd")
    library.define(NMS.replace("nms", QNMS, 1))
    return library


def nms(boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float) -> torch.Tensor:
    """Return which boxes greedy non-maximum suppression keeps, as ``torchvision.ops.nms`` does.

    A box goes if a better one that stays overlaps it by more than the threshold.

    Args:
        boxes: Of shape ``(n, 4)``: x_min, y_min, x_max, y_max.
        scores: Of shape ``(n,)``.
        iou_threshold: Intersection over union; boxes at the threshold stay.

    Returns:
        Their positions, best first, int64.
    """
    boxes = boxes.float() if boxes.dtype in (torch.float16, torch.bfloat16) else boxes
    order = scores.argsort(descending=True, stable=True)
    kept = [order[:0]]
    while order.numel():
        head, order = order[:AT_ONCE], order[AT_ONCE:]
        head = head[_best(_overlap(boxes[head], boxes[head]) > iou_threshold)]
        kept.append(head)
        order = order[~(_overlap(boxes[head], boxes[order]) > iou_threshold).any(dim=0)]
    return torch.cat(kept)


def _best(overlaps: torch.Tensor) -> torch.Tensor:
    """Return which of some boxes stay, best first.

    Whether the first stays is known; then it is known of the second, and so on: what no longer changes is the answer.
    """
    better = overlaps.triu(diagonal=1)
    stays = torch.ones(len(overlaps), dtype=torch.bool, device=overlaps.device)
    while True:
        now = ~(better & stays[:, None]).any(dim=0)
        if torch.equal(now, stays):
            return stays
        stays = now


def _overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return the intersection over union of every box of one side with every box of the other."""
    corner = torch.maximum(one[:, None, :2], other[None, :, :2])
    sides = (torch.minimum(one[:, None, 2:], other[None, :, 2:]) - corner).clamp(min=0)
    common = sides[..., 0] * sides[..., 1]
    return common / (_area(one)[:, None] + _area(other)[None, :] - common)


def _area(boxes: torch.Tensor) -> torch.Tensor:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
