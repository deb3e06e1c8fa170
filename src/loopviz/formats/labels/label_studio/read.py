"""Label Studio's JSON: a list of tasks (https://labelstud.io/guide/export), as it is exported in full or as JSON_MIN.

Of a person only the id is taken over (``completed_by``), as every id is; the address and the name are not. Work time is
``lead_time``. Several people's annotations of a task are on one frame.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, Size, files_like, first_like
from loopviz.formats.labels.label_studio.regions import SHAPES, VIDEO, is_number, kind_of, names_of, region, size_of
from loopviz.formats.labels.label_studio.tasks import Annotation, Entry, Task, task_of
from loopviz.formats.labels.label_studio.video import boxes_of, frames_of
from loopviz.formats.labels.works import Work, moment
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions

# What is no region: answers about a picture or a region, and what belongs to another entry.
ABOUT_ALL = frozenset(
    ("choices", "textarea", "taxonomy", "rating", "number", "pairwise", "datetime", "ranker", "chatmessage")
)
BESIDE = frozenset({"labels", "relation"})
MOST_SECONDS = 366 * 24 * 3600.0


def detect_label_studio(candidate: Candidate) -> Evidence:
    """Say whether a file, or one of a folder, is Label Studio's JSON."""
    found = first_like(candidate, ".json", is_label_studio)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_label_studio(file: Path) -> bool:
    """Say whether a JSON file looks like Label Studio's, from its bytes."""
    full = mentions(file, b'"from_name"', b'"to_name"') or mentions(file, b'"completions"', b'"result"')
    full = full or any(mentions(file, b'"data"', b'"annotations"', word) for word in (b'"predictions"', b'"result"'))
    return full or mentions(file, b'"annotation_id"', b'"annotator"')


def read_label_studio(path: Path, options: LabelOptions) -> LabelSet:
    """Read an export, or all of a folder.

    Raises:
        InputError: If there is none, one is no JSON, or a region is malformed.
    """
    folder, names = files_like(path, ".json", is_label_studio)
    if not names:
        raise InputError("no export of Label Studio in the folder", file=path, expected="a JSON file of tasks")
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    for name in names:
        reader.take(folder / name)
    return reader.label_set(path)


