"""JSON that is nearly in a format that is read: what it was taken for, and which of the format's words it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.labels.by_name import LOOKED_AT
from loopviz.formats.untrusted_files import list_files, mentions

# The keys that every file of a format has; what is more particular stands before what it looks like.
KEYS: Mapping[str, Sequence[str]] = {
    "COCO": ("images", "annotations", "categories"),
    "VGG Image Annotator (VIA)": ("filename", "regions", "shape_attributes"),
    "VoTT": ("asset", "regions", "boundingBox"),
    "LabelMe": ("shapes", "imagePath", "points"),
    "Supervisely": ("objects", "classTitle", "size"),
    "V7 Darwin": ("item", "annotations", "slots"),
    "Datumaro": ("items", "annotations", "categories"),
    "FiftyOne": ("samples", "filepath", "_cls"),
    "Label Studio": ("data", "annotations", "result", "from_name"),
    "CreateML": ("image", "annotations", "coordinates"),
}


def refuse_nearly(path: Path) -> None:
    """Refuse JSON, or a folder that holds some, which lacks one key of a format, two at most.

    Raises:
        InputError: If there is such a file: it says of which format, and what is missing.
    """
    for file in _files(path):
        for title, keys in KEYS.items():
            missing = [key for key in keys if not mentions(file, f'"{key}"'.encode())]
            if missing and len(missing) <= len(keys) - 2:
                found = ", ".join(key for key in keys if key not in missing)
                what = f"this looks like {title}, but something is missing: {', '.join(missing)}"
                remedy = "Export it again, in full, or give another file."
                raise InputError(what, file=file, found=found, expected=", ".join(keys), remedy=remedy)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield from [path] if path.is_file() and path.suffix.lower() == ".json" else []
        return
    names = [name for name in list_files(path) if name.lower().endswith(".json")]
    yield from (path / name for name in names[:LOOKED_AT])
