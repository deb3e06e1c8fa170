"""The folder that ``loopviz crowd import`` makes: the Dataset's tables, which categories were used, and their origin.

It is a working copy: it holds the platform's ids. What leaves the house is made by ``loopviz export``.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import polars as pl
import pydantic

from loopviz.atomic import write_text, writing
from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError, check_is_file
from loopviz.formats.mturk.shape_file import Shapes
from loopviz.outputs import MARKER, OVERWRITE, Origin, check_folder, own_folder
from loopviz.paths import id_key
from loopviz.project.crowd.config import SearchConfig
from loopviz.schema import SCHEMAS
from loopviz.settings import Section

RECORD, USAGE = "crowd.json", "usage.parquet"
OWN = {MARKER, RECORD, USAGE, *(f"{name}.parquet" for name in SCHEMAS)}


class FileMark(Section):
    """A file that a dataset was made of, and the hash of its bytes."""

    path: str
    sha256: str

    @classmethod
    def of(cls, file: Path) -> FileMark:
        """Return the mark of a file as it is now.

        Raises:
            InputError: If it cannot be read.
        """
        check_is_file(file)
        try:
            with file.open("rb") as stream:
                return cls(path=str(file.resolve()), sha256=hashlib.file_digest(stream, "sha256").hexdigest())
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            raise InputError(f"cannot be read: {reason}", file=file, remedy="Check the path.") from error


class Record(Section):
    """What a dataset was made of.

    Attributes:
        version: Of this file's form.
        settings: How it was read, as JSON: another reading is another dataset.
        batches: The batches' files, in their order.
        survey: The survey's file.
        image_table: The table of the images' addresses.
        video: The video or the frames that were labelled.
        image_column: The batches' column that names the image, if one was named.
        images: By frame, the name of the image that people labelled.
        forgotten: Who wished to be removed, as salted hashes: reading the files again does not bring them back.
        search: How the account finds the time that people search for tasks.
        report: What reading and joining came to, in sentences without anybody's id.
    """

    version: Literal[1] = 1
    settings: str
    batches: tuple[FileMark, ...]
    survey: FileMark | None = None
    image_table: FileMark | None = None
    video: str | None = None
    image_column: str | None = None
    images: dict[int, str] = pydantic.Field(default_factory=dict)
    forgotten: tuple[str, ...] = ()
    search: SearchConfig = SearchConfig()
    report: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Record:
        """Read the record in a dataset's folder.

        Raises:
            InputError: If there is none, or it is damaged.
        """
        file = folder / RECORD
        with _readable(folder):
            text = file.read_text(encoding="utf-8")
        try:
            return cls.model_validate_json(text)
        except pydantic.ValidationError as error:
            raise InputError("not a record of this form", file=file, remedy="Import the batches again.") from error

    def batch_files(self, given: Sequence[Path] = ()) -> list[Path]:
        """Return the batches' files, or those that are named instead, once it is clear that they are the same.

        Raises:
            InputError: If one is not there, or is not what the dataset was made of.
        """
        files = list(given) or [Path(mark.path) for mark in self.batches]
        marks = {FileMark.of(file).sha256: file for file in files}
        for mark in self.batches:
            if mark.sha256 not in marks:
                remedy = "Name the file as it was with --batch, or import again."
                raise InputError("the batch is not what the dataset was made of", file=mark.path, remedy=remedy)
        return list(dict.fromkeys(marks[mark.sha256] for mark in self.batches))  # a file named twice is one


@dataclass(frozen=True, eq=False)
class CrowdData:
    """A crowd's work, read and joined.

    Attributes:
        dataset: The tables; workers have no aliases yet.
        usage: What was used of every category, by assignment.
        record: Where it comes from.
    """

    dataset: Dataset
    usage: pl.DataFrame
    record: Record

    def with_dataset(self, dataset: Dataset) -> CrowdData:
        """Return the same with another Dataset."""
        return replace(self, dataset=dataset)

    def save(self, folder: Path, origin: Origin, *, overwrite: bool = False, shapes: Shapes | None = None) -> None:
        """Write the folder, whole or not at all.

        Args:
            folder: The folder.
            origin: What it is made of.
            overwrite: Whether an earlier one gives way.
            shapes: The annotations' masks and outlines, which the Dataset lacks; None: it has them.

        Raises:
            OutputError: If it exists and may not be replaced, is not such a folder, or cannot be written.
        """
        check_free(folder, origin, overwrite=overwrite)
        self._write(folder, origin, shapes)

    def update(self, folder: Path) -> None:
        """Write the folder that this was read from anew, whole or not at all; it need not be there.

        Raises:
            OutputError: If there is something else in it, or it cannot be written.
        """
        check_updatable(folder)
        self._write(folder, Origin("dataset"))

    def _write(self, folder: Path, origin: Origin, shapes: Shapes | None = None) -> None:
        with own_folder(folder, origin, checked=True) as part, writing(folder):
            pieces = shapes.pieces(self.dataset.annotations) if shapes else None
            self.dataset.save(part, annotations=pieces)
            self.usage.write_parquet(part / USAGE)
            write_text(part / RECORD, self.record.model_dump_json(indent=2) + "\n")

    @classmethod
    def load(cls, folder: Path) -> CrowdData:
        """Read what ``save`` wrote.

        Raises:
            InputError: If it is no such folder, or a part of it is damaged.
        """
        record = Record.load(folder)
        with _readable(folder):
            usage = pl.read_parquet(folder / USAGE)
        return cls(Dataset.load(folder), usage, record)


@contextmanager
def _readable(folder: Path) -> Iterator[None]:
    """Say of a file that cannot be read what its folder is not."""
    try:
        yield
    except (OSError, UnicodeDecodeError, pl.exceptions.PolarsError) as error:
        remedy = "Make it with: loopviz crowd import BATCH.csv … -o DATASET"
        raise InputError(
            f"not a crowd's dataset: {_what_is_wrong(folder, error)}", file=folder, remedy=remedy
        ) from error


def _what_is_wrong(folder: Path, error: Exception) -> str:
    if folder.is_file():
        return "this is a file, where a folder is expected"
    if isinstance(error, FileNotFoundError):
        name = Path(error.filename).name if error.filename else USAGE  # Polars does not say of which file it speaks
        return f"it holds no {name}" if folder.is_dir() else "there is no such folder"
    return (error.strerror or "unreadable").lower() if isinstance(error, OSError) else "damaged"


def check_free(folder: Path, origin: Origin, *, overwrite: bool) -> None:
    """Refuse a place for a dataset where something else stands, or one that must not be replaced.

    A dataset's folder is known by its record and the names in it, with or without a marker. With ``overwrite`` it gives
    way even if a table was damaged: who was forgotten must not come back because the folder has to be removed.

    Raises:
        OutputError: If it is so.
    """
    if (folder / RECORD).exists() and (overwrite or not (folder / MARKER).exists()):
        check_updatable(folder)
        if not overwrite:
            raise OutputError("the folder exists and was kept", file=folder, remedy=OVERWRITE)
    else:
        check_folder(folder, origin, overwrite=overwrite)


def check_updatable(folder: Path) -> None:
    """Refuse a folder that holds anything else than a dataset.

    Raises:
        OutputError: If it does.
    """
    if not (folder / RECORD).exists():
        check_folder(folder)
        return
    foreign = next((path.name for path in sorted(folder.iterdir()) if path.name not in OWN), None)
    if foreign is not None:
        what, remedy = "the folder holds other things and was kept", "Choose another name, or move them away."
        raise OutputError(what, file=folder, found=foreign, remedy=remedy)


def forgotten_in(folder: Path) -> tuple[str, ...]:
    """Return the marks of those who were forgotten in a dataset's folder, if there is one.

    Raises:
        InputError: If its record is damaged: nobody who was forgotten is to come back for that.
    """
    return Record.load(folder).forgotten if (folder / RECORD).exists() else ()


def forget_mark(worker_id: str) -> str:
    """Return a mark by which an id is known again, and from which it cannot be read."""
    salt = secrets.token_hex(16)
    return f"{salt}${_hashed(id_key(worker_id), salt)}"


def is_forgotten(worker_id: str, marks: Iterable[str]) -> bool:
    """Say whether one of some marks is an id's, however its letters are written."""
    parts = [mark.partition("$") for mark in marks]
    spellings = {worker_id, id_key(worker_id)}  # marks were once made of ids as they were written
    return any(hmac.compare_digest(_hashed(i, salt), digest) for i in spellings for salt, _, digest in parts)


def _hashed(worker_id: str, salt: str) -> str:
    return hmac.new(salt.encode(), worker_id.encode(), hashlib.sha256).hexdigest()
