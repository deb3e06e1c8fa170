"""The columns of a Dataset's tables: of which type each is, what it may say of people, and what must hold of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from loopviz.errors import InputError

ORIGINS = ("worker", "model", "consensus", "interpolated", "gold")
STATUSES = ("submitted", "approved", "rejected")
EDGES = ("x_min", "y_min", "x_max", "y_max")  # of a box, as the annotations have it
SPLITS = ("train", "val", "test")
# What an annotation is, where its box, polygons and mask do not say it. Points and lines have no area: their box is
# only the one around them. A rotated box is its one polygon of four corners, in order around it.
SHAPES = ("points", "line", "rotated_box")
POINT = 3  # numbers of a keypoint: x, y, visibility

# What a column may say of people; ``loopviz.pseudonyms`` follows it, so that no way out can forget one.
Role = Literal[
    "key",  # our own numbers, which join the tables
    "platform id",  # what a platform calls people and their work
    "free text",  # what people wrote
    "file name",  # often made of the id of whoever drew
    "requester text",  # names and questions, as files give them
    "public",
]


@dataclass(frozen=True)
class Column:
    """A column of one of the Dataset's tables.

    Args:
        kind: Its type.
        role: What it may say of people.
    """

    kind: pl.DataType
    role: Role


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "frames": {
        "frame": Column(pl.Int64(), "key"),  # 0-based decode index in the source
        "pts_seconds": Column(pl.Float64(), "public"),  # null where only a label file has been read
        "file": Column(pl.String(), "file name"),
        "width": Column(pl.Int64(), "public"),
        "height": Column(pl.Int64(), "public"),
        "split": Column(pl.Enum(SPLITS), "public"),  # the part of a training set that it belongs to
    },
    "categories": {
        "class_id": Column(pl.Int64(), "key"),  # 0-based, contiguous
        "name": Column(pl.String(), "requester text"),
        "color": Column(pl.String(), "public"),  # "#rrggbb", or null: the theme's palette decides
        "keypoint_names": Column(pl.List(pl.String()), "requester text"),  # of its skeleton, in their order
        "skeleton": Column(pl.List(pl.List(pl.Int64())), "public"),  # edges: pairs of keypoints, counted from 0
        "keypoint_mirror": Column(pl.List(pl.Int64()), "public"),  # which one each keypoint is in a mirrored picture
    },
    "annotations": {
        "annotation_id": Column(pl.Int64(), "key"),
        "frame": Column(pl.Int64(), "key"),
        "class_id": Column(pl.Int64(), "key"),
        "x_min": Column(pl.Float64(), "public"),  # pixels; the maximum edges are exclusive
        "y_min": Column(pl.Float64(), "public"),
        "x_max": Column(pl.Float64(), "public"),
        "y_max": Column(pl.Float64(), "public"),
        "mask_rle": Column(pl.String(), "public"),  # COCO's compressed counts at the frame's own size
        "polygons": Column(pl.List(pl.List(pl.Float64())), "public"),  # flat x1 y1 x2 y2 …, pixels
        # Flat x1 y1 v1 x2 y2 v2 …, pixels; v is 0: not labelled, 1: hidden, 2: seen, as in COCO; null: nobody says.
        "keypoints": Column(pl.List(pl.Float64()), "public"),
        "keypoint_confidence": Column(pl.List(pl.Float64()), "public"),  # of each, as a model says it
        "shape": Column(pl.Enum(SHAPES), "public"),
        "is_crowd": Column(pl.Boolean(), "public"),  # one region stands for several objects
        "confidence": Column(pl.Float64(), "public"),
        "track_id": Column(pl.Int64(), "public"),
        "origin": Column(pl.Enum(ORIGINS), "public"),
        "assignment_id": Column(pl.String(), "platform id"),
    },
    "assignments": {
        "assignment_id": Column(pl.String(), "platform id"),
        "worker_id": Column(pl.String(), "platform id"),
        "hit_id": Column(pl.String(), "platform id"),
        "frame": Column(pl.Int64(), "key"),
        "status": Column(pl.Enum(STATUSES), "public"),
        "reason": Column(pl.String(), "free text"),
        "reward_usd": Column(pl.Float64(), "public"),
        "work_seconds": Column(pl.Float64(), "public"),
        "submitted_at": Column(pl.Datetime("us", "UTC"), "public"),
        "batch": Column(pl.String(), "platform id"),
        # False: what was drawn is not known, for its labels were not read, or not all of them. Nobody judges it then.
        "labels_read": Column(pl.Boolean(), "public"),
        # Whether its labels count; null: nobody decided. Pay is another matter: see status.
        "accepted": Column(pl.Boolean(), "public"),
    },
    "workers": {
        "worker_id": Column(pl.String(), "platform id"),
        "alias": Column(pl.String(), "public"),  # null until loopviz.crowd.identity.apply names the person
        "consent": Column(pl.Boolean(), "public"),  # null: nobody asked
        "simulated": Column(pl.Boolean(), "public"),  # an invented person, said so on screen
    },
    "questions": {
        "question_id": Column(pl.String(), "requester text"),
        "text": Column(pl.String(), "requester text"),
        "heading": Column(pl.String(), "requester text"),
    },
    "answers": {
        "worker_id": Column(pl.String(), "platform id"),
        "question_id": Column(pl.String(), "requester text"),
        "answer": Column(pl.String(), "free text"),  # verbatim
        "normal": Column(pl.String(), "free text"),  # one spelling for what is one choice: loopviz.crowd.answers
        "consent": Column(pl.Boolean(), "public"),  # null: nobody asked
    },
}
SCHEMAS: Mapping[str, Mapping[str, pl.DataType]] = {
    table: {name: column.kind for name, column in columns.items()} for table, columns in COLUMNS.items()
}
KEYS: Mapping[str, tuple[str, ...]] = {
    "frames": ("frame",),
    "categories": ("class_id",),
    "annotations": ("annotation_id",),
    "assignments": ("assignment_id",),
    "workers": ("worker_id",),
    "questions": ("question_id",),
    "answers": ("worker_id", "question_id"),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "categories": ("name",),
    "annotations": ("frame", "class_id", "x_min", "y_min", "x_max", "y_max"),
}
LINKS = (
    ("annotations", "frame", "frames", "frame"),
    ("annotations", "class_id", "categories", "class_id"),
    ("annotations", "assignment_id", "assignments", "assignment_id"),
    ("assignments", "frame", "frames", "frame"),
    ("assignments", "worker_id", "workers", "worker_id"),
    ("answers", "worker_id", "workers", "worker_id"),
    ("answers", "question_id", "questions", "question_id"),
)


def empty_table(name: str) -> pl.DataFrame:
    """Return one of the Dataset's tables without a row, its columns typed."""
    return pl.DataFrame(schema=dict(SCHEMAS[name]))


