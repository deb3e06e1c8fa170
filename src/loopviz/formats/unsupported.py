"""Label formats that loopviz does not read, told by what stands in them, so that they are called what they are.

A format is known by words that its files cannot do without, from its own documentation and from real exports; a name or
a suffix proves nothing. Whoever has found no label set asks here before calling a file something else.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.untrusted_files import list_files

HEAD = 65_536  # bytes
MOST_FILES = 500  # of a folder
EXPORT = "Export the labels as COCO or YOLO there."
TEXTS = frozenset(
    {".json", ".jsonl", ".ndjson", ".geojson", ".odgt", ".manifest", ".xml", ".eaf", ".txt", ".csv", ".yaml", ".yml"}
)
BINARY = {
    ".tfrecord": ("a file of TensorFlow records", EXPORT),
    ".record": ("a file of TensorFlow records", EXPORT),
    ".zip": ("a ZIP archive", "Unpack it, and give the folder."),
    ".xlsx": ("an Excel workbook", "Save the table as CSV."),
}
_WIDE = re.compile(rb"\xff\xfe|\xfe\xff|\x00\x00\xfe\xff|[\[{<]\x00|\x00[\[{<]")
_ENDS = {b"{": b"}", b"[": b"]"}  # of JSON
_NUMBER = r"-?\d+(\.\d*)?([eE][-+]?\d+)?"
_MOT = re.compile(rf"-?\d+(\.0*)?\s*,\s*-?\d+(\.0*)?(\s*,\s*{_NUMBER}){{4,8}}\s*,?")
_MOTS = re.compile(r"(\d+\s+){5}\S*[^\s\d.+-]\S*")
_KITTI = re.compile(rf"(\d+\s+-?\d+\s+)?[A-Za-z_]\w*(\s+{_NUMBER}){{14,15}}")
_KERAS = re.compile(r"\S+\.(jpe?g|png|bmp)((\s+\d+,\d+,\d+,\d+,\d+)+|,(\d+,\d+,\d+,\d+,\S.*|,,,,))", re.I)
_AVA = re.compile(r"[\w-]{11},\d{3,4}(,(0?\.\d+|0|1|1\.0+)){4},\d+(,\d+)?")
_ONE_OBJECT = re.compile(rf"{_NUMBER}([\s,]+{_NUMBER}){{3}}(([\s,]+{_NUMBER}){{4}})?|m-1(,-?\d+)+")
_WORDS = re.compile(rf"(-?\d+,\s?){{8}}(?!([-\d.,\s]+|{_NUMBER})$)\S.*")
_VISDRONE = re.compile(r"((\d+,){2})?(-?\d+,){4}[01],(1[01]|\d),[01],[012],?")


@dataclass(frozen=True)
class Foreign:
    """A file in a format that is not read.

    Args:
        file: The file.
        name: What it is: ``"a CVAT export"``.
        remedy: What to do about it.
    """

    file: Path
    name: str
    remedy: str


@dataclass(frozen=True)
class _Kind:
    """A format of documents: how they open, patterns that are all in them, and patterns that are in others."""

    name: str
    opens: bytes
    words: tuple[bytes, ...]
    never: tuple[bytes, ...] = ()
    remedy: str = EXPORT


def _json(name: str, *keys: str, opens: str = "[{", never: tuple[str, ...] = (), remedy: str = EXPORT) -> _Kind:
    quoted = [tuple(rb'"%s"\s*:' % re.escape(key).encode() for key in some) for some in (keys, never)]
    return _Kind(name, opens.encode(), quoted[0], quoted[1], remedy)


def _xml(name: str, *words: str, remedy: str = EXPORT) -> _Kind:
    return _Kind(name, b"<", tuple(re.escape(word).encode() for word in words), (), remedy)


_RESULTS = "Give the instances file that they belong to: images, annotations and categories in one document."
_BESIDE = "Give the file itself, with a score for each, and beside it the COCO file with its images and categories."
_REQUESTS = "Give the consolidation requests of the same job: they say which picture each answer is about."
_INSTANCES = "Give the instances of the same set."
# The first that fits: what is more particular stands before what it looks like.
KINDS = (
    _json("a list of detection results (COCO results)", "image_id", "category_id", opens="[", remedy=_BESIDE),
    _json("a list of detection results (Ultralytics)", "class", "confidence", "box", opens="[", remedy=_RESULTS),
    _json("a CVAT task backup", "shapes", "tracks", "tags"),
    _json("a Supervisely project", "classes", "projectType"),
    _json("a Supervisely point cloud", "classTitle", "objects", never=("size",)),
    _json("a V7 Darwin file of version 1", "image", "annotations", "workview_url", never=("item",)),
    _json("a SageMaker Ground Truth manifest", "source-ref"),
    _json("an answer of a SageMaker Ground Truth worker", "answers", "answerContent", remedy=_REQUESTS),
    _json("a Labelbox export", "Labeled Data"),
    _json("a Labelbox export", "data_row"),
    _json("an Encord export", "label_hash", "data_units"),
    _json("a Scalabel or BDD100K export", "box2d", "category"),
    _json("an OpenLABEL file", "openlabel"),
    _json("a YouTube-VIS file", "videos", "annotations", "bboxes"),
    _json("a YouTube-VIS file", "videos", "annotations", "segmentations"),
    _json("a YouTube-VIS file", "videos", "file_names", "length"),
    _json("a list of YouTube-VIS results", "video_id", "category_id", "segmentations", opens="["),
    _json("a BURST file", "sequences", "annotated_image_paths"),
    _json("a Cityscapes file", "imgHeight", "imgWidth", "objects"),
    _json("a Mapillary Vistas file", "annotation_date", "objects", "polygon"),
    _json("a file of Segment Anything (SA-1B)", "predicted_iou", "stability_score", "segmentation"),
    _json("a table of nuImages or nuScenes", "token", "sample_data_token"),
    _json("a table of nuImages or nuScenes", "token", "sample_token"),
    _json("a file of MPII poses", "joint_self", "objpos"),
    _json("a file of MPII poses", "joints", "joints_vis"),
    _json("a CrowdHuman file", "gtboxes", "fbox"),
    _json("an ADE20K file", "imsize", "name_ndx"),
    _json("a DeepFashion2 file", "pair_id", "landmarks", "bounding_box"),
    _json("a Scale AI export", "task_id", "response", "attachment"),
    _json("a SuperAnnotate export", "instances", "className"),
    _json("a Kili export", "jsonResponse"),
    _json("a Hasty export", "label_classes", "export_format_version"),
    _json("a Dataloop export", "datasetId", "annotations", "coordinates"),
    _json("a Prodigy export", "spans", "answer"),
    _json("a Vertex AI import file", "imageGcsUri"),
    _json("an Azure ML file", "image_url", "topX"),
    _json("a RectLabel file", "image_w_h", "objects"),
    _json("a file of texts in pictures (UFO)", "words", "transcription", "img_h"),
    _json("an OpenLABEL file", "vcd"),
    _json("a file of COCO captions", "caption", "image_id", opens="{", never=("bbox",), remedy=_INSTANCES),
    _json("a COCO list of images", "images", "file_name", opens="{", never=("annotations",), remedy=_INSTANCES),
    _json("a GeoJSON file", "features", "geometry"),
    _xml("a file of dlib (imglab)", "<dataset", "<image", "<box "),
    _xml("an ELAN document", "<ANNOTATION_DOCUMENT"),
    _xml("a ViPER file", "<viper"),
    _xml("a UA-DETRAC file", "<sequence", "<target_list"),
    _xml("a file of KITTI tracklets", "<tracklets"),
    _xml("a TrackMate file", "<TrackMate"),
    _xml("a PAGE file of texts in pictures", "<PcGts"),
    _xml("a labelling configuration of Label Studio", "<View", remedy="It holds no labels: export them from there."),
)
# Texts, by how they begin.
HEADS = {
    "a list of faces (WIDER FACE)": re.compile(r"\S+\.jpe?g\s*\n\d+\s*\n(-?\d+\s+){9}-?\d+", re.I),
    "a CelebA file": re.compile(r"\d+\s*\n(image_id x_1|lefteye_x|5_o_Clock_Shadow)"),
    "a DeepLabCut table": re.compile(r"scorer,[^\n]*\n(individuals,[^\n]*\n)?bodyparts,"),
    "an AutoML Vision table": re.compile(r"(TRAIN|VALIDATION|VALIDATE|TEST|UNASSIGNED),gs://"),
    "a list of texts in pictures (PaddleOCR)": re.compile(r"\S+\t\[\{\s*\"transcription\""),
}
# Tables, by columns of their header.
TABLE_COLUMNS = {
    "a table of Open Images' image labels": ("imageid", "labelname"),
    "a table of Open Images' masks": ("imageid", "maskpath"),
}


def refuse_foreign(path: Path) -> None:
    """Refuse a file, or a folder that holds one, in a label format that loopviz does not read.

    Raises:
        InputError: If it is one: it says which. Or if it is JSON without its end: what it was, nobody can tell.
    """
    if path.suffix.lower() == ".json" and path.is_file() and _breaks_off(path):
        raise InputError("the JSON is cut off before its end", file=path, remedy="Export or copy it again.")
    found = recognise(path)
    if found is not None:
        what = f"this is {found.name}; loopviz does not read it yet"
        raise InputError(what, file=found.file, remedy=found.remedy)


def _breaks_off(file: Path) -> bool:
    """Say whether a document opens an object or a list and ends in something else than its end."""
    with file.open("rb") as stream:
        opening = stream.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        stream.seek(max(0, file.stat().st_size - HEAD))
        end = stream.read().rstrip(b"\0 \t\r\n")[-1:]
    return opening in _ENDS and end != _ENDS[opening]


def recognise(path: Path) -> Foreign | None:
    """Return which label format a file has that loopviz does not read, or the first such file of a folder."""
    if path.is_dir():
        return next(filter(None, map(_recognise_file, _candidates(path))), None)
    return _recognise_file(path)


def _candidates(folder: Path) -> Iterator[Path]:
    names = (
        name for name in list_files(folder) if Path(name).suffix.lower() in TEXTS | BINARY.keys() - {".zip", ".xlsx"}
    )
    return (folder / name for name, _ in zip(names, range(MOST_FILES), strict=False))


def _recognise_file(file: Path) -> Foreign | None:
    if not file.is_file():
        return None
    suffix = file.suffix.lower()
    if suffix in BINARY:
        return Foreign(file, *BINARY[suffix])
    try:
        with file.open("rb") as stream:
            head = stream.read(HEAD)
            if suffix in TEXTS and _WIDE.match(head):
                return Foreign(file, "text in UTF-16 or UTF-32, not in UTF-8", "Save the file as UTF-8.")
            opening = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
            if opening and opening in b"[{<":
                with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    return _document(file, opening, content)
    except (OSError, ValueError):  # unreadable: whoever reads it says so
        return None
    return _rows(file, head) if suffix in TEXTS else None


def _document(file: Path, opening: bytes, content: mmap.mmap) -> Foreign | None:
    def has(word: bytes) -> bool:
        return re.search(word, content) is not None

    for kind in KINDS:
        if opening in kind.opens and all(map(has, kind.words)) and not any(map(has, kind.never)):
            return Foreign(file, kind.name, kind.remedy)
    return None


def _rows(file: Path, head: bytes) -> Foreign | None:
    text = head.decode("utf-8-sig", errors="replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    lines = lines[: max(1, min(len(lines) - (len(head) == HEAD), 20))]  # the last one may be cut
    if not lines:
        return None
    if lines[0].startswith("# label:color"):
        return Foreign(file, "a label map of a Pascal VOC export", "Give the folder that it lies in.")
    columns = {word.strip().strip('"').lower() for word in lines[0].split(",")}
    named = next((name for name, begins in HEADS.items() if begins.match(text.lstrip())), None)
    named = named or next((name for name, words in TABLE_COLUMNS.items() if columns.issuperset(words)), None)
    named = named or next((name for name, fits in ROWS.items() if all(map(fits, lines))), None)
    return None if named is None else Foreign(file, named, EXPORT)


def _is_mot_3d(line: str) -> bool:
    """Say whether a row is ``frame, id, left, top, width, height, conf, x, y, z`` with a place in the world."""
    cells = line.rstrip(" ,").split(",")
    return bool(_MOT.fullmatch(line)) and len(cells) == 10 and any(float(cell) != -1 for cell in cells[7:])


def _is_odd_mot(line: str) -> bool:
    """Say whether a row is ``frame, id, left, top, width, height, …`` in pixels, of another number of columns."""
    cells = line.rstrip(" ,").split(",")
    return bool(_MOT.fullmatch(line)) and len(cells) in (6, 8) and any(abs(float(cell)) > 1.5 for cell in cells[2:6])


def _is_one_object(line: str) -> bool:
    """Say whether a row is the box of one object, or its four corners, in pixels, and nothing else."""
    numbers = re.split(r"[\s,]+", line)
    return bool(_ONE_OBJECT.fullmatch(line)) and any(len(number.lstrip("-").split(".")[0]) > 1 for number in numbers)


ROWS: dict[str, Callable[[str], object]] = {
    "a VisDrone file": _VISDRONE.fullmatch,
    "a file of MOT tracks in 3D (world coordinates)": _is_mot_3d,
    "a file of MOT tracks of 6 or 8 columns": _is_odd_mot,
    "a file of MOTS tracks (masks)": _MOTS.fullmatch,
    "a file of KITTI labels": _KITTI.fullmatch,
    "a list of images with their boxes": _KERAS.fullmatch,
    "an AVA table": _AVA.fullmatch,
    "a track of one object (OTB, GOT-10k, VOT)": _is_one_object,
    "a file of texts in pictures (ICDAR)": _WORDS.fullmatch,
}
