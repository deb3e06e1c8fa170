"""Labels on frames that nobody labelled, carried there from the frames around: along tracks, or by optical flow."""

from loopviz.interpolation.carry import How, carry_labels

__all__ = ["How", "carry_labels"]
