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


def picture_names(dataset: Dataset) -> dict[int, str]:
    """Return the name of a picture for every frame: as ``frame_names``, with ``.png`` where its suffix is not known.

    Raises:
        OutputError: As ``frame_names``.
    """
    return {frame: _with_suffix(name) for frame, name in frame_names(dataset).items()}


def _with_suffix(name: str) -> str:
    own = name.removesuffix(".txt")  # of a label file whose image is not known
    return name if own == name and "." in name.rsplit("/", 1)[-1] else f"{own}.png"
