from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from batches import mask_row, write

from loopviz.errors import ConfigError, InputError
from loopviz.project.inspect import LabelFacts, VideoFacts, inspect

VIDEO_KEYS = ["kind", "frames", "width", "height", "frame_rate", "duration_seconds"]
VIDEO_KEYS += ["rotation", "variable_frame_rate", "audio_streams"]
LABEL_KEYS = ["kind", "format", "frames", "annotations", "categories", "problems"]


def test_a_video(make_clip: Callable[..., Path], tmp_path: Path):
    found = inspect(make_clip(tmp_path / "clip.mp4", frames=12, rate=24))
    assert isinstance(found, VideoFacts)
    facts = found.as_json()
    assert list(facts)[:9] == VIDEO_KEYS
    assert [facts[key] for key in VIDEO_KEYS] == ["video", 12, 64, 48, "24/1", 0.5, 0, False, 0]
    assert facts["source"] == "video"
    json.dumps(facts)


def test_a_folder_of_frames_is_described_as_a_video(tmp_path: Path):
    from PIL import Image

    for number in (1, 2, 10):
        Image.new("RGB", (20, 10)).save(tmp_path / f"frame_{number}.png")
    facts = inspect(tmp_path).as_json()
    assert [facts[key] for key in VIDEO_KEYS] == ["video", 3, 20, 10, "24/1", 0.125, 0, False, 0]
    assert facts["source"] == "images"


def test_labels(tmp_path: Path):
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "a_1.txt").write_text("0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.2 0.2\nnonsense\n")
    (folder / "a_2.txt").write_text("1 0.5 0.5 0.2 0.2\n")
    (folder / "a_3.txt").write_text("")
    found = inspect(folder, names=["Body", "Cable"])
    assert isinstance(found, LabelFacts)
    facts = found.as_json()
    assert list(facts)[:6] == LABEL_KEYS
    assert [facts[key] for key in LABEL_KEYS[:5]] == ["labels", "yolo", 3, 3, {"Body": 1, "Cable": 2}]
    assert facts["labelled_frames"] == 2
    problems = json.loads(json.dumps(facts["problems"]))
    assert all(list(problem) == ["code", "severity", "place", "message", "remedy"] for problem in problems)
    assert [p["place"] for p in problems if p["severity"] == "error"] == [f"{folder / 'a_1.txt'}, line 3"]


def test_a_task_says_what_rows_of_nine_numbers_are(tmp_path: Path):
    (tmp_path / "a_1.txt").write_text("0 .1 .1 .9 .1 .9 .9 .1 .9\n")
    with pytest.raises(InputError, match="nine numbers"):
        inspect(tmp_path)
    assert inspect(tmp_path, task="segment").as_json()["annotations"] == 1
    with pytest.raises(ConfigError, match="loopviz does not read that task"):
        inspect(tmp_path, task="classify")


def test_a_batch_is_labels_and_a_survey_is_named(tmp_path: Path):
    found = inspect(write(tmp_path, [mask_row()])).as_json()
    assert (found["format"], found["annotations"], found["workers"]) == ("mturk", 2, 1)
    survey = tmp_path / "survey.csv"
    survey.write_text("StartDate,EndDate,Finished,Q1\n2019-11-20 10:00:00,2019-11-20 10:01:00,True,31\n")
    with pytest.raises(InputError, match=r"answers of a survey.*loopviz crowd import"):
        inspect(survey)


def test_two_categories_of_one_name_are_counted_together(tmp_path: Path):
    file = tmp_path / "coco.json"
    boxes = [{"id": i, "image_id": 1, "category_id": i, "bbox": [0, 0, 4, 4]} for i in (1, 2)]
    file.write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "a.png", "width": 8, "height": 8}],
                "annotations": boxes,
                "categories": [{"id": 1, "name": "Body"}, {"id": 2, "name": "Body"}],
            }
        )
    )
    try:
        facts = inspect(file).as_json()
    except InputError as error:  # a reader may refuse the file: then nothing is miscounted either
        assert "Body" in str(error)
    else:
        assert sum(facts["categories"].values()) == 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("missing.mp4", None, "there is no such file or folder. Check the path.", id="missing"),
        pytest.param("empty.mp4", b"", "empty.mp4: ", id="empty-video"),
        pytest.param("notes.txt", b"hello", "notes.txt: ", id="text"),
        pytest.param("data.json", b"{}", "data.json: ", id="other-json"),
    ],
)
def test_nothing_that_loopviz_reads(tmp_path: Path, name: str, content: bytes | None, message: str):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        inspect(tmp_path / name)
    assert message in str(caught.value)


def test_a_format_that_does_not_exist(tmp_path: Path):
    with pytest.raises(ConfigError, match="there is no such label format"):
        inspect(tmp_path, labels_format="labelbox")


def test_real_videos(corpus: Path):
    facts = inspect(corpus / "video" / "torchcodec" / "nasa_13013_rotated.mp4").as_json()
    assert (facts["width"], facts["height"], facts["rotation"], facts["frame_rate"]) == (270, 480, 90, "30000/1001")


def test_the_same_images_count_the_same_in_two_formats(corpus: Path):
    folder = corpus / "formats" / "roboflow_dataset"
    yolo, coco = inspect(folder / "yolo").as_json(), inspect(folder / "coco").as_json()
    assert (yolo["format"], coco["format"]) == ("yolo", "coco")
    for key in ("frames", "annotations", "categories"):
        assert yolo[key] == coco[key]
    assert yolo["annotations"] == 4


def test_masks_of_a_picture_of_unknown_size_are_counted(tmp_path: Path):
    mask = {"size": [4, 5], "counts": [5, 2, 2, 2, 9]}
    shape = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "area": 4, "iscrowd": 1}
    coco = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "Wheel"}],
        "annotations": [{**shape, "segmentation": mask}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(coco))
    found = inspect(tmp_path / "coco.json")
    assert isinstance(found, LabelFacts)
    assert (found.annotations, found.problems) == (1, ())
