"""How far a project's or a dataset's people agree, as tables and a report in a folder, without anybody's id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import write_text, writing
from loopviz.crowd import Identity, apply_identity
from loopviz.crowd.quality.reliability import OVERLAP, reliability
from loopviz.errors import InputError
from loopviz.formats.csv_write import as_cells
from loopviz.notes import Note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.project.compare import Naming, plain
from loopviz.project.reference import read_side
from loopviz.project.salt import read_salt

REPORT = "report.json"


@dataclass(frozen=True, eq=False)
class Quality:
    """What was found, and where it is.

    Attributes:
        path: The folder.
        overlap: How much two labels of one object overlap at least.
        tables: By name: ``whole``, ``categories``, ``people``, ``pairs``, ``stretches``.
        notes: What a person should know.
    """

    path: Path
    overlap: float
    tables: dict[str, pl.DataFrame]
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values; figures have six digits, and are null where nothing says them."""
        (whole,) = plain(self.tables["whole"])
        listed = {name: plain(self.tables[name]) for name in ("categories", "people", "stretches")}
        return {"overlap": self.overlap, **whole, **listed, "notes": [each.line for each in self.notes]}


def measure_quality(
    labels: str | Path,
    out: str | Path,
    naming: Naming,
    overlap: float = OVERLAP,
    *,
    overwrite: bool = False,
) -> Quality:
    """Measure how far people agree, and write it.

    Args:
        labels: A project, a dataset, or labels of a format that says who drew them.
        out: The folder that is made: whole or not at all.
        naming: What may name people in it.
        overlap: How much two labels of one object overlap at least, as intersection over union.
        overwrite: Replace the folder if it exists, and loopviz made it.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    path, folder = Path(labels), Path(out)
    origin = Origin.of("quality", path, f"{overlap}", naming.identity)
    check_folder(folder, origin, overwrite=overwrite)
    side = read_side(path)
    salt = read_salt(naming.salt_file or side.salt_file) if naming.identity == "alias" else b""
    dataset = apply_identity(side.labels.dataset, naming.identity, salt)
    found = reliability(dataset, overlap)
    if not found.whole["units"][0]:
        what, expected = "nobody labelled what another person labelled too", "frames that two people or more labelled"
        raise InputError(what, file=path, expected=expected)
    names = _names(dataset.workers, naming.identity)
    tables = {
        "whole": found.whole,
        "categories": found.categories,
        "people": _called(found.people, names, "worker"),
        "pairs": _called(_called(found.pairs, names, "worker"), names, "other"),
        "stretches": found.stretches,
    }
    made = Quality(folder, overlap, tables, side.notes)
    with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
        for name, table in made.tables.items():
            as_cells(table).write_csv(part / f"{name}.csv")
            table.write_parquet(part / f"{name}.parquet")
        write_text(part / REPORT, json.dumps(made.as_json(), indent=2, ensure_ascii=False) + "\n")
    return made


def _names(workers: pl.DataFrame, identity: Identity) -> dict[str, str]:
    """Return what each worker may be called."""
    if identity == "hidden":
        return {}
    return dict(workers.select("worker_id", "alias").drop_nulls().iter_rows())


def _called(table: pl.DataFrame, names: dict[str, str], column: str) -> pl.DataFrame:
    """Return the rows of people who may be named, by their names."""
    known = table.filter(pl.col(column).is_in(list(names)))
    return known.with_columns(pl.col(column).replace_strict(names, return_dtype=pl.String)).sort(column)
