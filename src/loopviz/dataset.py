"""The Dataset: what was labelled, by whom, and what is known of them, as tidy tables.

One row is one thing; a column carries its unit in its name; there is no free-form column. Tables are checked when a
Dataset is built and trusted from then on. Nothing is changed in place: every step returns a new Dataset.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
from polars.io.plugins import register_io_source

from loopviz.atomic import new_files
from loopviz.errors import InputError, OutputError
from loopviz.wording import counted

if TYPE_CHECKING:
    from loopviz.project.notebook import LabelReview

ORIGINS = ("worker", "model", "consensus", "interpolated", "gold")
STATUSES = ("submitted", "approved", "rejected")
EDGES = ("x_min", "y_min", "x_max", "y_max")  # of a box, as the annotations have it
SPLITS = ("train", "val", "test")
# What an annotation is, where its box, polygons and mask do not say it. Points and lines have no area: their box is
# only the one around them. A rotated box is its one polygon of four corners, in order around it.
SHAPES = ("points", "line", "rotated_box")
PIECE = 4 << 20  # bytes of annotations that are written at a time
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


def _empty(name: str) -> Callable[[], pl.DataFrame]:
    return lambda: empty_table(name)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Tables of frames, categories, annotations, assignments, workers, questions and answers.

    The columns are those of ``SCHEMAS``. Built from anything else, a key that stands twice, or a row that points at
    nothing, it raises.

    Raises:
        InputError: If a table breaks its schema, a key is missing or repeated, or a reference leads nowhere.
    """

    frames: pl.DataFrame = dataclasses.field(default_factory=_empty("frames"))
    categories: pl.DataFrame = dataclasses.field(default_factory=_empty("categories"))
    annotations: pl.DataFrame = dataclasses.field(default_factory=_empty("annotations"))
    assignments: pl.DataFrame = dataclasses.field(default_factory=_empty("assignments"))
    workers: pl.DataFrame = dataclasses.field(default_factory=_empty("workers"))
    questions: pl.DataFrame = dataclasses.field(default_factory=_empty("questions"))
    answers: pl.DataFrame = dataclasses.field(default_factory=_empty("answers"))

    def __post_init__(self) -> None:
        self._check(SCHEMAS)

    def _check(self, names: Collection[str]) -> None:
        """Check some tables, and what points from or at them."""
        for name in names:
            _check_table(name, getattr(self, name))
        for link in LINKS:
            if link[0] in names or link[2] in names:
                _check_link(self, *link)

    def replace(self, **tables: pl.DataFrame) -> Dataset:
        """Return a Dataset with some tables exchanged; only those are checked again."""
        other = copy.copy(self)
        for name, frame in tables.items():
            object.__setattr__(other, name, frame)  # frozen, but this one is not anybody's yet
        other._check(tables)
        return other

    def __repr__(self) -> str:
        return "\n".join(f"{what}: {', '.join(counts)}" for what, counts in self._counts().items())

    def _repr_html_(self) -> str:
        rows = (f"<tr><th>{what}</th><td>{'<br>'.join(counts)}</td></tr>" for what, counts in self._counts().items())
        return f"<table>{''.join(rows)}</table>"

    def _counts(self) -> dict[str, list[str]]:
        """Return how much there is: numbers alone, for names of categories and people are other people's words."""

        def count(table: pl.DataFrame, one: str, many: str | None = None) -> str:
            return counted(table.height, one, many)

        return {
            "Labels": [
                count(self.annotations, "annotation"),
                count(self.frames, "frame"),
                count(self.categories, "category", "categories"),
            ],
            "Work": [count(self.assignments, "assignment"), count(self.workers, "person", "people")],
            "Answers": [count(self.answers, "answer"), count(self.questions, "question")],
        }

    def show(
        self,
        video: str | Path | None = None,
        *,
        identity: Literal["alias", "full", "hidden"] = "alias",
        predictions: str | Path | None = None,
    ) -> LabelReview:
        """Return a review of the labels, which a notebook shows: to look at, to filter, to decide on.

        Args:
            video: The video or the folder of images; None: labels stand on blank ground.
            identity: What may name people on it, as in a project file.
            predictions: A model's labels of the same frames, which it did not learn from these; None: none.

        Raises:
            LoopvizError: One of its kinds, see ``loopviz.errors``.
        """
        from loopviz.project.compare import Naming  # far above: the one place where a table knows of a page
        from loopviz.project.notebook import show

        return show(self, video, Naming(identity), predictions)

    def equals(self, other: Dataset) -> bool:
        """Say whether every table holds the same rows in the same order."""
        return all(getattr(self, name).equals(getattr(other, name)) for name in SCHEMAS)

    def filter(
        self,
        *,
        frames: Sequence[int] | range | None = None,
        categories: Sequence[str] | None = None,
        workers: Sequence[str] | None = None,
        statuses: Sequence[str] | None = None,
        confidence: float | None = None,
    ) -> Dataset:
        """Return the part of the Dataset that fits every condition given.

        Args:
            frames: Keep these frames and what belongs to them.
            categories: Keep annotations of the categories with these names.
            workers: Keep the work of these workers, by id.
            statuses: Keep work in these states (``submitted``, ``approved``, ``rejected``).
            confidence: Keep annotations of at least this confidence, and those that have none, as people's have.

        Returns:
            A Dataset whose references hold. Frames and categories stay listed unless they were asked about; people
            stay listed unless workers were asked about, because silence is data too.
        """
        kept = self
        if frames is not None:
            wanted = pl.col("frame").is_in(list(frames))
            kept = kept.replace(
                frames=kept.frames.filter(wanted),
                annotations=kept.annotations.filter(wanted),
                assignments=kept.assignments.filter(wanted | pl.col("frame").is_null()),
            )
        if categories is not None:
            ids = kept.categories.filter(pl.col("name").is_in(list(categories)))["class_id"].to_list()
            kept = kept.replace(annotations=kept.annotations.filter(pl.col("class_id").is_in(ids)))
        if workers is not None:
            mine = pl.col("worker_id").is_in(list(workers))
            kept = kept._with_assignments(kept.assignments.filter(mine)).replace(
                workers=kept.workers.filter(mine), answers=kept.answers.filter(mine)
            )
        if statuses is not None:
            kept = kept._with_assignments(kept.assignments.filter(pl.col("status").is_in(list(statuses))))
        if confidence is not None:
            sure = (pl.col("confidence") >= confidence).fill_null(value=True)
            kept = kept.replace(annotations=kept.annotations.filter(sure))
        return kept

    def _with_assignments(self, assignments: pl.DataFrame) -> Dataset:
        done = self.annotations.join(assignments, on="assignment_id", how="semi", maintain_order="left")
        # Workers are dropped after their work is: references must hold at every step.
        return self.replace(assignments=assignments, annotations=done)

    def work(self) -> pl.DataFrame:
        """Return the assignments with each worker's columns joined on, in the assignments' order."""
        return self.assignments.join(self.workers, on="worker_id", how="left", maintain_order="left")

    def answers_wide(self) -> pl.DataFrame:
        """Return one row a worker, one column a question: the answers as they were given, null where none was."""
        ids = self.questions["question_id"].to_list()
        wide = self.answers.pivot("question_id", index="worker_id", values="answer") if self.answers.height else None
        people = self.workers.select("worker_id")
        if wide is not None:
            people = people.join(wide, on="worker_id", how="left", maintain_order="left")
        blank = [pl.lit(None, dtype=pl.String).alias(i) for i in ids if i not in people.columns]
        return people.with_columns(blank).select("worker_id", *ids)

    def save(self, folder: Path | str, *, annotations: Iterator[pl.DataFrame] | None = None) -> None:
        """Write the tables as ``<name>.parquet`` into a folder, which is made if need be.

        The files hold raw worker ids: this is the working copy, not an export.

        Args:
            folder: The folder.
            annotations: Yields the table of annotations piece by piece, where it is too large to be in memory.

        Raises:
            OutputError: If the folder cannot be made or written to.
        """
        target = Path(folder)
        files = [target / f"{name}.parquet" for name in SCHEMAS]
        try:
            with new_files(*files, replace=True) as parts:
                for part in parts:
                    if part.stem == "annotations":
                        _write_pieces(annotations or in_pieces(self.annotations), part)
                    else:
                        getattr(self, part.stem).write_parquet(part)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise OutputError(
                f"the dataset cannot be written: {error}", file=target, remedy="Choose another folder, or make room."
            ) from error

    @classmethod
    def load(cls, folder: Path | str) -> Dataset:
        """Read what ``save`` wrote.

        Raises:
            InputError: If a table is missing or damaged, or the tables do not fit together.
        """
        return cls(**{name: _load_table(Path(folder) / f"{name}.parquet") for name in SCHEMAS})


