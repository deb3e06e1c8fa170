"""A folder without a project file: which file is the video, the labels, the people.

What programs made is never taken for a source: ``annotated_images/`` and ``output_*.mp4`` (the thesis' scripts),
``out/`` and ``*_annotated.*``. Where two files could be meant nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.format import use
from loopviz.formats.mturk.rows import is_batch
from loopviz.formats.registry import readable
from loopviz.formats.unsupported import refuse_foreign
from loopviz.notes import Note, told
from loopviz.project.config import ProjectConfig, default_output
from loopviz.project.config_file import load_config

PROJECT_FILES = ("loopviz.yaml", "loopviz.yml")
TABLE_SUFFIXES = (".csv", ".tsv")
VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ogv", ".3gp", ".gif"})
_GENERATED_FILE = re.compile(r"output_.*|.*_annotated", re.IGNORECASE)


def configure(path: str | Path, changes: Mapping[str, object] | None = None) -> tuple[ProjectConfig, tuple[Note, ...]]:
    """Return what a project file or a folder describes, and what was taken for what.

    Args:
        path: A project file, or a folder (with or without a ``loopviz.yaml``).
        changes: Values that win, by dotted name; ``source`` and ``labels`` also end the search for them.

    Raises:
        InputError: If there is nothing there, or something is missing, or two things could be meant.
        ConfigError: If the project file or a change says something impossible.
    """
    place, changes = Path(path), changes or {}
    if place.is_dir():
        config, findings = discover(place, changes)
    elif place.suffix.lower() in VIDEO_SUFFIXES:
        raise InputError(
            "a project file or a folder is expected here",
            file=place,
            remedy=f"For a single video: loopviz render {place.name} --labels LABELS -o OUTPUT",
        )
    else:
        refuse_foreign(place)
        config, findings = load_config(place), ()
    return config.changed(changes), findings


def discover(folder: Path, given: Mapping[str, object] | None = None) -> tuple[ProjectConfig, tuple[Note, ...]]:
    """Find the parts of a project in a folder.

    Args:
        folder: The folder.
        given: ``source`` and ``labels``, where they need not be looked for, and ``labels_format``.

    Returns:
        The config, and a note of each thing found or left aside.

    Raises:
        InputError: If the video or the labels are missing, or two files could be meant.
    """
    given = given or {}
    for name in PROJECT_FILES:
        if (folder / name).is_file():
            return load_config(folder / name), (told("part-found", part="project file", name=name),)
    data: dict[str, object] = {"output": default_output(folder, folder.resolve().name)}
    findings: list[Note] = []
    data["source"] = given.get("source") or find_source(folder, findings)
    source = Path(str(data["source"]))
    data["labels"] = given.get("labels") or _find_labels(folder, findings, given.get("labels_format"), source)
    for key, name in (("people", "metadata.json"), ("assignments", "assignments.csv")):
        if (folder / name).is_file():
            data[key] = folder / name
            findings.append(told("part-found", part=key, name=name))
    return ProjectConfig.checked(data), tuple(findings)


def find_source(folder: Path, findings: list[Note]) -> Path:
    """Return the one video of a folder, or else its one folder of frames, and say so in ``findings``.

    Raises:
        InputError: If there is neither, or more than one.
    """
    videos = [f for f in _files(folder) if f.suffix.lower() in VIDEO_SUFFIXES]
    clips = [f for f in videos if not _GENERATED_FILE.fullmatch(f.stem)]
    findings += [told("made-left-aside", name=f.name) for f in videos if f not in clips]
    if clips:
        clip = _only(clips, folder, "video")
        findings.append(told("part-found", part="video", name=clip.name))
        return clip
    from loopviz.media.folder import are_splits, image_folders, is_image  # here: labels alone need no pictures

    frames = image_folders(folder)
    if not frames:
        refuse_foreign(folder)
        raise InputError(
            "there is neither a video nor a folder of frames", file=folder, remedy="Say where it is: --source PATH."
        )
    count = sum(sum(map(is_image, _files(place))) for place in frames)
    if are_splits(frames, folder):
        names = [_name(place, folder) for place in frames]
        findings.append(told("frames-found", names=names, count=count))
        return frames[0] if len(frames) == 1 else folder
    found = _only(frames, folder, "folder of frames")
    findings.append(told("frames-found", names=[_name(found, folder)], count=count))
    return found


def _find_labels(folder: Path, findings: list[Note], known: object, source: Path) -> Path:
    kind = known or detect_format(folder)
    if kind is None:
        raise _no_labels(folder, source)
    within = [folder / "labels"] if (folder / "labels").is_dir() else [folder]
    listed = readable(str(kind)).files
    files = use(listed)(folder) if listed else within
    findings.append(told("labels-found", names=[_name(file, folder) for file in files], format=str(kind)))
    return folder


def _no_labels(folder: Path, source: Path) -> InputError:
    """Return what to say of a folder without labels that are read: what lies there, and what can be done without."""
    batch = next((f.name for f in _files(folder) if f.suffix.lower() in TABLE_SUFFIXES and is_batch(f)), None)
    remedy = "Say where they are: --labels PATH."
    if batch is not None:
        remedy = f"{batch} is a batch of Mechanical Turk: loopviz init {folder} makes a project of it."
    error = InputError("there are no labels that loopviz knows", file=folder, remedy=remedy)
    try:
        refuse_foreign(folder)
    except InputError as foreign:
        error = foreign
    if source.is_dir():
        error.remedy = f"{error.remedy} Or make a video of the frames alone: loopviz assemble {source}"
    return error


def _only(found: Sequence[Path], folder: Path, what: str) -> Path:
    if len(found) > 1:
        names, remedy = ", ".join(_name(path, folder) for path in found), f"Say which: --source {found[0]}"
        raise InputError(f"more than one {what} could be meant", file=folder, found=names, remedy=remedy)
    return found[0]


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_file())
    except OSError as error:
        what = (error.strerror or "unreadable").lower()
        raise InputError(f"the folder cannot be searched: {what}", file=folder) from None


def _name(path: Path, folder: Path) -> str:
    return "this folder" if path == folder else path.relative_to(folder).as_posix() + ("/" if path.is_dir() else "")