def table(name: str, columns: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Build one of the Dataset's tables from columns or rows; columns left out are null.

    Raises:
        InputError: If a value does not fit its column, or a column does not belong to the table.
    """
    schema = SCHEMAS[name]
    if isinstance(columns, Mapping):
        rows = columns
    else:
        rows = {key: [row.get(key) for row in columns] for key in dict.fromkeys(key for row in columns for key in row)}
    unknown = set(rows) - set(schema)
    if unknown:
        raise InputError(f"the table {name!r} has no column {sorted(unknown)[0]!r}", expected=", ".join(schema))
    height = max((len(values) for values in rows.values()), default=0)
    try:
        return pl.DataFrame(
            {
                key: pl.Series(key, rows[key], dtype=kind) if key in rows else _nulls(key, kind, height)
                for key, kind in schema.items()
            }
        )
    except (pl.exceptions.PolarsError, TypeError, OverflowError, ValueError) as error:
        raise InputError(f"a value does not fit the table {name!r}: {error}") from error


def _nulls(name: str, kind: pl.DataType, height: int) -> pl.Series:
    """Return a column of which nothing is known, without a Python object for each of its rows."""
    return pl.Series(name, [None], dtype=kind).new_from_index(0, height)


def check_table(name: str, frame: pl.DataFrame) -> None:
    """Check that a table has its columns, its keys, and values that mean something.

    Raises:
        InputError: If not.
    """
    schema, there, place = SCHEMAS[name], frame.schema, f"table {name!r}"  # Polars makes a schema anew each time
    wrong = next((k for k in dict.fromkeys([*schema, *there]) if there.get(k) != schema.get(k)), None)
    if wrong is not None:
        found, expected = there.get(wrong), str(schema.get(wrong, "no such column"))
        raise InputError(f"{wrong!r} is not as it should be", at=place, found=found, expected=expected)
    if list(there) != list(schema):
        raise InputError("the columns stand in another order", at=place, expected=", ".join(schema))
    key = list(KEYS[name])
    if any(frame[column].null_count() for column in key):
        raise InputError(f"a row has no {' and '.join(key)}", at=place)
    if _repeats(frame, key):
        twice = frame.filter(pl.struct(key).is_duplicated())[key[0]][0]
        raise InputError(f"the same {' and '.join(key)} stands in two rows", at=place, found=twice)
    for column in NEEDED.get(name, ()):
        if frame[column].null_count():
            raise InputError(f"a row has no {column}", at=place)
        if schema[column] == pl.Float64() and not frame[column].is_finite().all():
            found = frame.filter(~pl.col(column).is_finite())[column][0]
            raise InputError(f"{column} is not a number of pixels", at=place, found=found)
    if name == "annotations":
        _check_shapes(frame)
        _check_outlines(frame)
    if name == "categories" and frame["class_id"].to_list() != list(range(frame.height)):
        raise InputError("class ids are not 0, 1, 2 … in order", at=place, found=frame["class_id"].to_list())
    if name == "categories":
        edges = frame["skeleton"].drop_nulls().explode(empty_as_null=False)
        if edges.null_count() or (edges.list.len() != 2).any() or edges.explode(empty_as_null=False).null_count():
            raise InputError("an edge of a skeleton is not two keypoints", at=place)


def _check_outlines(annotations: pl.DataFrame) -> None:
    rings = annotations["polygons"].drop_nulls().explode(empty_as_null=False)
    if not rings.null_count() and not (rings.list.len() % 2 == 1).any():
        return
    pairs = pl.col("polygons").list.eval((pl.element().list.len() % 2 == 0).fill_null(value=False)).list.all()
    wrong = annotations.filter(~pairs)["annotation_id"][0]
    raise InputError("an outline is not x and y of corners", at="table 'annotations'", found=f"annotation {wrong}")


def _check_shapes(annotations: pl.DataFrame) -> None:
    """Check keypoints, and that what is said to be of a shape has what makes it one."""
    if annotations["keypoints"].null_count() == annotations["shape"].null_count() == annotations.height:
        return
    points, corners = pl.col("keypoints"), pl.col("polygons")
    placed = points.list.eval(pl.element().filter(pl.int_range(pl.len()) % POINT < POINT - 1))
    number = placed.list.eval(pl.element().is_finite().fill_null(value=False)).list.all()
    seen = points.list.eval(pl.element().gather_every(POINT, POINT - 1))
    known = seen.list.eval(pl.element().is_in([0.0, 1.0, 2.0]) | pl.element().is_null()).list.all()
    bare, turned = pl.col("shape").is_in(["points", "line"]), pl.col("shape") == "rotated_box"
    one = (corners.list.len() == 1) & (corners.list.first().list.len() == 8)
    sure = pl.col("keypoint_confidence").list.len() * POINT == points.list.len()
    faults = {
        "keypoints are not x, y and visibility": (points.list.len() % POINT != 0) | ~number | ~known,
        "there is not one confidence for each keypoint": pl.col("keypoint_confidence").is_not_null() & ~sure,
        "points or a line without a point": bare & ~(points.list.len() > 0).fill_null(value=False),
        "a rotated box without its four corners": turned & ~one.fill_null(value=False),
    }
    for what, fault in faults.items():
        wrong = annotations.filter(fault.fill_null(value=False))
        if wrong.height:
            raise InputError(what, at="table 'annotations'", found=f"annotation {wrong['annotation_id'][0]}")


def _repeats(frame: pl.DataFrame, key: Sequence[str]) -> bool:
    """Say whether a key stands twice; one of two columns is looked at as numbers and by the first, which saves room."""
    first, *rest = key
    if not rest:
        return frame[first].n_unique() < frame.height
    several = pl.struct(rest).n_unique() < pl.len()
    numbers = frame.select(pl.col(key).cast(pl.Categorical).to_physical())
    return bool(numbers.group_by(first).agg(twice=several)["twice"].any())
