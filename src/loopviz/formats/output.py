"""Writing whole or not at all, and without anybody's real id unless that was asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.paths import folders_and_name, strays


@contextmanager
def whole(target: Path, overwrite: bool) -> Iterator[Path]:
    """Give a path beside the target to write a file or a folder to; it takes the target's place when all went well.

    Raises:
        OutputError: If the target exists and must not be overwritten, or cannot be written. What stood there is intact.
    """
    if target.exists() and not overwrite:
        raise OutputError("it exists already", file=target, remedy="Choose another name, or allow it with --overwrite.")
    mark = uuid4().hex[:8]
    part, old = (target.with_name(f".{target.name}.{mark}.{kind}") for kind in ("part", "old"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        if target.is_dir():  # a folder cannot be replaced in one step: the old one stays until the new one stands
            target.rename(old)
        part.replace(target)
    except OSError as error:
        if old.exists():
            old.rename(target)
        raise OutputError(
            f"cannot be written: {error.strerror or error}", file=target, remedy="Check the folder and the disk."
        ) from error
    finally:
        for rest in (part, old):
            if rest.is_dir():
                shutil.rmtree(rest, ignore_errors=True)
            else:
                rest.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """Write a UTF-8 text and wait until the disk has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def frame_names(dataset: Dataset) -> dict[int, str]:
    """Return a file name for every frame: its own, or ``frame_000012`` for a video's frame, counted from 0.

    Raises:
        OutputError: If a name leads outside its folder.
    """
    names: dict[int, str] = {}
    for frame, name in dataset.frames.select("frame", "file").iter_rows():
        if name and (strays(name) or "\\" in name or "\0" in name or not folders_and_name(name)):
            what, remedy = "a frame's file name leads outside", "Rename the frame."
            raise OutputError(what, at=f"frame {frame}", found=name, remedy=remedy)
        names[frame] = name or f"frame_{frame:06d}"
    return names
