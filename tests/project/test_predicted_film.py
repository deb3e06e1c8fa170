"""A video that is made while a model looks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from detectors import classes, make_model
from PIL import Image
from support import box, make_clip, make_dataset, with_boxes

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.fitting import onto_canvas
from loopviz.media import Frame, open_source, to_rgb
from loopviz.media.video_source import VideoSource
from loopviz.predict.detections import FrameDetections
from loopviz.predict.options import PredictOptions
from loopviz.project import predict as module
from loopviz.project.config import ClipConfig
from loopviz.project.predict import Predicted, predict_labels
from loopviz.project.predicted_film import on_canvas

UNSURE, SIZE, FRAMES = PredictOptions(confidence=0.1), (320, 240), 12
BLUE = (0, 114, 178)  # the first category's


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return make_model(tmp_path / "m.onnx", classes([(16, 16, 48, 32, 0, 1.0)]))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, slow = tmp_path_factory.mktemp("clips"), Fraction(1, 5)  # more than one segment
    return make_clip(folder / "clip.mp4", FRAMES, SIZE, time_base=slow, sound=True)


def clip_of(video: Path, out: Path, **more: object) -> ClipConfig:
    return ClipConfig.checked({"source": video, "output": out, "encoder": {"preset": "ultrafast"}, **more})


@pytest.fixture
def clip(video: Path, tmp_path: Path) -> ClipConfig:
    return clip_of(video, tmp_path / "film.mp4")


def left(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()} - {"m.onnx", "frames"}


def test_labels_and_video_are_made_in_one_pass(
    tmp_path: Path, model: Path, clip: ClipConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    whole = VideoSource.read

    def counted(source: VideoSource, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        for frame in whole(source, start, stop):
            read.append(frame.index)
            yield frame

    predict_labels(model, clip.source, tmp_path / "alone", UNSURE)
    monkeypatch.setattr(VideoSource, "read", counted)
    made = predict_labels(model, clip, tmp_path / "labels", UNSURE)
    assert read == list(range(FRAMES))
    assert made.film is not None
    assert (made.film.path, made.film.frames, made.film.segments > 1) == (clip.output, FRAMES, True)
    alone, beside = (Dataset.load(tmp_path / name) for name in ("alone", "labels"))
    assert alone.annotations.equals(beside.annotations)
    with open_source(made.film.path) as film:
        assert (film.info.frames, film.info.audio_streams) == (FRAMES, 1)


def test_every_frame_shows_its_own_boxes(
    tmp_path: Path, model: Path, clip: ClipConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moving(frames: Iterator[Frame], *_: object, **__: object) -> Iterator[tuple[Frame, FrameDetections]]:
        for frame in frames:
            x = 2.0 * frame.index
            yield frame, FrameDetections(np.array([[x, 100, x + 120, 200]]), np.ones(1), np.zeros(1, np.int64))

    monkeypatch.setattr("loopviz.predict.labels.detect", moving)
    (tmp_path / "heavy.yaml").write_text("extends: house\nwidgets: {marks: {bracket: 0.0082}}\n")
    made = predict_labels(model, clip, tmp_path / "labels", UNSURE, theme=str(tmp_path / "heavy.yaml"))
    assert made.film is not None
    scale = made.film.canvas_size[0] / SIZE[0]
    with open_source(made.film.path) as film:
        for frame in film.read():
            x, y = round(2 * frame.index * scale), round(103 * scale)  # at the corner its lines are heavier
            row = np.abs(to_rgb(frame.picture)[y].astype(int) - BLUE).max(axis=1)
            assert row[x + 3] < 40, frame.index  # within the line, behind its casing
            assert not x or row[x - 6] > 40, frame.index


def test_a_range(tmp_path: Path, model: Path, clip: ClipConfig) -> None:
    made = predict_labels(model, clip, tmp_path / "labels", UNSURE, frames="7:11")
    assert made.film is not None
    assert (made.frames, made.film.frames) == (4, 4)


def test_images_of_several_sizes(tmp_path: Path, model: Path) -> None:
    (tmp_path / "frames").mkdir()
    for number, size in enumerate([(320, 240), (200, 240), (320, 100)]):
        Image.new("RGB", size, (250,) * 3).save(tmp_path / "frames" / f"{number:04}.png")
    made = predict_labels(model, clip_of(tmp_path / "frames", tmp_path / "f.mp4"), tmp_path / "labels", UNSURE)
    assert made.film is not None
    assert (made.annotations, made.film.frames) == (3, 3)


def test_batches_reach_the_encoder_in_order(tmp_path: Path, video: Path) -> None:
    model = make_model(tmp_path / "m.onnx", classes([(16, 16, 48, 32, 0, 1.0)]), shape=("batch", 3, 64, 64))
    asked = UNSURE.model_copy(update={"batch": 5})
    made = predict_labels(model, clip_of(video, tmp_path / "f.mp4"), tmp_path / "labels", asked)
    assert made.film is not None
    assert made.film.frames == FRAMES


@pytest.mark.parametrize("own", [(100, 100), (50, 100), (200, 100), (33, 47), (1000, 999)], ids=str)
def test_boxes_lie_where_those_of_a_clip_do(own: tuple[int, int]) -> None:
    dataset = make_dataset(1, own)
    boxes = np.array([[0, 0, *own], [3.5, 2.25, 20, 30]])
    dataset = with_boxes(dataset.replace(annotations=dataset.annotations.clear()), *(box(*each) for each in boxes))
    placed = onto_canvas(dataset, (100, 100)).annotations.select("x_min", "y_min", "x_max", "y_max").to_numpy()
    np.testing.assert_allclose(on_canvas(boxes, own, (100, 100)), placed)


def interrupted(done: int, _of: int) -> None:
    if done == FRAMES // 2:
        raise KeyboardInterrupt


def test_nothing_is_left_of_an_interrupted_one(tmp_path: Path, model: Path, clip: ClipConfig) -> None:
    with pytest.raises(KeyboardInterrupt):
        predict_labels(model, clip, tmp_path / "labels", UNSURE, progress=interrupted)
    assert left(tmp_path) == set()


def test_no_video_without_its_labels(
    tmp_path: Path, model: Path, clip: ClipConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_text", full)
    with pytest.raises(OutputError) as raised:
        predict_labels(model, clip, tmp_path / "labels", UNSURE)
    assert raised.value.file == str(tmp_path / "labels")
    assert left(tmp_path) == set()


def test_no_labels_without_their_video(
    tmp_path: Path, model: Path, clip: ClipConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise av.error.OSError(28, "No space left on device")

    monkeypatch.setattr("loopviz.render.finish.join_segments", full)
    with pytest.raises(OutputError) as raised:
        predict_labels(model, clip, tmp_path / "labels", UNSURE)
    assert raised.value.file == str(clip.output)
    assert left(tmp_path) == set()


def test_what_stands_there_is_kept(tmp_path: Path, model: Path, clip: ClipConfig) -> None:
    assert clip.output is not None
    clip.output.write_bytes(b"mine")
    with pytest.raises(OutputError):
        predict_labels(model, clip, tmp_path / "labels", UNSURE)
    assert (left(tmp_path), clip.output.read_bytes()) == ({"film.mp4"}, b"mine")
    predict_labels(model, clip, tmp_path / "labels", UNSURE, overwrite=True)
    assert left(tmp_path) == {"film.mp4", "labels"}


def test_the_same_is_made_again_and_another_is_not(tmp_path: Path, model: Path, clip: ClipConfig) -> None:
    predict_labels(model, clip, tmp_path / "labels", UNSURE)
    predict_labels(model, clip, tmp_path / "labels", UNSURE)
    with pytest.raises(OutputError):
        predict_labels(model, clip, tmp_path / "others", PredictOptions(confidence=0.2))
    assert left(tmp_path) == {"film.mp4", "labels"}


@pytest.mark.parametrize(
    ("name", "error"),
    [
        pytest.param("labels/film.mp4", OutputError, id="in the folder of the labels"),
        pytest.param("labels", OutputError, id="the folder itself"),
        pytest.param("film.avi", ConfigError, id="no such container"),
        pytest.param("frames", ConfigError, id="no ending"),
    ],
)
def test_a_place_that_cannot_be(tmp_path: Path, model: Path, video: Path, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        predict_labels(model, clip_of(video, tmp_path / name), tmp_path / "labels", UNSURE)
    assert left(tmp_path) == set()


def test_the_source_is_not_written_over(tmp_path: Path, model: Path) -> None:
    video = make_clip(tmp_path / "clip.mp4", 6, SIZE)
    before = video.read_bytes()
    with pytest.raises(OutputError):
        predict_labels(model, clip_of(video, video), tmp_path / "labels", UNSURE, overwrite=True)
    assert video.read_bytes() == before


def test_a_theme_that_shows_people(tmp_path: Path, model: Path, clip: ClipConfig) -> None:
    with pytest.raises(ConfigError):
        predict_labels(model, clip, tmp_path / "labels", UNSURE, theme="versus")
    assert left(tmp_path) == set()


def test_a_damaged_video_is_mended_and_refused_where_that_is_asked_for(tmp_path: Path, model: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 24, SIZE)
    data = bytearray(clip.read_bytes())
    place = data.index(b"mdat") + len(data[data.index(b"mdat") :]) // 2
    data[place : place + 400] = bytes(400)
    clip.write_bytes(data)

    def made(name: str, **how: object) -> Predicted:
        return predict_labels(model, clip_of(clip, tmp_path / f"{name}.mp4", **how), tmp_path / name, UNSURE)

    mended = made("mended")
    assert mended.film is not None
    assert mended.frames == mended.film.frames >= 23
    assert mended.notes
    with pytest.raises(InputError):
        made("strict", strict=True)
    assert left(tmp_path) == {"clip.mp4", "mended", "mended.mp4"}
