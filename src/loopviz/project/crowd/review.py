"""A review of a crowd's work, and everything that it writes: decisions, contact sheets, and the files to upload."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from loopviz.atomic import writing
from loopviz.crowd.review.decisions import Review, accepted, frames_left, review
from loopviz.crowd.review.evidence import sentences
from loopviz.crowd.review.rules import parse_rule
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.align.frames import align
from loopviz.formats.mturk.image_urls import image_addresses, read_image_table
from loopviz.formats.mturk.write import Verdict, plain_text, write_next_batch, write_reversals, write_review
from loopviz.formats.reading import read_labels
from loopviz.formats.types import frame_size_of
from loopviz.media import Source
from loopviz.mentions import Mentions
from loopviz.notes import Note, told
from loopviz.outputs import Origin, own_folder
from loopviz.project.crowd.store import CrowdData, Record
from loopviz.pseudonyms import mentioned

DECISIONS, UPLOAD = "decisions.csv", "upload"
COLUMNS = ("alias", "frame", "image", "labels_count", "paid", "reason", "evidence", "measure", "value", "simulated")
SAID = {True: "yes", False: "no", None: "not judged"}
README = """What a review decided. {rule}
{cost}

decisions.csv        one row an assignment, the worst first, people by their aliases
sheets/              the same as pictures: approved, left out, rejected, not judged
upload/              for the platform alone: these files hold its own ids of people and tasks
  *_review.csv       approve or reject with a reason: upload it as the results of that batch
  *_reversals.csv    work that was rejected and is approved after all, within thirty days
