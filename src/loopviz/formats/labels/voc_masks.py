"""Pascal VOC's pictures of segmentation: masks whose colours say which object and which category they are of.

``SegmentationObject`` has a PNG for each picture with a colour for each object, ``SegmentationClass`` one with a colour
for each category; black belongs to nothing, and (224, 224, 192), the border of objects, to nobody knows what. Which
colour a category has stands in ``labelmap.txt``, as CVAT and Datumaro write it; LabelMe's converters write
``class_names.txt``, whose lines have the challenge's colours in their order; else they are the challenge's categories
too (the development kit of 2012, ``VOClabelcolormap``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from loopviz.errors import InputError
from loopviz.formats.format import NO_EVIDENCE, Candidate, Evidence
from loopviz.formats.labels.by_name import MOST_MASK, BadShape, LabelsByName, Shape, masked
from loopviz.formats.labels.voc import BACKGROUND, is_voc, xml_files
from loopviz.formats.picture_size import image_size
from loopviz.formats.types import LabelOptions, LabelSet, Report
from loopviz.formats.untrusted_files import list_files, read_text
from loopviz.paths import stem_of

OBJECTS, CLASSES = "SegmentationObject", "SegmentationClass"
NOTHING, BORDER = 0, 0xE0E0C0
NAMES = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *("diningtable", "dog", "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
)
Colours = npt.NDArray[np.int64]


def detect_masks(candidate: Candidate) -> Evidence:
    """Say whether a folder has pictures of segmentation, and no annotations of Pascal VOC."""
    if candidate.suffix:
        return NO_EVIDENCE
    found = next((name for name in candidate.files if CLASSES in name.split("/")[:-1] and _is_png(name)), None)
    boxes = any(is_voc(candidate.path / name) for name in xml_files(candidate.files)[:1])
    return NO_EVIDENCE if found is None or boxes else Evidence("certain", found)


def _is_png(name: str) -> bool:
    return name.lower().endswith(".png")


def read_masks(path: Path, options: LabelOptions) -> LabelSet:
    """Read the pictures of segmentation of a folder.

    Raises:
        InputError: If there is none, one is no picture, two do not fit, or a colour has no name.
    """
    files = [name for name in list_files(path) if _is_png(name)] if path.is_dir() else []
    classes, objects = (_by_picture(files, part) for part in (CLASSES, OBJECTS))
    if not classes:
        what, expected = "no pictures of segmentation in the folder", f"PNGs in {CLASSES}"
        raise InputError(what, file=path, expected=expected)
    names = _listed(path / "class_names.txt") or _names(path / "labelmap.txt")
    labels = LabelsByName(options, Report(options.skip_bad), path)
    for stem, name in classes.items():
        file = path / name
        try:
            colours = _colours(file)
            own = _colours(path / objects[stem]) if stem in objects else None
            if own is not None and own.shape != colours.shape:
                found, expected = (f"{one.shape[1]}x{one.shape[0]}" for one in (own, colours))
                what = "two pictures of segmentation of different sizes"
                raise InputError(what, file=path / objects[stem], found=found, expected=expected)
            place = labels.picture(stem, (colours.shape[1], colours.shape[0]), file=file, at=stem)
        except InputError as error:
            labels.report.bad("bad-image", error)
            continue
        parts = colours if own is None else own
        for number in np.unique(parts).tolist():
            if number not in (NOTHING, BORDER):
                make = partial(_shape, parts == number, colours, names)
                labels.attempt(place, make, file, _shown(number), crowd=own is None)
    known = [name for name in names.values() if name not in BACKGROUND]
    return LabelSet("voc-masks", path, labels.dataset(path, known), labels.report.problems())


def _by_picture(files: list[str], folder: str) -> dict[str, str]:
    """Return the PNGs of a folder by the names of their pictures."""
    return {stem_of(name.partition(f"{folder}/")[2]): name for name in files if folder in name.split("/")[:-1]}


def _names(file: Path) -> Mapping[int, str]:
    """Return the categories by their colours: those of ``labelmap.txt``, else of the challenge.

    Raises:
        InputError: If a row has no colour.
    """
    if not file.is_file():
        return {_colour_of(number): name for number, name in enumerate(NAMES)}
    found: dict[int, str] = {}
    for number, line in enumerate(read_text(file).splitlines(), 1):
        name, _, rest = line.partition(":")
        cells = rest.split(":")[0].split(",")
        if not line.strip() or line.startswith("#") or cells == [""]:
            continue
        values = [int(cell) for cell in cells if cell.strip().isdecimal() and int(cell) < 256]
        if len(values) != 3 or len(cells) != 3:
            at, expected = f"line {number}", "name:red,green,blue:parts:actions"
            raise InputError("not a category and its colour", file=file, at=at, found=line, expected=expected)
        found[values[0] << 16 | values[1] << 8 | values[2]] = name.strip()
    return found


def _listed(file: Path) -> Mapping[int, str]:
    """Return the categories of a text, a line each, by the challenge's colours; none where there is no text."""
    lines = read_text(file).splitlines() if file.is_file() else []
    return {_colour_of(number): line.strip() for number, line in enumerate(lines) if line.strip()}


def _colour_of(number: int) -> int:
    """Return the colour of a category of the challenge: the bits of its number, spread over red, green and blue."""
    red = green = blue = 0
    for bit in range(8):
        red |= (number >> 3 * bit & 1) << 7 - bit
        green |= (number >> 3 * bit + 1 & 1) << 7 - bit
        blue |= (number >> 3 * bit + 2 & 1) << 7 - bit
    return red << 16 | green << 8 | blue


def _colours(file: Path) -> Colours:
    """Return a PNG's colours, ``(height, width)``, each as one number.

    Raises:
        InputError: If it is no picture in colours, or too large.
    """
    from PIL import Image  # here: whoever looks for a format's files asks its module

    wide, high = image_size(file)
    if wide * high > MOST_MASK:
        expected = f"{MOST_MASK:,} pixels"
        raise InputError("a mask that is too large", file=file, found=f"{wide}x{high}", expected=expected)
    try:
        with Image.open(file, formats=("PNG",)) as image:
            if image.mode not in ("P", "RGB", "RGBA"):
                raise InputError(
                    "a picture of segmentation without colours", file=file, found=image.mode, expected="RGB"
                )
            pixels = np.asarray(image.convert("RGB"), dtype=np.int64)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError("not a picture of segmentation", file=file, found=str(error)) from None
    found: Colours = pixels @ np.array([65_536, 256, 1], dtype=np.int64)
    return found


def _shown(colour: int) -> str:
    return f"colour {colour >> 16},{colour >> 8 & 255},{colour & 255}"


def _shape(mask: npt.NDArray[np.bool_], colours: Colours, names: Mapping[int, str]) -> Shape:
    """Return the label of an object: the category that most of its pixels have."""
    found, counts = np.unique(colours[mask], return_counts=True)
    colour = int(found[np.argmax(counts)])
    name = names.get(colour)
    if name is None or name in BACKGROUND:
        raise BadShape("an object of a colour without a category", _shown(colour), "a colour of labelmap.txt")
    return masked(name, mask, (0, 0), (mask.shape[1], mask.shape[0]))
