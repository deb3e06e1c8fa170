"""Hidden folders for work in progress: gone when the work ends, and swept away later if it was killed.

Who works in a folder holds a lock on a file in it, which the system lets go however the process ends. Numbers of
processes would not do: they are used again, and mean different processes in two containers that share a disk.
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
_TAKEN = (errno.EACCES, errno.EAGAIN)


@contextlib.contextmanager
def workplace(parent: Path, name: str) -> Iterator[Path]:
    """Make a folder in ``parent`` to work in, and remove it with all that is in it.

    Folders of the same name whose process was killed are removed first.

    Raises:
        OSError: If the folder cannot be made.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent, name)
    lock = None
    while lock is None:
        folder = Path(tempfile.mkdtemp(prefix=_prefix(name), dir=parent))
        lock = _lock(folder, wait=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(parent: Path, name: str) -> None:
    """Remove what killed processes left in a folder under a name."""
    pattern = re.compile(re.escape(_prefix(name)) + r"\w{8}")
    for entry in parent.iterdir():
        if pattern.fullmatch(entry.name):
            lock = _lock(entry, wait=False)
            if lock is not None:
                shutil.rmtree(entry, ignore_errors=True)
                os.close(lock)


def _prefix(name: str) -> str:
    return f".{name}-loopviz-"


def _lock(folder: Path, *, wait: bool) -> int | None:
    """Return a handle that holds a folder's lock; None if it is another's, or the folder has gone meanwhile."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
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
