"""A dataset, or a project's labels and people, in a form for other programs: without anybody's id.

What a platform calls people and their work stays here: workers have aliases, tasks and assignments numbers, and where
an id stands in a text or in a file's name, what stands for it takes its place. People who refused consent are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

import polars as pl

from loopviz.consent import consented
from loopviz.crowd import Identity
from loopviz.crowd.consent.counts import check_consent
from loopviz.crowd.identity.apply import in_texts, with_aliases
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.format import use
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import EXPORTS, exported
from loopviz.formats.writing import labels_place, write_parts
from loopviz.notes import Note, note
from loopviz.outputs import Origin, check_file, check_folder
from loopviz.project.check.inputs import part_of
from loopviz.project.config import ProjectConfig
from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.project.reading import Reading
from loopviz.project.salt import read_salt
from loopviz.work import IS_APPROVED, IS_CARRIED, IS_REJECTED

EXTRA_WORDS = {"confidence": "a confidence", "track_id": "a track id"}


@dataclass(frozen=True)
class ExportOptions:
    """How an export is made.

    Attributes:
        identity: What names a worker: ``alias``, ``full`` (the platform's id) or ``hidden``: "Somebody 1" and so on,
            drawn anew for every export.
        salt_file: The secret behind the aliases; the project's, or else the user's own, where none is named.
        accepted: Leave out all work but what was accepted and is not rejected.
        plain: Of COCO and YOLO: no people at all.
        extras: Of YOLO and the thesis' form: what rows have behind their coordinates, ``"confidence"`` and
            ``"track_id"``. Trainers take neither.
        overwrite: Replace an earlier export.
    """

    identity: Identity = "alias"
    salt_file: Path | None = None
    accepted: bool = False
    plain: bool = False
    overwrite: bool = False
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        path: The file or the folder.
        form: What it is in, as ``to`` says it.
        identity: What names a worker in it.
        frames: How many frames it lists.
        annotations: How many labelled objects it has.
        assignments: Of how many assignments.
        workers: By how many people, those without work included.
        left_out: How many assignments are not in it because they were not accepted.
        notes: What a person should know.
    """

    path: Path
    form: str
    identity: str
    frames: int
    annotations: int
    assignments: int
    workers: int
    left_out: int
    notes: tuple[Note, ...]


def export(
    source: str | Path | ProjectConfig, to: str, out: str | Path, options: ExportOptions = ExportOptions()
) -> Exported:
    """Write a dataset, a label set, or the labels and people of a project in another form.

    Args:
        source: A dataset's folder, a label set, or a project; a project's labels have the frames of its video.
        to: ``"coco"``, ``"yolo"``, ``"thesis"``, ``"parquet"``, ``"csv"`` or another of
            ``loopviz.formats.registry.EXPORTS``, or another package's format that is written.
        out: The folder to write; for a format of one file also the file, if its name ends as the format's do.
        options: How.

    Raises:
        InputError: If the source cannot be read, or nothing in it was accepted.
        ConfigError: If an option is impossible.
        OutputError: If the target exists, holds other things, or cannot be written.
    """
    return prepare(source, to, out, options).write()


@dataclass(frozen=True, eq=False)
class Prepared:
    """An export that is not written yet: what will be in it, and what its form has no place for.

    Attributes:
        dataset: What is written, its people named.
        place: Where.
        options: How.
        left_out: How many assignments are not in it because they were not accepted.
        notes: What a person should know of what was read.
        losses: What of it will be lost.
    """

    dataset: Dataset
    place: ExportPlace
    options: ExportOptions
    left_out: int
    notes: tuple[Note, ...]
    losses: tuple[Note, ...]

    def write(self) -> Exported:
        """Write it.

        Raises:
            OutputError: If the target exists, holds other things, or cannot be written.
        """
        export_dataset(self.dataset, self.place, self.options)
        return Exported(
            path=self.place.path,
            form=self.place.form,
            identity=self.options.identity,
            frames=self.dataset.frames.height,
            annotations=self.dataset.annotations.height,
            assignments=self.dataset.assignments.height,
            workers=0 if self.options.plain else self.dataset.workers.height,
            left_out=self.left_out,
            notes=(*self.notes, *self.losses),
        )


def prepare(
    source: str | Path | ProjectConfig,
    to: str,
    out: str | Path,
    options: ExportOptions = ExportOptions(),
    reading: Reading | None = None,
) -> Prepared:
    """Read what is to be exported, and say what the form cannot hold, before anything is written.

    Args:
        source: As ``export``.
        to: As ``export``.
        out: As ``export``.
        options: How.
        reading: How a label set is read; then ``source`` is one, and no project.

    Raises:
        InputError: As ``export``.
        ConfigError: As ``export``.
        OutputError: If the target exists, or holds other things.
    """
    _check_options(to, options)
    if isinstance(source, ProjectConfig):
        read = (source.source, source.labels)
    else:
        read = (Path(source), None)
        check_apart(Path(source), Path(out))
    choices = (options.identity, *(name for name in ("accepted", "plain") if getattr(options, name)), *options.extras)
    how = () if reading is None else (f"{reading}",)
    place = ExportPlace.of(out, to, Origin.of("export", *read, to, *choices, *how), overwrite=options.overwrite)
    place.check()
    everything, notes, salt_file = _read(source) if reading is None else reading.of(Path(str(source)))
    asked = check_consent(everything)
    agreed = consented(everything)
    salt = read_salt(options.salt_file or salt_file) if options.identity == "alias" else b""
    chosen, left = _accepted(agreed) if options.accepted else (agreed, [])
    dataset = _named(chosen, options.identity, salt)
    return Prepared(
        dataset=dataset,
        place=place,
        options=options,
        left_out=agreed.assignments.height - dataset.assignments.height,
        notes=(*notes, *asked.worth_saying(), *left, *_empty(dataset, to, options)),
        losses=tuple(_lost(dataset, to, options)),
    )


@dataclass(frozen=True)
class ExportPlace:
    """Where an export goes.

    Attributes:
        path: The folder; the file, of COCO.
        form: What it holds.
        origin: What it is made of.
        overwrite: Replace an earlier export of something else.
    """

    path: Path
    form: str
    origin: Origin
    overwrite: bool

    @classmethod
    def of(cls, out: str | Path, to: str, origin: Origin, *, overwrite: bool) -> ExportPlace:
        """Return the place that ``--output`` names."""
        named = Path(out)
        form = exported(to)
        inside = form.file_name is not None and named.suffix.lower() not in form.suffixes
        path = named / str(form.file_name) if inside else named
        return cls(path, to, origin, overwrite)

    def check(self) -> None:
        """Refuse a place where something must be kept.

        Raises:
            OutputError: If it is so.
        """
        check = check_folder if exported(self.form).file_name is None else check_file
        check(self.path, self.origin, overwrite=self.overwrite)


def export_dataset(dataset: Dataset, place: ExportPlace, options: ExportOptions = ExportOptions()) -> None:
    """Write a Dataset whose people have their names already (``apply_identity``); see ``export``."""
    identity = options.identity
    shown = _somebody(dataset) if identity == "hidden" and dataset.workers["alias"].null_count() else dataset
    plain = exported(place.form)
    form = plain.name if options.plain else plain.traceable or plain.name
    with labels_place(place.path, form, place.origin, overwrite=place.overwrite) as part:
        write_parts(shown, part, form, full=identity == "full", extras=options.extras)


def _check_options(to: str, options: ExportOptions) -> None:
    form = exported(to)
    if options.plain and form.traceable is None:
        plain = {name: each.title for name, each in EXPORTS.items() if each.traceable}
        what, remedy = f"only {' and '.join(plain.values())} can be plain", "Leave --plain (plain) out."
        raise ConfigError(what, found=to, expected=" or ".join(plain), remedy=remedy)
    if options.extras and not form.extras:
        what, remedy = "this form holds confidences and track ids anyway", "Leave --with (extras) out."
        expected = " or ".join(name for name, each in EXPORTS.items() if each.extras)
        raise ConfigError(what, found=to, expected=expected, remedy=remedy)
    if options.salt_file is not None and options.identity != "alias":
        remedy = "Leave --salt-file (salt_file) out."
        raise ConfigError("a salt makes aliases, and none are asked for", found=options.identity, remedy=remedy)


def check_apart(source: Path, out: Path) -> None:
    """Refuse a target that is, or holds, what is read.

    Raises:
        OutputError: If it is so.
    """
    read = source.resolve()
    if out.resolve() in (read, *read.parents):
        raise OutputError("the output would replace what is read", file=out, remedy="Choose another name.")


def _read(source: str | Path | ProjectConfig) -> tuple[Dataset, tuple[Note, ...], Path | None]:
    """Return the Dataset with the platform's ids, what is to be said of it, and the project's salt."""
    if isinstance(source, ProjectConfig) or part_of(Path(source)) == "project":
        config, found = (source, ()) if isinstance(source, ProjectConfig) else configure(source)
        with load(config.changed({"identity": "full"})) as project:  # the names come later, with the export's own word
            return project.everything, (*found, *project.notes), config.salt_file
    labels = read_labels(source)
    return labels.dataset, labels.problems, None


def _named(dataset: Dataset, identity: Identity, salt: bytes) -> Dataset:
    """Return the Dataset with its people named; those who are hidden are told apart all the same."""
    if identity == "full":
        return with_aliases(dataset, "full", b"")
    return in_texts(_somebody(dataset) if identity == "hidden" else with_aliases(dataset, identity, salt))


def _somebody(dataset: Dataset) -> Dataset:
    """Return the Dataset with its people numbered by lot, so that a number says nothing of another export's."""
    count = dataset.workers.height
    names = [f"Somebody {number}" for number in SystemRandom().sample(range(1, count + 1), count)]
    return dataset.replace(workers=dataset.workers.with_columns(pl.Series("alias", names, dtype=pl.String)))


def _accepted(dataset: Dataset) -> tuple[Dataset, list[Note]]:
    """Return the Dataset without work that was not accepted, and without frames that have no other; people stay."""
    open_yet = dataset.assignments["accepted"].null_count() == dataset.assignments.height
    counts = IS_APPROVED if open_yet else pl.col("accepted").fill_null(value=False)
    good = dataset.assignments.filter(counts & ~IS_REJECTED)
    if not good.height:
        remedy = "Review the work first: loopviz crowd review. Or leave --accepted (accepted) out."
        raise InputError("no work here is accepted", found=f"{dataset.assignments.height} assignments", remedy=remedy)
    bad = dataset.assignments.join(good, on="assignment_id", how="anti")
    shapes = dataset.annotations.join(bad, on="assignment_id", how="anti", maintain_order="left")
    still = pl.concat([good["frame"], shapes["frame"]]).drop_nulls()
    gone = bad.filter(~pl.col("frame").is_in(still.implode()))["frame"].drop_nulls().unique()
    less = dataset.replace(annotations=shapes).replace(assignments=good)
    kept = less.replace(frames=less.frames.filter(~pl.col("frame").is_in(gone.implode())))
    notes = [note("platform-decides")] if open_yet else []
    if bad.height:
        notes.append(note("not-accepted", assignments=bad.height, frames=len(gone)))
    return kept, notes


def _empty(dataset: Dataset, to: str, options: ExportOptions) -> list[Note]:
    """Say which columns were asked for that no label has."""
    annotations = dataset.annotations
    nothing = [column for column in options.extras if annotations[column].null_count() == annotations.height]
    return [note("column-empty", words=EXTRA_WORDS[column]) for column in nothing] if exported(to).extras else []


def _lost(dataset: Dataset, to: str, options: ExportOptions) -> list[Note]:
    """Say what the form cannot hold, or was not asked to."""
    form = exported(to)
    notes = []
    for column, words in EXTRA_WORDS.items() if form.extras else ():
        count = dataset.annotations.height - dataset.annotations[column].null_count()
        if count and column not in options.extras:
            notes.append(note("column-left-out", count=count, words=words))
    carried = dataset.annotations.filter(IS_CARRIED).height
    if carried and not form.keeps_origin:
        notes.append(note("origin-lost", format=form.title, count=carried))
    lost = use(form.losses)(dataset, options.plain) if form.losses else ()
    return [*notes, *lost]
