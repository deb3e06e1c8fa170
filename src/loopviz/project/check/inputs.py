"""Which of several inputs is the video, which the labels, the people, the work; or which project they belong to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from loopviz.errors import InputError, LoopvizError, check_exists
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import no_labels
from loopviz.formats.survey.read import is_survey
from loopviz.formats.unsupported import TEXTS, recognise, refuse_foreign
from loopviz.formats.untrusted_files import list_files
from loopviz.paths import is_image_name
from loopviz.project.check.findings import Finding, Place, finding, from_error
from loopviz.project.config import ProjectConfig
from loopviz.project.config_file import load_config
from loopviz.project.discover import PROJECT_FILES, VIDEO_SUFFIXES, discover, find_source
from loopviz.project.inspect import ANSWER_SUFFIXES

SURVEY = "a survey's answers, which loopviz crowd import reads beside a batch (--survey)"
PARTS = ("source", "labels", "people", "assignments")
_SOURCE_KEY = re.compile(rb"^\s*source\s*:", re.MULTILINE)
_LOOKED_AT = 1_000_000  # bytes
_First = TypeVar("_First", ProjectConfig, Path)


@dataclass(frozen=True)
class Inputs:
    """What is checked together.

    Attributes:
        source: The video or the folder of frames.
        labels: The label file or folder.
        people: The survey answers.
        assignments: The table of work.
        reading: How they are read: what the project says, or else the caller; its own paths mean nothing.
        is_project: Whether it is a project's, so that its theme and its output count too.
    """

    reading: ProjectConfig
    source: Path | None = None
    labels: Path | None = None
    people: Path | None = None
    assignments: Path | None = None
    is_project: bool = False

    @classmethod
    def of(cls, project: ProjectConfig) -> Inputs:
        """Return the inputs that a project names."""
        return cls(project, **_parts_of(project), is_project=True)

    def parts(self) -> dict[str, str]:
        """Return what there is, by the part that it plays."""
        parts = {part: str(getattr(self, part)) for part in PARTS if getattr(self, part) is not None}
        crowd = self.reading.crowd if self.labels is None else None
        if crowd is not None:
            parts["batches"] = ", ".join(map(str, crowd.batches))
        return parts | ({"survey": str(crowd.survey)} if crowd is not None and crowd.survey else {})

    def config(self) -> ProjectConfig:
        """Return ``reading`` with these inputs in place of its own; there may be no labels among them."""
        return self.reading.model_copy(update={part: getattr(self, part) for part in PARTS[1:]})


def sort_inputs(paths: Sequence[str | Path], settings: Mapping[str, Any]) -> tuple[Inputs, list[Finding]]:
    """Return what each path is, and what cannot be used at all.

    A project's own parts give way to those that are named beside it.

    Raises:
        ConfigError: If a setting is impossible.
    """
    loose = ProjectConfig.checked({"source": Path(), "labels": Path()}).changed(settings)
    found: list[Finding] = []
    parts: dict[str, Path] = {}
    project: ProjectConfig | None = None
    for path in map(Path, paths):
        try:
            part = part_of(path)
            if part == "project":
                project = _project(path, settings) if project is None else _again(project, path, "project", found)
                continue
            if part == "survey":
                found.append(finding("input-left-aside", [Place(str(path))], message=SURVEY))
                continue
        except (LoopvizError, OSError) as error:
            found.append(from_error(_code_of(path, error), error))
            continue
        found += _labels_left_aside(path) if part == "source" else ()
        parts[part] = path if part not in parts else _again(parts[part], path, part, found)
    if project is None and "labels" in parts and "source" not in parts:
        parts |= _images_of(parts["labels"])
    return Inputs(project or loose, **_parts_of(project) | parts, is_project=project is not None), found


def _images_of(labels: Path) -> dict[str, Path]:
    """Return the source that ``loopviz run`` finds in the labels' folder, if it finds one."""
    try:
        return {"source": find_source(labels, [])} if labels.is_dir() else {}
    except InputError:
        return {}


def _labels_left_aside(source: Path) -> list[Finding]:
    """Return what says that the labels beside a folder's frames are in a format that is not read."""
    known = recognise(source) if source.is_dir() else None
    if known is None:
        return []
    message = f"beside the frames is {known.name}, which loopviz does not read yet"
    return [finding("labels-left-aside", [Place(str(known.file))], message=message)]


def _code_of(path: Path, error: Exception) -> str:
    """Return what to call the trouble with a path: only a project's own parts are read while inputs are sorted."""
    if isinstance(error, OSError) or not path.exists():
        return "input-unusable"
    return "project-unusable" if path.is_dir() or path.suffix.lower() in (".yaml", ".yml") else "input-unusable"


def _again(before: _First, path: Path, part: str, found: list[Finding]) -> _First:
    message = f"two inputs are both taken for the {part}: the first one is checked"
    found.append(finding("input-twice", [Place(str(path))], message=message))
    return before


def _parts_of(project: ProjectConfig | None) -> dict[str, Path]:
    return {} if project is None else {part: getattr(project, part) for part in PARTS if getattr(project, part)}


def _project(path: Path, settings: Mapping[str, Any]) -> ProjectConfig:
    config = discover(path)[0] if path.is_dir() else load_config(path)
    return config.changed(settings)


def part_of(path: Path) -> str:
    """Return which part a path plays: ``project``, ``survey``, which no check reads, or one of ``PARTS``.

    Raises:
        InputError: If there is nothing, or something that is no file and no folder.
    """
    check_exists(path)
    if path.is_dir():
        return _folder_part(path)
    if not path.is_file():
        raise InputError("neither a file nor a folder", file=path, remedy="Give a file or a folder.")
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return "labels" if detect_format(path) is not None and not _names_source(path) else "project"
    if detect_format(path) is not None:
        return "labels"
    if suffix == ".json":
        refuse_foreign(path)
        return "people"
    if suffix in ANSWER_SUFFIXES and is_survey(path):
        return "survey"
    refuse_foreign(path)
    if suffix in TEXTS - {".csv"}:
        raise no_labels(path)
    return "assignments" if suffix == ".csv" else "source"


def _folder_part(folder: Path) -> str:
    """Return what a folder is: a project if it names or holds a source beside its labels."""
    if any((folder / name).is_file() for name in PROJECT_FILES):
        return "project"
    if detect_format(folder) is None:
        if not any(map(is_image_name, list_files(folder))):
            refuse_foreign(folder)
        return "source"
    return "project" if _holds_video(folder) else "labels"


def _holds_video(folder: Path) -> bool:
    return any(file.suffix.lower() in VIDEO_SUFFIXES for file in folder.iterdir())


def _names_source(file: Path) -> bool:
    with file.open("rb") as stream:
        return bool(_SOURCE_KEY.search(stream.read(_LOOKED_AT)))
