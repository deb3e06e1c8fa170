"""How far people agree, and which labels are most worth a look, in a folder: tables and a report without ids."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import write_text, writing
from loopviz.crowd import Identity, apply_identity
from loopviz.crowd.quality.consensus import Method, consensus_of
from loopviz.crowd.quality.reliability import OVERLAP, reliability
from loopviz.crowd.quality.suspects import Evidence, suspects
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.csv_write import as_cells
from loopviz.formats.types import frame_size_of
from loopviz.media import Source, open_source
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.project.compare import Naming, plain
from loopviz.project.quality_pictures import CROPS, MOST_CROPS, edges_of, write_crops
from loopviz.project.reference import (
    Side,
    on_frames,
    own_source,
    read_both,
    read_both_whole,
    read_side,
    with_detections,
)
from loopviz.project.salt import read_salt
from loopviz.report.quality_page import quality_page
from loopviz.report.suspect_words import sentence
from loopviz.schema import EDGES

REPORT, PAGE = "report.json", "index.html"
CONSENSUS = "consensus"  # the folder of one set of labels a frame
LISTED = 20  # suspects in the report; their table has all


@dataclass(frozen=True)
class Looks:
    """How the labels are looked at.

    Attributes:
        overlap: How much two labels of one object overlap at least, as intersection over union.
        predictions: A model's labels of the same frames, which it did not learn from these; None: none.
        method: How the consensus is found.
        video: The video or the folder of images; None: a project's, else no picture is looked at.
        crops: How many suspects have a crop.
    """

    overlap: float = OVERLAP
    predictions: Path | None = None
    method: Method = "skill"
    video: Path | None = None
    crops: int = CROPS

    def __post_init__(self) -> None:
        if not 0 <= self.crops <= MOST_CROPS:
            raise ConfigError("not a number of crops", found=self.crops, expected=f"0 to {MOST_CROPS}")


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
    labels: str | Path, out: str | Path, naming: Naming, how: Looks = Looks(), *, overwrite: bool = False
) -> Quality:
    """Measure how far people agree, find the labels most worth a look and what most agree on, and write it.

    Args:
        labels: A project, a dataset, or labels of a format that says who drew them.
        out: The folder that is made: whole or not at all.
        naming: What may name people in it.
        how: How it is looked for.
        overwrite: Replace the folder if it exists, and loopviz made it.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    path, folder = Path(labels), Path(out)
    origin = Origin.of("quality", path, f"{how}", naming.identity)
    check_folder(folder, origin, overwrite=overwrite)
    with contextlib.ExitStack() as stack:
        place = how.video or own_source(path)
        source = None if place is None else stack.enter_context(open_source(place))
        side, theirs = _read(path, how.predictions, source)
        salt = read_salt(naming.salt_file or side.salt_file) if naming.identity == "alias" else b""
        dataset = apply_identity(side.labels.dataset, naming.identity, salt)
        if not dataset.annotations.height:
            raise InputError("there is no label to look at", file=path, expected="labels")
        names = _names(dataset.workers, naming.identity)
        edges = None if source is None else edges_of(dataset, source)
        found = suspects(dataset, Evidence(theirs, edges))
        notes = [*side.notes, *([] if source else [note("no-pictures")])]
        agreed, one_set = _agreement(dataset, how, names)
        notes += [] if agreed else [note("nobody-shares")]
        with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
            crops = {} if source is None else write_crops(dataset, found, source, how.crops, part)
            tables = {"suspects": _suspects(dataset, found, names, crops), **agreed}
            made = Quality(folder, how.overlap, tables, tuple(notes), one_set)
            _write(made, part, looked=source is not None)
    return made


def _write(made: Quality, part: Path, *, looked: bool) -> None:
    """Write the tables, the consensus, the page and the report."""
    for name, table in made.tables.items():
        as_cells(table).write_csv(part / f"{name}.csv")
        table.write_parquet(part / f"{name}.parquet")
    if made.consensus is not None:
        made.consensus.save(part / CONSENSUS)
    write_text(part / PAGE, quality_page(made.tables, made.overlap, looked=looked))
    write_text(part / REPORT, json.dumps(made.as_json(), indent=2, ensure_ascii=False) + "\n")


def _agreement(dataset: Dataset, how: Looks, names: dict[str, str]) -> tuple[dict[str, pl.DataFrame], Dataset | None]:
    """Return the tables of how far people agree, and one set of labels of theirs, where people share frames."""
    found = reliability(dataset, how.overlap)
    if not found.whole["units"][0]:
        return {}, None
    agreed = consensus_of(dataset, how.method, how.overlap)
    tables = {
        "whole": found.whole,
        "categories": found.categories,
        "people": _called(found.people, names, "worker"),
        "pairs": _called(_called(found.pairs, names, "worker"), names, "other"),
        "stretches": found.stretches,
        "skills": _called(agreed.people.rename({"worker_id": "worker"}), names, "worker"),
        "made_of": _called(agreed.made_of.rename({"worker_id": "worker"}), names, "worker"),
    }
    return tables, _without_people(agreed.dataset)


def _read(path: Path, predictions: Path | None, source: Source | None) -> tuple[Side, pl.DataFrame | None]:
    """Return labels on the frames of the source, if there is one, and what a model found on them."""
    frames = None if source is None else source.table()
    if predictions is None:
        side = read_side(path, None if frames is None else frame_size_of(frames))
        return (side if frames is None else on_frames(side, path, frames)), None
    both = read_both(path, predictions) if frames is None else read_both_whole(path, predictions, frames)
    return with_detections(*both)


def _without_people(dataset: Dataset) -> Dataset:
    """Return labels alone: whose each was stands in ``made_of``."""
    labels = dataset.annotations.with_columns(assignment_id=pl.lit(None, pl.String))
    return Dataset(frames=dataset.frames, categories=dataset.categories, annotations=labels)


def _suspects(dataset: Dataset, found: pl.DataFrame, names: dict[str, str], crops: dict[int, str]) -> pl.DataFrame:
    """Return the labels most worth a look, with what they are called, whose they are, why, and the crops' names."""
    categories = dict(dataset.categories.select("class_id", "name").iter_rows())
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
        crop=pl.col("rank").replace_strict(crops, return_dtype=pl.String, default=None),
        **{
            name: pl.col(name)
            for name in ("annotation_id", "other_annotation_id", *EDGES, "found", "usual", "picture_pixels")
        },
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
