"""Pascal VOC: an XML file for each picture, as the challenge had them and as labelling tools write them.

``<annotation>`` with ``<filename>``, ``<size>`` and ``<object>``: ``<name>`` and ``<bndbox>`` with ``xmin``, ``ymin``,
``xmax`` and ``ymax``. By the book (the development kits of 2007 and 2012, http://host.robots.ox.ac.uk/pascal/VOC/) the
first pixel is 1 and both ends count: ``xmin: 1, xmax: 3`` are three pixels. LabelImg, CVAT, Roboflow and others write
the edges themselves, from 0, some of them as fractions. Nothing says which it is, so a set is taken by the book only
where it calls itself PASCAL VOC and no number in it speaks against that.

Some tools write more in an object: ``<polygon>`` with ``x1``, ``y1``, ``x2`` … or ``<pt>`` (Roboflow); ``<robndbox>``
with ``cx``, ``cy``, ``w``, ``h`` and ``angle`` in radians, clockwise (roLabelImg): a rotated box.

What is written are the edges themselves, from 0, in ``Annotations/``; ``ImageSets/Main``, which lists the pictures of
each part of a set; and ``labelmap.txt``. Outlines of one part are as Roboflow writes them, rotated boxes as roLabelImg.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

from loopviz.atomic import write_text
from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence, WriteOptions
from loopviz.formats.labels.by_name import (
    BadShape,
    LabelsByName,
    Shape,
    bounds,
    first_like,
    size_from,
    turned,
)
from loopviz.formats.labels.by_picture import PEOPLE, Picture, Row, edges_of, outline_of, pictures, without_place
from loopviz.formats.picture_size import MAX_SIDE
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files, read_text
from loopviz.formats.xml_documents import head_of, number_of, numbered, read_xml, text_of
from loopviz.formats.xml_write import added, write_xml
from loopviz.geometry import RotatedBox, rotated_box
from loopviz.notes import Note
from loopviz.paths import last_part, stem_of

Box = tuple[float, float, float, float]
EDGES = ("xmin", "ymin", "xmax", "ymax")
BACKGROUND = ("background", "ignored", "_background_")
NO_PLACE = (
    "masks",
    "outlines of several parts",
    "keypoints",
    "points and lines",
    "track ids",
    "confidences",
    "which labels a model drew",
    "which labels are of crowds",
    PEOPLE,
)


def detect_voc(candidate: Candidate) -> Evidence:
    """Say whether a file, or files of a folder, are annotations of Pascal VOC."""
    found = first_like(candidate, ".xml", is_voc)
    return NO_EVIDENCE if found is None else Evidence("likely", found)


def xml_files(files: Sequence[str]) -> list[str]:
    """Return which of a folder's files may be annotations: those in ``Annotations``, else all that are XML."""
    found = [name for name in files if name.lower().endswith(".xml")]
    return [name for name in found if "annotations" in map(str.lower, name.split("/")[:-1])] or found


def is_voc(file: Path) -> bool:
    """Say whether an XML file looks like one of Pascal VOC, from its first bytes."""
    head = head_of(file)
    if b"<annotation" not in head or b"<annotations" in head:
        return False
    if b"<bndbox>" in head or b"<robndbox>" in head:
        return True
    return b"<filename>" in head and b"<pt>" not in head and b"<sourceImage>" not in head  # these are LabelMe's


def read_voc(path: Path, options: LabelOptions) -> LabelSet:
    """Read a file, or all files of a folder that are annotations of Pascal VOC.

    Raises:
        InputError: If there is none, one is no XML, or an object is malformed.
    """
    report = Report(options.skip_bad)
    names = xml_files(list_files(path)) if path.is_dir() else [path.name]
    folder = path if path.is_dir() else path.parent
    reader = _Reader(LabelsByName(options, report, folder), report)
    for name in names:
        try:
            reader.take(folder / name, name)
        except InputError as error:
            report.bad("bad-file", error)
    if not reader.files:
        raise InputError("no annotation of Pascal VOC", file=path, expected="XML files with <annotation>")
    return LabelSet("voc", path, reader.dataset(path, _listed(folder)), report.problems())


