"""Labels read for themselves, without a project: in which format, and how large their pictures are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.reading import read_labels
from loopviz.formats.types import FrameSize, frame_size_of
from loopviz.media import open_source
from loopviz.notes import Note


@dataclass(frozen=True)
class Reading:
    """How a label set is read.

    Attributes:
        format: Which format it is in; None: its files say.
        names: Category names in the order of their class ids; None: the files say.
        task: What rows of YOLO labels are, where they could be several things.
        skip_bad: Leave out what cannot be read, and report it.
        frame_size: Width and height of the pictures, where the labels do not say and all have the same.
        source: The video or the folder of the pictures, which says it.
    """

    format: str | None = None
    names: tuple[str, ...] | None = None
    task: str | None = None
    skip_bad: bool = False
    frame_size: tuple[int, int] | None = None
    source: Path | None = None

    def __post_init__(self) -> None:
        if self.frame_size is not None and self.source is not None:
            remedy = "Leave --frame-size (frame_size) or --source (source) out."
            raise ConfigError("the pictures say how large they are", found=self.frame_size, remedy=remedy)

    def of(self, path: Path) -> tuple[Dataset, tuple[Note, ...], None]:
        """Read a label set.

        Returns:
            The labels, what is to be said of them, and no salt: only a project has one.

        Raises:
            InputError: If it cannot be read, or its numbers are fractions of pictures whose size nobody knows.
        """
        labels = read_labels(
            path,
            format=self.format,
            frame_size=self._sizes(),
            names=self.names,
            task=self.task,
            skip_bad=self.skip_bad,
            unsized=True,
        )
        if labels.normalised:
            what, expected = "nothing says how large the labelled pictures are", "their width and height"
            remedy = "Say --frame-size 1920x1080 (frame_size), or give the pictures or the video as --source (source)."
            raise InputError(what, file=path, expected=expected, remedy=remedy)
        return labels.dataset, labels.problems, None

    def _sizes(self) -> FrameSize | None:
        if self.source is None:
            return self.frame_size
        with open_source(self.source) as source:
            return frame_size_of(source.table())