def in_pieces(table: pl.DataFrame, beside: int = 0) -> Iterator[pl.DataFrame]:
    """Yield the rows of a table, some megabytes at a time; an empty one is one piece.

    Args:
        table: The table.
        beside: How many bytes belong to it that it does not hold.
    """
    rows = max(1, PIECE * table.height // max(1, int(table.estimated_size()) + beside))
    yield from table.iter_slices(rows) if table.height else [table]


def _write_pieces(pieces: Iterator[pl.DataFrame], file: Path) -> None:
    """Write a table of annotations while it is yielded, each piece as a row group: no more of it is in memory."""
    first = next(pieces)
    source = register_io_source(lambda *_: itertools.chain([first], pieces), schema=SCHEMAS["annotations"])
    source.sink_parquet(file, row_group_size=max(1, first.height))


def _load_table(file: Path) -> pl.DataFrame:
    if not file.is_file():
        raise InputError("a table of the dataset is missing", file=file, remedy="Save the dataset again.")
    try:
        found = pl.read_parquet(file)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(
            f"not a readable Parquet file: {error}", file=file, remedy="Save the dataset again."
        ) from error
    # What an earlier version saved lacks columns that came later: nothing was known of them.
    later = [pl.lit(None, kind).alias(key) for key, kind in SCHEMAS[file.stem].items() if key not in found.columns]
    return found.with_columns(later).select(*SCHEMAS[file.stem], pl.exclude(*SCHEMAS[file.stem])) if later else found


def _check_table(name: str, frame: pl.DataFrame) -> None:
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


def _check_link(dataset: Dataset, source: str, column: str, target: str, key: str) -> None:
    given: pl.Series = getattr(dataset, source)[column]
    if given.null_count() == len(given):  # most tables of labels alone: nobody is known
        return
    lost = given.filter(given.is_not_null() & ~given.is_in(getattr(dataset, target)[key].implode()))
    if len(lost):
        raise InputError(f"{column} points at nothing in {target!r}", at=f"table {source!r}", found=lost[0])
