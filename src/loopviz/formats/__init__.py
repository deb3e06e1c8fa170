"""Label and people files in and out: one module a format, each beginning with what the format says."""

from __future__ import annotations

from loopviz.formats.align import align
from loopviz.formats.assignments import names_images, read_assignments
from loopviz.formats.detect import detect_format
from loopviz.formats.people import read_people
from loopviz.formats.reading import read_labels
from loopviz.formats.survey import is_survey
from loopviz.formats.types import LabelSet, Problem, Report
from loopviz.formats.writing import write_labels

__all__ = [
    "LabelSet",
    "Problem",
    "Report",
    "align",
    "detect_format",
    "is_survey",
    "names_images",
    "read_assignments",
    "read_labels",
    "read_people",
    "write_labels",
]
