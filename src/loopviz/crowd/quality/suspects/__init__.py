"""Labels most worth a look: by their neighbours in time, by each other, by the picture, and by what a model found."""

from loopviz.crowd.quality.suspects.by_picture import picture_edges
from loopviz.crowd.quality.suspects.ranking import KINDS, SUSPECTS, Evidence, drawn_labels, suspects

__all__ = ["KINDS", "SUSPECTS", "Evidence", "drawn_labels", "picture_edges", "suspects"]
