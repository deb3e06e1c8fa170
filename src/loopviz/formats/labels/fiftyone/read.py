"""FiftyOne's data set on disk (``FiftyOneDataset``): ``samples.json``, with ``metadata.json`` and the pictures.

A sample has ``filepath``, ``metadata`` with ``width`` and ``height``, and fields with labels: ``Detections`` with
``bounding_box`` (x, y, width, height) and perhaps a ``mask`` of what is in it (NumPy's format, packed by zlib, in
base64), ``Polylines`` and ``Keypoints`` with ``points``. All numbers are fractions of the picture
(https://docs.voxel51.com/user_guide/import_datasets.html#fiftyonedataset).
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError, shown
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import (
    MOST_MASK,
    BadShape,
    LabelsByName,
    Shape,
    Size,
    files_like,
    first_like,
    masked,
)
from loopviz.formats.labels.said_shapes import Points, cornered, line, outlined, pairs, point, size_said
from loopviz.formats.labels.works import Work
from loopviz.formats.strict_json import read_json
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import mentions, read_text
from loopviz.schema import ORIGINS

FILE, TRUTH, MODEL = "samples.json", "ground_truth", "predictions"
LISTS = {"Detections": "detections", "Polylines": "polylines", "Keypoints": "keypoints"}
LEFT = ("Segmentation", "Heatmap", "Classification", "Classifications", "TemporalDetections")
Entry = Mapping[str, Any]


def detect_fiftyone(candidate: Candidate) -> Evidence:
    """Say whether a file, or one of a folder, is the samples of FiftyOne."""
    found = first_like(candidate, ".json", is_fiftyone)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_fiftyone(file: Path) -> bool:
    """Say whether a JSON file looks like FiftyOne's samples, from its bytes."""
    return mentions(file, b'"samples"', b'"filepath"') and mentions(file, b'"_cls"')


def read_fiftyone(path: Path, options: LabelOptions) -> LabelSet:
    """Read the samples, or those of the folder.

    Raises:
        InputError: If there are none, they are malformed, or nothing says which of several fields is meant.
    """
    folder, names = files_like(path, ".json", is_fiftyone)
    if len(names) != 1:
        what = "several data sets of FiftyOne in the folder" if names else "no data set of FiftyOne in the folder"
        raise InputError(what, file=path, found=", ".join(names[:5]) or None, expected=FILE)
    file = folder / names[0]
    document = _document(file)
    samples = document.get("samples") if isinstance(document, dict) else None
    if not isinstance(samples, list):
        raise InputError("not a data set of FiftyOne", file=file, at="samples", found=samples, expected="a list")
    labels = LabelsByName(options, Report(options.skip_bad), folder)
    reader = _Reader(labels, _chosen(samples, path, labels.report))
    for number, sample in enumerate(samples):
        reader.take(sample, file, f"samples[{number}]")
    dataset = labels.dataset(path)
    return LabelSet("fiftyone", path, dataset, labels.report.problems(), normalised=reader.is_unsized)


