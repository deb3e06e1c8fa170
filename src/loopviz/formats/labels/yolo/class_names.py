"""Which file names the classes of a YOLO set.

First a description in YAML: ``data.yaml`` or ``dataset.yaml``, else one of any name (``coco128.yaml``) that has
``names`` and is no project file. Else a text with a name a line: ``classes.txt``, ``obj.names`` or another ``*.names``,
the file that ``obj.data`` names (Darknet), ``_darknet.labels`` (Roboflow), and what labelImg and others leave; or
``notes.json`` (Label Studio). They lie in the set's folder, in ``labels``, beside the labels, or above what is a part
of a set. Of two that call the classes otherwise nobody can tell which is meant: that is asked.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.label_names import names_from_text, names_from_yaml, read_spec
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import Report
from loopviz.formats.untrusted_files import mentions, read_bytes, read_text
from loopviz.paths import SPLIT_FOLDERS, inside, natural_key

LABEL_FOLDERS = frozenset({"labels", "annotations"})
DARKNET = ".data"  # obj.data: the description of a Darknet set
SPEC_NAMES = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_DARKNET_FOLDER = re.compile(r"obj(_\w+)?_data", re.I)
_SET_DEPTH = 3  # folders of set/labels/train
_YAML = (".yaml", ".yml")
_NAMES = re.compile(rb"^[\"']?names[\"']?\s*:", re.MULTILINE)
_SOURCE = re.compile(rb"^[\"']?source[\"']?\s*:", re.MULTILINE)  # of a project of loopviz, which may have names too
_LARGEST = 1_000_000  # bytes
NOTES = "notes.json"
# What a text may be called, the likelier first; two of one kind that differ are asked about.
_TEXTS = tuple(
    re.compile(name, re.IGNORECASE)
    for name in (
        r"classes\.txt",
        r"obj\.names",
        r".*\.names",
        r".*\.data",
        r"_darknet\.labels",
        r"(predefined_classes|obj_names|class_?names|names)\.txt",
        r"notes\.json",
    )
)
PLAIN = frozenset({*SPEC_NAMES, "classes.txt", "obj.names"})  # what needs no word about where names are from


def holds_labels(folder: str) -> bool:
    """Say whether a folder is one of labels, by its name."""
    return folder.lower() in LABEL_FOLDERS or bool(_DARKNET_FOLDER.fullmatch(folder))


def find_spec(root: Path, *, ask: bool = True) -> Path | None:
    """Return the YAML file that describes the set in a folder, None where there is none.

    Args:
        root: The folder.
        ask: Whether it matters which of two it is.

    Raises:
        InputError: If two call the classes otherwise.
    """
    for folder in _folders(root):
        known = next((folder / name for name in SPEC_NAMES if (folder / name).is_file()), None)
        if known is not None:
            return known
        others = [file for file in _entries(folder, _is_yaml) if _is_spec(file)]
        if others:
            return _agreed(others, _names_of_spec, root, ask=ask)
    return None


def names_beside(root: Path, labels: Sequence[str], *, ask: bool = True) -> tuple[Path, list[str]] | None:
    """Return the text that names the classes, and the names; None where there is none.

    Args:
        root: The set's folder.
        labels: Its label files.
        ask: As for ``find_spec``.

    Raises:
        InputError: If it cannot be read, or two call the classes otherwise.
    """
    for folders in _tiers(root, labels):
        texts = [file for folder in folders for file in _entries(folder, _is_text)]
        for kind in _TEXTS:
            alike = (_named_by(file) for file in texts if kind.fullmatch(file.name))
            found = [file for file in alike if file is not None]
            if found:
                file = _agreed(found, _names_in, root, ask=ask)
                return file, _names_in(file)
    return None


def compare(names: Sequence[str], spec: Path, root: Path, labels: Sequence[str], report: Report) -> None:
    """Say where a text beside a description, which counts, calls a class otherwise: some tools leave a stale one."""
    with contextlib.suppress(InputError):  # it is not needed
        beside = names_beside(root, labels, ask=False)
        pairs = enumerate(zip(names, beside[1] if beside else (), strict=False))
        differing = next(((i, ours, other) for i, (ours, other) in pairs if ours != other), None)
        if differing is not None:
            number, ours, other = differing
            report.warn("names-differ", spec, file=spec.name, number=number, ours=ours, other=other)


def _agreed(files: Sequence[Path], names: Callable[[Path], list[str] | None], root: Path, *, ask: bool) -> Path:
    """Return the first of some files, which must say the same."""
    if ask and len(files) > 1 and any(names(file) != names(files[0]) for file in files[1:]):
        listed = ", ".join(_shown(file, root) for file in files)
        what = "more than one file names the classes, and not alike"
        raise InputError(what, file=root, found=listed, remedy="Say how they are called: --names (names).")
    return files[0]


def _shown(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)


def _folders(root: Path) -> list[Path]:
    above = _set_folders(root)[1:]
    return [root, root / "labels", *above]


def _tiers(root: Path, labels: Iterable[str]) -> Iterator[list[Path]]:
    """Yield the folders to look in; in those of the labels at once, since any of them may be meant."""
    yield [root]
    yield [root / "labels"]
    yield [root / folder for folder in dict.fromkeys(label.rpartition("/")[0] for label in labels) if folder]
    yield from ([folder] for folder in _set_folders(root)[1:])


def _set_folders(root: Path) -> list[Path]:
    """Return the folder and those above it in its set: ``set`` too of ``set/labels/train`` and ``set/train/labels``."""
    folders = [root]
    while len(folders) < _SET_DEPTH and _is_part(place := folders[-1].absolute()):
        folders.append(folders[-1].parent if folders[-1].name else place.parent)
    return folders


def _is_part(folder: Path) -> bool:
    """Say whether a folder is a part of a set: one of labels, one in such a one, or ``train`` and so on."""
    return holds_labels(folder.name) or holds_labels(folder.parent.name) or folder.name.lower() in SPLIT_FOLDERS


def _entries(folder: Path, fits: Callable[[str], bool]) -> list[Path]:
    """Return the files of a folder whose names fit; of the others, which may be very many, nothing is asked."""
    try:
        found = [file for file in folder.iterdir() if fits(file.name) and file.is_file()]
    except OSError:  # it is not there
        return []
    return sorted(found, key=lambda file: natural_key(file.name))


def _is_text(name: str) -> bool:
    return not name.startswith(".") and any(kind.fullmatch(name) for kind in _TEXTS)


def _is_yaml(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(_YAML)


def _is_spec(file: Path) -> bool:
    """Say whether a YAML file has names of classes, and is no project file."""
    if not mentions(file, b"names") or file.stat().st_size > _LARGEST:
        return False
    content = read_bytes(file, _LARGEST)
    return _NAMES.search(content) is not None and _SOURCE.search(content) is None


def _named_by(file: Path) -> Path | None:
    """Return the file of names: the one that a Darknet description gives, if it is there, else the file itself."""
    if file.suffix.lower() != DARKNET:
        return file
    name = _darknet_names(file)
    return file.parent / name if name and (file.parent / name).is_file() else None


def _names_of_spec(file: Path) -> list[str] | None:
    return names_from_yaml(read_spec(file), file, Report())


def _names_in(file: Path) -> list[str]:
    return _names_from_notes(file) if file.name.lower() == NOTES else names_from_text(file)


def _names_from_notes(file: Path) -> list[str]:
    """Return the names in Label Studio's ``notes.json``: ``{"categories": [{"id": 0, "name": "wheel"}]}``."""
    document = read_json(file)
    listed = document.get("categories") if isinstance(document, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise InputError("there are no categories", file=file, expected='"categories": [{"id": 0, "name": "wheel"}]')
    by_id = {str(each.get("id")): each.get("name") for each in listed}
    names = names_from_yaml({"names": by_id}, file, Report())
    return names or []


def _darknet_names(file: Path) -> str | None:
    """Return the file of names that an ``obj.data`` gives, below its folder: ``names = data/obj.names``."""
    pairs = (line.partition("=") for line in read_text(file).splitlines())
    named = next((value.strip() for key, _, value in pairs if key.strip() == "names"), None)
    if not named:
        return None
    own = inside([named])[0]
    return own if (file.parent / own).is_file() else own.rsplit("/", 1)[-1]
