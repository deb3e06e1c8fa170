"""CVAT XML 1.1: ``<image>`` with shapes, or ``<track>`` with an object's by frame; ``<meta>`` says what the task is.

Frames of a video are the source's own, counted from 0; a task may have every so many of them (``frame_filter``). The
assignee of a task, in ``<meta>``, is taken for who drew what is in it, by the name; the owner, and addresses, are not
taken over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.label_names import Skeleton
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, Size, first_like, size_from
from loopviz.formats.labels.cvat.shapes import SHAPES, SKELETON, shape_of, skeletons_of
from loopviz.formats.labels.cvat.tracks import Keyed, along
from loopviz.formats.labels.works import Work
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files
from loopviz.formats.xml_documents import children_of, head_of, text_of

MOST_FRAMES = 1_000_000
NOWHERE = Shape("", (0.0, 0.0, 0.0, 0.0))  # of what is not seen
BY_HAND = (None, "manual", "semi-auto")  # how a shape came to be
STEP = re.compile(r"step\s*=\s*(\d{1,6})")


@dataclass
class _Task:
    """What ``<meta>`` says.

    Attributes:
        labels: The categories, in their order.
        size: The pictures' width and height, of a video.
        stop: The last frame of the source; None: nobody says.
        step: How many frames the task's are apart.
        tasks: How many tasks the document has.
        assignees: Who the tasks are assigned to, by their ids; one without an id is under the empty text.
    """

    labels: list[str] = field(default_factory=list)
    size: Size | None = None
    stop: int | None = None
    step: int = 1
    tasks: int = 0
    assignees: dict[str, str] = field(default_factory=dict)


def detect_cvat(candidate: Candidate) -> Evidence:
    """Say whether a file, or one of a folder, is CVAT's XML."""
    found = first_like(candidate, ".xml", is_cvat)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_cvat(file: Path) -> bool:
    """Say whether an XML file looks like CVAT's, from its first bytes."""
    head = head_of(file)
    return b"<annotations" in head and any(word in head for word in (b"<image ", b"<track ", b"<meta>"))


def read_cvat(path: Path, options: LabelOptions) -> LabelSet:
    """Read a document of CVAT, or the one of a folder.

    Raises:
        InputError: If there is none or several, it is no XML, or a shape is malformed.
    """
    file = _document(path)
    reader = _Reader(file, LabelsByName(options, Report(options.skip_bad)))
    for element in children_of(file, "annotations", "not a document of CVAT"):
        reader.take(element)
    return reader.label_set(path)


def _document(path: Path) -> Path:
    if path.is_file():
        return path
    names = [name for name in list_files(path) if name.lower().endswith(".xml") and is_cvat(path / name)]
    if len(names) != 1:
        what = "the folder holds several documents of CVAT" if names else "no XML of CVAT in the folder"
        raise InputError(what, file=path, found=", ".join(names[:5]) or None, remedy="Give the file itself.")
    return path / names[0]