def _document(file: Path) -> Any:
    """Return a file's content; a keypoint that is not labelled is NaN there, and None here.

    Raises:
        InputError: If it is no JSON.
    """
    if not mentions(file, b"NaN"):
        return read_json(file)
    try:
        return json.loads(read_text(file), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON: {error}", file=file, remedy="Export the file again.") from None


def _base(field: str) -> str:
    """Return what a field is called apart from the kind of its labels: that of ``ground_truth_polylines``."""
    return field.removesuffix("_polylines").removesuffix("_keypoints")


def _chosen(samples: list[Any], path: Path, report: Report) -> tuple[str | None, bool]:
    """Return which fields have the labels, and whether they are a model's: those that people drew come first.

    Raises:
        InputError: If there are several, and none of them is called ``ground_truth``.
    """
    counts, sure = Counter[str](), Counter[str]()
    for sample in samples:
        for name, said in sample.items() if isinstance(sample, dict) else ():
            for one in _listed(said):
                counts[_base(name)] += 1
                sure[_base(name)] += isinstance(one, dict) and isinstance(one.get("confidence"), int | float)
    drawn = [name for name in counts if name == TRUTH or (name != MODEL and sure[name] < counts[name])]
    fields = drawn or list(counts)
    if len(fields) > 1 and TRUTH not in fields:
        what, remedy = "labels in several fields", f"Call the one that is meant {TRUTH}, or export it alone."
        raise InputError(what, file=path, found=", ".join(map(shown, sorted(fields))), expected=TRUTH, remedy=remedy)
    chosen = TRUTH if len(fields) > 1 else next(iter(fields), None)
    others = sorted(set(counts) - {chosen})
    if others:
        report.note("fields-aside", path, name=chosen, names=others)
    return chosen, not drawn


def _listed(said: Any) -> list[Any]:
    """Return the labels of a field; none where it is no field of labels that are read."""
    kind = said.get("_cls") if isinstance(said, dict) else None
    listed = said.get(LISTS[kind]) if isinstance(said, dict) and isinstance(kind, str) and kind in LISTS else None
    return listed if isinstance(listed, list) else []


class _Reader:
    """Takes samples one after the other, and of each the labels of a field."""

    def __init__(self, labels: LabelsByName, field: tuple[str | None, bool]) -> None:
        self._labels, (self._field, self._is_model) = labels, field
        self._works: dict[tuple[int, str], str] = {}
        self.is_unsized = False

    def take(self, said: Any, file: Path, at: str) -> None:
        """Read a sample."""
        try:
            if not isinstance(said, dict) or "frames" in said:
                expected = "a picture with filepath and its labels; those of videos are not read"
                raise InputError("not a sample of a picture", file=file, at=at, found=said, expected=expected)
            name = said.get("filepath")
            size = size_said(said.get("metadata"))
            size = size or (self._labels.size_of_file(name) if isinstance(name, str) else None)
            place = self._labels.picture(name, size, file=file, at=f"{at}.filepath")
            drawn = list(self._drawn(said))
            size = self._size(place, file, at) if drawn else (1, 1)
        except InputError as error:
            self._labels.report.bad("bad-image", error)
            return
        for number, one in enumerate(drawn):
            make, where = partial(self._shape, one, size), f"{at}.{self._field}[{number}]"
            about = one if isinstance(one, dict) else {}
            sure, track = about.get("confidence"), about.get("index")
            origin = "model" if self._is_model else _one_of(about.get("origin"), ORIGINS)
            work = None if self._is_model else self._work(about.get("worker"), place)
            known = track if isinstance(track, int) and not isinstance(track, bool) and 0 <= track < 2**53 else None
            self._labels.attempt(place, make, file, where, track=known, origin=origin, work=work, confidence=sure)

    def _work(self, who: Any, place: int) -> str | None:
        """Return the work of somebody on a picture, where a label says whose it is."""
        if not isinstance(who, str) or not who.strip():
            return None
        if (place, who) not in self._works:
            self._works[place, who] = self._labels.works.add(place, Work(who))
        return self._works[place, who]

    def _drawn(self, said: Entry) -> Iterator[Any]:
        """Yield the labels of a sample; kinds that are not read are counted."""
        for name, one in said.items():
            kind = one.get("_cls") if isinstance(one, dict) else None
            if kind in LEFT:
                self._labels.leave(str(kind).lower())
            if _base(name) == self._field:
                yield from _listed(one)

    def _size(self, place: int, file: Path, at: str) -> Size:
        size = self._labels.size(place)
        if size is not None:
            return size
        if not self._labels.options.unsized:
            remedy = "Put the pictures beside the file, or compute their metadata in FiftyOne."
            raise InputError("nobody knows how large the picture is", file=file, at=at, remedy=remedy)
        self.is_unsized = True
        return 1, 1

    def _shape(self, said: Any, size: Size) -> Shape:
        label, kind = (said.get("label"), said.get("_cls")) if isinstance(said, dict) else (None, None)
        if not isinstance(said, dict) or not isinstance(label, str | None):
            raise BadShape("not a label of FiftyOne", said, "an object with label")
        category = self._labels.named(label)
        if kind == "Polyline":
            return _polyline(category, said, size)
        if kind == "Keypoint":
            return _keypoints(category, said.get("points"), size)
        return self._detection(category, said, size)

    def _detection(self, category: str, said: Entry, size: Size) -> Shape:
        box = said.get("bounding_box")
        if not isinstance(box, list) or len(box) != 4:
            raise BadShape("not a box", box, "x, y, width and height as fractions of the picture")
        ((x, y), (wide, high)) = _scaled([box[:2], box[2:]], size)
        shape = cornered(category, x, y, wide, high)
        if said.get("mask") is None or self.is_unsized:
            return shape
        return _masked(shape, _mask(said["mask"]), size)


def _one_of(said: Any, known: Sequence[str]) -> str | None:
    return said if isinstance(said, str) and said in known else None


def _keypoints(category: str, said: Any, size: Size) -> Shape:
    """Return the label of keypoints in their order, of which some may not be labelled."""
    places = said if isinstance(said, list) else []
    gone = [pair == [None, None] for pair in places]
    found = _scaled([[0, 0] if none else pair for pair, none in zip(places, gone, strict=True)], size)
    labelled = [pair for pair, none in zip(found, gone, strict=True) if not none]
    shape = point(category, labelled)
    if not any(gone):
        return shape
    flat: list[float | None] = []
    for (x, y), none in zip(found, gone, strict=True):
        flat += [0.0, 0.0, 0.0] if none else [x, y, None]
    return shape._replace(keypoints=flat)


def _scaled(said: Any, size: Size) -> Points:
    """Return points that are fractions of a picture, in pixels."""
    found = pairs(said)
    if not all(-1 <= value <= 2 for pair in found for value in pair):
        raise BadShape("not fractions of the picture", said, "numbers from 0 to 1")
    return [(x * size[0], y * size[1]) for x, y in found]


def _polyline(category: str, said: Entry, size: Size) -> Shape:
    parts = said.get("points")
    if not isinstance(parts, list) or not parts:
        raise BadShape("not a polyline", parts, "a list of lists of points")
    points = [_scaled(part, size) for part in parts]
    if said.get("closed") is True or said.get("filled") is True:
        return outlined(category, *points)
    if len(points) > 1:
        raise BadShape("a line of several parts", len(points), "one, or closed outlines")
    return line(category, points[0])


def _mask(said: Any) -> npt.NDArray[np.bool_]:
    """Return a mask that is kept as NumPy's format, packed by zlib, in base64.

    Raises:
        BadShape: If it is none, or too large.
    """
    inner = said.get("$binary") if isinstance(said, dict) else said
    text = inner.get("base64") if isinstance(inner, dict) else inner
    if not isinstance(text, str):
        raise BadShape("not a mask", said, "base64")
    try:
        unpack = zlib.decompressobj()
        data = unpack.decompress(base64.b64decode(text, validate=True), MOST_MASK + 4096)
        if unpack.unconsumed_tail:
            raise BadShape("a mask that is too large", f"more than {MOST_MASK:,} bytes", f"{MOST_MASK:,} bytes")
        found = np.load(io.BytesIO(data), allow_pickle=False)
    except (binascii.Error, zlib.error, ValueError, EOFError, OSError) as error:
        raise BadShape("not a mask", str(error), "an array of NumPy, packed by zlib, in base64") from None
    if not isinstance(found, np.ndarray) or found.ndim != 2 or found.dtype.kind not in "biu" or not found.size:
        raise BadShape("not a mask", str(getattr(found, "shape", None)), "an array of two dimensions")
    return found > 0


def _masked(shape: Shape, mask: npt.NDArray[np.bool_], size: Size) -> Shape:
    """Return a box with the mask of what is in it, drawn out to the box' pixels within the picture."""
    left, top, right, bottom = (int(value + 0.5) for value in shape.box)
    wide, high = max(1, right - left), max(1, bottom - top)
    rows = np.arange(high) * mask.shape[0] // high
    columns = np.arange(wide) * mask.shape[1] // wide
    inside = [(top + np.arange(high) >= 0) & (top + np.arange(high) < size[1])]
    inside += [(left + np.arange(wide) >= 0) & (left + np.arange(wide) < size[0])]
    part = mask[np.ix_(rows[inside[0]], columns[inside[1]])]
    found = masked(shape.category, part, (max(0, left), max(0, top)), size)
    return found._replace(box=shape.box)
