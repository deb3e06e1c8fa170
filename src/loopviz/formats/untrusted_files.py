"""Reading files that strangers wrote: text, YAML and folders, without believing any of them."""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from loopviz.errors import InputError, check_is_file
from loopviz.paths import natural_key
from loopviz.yamlfile import TextLoader, parse

TEXT_BYTES = 256 * 2**20
YAML_BYTES = 4 * 2**20
FOLDER_DEPTH = 8


def read_bytes(file: Path | str, limit: int) -> bytes:
    """Return a regular file's bytes.

    Raises:
        InputError: If there is no such file, it is no regular file, it cannot be read, or it is larger than ``limit``.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe without a writer would block
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                check_is_file(file)
                raise InputError("not a regular file", file=file, remedy="Give a file.")
            if found.st_size > limit:
                raise InputError("the file is too large", file=file, expected=f"at most {limit:,} bytes")
            with open(descriptor, "rb", buffering=0, closefd=False) as stream:
                return stream.readall()
        finally:
            os.close(descriptor)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:  # a NUL in a name is a ValueError
        raise InputError("there is no such file", file=file, remedy="Check the path.") from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=file, remedy="Check its permissions.") from error


def mentions(file: Path, *words: bytes) -> bool:
    """Say whether all of some words stand in a file, without reading it into memory."""
    try:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return all(content.find(word) >= 0 for word in words)
    except (OSError, ValueError):  # an empty file cannot be mapped
        return False


def decode(data: bytes, file: Path | str) -> str:
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


def read_text(file: Path | str) -> str:
    """Return a UTF-8 text file's content; see ``read_bytes`` and ``decode`` for what it refuses."""
    return decode(read_bytes(file, TEXT_BYTES), file)


def read_yaml(file: Path) -> Any:
    """Return a YAML file's content with every scalar as the text that stands there.

    Raises:
        InputError: If it is too large, not UTF-8, not YAML, or does more than YAML is read for.
    """
    text = decode(read_bytes(file, YAML_BYTES), file)
    try:
        return parse(text, TextLoader)
    except yaml.MarkedYAMLError as error:
        at = f"line {error.problem_mark.line + 1}" if error.problem_mark else None
        raise InputError(f"not valid YAML: {error.problem}", file=file, at=at, remedy="Correct the file.") from None


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
            if not _is_text(entry.name):
                what = "a file name that is not UTF-8"
                raise InputError(what, file=folder, at=name, remedy="Rename or remove the file.")
            # realpath, because a link that leads to itself is no reason for resolve() to fail
            if entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(root):
                what = "a symbolic link leads outside the folder"
                raise InputError(what, file=folder, at=name, remedy="Copy it in.")
            if _is_file(entry):
                yield name
            elif entry.is_dir(follow_symlinks=False) and depth < FOLDER_DEPTH:
                yield from walk(Path(entry.path), name + "/", depth + 1)

    try:
        return sorted(walk(root, "", 0), key=natural_key)
    except OSError as error:
        raise InputError(f"the folder cannot be listed: {error.strerror}", file=folder) from error


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Say whether an entry of a folder is a file; a link that leads to itself is none, as one that leads nowhere."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _is_text(name: str) -> bool:
    """Say whether a file's name is UTF-8: what is not has come as lone surrogates, which no table takes."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