next_batch.csv       the images that no accepted label is on yet: the input of a next batch
Work that is not judged, as its labels were not read, stands in none of the files to upload: it stays as it is.
Files that would be empty are not there.
"""


@dataclass(frozen=True)
class ReviewFiles:
    """What was written.

    Attributes:
        folder: Where.
        sheets: How many contact sheets.
        reviewed: How many rows are ready to be uploaded.
        reversed: How many rejections are reversed.
        next_images: How many images need another try.
        next_with_ids: How many of these have a worker's id in their address, for all to see who do the next batch.
    """

    folder: Path
    sheets: int
    reviewed: int
    reversed: int
    next_images: int
    next_with_ids: int = 0


def with_gold(data: CrowdData, file: Path) -> Dataset:
    """Return the Dataset with known answers added, as annotations of origin ``gold`` that are nobody's work.

    Raises:
        InputError: If the labels cannot be read or do not fit the frames.
        ConfigError: If they name a category that the work does not have.
    """
    dataset = data.dataset
    images = pl.col("frame").replace_strict(data.record.images, default=None, return_dtype=pl.String)
    # A video's frames have no names of their own: those that people worked on have their images'.
    frames = dataset.frames.with_columns(file=pl.coalesce("file", images))
    known = align(read_labels(file, frame_size=frame_size_of(frames)), frames).dataset
    ids = dict(zip(dataset.categories["name"], dataset.categories["class_id"], strict=True))
    names = dict(zip(known.categories["class_id"], known.categories["name"], strict=True))
    used = [names[i] for i in known.annotations["class_id"].unique().sort()]
    strange = next((name for name in used if name not in ids), None)
    if strange is not None:
        raise ConfigError("nobody was asked for this category", file=file, found=strange, expected=", ".join(ids))
    last = dataset.annotations["annotation_id"].max()
    first = int(last) + 1 if isinstance(last, int) else 0
    gold = known.annotations.with_columns(
        annotation_id=pl.int_range(first, first + known.annotations.height, dtype=pl.Int64),
        class_id=pl.col("class_id").replace_strict({i: ids[name] for i, name in names.items() if name in ids}),
        origin=pl.lit("gold").cast(dataset.annotations.schema["origin"]),
        assignment_id=pl.lit(None, pl.String),
    )
    return dataset.replace(annotations=pl.concat([dataset.annotations, gold]))


def decide(data: CrowdData, rule: str, *, pay_all: bool = False, gold: Path | None = None) -> Review:
    """Review a crowd's work by a rule; nothing is written.

    Raises:
        ConfigError: If the rule says nothing that can be measured.
        InputError: If the known answers do not fit.
    """
    dataset = with_gold(data, gold) if gold else data.dataset
    return review(dataset, [parse_rule(rule)], usage=data.usage, pay_all=pay_all)


def reviewed(data: CrowdData, decided: Review) -> CrowdData:
    """Return the data with what counts marked; what was paid stays what the platform last said."""
    return data.with_dataset(accepted(data.dataset, decided))


def write_review_files(
    data: CrowdData,
    decided: Review,
    folder: Path,
    *,
    source: Source | None,
    overwrite: bool,
    batches: Sequence[Path] = (),
) -> ReviewFiles:
    """Write a review's folder, whole or not at all.

    Args:
        data: The data, with aliases, after ``reviewed``.
        decided: The review.
        folder: Where to.
        source: The video, for contact sheets; None goes without.
        overwrite: Replace the folder of an earlier review.
        batches: The batches' files, if they are not where they were.

    Raises:
        OutputError: If the folder cannot be written or replaced.
        InputError: If a batch's file is gone, or is another one.
    """
    files = data.record.batch_files(batches)
    with own_folder(folder, review_origin(data, decided), overwrite=overwrite) as part, writing(folder):
        _write_decisions(data, decided, part / DECISIONS)
        sheets = _sheets(data, decided, part, source)
        ready, reversals = _write_uploads(decided, data, files, part / UPLOAD)
        left, with_ids = _write_next(data.dataset, data.record, files, part)
        rule = " and ".join(map(str, decided.rules))
        text = README.format(rule=f"Rule: {rule}.", cost=str(decided.cost.note()))
        (part / "README.txt").write_text(text, encoding="utf-8")
    return ReviewFiles(folder, sheets, ready, reversals, left, with_ids)


def review_origin(data: CrowdData, decided: Review) -> Origin:
    """Return what a review is made of: the batches, and the rule."""
    return Origin.of("review", *(mark.path for mark in data.record.batches), *map(str, decided.rules))


def review_note(files: ReviewFiles) -> Note:
    """Return what a review wrote."""
    to_upload = {"verdicts": files.reviewed, "reversals": files.reversed, "sheets": files.sheets}
    said = told("review-written", **to_upload, images=files.next_images, with_ids=files.next_with_ids)
    return said.about(files.folder)


def _write_decisions(data: CrowdData, decided: Review, file: Path) -> None:
    people = data.dataset.workers.select("worker_id", "alias", "simulated")
    rows = decided.decisions.join(people, on="worker_id", how="left", maintain_order="left")
    mentions = _mentions(data.dataset, data.record)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in rows.iter_rows(named=True):
            image = mentions.replaced(data.record.images.get(row["frame"], ""), "file name")
            grounds = " ".join(sentences(row["evidence"]))
            texts = [plain_text(str(text or "")) for text in (image, row["reason"], grounds)]
            value = None if row["value"] is None else round(row["value"], 4)
            said = (SAID[row[key]] for key in ("passes", "approve"))
            place = (plain_text(row["alias"] or ""), row["frame"], texts[0])
            writer.writerow([*place, *said, *texts[1:], row["measure"], value, "yes" if row["simulated"] else "no"])


def _sheets(data: CrowdData, decided: Review, folder: Path, source: Source | None) -> int:
    if source is None or not data.dataset.frames.height:
        return 0
    from loopviz.report import contact_sheets  # here: it loads what draws

    return len(contact_sheets(source, data.dataset, decided, folder / "sheets"))


def _write_uploads(decided: Review, data: CrowdData, files: Sequence[Path], folder: Path) -> tuple[int, int]:
    """Write the verdicts on work that is open, and on rejections to be reversed; return how many of each."""
    status = data.dataset.assignments.select("assignment_id", status=pl.col("status").cast(pl.String))
    tasks = decided.decisions.join(status, on="assignment_id", how="left").unique("task", keep="first")
    new = tasks.filter(pl.col("status").is_null() | (pl.col("status") == "submitted"), pl.col("approve").is_not_null())
    verdicts = {row["task"]: Verdict(row["approve"], row["reason"] or "") for row in new.iter_rows(named=True)}
    wrong = set(tasks.filter((pl.col("status") == "rejected") & pl.col("approve"))["task"])
    folder.mkdir()
    ready = sum(_unless_empty(write_review(f, verdicts, t), t) for f, t in _targets(files, folder, "review"))
    back = sum(_unless_empty(write_reversals(f, wrong, t), t) for f, t in _targets(files, folder, "reversals") if wrong)
    if not any(folder.iterdir()):
        folder.rmdir()
    return ready, back


def _targets(files: Sequence[Path], folder: Path, what: str) -> list[tuple[Path, Path]]:
    stems = [file.stem for file in files]
    names = [s if stems.count(s) == 1 else f"{s}_{i}" for i, s in enumerate(stems, 1)]
    return [(file, folder / f"{name}_{what}.csv") for file, name in zip(files, names, strict=True)]


def _unless_empty(rows: int, file: Path) -> int:
    if not rows:
        file.unlink()
    return rows


def _mentions(dataset: Dataset, record: Record) -> Mentions:
    return Mentions(mentioned(dataset, record.images.values()))


def _write_next(dataset: Dataset, record: Record, files: Sequence[Path], folder: Path) -> tuple[int, int]:
    """Write the input of a next batch: frames that somebody worked on, and whose labels all do not count.

    Return how many these are, and how many of their addresses hold an id.
    """
    names = [record.images[frame] for frame in frames_left(dataset) if frame in record.images]
    if not names:
        return 0, 0
    table = read_image_table(record.image_table.path) if record.image_table else None
    urls, column = image_addresses(files, table, record.image_column)
    lost = next((name for name in names if name not in urls), None)
    if lost is not None:
        raise InputError("an image's address is in no batch", found=lost, remedy="Import the batches again.")
    addresses, mentions = [urls[name] for name in names], _mentions(dataset, record)
    write_next_batch(addresses, folder / "next_batch.csv", column or "image_url")
    return len(names), sum(mentions.replaced(address, "file name") != address for address in addresses)
