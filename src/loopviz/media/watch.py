"""Whether files are still what they were: a render takes long, and its source may be replaced or removed meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from loopviz.errors import InputError


class Watch:
    """Remembers files by their size and time of change; inode numbers are not kept by every network disk.

    Args:
        files: Which. To be made before the first byte of them is read.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._seen = {file: _state(file) for file in files}

    def check(self, files: Iterable[Path] | None = None) -> None:
        """Look at the files again.

        Args:
            files: Which of them; None: all.

        Raises:
            InputError: If one has gone, or is another.
        """
        for file in self._seen if files is None else files:
            now = _state(file)
            if now is None:
                raise InputError(
                    "the source has gone while it was in use", file=file, remedy="Put it back, then run it again."
                )
            if now != self._seen[file]:
                raise InputError(
                    "the source was changed while it was in use",
                    file=file,
                    remedy="Wait until nothing writes to it any more, then run it again.",
                )


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says while a source is read into an InputError."""
    try:
        yield
    except OSError as error:
        file = error.filename or path
        raise InputError(f"cannot be read: {error.strerror or error}", file=file, remedy="Check the file.") from error


def _state(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
