"""Detectors made of a crowd's labels: what they learn from, and how.

Each of the names below is imported when it is first used: a project file says how it trains, and most runs do not.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as mypy knows it, without waiting for typing

if TYPE_CHECKING:
    from loopviz.train.options import TrainingSetOptions
    from loopviz.train.training_set import TrainingSet, build_training_set

_HOME = {
    "TrainingSet": "loopviz.train.training_set",
    "TrainingSetOptions": "loopviz.train.options",
    "build_training_set": "loopviz.train.training_set",
}

__all__ = ["TrainingSet", "TrainingSetOptions", "build_training_set"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'loopviz.train' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
