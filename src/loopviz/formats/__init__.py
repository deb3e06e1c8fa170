"""Label and people files in and out: one module a format, each beginning with what the format says.

``registry`` lists the formats. The names below are what a render reads with, imported when they are first used, so that
the command line can ask the registry at once. What writes, and what only a crowd brings, is imported from its module.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # as mypy knows it, without waiting for typing

if TYPE_CHECKING:
    from loopviz.formats.detect import detect_format
    from loopviz.formats.people.assignments import names_images, read_assignments
    from loopviz.formats.people.read import read_people
    from loopviz.formats.reading import read_labels
    from loopviz.formats.types import LabelSet, Problem, Report, frame_size_of

_HOMES = {
    "detect_format": "detect",
    "names_images": "people.assignments",
    "read_assignments": "people.assignments",
    "read_people": "people.read",
    "read_labels": "reading",
    "LabelSet": "types",
    "Problem": "types",
    "Report": "types",
    "frame_size_of": "types",
}

__all__ = [
    "LabelSet",
    "Problem",
    "Report",
    "detect_format",
    "frame_size_of",
    "names_images",
    "read_assignments",
    "read_labels",
    "read_people",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'loopviz.formats' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"loopviz.formats.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
