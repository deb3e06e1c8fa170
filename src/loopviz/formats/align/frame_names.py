"""The names that frames have in what is written."""

from __future__ import annotations

from loopviz.dataset import Dataset
from loopviz.errors import OutputError
from loopviz.paths import folders_and_name, strays


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
