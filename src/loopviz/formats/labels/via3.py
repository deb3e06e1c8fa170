"""Projects of VIA 3: files, views of them, and ``metadata`` with what was drawn in a view.

A region has ``vid``, its view; ``z``, moments of a video, none of a picture; ``xy``, the number of a shape and its
coordinates in pixels from 0; and ``av``, the values of attributes by their numbers
(https://gitlab.com/vgg/via/-/blob/master/via-3.x.y/src/js/_via_const.js, and its CodeDoc).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from loopviz.errors import InputError

PICTURE = 2  # the type of a file
EXTREME = 8  # the shape of a box by four points, the outermost ones of a thing
TICKED = 2  # the type of an attribute of which several options may be chosen
SHAPES: Mapping[int, tuple[str, Sequence[str]]] = {
    1: ("point", ("cx", "cy")),
    2: ("rect", ("x", "y", "width", "height")),
    3: ("circle", ("cx", "cy", "r")),
    4: ("ellipse", ("cx", "cy", "rx", "ry")),
    5: ("polyline", ()),
    6: ("polyline", ()),
    7: ("polygon", ()),
}
Entry = Mapping[str, Any]


class Third(NamedTuple):
    """A project.

    Attributes:
        pictures: Where each picture stands, and its name.
        regions: The picture, the place, the shape as VIA 2 writes one, and the attributes of each region.
        left: How many entries are of videos, of sound, or of whole pictures.
    """

    pictures: list[tuple[str, str]]
    regions: list[tuple[str, str, Any, dict[str, Any]]]
    left: int


def is_third(document: Any) -> bool:
    """Say whether a document is a project of VIA 3."""
    parts = ("metadata", "view", "file", "attribute")
    return isinstance(document, dict) and all(isinstance(document.get(part), dict) for part in parts)


def read_third(document: Any, file: Path) -> Third:
    """Return what a project holds.

    Raises:
        InputError: If an entry is malformed.
    """
    names: dict[str, str] = {}
    for view, said in document["view"].items():
        listed = said.get("fid_list") if isinstance(said, dict) else None
        shown = [document["file"].get(str(one)) for one in listed] if isinstance(listed, list) else []
        if len(shown) == 1 and isinstance(shown[0], dict) and shown[0].get("type") == PICTURE:
            name = shown[0].get("fname")
            if not isinstance(name, str):
                raise InputError("a picture without a name", file=file, at=f"view {view}", found=name, expected="fname")
            names[view] = name
    regions, left = [], 0
    for key, said in document["metadata"].items():
        if not isinstance(said, dict):
            expected = "an object with vid and xy"
            raise InputError("not a region of VIA 3", file=file, at=key, found=said, expected=expected)
        name, shape = names.get(str(said.get("vid"))), said.get("xy")
        if name is None or said.get("z") or not shape:
            left += 1
        else:
            regions.append((name, key, _shape(shape), _attributes(said.get("av"), document["attribute"])))
    return Third([(f"view {view}", name) for view, name in names.items()], regions, left)


def _shape(said: Any) -> Any:
    """Return a shape as VIA 2 writes it; what is none stays as it is, for the reader of shapes to refuse."""
    number = said[0] if isinstance(said, list) else None
    if number == EXTREME and len(said) == 9 and all(isinstance(value, int | float) for value in said):
        xs, ys = said[1::2], said[2::2]
        return {"name": "rect", "x": min(xs), "y": min(ys), "width": max(xs) - min(xs), "height": max(ys) - min(ys)}
    if not isinstance(number, int) or number not in SHAPES:
        return said
    (name, fields), values = SHAPES[number], said[1:]
    if not fields:
        return {"name": name, "all_points_x": values[::2], "all_points_y": values[1::2]}
    return {"name": name, **dict(zip(fields, values, strict=True))} if len(values) == len(fields) else said


def _attributes(said: Any, known: Entry) -> dict[str, Any]:
    """Return the attributes of a region by their names, and their options by what these mean."""
    found: dict[str, Any] = {}
    for number, value in said.items() if isinstance(said, dict) else ():
        about: Entry = one if isinstance(one := known.get(number), dict) else {}
        options: Entry = one if isinstance(one := about.get("options"), dict) else {}
        chosen = value.split(",") if about.get("type") == TICKED and isinstance(value, str) else [value]
        meant = [options.get(str(one)) or str(one) for one in chosen]
        found[str(about.get("aname") or number)] = ", ".join(map(str, meant))
    return found
