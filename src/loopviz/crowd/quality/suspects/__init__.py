"""Labels most worth a look: by their neighbours in time, by each other, and by what a model found."""

from loopviz.crowd.quality.suspects.ranking import KINDS, SUSPECTS, Evidence, suspects

__all__ = ["KINDS", "SUSPECTS", "Evidence", "suspects"]
