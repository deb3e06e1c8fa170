"""Telling YOLO labels: by a description, by where texts lie, and by what their first rows look like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.motchallenge import first_lines, looks_like_tracks
from loopviz.formats.labels.yolo.class_names import DARKNET, SPEC_NAMES
from loopviz.formats.labels.yolo.layout import label_files
from loopviz.formats.unsupported import HEAD, recognise
from loopviz.formats.untrusted_files import list_files, mentions

LOOKED_AT = 20  # texts of a folder
_ROW = re.compile(r"[\d.]+(\s+[-+\d.eE]+){4,}")


def detect_yolo(candidate: Candidate) -> Evidence:
    """Say whether a folder, a ``data.yaml`` or Darknet's description of a set is of YOLO labels."""
    return Evidence("likely", "YOLO texts") if _is_yolo(candidate) else NO_EVIDENCE


def _is_yolo(candidate: Candidate) -> bool:
    path = candidate.path
    if candidate.suffix == DARKNET:
        return bool(label_files(path.parent, list_files(path.parent)))
    if candidate.suffix:
        return mentions(path, b"names")
    texts = label_files(path, candidate.files)
    return any(name in SPEC_NAMES for name in candidate.files) or (bool(texts) and _may_be_rows(path, texts))


def _may_be_rows(folder: Path, texts: Sequence[str]) -> bool:
    """Say whether texts may be YOLO labels: some of the first ones look so, or the folder is nothing else."""
    heads = [head for name in texts[:LOOKED_AT] if (head := _first_line(folder / name))]
    if not heads or any(map(_ROW.fullmatch, heads)):
        return True
    return recognise(folder) is None and not any(looks_like_tracks(first_lines(folder / name)) for name in texts[:1])


def _first_line(file: Path) -> str:
    with file.open("rb") as stream:
        head = stream.read(HEAD).decode("utf-8-sig", errors="replace")
    return next((line.strip() for line in head.splitlines() if line.strip()), "")
