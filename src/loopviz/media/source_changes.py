"""Whether files are still what they were: a render takes long, and its source may be replaced or removed meanwhile."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from loopviz.errors import InputError

CONTENT_BELOW = 64 << 20  # bytes: of larger files a change of the status alone counts as a change


class Watch:
    """Remembers files by their size and the times at which content and status changed.

    Inode numbers are not kept by every network disk. Who edits a file in place may put the time of its content back,
    but not that of its status; which also moves when a file gets other rights or another name. Then the content
    decides, if it is known.

    Args:
        files: Which. To be made before the first byte of them is read.
        content: Whether to remember the content too, of files that are not large.
    """

    def __init__(self, files: Iterable[Path], *, content: bool = True) -> None:
        self._seen = {file: _state(file) for file in files}
        self._content = {file: _digest(file) for file in self._seen} if content else {}

    def check(self, files: Iterable[Path] | None = None) -> None:
        """Look at the files again.

        Args:
            files: Which of them; None: all.

        Raises:
            InputError: If one has gone, or is another.
        """
        for file in self._seen if files is None else files:
            now = _state(file)
            if now == self._seen[file]:  # also where there was nothing before
                continue
            if now is None:
                raise InputError(
                    "the source was removed while it was in use", file=file, remedy="Put it back, then run it again."
                )
            if not self._only_its_status(file, now):
                raise InputError(
                    "the source was changed while it was in use",
                    file=file,
                    remedy="Wait until nothing writes to it any more, then run it again.",
                )

    def _only_its_status(self, file: Path, now: tuple[int, int, int]) -> bool:
        """Say whether a file has other rights or names than before, and the same content."""
        before, content = self._seen[file], self._content.get(file)
        if before is None or before[:2] != now[:2] or content is None or _digest(file) != content:
            return False
        self._seen[file] = now
        return True


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says while a source is read into an InputError."""
    try:
        yield
    except OSError as error:
        file = error.filename or path
        raise InputError(f"cannot be read: {error.strerror or error}", file=file, remedy="Check the file.") from error


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _digest(file: Path) -> bytes | None:
    """Return the hash of a file's content; None if it is large, no regular file (a pipe never ends) or unreadable."""
    try:
        if not file.is_file() or file.stat().st_size > CONTENT_BELOW:
            return None
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "blake2b").digest()
    except OSError:
        return None
