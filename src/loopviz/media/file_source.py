"""What sources that are a single file do alike: their table, their fingerprint, and looking whether it is the same."""

from __future__ import annotations

import abc
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl

from loopviz.media.source_changes import Watch, reading
from loopviz.media.source_frames import checked_range, frames_table, look_of
from loopviz.media.types import Frame, Pts, ReadOptions, VideoInfo


class OneFile(abc.ABC):
    """A source that is one file. See ``loopviz.media.types.Source``."""

    info: VideoInfo

    def __init__(self, path: Path, options: ReadOptions | None) -> None:
        self.path = path
        self._options = options or ReadOptions()
        self._watch = Watch([path])

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled, a source is how to open it again: in another process it has a decoder of its own."""
        return type(self), (self.path, self._options)

    @property
    @abc.abstractmethod
    def pts(self) -> Pts:
        """When each frame is shown, ascending, as in the file."""

    @property
    def files(self) -> None:
        """The frames have no files of their own."""
        return None

    def table(self) -> pl.DataFrame:
        """Return the Dataset's ``frames`` table."""
        return frames_table(self.info, self.pts, None)

    def fingerprint(self) -> str:
        """Return the SHA-256, as hex, of the file and of how it is read."""
        with reading(self.path), self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        digest.update(look_of(self._options))
        return digest.hexdigest()

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames ``[start, stop)``; see ``Source.read``."""
        return map(self._frame, checked_range(self.info, start, stop))

    def check_unchanged(self, frames: Iterable[int] | None = None) -> None:  # noqa: ARG002  (all are in one file)
        """See ``Source.check_unchanged``."""
        self._watch.check()

    @abc.abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    @abc.abstractmethod
    def _frame(self, index: int) -> Frame: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
