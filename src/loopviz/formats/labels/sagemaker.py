"""SageMaker Ground Truth: the manifest of a job of boxes, what each worker drew, and the tracks of a video.

- An augmented manifest has a JSON object a line: ``source-ref`` and, under the job's name, ``annotations``
  (``class_id``, ``left``, ``top``, ``width``, ``height``) and ``image_size``; the name with ``-metadata`` has
  ``class-map`` and, for each box, a confidence of the consolidation. Jobs may be chained: where a line has several, the
  one that adjusts others (``adjustment-status`` in its metadata) is read, or else the only one that is not a model's.
- A consolidation request is a list of ``{"dataObject": {"s3Uri": …}, "annotations": [{"workerId": …, "annotationData":
  {"content": …}}]}``, with the widget's answer as a text: what each worker drew, before it was made one.
- ``SeqLabel.json`` has ``tracking-annotations``: the frames of a video, from 0, with boxes that have an ``object-id``;
  or ``detection-annotations``, whose boxes have a ``class-id`` alone.

All numbers are pixels from 0 (https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import BadShape, LabelsByName, Shape, Size, files_like, first_like
from loopviz.formats.labels.said_shapes import cornered, fields, named_pairs, outlined, size_said
from loopviz.formats.labels.works import Work, moment
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions, read_text

SUFFIXES = (".manifest", ".json", ".jsonl")
SIDES = ("left", "top", "width", "height")
BOXES = "groundtruth/object-detection"
FRAMES = ("tracking-annotations", "detection-annotations")  # of a video
OTHERS = ("polygons", "polylines", "keypoints", "cuboids")  # on a frame, beside its boxes
Entry = Mapping[str, Any]


def detect_sagemaker(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are Ground Truth's."""
    found = first_like(candidate, SUFFIXES, is_sagemaker)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_sagemaker(file: Path) -> bool:
    """Say whether a file looks like Ground Truth's boxes, from its bytes."""
    if mentions(file, b'"source-ref"') and mentions(file, b'"annotations"', b'"class_id"'):
        return True
    is_request = mentions(file, b'"workerId"', b'"annotationData"', b'"dataObject"')
    return is_request or _is_video(file)


def _is_video(file: Path) -> bool:
    return mentions(file, b'"frame-no"') and any(mentions(file, f'"{key}"'.encode()) for key in FRAMES)


