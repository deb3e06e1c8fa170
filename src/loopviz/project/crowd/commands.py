"""What ``loopviz crowd`` does with a dataset's folder: review it, account for it, protect and forget people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from loopviz.consent import consented
from loopviz.crowd import Identity, apply_identity
from loopviz.crowd.identity.apply import with_aliases
from loopviz.crowd.identity.forget import Forgotten, forget
from loopviz.crowd.identity.small_cells import CellReport, How, check_cells, protect
from loopviz.crowd.review.decisions import Review
from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.fitting import onto_canvas
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.formats.types import frame_size_of
from loopviz.media import ReadOptions, Source, open_source
from loopviz.outputs import Origin
from loopviz.project import carried
from loopviz.project.crowd import cache as crowd_cache
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.earlier import earlier_states, forget_in_comments
from loopviz.project.crowd.gather import Gathered, Reading, gather
from loopviz.project.crowd.review import ReviewFiles, decide, reviewed, write_review_files
from loopviz.project.crowd.store import CrowdData, check_free, check_updatable, forget_mark, forgotten_in
from loopviz.project.salt import read_salt


@dataclass(frozen=True)
class Naming:
    """What may name people in what is shown or written."""

    identity: Identity = "alias"
    salt_file: Path | None = None

    def named(self, dataset: Dataset) -> Dataset:
        """Return the Dataset with its people named so, and without who refused.

        Raises:
            ConfigError: If the salt cannot be used.
        """
        return apply_identity(dataset, self.identity, self._salt())

    def aliased(self, dataset: Dataset) -> Dataset:
        """Return the Dataset with everybody's name beside the id, for what stays in the house."""
        return with_aliases(dataset, self.identity, self._salt())

    def _salt(self) -> bytes:
        return read_salt(self.salt_file) if self.identity == "alias" else b""


def import_crowd(
    crowd: CrowdConfig, reading: Reading, video: Path | None, folder: Path, *, overwrite: bool
) -> Gathered:
    """Read batches and survey, align them to a video if there is one, and write the dataset's folder.

    Masks and outlines are kept on the disk that the folder is on until they are written there.

    Raises:
        LoopvizError: As ``gather`` and ``CrowdData.save``.
    """
    origin = Origin.of("dataset", *crowd.batches, crowd.survey)
    reading = replace(reading, forgotten=forgotten_in(folder))
    check_free(folder, origin, overwrite=overwrite)  # before masks are read for minutes
    with _source(video, skip_bad=reading.skip_bad) as source:
        if source is not None:
            reading = replace(reading, frames=source.table(), video=source.info.path)
        place = next(place for place in folder.absolute().parents if place.exists())
        gathered = gather(crowd, reading, place)
        missing = [str(note) for note in source.info.notes if note.code == "images-held"] if source else []
        record = gathered.data.record
        record = record.model_copy(update={"report": (*record.report, *missing)})
        gathered = replace(gathered, data=replace(gathered.data, record=record))
    gathered.data.save(folder, origin, overwrite=overwrite, shapes=gathered.shapes)
    return gathered


def review_crowd(
    folder: Path,
    rule: str,
    target: Path | None,
    naming: Naming,
    *,
    pay_all: bool = False,
    gold: Path | None = None,
    batches: Sequence[Path] = (),
    overwrite: bool = False,
    announce: Callable[[str], None] | None = None,
) -> tuple[Review, ReviewFiles | None]:
    """Review a dataset by a rule; write the review and mark in the dataset what counts, or only say what it would cost.

    Args:
        folder: The dataset's folder.
        rule: What work must keep.
        target: The review's folder; None writes nothing.
        naming: What names people on contact sheets.
        pay_all: Approve everyone.
        gold: Labels with known answers.
        batches: The batches' files, where they are not where they were.
        overwrite: Replace an earlier review.
        announce: Is told what the review costs people before anything is checked or written.

    Raises:
        LoopvizError: As ``decide`` and ``write_review_files``.
    """
    data = CrowdData.load(folder)
    decided = decide(data, rule, pay_all=pay_all, gold=gold)
    if target is None:
        return decided, None
    if announce:
        announce(str(decided.cost.note()))
    if target.resolve().is_relative_to(folder.resolve()):
        raise OutputError("a review cannot be written into its dataset", file=target, remedy="Choose another name.")
    check_updatable(folder)
    data = reviewed(data, decided)
    named = data.with_dataset(naming.named(data.dataset))
    video = Path(data.record.video) if data.record.video else None
    # What could be skipped was said when it was imported.
    with _source(video if video is not None and video.exists() else None, skip_bad=True) as source:
        files = write_review_files(named, decided, target, source=source, overwrite=overwrite, batches=batches)
    data.update(folder)
    return decided, files


