"""Which frames train a detector and which judge it: the Dataset's own ``frames.split``.

What is much alike must not stand on both sides, or a detector is judged by what it has seen: neighbouring frames of a
video, all that one person drew, the frames of a clip. So whole units are held out. The same Dataset, options and seed
give the same parts on every machine, whoever's labels teach: only so can two ways of choosing these be compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import polars as pl

from loopviz.dataset import Dataset
from loopviz.durations import parse_duration
from loopviz.errors import ConfigError
from loopviz.notes import Note, note, warning
from loopviz.paths import PLAIN_FOLDERS, SPLIT_FOLDERS, before_upload, folders_and_name, stem_of
from loopviz.schema import SCHEMAS
from loopviz.train.options import TrainingSetOptions

BLOCKS = 10  # as many as there are at least, where nobody says how long one is
LONGEST_BLOCK = 300  # frames
ROOM = 1.25  # a part may be larger than asked for by so much, where a person's work or a clip fits no better
Unit = TypeVar("Unit", bound=Hashable)
Parts = Mapping[int, str | None]


def with_split(
    dataset: Dataset, options: TrainingSetOptions, weights: Mapping[str, float] | None = None
) -> tuple[Dataset, tuple[Note, ...]]:
    """Return the Dataset with a part of the set, ``train``, ``val`` or ``test``, on every frame, and what to say of it.

    Split by worker, nobody's work is on two sides: a frame that several labelled goes to one of them, and the labels on
    it of people of the other are left out, with their assignments.

    Args:
        dataset: All work on all frames, those without labels too.
        options: How.
        weights: The weight of each assignment, where they differ; only a split by worker asks.

    Raises:
        ConfigError: If the frames cannot be split so.
    """
    if options.split == "worker":
        return _by_worker(dataset, options, weights or {})
    if options.split == "keep":
        return dataset, _kept(dataset)
    if options.split == "blocks":
        parts, said = _by_blocks(dataset, options)
    elif options.split == "clip":
        parts, said = _by_clip(dataset, options), ()
    else:
        parts, said = _at_random(dataset, options), (warning("split-random"),)
    return dataset.replace(frames=_with_parts(dataset.frames, parts)), said


def touched(dataset: Dataset) -> list[int]:
    """Return the frames that somebody worked on or that have a label, ascending."""
    frames = pl.concat([dataset.annotations["frame"], dataset.assignments["frame"]])
    return frames.drop_nulls().unique().sort().to_list()


def _with_parts(frames: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    kind = SCHEMAS["frames"]["split"]
    new = pl.Series("split", [parts.get(frame) for frame in frames["frame"]], dtype=kind)
    return frames.with_columns(new)


def _by_blocks(dataset: Dataset, options: TrainingSetOptions) -> tuple[Parts, tuple[Note, ...]]:
    """Every fifth block of those that anybody labelled is held out."""
    used = touched(dataset) or dataset.frames["frame"].to_list()
    if not used:
        return {}, ()
    block = _block_of(dataset, options, used)
    blocks = sorted({block[frame] for frame in used})
    named = _every(len(blocks), options)
    part = {number: named.get(place, "train") for place, number in enumerate(blocks)}
    held = sum(name != "train" for name in part.values())
    longest = max((sum(block[f] == number for f in block) for number in blocks), default=0)
    said = note("split-blocks", blocks=len(blocks), held=held, frames=longest)
    return {frame: part.get(number, "train") for frame, number in block.items()}, (said,)


def _block_of(dataset: Dataset, options: TrainingSetOptions, used: list[int]) -> dict[int, int]:
    """Return the block that every frame lies in, counted from the first one that anybody labelled."""
    frames, first = dataset.frames["frame"].to_list(), used[0]
    length = options.block
    if length is None or length.isdecimal():
        size = int(length) if length else default_block(used[-1] - first + 1)
        return {frame: (frame - first) // size for frame in frames}
    seconds = dict(dataset.frames.select("frame", "pts_seconds").iter_rows())
    if dataset.frames["pts_seconds"].null_count():
        remedy = "Say --block (block) in frames, or name the video."
        raise ConfigError("when the frames are shown is not known", at="block", found=length, remedy=remedy)
    size_seconds = float(parse_duration(length))
    return {frame: int((seconds[frame] - seconds[first]) // size_seconds) for frame in frames}


def default_block(frames: int) -> int:
    """Return how many frames a block has where nobody says: a tenth of those that were labelled, 300 at most.

    So every fifth block leaves two of ten on the other side, from different times; the sample's 296 frames are ten
    blocks of 30.
    """
    return max(1, min(round(frames / BLOCKS), LONGEST_BLOCK))


def _every(count: int, options: TrainingSetOptions) -> dict[int, str]:
    """Return which of some units in a row are held out, by place: every fifth, or one where there are fewer."""
    step = options.hold_out
    named: dict[int, str] = {}
    if options.test and count > 2:
        places = range((step // 2 - 1 + options.seed) % step, count, step)
        named = dict.fromkeys(places or [options.seed % count], "test")
    if count > 1:
        places = range((step - 1 + options.seed) % step, count, step)
        named |= dict.fromkeys(places or [(count - 1 - options.seed) % count], "val")
    return named


def _by_clip(dataset: Dataset, options: TrainingSetOptions) -> Parts:
    names = dataset.frames.select("frame", "file").drop_nulls()
    clips = dict(zip(names["frame"].to_list(), _clips(names["file"].to_list()), strict=True))
    used = [frame for frame in touched(dataset) or clips if frame in clips]
    sizes = _counts(clips[frame] for frame in used)
    if len(sizes) < 2:
        found = f"{len(sizes)} clip" if sizes else "frames without a file's name"
        remedy = "Split by blocks of time: --split blocks (split)."
        raise ConfigError("there are no clips to tell apart", at="split", found=found, remedy=remedy)
    parts = _held_out(sizes, options)
    return {frame: parts.get(clip, "train") for frame, clip in clips.items()}


def _clips(files: list[str]) -> list[str]:
    """Return what tells clips apart in the names of their images: the folders, and the name before its last number."""
    clips, plain = [], PLAIN_FOLDERS | set(SPLIT_FOLDERS)
    for file, stem in zip(files, before_upload([stem_of(file) for file in files]), strict=True):
        folders = (part for part in folders_and_name(file)[:-1] if part.lower() not in plain)
        clips.append("/".join([*folders, re.sub(r"\d+\D*$", "", stem)]))
    return clips


def _at_random(dataset: Dataset, options: TrainingSetOptions) -> Parts:
    used = touched(dataset) or dataset.frames["frame"].to_list()
    ranked = sorted(used, key=lambda frame: _lot(options.seed, frame))
    named = _every(len(ranked), options)
    return dict.fromkeys(dataset.frames["frame"], "train") | {
        frame: named.get(place, "train") for place, frame in enumerate(ranked)
    }


def _kept(dataset: Dataset) -> tuple[Note, ...]:
    known = dict(dataset.frames.select("frame", "split").iter_rows())
    lost = [frame for frame in touched(dataset) if known[frame] is None]
    if not any(known.values()):
        remedy = "Split by blocks of time: --split blocks (split)."
        raise ConfigError("the files know no parts of a set", at="split", found="keep", remedy=remedy)
    return (warning("split-unknown", count=len(lost)),) if lost else ()


def _by_worker(
    dataset: Dataset, options: TrainingSetOptions, weights: Mapping[str, float]
) -> tuple[Dataset, tuple[Note, ...]]:
    """Nobody's work is on two sides; work of whom nobody knows is one person's, and trains."""
    work = dataset.assignments.filter(pl.col("frame").is_not_null())
    sizes = _counts(work["worker_id"].drop_nulls())
    if len(sizes) < 2:
        remedy = "Split by blocks of time: --split blocks (split)."
        raise ConfigError("the work is not of several people", at="split", found=f"{len(sizes)} known", remedy=remedy)
    side = _held_out(sizes, options)
    sides = [side.get(worker, "train") for worker in work["worker_id"]]
    heavy = [weights.get(task, 1.0) for task in work["assignment_id"]]
    work = work.select("assignment_id", "frame").with_columns(side=pl.Series(sides), weight=pl.Series(heavy))
    parts = dict.fromkeys(dataset.frames["frame"], "train") | _sides(work, options)
    gone = work.filter(pl.col("frame").replace_strict(parts, return_dtype=pl.String) != pl.col("side"))
    shapes = dataset.annotations.join(gone, on="assignment_id", how="anti", maintain_order="left")
    kept = dataset.assignments.join(gone, on="assignment_id", how="anti", maintain_order="left")
    less = dataset.replace(annotations=shapes).replace(assignments=kept, frames=_with_parts(dataset.frames, parts))
    return less, ((note("split-both-sides", count=gone.height),) if gone.height else ())


def _sides(work: pl.DataFrame, options: TrainingSetOptions) -> dict[int, str]:
    """Return which frames judge: those on which who is held out did most of the work, until there is about a fifth.

    What nobody else worked on judges in any case: it can do nothing else.

    Args:
        work: The ``frame``, ``side`` and ``weight`` of all work.
        options: How.
    """
    total = dict(work.group_by("frame").agg(pl.col("weight").sum()).iter_rows())
    parts: dict[int, str] = {}
    for name in ("val", "test"):
        theirs = work.filter(pl.col("side") == name).group_by("frame").agg(pl.col("weight").sum())
        share = {f: (weight / total[f] if total[f] else 1.0) for f, weight in theirs.iter_rows() if f not in parts}
        ranked = sorted(share, key=lambda frame: (-share[frame], _lot(options.seed, frame)))
        wanted = max(1, round(len(total) / options.hold_out))
        parts |= {frame: name for place, frame in enumerate(ranked) if place < wanted or share[frame] == 1}
    return parts


def _counts(units: Iterable[Unit]) -> dict[Unit, int]:
    counts: dict[Unit, int] = {}
    for unit in units:
        counts[unit] = counts.get(unit, 0) + 1
    return counts


def _held_out(sizes: Mapping[str, int], options: TrainingSetOptions) -> dict[str, str]:
    """Return which units of different sizes are held out, by lot, until there is about a fifth of the whole."""
    target, left = sum(sizes.values()) / options.hold_out, dict(sizes)
    parts: dict[str, str] = {}
    for name in ("val", "test")[: 2 if options.test and len(sizes) > 2 else 1]:
        ranked = sorted(left, key=lambda unit: _lot(options.seed, unit))
        taken = 0
        for unit in ranked:
            if taken < target and taken + left[unit] <= ROOM * target:
                taken += left[unit]
                parts[unit] = name
        if not taken:
            parts[min(ranked, key=lambda unit: left[unit])] = name
        left = {unit: size for unit, size in left.items() if unit not in parts}
    return parts


def _lot(seed: int, unit: object) -> bytes:
    return hashlib.sha256(f"{seed} {unit}".encode()).digest()
