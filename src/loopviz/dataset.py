"""The Dataset: what was labelled, by whom, and what is known of them, as tidy tables.

One row is one thing; a column carries its unit in its name; there is no free-form column. Tables are checked when a
Dataset is built and trusted from then on. Nothing is changed in place: every step returns a new Dataset.
"""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
from polars.io.plugins import register_io_source

from loopviz.atomic import new_files
from loopviz.errors import InputError, OutputError
from loopviz.schema import LINKS, SCHEMAS, check_table, empty_table
from loopviz.wording import counted

if TYPE_CHECKING:
    from loopviz.project.notebook import LabelReview

PIECE = 4 << 20  # bytes of annotations that are written at a time


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
            check_table(name, getattr(self, name))
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


def _check_link(dataset: Dataset, source: str, column: str, target: str, key: str) -> None:
    given: pl.Series = getattr(dataset, source)[column]
    if given.null_count() == len(given):  # most tables of labels alone: nobody is known
        return
    lost = given.filter(given.is_not_null() & ~given.is_in(getattr(dataset, target)[key].implode()))
    if len(lost):
        raise InputError(f"{column} points at nothing in {target!r}", at=f"table {source!r}", found=lost[0])
