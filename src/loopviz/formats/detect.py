"""Which label format a path holds, told from its files without reading them whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from loopviz.dataset import SCHEMAS
from loopviz.errors import InputError
from loopviz.formats.files import list_files, mentions
from loopviz.formats.foreign import HEAD, recognise
from loopviz.formats.labels.coco.read import coco_files, is_coco
from loopviz.formats.labels.yolo.class_names import DARKNET, SPEC_NAMES
from loopviz.formats.labels.yolo.layout import label_files
from loopviz.formats.mturk.rows import is_batch
from loopviz.formats.people.thesis import is_thesis

LOOKED_AT = 20  # texts of a folder
_ROW = re.compile(r"[\d.]+(\s+[-+\d.eE]+){4,}")


def detect_format(path: str | Path) -> str | None:
    """Return ``"yolo"``, ``"coco"``, ``"coco-traceable"``, ``"thesis"``, ``"dataset"``, ``"mturk"``, or None.

    None is for anything else.

    Raises:
        InputError: If a folder holds label sets of two formats.
    """
    place = Path(path)
    if place.is_dir():
        return _detect_folder(place)
    if not place.is_file():
        return None
    if place.suffix.lower() == DARKNET:
        return "yolo" if label_files(place.parent, list_files(place.parent)) else None
    if place.suffix.lower() in {".yaml", ".yml"}:
        return "yolo" if mentions(place, b"names") else None
    if place.suffix.lower() in {".csv", ".tsv", ".txt"}:
        return "mturk" if is_batch(place) else None
    return _coco_kind(place) if place.suffix.lower() == ".json" else None


def _detect_folder(folder: Path) -> str | None:
    if all((folder / f"{name}.parquet").is_file() for name in SCHEMAS):
        return "dataset"
    files = list_files(folder)
    if is_thesis(folder, files):
        return "thesis"
    texts = label_files(folder, files)
    is_yolo = any(name in SPEC_NAMES for name in files) or (texts and _may_be_rows(folder, texts))
    yolo = "yolo" if is_yolo else None
    documents = [name for name in files if name.lower().endswith(".json") and is_coco(folder / name)]
    coco = _coco_kind(coco_files(folder)[0]) if documents else None
    if yolo and coco:
        found = f"YOLO texts and {documents[0]}"
        raise InputError("label sets of two formats", file=folder, found=found, remedy="Name the format: yolo or coco.")
    return yolo or coco


def _may_be_rows(folder: Path, texts: Sequence[str]) -> bool:
    """Say whether texts may be YOLO labels: some of the first ones look so, or the folder is nothing else."""
    heads = [head for name in texts[:LOOKED_AT] if (head := _first_line(folder / name))]
    return not heads or any(map(_ROW.fullmatch, heads)) or recognise(folder) is None


def _first_line(file: Path) -> str:
    with file.open("rb") as stream:
        head = stream.read(HEAD).decode("utf-8-sig", errors="replace")
    return next((line.strip() for line in head.splitlines() if line.strip()), "")


def _coco_kind(file: Path) -> str | None:
    if not is_coco(file):
        return None
    return "coco-traceable" if mentions(file, b'"worker_id"') else "coco"