def forget_person(folder: Path, who: str, naming: Naming, learned: Sequence[Path] = ()) -> Forgotten:
    """Remove one person, by id or alias, from a dataset's folder, and keep a mark that leaves them out ever after.

    What is kept beside it of its states before reviews' decisions is treated alike, and comments of those decisions.

    Args:
        folder: The dataset's.
        who: The person.
        naming: How people are called.
        learned: Runs and predictions that the person is taken out of as well, and projects that name such.

    Raises:
        ConfigError: If nobody there is called so.
        LoopvizError: As ``CrowdData``, ``places_of`` and ``forget_learned``.
    """
    from loopviz.project.crowd.learned import forget_learned, places_of  # here: few people taught a model
    from loopviz.render import SegmentCache, cache_folder  # here: most of what is done with a dataset needs no video

    places = places_of(learned)
    data = CrowdData.load(folder)
    earlier = [(place, CrowdData.load(place)) for place in earlier_states(folder)]
    rest, gone, names = _without(data, who, naming)
    # First, for what fails here can be done again while the person is still known.
    crowd_cache.clear()
    carried.clear()
    segments, videos = SegmentCache(cache_folder()).forget(names)
    taken = tuple(forget_learned(place, names).line for place in places)
    known = [(place, kept) for place, kept in earlier if names[0] in kept.dataset.workers["worker_id"]]
    for place, kept in known:
        _without(kept, names[0], naming)[0].update(place)
    for place, _ in earlier:
        forget_in_comments(place, names)
    rest.update(folder)
    return replace(gone, segments=segments, videos=videos, learned=taken, earlier=len(known))


def _without(data: CrowdData, who: str, naming: Naming) -> tuple[CrowdData, Forgotten, list[str]]:
    """Return a dataset without a person, with the mark that keeps them out; what went; the person's id and alias."""
    named = naming.aliased(data.dataset)
    rest, gone = forget(named, who)  # with aliases: one may stand in a text
    lost = named.workers.join(rest.workers, on="worker_id", how="anti").select("worker_id", "alias")
    rest = rest.replace(workers=rest.workers.with_columns(alias=pl.lit(None, pl.String)))
    kept = rest.assignments.select("assignment_id")
    usage = data.usage.join(kept, on="assignment_id", how="semi", maintain_order="left")
    marks = (*data.record.forgotten, *map(forget_mark, lost["worker_id"]))
    record = data.record.model_copy(update={"forgotten": marks})
    return CrowdData(rest, usage, record), gone, [name for name in lost.row(0) if name]


def protect_people(
    folder: Path, questions: Sequence[str], k: int, how: How, target: Path | None, *, overwrite: bool = False
) -> CellReport:
    """Look for people whose answers single them out; write a dataset in which nobody is, if a folder is named.

    Raises:
        ConfigError: If a question is not in the dataset, or ``k`` says nothing.
        LoopvizError: As ``CrowdData``.
    """
    data = CrowdData.load(folder)
    agreed = consented(data.dataset)  # who refused is counted nowhere
    if target is None:
        return check_cells(agreed, questions, k)
    safe, report = protect(agreed, questions, k, how)
    origin = Origin.of("protected", folder, *questions, str(k), how)
    data.with_dataset(safe).save(target, origin, overwrite=overwrite)
    return report


def example_labels(file: Path, source: Source) -> Dataset:
    """Return labels of some of a source's frames, for a kit's example pictures.

    Raises:
        InputError: If they cannot be read, or do not fit the source.
    """
    frames, size = source.table(), (source.info.width, source.info.height)
    return onto_canvas(align(read_labels(file, frame_size=frame_size_of(frames)), frames).dataset, size)


@contextmanager
def _source(video: Path | None, *, skip_bad: bool) -> Iterator[Source | None]:
    if video is None:
        yield None
        return
    with open_source(video, options=ReadOptions(skip_bad=skip_bad)) as source:
        yield source
