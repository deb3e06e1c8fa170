"""How far people agree, and which labels are most worth a look, in a folder: tables and a report without ids."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import write_text, writing
from loopviz.crowd import Identity, apply_identity
from loopviz.crowd.quality.consensus import Method, consensus_of
from loopviz.crowd.quality.reliability import OVERLAP, reliability
from loopviz.crowd.quality.suspects import Evidence, suspects
from loopviz.dataset import EDGES, Dataset
from loopviz.errors import InputError
from loopviz.evaluation.categories import on_same_categories
from loopviz.formats.csv_write import as_cells
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.project.compare import Naming, plain
from loopviz.project.reference import Side, read_both, read_side
from loopviz.project.salt import read_salt
from loopviz.report.quality_page import quality_page
from loopviz.report.suspect_words import sentence

REPORT, PAGE = "report.json", "index.html"
CONSENSUS = "consensus"  # the folder of one set of labels a frame
LISTED = 20  # suspects in the report; their table has all


@dataclass(frozen=True, eq=False)
class Quality:
    """What was found, and where it is.

    Attributes:
        path: The folder.
        overlap: How much two labels of one object overlap at least.
        tables: By name: ``suspects``; and where people labelled the same frames ``whole``, ``categories``, ``people``,
            ``pairs``, ``stretches``, ``skills`` and ``made_of``.
        consensus: One set of labels a frame, without people; None where nobody shares a frame.
        notes: What a person should know.
    """

    path: Path
    overlap: float
    tables: dict[str, pl.DataFrame]
    notes: tuple[Note, ...]
    consensus: Dataset | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values; figures have six digits, and are null where nothing says them."""
        whole = plain(self.tables["whole"])[0] if "whole" in self.tables else {}
        listed = {name: plain(self.tables[name]) for name in ("categories", "people", "stretches") if whole}
        most = plain(self.tables["suspects"].head(LISTED))
        notes = [each.line for each in self.notes]
        return {"overlap": self.overlap, **whole, **listed, "suspects": most, "notes": notes}


def measure_quality(
    labels: str | Path,
    out: str | Path,
    naming: Naming,
    overlap: float = OVERLAP,
    *,
    predictions: str | Path | None = None,
    method: Method = "skill",
    overwrite: bool = False,
) -> Quality:
    """Measure how far people agree, find the labels most worth a look and what most agree on, and write it.

    Args:
        labels: A project, a dataset, or labels of a format that says who drew them.
        out: The folder that is made: whole or not at all.
        naming: What may name people in it.
        overlap: How much two labels of one object overlap at least, as intersection over union.
        predictions: A model's labels of the same frames, which it did not learn from these; None: none.
        method: How the consensus is found.
        overwrite: Replace the folder if it exists, and loopviz made it.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    path, folder = Path(labels), Path(out)
    origin = Origin.of(
        "quality", path, f"{overlap}", naming.identity, method, *([f"{predictions}"] if predictions else [])
    )
    check_folder(folder, origin, overwrite=overwrite)
    side, evidence = _read(path, None if predictions is None else Path(predictions))
    salt = read_salt(naming.salt_file or side.salt_file) if naming.identity == "alias" else b""
    dataset = apply_identity(side.labels.dataset, naming.identity, salt)
    if not dataset.annotations.height:
        raise InputError("there is no label to look at", file=path, expected="labels")
    names = _names(dataset.workers, naming.identity)
    found, doubtful = reliability(dataset, overlap), _suspects(dataset, evidence, names)
    tables, notes, one_set = {"suspects": doubtful}, list(side.notes), None
    if found.whole["units"][0]:
        tables |= {
            "whole": found.whole,
            "categories": found.categories,
            "people": _called(found.people, names, "worker"),
            "pairs": _called(_called(found.pairs, names, "worker"), names, "other"),
            "stretches": found.stretches,
        }
        agreed = consensus_of(dataset, method, overlap)
        one_set = _without_people(agreed.dataset)
        tables["skills"] = _called(agreed.people.rename({"worker_id": "worker"}), names, "worker")
        tables["made_of"] = _called(agreed.made_of.rename({"worker_id": "worker"}), names, "worker")
    else:
        notes.append(note("nobody-shares"))
    made = Quality(folder, overlap, tables, tuple(notes), one_set)
    with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
        for name, table in made.tables.items():
            as_cells(table).write_csv(part / f"{name}.csv")
            table.write_parquet(part / f"{name}.parquet")
        if made.consensus is not None:
            made.consensus.save(part / CONSENSUS)
        write_text(part / PAGE, quality_page(made.tables, overlap))
        write_text(part / REPORT, json.dumps(made.as_json(), indent=2, ensure_ascii=False) + "\n")
    return made


def _read(path: Path, predictions: Path | None) -> tuple[Side, Evidence]:
    """Return labels, and what a model found on the same frames."""
    if predictions is None:
        return read_side(path), Evidence()
    labels, theirs = read_both(path, predictions)
    dataset, found = on_same_categories(labels.labels.dataset, theirs.labels.dataset)
    side = replace(labels, labels=replace(labels.labels, dataset=dataset), facts=(*labels.notes, *theirs.notes))
    return side, Evidence(found.annotations)


def _without_people(dataset: Dataset) -> Dataset:
    """Return labels alone: whose each was stands in ``made_of``."""
    labels = dataset.annotations.with_columns(assignment_id=pl.lit(None, pl.String))
    return Dataset(frames=dataset.frames, categories=dataset.categories, annotations=labels)


def _suspects(dataset: Dataset, evidence: Evidence, names: dict[str, str]) -> pl.DataFrame:
    """Return the labels most worth a look, with what they are called, whose they are, and why."""
    categories = dict(dataset.categories.select("class_id", "name").iter_rows())
    found = suspects(dataset, evidence)
    work = dataset.annotations.select("annotation_id", "assignment_id").join(
        dataset.assignments.select("assignment_id", "worker_id"), on="assignment_id", how="left"
    )
    rows = found.join(work.select("annotation_id", "worker_id"), on="annotation_id", how="left", maintain_order="left")
    why = [sentence(row, categories) for row in found.iter_rows(named=True)]
    files = dataset.frames.select("frame", "file")
    return rows.join(files, on="frame", how="left", maintain_order="left").select(
        "rank",
        "score",
        "kind",
        "frame",
        "file",
        category=pl.col("class_id").replace_strict(categories, return_dtype=pl.String, default=None),
        worker=pl.col("worker_id").replace_strict(names, return_dtype=pl.String, default=None),
        why=pl.Series("why", why, dtype=pl.String),
        **{name: pl.col(name) for name in ("annotation_id", "other_annotation_id", *EDGES, "found", "usual")},
    )


def _names(workers: pl.DataFrame, identity: Identity) -> dict[str, str]:
    """Return what each worker may be called."""
    if identity == "hidden":
        return {}
    return dict(workers.select("worker_id", "alias").drop_nulls().iter_rows())


def _called(table: pl.DataFrame, names: dict[str, str], column: str) -> pl.DataFrame:
    """Return the rows of people who may be named, by their names."""
    known = table.filter(pl.col(column).is_in(list(names)))
    return known.with_columns(pl.col(column).replace_strict(names, return_dtype=pl.String)).sort(column)
