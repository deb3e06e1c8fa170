"""Whether labels and a source belong together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import polars as pl

from loopviz.errors import LoopvizError
from loopviz.formats.align.frames import align
from loopviz.formats.types import LabelOptions, LabelSet, frame_size_of
from loopviz.note_words import in_words
from loopviz.project.check.findings import SHOWN_PLACES, Finding, Place, finding, from_error, from_problems
from loopviz.project.config import AlignConfig


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
            what = in_words("extra-frames", problem.values)
            extra = finding("extra-frames", [Place(str(labels.path), None, None, what)], count=problem.count)
            found.append(_allowed(extra) if how.drop_extra else extra)
        elif problem.code != "rescaled":  # the sizes are looked at already
            found += from_problems([problem])
    return dataclasses.replace(fitted, problems=labels.problems), found


def _sizes(labels: LabelSet, frames: pl.DataFrame, how: AlignConfig) -> Iterator[Finding]:
    sized = labels.dataset.frames.drop_nulls(["width", "height"])
    sizes = LabelOptions(frame_size_of(frames))
    shown = [sizes.size_of(file or "") or (None, None) for file in sized["file"]]
    wide, high = (pl.Series(values, dtype=pl.Int64) for values in (zip(*shown, strict=True) if shown else ([], [])))
    there = sized.with_columns(wide=wide, high=high)
    other = there.filter((pl.col("width") != pl.col("wide")) | (pl.col("height") != pl.col("high")))
    turned = (pl.col("width") == pl.col("high")) & (pl.col("height") == pl.col("wide"))
    for code, rows in (("swapped-size", other.filter(turned)), ("other-size", other.filter(~turned))):
        if rows.height:
            first = rows.select("frame", "file", "width", "height", "wide", "high").head(SHOWN_PLACES).iter_rows()
            places = [
                Place(file, None if file else frame, f"{w}x{h}", f"the source has {wide}x{high}")
                for frame, file, w, h, wide, high in first
            ]
            each = finding(code, places, count=rows.height)
            yield _allowed(each) if how.rescale and code == "other-size" else each


def _allowed(each: Finding) -> Finding:
    """Return what would be an error if the project did not allow it."""
    return dataclasses.replace(each, severity="note", remedy="Nothing: the project allows it.")
