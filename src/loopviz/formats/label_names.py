"""Category and file names as label files give them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from loopviz.errors import InputError
from loopviz.formats.types import Report
from loopviz.formats.untrusted_files import read_text, read_yaml
from loopviz.paths import before_upload, inside
from loopviz.schema import table

NULLS = ("", "~", "null", "Null", "NULL")  # as YAML writes nothing; here every scalar is a text
MAX_CLASSES = 100_000
_WORKER_NAME = re.compile(r"^((?:.*[_-])?\d+)_(?!\d{1,6}$)(.+)$", re.DOTALL)


def check_file_name(name: object, *, file: Path, at: str) -> str:
    """Return a file name from a label file, if it is one.

    Where it leads is no matter: it names a picture, and ``loopviz.paths.inside`` makes it a relative name.

    Raises:
        InputError: If it is no text, names nothing, or holds a NUL.
    """
    if not isinstance(name, str) or not inside([name])[0].strip() or "\0" in name:
        expected = "a name such as images/frame_0001.png"
        raise InputError("there is no file name", file=file, at=at, found=name, expected=expected)
    return name


def split_worker(stem: str) -> tuple[str, str | None]:
    """Return a thesis name's image part and its worker id: ``mouse_0202_A1B2`` is ``mouse_0202`` by ``A1B2``."""
    own = before_upload([stem])[0]
    found = _WORKER_NAME.match(own)
    return (found.group(1), found.group(2)) if found else (own, None)


class Skeleton(NamedTuple):
    """What keypoints of a category are.

    Attributes:
        names: What they are called, in their order.
        edges: Pairs of them that belong together, counted from 0.
        mirror: Which of them each one is in a mirrored picture.
    """

    names: tuple[str, ...] = ()
    edges: tuple[tuple[int, int], ...] = ()
    mirror: tuple[int, ...] = ()


def categories_table(names: Sequence[str], skeletons: Mapping[str, Skeleton] | None = None) -> pl.DataFrame:
    """Return the ``categories`` table of names in the order of their class ids, with the skeletons that some have."""
    columns: dict[str, Any] = {"class_id": list(range(len(names))), "name": list(names)}
    if skeletons:
        own = [skeletons.get(name, Skeleton()) for name in names]
        columns["keypoint_names"] = [list(each.names) or None for each in own]
        columns["skeleton"] = [list(map(list, each.edges)) or None for each in own]
        columns["keypoint_mirror"] = [list(each.mirror) or None for each in own]
    return table("categories", columns)


def names_from_yaml(spec: dict[str, Any], file: Path, report: Report) -> list[str] | None:
    """Return the names of a parsed ``data.yaml``: a list, or a mapping by class id; None when it has none.

    Raises:
        InputError: If the names are neither, a class id is no number, or ``nc`` counts otherwise.
    """
    raw = spec.get("names")
    if raw is None:
        return None
    if isinstance(raw, dict):
        names = _names_by_id(raw, file, report)
    elif isinstance(raw, list) and all(isinstance(name, str) for name in raw):
        names = list(raw)
    else:
        raise InputError("the names are neither a list nor a mapping by class id", file=file, at="names", found=raw)
    claimed = spec.get("nc")
    if isinstance(claimed, str) and claimed.isdecimal() and int(claimed) != len(names):
        raise InputError(
            "nc does not count the names",
            file=file,
            at="nc",
            found=claimed,
            expected=str(len(names)),
            remedy="Correct one of them.",
        )
    return names


def _names_by_id(raw: dict[Any, Any], file: Path, report: Report) -> list[str]:
    by_id: dict[int, str] = {}
    for key, name in raw.items():
        number = int(key) if isinstance(key, str) and re.fullmatch(r"\d{1,6}", key) else -1
        if not 0 <= number < MAX_CLASSES or not isinstance(name, str) or number in by_id:
            raise InputError(
                "not a class id with a name", file=file, at="names", found=f"{key}: {name}", expected="0: wheel"
            )
        by_id[number] = name
    names = [by_id.get(i, f"class {i}") for i in range(max(by_id, default=-1) + 1)]
    if len(names) > len(by_id):
        report.note("names-gap", file, count=len(names) - len(by_id), of="class ids")
    return names


def names_from_text(file: Path) -> list[str]:
    """Return the names of a ``classes.txt`` or ``obj.names``: one a line, the empty lines at its end left out."""
    return [line.strip() for line in read_text(file).rstrip().splitlines()]


def read_spec(file: Path) -> dict[str, Any]:
    """Return a ``data.yaml`` as a mapping of texts.

    Raises:
        InputError: If it is not YAML or not a mapping.
    """
    spec = read_yaml(file)
    if not isinstance(spec, dict):
        raise InputError(
            "not a dataset description", file=file, found=spec, expected="keys such as names, train and val"
        )
    return {key: value for key, value in spec.items() if value not in NULLS}
