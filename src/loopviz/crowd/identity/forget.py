"""Forgetting one person: who they are, what they said and what they made leave the Dataset, to the last mention.

What was drawn before still shows them: the frames are named, to be rendered again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from loopviz.consent import without
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.paths import id_key
from loopviz.wording import counted, runs


@dataclass(frozen=True)
class Forgotten:
    """What was removed with one person; it does not say whom.

    Args:
        removed: How many rows of each table.
        mentions: In how many cells the id or the alias stood besides, by ``table.column``.
        frames: The frames that the person worked on, in order: what was drawn of them must be rendered again.
        consensus: How many annotations on these frames were agreed on with the person's work; they are still there.
        files: The names of frames as they were, with the person's id in them: files of that name are still on the disk.
        segments: How many kept segments of videos showed the person, or may have; they are gone.
        videos: The names of the videos that these were part of, which are still there.
        earlier: From how many of the states that are kept beside the dataset the person is gone, too.
        learned: What was taken out of runs that learned from the person, and of predictions, as sentences.
    """

    removed: Mapping[str, int]
    mentions: Mapping[str, int]
    frames: tuple[int, ...]
    consensus: int = 0
    files: tuple[str, ...] = field(default=(), repr=False)  # they hold the id: not for a log
    segments: int = 0
    videos: tuple[str, ...] = ()
    earlier: int = 0
    learned: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what was done, and what is left to do, as sentences without the person's id."""
        rows = ", ".join(counted(number, name[:-1], name) for name, number in self.removed.items() if number)
        lines = [f"Removed: {rows}."]
        if self.mentions:
            where = ", ".join(f"{place} ({number})" for place, number in self.mentions.items())
            lines.append(f"Taken out of texts: {where}.")
        if self.frames:
            whole = "their videos whole where a time line or a count over the clip is drawn"
            which = ", ".join(f"{a}–{b}" if a < b else f"{a}" for a, b in runs(self.frames))
            lines.append(f"Render again: {counted(len(self.frames), 'frame')} ({which}), {whole}.")
        if self.segments:
            lines.append(f"Removed from the cache: {counted(self.segments, 'segment')} of videos.")
        if self.videos:
            lines.append(f"Make these videos again, they show the person: {', '.join(self.videos)}.")
        if self.earlier:
            lines.append(
                f"Removed as well from {counted(self.earlier, 'earlier state')} of the dataset, kept beside it."
            )
        if self.consensus:
            lines.append(
                f"Agree again: {counted(self.consensus, 'consensus label')} on these frames rest on this work."
            )
        if self.files:
            lines.append(f"Rename or delete: {counted(len(self.files), 'image')} whose file name holds the id.")
        lines += self.learned or ["Runs that learned from the person, and what they predicted, are reached with --run."]
        lines.append("Not touched: the batch and survey files, reviews, exports and videos that were made before.")
        return lines


def forget(dataset: Dataset, who: str) -> tuple[Dataset, Forgotten]:
    """Return the Dataset without one person, and what was removed.

    Worker, answers, assignments and annotations go; frames, categories and questions stay. Mentions of the id and of
    the alias in any text are replaced by ``…``.

    Args:
        dataset: The Dataset; the others' aliases stay as they are.
        who: The person's id, or alias.

    Raises:
        ConfigError: If no person has that name, or there are two.
    """
    worker, alias = _person(dataset, who)
    theirs = pl.col("worker_id") == worker
    work = dataset.assignments.filter(theirs)
    ids = work["assignment_id"].implode()
    labels = dataset.annotations.filter(pl.col("assignment_id").is_in(ids))
    frames = pl.concat([work["frame"], labels["frame"]]).drop_nulls().unique().sort()
    # References must hold at every step: annotations go first, the person last.
    less = dataset.replace(
        annotations=dataset.annotations.filter(~pl.col("assignment_id").is_in(ids).fill_null(value=False)),
        assignments=dataset.assignments.filter(theirs.not_().fill_null(value=True)),
        answers=dataset.answers.filter(~theirs),
        workers=dataset.workers.filter(~theirs),
    )
    clean, mentions = without(less, [worker, *([alias] if alias else [])])
    names = less.frames["file"]
    changed = names.filter((names != clean.frames["file"]).fill_null(value=False))
    agreed = less.annotations.filter(pl.col("frame").is_in(frames.implode()), pl.col("origin") == "consensus")
    tables = ("workers", "answers", "assignments", "annotations")
    removed = {name: getattr(dataset, name).height - getattr(clean, name).height for name in tables}
    return clean, Forgotten(removed, mentions, tuple(frames), agreed.height, tuple(changed))


def _person(dataset: Dataset, who: str) -> tuple[str, str | None]:
    people = dataset.workers.select("worker_id", "alias")
    found = people.filter(pl.col("worker_id") == who)
    if not found.height:  # as somebody typed it into a letter
        typed = id_key(who)
        found = people.filter(pl.Series([id_key(i) == typed for i in people["worker_id"]], dtype=pl.Boolean))
    if not found.height:
        wanted = " ".join(who.split()).casefold()
        found = people.filter(pl.col("alias").str.to_lowercase() == wanted)
    if found.height != 1:
        problem = "no person has that name" if not found.height else "two people have that name"
        raise ConfigError(
            problem, at="workers", expected="a worker's id, or an alias", remedy="Look in the list of people."
        )
    worker, alias = found.row(0)
    return worker, alias
