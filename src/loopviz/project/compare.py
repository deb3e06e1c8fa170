"""What a model sees held against labels: tables, a report and two pictures in a folder, without anybody's id."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import write_text, writing
from loopviz.crowd import Identity
from loopviz.evaluation.comparison import Comparison, Judge, by_batch, by_person, compare
from loopviz.formats.csv_write import as_cells
from loopviz.media import save_png
from loopviz.notes import Note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.project.compare_options import DEFAULTS, CompareOptions
from loopviz.project.reference import Reference, read_both, reference_of
from loopviz.pseudonyms import work_numbers
from loopviz.report.detection_charts import confusion_chart, precision_recall_chart

REPORT = "report.json"
DIGITS = 6  # of shares


@dataclass(frozen=True)
class Naming:
    """What may name people in what is written: ``identity``, and the secret behind the aliases."""

    identity: Identity = "alias"
    salt_file: Path | None = None


@dataclass(frozen=True, eq=False)
class Compared:
    """What came of it.

    Attributes:
        path: The folder.
        tables: By name: ``categories``, ``people``, ``batches``, ``frames``, ``pairs``, ``confusion``, ``curves``.
        comparison: How detections compare with labels.
        model: Which model it was, if one was.
        notes: What a person should know.
    """

    path: Path
    tables: dict[str, pl.DataFrame]
    comparison: Comparison
    model: dict[str, object] | None
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values; shares have six digits, and are null where nothing says what they are."""
        scores = self.comparison.scores
        listed = {name: plain(self.tables[name]) for name in ("categories", "people", "batches", "confusion")}
        (whole,) = plain(self.comparison.whole)
        sizes = {name: _rounded(value) for name, value in scores.sizes.items()}
        return {**whole, "sizes": sizes, **listed, "model": self.model, "notes": [each.line for each in self.notes]}


def compare_labels(
    first: str | Path,
    second: str | Path,
    out: str | Path,
    how: CompareOptions = DEFAULTS,
    naming: Naming = Naming(),
    *,
    overwrite: bool = False,
) -> Compared:
    """Hold detections against labels, and write what came of it.

    Args:
        first: The reference: a project, a dataset, or labels.
        second: The detections: the same.
        out: The folder that is made: whole or not at all.
        how: How they are compared.
        naming: What may name people in it.
        overwrite: Replace the folder if it exists, and loopviz made it.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    one, other, folder = Path(first), Path(second), Path(out)
    origin = Origin.of("comparison", one, other, f"{how}", naming.identity)
    check_folder(folder, origin, overwrite=overwrite)
    sides = read_both(one, other)
    held = reference_of(*sides, naming.identity, naming.salt_file, how)
    judge = Judge(how.confidence, how.iou)
    found = compare(held.labels, held.predicted, held.frames, judge)
    record = sides[1].record
    model = None if record is None else record.model_dump(mode="json", include={"model", "sha256", "run", "confidence"})
    made = Compared(folder, _tables(held, found, judge, naming.identity), found, model, held.notes)
    with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
        for name, table in made.tables.items():
            as_cells(table).write_csv(part / f"{name}.csv")
            table.write_parquet(part / f"{name}.parquet")
        write_text(part / REPORT, json.dumps(made.as_json(), indent=2, ensure_ascii=False) + "\n")
        save_png(precision_recall_chart(made.tables["categories"], found.scores.curves), part / "precision-recall.png")
        save_png(confusion_chart(made.tables["confusion"]), part / "confusion.png")
    return made


def _tables(held: Reference, found: Comparison, judge: Judge, identity: Identity) -> dict[str, pl.DataFrame]:
    detections = held.predicted.annotations
    shown = held.dataset.workers["worker_id"].to_list() if identity != "hidden" else []
    people = by_person(held.dataset, detections, held.frames, judge, shown)
    batches = by_batch(held.dataset, held.labels.annotations, detections, held.frames, judge)
    named = dict(found.categories.select("class_id", "name").iter_rows())
    return {
        "categories": found.categories.drop("class_id"),
        "people": _named(people, held),
        "batches": batches if identity == "full" else _numbered(batches, held),
        "frames": found.frames,
        "pairs": _with_names(found.matches, named, ("reference", "predicted")),
        "confusion": found.confusion,
        "curves": _with_names(found.scores.curves, named, ("",)),
    }


def _named(people: pl.DataFrame, held: Reference) -> pl.DataFrame:
    """Return what is said of single people, by the names that they may have, in the order of these."""
    alias = held.dataset.workers.select("worker_id", person="alias", simulated="simulated")
    rows = people.join(alias, on="worker_id", how="left").drop("worker_id")
    return rows.select("person", "simulated", pl.exclude("person", "simulated")).sort("person")


def _numbered(batches: pl.DataFrame, held: Reference) -> pl.DataFrame:
    numbers = work_numbers(held.dataset)["batch"]
    return batches.with_columns(pl.col("batch").replace(numbers))


def _with_names(table: pl.DataFrame, named: dict[int, str], sides: tuple[str, ...]) -> pl.DataFrame:
    """Return a table with the names of categories instead of their ids."""
    for side in sides:
        old, new = (f"{side}_class", f"{side}_category") if side else ("class_id", "category")
        texts = pl.col(old).replace_strict(named, default=None, return_dtype=pl.String)
        table = table.with_columns(texts).rename({old: new})
    return table


def plain(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows as plain values; numbers have six digits, and what is not finite is null."""
    return [{name: _rounded(value) for name, value in row.items()} for row in table.iter_rows(named=True)]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    return value
