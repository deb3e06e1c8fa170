"""Label and people files in and out: one module a format, each beginning with what the format says.

The names below are what a render reads with. What writes, and what only a crowd brings, is imported from its module.
"""

from __future__ import annotations

from loopviz.formats.align.frames import align
from loopviz.formats.detect import detect_format
from loopviz.formats.people.assignments import names_images, read_assignments
from loopviz.formats.people.read import read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet, Problem, Report, frame_size_of

__all__ = [
    "LabelSet",
    "Problem",
    "Report",
    "align",
    "detect_format",
    "frame_size_of",
    "names_images",
    "read_assignments",
    "read_labels",
    "read_people",
]
