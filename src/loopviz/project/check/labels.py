"""What is wrong with labels, told from their tables alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import polars as pl

from loopviz.formats.align.matching import frame_numbers
from loopviz.formats.types import LabelSet
from loopviz.paths import stem_of
from loopviz.project.check.findings import SHOWN_PLACES, Finding, Place, finding, quoted
from loopviz.wording import runs
from loopviz.work import HAS_AREA

BEYOND = 1.0  # pixels over the edge that nobody sees
TINY = 3.0  # pixels
ALIKE = 0.95  # intersection over union, from which two boxes are one
NEIGHBOURS = 4  # boxes that each one is compared with, in the order of their left edges
ENOUGH = 3  # boxes that speak for a mistake of the whole set

_WIDE, _HIGH = pl.col("x_max") - pl.col("x_min"), pl.col("y_max") - pl.col("y_min")
_EMPTY = (_WIDE <= 0) | (_HIGH <= 0)
_OUTSIDE = (
    ((pl.col("x_max") <= 0) | (pl.col("y_max") <= 0))
    | (pl.col("x_min") >= pl.col("width"))
    | (pl.col("y_min") >= pl.col("height"))
)
_GONE = (pl.max_horizontal(-pl.col("x_max"), -pl.col("y_max")) > 0) | (
    pl.max_horizontal(pl.col("x_min") - pl.col("width"), pl.col("y_min") - pl.col("height")) > 0
)
_OVER = pl.max_horizontal(
    -pl.col("x_min"), -pl.col("y_min"), pl.col("x_max") - pl.col("width"), pl.col("y_max") - pl.col("height")
)
_BEYOND = ~_OUTSIDE & (_OVER > BEYOND)
_TINY = ~_EMPTY & ((_WIDE < TINY) | (_HIGH < TINY)) & pl.col("width").is_not_null()
_EACH = {"outside-picture": _OUTSIDE & ~_EMPTY, "beyond-edge": _BEYOND, "zero-area": _EMPTY, "tiny": _TINY}


def check_labels(labels: LabelSet) -> Iterator[Finding]:
    """Yield what is wrong with a label set, aligned to a source or not."""
    every = objects(labels)
    things = every.filter(HAS_AREA)
    if not every.height:
        yield finding("no-labels", [Place(str(labels.path))])
    if every["width"].null_count():
        yield finding("size-unknown", [Place(str(labels.path))])
    whole = list(_whole_set(things, labels))
    yield from whole
    for code, wrong in _EACH.items():
        if not (whole and code in ("outside-picture", "beyond-edge", "tiny")):  # the set's own mistake explains them
            yield from found_in(code, things.filter(wrong))
    yield from found_in("duplicate", _duplicates(things))
    yield from found_in("outside-picture", every.filter(~HAS_AREA & _GONE))
    yield from _tracks(every)
    yield from _order(every, labels)
    yield from _frames(labels)
    yield from _categories(labels)


def objects(labels: LabelSet) -> pl.DataFrame:
    """Return the annotations with all that a place needs.

    Returns:
        The annotations' columns and ``file``, ``width`` and ``height`` (null where nobody knows them), ``category``,
        ``nth`` (from 1, in the frame), ``at``, which names the object for a person, and ``normalised``: its coordinates
        are fractions of the picture.
    """
    dataset = labels.dataset
    frames = dataset.frames.select("frame", "file", "width", "height")
    things = dataset.annotations.join(frames, on="frame", how="left", maintain_order="left")
    things = things.join(
        dataset.categories.select("class_id", category="name"), on="class_id", how="left", maintain_order="left"
    )
    nth = (pl.int_range(pl.len()).over("frame") + 1).alias("nth")
    # COCO numbers its annotations itself; a row of a YOLO file has no other name than its place among the others.
    number = pl.format("annotation {}", "annotation_id") if labels.form.own_ids else pl.format("object {}", "nth")
    return things.with_columns(nth).with_columns(at=number, normalised=pl.col("width").is_null() & labels.normalised)


def found_in(code: str, wrong: pl.DataFrame) -> Iterator[Finding]:
    """Yield one finding for the objects of a table, if there are any; a column ``detail`` says more of each."""
    if wrong.height:
        yield finding(code, map(place_of, wrong.head(SHOWN_PLACES).iter_rows(named=True)), count=wrong.height)


def place_of(row: dict[str, object]) -> Place:
    """Return where one object is."""
    digits, of_what = (6, " of the picture") if row["normalised"] else (2, "")
    box = [f"{round(float(str(row[edge])), digits) + 0.0:g}" for edge in ("x_min", "y_min", "x_max", "y_max")]
    detail = row.get("detail") or f"from {box[0]}, {box[1]} to {box[2]}, {box[3]}{of_what}"
    return Place(
        _text(row["file"]), _number(row["frame"]), f"{row['at']}, {quoted(_text(row['category']))}", str(detail)
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _whole_set(things: pl.DataFrame, labels: LabelSet) -> Iterator[Finding]:
    """Yield the mistakes that whole exports make, where all boxes speak for one and enough do so clearly."""
    sized = things.filter(pl.col("width").is_not_null())
    over = sized.filter(_OVER > BEYOND)
    swapped = (pl.col("y_max") <= pl.col("width") + BEYOND) & (pl.col("x_max") <= pl.col("height") + BEYOND)
    if _all(swapped, sized) and over.height >= ENOUGH:
        yield next(found_in("swapped-axes", over))
    elif _all(_corners(labels.form.box_form), sized) and over.height >= max(ENOUGH, sized.height // 4):
        yield next(found_in("corners-as-size", over))
    # Even if every object were small: nobody labels the first pixel of a picture, and nothing else.
    first = (pl.col("x_max") <= 1) & (pl.col("y_max") <= 1) & (pl.col("width") > TINY)
    if sized.height >= ENOUGH and _all(first, sized):
        yield next(found_in("fractions-as-pixels", sized))


def _all(condition: pl.Expr, rows: pl.DataFrame) -> bool:
    return bool(rows.select(condition.all()).item()) if rows.height else False


def _corners(box_form: str) -> pl.Expr:
    """Say whether a box's four numbers, as its format has them, could be two corners of the picture."""
    x, y = pl.col("x_min"), pl.col("y_min")
    if box_form == "centre":
        x, y = (pl.col("x_min") + pl.col("x_max")) / 2, (pl.col("y_min") + pl.col("y_max")) / 2
    fits = (pl.col("width") + BEYOND >= _WIDE) & (pl.col("height") + BEYOND >= _HIGH)
    return (x < _WIDE) & (y < _HIGH) & fits