class _Reader:
    """Takes a set's tasks one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self._labels, self._report = labels, labels.report
        self._places: dict[str, int] = {}
        self._video: str | None = None
        self._predicted: list[tuple[Task, Path]] = []
        self._tracks, self._counts, self._is_unsized = 0, Counter[str](), False

    def take(self, file: Path) -> None:
        """Read a file."""
        document = read_json(file)
        said = document if isinstance(document, list) else [document]
        places = [f"[{number}]" if said is document else "task" for number in range(len(said))]
        tasks = [task_of(one, at) if isinstance(one, dict) else None for one, at in zip(said, places, strict=True)]
        if said and not any(tasks):
            raise _no_task(file, places[0], said[0])
        for task, one, at in zip(tasks, said, places, strict=True):
            try:
                if task is None:
                    raise _no_task(file, at, one)
                self._task(task, task.annotations, file, is_model=False)
                if task.predictions:
                    self._predicted.append((task, file))
            except InputError as error:
                self._report.bad("bad-annotation", error)

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read; what models drew is taken only where people drew nothing."""
        if self._counts["annotations"]:
            self._counts["left-predictions"] = sum(len(task.predictions) for task, _ in self._predicted)
        else:
            for task, file in self._predicted:
                self._task(task, task.predictions, file, is_model=True)
        for code, count in sorted(self._counts.items()):
            if count and code != "annotations":
                self._report.warn(code, path, count=count)
        dataset, problems = self._labels.dataset(path), self._report.problems()
        return LabelSet("label-studio", path, dataset, problems, normalised=self._is_unsized)

    def _task(self, task: Task, made: Sequence[Annotation], file: Path, *, is_model: bool) -> None:
        entries = [entry for one in made for entry in one.entries if isinstance(entry, dict)]
        size = next(filter(None, map(size_of, entries)), None)
        if any(kind_of(entry) == VIDEO for entry in entries):
            for one in made:
                self._annotation_of_video(task, one, size, file, is_model=is_model)
            return
        if not task.media and not any(kind_of(entry) in SHAPES for entry in entries):
            self._counts["tasks-without-picture"] += 1
            return
        name = _only(task, file)
        if self._video:
            what, remedy = "the export has a video and pictures", "Export each by itself."
            raise InputError(what, file=file, at=task.at, found=name, expected=self._video, remedy=remedy)
        if name not in self._places:
            size = size or self._labels.size_of_file(name)
            self._places[name] = self._labels.picture(name, size, file=file, at=task.at)
        size = size or self._labels.size(self._places[name])
        for one in made:
            self._annotation(one, self._places[name], size, file, is_model=is_model)

    def _annotation(self, made: Annotation, place: int, size: Size | None, file: Path, *, is_model: bool) -> None:
        found, is_whole = [], True
        for at, entry, category in self._regions(made):
            try:
                scale = self._scale(size, "picture")
                value = entry.get("value")
                if not isinstance(value, dict) or entry.get("image_rotation"):
                    raise BadShape("a region on a picture that was turned, or none", entry.get("image_rotation"), "0")
                found.append((region(kind_of(entry), category, value, scale), entry.get("score", made.score)))
            except BadShape as bad:
                self._report.bad("bad-shape", bad.error(file, at))
                is_whole = False
        works = [] if is_model else self._work(made, [place], is_whole=is_whole)
        origin, work = "model" if is_model else None, next(iter(works), None)
        for shape, score in found:
            self._labels.add(place, shape, origin=origin, work=work, confidence=score if is_model else None)

    def _annotation_of_video(
        self, task: Task, made: Annotation, size: Size | None, file: Path, *, is_model: bool
    ) -> None:
        name = _only(task, file)
        if self._video != name and (self._video or self._places):
            what, remedy = "the export has several videos, or pictures as well", "Export each by itself."
            raise InputError(what, file=file, at=task.at, found=name, expected=self._video, remedy=remedy)
        self._video, size = name, size or self._labels.options.size_of(name)
        found: list[tuple[int, Shape, bool, int]] = []
        is_whole = True
        for at, entry, category in self._regions(made):
            try:
                scale = self._scale(size, "video")
                value = entry.get("value")
                if kind_of(entry) != VIDEO or not isinstance(value, dict):
                    raise BadShape("a region on a video that is no sequence of boxes", entry.get("type"), VIDEO)
                self._frames(frames_of(value), size, file)
                self._tracks += 1
                found += [(*each, self._tracks) for each in boxes_of(category, value, scale)]
            except BadShape as bad:
                self._report.bad("bad-shape", bad.error(file, at))
                is_whole = False
        self._frames(max((frame + 1 for frame, *_ in found), default=0), size, file)
        frames = sorted({frame for frame, _, by_hand, _ in found if by_hand})
        works = [] if is_model else self._work(made, frames, is_whole=is_whole)
        ids = dict(zip(frames, works, strict=False))
        for frame, shape, by_hand, track in found:
            origin = "model" if is_model else None if by_hand else "interpolated"
            work = ids.get(frame) if by_hand else None
            self._labels.add(frame, shape, track, origin, work=work, confidence=made.score if is_model else None)

    def _scale(self, size: Size | None, what: str) -> Size:
        """Return what percentages are of; where nobody knows and nobody has to, they become fractions.

        Raises:
            BadShape: If nobody knows.
        """
        if size is None and not self._labels.options.unsized:
            raise BadShape(f"nobody knows how large the {what} is", None, "original_width and original_height")
        self._is_unsized |= size is None
        return size or (1, 1)

    def _frames(self, count: int, size: Size | None, file: Path) -> None:
        """Take the frames of the video until so many are there; they are counted from 0."""
        for frame in range(len(self._places), count):
            name = f"frame_{frame:06}"
            self._places[name] = self._labels.picture(name, size, file=file, at=name)

    def _regions(self, made: Annotation) -> Iterator[tuple[str, Entry, str]]:
        """Yield where each region stands, it, and what it is called; count what is no region that is read."""
        if made.is_skipped:
            return
        entries = [(number, entry) for number, entry in enumerate(made.entries) if isinstance(entry, dict)]
        called = {_id(entry): names for _, entry in entries if _id(entry) is not None and (names := names_of(entry))}
        for number, entry in entries:
            kind = kind_of(entry)
            if kind in SHAPES or kind == VIDEO:
                names = names_of(entry) or called.get(_id(entry), [])
                self._counts["several-names"] += len(names) > 1
                yield f"{made.at}.result[{number}]", entry, self._labels.named(names[0] if names else None)
            elif kind in ABOUT_ALL:
                self._counts["left-answers"] += 1
            elif kind not in BESIDE:
                self._labels.leave(kind)

    def _work(self, made: Annotation, places: Sequence[int], *, is_whole: bool) -> list[str]:
        """Take what a person did on some pictures, which share the time that it took; return its ids."""
        self._counts["annotations"] += 1
        self._counts["skipped-work"] += made.is_skipped
        if made.worker is None or not places:
            return []
        seconds = made.seconds / len(places) if is_number(made.seconds) and 0 <= made.seconds <= MOST_SECONDS else None
        self._counts["shared-time"] += seconds is not None and len(places) > 1
        work = Work(made.worker, seconds, moment(made.submitted), is_whole and not made.is_skipped)
        return [self._labels.works.add(place, work) for place in places]


def _no_task(file: Path, at: str, found: object) -> InputError:
    what, expected = "not a task of Label Studio", "an object with data and annotations"
    return InputError(what, file=file, at=at, found=found, expected=expected)


def _id(entry: Entry) -> str | int | None:
    """Return what an entry is known by, None where nothing is."""
    said = entry.get("id")
    return said if isinstance(said, str | int) else None


def _only(task: Task, file: Path) -> str:
    """Return the one file that a task is about.

    Raises:
        InputError: If none is named, or several are.
    """
    if len(task.media) == 1:
        return task.media[0]
    what = "a task names several files" if task.media else "a task names no picture"
    found = ", ".join(task.media[:3]) or None
    raise InputError(what, file=file, at=f"{task.at}.data", found=found, expected="one picture, or one video")
