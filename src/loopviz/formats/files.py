"""Reading files that strangers wrote: text, YAML, picture sizes and folders, without believing any of them."""

from __future__ import annotations

import mmap
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from loopviz.errors import InputError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
IMAGE_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")  # never what Pillow hands to another program, such as EPS
MAX_SIDE = 100_000  # pixels; no camera and no scanner comes near
TEXT_BYTES = 256 * 2**20
FOLDER_DEPTH = 8
EXIF_ORIENTATION = 0x0112
_SUFFIX = re.compile(r"\.(jpe?g|png|webp|bmp|tiff?|gif|heic|avif|txt|json|xml)$", re.I)


def read_bytes(file: Path, limit: int) -> bytes:
    """Return a regular file's bytes.

    Raises:
        InputError: If there is no such file, it is no regular file, it cannot be read, or it is larger than ``limit``.
    """
    if not file.exists():
        raise InputError("there is no such file", file=file, remedy="Check the path.")
    if not file.is_file():
        raise InputError("not a regular file", file=file, remedy="Give a file.")
    try:
        with file.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=file, remedy="Check its permissions.") from error
    if len(data) > limit:
        raise InputError("the file is too large", file=file, expected=f"at most {limit:,} bytes")
    return data


def mentions(file: Path, *words: bytes) -> bool:
    """Say whether all of some words stand in a file, without reading it into memory."""
    try:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return all(content.find(word) >= 0 for word in words)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return False


def decode(data: bytes, file: Path) -> str:
    """Return UTF-8 bytes as text, without a byte order mark.

    Raises:
        InputError: If the bytes are not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02x}"
        raise InputError(
            "the text is not UTF-8", file=file, at=f"line {line}", found=found, remedy="Save the file as UTF-8."
        ) from error


def read_text(file: Path) -> str:
    """Return a UTF-8 text file's content; see ``read_bytes`` and ``decode`` for what it refuses."""
    return decode(read_bytes(file, TEXT_BYTES), file)


class _PlainLoader(yaml.SafeLoader):
    """Leaves every scalar a string, so that a category called ``no`` or ``1e3`` stays what was written."""


_PlainLoader.yaml_implicit_resolvers = {}


def read_yaml(file: Path) -> Any:
    """Return a YAML file's content with every scalar as the text that stands there.

    Raises:
        InputError: If it is not UTF-8 or not YAML.
    """
    text = read_text(file)
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader that resolves even less
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = None if mark is None else f"line {mark.line + 1}"
        what = getattr(error, "problem", None) or "cannot be parsed"
        raise InputError(f"not valid YAML: {what}", file=file, at=at, remedy="Correct the file.") from error
    except (RecursionError, ValueError) as error:
        raise InputError("not usable YAML", file=file, remedy="Correct the file.") from error


def image_size(file: Path) -> tuple[int, int]:
    """Return a picture's width and height as shown, read from its header alone.

    Raises:
        InputError: If it is no picture, or claims an absurd size.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about sizes and broken metadata: nothing is decoded here
            with Image.open(file, formats=IMAGE_FORMATS) as image:
                width, height = image.size
                # Only a JPEG's header tells; for a PNG, Pillow would decode the whole picture to find out.
                turned = image.format == "JPEG" and image.getexif().get(EXIF_ORIENTATION) in (5, 6, 7, 8)
    except Image.DecompressionBombError as error:
        raise InputError("the picture claims an absurd size", file=file, remedy="Replace or remove it.") from error
    except Exception as error:  # Pillow's readers raise whatever they stumble over in a damaged file
        raise InputError(
            "not a picture that can be read",
            file=file,
            expected="JPEG, PNG, WebP, BMP or TIFF",
            remedy="Replace or remove it.",
        ) from error
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        found = f"{width}x{height}"
        raise InputError("the picture claims an absurd size", file=file, found=found, remedy="Replace or remove it.")
    return (height, width) if turned else (width, height)


def list_files(folder: Path) -> list[str]:
    """Return the files below a folder as relative paths with ``/``, in natural order, hidden ones left out.

    A link to a file of the folder counts; a link to one of its folders does not, as its files are listed already.

    Raises:
        InputError: If a symbolic link leads outside the folder, or the folder cannot be listed.
    """
    root = folder.resolve()

    def walk(place: Path, prefix: str, depth: int) -> Iterator[str]:
        with os.scandir(place) as listing:
            found = list(listing)
        for entry in found:
            if entry.name.startswith("."):
                continue
            name = prefix + entry.name
            if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
                what = "a symbolic link leads outside the folder"
                raise InputError(what, file=folder, at=name, remedy="Copy it in.")
            if entry.is_file():
                yield name
            elif entry.is_dir(follow_symlinks=False) and depth < FOLDER_DEPTH:
                yield from walk(Path(entry.path), name + "/", depth + 1)

    try:
        return sorted(walk(root, "", 0), key=natural_key)
    except OSError as error:
        raise InputError(f"the folder cannot be listed: {error.strerror}", file=folder) from error


def natural_key(name: str) -> list[tuple[int, int | str]]:
    """Return a sort key under which ``frame_2`` comes before ``frame_10``."""
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in re.split(r"(\d{1,18})", name) if part]


def stem_of(name: str) -> str:
    """Return a file name without its folders and its suffix, if that is one of a picture or of a label file."""
    last = name.rsplit("/", 1)[-1]
    return _SUFFIX.sub("", last)
