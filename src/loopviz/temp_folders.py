"""Temporary folders that only their maker may enter, and that are swept away when a killed process left them.

Who works in a folder holds a lock on a file in it, which the system lets go however the process ends; what a killed
process left is removed by the next one that works beside it. Numbers of processes would not do: they are used again,
and mean different ones in two containers that share a disk.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"
LONGEST_PREFIX = 40  # characters of the target's name in the hidden folder's
_LEFT = re.compile(r"\..+-loopviz-\w{8}", re.DOTALL)
_TAKEN = (errno.EACCES, errno.EAGAIN)


@contextlib.contextmanager
def folders(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; those that were made go again if nothing comes of it.

    Raises:
        OSError: If one cannot be made.
    """
    missing = []
    place = folder
    while not os.path.lexists(place):
        missing.append(place)
        place = place.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for made in missing:
            with contextlib.suppress(OSError):  # somebody else uses it by now
                made.rmdir()
        raise


@contextlib.contextmanager
def temp_folder(parent: Path, name: str) -> Iterator[Path]:
    """Make a folder in ``parent`` to work in, and remove it with all that is in it.

    Such folders whose process was killed are removed first.

    Raises:
        OSError: If the folder cannot be made.
    """
    with folders(parent):
        sweep(parent)
        lock = None
        while lock is None:
            folder = Path(tempfile.mkdtemp(prefix=hidden_prefix(name), dir=parent))
            lock = _lock(folder, wait=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def sweep(parent: Path, name: str | None = None) -> None:
    """Remove what killed processes left in a folder.

    Args:
        parent: The folder.
        name: Where the folder is loopviz' own: under which name, whatever is in it.
    """
    own = re.compile(re.escape(hidden_prefix(name)) + r"\w{8}") if name else None
    for entry in parent.iterdir():
        if own.fullmatch(entry.name) if own else _LEFT.fullmatch(entry.name) and _is_temp_folder(entry):
            lock = _lock(entry, wait=False)
            if lock is not None:
                shutil.rmtree(entry, ignore_errors=True)
                os.close(lock)


def _is_temp_folder(folder: Path) -> bool:
    """Say whether a folder was made here: it has a lock, or is empty still."""
    try:
        return not folder.is_symlink() and (LOCK in (names := os.listdir(folder)) or not names)  # noqa: PTH208
    except OSError:
        return False


def hidden_prefix(name: str) -> str:
    """Return how the name of a hidden folder begins in which something of a name is made."""
    return f".{name}-loopviz-"


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Return a handle that holds a folder's lock; None if it is another's, or the folder has gone meanwhile."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        return None
    except OSError:
        if wait:
            raise
        return None  # not ours to remove
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if wait and error.errno not in _TAKEN:
            return handle  # a disk without locks: nobody sweeps there
        os.close(handle)
        return None
    with contextlib.suppress(OSError):
        if os.path.samestat((folder / LOCK).stat(), os.fstat(handle)):
            return handle
    os.close(handle)
    return None