class _Reader:
    """Takes a document's parts as they come."""

    def __init__(self, file: Path, labels: LabelsByName) -> None:
        self._file, self._labels, self._report = file, labels, labels.report
        self._task = _Task()
        self._kind: str | None = None
        self._places: dict[int, int] = {}
        self._works: dict[int, str] = {}

    def take(self, element: Element) -> None:
        """Read a part."""
        if element.tag == "meta":
            self._task = _task_of(element, self._file)
            self._labels.skeletons = skeletons_of(element)
        elif element.tag == "image":
            self._image(element)
        elif element.tag == "track":
            self._track(element)

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        if self._kind != "image":
            self._frames()
        if self._works:
            self._report.note("assignee-taken", path, count=len(self._works))
        return LabelSet("cvat", path, self._labels.dataset(self._file, self._task.labels), self._report.problems())

    def _one_kind(self, tag: str) -> None:
        if self._kind not in {None, tag}:
            what, remedy = "the document has both images and tracks", "Export each task by itself."
            raise InputError(what, file=self._file, remedy=remedy)
        self._kind = tag

    def _image(self, element: Element) -> None:
        self._one_kind("image")
        name, subset = element.get("name"), element.get("subset")
        at = f"image {element.get('id')}"
        if subset and self._task.tasks != 1 and name:
            name = f"{subset}/{name}"
        size = size_from(element.get("width", ""), element.get("height", ""))
        try:
            place = self._labels.picture(name, size, file=self._file, at=at)
        except InputError as error:
            self._report.bad("bad-image", error)
            return
        who = self._assignee(element)
        for number, shape in enumerate(element, 1):
            self._add(shape, place, f"{at}, {shape.tag} {number}", size, who)

    def _assignee(self, element: Element) -> str | None:
        """Return who an image's or a track's task is assigned to; of several tasks, the one that it names."""
        assignees = self._task.assignees
        return (
            next(iter(assignees.values()), None) if self._task.tasks < 2 else assignees.get(element.get("task_id", ""))
        )

    def _work(self, place: int, who: str | None, source: str | None) -> str | None:
        """Return somebody's work on a picture, of what was drawn there and neither imported nor made by a model."""
        if who is None or source not in BY_HAND:
            return None
        if place not in self._works:
            self._works[place] = self._labels.works.add(place, Work(who))
        return self._works[place]

    def _add(self, element: Element, place: int, at: str, size: Size | None, who: str | None) -> None:
        if element.tag not in SHAPES and element.tag != SKELETON:
            self._labels.leave(element.tag)
            return
        try:
            label = self._labels.named(element.get("label"))
            shape = shape_of(element, label, size, self._points_of(element, label))
        except BadShape as bad:
            self._bad(bad, at)
            return
        source = element.get("source")
        origin, work = "model" if source == "auto" else None, self._work(place, who, source)
        self._labels.add(place, shape, origin=origin, work=work)

    def _points_of(self, element: Element, label: str) -> Sequence[str]:
        """Return what the points of a skeleton are called; where ``<meta>`` does not, its first one says it."""
        if element.tag != SKELETON:
            return ()
        names = tuple(dict.fromkeys(point.get("label", "") for point in element.iterfind("points")))
        return self._labels.skeletons.setdefault(label, Skeleton(names)).names

    def _bad(self, bad: BadShape, at: str) -> None:
        self._report.bad("bad-shape", bad.error(self._file, at))

    def _track(self, element: Element) -> None:
        self._one_kind("track")
        if element.get("task_id") is not None and self._task.tasks > 1:
            what, remedy = "the document has the tracks of several videos", "Export each task by itself."
            raise InputError(what, file=self._file, remedy=remedy)
        at, label = f"track {element.get('id')}", self._labels.named(element.get("label"))
        number = element.get("id", "")
        track = int(number) if number.isdecimal() and len(number) < 16 else None
        keyed: dict[int, Keyed] = {}
        for shape in element:
            found = self._keyed(shape, label, at)
            if found is not None and found.frame < (last := next(reversed(keyed), 0)):
                was = f"{found.frame} after {last}"
                self._bad(BadShape("a track that goes back in time", was, "ascending frames"), at)
            elif found is not None:
                keyed[found.frame] = found
        auto, who = element.get("source") == "auto", self._assignee(element)
        for frame, shape_, by_hand in along([keyed[frame] for frame in sorted(keyed)], self._task.step):
            origin = "model" if auto else None if by_hand else "interpolated"
            place = self._place(frame)
            work = self._work(place, who, element.get("source")) if by_hand else None
            self._labels.add(place, shape_, track, origin, work=work)

    def _keyed(self, element: Element, label: str, at: str) -> Keyed | None:
        if element.tag not in SHAPES and element.tag != SKELETON:
            if element.get("outside") != "1":
                self._labels.leave(element.tag)
            return None
        text = element.get("frame", "")
        try:
            if not (text.isdecimal() and len(text) < 10 and int(text) <= MOST_FRAMES):
                raise BadShape("not a number of a frame", text, f"a whole number from 0 to {MOST_FRAMES}")
            seen, names = not _is_outside(element), self._points_of(element, label)
            shape = shape_of(element, label, self._task.size, names) if seen or element.tag != SKELETON else NOWHERE
        except BadShape as bad:
            self._bad(bad, f"{at}, frame {text}")
            return None
        return Keyed(int(text), shape, seen, element.get("keyframe") != "0")

    def _place(self, frame: int) -> int:
        """Return the place of a frame of the source; it is called as CVAT's exports call it."""
        place = self._places.get(frame)
        if place is None:
            name = f"frame_{frame:06}"
            place = self._places[frame] = self._labels.picture(name, self._task.size, file=self._file, at=name)
        return place

    def _frames(self) -> None:
        """Take the frames before the last one on which nothing is labelled: numbers are the source's, from 0."""
        last = max(self._places, default=-1) if self._task.stop is None else self._task.stop
        for frame in range(max(last, max(self._places, default=-1)) + 1):
            self._place(frame)


def _is_outside(element: Element) -> bool:
    """Say whether an object is not seen; a skeleton is not where none of its points is."""
    if element.get("outside") == "1":
        return True
    return element.tag == SKELETON and all(each.get("outside") == "1" for each in element.iterfind("points"))


def _task_of(meta: Element, file: Path) -> _Task:
    """Return what is said of a task, or of the tasks of a project."""
    tasks = meta.findall(".//task")
    task = _Task(tasks=len(tasks))
    names = (text_of(label, "name") for label in meta.iterfind(".//labels/label") if not text_of(label, "parent"))
    task.labels = list(dict.fromkeys(name for name in names if name))
    width, height = (text_of(meta.find(f".//original_size/{side}")) for side in ("width", "height"))
    task.size = size_from(width, height)
    named = ((text_of(each, "id"), text_of(each, "assignee/username")) for each in tasks)
    task.assignees = {number: who for number, who in named if who}
    if len(tasks) == 1:
        _, task.stop = (_counted(text_of(tasks[0], name), file) for name in ("start_frame", "stop_frame"))
        step = STEP.search(text_of(tasks[0], "frame_filter"))
        task.step = max(1, int(step[1])) if step else 1
    return task


def _counted(text: str, file: Path) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and len(text) < 10 and int(text) <= MOST_FRAMES):
        expected = f"a whole number from 0 to {MOST_FRAMES}"
        raise InputError("not a number of a frame", file=file, at="meta", found=text, expected=expected)
    return int(text)