def _duplicates(things: pl.DataFrame) -> pl.DataFrame:
    """Return the objects that one of the same class, worker and frame covers almost exactly."""
    same = ["frame", "class_id", "assignment_id"]
    boxes = things.filter(~_EMPTY).sort(*same, "x_min", "y_min", maintain_order=True)
    twins = pl.lit(False)
    for step in range(1, NEIGHBOURS + 1):
        alike = pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift(step)) for c in same)
        twins = twins | (alike & (_overlap(step) >= ALIKE))
    return boxes.filter(twins.fill_null(value=False)).sort("frame", "nth")


def _overlap(step: int) -> pl.Expr:
    """Return the intersection over union of each box and the one some steps before it."""
    x0, y0, x1, y1 = (pl.col(edge) for edge in ("x_min", "y_min", "x_max", "y_max"))
    wide = pl.min_horizontal(x1, x1.shift(step)) - pl.max_horizontal(x0, x0.shift(step))
    high = pl.min_horizontal(y1, y1.shift(step)) - pl.max_horizontal(y0, y0.shift(step))
    common = wide.clip(0) * high.clip(0)
    area = (x1 - x0) * (y1 - y0)
    return common / (area + area.shift(step) - common)


def _tracks(things: pl.DataFrame) -> Iterator[Finding]:
    tracked = things.filter(pl.col("track_id").is_not_null())
    detail = pl.format("track {}", "track_id").alias("detail")
    again = pl.struct("frame", "track_id", "assignment_id").is_first_distinct().not_()
    yield from found_in("track-twice", tracked.filter(again).with_columns(detail))
    # A tracker may count each class on its own from 1: then several classes in one frame share an id.
    changes = (pl.col("class_id").n_unique().over("track_id") > 1) & (pl.len().over("track_id", "frame") == 1)
    first = pl.struct("track_id", "class_id").is_first_distinct()
    yield from found_in("track-changes-class", tracked.filter(changes).filter(first).with_columns(detail))


def _order(things: pl.DataFrame, labels: LabelSet) -> Iterator[Finding]:
    """Yield what stands in another order than the frames: ids that fall from one frame to a later one."""
    falls = things.filter(pl.col("annotation_id").diff() < 0)
    if labels.form.own_ids and falls["frame"].n_unique() > 1:
        yield from found_in("out-of-order", falls.unique("frame", keep="first", maintain_order=True))


def _frames(labels: LabelSet) -> Iterator[Finding]:
    dataset = labels.dataset
    silent = dataset.frames.join(dataset.annotations, on="frame", how="anti", maintain_order="left")
    if silent.height and dataset.annotations.height:
        named = (f"frames {a} to {b}" if a < b else f"frame {a}" for a, b in runs(silent["frame"].to_list()))
        places = [Place(str(labels.path), None, run) for run in named]
        yield finding("frames-without-labels", places, count=silent.height)
    names = dataset.frames["file"]
    numbers = frame_numbers([stem_of(name) for name in names]) if not names.null_count() else None
    counted = sorted({each.number for each in numbers or ()})
    gaps = [Place(str(labels.path), None, f"between {a} and {b}") for a, b in pairwise(counted) if b == a + 2]
    # Every other number is a rhythm, not a loss.
    if gaps and len(gaps) < len(counted) / 4:
        yield finding("number-gap", gaps)


def _categories(labels: LabelSet) -> Iterator[Finding]:
    categories, path = labels.dataset.categories, str(labels.path)
    unused = categories.join(labels.dataset.annotations, on="class_id", how="anti", maintain_order="left")
    plain = pl.col("name").str.strip_chars().str.to_lowercase()
    blank = categories.filter(plain == "")
    repeated = categories.filter(plain.is_duplicated() & (plain != ""))
    for code, rows in (("category-unused", unused), ("category-unnamed", blank), ("category-repeated", repeated)):
        if rows.height and (code != "category-unused" or labels.dataset.annotations.height):
            places = [Place(path, None, f"class {number}, {quoted(name)}") for number, name in _named(rows)]
            yield finding(code, places, count=rows.height)


def _named(rows: pl.DataFrame) -> Iterator[tuple[int, str]]:
    yield from rows.select("class_id", "name").head(SHOWN_PLACES).iter_rows()
