"""Labels of formats that name pictures and categories, and give neither of them a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopviz.dataset import Dataset, table
from loopviz.errors import InputError, shown
from loopviz.formats.label_names import categories_table, check_file_name
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.types import LabelOptions, Report
from loopviz.paths import inside, natural_order, strays

Size = tuple[int, int]


@dataclass
class LabelsByName:
    """Collects pictures and what is labelled on them, and gives them as a Dataset.

    Attributes:
        options: What the caller knows.
        report: Is told what was assumed.
        names: The pictures' file names, as they are given.
        sizes: Their widths and heights as shown, None where nobody knows.
        rows: The annotations, as columns by name; ``frame`` is the place of a picture, ``category`` a name.
    """

    options: LabelOptions
    report: Report
    names: list[str] = field(default_factory=list)
    sizes: list[Size | None] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def picture(self, name: object, size: Size | None, *, file: Path, at: str) -> int:
        """Take a picture, and return its place.

        Raises:
            InputError: If its name is none.
        """
        self.names.append(check_file_name(name, file=file, at=at))
        self.sizes.append(size or self.options.size_of(self.names[-1]))
        return len(self.names) - 1

    def dataset(self, path: Path, known: Sequence[str] = ()) -> Dataset:
        """Return what was collected; frames are numbered in the natural order of their names.

        Args:
            path: What was read, for messages.
            known: Categories that the set lists, in its order; others follow by their names.

        Raises:
            InputError: If the caller names categories, and some are others.
        """
        names, sizes = inside(self.names), self.sizes
        outside = [name for name in self.names if strays(name)]
        if outside:
            self.report.note("names-outside", path, count=len(outside), first=shown(inside(outside[:1])[0]))
        if len(set(names)) < len(names):
            self.report.note("repeated-name", path)
        order = natural_order(names)
        frames = {
            "frame": range(len(names)),
            "file": [names[i] for i in order],
            "width": [size and size[0] for size in (sizes[i] for i in order)],
            "height": [size and size[1] for size in (sizes[i] for i in order)],
        }
        place, ids = {old: new for new, old in enumerate(order)}, self._categories(path, known)
        rows = [
            {**row, "frame": place[row["frame"]], "class_id": ids[row["category"]], "is_crowd": False}
            for row in self.rows
        ]
        for row in rows:
            del row["category"]
        rows.sort(key=lambda row: row["frame"])
        annotations = table("annotations", [{**row, "annotation_id": number} for number, row in enumerate(rows)])
        return Dataset(frames=table("frames", frames), categories=categories_table(list(ids)), annotations=annotations)

    def _categories(self, path: Path, known: Sequence[str]) -> Mapping[str, int]:
        used = sorted({row["category"] for row in self.rows})
        names = [*known, *(name for name in used if name not in known)] if self.options.names is None else None
        names = list(self.options.names or ()) if names is None else names
        other = [name for name in used if name not in names]
        if other:
            remedy = "Give all of them, or leave --names (names) out."
            raise InputError(
                "the labels have categories that are not among the names given",
                file=path,
                found=", ".join(map(shown, other[:5])),
                expected=", ".join(map(shown, names)),
                remedy=remedy,
            )
        return {name: number for number, name in enumerate(dict.fromkeys(names))}


def size_from(width: str, height: str) -> Size | None:
    """Return a picture's size from texts; None where they are empty, 0 or no numbers of pixels."""
    sides = [int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0 for text in (width, height)]
    return (sides[0], sides[1]) if all(0 < side <= MAX_SIDE for side in sides) else None
