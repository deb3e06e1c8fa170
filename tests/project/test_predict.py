from __future__ import annotations

import json
from pathlib import Path

import pytest
from detectors import classes, make_model
from PIL import Image
from support import codes, make_clip

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.media import open_source
from loopviz.predict.options import PredictOptions
from loopviz.predict.record import Prediction
from loopviz.project.config import ClipConfig
from loopviz.project.predict import Predicted, predict_labels

UNSURE = PredictOptions(confidence=0.1)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a training."""
    (tmp_path / "mouse").mkdir()
    make_model(tmp_path / "mouse" / "model.onnx", classes([(16, 16, 48, 32, 1, 1.0), (0, 16, 9, 32, 0, 0.9)]))
    return tmp_path / "mouse"


@pytest.fixture
def clip(tmp_path: Path) -> ClipConfig:
    return ClipConfig(source=make_clip(tmp_path / "clip.mp4", 6))


def test_a_folder_of_labels_is_written(tmp_path: Path, run: Path, clip: ClipConfig) -> None:
    made = predict_labels(run, clip, tmp_path / "out", UNSURE)
    assert (made.frames, made.labelled_frames, made.annotations) == (6, 6, 12)
    assert made.categories == {"Body": 6, "Cable": 6}
    record = Prediction.load(tmp_path / "out")
    assert record is not None
    assert (record.model, record.run, record.frames, record.size) == ("model.onnx", "mouse", (0, 6), (64, 64))
    assert record.versions["onnxruntime"]


def test_the_labels_find_their_video_again(tmp_path: Path, run: Path, clip: ClipConfig) -> None:
    predict_labels(run, clip, tmp_path / "out", UNSURE, frames="2:4")
    labels = read_labels(tmp_path / "out")
    with open_source(clip.source) as source:
        aligned = align(labels, source.table())
    assert aligned.dataset.annotations["frame"].unique().sort().to_list() == [2, 3]
    record = Prediction.load(tmp_path / "out")
    assert record is not None
    assert record.frames == (2, 4)


def test_images_called_after_people_find_their_labels_by_number(tmp_path: Path, run: Path) -> None:
    (tmp_path / "frames").mkdir()
    for number in range(3):
        Image.new("RGB", (64, 48), (250,) * 3).save(tmp_path / "frames" / f"a_000{number}_A1RAWIDXXXX0{number}.png")
    images = ClipConfig(source=tmp_path / "frames")
    made = predict_labels(run, images, tmp_path / "out", UNSURE)
    assert "names-of-people" in codes(made.notes)
    assert not [file for file in (tmp_path / "out").iterdir() if b"A1RAWID" in file.read_bytes()]
    with open_source(images.source) as source:
        assert align(read_labels(tmp_path / "out"), source.table()).dataset.annotations.height == 6


def test_nothing_found_is_said(tmp_path: Path, run: Path, clip: ClipConfig) -> None:
    made = predict_labels(run, clip, tmp_path / "out", PredictOptions(confidence=1.0))
    assert (codes(made.notes), made.annotations) == (["nothing-found"], 0)


def test_the_same_is_made_again_and_something_else_is_kept(tmp_path: Path, run: Path, clip: ClipConfig) -> None:
    def made(**how: object) -> Predicted:
        return predict_labels(run, clip, tmp_path / "out", PredictOptions(confidence=how.pop("confidence", 0.1)), **how)  # type: ignore[arg-type]

    made()
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir() if file.suffix == ".parquet"}
    made()
    assert all((tmp_path / "out" / name).read_bytes() == data for name, data in before.items())
    with pytest.raises(OutputError):
        made(confidence=0.2)
    made(confidence=0.2, overwrite=True)
    assert json.loads((tmp_path / "out" / "predicted.json").read_text())["confidence"] == 0.2


@pytest.mark.parametrize("name", ["", "nothing", "run/without"])
def test_no_model(tmp_path: Path, clip: ClipConfig, name: str) -> None:
    (tmp_path / "run" / "without").mkdir(parents=True)
    with pytest.raises(InputError) as raised:
        predict_labels(tmp_path / name, clip, tmp_path / "out", UNSURE)
    assert raised.value.remedy
    assert not (tmp_path / "out").exists()


def test_a_range_that_is_not_there_leaves_nothing(tmp_path: Path, run: Path, clip: ClipConfig) -> None:
    with pytest.raises(ConfigError):
        predict_labels(run, clip, tmp_path / "out", UNSURE, frames="4:9")
    assert not (tmp_path / "out").exists()


def test_a_damaged_video_is_mended_and_refused_where_that_is_asked_for(tmp_path: Path, run: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 12)
    data = bytearray(clip.read_bytes())
    place = data.index(b"mdat") + len(data[data.index(b"mdat") :]) // 3
    data[place : place + 400] = bytes(400)
    clip.write_bytes(data)
    made = predict_labels(run, ClipConfig(source=clip), tmp_path / "out", UNSURE)
    assert made.frames >= 11
    with pytest.raises(InputError):
        predict_labels(run, ClipConfig(source=clip, strict=True), tmp_path / "strict", UNSURE)
