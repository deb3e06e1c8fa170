"""What changed between two label sets, as tables, pictures and a page in a folder, without anybody's id."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from loopviz.atomic import write_text, writing
from loopviz.crowd.identity.apply import apply_identities
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.evaluation.categories import on_same_categories
from loopviz.evaluation.difference import OUTCOMES, OVERLAP, TOLERANCE, difference, shared_people
from loopviz.evaluation.track_changes import TrackChanges, has_tracks, track_changes
from loopviz.formats.csv_write import as_cells
from loopviz.media import Source, open_source, save_png
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_folder, own_folder
from loopviz.project.compare import Naming, plain
from loopviz.project.frame_ranges import frames_of
from loopviz.project.reference import own_source, read_both_whole
from loopviz.project.salt import read_salt
from loopviz.report.change_page import PagePicture, PageTable, change_page
from loopviz.report.change_pictures import Change, ChangePictures
from loopviz.report.thumbnails import Thumbnails
from loopviz.report.track_words import LEGEND, tracks_in_words
from loopviz.schema import EDGES
from loopviz.work import HAS_AREA

REPORT, PAGE = "report.json", "index.html"
CHANGED = tuple(each for each in OUTCOMES if each != "same")
PICTURES, MOST_PICTURES = 12, 200


@dataclass(frozen=True)
class DiffOptions:
    """How two label sets are compared.

    Attributes:
        overlap: How much two labels of one object overlap at least, as intersection over union.
        tolerance: Pixels by which an edge may differ before a label has moved.
        pictures: How many frames are drawn, those with the most changes first.
        source: The video or the folder of images; None: a project's, where one of the two is one.
        frames: Which frames of the source are drawn instead, changed or not: a film's; as ``"0:100"``.
    """

    overlap: float = OVERLAP
    tolerance: float = TOLERANCE
    pictures: int = PICTURES
    source: Path | None = None
    frames: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.overlap <= 1 or not 0 <= self.tolerance < float("inf"):
            raise ConfigError("no overlap or no tolerance", found=f"{self.overlap}, {self.tolerance}")
        if not 0 <= self.pictures <= MOST_PICTURES:
            raise ConfigError("not a number of pictures", found=self.pictures, expected=f"0 to {MOST_PICTURES}")


@dataclass(frozen=True, eq=False)
class Difference:
    """What was found, and where it is.

    Attributes:
        path: The folder.
        tables: By name: ``whole``, ``categories``, ``people``, ``frames``, ``renames``, ``changes``; ``tracks``, where
            both label sets have track ids.
        tracks: How many tracks there were and are, and what became of how many; None: one has no track ids.
        pictures: How many frames are drawn.
        notes: What a person should know.
    """

    path: Path
    tables: dict[str, pl.DataFrame]
    tracks: dict[str, int] | None
    pictures: int
    notes: tuple[Note, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        (whole,) = plain(self.tables["whole"])
        listed = {name: plain(self.tables[name]) for name in ("categories", "people", "renames")}
        tracks = {} if self.tracks is None else {"tracks": self.tracks}
        return {**whole, **listed, **tracks, "pictures": self.pictures, "notes": [each.line for each in self.notes]}


def diff_labels(
    before: str | Path,
    after: str | Path,
    out: str | Path,
    naming: Naming,
    how: DiffOptions = DiffOptions(),
    *,
    overwrite: bool = False,
) -> Difference:
    """Say what changed between two label sets, and write it.

    Args:
        before: A project, a dataset, or labels.
        after: The same.
        out: The folder that is made: whole or not at all.
        naming: What may name people in it.
        how: How they are compared.
        overwrite: Replace the folder if it exists, and loopviz made it.

    Raises:
        LoopvizError: One of its kinds, see ``loopviz.errors``; then nothing is left of the folder.
    """
    first, second, folder = Path(before), Path(after), Path(out)
    origin = Origin.of("difference", first, second, f"{how}", naming.identity)
    check_folder(folder, origin, overwrite=overwrite)
    with contextlib.ExitStack() as stack:
        place = how.source or own_source(first) or own_source(second)
        source = None if place is None else stack.enter_context(open_source(place))
        drawn = _asked_for(source, how)
        sides = read_both_whole(first, second, None if source is None else source.table())
        salts = naming.salt_file or sides[0].salt_file or sides[1].salt_file
        salt = read_salt(salts) if naming.identity == "alias" else b""
        named = apply_identities([side.labels.dataset for side in sides], naming.identity, salt)
        one, other = on_same_categories(*named, sharing=False)
        changes = difference(one, other, overlap=how.overlap, tolerance=how.tolerance)
        people = {} if naming.identity == "hidden" else _names(one) | _names(other)
        tables = _tables(changes, one, other, people)
        tracks = track_changes(one, other, changes) if has_tracks(one) and has_tracks(other) else None
        if tracks is not None:
            tables["tracks"] = _tracks(tracks, one, people)
        counts = None if tracks is None else tracks.counts
        notes = (*sides[0].notes, *sides[1].notes, *_said(one, other))
        with own_folder(folder, origin, overwrite=overwrite) as part, writing(folder):
            chosen = _most_changed(changes, how.pictures) if drawn is None else drawn
            pictures = list(_pictures(changes, one, other, source, chosen, part))
            said = tuple({each.line: each for each in notes}.values())
            made = Difference(folder, tables, counts, len(pictures), said)
            for name, table in tables.items():
                as_cells(table).write_csv(part / f"{name}.csv")
                table.write_parquet(part / f"{name}.parquet")
            write_text(part / REPORT, json.dumps(made.as_json(), indent=2, ensure_ascii=False) + "\n")
            write_text(part / PAGE, _page(made, pictures[:MOST_PICTURES], how))
    return made


def _asked_for(source: Source | None, how: DiffOptions) -> Sequence[int] | None:
    """Return the frames of the range that is asked for."""
    if how.frames is None:
        return None
    if source is None:
        remedy = "Say the video or the folder of the pictures: --source (source)."
        raise ConfigError("a range is one of a source's frames", found=how.frames, remedy=remedy)
    return frames_of(source, how.frames)


def _most_changed(changes: pl.DataFrame, count: int) -> list[int]:
    """Return the frames with the most changes; of equal ones the first."""
    counted = changes.filter(pl.col("outcome") != "same").group_by("frame").len()
    return counted.sort("len", "frame", descending=[True, False]).head(count)["frame"].to_list()


def _names(dataset: Dataset) -> dict[str, str]:
    return dict(dataset.workers.select("worker_id", "alias").drop_nulls().iter_rows())


def _said(one: Dataset, other: Dataset) -> Iterator[Note]:
    if count := sum(each.annotations.filter(~HAS_AREA).height for each in (one, other)):
        yield note("without-area", count=count)
    if one.workers.height and other.workers.height and not shared_people(one, other):
        yield note("no-shared-people")
    if has_tracks(one) != has_tracks(other):
        yield note("tracks-on-one-side", side="before" if has_tracks(one) else "after")


def _tables(changes: pl.DataFrame, one: Dataset, other: Dataset, people: Mapping[str, str]) -> dict[str, pl.DataFrame]:
    """Return the tables, with the names of categories, and of people who may be named."""
    named = _named(changes, one, people)
    category = pl.coalesce("before_category", "after_category")
    times = one.frames.select("frame", "pts_seconds")
    renamed = named.filter(pl.col("outcome") == "renamed").group_by("before_category", "after_category")
    edges = [
        each.annotations.select(pl.col("annotation_id").alias(f"{side}_id"), pl.col(EDGES).name.prefix(f"{side}_"))
        for side, each in (("before", one), ("after", other))
    ]
    rows = named.filter(pl.col("outcome") != "same")
    for side, table in zip(("before", "after"), edges, strict=True):
        rows = rows.join(table, on=f"{side}_id", how="left", maintain_order="left")
    return {
        "whole": named.select(*_counts()),
        "categories": named.group_by(name=category).agg(*_counts()).sort("name"),
        "people": named.drop_nulls("person").group_by("person").agg(*_counts()).sort("person"),
        "frames": times.join(named.group_by("frame").agg(*_counts()), on="frame").sort("frame"),
        "renames": renamed.agg(labels=pl.len()).sort("labels", "before_category", descending=[True, False]),
        "changes": rows.drop("worker_id").join(times, on="frame", how="left", maintain_order="left"),
    }


def _tracks(tracks: TrackChanges, one: Dataset, people: Mapping[str, str]) -> pl.DataFrame:
    """Return what became of tracks, with names, and with the times at which it did."""
    times = one.frames.select("frame", "pts_seconds")
    rows = _named(tracks.table, one, people).drop("worker_id")
    return rows.join(times, left_on="first_frame", right_on="frame", how="left", maintain_order="left")


def _named(rows: pl.DataFrame, one: Dataset, people: Mapping[str, str]) -> pl.DataFrame:
    """Return rows with the names of categories, and of people who may be named."""
    called = dict(one.categories.select("class_id", "name").iter_rows())
    return rows.with_columns(
        pl.col("before_class", "after_class").replace_strict(called, default=None, return_dtype=pl.String),
        person=pl.col("worker_id").replace_strict(people, default=None, return_dtype=pl.String),
    ).rename({"before_class": "before_category", "after_class": "after_category"})


def _counts() -> Iterator[pl.Expr]:
    """Yield how many labels there were and are, what became of them, and how far those moved that did."""
    yield pl.col("before_id").count().cast(pl.Int64).alias("before")
    yield pl.col("after_id").count().cast(pl.Int64).alias("after")
    for outcome in OUTCOMES:
        yield (pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome)
    shift = pl.col("shift_pixels").filter(pl.col("outcome") == "moved")
    yield shift.median().alias("median_shift_pixels")
    yield shift.max().alias("largest_shift_pixels")


def _pictures(
    changes: pl.DataFrame, one: Dataset, other: Dataset, source: Source | None, chosen: Sequence[int], folder: Path
) -> Iterator[PagePicture]:
    """Draw frames with what changed on them into a folder."""
    rows = changes.filter(pl.col("outcome") != "same")
    by_frame = {int(frame): part for (frame,), part in rows.partition_by("frame", as_dict=True).items()}
    called = dict(one.categories.select("class_id", "name").iter_rows())
    places = [
        {number: tuple(edges) for number, *edges in each.annotations.select("annotation_id", *EDGES).iter_rows()}
        for each in (one, other)
    ]
    with contextlib.ExitStack() as stack:
        pictures = None
        if source is not None:
            pages = ChangePictures((source.info.width, source.info.height))
            pictures = stack.enter_context(Thumbnails(source, chosen, pages.size, folder))
        for frame in chosen:
            own = list(by_frame.get(frame, rows.clear()).iter_rows(named=True))
            drawn = [_change(row, places, called) for row in own]
            drawer = pages if pictures is not None else ChangePictures(_size(one.frames, frame, drawn))
            words = f"Frame {frame}: {_sentence(Counter(row['outcome'] for row in own))}"
            name = f"frame_{frame:06d}.png"
            save_png(drawer.picture(None if pictures is None else pictures[frame], words, drawn), folder / name)
            yield PagePicture(name, words)


def _change(row: Mapping[str, Any], places: list[dict[int, Any]], called: Mapping[int, str]) -> Change:
    before, after = (called.get(row[f"{side}_class"]) for side in ("before", "after"))
    name = after or before or ""
    said = {
        "moved": f"moved {row['shift_pixels'] or 0:.0f} px: {name}",
        "renamed": f"{before}, now {after}",
    }
    words = said.get(row["outcome"], f"{row['outcome']}: {name}")
    return Change(row["outcome"], places[0].get(row["before_id"]), places[1].get(row["after_id"]), words)


def _size(frames: pl.DataFrame, frame: int, drawn: list[Change]) -> tuple[int, int]:
    """Return how large a frame is; where nobody knows, as large as its labels need."""
    width, height = frames.filter(pl.col("frame") == frame).select("width", "height").row(0)
    boxes = [box for change in drawn for box in (change.before, change.after) if box is not None]
    return (
        int(width or max(2.0, *(box[2] for box in boxes), 0.0)),
        int(height or max(2.0, *(box[3] for box in boxes), 0.0)),
    )


def _sentence(counts: Mapping[str, int]) -> str:
    """Return counts of outcomes in words: ``2 came, 1 moved``."""
    return ", ".join(f"{counts[each]:,} {each}" for each in CHANGED if counts.get(each)) or "nothing changed"


def _page(made: Difference, pictures: list[PagePicture], how: DiffOptions) -> str:
    (whole,) = made.tables["whole"].iter_rows(named=True)
    tracks = "" if made.tracks is None else f" {tracks_in_words(made.tracks)}."
    summary = f"{whole['before']:,} labels before, {whole['after']:,} after: {_sentence(whole)}.{tracks}"
    found = (
        f"Labels are of one object if they overlap by {how.overlap:g} or more (IoU), and have moved if an edge did by "
        f"more than {how.tolerance:g} pixels. A change says nothing of which of the two is right."
    )
    titles = {"categories": "By category", "people": "By person", "renames": "Renamed"}
    titles |= {"tracks": "Tracks", "frames": "By frame"}
    tables = {name: made.tables[name] for name in titles if name in made.tables}
    if "tracks" in tables:
        tables["tracks"] = _in_short(tables["tracks"])
    shown = [
        PageTable(titles[name], table, f"{name}.csv", legend=LEGEND if name == "tracks" else "")
        for name, table in tables.items()
    ]
    return change_page(summary, found, shown, pictures)


def _in_short(tracks: pl.DataFrame) -> pl.DataFrame:
    """Return what became of tracks for a page: with one column of categories, and none where nothing is known."""
    one, other = pl.col("before_category"), pl.col("after_category")
    category = pl.when(one != other).then(pl.format("{}, now {}", one, other)).otherwise(pl.coalesce(one, other))
    rows = tracks.with_columns(category=category).drop("before_category", "after_category")
    return rows.select(each for each in rows if each.null_count() < rows.height)
