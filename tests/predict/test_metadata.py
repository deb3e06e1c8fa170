from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.predict.metadata import LONGEST, Metadata, read_metadata

FILE = Path("m.onnx")
ULTRALYTICS = {
    "description": "Ultralytics YOLO11n model",
    "stride": "32",
    "task": "detect",
    "head": "Detect",
    "imgsz": "[192, 320]",
    "names": "{0: 'Body', 1: 'Cable'}",
    "args": "{'batch': 1, 'nms': None, 'dynamic': True}",
    "end2end": "False",
}


def read(**changes: str | None) -> Metadata:
    said = {key: value for key, value in (ULTRALYTICS | changes).items() if value is not None}
    return read_metadata(said, FILE)


def test_what_ultralytics_writes() -> None:
    assert read() == Metadata(("Body", "Cable"), 32, (320, 192), "Detect", sorted_out=False)


def test_what_yolov5_writes() -> None:
    said = {"stride": "64", "names": "['Body', 'Cable']"}
    assert read_metadata(said, FILE) == Metadata(("Body", "Cable"), 64, None, None, sorted_out=None)


@pytest.mark.parametrize(
    ("end2end", "args", "expected"),
    [
        pytest.param("True", None, True, id="end to end"),
        pytest.param("False", "{'nms': True}", True, id="exported with its own suppression"),
        pytest.param(None, "{'nms': True}", True, id="an older one with its own suppression"),
        pytest.param("False", None, False, id="not"),
        pytest.param(None, "{'nms': False}", None, id="an older one does not say"),
        pytest.param(None, "what?", None, id="no literal"),
    ],
)
def test_whether_the_output_is_sorted_out(end2end: str | None, args: str | None, expected: bool | None) -> None:
    assert read(end2end=end2end, args=args).sorted_out is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param("{0: 'a', 1: 'b'}", ("a", "b"), id="a mapping"),
        pytest.param("{1: 'b', 0: 'a'}", ("a", "b"), id="in another order"),
        pytest.param('{"0": "a", "1": "b"}', ("a", "b"), id="JSON"),
        pytest.param("['a', 'b']", ("a", "b"), id="a list"),
        pytest.param("('a',)", ("a",), id="a tuple"),
        pytest.param("{0: 'Größe'}", ("Größe",), id="another script"),
    ],
)
def test_names(names: str, expected: tuple[str, ...]) -> None:
    assert read(names=names).names == expected


@pytest.mark.parametrize(
    ("changes", "at", "found"),
    [
        pytest.param({"task": "segment"}, "task", "'segment'", id="segments"),
        pytest.param({"task": "pose"}, "task", "'pose'", id="poses"),
        pytest.param({"task": "obb"}, "task", "'obb'", id="turned boxes"),
        pytest.param({"task": "classify"}, "task", "'classify'", id="classes of pictures"),
        pytest.param({"head": "RTDETRDecoder"}, "head", "'RTDETRDecoder'", id="no YOLO"),
        pytest.param({"names": None}, None, "'args, description", id="no names"),
        pytest.param({"names": "{}"}, "names", "'{}'", id="no name"),
        pytest.param({"names": "Body, Cable"}, "names", "'Body, Cable'", id="no literal"),
        pytest.param({"names": "3"}, "names", "'3'", id="a number"),
        pytest.param({"names": "{0: 'a', 2: 'b'}"}, "names, 1", None, id="a gap"),
        pytest.param({"names": "{0: 5}"}, "names, 0", "5", id="no text"),
        pytest.param({"names": "[' ']"}, "names, 0", "' '", id="blank"),
        pytest.param({"names": "[" * 5000}, "names", "'[[[", id="nested without end"),
        pytest.param({"names": "[" + "'a'," * (LONGEST // 4 + 1) + "]"}, "names", "\"['a',", id="without end"),
        pytest.param({"names": "__import__('os').getcwd()"}, "names", '"__import__', id="a program"),
        pytest.param({"stride": "0"}, "stride", "'0'", id="no stride"),
        pytest.param({"stride": "wide"}, "stride", "'wide'", id="no number"),
    ],
)
def test_what_is_refused(changes: dict[str, str | None], at: str | None, found: str | None) -> None:
    with pytest.raises(InputError) as raised:
        read(**changes)
    assert (raised.value.file, raised.value.at) == ("m.onnx", at)
    assert (raised.value.found or "None").startswith(found or "None")


@pytest.mark.parametrize(
    ("imgsz", "expected"),
    [("640", (640, 640)), ("[480, 640]", (640, 480)), ("[640]", None), ("[0, 5]", None), ("big", None), (None, None)],
)
def test_size(imgsz: str | None, expected: tuple[int, int] | None) -> None:
    assert read(imgsz=imgsz).size == expected
