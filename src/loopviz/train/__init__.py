"""Detectors made of a crowd's labels: what they learn from, and how."""

from loopviz.train.options import TrainingSetOptions
from loopviz.train.training_set import TrainingSet, build_training_set

__all__ = ["TrainingSet", "TrainingSetOptions", "build_training_set"]
