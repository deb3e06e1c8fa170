"""Where the files of a YOLO dataset lie.

Layouts met in the wild: ``images/train`` beside ``labels/train`` (Ultralytics), ``train/images`` beside
``train/labels`` (Roboflow), ``Images`` beside ``Annotations``, Darknet's ``obj_train_data`` with text and picture side
by side or the texts alone, a frames folder of any name beside ``labels``, ``labels`` or a part of it alone, and a plain
folder of texts. What names the classes is found by ``class_names``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopviz.errors import InputError, check_exists
from loopviz.formats.label_names import names_from_yaml, read_spec
from loopviz.formats.labels.yolo.class_names import (
    DARKNET,
    LABEL_FOLDERS,
    PLAIN,
    compare,
    find_spec,
    holds_labels,
    names_beside,
)
from loopviz.formats.types import Report
from loopviz.formats.untrusted_files import list_files
from loopviz.paths import PLAIN_FOLDERS, is_image_name, last_part, name_key, natural_order, stem_of

SHOWN = 5  # names in a note
# Texts that lie in label folders without being labels.
_NO_LABELS = re.compile(
    r"(^|/)(labelTxt/.*|(classes|labels|labelmap|train|val|valid|validation|test|requirements|notes|readme.*"
    r"|licen[cs]e.*|(predefined_|obj_|class_?)?names|predefined_classes)\.txt)$",
    re.I,
)


@dataclass(frozen=True)
class YoloFolder:
    """The files of a YOLO dataset, with ``/`` and relative to ``root``, in natural order.

    Args:
        root: The folder.
        pairs: Image and label file of each frame; either may be missing, never both.
        spec: What ``data.yaml`` says, as texts; empty without one.
        names: The categories' names in the order of their ids; None when no file tells them.
    """

    root: Path
    pairs: tuple[tuple[str | None, str | None], ...]
    spec: dict[str, Any]
    names: list[str] | None


def find_yolo(
    path: Path, report: Report, passed_over: frozenset[str] = frozenset(), *, named: bool = False
) -> YoloFolder:
    """Find what belongs together in a folder, or in the folder that a ``data.yaml`` describes.

    Args:
        path: The folder or the description.
        report: Is told what was assumed.
        passed_over: Folders that are left out.
        named: Whether somebody has named the classes, so that no file needs to.

    Raises:
        InputError: If there are no labels, two images fit one label file, a link leads outside the folder, or two files
            call the classes otherwise.
    """
    check_exists(path)
    root = path if path.is_dir() else path.parent
    files = [name for name in list_files(root) if not passed_over & set(name.split("/")[:-1])]
    spec_file = path if path.is_file() and path.suffix.lower() != DARKNET else find_spec(root, ask=not named)
    spec = read_spec(spec_file) if spec_file else {}
    labels = label_files(root, files)
    if not labels:
        _refuse_empty(path, files, spec)
    names = names_from_yaml(spec, spec_file, report) if spec_file else None
    named_by = spec_file
    if names is not None and spec_file is not None:
        compare(names, spec_file, root, labels, report)
    elif beside := names_beside(root, labels, ask=not named):
        named_by, names = beside
    if not named and names is not None and named_by not in (None, path) and named_by.name.lower() not in PLAIN:
        report.note("names-from", named_by, names=names[:SHOWN])
    return YoloFolder(root, tuple(_pair(files, labels, root)), spec, names)


def label_files(root: Path, files: Sequence[str]) -> list[str]:
    """Return which of a folder's files are YOLO labels, by where they lie and what they are called."""
    texts = [name for name in files if name.lower().endswith(".txt") and not _NO_LABELS.search(name)]
    own = [root.absolute().name]
    within = [name for name in texts if any(map(holds_labels, own + name.split("/")[:-1]))]
    if within:
        return within
    images = {key(name) for name in files if is_image_name(name) for key in (name_key, last_part)}
    beside = [name for name in texts if name_key(name) in images]
    return beside or ([] if images else [name for name in texts if "/" not in name])


def _refuse_empty(path: Path, files: Sequence[str], spec: dict[str, Any]) -> None:
    if any("labelTxt" in name.split("/") for name in files):
        raise InputError(
            "the labels are DOTA's (labelTxt), not YOLO's",
            file=path,
            remedy="Give the folder that holds labelTxt, without --labels-format.",
        )
    elsewhere = spec.get("path") or spec.get("train")
    remedy = (
        f"Its data.yaml points to {elsewhere!r}: give that folder."
        if elsewhere
        else "Give the folder that holds labels/."
    )
    raise InputError(
        "no YOLO label files here", file=path, expected=".txt files in labels/ or beside the images", remedy=remedy
    )


def _pair(files: Sequence[str], labels: Sequence[str], root: Path) -> list[tuple[str | None, str | None]]:
    by_key: dict[str, list[str]] = defaultdict(list)
    by_name: dict[str, list[str]] = defaultdict(list)  # some programs call the labels of a.jpg a.jpg.txt
    for name in files:
        if is_image_name(name):
            by_key[name_key(name)].append(name)
            by_name[last_part(name)].append(name)
    keys = {label: name_key(label) for label in labels}
    image_of = {
        label: _image_for(label, by_key.get(key) or by_name.get(key) or (), root) for label, key in keys.items()
    }
    used = {image for image in image_of.values() if image}
    folders = {_folder(image) for image in used}
    background = [
        image
        for images in by_key.values()
        for image in images
        if image not in used and (_folder(image) in folders or "images" in {p.lower() for p in image.split("/")[:-1]})
    ]
    pairs: list[tuple[str | None, str | None]] = [(image, label) for label, image in image_of.items()]
    pairs += [(image, None) for image in background]
    return [pairs[i] for i in natural_order([_place(image or label or "") for image, label in pairs])]


def _image_for(label: str, candidates: Sequence[str], root: Path) -> str | None:
    """Return the image of a label file: the same name, in the folder whose path shares the most with the label's."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    parts = {part.lower() for part in label.split("/")[:-1]} - LABEL_FOLDERS

    def fit(image: str) -> tuple[int, bool]:
        folders = [part.lower() for part in image.split("/")[:-1]]
        # Pictures that scripts made (annotated_images/, runs/) share no folder with the labels.
        return len(parts & set(folders)), "images" in folders or image.rsplit("/", 1)[0] == label.rsplit("/", 1)[0]

    ranked = sorted(candidates, key=fit, reverse=True)
    if fit(ranked[0]) == fit(ranked[1]):
        raise InputError(
            "two images fit one label file",
            file=root,
            at=label,
            found=", ".join(ranked[:2]),
            remedy="Remove or rename one.",
        )
    return ranked[0]


def image_name(label: str) -> str:
    """Return what an image that is not there is called after its label file: ``train/a`` for ``labels/train/a.txt``.

    Where that would look as if it had a suffix, as of ``a.webp.txt`` for ``a.webp.jpg``, the label file's own stays.
    """
    folders = [part for part in label.split("/")[:-1] if not holds_labels(part)]
    stem = stem_of(label)
    return "/".join([*folders, stem if stem == stem_of(stem) else label.rsplit("/", 1)[-1]])


def _place(name: str) -> str:
    """Return where a file stands: an image and a label file of the same name at the same place."""
    folders = [part for part in name.split("/")[:-1] if part.lower() not in PLAIN_FOLDERS]
    return "/".join([*folders, name.rsplit("/", 1)[-1]])


def _folder(name: str) -> str:
    return name.rsplit("/", 1)[0] if "/" in name else ""
