"""What plays when: one row for each frame of the output. Functions make a timeline, or another of one."""

from loopviz.timeline.identity import at_most, has_source_time, identity_timeline, part, picked
from loopviz.timeline.table import Shown, Timeline

__all__ = ["Shown", "Timeline", "at_most", "has_source_time", "identity_timeline", "part", "picked"]
