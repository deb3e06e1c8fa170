"""The one way to write: whole or not at all, under a name that nobody can foresee, and nothing left behind.

What is written begins in a hidden folder beside its target that only its maker may enter, made anew and under a random
name (``loopviz.temp_folders``), and takes the target's name in one step.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from loopviz.errors import LoopvizError, OutputError, no_memory
from loopviz.temp_folders import LONGEST_PREFIX, hidden_prefix, temp_folder

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
_ROOM = "Free some space, or choose another place for the output."
_ALLOWED = "Choose a folder that you may write to."
_ELSEWHERE = "Choose another place for the output."
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "The file system refuses a file of this size: choose another place for the output.",
    errno.EACCES: _ALLOWED,
    errno.EPERM: _ALLOWED,
    errno.EROFS: _ALLOWED,
    errno.ENOENT: "A folder was removed meanwhile: run it again.",
    errno.ENOTDIR: "A part of the path is a file: choose another place for the output.",
    errno.EEXIST: "A part of the path is a file: choose another place for the output.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
}


def not_written(error: OSError, target: Path) -> LoopvizError:
    """Return what the system said while ``target`` was written, as a person may read it."""
    if error.errno == errno.ENOMEM:
        return no_memory()
    remedy = _REMEDIES.get(error.errno or 0, _ELSEWHERE)
    return OutputError(f"cannot be written: {error.strerror or error}", file=target, remedy=remedy)


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the system says while ``target`` is written into an OutputError, or say that memory is short."""
    try:
        yield
    except OSError as error:
        raise not_written(error, target) from error


@contextlib.contextmanager
def new_files(*targets: Path, replace: bool = False) -> Iterator[tuple[Path, ...]]:
    """Yield a path for each of some files of one folder; all take their targets' names when all went well.

    Folders that are missing are made, and go again if nothing comes of it.

    Args:
        targets: The files, in one folder.
        replace: Whether what stands there gives way; a symbolic link does itself, not what it points at.

    Raises:
        OutputError: If a target exists and may not be replaced, or cannot be written. What stood there is intact.
    """
    folder = targets[0].parent
    with beside(targets[0]) as place:
        parts = tuple(place / target.name for target in targets)
        yield parts
        with writing(targets[0]):
            for part, target in zip(parts, targets, strict=True):
                sync(part)
                (os.replace if replace else _put)(part, target)
            sync(folder)


@contextlib.contextmanager
def new_file(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a path to write one file to; see ``new_files``."""
    with new_files(target, replace=replace) as (part,):
        yield part


@contextlib.contextmanager
def new_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write into; it takes the target's name when all went well.

    Args:
        target: The folder; an empty one that stands there always gives way.
        replace: Whether a folder with something in it gives way too.

    Raises:
        OutputError: As ``new_files``.
    """
    with beside(target) as place:
        part = place / "folder"
        with writing(target):
            part.mkdir()
        yield part
        with writing(target):
            _put_folder(part, target, replace=replace)
            sync(target.parent)


def write_text(file: Path, text: str) -> None:
    """Write a UTF-8 text into a folder that nobody looks into yet, and wait until the disk has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def sync(path: Path) -> None:
    """Have a file or folder on the disk before its name counts."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_writable(target: Path) -> None:
    """Refuse, and leave no trace, a place where nothing can be written.

    Raises:
        OutputError: If it is so.
    """
    with writing(target):
        with contextlib.suppress(FileNotFoundError):
            target.lstat()
        folder = next(place for place in target.absolute().parents if place.exists())
        try:
            os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600))
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT):  # a disk without nameless files
                raise
            with _possible(target):
                Path(tempfile.mkdtemp(prefix=hidden_prefix(target.name[:LONGEST_PREFIX]), dir=folder)).rmdir()


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Yield a hidden folder of one's own beside a target; it goes with all that is in it.

    Raises:
        OutputError: If the target's name is none that can be, or nothing can be made beside it.
    """
    with contextlib.ExitStack() as stack:
        with writing(target), _possible(target):
            with contextlib.suppress(FileNotFoundError):
                target.lstat()  # a name that cannot be is met now, and not when all is done
            place = stack.enter_context(temp_folder(target.parent, target.name[:LONGEST_PREFIX]))
        yield place


@contextlib.contextmanager
def _possible(target: Path) -> Iterator[None]:
    """Say of a place where nothing can be made, as in /proc, that it is one: nobody has removed it."""
    try:
        yield
    except FileNotFoundError as error:
        what = f"cannot be written: {error.strerror}"
        raise OutputError(what, file=target, remedy=_ELSEWHERE) from error


def _put(part: Path, target: Path) -> None:
    """Give a file its name if nothing has it: who comes first keeps it."""
    try:
        os.link(part, target)
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            raise _taken(target) from error
        part.rename(target)


def _put_folder(part: Path, target: Path, *, replace: bool) -> None:
    """Give a folder its name; an old one that gives way goes with the hidden folder."""
    if replace and os.path.lexists(target):
        _exchange(part, target)
        return
    try:
        part.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise
        raise _taken(target) from error


def _taken(target: Path) -> OutputError:
    return OutputError("something stands here already, and was kept", file=target, remedy="Choose another name.")


def _exchange(one: Path, other: Path) -> None:
    """Let two names change places, in one step where the system can (renameat2, since Linux 3.15)."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if not libc.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE):
        return
    aside = one.with_name("old")
    other.rename(aside)
    try:
        one.rename(other)
    except OSError:
        aside.rename(other)
        raise