def read_sagemaker(path: Path, options: LabelOptions) -> LabelSet:
    """Read a manifest, a consolidation request, tracks, or all of a folder that are of one of these kinds.

    Where a folder has both manifests and requests, the requests are read, as they say who drew what.

    Raises:
        InputError: If there is none, or one is malformed.
    """
    folder, names = files_like(path, SUFFIXES, is_sagemaker)
    if not names:
        what, expected = "no labels of Ground Truth in the folder", "a manifest, or JSON of what workers drew"
        raise InputError(what, file=path, expected=expected)
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder))
    manifests = [name for name in names if mentions(folder / name, b'"source-ref"')]
    others = [name for name in names if name not in manifests]
    tracks = [name for name in others if _is_video(folder / name)]
    if tracks and len(names) > 1:
        found, remedy = ", ".join(names[:5]), "Give the file of one video."
        raise InputError("several files, and tracks of a video", file=path, found=found, remedy=remedy)
    if others and manifests:
        reader.report.note("consolidated-aside", path, count=len(manifests))
    for name in others or manifests:
        reader.take(folder / name, is_manifest=not others)
    return LabelSet("sagemaker", path, reader.labels.dataset(path), reader.report.problems())


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName) -> None:
        self.labels, self.report = labels, labels.report
        self._places: dict[str, int] = {}
        self._tracks: dict[str, int] = {}

    def take(self, file: Path, *, is_manifest: bool) -> None:
        """Read a file.

        Raises:
            InputError: If it is none of these.
        """
        if is_manifest:
            lines = list(_lines(file))
            aside = self._aside([said for _, said in lines], file)
            for at, line in lines:
                self._guarded(partial(self._row, line, file, at, aside))
            return
        document = read_json(file)
        key = next((key for key in FRAMES if isinstance(document.get(key), list)), "") if _is_object(document) else ""
        if key:
            for number, frame in enumerate(document[key]):
                self._guarded(partial(self._frame, frame, file, f"{key}[{number}]"))
        elif isinstance(document, list):
            for number, one in enumerate(document):
                self._guarded(partial(self._answers, one, file, f"[{number}]"))
        else:
            expected = "a manifest, a consolidation request, or tracks"
            raise InputError("not labels of Ground Truth", file=file, found=document, expected=expected)

    def _guarded(self, take: partial[None]) -> None:
        try:
            take()
        except InputError as error:
            self.report.bad("bad-image", error)

    def _place(self, address: Any, size: Size | None, file: Path, at: str) -> int:
        """Return the place of a picture by its address."""
        name = unquote(urlsplit(address).path).lstrip("/") if isinstance(address, str) else address
        if not isinstance(name, str) or name not in self._places:
            known = size or (self.labels.size_of_file(name) if isinstance(name, str) else None)
            self._places[name] = self.labels.picture(name, known, file=file, at=at)
        return self._places[name]

    def _aside(self, rows: Sequence[Any], file: Path) -> list[str]:
        """Return the jobs of boxes that are left aside: of several on a picture the one that adjusts others is read.

        Raises:
            InputError: If there are several, and neither one adjusts the others nor people drew those of one alone.
        """
        jobs = [_jobs(row) for row in rows]
        if all(len(here) < 2 for here in jobs):
            return []
        said = {name: [here[name] for here in jobs if name in here] for name in dict.fromkeys(chain(*jobs))}
        adjusted = [name for name in said if any("adjustment-status" in one for one in said[name])]
        drawn = [name for name in said if any(one.get("human-annotated") != "no" for one in said[name])]
        chosen = next((one[0] for one in (adjusted, drawn) if len(one) == 1), None)
        if chosen is None:
            expected = "one job, or one that adjusts the others"
            remedy = "Keep the job that is meant and its -metadata in each line, and take the others out."
            raise InputError(
                "boxes of several jobs", file=file, found=", ".join(said), expected=expected, remedy=remedy
            )
        others = sorted(said.keys() - {chosen})
        self.report.note("fields-aside", file, name=chosen, names=others)
        return others

    def _row(self, said: Any, file: Path, at: str, aside: Collection[str]) -> None:
        """Take a line of a manifest."""
        jobs = [name for name in _jobs(said) if name not in aside]
        if not isinstance(said, dict) or "source-ref" not in said:
            expected = "an object with source-ref, a job of boxes and its metadata"
            raise InputError("not a line of a manifest", file=file, at=at, found=said, expected=expected)
        job = said[jobs[0]] if jobs else {}
        if jobs and not (isinstance(job, dict) and isinstance(job.get("annotations"), list)):
            raise InputError("not a job of boxes", file=file, at=f"{at}, {jobs[0]}", found=job, expected="annotations")
        sizes = job.get("image_size")
        size = size_said(sizes[0]) if isinstance(sizes, list) and sizes else None
        place = self._place(said["source-ref"], size, file, f"{at}, source-ref")
        about = said[f"{jobs[0]}-metadata"] if jobs else {}
        scores, names = about.get("objects"), about.get("class-map")
        is_model = about.get("human-annotated") == "no"
        for number, box in enumerate(job.get("annotations", [])):
            known = scores[number] if isinstance(scores, list) and number < len(scores) else None
            score = known.get("confidence") if isinstance(known, dict) else None
            make = partial(self._box, box, names, "class_id")
            origin = "model" if is_model else "consensus" if score else None
            where = f"{at}, {jobs[0]}.annotations[{number}]"
            self.labels.attempt(place, make, file, where, origin=origin, confidence=score or None)

    def _answers(self, said: Any, file: Path, at: str) -> None:
        """Take what each worker drew on a picture."""
        where, drawn = (said.get("dataObject"), said.get("annotations")) if isinstance(said, dict) else (None, None)
        address = where.get("s3Uri") if isinstance(where, dict) else where
        if not isinstance(address, str) or not isinstance(drawn, list):
            expected = "an object with dataObject.s3Uri and annotations"
            raise InputError(
                "not a picture of a consolidation request", file=file, at=at, found=said, expected=expected
            )
        for number, one in enumerate(drawn):
            self._guarded(partial(self._answer, address, one, file, f"{at}.annotations[{number}]"))

    def _answer(self, address: str, said: Any, file: Path, at: str) -> None:
        content = _content(said, file, at)
        size = size_said(content.get("inputImageProperties"))
        place, worker = self._place(address, size, file, at), said.get("workerId")
        shapes = [("boundingBoxes", self._drawn), ("polygons", self._outline)]
        listed = [(key, make, content.get(key)) for key, make in shapes if key in content]
        if not listed or not all(isinstance(one, list) for _, _, one in listed):
            expected = "boundingBoxes or polygons"
            raise InputError("not an answer of boxes", file=file, at=at, found=sorted(content), expected=expected)
        work = None
        if isinstance(worker, str) and worker.strip():
            seconds = said.get("timeSpentInSeconds")
            known = float(seconds) if isinstance(seconds, int | float) and 0 <= seconds < 1e8 else None
            work = self.labels.works.add(place, Work(worker, known, moment(said.get("submissionTime"))))
        for key, make, items in listed:
            for number, item in enumerate(items or []):
                self.labels.attempt(place, partial(make, item), file, f"{at}, {key}[{number}]", work=work)

    def _frame(self, said: Any, file: Path, at: str) -> None:
        """Take a frame of a video; frames are named by their number where they have no name."""
        boxes = said.get("annotations") if isinstance(said, dict) else None
        number = said.get("frame-no") if isinstance(said, dict) else None
        text = str(number)
        if not isinstance(boxes, list) or not text.isascii() or not text.isdecimal():
            expected = "an object with frame-no and annotations"
            raise InputError("not a frame of a video", file=file, at=at, found=said, expected=expected)
        place = self._place(said.get("frame") or f"frame_{int(text):06}", None, file, at)
        for kind in OTHERS:
            self.labels.leave(kind, len(said[kind]) if isinstance(said.get(kind), list) else 0)
        for index, box in enumerate(boxes):
            object_id = box.get("object-id") or box.get("object-name") if isinstance(box, dict) else None
            track = self._tracks.setdefault(str(object_id), len(self._tracks) + 1) if object_id else None
            where = f"{at}.annotations[{index}]"
            self.labels.attempt(place, partial(self._tracked, box), file, where, track=track)

    def _box(self, said: Any, names: Any, key: str) -> Shape:
        number = said.get(key) if isinstance(said, dict) else None
        name = names.get(str(number)) if isinstance(names, dict) else None
        if not isinstance(name, str):
            known = ", ".join(names) if isinstance(names, dict) else "a class-map"
            raise BadShape("the box is of a class that the manifest does not name", number, known)
        return cornered(name, *fields(said, *SIDES))

    def _drawn(self, said: Any) -> Shape:
        return cornered(self._label(said), *fields(said, *SIDES))

    def _outline(self, said: Any) -> Shape:
        return outlined(self._label(said), named_pairs(said.get("vertices")))

    def _label(self, said: Any) -> str:
        label = said.get("label") if isinstance(said, dict) else said
        if not isinstance(label, str | None):
            raise BadShape("not a label", said, "an object with label")
        return self.labels.named(label)

    def _tracked(self, said: Any) -> Shape:
        """Return a box of a video: what it is called is its name without the number, as Ground Truth gives it."""
        name = said.get("object-name") if isinstance(said, dict) else None
        number = said.get("class-id") if isinstance(said, dict) else None
        if not isinstance(name, str | None) or not isinstance(number, str | int | None):
            raise BadShape("not a box of a video", said, "an object with object-name, left, top, width and height")
        known = (name or "").rpartition(":")[0] or name or (None if number is None else f"class {number}")
        return cornered(self.labels.named(known), *fields(said, *SIDES))


def _jobs(said: Any) -> dict[str, Entry]:
    """Return the jobs of boxes of a manifest's line, with the metadata of each."""
    if not isinstance(said, dict):
        return {}
    found = {key: about for key in said if isinstance(about := said.get(f"{key}-metadata"), dict)}
    return {key: about for key, about in found.items() if about.get("type", BOXES) == BOXES}


def _is_object(document: Any) -> bool:
    return isinstance(document, dict)


def _lines(file: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(read_text(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except (ValueError, RecursionError):
            remedy = "Export it again."
            raise InputError("a line that is no JSON", file=file, at=f"line {number}", remedy=remedy) from None


def _content(said: Any, file: Path, at: str) -> Entry:
    """Return the widget's answer of a worker's: the one object in the text that it is kept as.

    Raises:
        InputError: If it is none.
    """
    data = said.get("annotationData") if isinstance(said, dict) else None
    text = data.get("content") if isinstance(data, dict) else None
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        found = None
    answers = list(found.values()) if isinstance(found, dict) else []
    if len(answers) != 1 or not isinstance(answers[0], dict):
        expected = "annotationData.content with the answer of one widget"
        raise InputError("not a worker's answer", file=file, at=at, found=text, expected=expected)
    return answers[0]
