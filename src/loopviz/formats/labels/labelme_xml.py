"""LabelMe's old XML: a file for each picture, as its web tool writes it (https://github.com/CSAILVision/LabelMeAnnotationTool).

``<annotation>`` with ``<filename>``, ``<imagesize>`` and ``<object>``: ``<name>``, ``<deleted>`` and ``<polygon>`` with
``<username>`` and ``<pt>``, or ``<segm>`` with ``<username>``, a ``<box>`` and the name of a mask's picture, which lies
in ``Masks``. ``<type>bounding_box</type>`` says that four points are a box. Who drew is a user's name; ``anonymous`` is
nobody's.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import (
    MOST_MASK,
    BadShape,
    LabelsByName,
    Shape,
    bounds,
    files_like,
    first_like,
    masked,
)
from loopviz.formats.labels.works import Work
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files
from loopviz.formats.xml_documents import head_of, number_of, numbered, read_xml, text_of
from loopviz.paths import last_part, stem_of

FOLDER, MASKS = "annotations", "masks"
NOBODY = "anonymous"
EDGES = ("xmin", "ymin", "xmax", "ymax")


def detect_labelme_xml(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are XML of LabelMe."""
    found = first_like(candidate, ".xml", is_labelme_xml)
    return NO_EVIDENCE if found is None else Evidence("certain", found)


def is_labelme_xml(file: Path) -> bool:
    """Say whether an XML file looks like LabelMe's, from its first bytes."""
    head = head_of(file)
    if b"<annotation" not in head or b"<annotations" in head or b"<bndbox>" in head or b"<robndbox>" in head:
        return False
    return b"<sourceImage>" in head or b"<polygon><username>" in head or (b"<polygon" in head and b"<pt>" in head)


def read_labelme_xml(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all of a folder that are LabelMe's.

    Raises:
        InputError: If there is none, one is no XML, or an object is malformed.
    """
    folder, names = files_like(path, ".xml", is_labelme_xml)
    if not names:
        raise InputError("no XML of LabelMe in the folder", file=path, expected="files with <polygon> or <segm>")
    reader = _Reader(LabelsByName(options, Report(options.skip_bad), folder), folder)
    for name in names:
        reader.take(name)
    return reader.label_set(path)


class _Reader:
    """Takes a set's files one after the other."""

    def __init__(self, labels: LabelsByName, folder: Path) -> None:
        self._labels, self._report, self._folder = labels, labels.report, folder
        files = [name for name in list_files(folder) if MASKS in map(str.lower, name.split("/")[:-1])]
        self._masks = {name.rsplit("/", 2)[-2].lower() + "/" + last_part(name).lower(): folder / name for name in files}
        self._counts: Counter[str] = Counter()

    def take(self, name: str) -> None:
        """Read a file."""
        file = self._folder / name
        try:
            root = read_xml(file)
            if root.tag != "annotation":
                what, expected = "not a file of LabelMe", "<annotation>"
                raise InputError(what, file=file, found=f"<{root.tag}>", expected=expected)
            picture = text_of(root, "filename") or stem_of(last_part(name))
            parts = [part for part in name.split("/")[:-1] if part.lower() != FOLDER]
            size = _size(root) or self._labels.size_of_file(picture)
            place = self._labels.picture("/".join([*parts, picture]), size, file=file, at="filename")
        except InputError as error:
            self._report.bad("bad-file", error)
            return
        works: dict[str, str] = {}
        for at, element in numbered(root, "object"):
            if text_of(element, "deleted") == "1":
                self._counts["deleted-objects"] += 1
                continue
            try:
                shape = self._shape(element, name, size)
            except BadShape as bad:
                self._report.bad("bad-object", bad.error(file, at))
                continue
            self._labels.add(place, shape, work=self._work(element, place, works))

    def label_set(self, path: Path) -> LabelSet:
        """Return what was read."""
        for code, count in sorted(self._counts.items()):
            self._report.note(code, path, count=count)
        return LabelSet("labelme-xml", path, self._labels.dataset(path), self._report.problems())

    def _work(self, element: Element, place: int, works: dict[str, str]) -> str | None:
        """Return the id of the work that an object is a part of, None where nobody says whose it is."""
        who = text_of(element, "polygon/username") or text_of(element, "segm/username")
        if not who or who.lower() == NOBODY:
            return None
        if who not in works:
            works[who] = self._labels.works.add(place, Work(who))
        return works[who]

    def _shape(self, element: Element, name: str, size: tuple[int, int] | None) -> Shape:
        category = self._labels.named(text_of(element, "name") or None)
        segment = element.find("segm")
        if segment is not None:
            return self._segment(segment, category, name, size)
        points = [[number_of(text_of(point, axis)) for axis in "xy"] for point in element.iterfind("polygon/pt")]
        outline = [value for pair in points for value in pair if value is not None and abs(value) <= MAX_SIDE]
        if len(outline) < 2 * len(points) or len(points) < 3:
            raise BadShape("not an outline", points, "three points or more, as <pt><x/><y/></pt>")
        box = text_of(element, "type") == "bounding_box"
        return Shape(category, bounds(outline), None if box else [outline])

    def _segment(self, segment: Element, category: str, name: str, size: tuple[int, int] | None) -> Shape:
        box = _edges(segment.find("box"))
        said = text_of(segment, "mask")
        part = name.split("/")[-2].lower() if "/" in name else ""
        file = self._masks.get(f"{part}/{last_part(said).lower()}") if said else None
        if file is None or size is None:
            self._counts["masks-missing"] += bool(said)
            return Shape(category, box)
        mask = _pixels(file)
        if mask.shape != (size[1], size[0]):
            found = f"{mask.shape[1]}x{mask.shape[0]}"
            raise BadShape("a mask of another size than its picture", found, f"{size[0]}x{size[1]}")
        return masked(category, mask, (0, 0), size)


def _edges(box: Element | None) -> tuple[float, float, float, float]:
    values = [number_of(text_of(box, edge)) for edge in EDGES]
    known = [value for value in values if value is not None and abs(value) <= MAX_SIDE]
    if len(known) < len(values) or known[0] > known[2] or known[1] > known[3]:
        raise BadShape("not the edges of a box", values, "xmin, ymin, xmax and ymax in pixels")
    return known[0], known[1], known[2], known[3]


def _size(root: Element) -> tuple[int, int] | None:
    sides = [number_of(text_of(root, f"imagesize/{side}")) for side in ("ncols", "nrows")]
    known = [int(side) for side in sides if side is not None and 0 < side <= MAX_SIDE and side == int(side)]
    return (known[0], known[1]) if len(known) == 2 else None


def _pixels(file: Path) -> npt.NDArray[np.bool_]:
    """Return which pixels of a mask's picture are set."""
    from PIL import Image  # here: whoever looks for a format's files asks this module

    try:
        with Image.open(file) as image:
            if image.width * image.height > MOST_MASK:
                raise BadShape("a mask that is too large", f"{image.width}x{image.height}", f"{MOST_MASK:,} pixels")
            return np.asarray(image.convert("L")) > 0
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadShape("not a mask", str(error), "a PNG in Masks") from None
