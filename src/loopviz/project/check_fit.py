"""Whether labels and a source belong together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import polars as pl

from loopviz.errors import LoopvizError
from loopviz.formats import LabelSet, align
from loopviz.project.config import AlignConfig
from loopviz.project.findings import SHOWN_PLACES, Finding, Place, finding, from_error, from_problems
from loopviz.project.inspect import NOMINAL_SIZE


def check_fit(labels: LabelSet, frames: pl.DataFrame, how: AlignConfig) -> tuple[LabelSet | None, list[Finding]]:
    """Return a label set with the frames of a source, None where nothing says which is which, and what does not fit.

    Args:
        labels: The label set.
        frames: The source's ``frames`` table.
        how: What the project allows.
    """
    found = list(_sizes(labels, frames, how))
    before = len(labels.problems)
    try:
        fitted = align(labels, frames, how=how.how, first_number=how.first_number, rescale=True, drop_extra=True)
    except LoopvizError as error:
        return None, [*found, from_error("frames-unmatched", error)]
    for problem in fitted.problems[before:]:
        if problem.code == "dropped-frames":
            message = problem.message.replace(" were left out", "")
            count = int(problem.message.split()[0])
            extra = finding("extra-frames", [Place(str(labels.path), None, None, message)], count=count)
            found.append(_allowed(extra) if how.drop_extra else extra)
        elif problem.code != "rescaled":  # the sizes are looked at already
            found += from_problems([problem])
    return dataclasses.replace(fitted, problems=labels.problems), found


def _sizes(labels: LabelSet, frames: pl.DataFrame, how: AlignConfig) -> Iterator[Finding]:
    width, height = frames.select("width", "height").row(0)
    sized = labels.dataset.frames.filter(
        ~((pl.col("width") == NOMINAL_SIZE[0]) & (pl.col("height") == NOMINAL_SIZE[1]))
    )
    other = sized.filter((pl.col("width") != width) | (pl.col("height") != height))
    turned = (pl.col("width") == height) & (pl.col("height") == width)
    for code, rows in (("swapped-size", other.filter(turned)), ("other-size", other.filter(~turned))):
        if rows.height:
            shown = rows.select("frame", "file", "width", "height").head(SHOWN_PLACES).iter_rows()
            detail = f"the source has {width}x{height}"
            places = [Place(file, None if file else frame, f"{w}x{h}", detail) for frame, file, w, h in shown]
            each = finding(code, places, count=rows.height)
            yield _allowed(each) if how.rescale and code == "other-size" else each


def _allowed(each: Finding) -> Finding:
    """Return what would be an error if the project did not allow it."""
    return dataclasses.replace(each, severity="note", remedy="Nothing: the project allows it.")
