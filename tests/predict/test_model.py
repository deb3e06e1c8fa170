from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from detectors import classes, make_model, objects
from onnx import TensorProto

from loopviz.errors import ConfigError, InputError, MissingPartError
from loopviz.predict.model import Detector

FREE = ("batch", 3, "height", "width")
NAMED = {"names": "['Body', 'Cable']", "stride": "32"}
TWO = [(0.0, 0.0, 32.0, 32.0, 0, 1.0), (8.0, 8.0, 24.0, 24.0, 1, 0.5)]


def grey(value: int, size: tuple[int, int] = (64, 64)) -> np.ndarray:
    return np.full((size[1], size[0], 3), value, np.uint8)


@pytest.mark.parametrize("shape", [(1, 3, 64, 64), (4, 3, 64, 64), ("batch", 3, 64, 64)])
def test_every_picture_gets_its_own_boxes(tmp_path: Path, shape: tuple[Any, ...]) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", classes(TWO), shape=shape))
    found = detector.run([grey(level) for level in (255, 102, 0, 51, 204)], 0.3)
    sure = [each.confidence.round(4).tolist() for each in found]
    assert sure == [[1.0, 0.5], [0.4], [], [], [0.8, 0.4]]
    assert found[0].class_ids.tolist() == [0, 1]
    np.testing.assert_allclose(found[0].boxes, [box[:4] for box in TWO])


def test_a_model_says_what_it_is(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", shape=(2, 3, 64, 96)))
    assert (detector.names, detector.size, detector.batch) == (("Body", "Cable"), (96, 64), 2)
    assert len(detector.sha256) == 64
    assert not detector.sorted_out
    assert Detector(make_model(tmp_path / "o.onnx", objects(TWO))).sorted_out


def test_half_floats_are_taken(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", kind=TensorProto.FLOAT16))
    assert detector.run([grey(255)], 0.3)[0].confidence.tolist() == [1.0]


def test_of_any_size_the_smallest_that_holds_the_picture(tmp_path: Path) -> None:
    file = make_model(tmp_path / "m.onnx", metadata=NAMED | {"imgsz": "[64, 64]"}, shape=FREE)
    detector = Detector(file)
    assert (detector.size, detector.batch) == ((64, 64), None)
    assert detector.fit((640, 200)).input == (64, 32)
    assert Detector(file, size=128).fit((640, 200)).input == (128, 64)


def test_a_model_that_does_not_say_for_which_size_it_was_made_is_asked_about(tmp_path: Path) -> None:
    file = make_model(tmp_path / "m.onnx", metadata=NAMED, shape=FREE)
    with pytest.raises(InputError) as raised:
        Detector(file)
    assert raised.value.at == "imgsz"
    assert Detector(file, size=64).size == (64, 64)


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        pytest.param((1, 3, 64, 64), 128, id="it takes one size"),
        pytest.param(FREE, 100, id="no multiple of the stride"),
        pytest.param(FREE, 0, id="nothing"),
        pytest.param(FREE, 1 << 20, id="absurd"),
    ],
)
def test_a_size_that_it_does_not_take(tmp_path: Path, shape: tuple[Any, ...], size: int) -> None:
    file = make_model(tmp_path / "m.onnx", metadata=NAMED, shape=shape)
    with pytest.raises(ConfigError) as raised:
        Detector(file, size=size)
    assert raised.value.at == "size"


def truncated(file: Path) -> Path:
    make_model(file)
    file.write_bytes(file.read_bytes()[:200])
    return file


def unknown_operator(file: Path) -> Path:
    model = onnx.load(make_model(file))
    model.graph.node[-1].op_type = "Guess"
    onnx.save(model, file)
    return file


def weights_apart(file: Path) -> Path:
    model = onnx.load(make_model(file))
    onnx.save(model, file, save_as_external_data=True, location="weights.bin", size_threshold=0)
    (file.parent / "weights.bin").unlink()
    return file


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


NO_MODELS = [
    pytest.param(lambda f: written(f, b""), id="empty"),
    pytest.param(lambda f: written(f, b"PK\x03\x04 weights of PyTorch"), id="weights of PyTorch"),
    pytest.param(lambda f: written(f, b"<html>not found</html>"), id="a page"),
    pytest.param(lambda f: written(f, bytes(range(256)) * 64), id="bytes of chance"),
    pytest.param(truncated, id="cut short"),
    pytest.param(unknown_operator, id="an operator that does not exist"),
    pytest.param(weights_apart, id="its weights are missing"),
    pytest.param(lambda f: make_model(f, metadata={}), id="no metadata"),
    pytest.param(lambda f: make_model(f, metadata=NAMED | {"task": "segment"}), id="another task"),
    pytest.param(lambda f: make_model(f, shape=(1, 1, 64, 64)), id="grey pictures"),
    pytest.param(lambda f: make_model(f, shape=(1, 64, 64, 3)), id="colours last"),
    pytest.param(lambda f: make_model(f, shape=(1, 3, 8, 8)), id="no room for a picture"),
    pytest.param(lambda f: make_model(f, kind=TensorProto.UINT8), id="whole numbers"),
    pytest.param(lambda f: make_model(f, extra={"masks": (1, 32, 16, 16)}), id="masks too"),
    pytest.param(lambda f: make_model(f, classes([], count=7)), id="of other categories than it names"),
]


@pytest.mark.parametrize("make", NO_MODELS)
def test_what_is_no_detector_is_refused(tmp_path: Path, make: Any) -> None:
    file = make(tmp_path / "m.onnx")
    with pytest.raises(InputError) as raised:
        Detector(file)
    assert raised.value.file == str(file)
    assert raised.value.remedy


def test_features_are_no_boxes(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", extra={"features": (1, 32, 16, 16)}))
    assert detector.run([grey(255)], 0.3)[0].confidence.tolist() == [1.0]


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((0, 0, np.inf, 9, 0, 1.0), id="without end"),
        pytest.param((0, 0, 9, 9, 7, 1.0), id="a class that is not named"),
        pytest.param((0, 0, 9, 9, -1, 1.0), id="a class below none"),
        pytest.param((0, 0, 9, 9, 0, 25.0), id="surer than sure"),
    ],
)
def test_what_is_no_box_ends_it(tmp_path: Path, box: Any) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", objects([box])))
    with pytest.raises(InputError) as raised:
        detector.run([grey(255)], 0.3)
    assert raised.value.found


def test_no_number_is_no_box(tmp_path: Path) -> None:
    detector = Detector(make_model(tmp_path / "m.onnx", objects([(0, 0, 9, 9, 0, np.nan)])))
    assert not len(detector.run([grey(255)], 0.3)[0].boxes)


@pytest.mark.parametrize("name", ["", "no.onnx"])
def test_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        Detector(tmp_path / name)


def test_without_onnx_runtime_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError(name)
        return load(name, *rest)

    file = make_model(tmp_path / "m.onnx")
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingPartError) as raised:
        Detector(file)
    assert "loopviz[predict]" in str(raised.value.remedy)
