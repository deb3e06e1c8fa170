"""Finding out which format a path holds, and reading it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from loopviz.errors import ConfigError, InputError, check_exists
from loopviz.formats.detect import detect_format
from loopviz.formats.format import use
from loopviz.formats.nearly import refuse_nearly
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.registry import FORMATS, YOLO, readable
from loopviz.formats.types import FrameSize, LabelOptions, LabelSet
from loopviz.formats.unsupported import recognise, refuse_foreign


def read_labels(
    path: str | Path,
    *,
    format: str | None = None,
    frame_size: FrameSize | None = None,
    names: Sequence[str] | None = None,
    task: str | None = None,
    skip_bad: bool = False,
    unsized: bool = False,
) -> LabelSet:
    """Read a label set.

    Args:
        path: A file or a folder.
        format: One of ``loopviz.formats.registry.READABLE``, or another package's; found out from the files where it is
            not named.
        frame_size: Width and height, in pixels, of frames whose size the label set does not tell; where they are not
            all of one size, those of each image by its file name.
        names: Category names by class id; they win over names in files.
        task: ``"detect"`` or ``"segment"``, for YOLO rows that could be either.
        skip_bad: Leave out what cannot be read, and report it, instead of raising.
        unsized: Keep labels on frames whose size nobody knows, instead of raising: their ``width`` and ``height`` are
            null, and the coordinates of YOLO stay fractions of the picture (``LabelSet.normalised``). They can be
            counted and checked, but not aligned.

    Returns:
        The labels, their frames numbered in the natural order of their names; ``align`` maps them to a source.

    Raises:
        ConfigError: If an option is impossible.
        InputError: If nothing here is a label set that loopviz reads, or it is malformed.
    """
    place = Path(path)
    if format is not None:
        readable(format)  # before anything is looked at
    _check_sizes(frame_size)
    check_exists(place)
    kind = format or detect_format(place)
    if kind is None:
        refuse_foreign(place)
        refuse_nearly(place)
        raise no_labels(place)
    options = LabelOptions(frame_size, None if names is None else tuple(names), task, skip_bad, unsized)
    try:
        labels = use(readable(kind).read or "")(place, options)
    except InputError as error:
        if format is not None:
            _refuse_other(place, format)
        elif kind == YOLO.name and str(error.file).lower().endswith(".txt"):  # any text looks so until it is read
            refuse_foreign(Path(str(error.file)))
        if error.file is None:  # a table does not know which file it is made of
            error.file = str(place)
        raise
    if format is not None and not labels.dataset.annotations.height and _left_out(labels):
        _refuse_other(place, format)
    return labels


def _left_out(labels: LabelSet) -> bool:
    return any(problem.severity == "error" for problem in labels.problems)


def _refuse_other(place: Path, format: str) -> None:
    """Refuse what was said to be in a format, cannot be read as such, and is plainly in another one.

    Raises:
        InputError: If it is: it says in which.
    """
    try:
        kind = detect_format(place)
    except InputError:  # of two formats, which one is named: what its reader says counts
        return
    if kind is None:
        if recognise(place) is not None:  # JSON that breaks off is its reader's to speak of
            refuse_foreign(place)
    elif readable(kind).read != readable(format).read:
        remedy = "Leave --labels-format (labels_format) out, or give other labels."
        raise InputError("these labels are in another format", file=place, found=kind, expected=format, remedy=remedy)


def no_labels(place: Path) -> InputError:
    """Return what to say of something that is in no label format."""
    if place.suffix.lower() == ".txt":
        remedy = "Give the folder that holds the labels."
        return InputError("one label file says neither its frame nor its classes", file=place, remedy=remedy)
    from loopviz.formats.plugins import plugins  # here: most label sets are read without them

    remedy = "Give the folder or the file with the labels, or name their --labels-format (labels_format)."
    broken = ", ".join(f"{each.name} of {each.package}" for each in plugins() if each.trouble)
    if broken:
        remedy = f"{remedy} A format of another package cannot be used ({broken}): loopviz doctor says why."
    titles = [form.title for form in FORMATS if form.detect and form.folders]
    return InputError(
        "no label set that loopviz knows",
        file=place,
        expected=f"{', '.join(titles[:-1])} or {titles[-1]}",
        remedy=remedy,
    )


def _check_sizes(given: FrameSize | None) -> None:
    sizes = given.values() if isinstance(given, Mapping) else [] if given is None else [given]
    wrong = next((size for size in sizes if not all(0 < side <= MAX_SIDE for side in size)), None)
    if wrong is not None:
        raise ConfigError("not a frame size", found=wrong, expected="width and height in pixels")
