"""Where the files of a YOLO dataset lie.

Layouts met in the wild: ``images/train`` beside ``labels/train`` (Ultralytics), ``train/images`` beside
``train/labels`` (Roboflow), ``Images`` beside ``Annotations``, Darknet's ``obj_train_data`` with text and picture side
by side or the texts alone, a frames folder of any name beside ``labels``, ``labels`` or a part of it alone, and a plain
folder of texts. Names come from ``data.yaml``, from ``classes.txt``, from ``obj.names`` or from the file that
``obj.data`` names, in the folder or, where it is a part of a set, above it.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopviz.errors import InputError
from loopviz.formats.files import list_files, read_text
from loopviz.formats.names import names_from_text, names_from_yaml, read_spec
from loopviz.formats.types import Report
from loopviz.paths import (
    IMAGE_SUFFIXES,
    PLAIN_FOLDERS,
    SPLIT_FOLDERS,
    inside,
    last_part,
    name_key,
    natural_order,
    stem_of,
)

LABEL_FOLDERS = frozenset({"labels", "annotations"})
DARKNET = ".data"  # obj.data: the description of a Darknet set
_DARKNET_FOLDER = re.compile(r"obj(_\w+)?_data", re.I)
SPEC_NAMES = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
NAME_FILES = ("classes.txt", "obj.names")
SET_DEPTH = 3  # folders of set/labels/train
# Texts that lie in label folders without being labels.
_NO_LABELS = re.compile(
    r"(^|/)(labelTxt/.*|(classes|labels|train|val|valid|validation|test|requirements|notes|readme.*|licen[cs]e.*)\.txt)$",
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


def find_yolo(path: Path, report: Report, passed_over: frozenset[str] = frozenset()) -> YoloFolder:
    """Find what belongs together in a folder, or in the folder that a ``data.yaml`` describes.

    Folders in ``passed_over`` are left out.

    Raises:
        InputError: If there are no labels, two images fit one label file, or a link leads outside the folder.
    """
    if not path.exists():
        raise InputError("there is no such file or folder", file=path, remedy="Check the path.")
    root = path if path.is_dir() else path.parent
    files = [name for name in list_files(root) if not passed_over & set(name.split("/")[:-1])]
    spec_file = path if path.is_file() and path.suffix.lower() != DARKNET else _find_spec(root)
    spec = read_spec(spec_file) if spec_file else {}
    labels = label_files(root, files)
    if not labels:
        _refuse_empty(path, files, spec)
    names = names_from_yaml(spec, spec_file, report) if spec_file else None
    if names is not None and spec_file is not None:
        _compare(names, spec_file, root, report)
    pairs = _pair(files, labels, root)
    return YoloFolder(root, tuple(pairs), spec, names if names is not None else _names_beside(root))


def label_files(root: Path, files: Sequence[str]) -> list[str]:
    """Return which of a folder's files are YOLO labels, by where they lie and what they are called."""
    texts = [name for name in files if name.lower().endswith(".txt") and not _NO_LABELS.search(name)]
    own = [root.absolute().name]
    within = [name for name in texts if any(map(_holds_labels, own + name.split("/")[:-1]))]
    if within:
        return within
    images = {key(name) for name in files if is_image(name) for key in (name_key, last_part)}
    beside = [name for name in texts if name_key(name) in images]
    return beside or ([] if images else [name for name in texts if "/" not in name])


def _holds_labels(folder: str) -> bool:
    return folder.lower() in LABEL_FOLDERS or bool(_DARKNET_FOLDER.fullmatch(folder))


def is_image(name: str) -> bool:
    """Say whether a file is a picture, by its name."""
    return "." + name.rsplit(".", 1)[-1].lower() in IMAGE_SUFFIXES


def _set_folders(root: Path) -> list[Path]:
    """Return the folder and those above it in its set: ``set`` too of ``set/labels/train`` and ``set/train/labels``."""
    folders = [root]
    while len(folders) < SET_DEPTH and _is_part(place := folders[-1].absolute()):
        folders.append(folders[-1].parent if folders[-1].name else place.parent)
    return folders


def _is_part(folder: Path) -> bool:
    """Say whether a folder is a part of a set: one of labels, one in such a one, or ``train`` and so on."""
    return _holds_labels(folder.name) or _holds_labels(folder.parent.name) or folder.name.lower() in SPLIT_FOLDERS


def _find_spec(root: Path) -> Path | None:
    files = (folder / name for folder in _set_folders(root) for name in SPEC_NAMES)
    return next((file for file in files if file.is_file()), None)


def _names_beside(root: Path) -> list[str] | None:
    for folder in (root, root / "labels", *_set_folders(root)[1:]):
        for name in NAME_FILES:
            if (folder / name).is_file():
                return names_from_text(folder / name)
        for described in sorted(folder.glob("*" + DARKNET)):
            named = _darknet_names(described)
            if named and (folder / named).is_file():
                return names_from_text(folder / named)
    return None


def _compare(names: Sequence[str], spec_file: Path, root: Path, report: Report) -> None:
    """Say where a text beside a ``data.yaml``, which counts, calls a class otherwise: some tools leave a stale one."""
    with contextlib.suppress(InputError):  # it is not needed
        pairs = enumerate(zip(names, _names_beside(root) or (), strict=False))
        differing = next(((i, ours, other) for i, (ours, other) in pairs if ours != other), None)
        if differing is not None:
            text = "{}: class {} is {!r} here, which counts, and {!r} in a text beside it"
            report.warn("names-differ", spec_file, text.format(spec_file.name, *differing))


def _darknet_names(file: Path) -> str | None:
    """Return the file of names that an ``obj.data`` gives, below its folder: ``names = data/obj.names``."""
    pairs = (line.partition("=") for line in read_text(file).splitlines())
    named = next((value.strip() for key, _, value in pairs if key.strip() == "names"), None)
    if not named:
        return None
    own = inside([named])[0]
    return own if (file.parent / own).is_file() else own.rsplit("/", 1)[-1]


def _refuse_empty(path: Path, files: Sequence[str], spec: dict[str, Any]) -> None:
    if any("labelTxt" in name.split("/") for name in files):
        raise InputError(
            "the labels are oriented boxes (labelTxt), which loopviz does not read",
            file=path,
            remedy="Export plain boxes or polygons.",
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
        if is_image(name):
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
    folders = [part for part in label.split("/")[:-1] if not _holds_labels(part)]
    stem = stem_of(label)
    return "/".join([*folders, stem if stem == stem_of(stem) else label.rsplit("/", 1)[-1]])


def _place(name: str) -> str:
    """Return where a file stands: an image and a label file of the same name at the same place."""
    folders = [part for part in name.split("/")[:-1] if part.lower() not in PLAIN_FOLDERS]
    return "/".join([*folders, name.rsplit("/", 1)[-1]])


def _folder(name: str) -> str:
    return name.rsplit("/", 1)[0] if "/" in name else ""
