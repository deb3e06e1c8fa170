"""Hidden folders for work in progress: gone when the work ends, and swept away later if it was killed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def workplace(parent: Path, name: str) -> Iterator[Path]:
    """Make a folder in ``parent`` to work in, and remove it with all that is in it.

    Folders of the same name whose process was killed are removed first.

    Raises:
        OSError: If the folder cannot be made.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent, name)
    folder = Path(tempfile.mkdtemp(prefix=f".{name}-{os.getpid()}-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, name: str) -> None:
    """Remove what killed processes left in a folder under a name."""
    pattern = re.compile(rf"\.{re.escape(name)}-(\d+)-\w+")
    for entry in parent.iterdir():
        match = pattern.fullmatch(entry.name)
        if match and not _alive(int(match[1])):
            shutil.rmtree(entry, ignore_errors=True)


def _alive(process: int) -> bool:
    """Say whether a process of that number runs; one that may not be asked does."""
    if process == os.getpid():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