class _Reader:
    """Takes a set's files one after the other, with the numbers that stand there.

    Only when all are known it is known which number the first pixel has: 1 by the book, 0 where numbers are edges.
    """

    def __init__(self, labels: LabelsByName, report: Report) -> None:
        self._labels, self._report = labels, report
        self.files, self._parts, self._difficult = 0, 0, 0
        self._by_the_book, self._has_edges = False, False
        self._outlines: list[int] = []

    def take(self, file: Path, name: str) -> None:
        """Read a file.

        Raises:
            InputError: If it is no annotation of a picture.
        """
        root = read_xml(file)
        if root.tag != "annotation":
            what = "not an annotation of Pascal VOC"
            raise InputError(what, file=file, found=f"<{root.tag}>", expected="<annotation>")
        self.files += 1
        said = ("source/database", "source/annotation", "folder")
        self._by_the_book |= any("VOC" in text_of(root, part).upper() for part in said)
        called = text_of(root, "filename") or stem_of(last_part(name))
        size = size_from(text_of(root, "size/width"), text_of(root, "size/height"))
        frame = self._labels.picture(called, size or self._labels.size_of_file(called), file=file, at="filename")
        for at, element in numbered(root, "object"):
            self._parts += len(element.findall("part"))
            self._difficult += text_of(element, "difficult") == "1"
            try:
                self._object(element, frame)
            except BadShape as bad:
                self._report.bad("bad-object", bad.error(file, at))

    def _object(self, element: Element, frame: int) -> None:
        box = element.find("bndbox")
        edges = None if box is None else _edges(box)
        self._has_edges |= edges is not None and any(value == 0 or value != int(value) for value in edges)
        row = self._labels.add(frame, _shape(element, edges))
        if edges is None:
            self._outlines.append(row)

    def dataset(self, path: Path, known: Sequence[str]) -> Dataset:
        """Return what was read."""
        by_the_book = self._by_the_book and not self._has_edges
        self._report.note("voc-pixels" if by_the_book else "voc-edges", path)
        if by_the_book:
            self._labels.count_from_zero(self._outlines)
        if self._parts:
            self._report.warn("voc-parts", path, count=self._parts)
        if self._difficult:
            self._report.note("objects-difficult", path, count=self._difficult)
        return self._labels.dataset(path, known)


def _shape(element: Element, edges: Box | None) -> Shape:
    """Return an object's category, its box and its outline.

    Raises:
        BadShape: If it has no name, or no box.
    """
    name = text_of(element, "name")
    if not name:
        raise BadShape("the object has no name", text_of(element, "name"), "<name>")
    rotated = element.find("robndbox")
    if rotated is not None:
        found = _turned(name, rotated)
        return found if edges is None else found._replace(box=edges)
    outline = _polygon(element)
    if edges is None and outline is None:
        raise BadShape("the object has no box", None, "<bndbox>")
    parts = None if outline is None else [outline]
    return Shape(name, bounds(outline or []) if edges is None else edges, parts)


def _edges(box: Element) -> Box:
    texts = [text_of(box, edge) for edge in EDGES]
    values = [number_of(text) for text in texts]
    if any(value is None or abs(value) > MAX_SIDE for value in values):
        raise BadShape("not the edges of a box", ", ".join(texts), "xmin, ymin, xmax and ymax in pixels")
    x_min, y_min, x_max, y_max = (value or 0.0 for value in values)
    if x_min > x_max or y_min > y_max:
        raise BadShape("a box that ends before it begins", ", ".join(texts), "xmin up to xmax, ymin up to ymax")
    return x_min, y_min, x_max, y_max


