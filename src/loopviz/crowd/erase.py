"""Taking a name out of a Dataset: wherever an id stands in text, something else takes its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import polars as pl

from loopviz.crowd.identity import SOMEBODY, TELLING_LENGTH
from loopviz.dataset import SCHEMAS, Dataset

# The workers' own columns, and text that is no words: a mask's may hold any letters by chance.
KEPT = {
    ("assignments", "worker_id"), ("workers", "worker_id"), ("workers", "alias"), ("answers", "worker_id"),
    ("annotations", "mask_rle"), ("categories", "color"),
}  # fmt: skip
COLUMNS = [
    (name, column)
    for name, schema in SCHEMAS.items()
    for column, kind in schema.items()
    if kind == pl.String() and (name, column) not in KEPT
]
# Where a short name is somebody's. A task "7", or a question about "anna", is not worker 7's or anna's.
PROSE = {("frames", "file"), ("assignments", "reason"), ("answers", "answer"), ("answers", "normal")}


def erase(dataset: Dataset, names: Sequence[str]) -> tuple[Dataset, dict[str, int]]:
    """Return a Dataset without some names in its texts, and in how many cells of which column they stood.

    A name of eight characters or more is found in every column of text but the workers' own, however its letters are
    written. A shorter one ("anna") only in names of frames, reasons and answers, as a word of its own and as it is
    written; a short number only at the end of a frame's name (``mouse_0001_7``). A name that is a part of somebody
    else's id stays there.
    """
    others = [i for i in dataset.workers["worker_id"] if i not in names]
    long = [name for name in names if len(name) >= TELLING_LENGTH]
    in_prose, elsewhere = _change(names, others), _change(long, others)
    found: dict[str, int] = {}
    tables: dict[str, pl.DataFrame] = {}
    for name, column in COLUMNS:
        change = in_prose if (name, column) in PROSE else elsewhere
        before: pl.DataFrame = tables.get(name, getattr(dataset, name))
        texts = before[column].unique().drop_nulls().to_list()
        new = {text: cleaned for text in texts if (cleaned := change(text)) != text}
        if new:
            after = before.with_columns(pl.col(column).replace(new))
            found[f"{name}.{column}"] = int(before[column].is_in(list(new)).sum())
            tables[name] = after
    return dataset.replace(**tables), found


def _change(names: Sequence[str], others: Sequence[str]) -> Callable[[str], str]:
    """Return what takes names out of a text; ids of others that hold one are passed over whole."""
    wanted = [name for name in names if name]
    holding = [i for i in others if any(name.casefold() in i.casefold() for name in wanted)]
    if not wanted:
        return lambda text: text
    # The longest first: an alternative that matches wins over those after it.
    ordered = sorted([*wanted, *holding], key=len, reverse=True)
    pattern = re.compile("|".join(_pattern(name) for name in ordered))
    kept = {i.casefold() for i in holding}
    return lambda text: pattern.sub(
        lambda m: m[0] if m[0] not in wanted and m[0].casefold() in kept else SOMEBODY, text
    )


def _pattern(name: str) -> str:
    if len(name) >= TELLING_LENGTH:
        return f"(?i:{re.escape(name)})"
    if name.isdecimal():
        return rf"(?<=_){re.escape(name)}(?=\.\w+$|$)"
    return rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])"
