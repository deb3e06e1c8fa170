"""What a label format is: how it is told from others, read and written. The table of all is ``registry``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from loopviz.dataset import Dataset
    from loopviz.formats.types import LabelOptions, LabelSet
    from loopviz.notes import Note

Confidence = Literal["certain", "likely", "no"]
_Function = TypeVar("_Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Evidence:
    """How sure a format is that a path holds its labels.

    Attributes:
        confidence: ``"certain"`` if nothing else looks so, ``"likely"`` if it looks so, ``"no"``.
        reason: What speaks for it, as a message shows it: ``"YOLO texts"``.
        name: Which format of the table it is, where one function tells several.
    """

    confidence: Confidence
    reason: str = ""
    name: str | None = None


NO_EVIDENCE = Evidence("no")


@dataclass(frozen=True)
class Candidate:
    """A path that may hold labels.

    Attributes:
        path: The file or the folder.
    """

    path: Path

    @property
    def suffix(self) -> str:
        """The file's suffix in lower case; empty for a folder."""
        return "" if self.path.is_dir() else self.path.suffix.lower()

    @cached_property
    def files(self) -> list[str]:
        """The files below the folder, see ``list_files``; listed once, whoever asks."""
        from loopviz.formats.untrusted_files import list_files

        return list_files(self.path)


@dataclass(frozen=True)
class WriteOptions:
    """How labels are written.

    Attributes:
        task: ``"detect"`` or ``"segment"``, for formats that must be one of them; None: what the annotations are.
        extras: Which of a format's ``extras`` are written.
    """

    task: str | None = None
    extras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """A label format. A function is given itself, or as ``"module:function"``.

    Attributes:
        name: What options and files call it.
        title: What messages call it.
        suffixes: Of files that may hold it, in lower case.
        folders: Whether a folder may hold it.
        detect: Says how sure it is that a ``Candidate`` holds it; None: it is only read where it is named.
        read: Reads a path with ``LabelOptions`` into a ``LabelSet``; None: it is not read.
        write: Writes a ``Dataset`` with ``WriteOptions`` to a path that nobody looks into yet; None: it is not written.
            The people have the names that they are to have there.
        files: Which files of a folder hold it, where it is not all of them.
        losses: Notes what of a ``Dataset`` the written form cannot hold; the second argument is whether it is written
            without people.
        file_name: What the file is called that it writes; None: it writes a folder.
        box_form: How its boxes are written: by their ``"corner"`` and size, or by their ``"centre"`` and size.
        own_ids: Whether its annotations have ids of their own, by which a person finds them.
        own_headings: Whether it gives the questions headings that nobody asked for.
        keeps_origin: Whether it says which labels a person drew and which were carried over.
        extras: Columns of the annotations that are written only where they are asked for.
        export: What ``loopviz export --to`` calls it; None: it is not offered there.
        traceable: The format that says the same and who drew it; what is exported unless ``--plain`` is said.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = ()
    folders: bool = True
    detect: str | Callable[[Candidate], Evidence] | None = None
    read: str | Callable[[Path, LabelOptions], LabelSet] | None = None
    write: str | Callable[[Dataset, Path, WriteOptions], None] | None = None
    files: str | Callable[[Path], list[Path]] | None = None
    losses: str | Callable[[Dataset, bool], Sequence[Note]] | None = None
    file_name: str | None = None
    box_form: Literal["corner", "centre"] = "centre"
    own_ids: bool = False
    own_headings: bool = False
    keeps_origin: bool = False
    extras: tuple[str, ...] = ()
    export: str | None = None
    traceable: str | None = None


def use(function: str | _Function) -> _Function:
    """Return what a row of the table names: ``"module:function"`` is imported."""
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    found: _Function = getattr(importlib.import_module(module), name)
    return found