def _polygon(element: Element) -> list[float] | None:
    """Return the points of an object's outline; None where it has none."""
    polygon = element.find("polygon")
    if polygon is None:
        return None
    points = [(text_of(point, "x"), text_of(point, "y")) for point in polygon.iterfind("pt")]
    number = 1
    while not points or len(points) == number - 1:
        pair = text_of(polygon, f"x{number}"), text_of(polygon, f"y{number}")
        if not all(pair):
            break
        points.append(pair)
        number += 1
    values = [number_of(text) for pair in points for text in pair]
    known = [value for value in values if value is not None and abs(value) <= MAX_SIDE]
    if len(known) < len(values) or len(known) < 6:
        found = " ".join(text for pair in points for text in pair)
        raise BadShape("not an outline", found, "three points or more, as <x1> and <y1>")
    return known


def _turned(name: str, box: Element) -> Shape:
    """Return the label of a box that is turned about its middle."""
    texts = [text_of(box, part) for part in ("cx", "cy", "w", "h", "angle")]
    values = [number_of(text) for text in texts]
    if any(value is None or abs(value) > MAX_SIDE for value in values) or (values[2] or 0) < 0 or (values[3] or 0) < 0:
        raise BadShape("not a box that is turned", ", ".join(texts), "cx, cy, w, h in pixels and angle in radians")
    return turned(name, RotatedBox(*(value or 0.0 for value in values)))


def _listed(folder: Path) -> list[str]:
    """Return the categories of ``labelmap.txt``: rows ``name:red,green,blue:parts:actions`` of CVAT and Datumaro."""
    file = folder / "labelmap.txt"
    if not file.is_file():
        return []
    names = (line.split(":")[0].strip() for line in read_text(file).splitlines() if not line.startswith("#"))
    return [name for name in names if name and name not in BACKGROUND]


def write_voc(dataset: Dataset, folder: Path, _: WriteOptions) -> None:
    """Write a file for each picture, without an object where nothing is labelled, and what belongs to all.

    Raises:
        OutputError: If two pictures have the same name.
    """
    splits, listed = dict(dataset.frames.select("frame", "split").iter_rows()), dict[str, list[str]]()
    for picture in pictures(dataset, folder, sized=False):
        name = "/".join([*picture.name.split("/")[:-1], stem_of(picture.name)])
        write_xml(_document(picture), folder / "Annotations" / f"{name}.xml")
        listed.setdefault(splits[picture.frame] or "default", []).append(name)
    for part, stems in listed.items():
        write_text(folder / "ImageSets" / "Main" / f"{part}.txt", "".join(f"{stem}\n" for stem in stems))
    names = dataset.categories["name"].to_list()
    if not any(set(name) & set(":#\r\n") for name in names):  # the rows have no way to say these
        rows = ["# label:color_rgb:parts:actions", *(f"{name}:::" for name in names)]
        write_text(folder / "labelmap.txt", "".join(f"{row}\n" for row in rows))


def losses(dataset: Dataset, _: bool) -> list[Note]:
    """Return what of a Dataset these files cannot hold."""
    return without_place(dataset, "Pascal VOC", NO_PLACE)


def _document(picture: Picture) -> Element:
    root = Element("annotation")
    added(root, "filename", picture.name)
    if picture.size is not None:
        size = added(root, "size")
        for side, value in zip(("width", "height", "depth"), (*picture.size, 3), strict=True):
            added(size, side, value)
    added(root, "segmented", 0)
    for row in picture.labels:
        if row["shape"] not in {"points", "line"}:
            _object(root, row)
    return root


def _object(root: Element, row: Row) -> None:
    element = added(root, "object")
    for tag, text in (("name", row["category"]), ("pose", "Unspecified"), ("truncated", 0), ("difficult", 0)):
        added(element, tag, text)
    box = added(element, "bndbox")
    for edge, value in zip(EDGES, edges_of(row), strict=True):
        added(box, edge, value)
    outline = outline_of(row)
    if outline is None:
        return
    if row["shape"] == "rotated_box":
        turned_box = added(element, "robndbox")
        for part, value in zip(("cx", "cy", "w", "h", "angle"), rotated_box(outline), strict=True):
            added(turned_box, part, value)
        return
    polygon = added(element, "polygon")
    for place, value in enumerate(outline):
        added(polygon, f"{'xy'[place % 2]}{place // 2 + 1}", value)
