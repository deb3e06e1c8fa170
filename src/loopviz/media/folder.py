"""Which images of a folder are frames, and in what order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from loopviz.errors import InputError
from loopviz.media.ignored_images import left_aside
from loopviz.notes import Note, note
from loopviz.paths import IMAGE_SUFFIXES, name_key, natural_order, split_of

if TYPE_CHECKING:
    from loopviz.media.manifest import Manifest


FOLDERS_DEPTH = 2  # images/train, train/images
NO_FRAMES = frozenset({"annotated_images", "labels", "masks", "out"})  # what programs made of frames


def list_images(folder: Path) -> list[Path]:
    """Return a folder's images in the natural order of their names: the numbers in them count, not the digits.

    A folder without images whose folders are the parts of a training set (``train/images``, ``images/val``) has theirs.
    Hidden files (``.DS_Store``, ``._0001.png``), other files and folders are left aside.

    Raises:
        InputError: If there is none, two differ in their suffix alone, or one is a link that leads out of the folder.
    """
    folders = image_folders(folder)
    whole = folders == [folder] or are_splits(folders, folder)
    images = _in_order([file for place in folders for file in _entries(place) if is_image(file)], folder)
    if not whole:
        inside = next((place.relative_to(folder).as_posix() for place in folders), None)
        others = left_aside([folder], [])
        raise InputError(
            "the folder holds no images that are read here" if others else "the folder holds no images",
            file=folder,
            found=", ".join(file.name for file in others[:3]) or None,
            expected=", ".join(sorted(IMAGE_SUFFIXES)),
            remedy=_remedy(inside, others),
        )
    stems: dict[tuple[Path, str], Path] = {}
    for file in images:
        check_name(file)
        other = stems.setdefault((file.parent, name_key(file.name)), file)
        if other != file:
            raise InputError(
                "two images have one name but for their suffix",
                file=file.parent,
                found=f"{other.name}, {file.name}",
                remedy="Keep one: a frame is one image, and labels find it by that name.",
            )
        check_inside(file, folder)
    return images


def _remedy(inside: str | None, others: Sequence[Path]) -> str:
    if inside:
        return f"Did you mean the folder {inside!r} in it?"
    return "Export them as PNG or JPEG." if others else "Give the folder that holds them."


def image_folders(folder: Path, depth: int = 0) -> list[Path]:
    """Return the folders that hold images: this one, or else those below it."""
    entries = _entries(folder)
    if any(map(is_image, entries)):
        return [folder]
    if depth == FOLDERS_DEPTH:
        return []
    below = [p for p in entries if p.is_dir() and not p.is_symlink() and not p.name.startswith(".")]
    places = [place for place in below if place.name.lower() not in NO_FRAMES]
    return [found for place in places for found in image_folders(place, depth + 1)]


def are_splits(folders: Sequence[Path], root: Path) -> bool:
    """Say whether folders are the parts of one training set, each by what it or a folder on its way is called."""
    return bool(folders) and all(split_of(f"{place.relative_to(root).as_posix()}/image") for place in folders)


def check_name(file: Path) -> None:
    """Refuse a file name that is not UTF-8: no table and no manifest could hold it.

    Raises:
        InputError: If it is not.
    """
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("a file name that is not UTF-8", file=file, remedy="Rename or remove the file.") from error


def manifest_images(folder: Path, manifest: Manifest, *, skip_bad: bool | None = False) -> list[Path]:
    """Return the images that a manifest lists, in its order.

    Raises:
        InputError: If one is missing and that is not to be skipped, or is a link that leads out of the folder.
    """
    files = [folder / frame.file for frame in manifest.frames]
    for frame, file in zip(manifest.frames, files, strict=True):
        check_inside(file, folder)
        if not file.is_file() and not skip_bad:
            raise InputError(
                "an image of the manifest is missing",
                file=file,
                at=f"frame {frame.index}",
                remedy="Put it back, or split the video again.",
            )
    return files


def is_image(file: Path) -> bool:
    """Say whether a name is one of an image that counts as a frame."""
    return file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".") and not file.is_dir()


def check_inside(file: Path, folder: Path) -> None:
    """Refuse a link that leads out of the folder: a folder from elsewhere must not show what else is on this machine.

    Raises:
        InputError: If it does.
    """
    if not file.is_symlink() or not file.exists():  # one that leads nowhere shows nothing: who opens it says so
        return
    if not file.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            "the image is a link that leads out of the folder",
            file=file,
            found=str(file.resolve()),
            remedy="Copy the image itself into the folder.",
        )


def _in_order(images: list[Path], folder: Path) -> list[Path]:
    return [images[i] for i in natural_order([file.relative_to(folder).as_posix() for file in images])]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise InputError("the folder cannot be read", file=folder, found=error.strerror) from error


def gap_notes(folder: Path, files: Sequence[Path], *, listed: bool) -> list[Note]:
    """Say which images are left aside, and where numbers are missing in the names of those that are not.

    Args:
        folder: The folder, or a single image.
        files: The images that are frames.
        listed: Whether a manifest says which these are.
    """
    if listed:
        unlisted = sum(map(is_image, folder.iterdir())) - len(files)
        return [note("unlisted-images", count=unlisted)] if unlisted else []
    numbers = [_number(file) for file in files]
    steps = [after[1] - before[1] for before, after in pairwise(numbers) if before[0] == after[0]]
    usual = min(steps, default=1)
    gaps = [place for place, step in enumerate(steps) if step != usual]
    if len(steps) < len(files) - 1 or not gaps:
        return []
    before, after = files[gaps[0]].name, files[gaps[0] + 1].name
    return [note("numbers-missing", places=len(gaps), before=before, after=after)]


def _number(file: Path) -> tuple[str, int]:
    """Return the last number in a name, and what is before it."""
    match = re.fullmatch(r"(.*?)(\d+)\D*", file.stem)
    place = f"{file.parent}/"
    return (place + match[1], int(match[2])) if match else (place + file.stem, 0)
