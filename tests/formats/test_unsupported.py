"""Label formats that are not read are called what they are; what is no label format is not called one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from loopviz.cli import main
from loopviz.errors import InputError
from loopviz.formats.detect import detect_format
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import READABLE
from loopviz.formats.unsupported import recognise, refuse_foreign

TASK = "<version>1.1</version><meta><task/></meta>"
FILES: dict[str, tuple[str, Any]] = {
    "configuration of Label Studio": ("config.xml", '<View><Image name="image" value="$image"/></View>'),
    "COCO results": ("predictions.json", [{"image_id": 0, "category_id": 1, "bbox": [1, 2, 3, 4]}]),
    "Ultralytics": ("results.json", [{"name": "a", "class": 0, "confidence": 0.9, "box": {"x1": 1}}]),
    "COCO captions": ("captions.json", {"images": [], "annotations": [{"image_id": 1, "caption": "a snail"}]}),
    "COCO list of images": ("info.json", {"images": [{"id": 1, "file_name": "a.jpg"}], "categories": []}),
    "YouTube-VIS": ("vis.json", {"videos": [], "annotations": [{"bboxes": []}], "categories": []}),
    "SageMaker": (
        "output.manifest",
        '{"source-ref": "s3://b/a.jpg", "boxes": {}, "boxes-metadata": {}}\n{"source-ref": "s3://b/b.jpg"}',
    ),
    "Labelbox": ("export.ndjson", '{"data_row": {"id": "x"}, "projects": {}}'),
    "BDD100K": ("bdd.json", [{"name": "a.jpg", "labels": [{"category": "car", "box2d": {"x1": 1}}]}]),
    "MOT tracks in 3D": ("gt.txt", "1,1,912,484,97,109,1,3.1,-2.5,0\n2,1,912,484,97,109,1,3.2,-2.5,0\n"),
    "MOT tracks of 6 or 8 columns": ("det.txt", "1,-1,794.2,47.5,71.2,174.8\n1, -1, 164.1, 19.6, 66.5, 3.2\n"),
    "image labels": ("labels.csv", "ImageID,Source,LabelName,Confidence\nx,y,/m/01,1\n"),
    "MOTS": ("gt.txt", "52 1005 1 375 1242 WSV:2d;1O10000O10000O1O100O1\n52 2001 2 375 1242 QXk82c;10O0\n"),
    "KITTI": ("000000.txt", "Car 0.00 0 -1.58 587.01 173.33 614.12 200.12 1.65 1.67 3.64 -0.65 1.71 46.70 -1.59\n"),
    "label map": ("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\n"),
    "list of images with their boxes": ("train.txt", "data/a.jpg 1,2,30,40,0 5,6,7,8,1\n"),
    "ELAN": ("talk.eaf", "<?xml version='1.0'?><ANNOTATION_DOCUMENT></ANNOTATION_DOCUMENT>"),
}
# Told by how they begin, by keys or by rows that no other format has.
NAMED: dict[str, tuple[str, Any]] = {
    "YouTube-VIS results": ("results.json", [{"video_id": 1, "category_id": 1, "score": 0.9, "segmentations": []}]),
    "YouTube-VIS file": ("valid.json", {"videos": [{"length": 1, "file_names": ["a/0.jpg"]}], "annotations": None}),
    "BURST": ("b.json", {"sequences": [{"annotated_image_paths": ["a.jpg"], "segmentations": []}]}),
    "Cityscapes": ("a.json", {"imgHeight": 9, "imgWidth": 9, "objects": [{"label": "road", "polygon": [[0, 0]]}]}),
    "Mapillary": ("a.json", {"objects": [{"label": "a--b", "polygon": [[0, 0]]}], "annotation_date": ""}),
    "SA-1B": ("a.json", {"image": {}, "annotations": [{"segmentation": {}, "predicted_iou": 1, "stability_score": 1}]}),
    "nuImages": ("object_ann.json", [{"token": "a", "sample_data_token": "b", "bbox": [1, 2, 3, 4]}]),
    "MPII": ("mpii.json", [{"img_paths": "a.jpg", "objpos": [1, 2], "joint_self": [[1, 2, 1]]}]),
    "CrowdHuman": ("train.odgt", '{"ID": "a", "gtboxes": [{"tag": "person", "fbox": [1, 2, 3, 4]}]}'),
    "ADE20K": ("1.json", {"annotation": {"imsize": [4, 3, 3], "object": [{"name": "car", "name_ndx": 1}]}}),
    "SuperAnnotate": ("a.json", {"metadata": {}, "instances": [{"type": "bbox", "className": "cat"}]}),
    "Supervisely point cloud": (
        "ds0/ann/a.pcd.json",
        {"tags": [], "objects": [{"key": "a", "classTitle": "car"}], "figures": [{"geometryType": "cuboid_3d"}]},
    ),
    "Darwin file of version 1": ("a.json", {"image": {"workview_url": ""}, "annotations": [{"name": "cat"}]}),
    "UA-DETRAC": ("a.xml", "<sequence name='a'><frame num='1'><target_list/></frame></sequence>"),
    "WIDER FACE": ("gt.txt", "0--Parade/a.jpg\n1\n449 330 122 149 0 0 0 0 0 0\n0--Parade/b.jpg\n0\n"),
    "CelebA": ("list_bbox.txt", "1\nimage_id x_1 y_1 width height\n000001.jpg    95  71 226 313\n"),
    "DeepLabCut": ("c.csv", "scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\na.png,1.5,2.5\n"),
    "AutoML": ("a.csv", "TRAIN,gs://b/a.jpg,cat,0.1,0.1,,,0.3,0.3,,\n"),
    "PaddleOCR": ("Label.txt", 'a.jpg\t[{"transcription": "A", "points": [[1, 2]]}]\n'),
    "AVA": ("ava.csv", "-5KQ66BBWC4,0902,0.077,0.151,0.283,0.811,80,1\n"),
    "ICDAR": ("gt_img_1.txt", "377,117,463,117,465,130,378,130,Genaxis Theatre\n"),
    "VisDrone": ("a.txt", "684,8,273,116,0,0,0,0\n1,3,209,78,1,11,0,2\n"),
    "VisDrone file": ("v.txt", "1,0,592,448,91,116,1,4,0,0\n2,0,592,449,91,116,1,4,0,1\n"),
    "KITTI labels": ("0000.txt", "0 2 Car 0 0 -1.9 737.6 161.5 931.1 374.0 1.7 0.8 1.7 1.6 1.6 5.7 -1.6\n"),
    "OTB": ("groundtruth_rect.txt", "198\t214\t34\t81\n197\t214\t34\t81\n"),
    "GOT-10k": ("groundtruth.txt", "347.0000,443.0000,429.0000,272.0000\n"),
    "images with their boxes": ("a.csv", "imgs/a.jpg,837,346,981,456,cow\nimgs/b.jpg,,,,,\n"),
}


def write(folder: Path, name: str, content: Any) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    return file


@pytest.mark.parametrize("word", FILES)
def test_a_format_that_was_named_hides_no_other(tmp_path: Path, word: str) -> None:
    file = write(tmp_path / "set", *FILES[word])
    for place in (file, file.parent):
        for name in READABLE:
            for skip_bad in (False, True):
                with pytest.raises(InputError) as caught:
                    read_labels(place, format=name, frame_size=(64, 48), skip_bad=skip_bad)
                assert word in caught.value.problem and "loopviz does not read it yet" in caught.value.problem


def yolo(folder: Path) -> Path:
    write(folder, "labels/a_1.txt", "0 0.5 0.5 0.2 0.2\n")
    return folder


def coco(folder: Path) -> Path:
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 9, "height": 9}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2]}],
        "categories": [{"id": 1, "name": "x"}],
    }
    return write(folder, "labels.json", document)


@pytest.mark.parametrize(
    ("make", "named", "found"),
    [
        pytest.param(yolo, "coco", "yolo", id="yolo is named coco"),
        pytest.param(yolo, "dataset", "yolo", id="yolo is named a dataset"),
        pytest.param(yolo, "mturk", "yolo", id="yolo is named a batch"),
        pytest.param(coco, "yolo", "coco", id="coco is named yolo"),
        pytest.param(coco, "thesis", "coco", id="coco is named a thesis"),
    ],
)
def test_a_set_that_is_read_is_called_what_it_is_too(
    tmp_path: Path, make: Callable[[Path], Path], named: str, found: str
) -> None:
    with pytest.raises(InputError, match="these labels are in another format") as caught:
        read_labels(make(tmp_path), format=named, frame_size=(64, 48))
    assert (caught.value.found, caught.value.expected) == (repr(found), named)


def test_what_is_beside_labels_of_the_format_that_was_named_is_no_matter(tmp_path: Path) -> None:
    write(tmp_path, *FILES["Labelbox"])
    assert read_labels(yolo(tmp_path), format="yolo", frame_size=(64, 48)).dataset.annotations.height == 1
    write(tmp_path, "labels/a_2.txt", "0 0.5\n")
    with pytest.raises(InputError, match=r"a_2\.txt, line 1"):
        read_labels(tmp_path, format="yolo", frame_size=(64, 48))


@pytest.mark.parametrize("word", FILES | NAMED)
def test_a_format_that_is_not_read_is_called_what_it_is(tmp_path: Path, word: str) -> None:
    file = write(tmp_path / "set", *(FILES | NAMED)[word])
    for place in (file, tmp_path / "set"):
        with pytest.raises(InputError) as caught:
            read_labels(place)
        assert word in str(caught.value) and "loopviz does not read it yet" in str(caught.value)
        assert not str(caught.value.remedy).count("--")


@pytest.mark.parametrize(("name", "word"), [("a.zip", "ZIP"), ("a.xlsx", "Excel"), ("a.tfrecord", "TensorFlow")])
def test_archives_are_named(tmp_path: Path, name: str, word: str) -> None:
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match=word):
        read_labels(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_that_is_not_utf8_is_said_to_be(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "coco.json").write_bytes('{"images": [], "annotations": [], "categories": []}'.encode(encoding))
    with pytest.raises(InputError, match="this is text in UTF-16 or UTF-32"):
        read_labels(tmp_path / "coco.json")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("metadata.json", {"W1": {"Q1": "shapes", "imagePath": None}, "class": {"Q2": "a box"}}),
        ("people.json", [{"worker_id": "W1", "category": "student"}]),
        ("assignments.csv", "worker_id,file,reward_usd\nW1,a.png,0.15\n"),
        ("a.txt", "0 .5 .5 .1 .1\n1 .5 .5 .1 .1 0.9 3\n"),
        ("b.txt", "0,.5,.5,.1,.1,.9\n"),
        ("notes.txt", "We drew 4 cars, 5 bikes."),
        ("page.html", "<html><body>annotation</body></html>"),
        ("empty.json", ""),
        ("theme.yaml", "color: red"),
    ],
)
def test_other_files_are_not_called_labels(tmp_path: Path, name: str, content: Any) -> None:
    file = write(tmp_path, name, content)
    assert recognise(file) is None
    refuse_foreign(file)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("cut.json", '{"images": [{"id": 1, "file_name": "a.jpg"}, {"id"', "the JSON is cut off before its end"),
        ("cut.json", '\ufeff[{"image_id": 1, "category_id": 2},\n', "the JSON is cut off before its end"),
        ("a.txt", "0 .5 .5 .1 .1\n", "one label file says neither its frame nor its classes"),
    ],
)
@pytest.mark.parametrize("command", [("inspect",), ("check",), ("render", "frames", "--labels")])
def test_a_part_of_a_label_set_is_called_that(
    tmp_path: Path,
    picture: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    name: str,
    content: str,
    said: str,
) -> None:
    write(tmp_path, name, content)
    picture(tmp_path / "frames" / "f_0.png")
    monkeypatch.chdir(tmp_path)
    assert main([*command, name]) == 3
    out, err = capsys.readouterr()
    assert said in out + err


def test_yolo_beside_another_form_is_read(tmp_path: Path) -> None:
    write(tmp_path, "labels/a.txt", "0 .5 .5 .1 .1")
    write(tmp_path, *FILES["Labelbox"])
    write(tmp_path, *FILES["label map"])
    assert detect_format(tmp_path) == "yolo"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An export of Labelbox, without its pictures."""
    return write(tmp_path / "old", *FILES["Labelbox"]).parent


@pytest.mark.parametrize("command", [("inspect",), ("check",), ("run",), ("render", "frames", "--labels")])
def test_every_command_says_the_same(
    old: Path,
    command: tuple[str, ...],
    picture: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture(old.parent / "frames" / "frame_000000.png")
    monkeypatch.chdir(old.parent)
    code = main([*command, "old"])
    told = capsys.readouterr()
    assert code != 0
    assert "this is a Labelbox export; loopviz does not read it yet" in told.out + told.err


def test_frames_with_such_labels_beside_them_are_a_source_all_the_same(
    tmp_path: Path, picture: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    picture(tmp_path / "a.png")
    write(tmp_path, *FILES["Labelbox"])
    assert main(["inspect", str(tmp_path)]) == 0
    assert "there is a Labelbox export in the folder (export.ndjson)" in capsys.readouterr().out
    assert main(["check", str(tmp_path)]) == 0
    assert "a Labelbox export, which loopviz does not read yet" in capsys.readouterr().out


def test_darknet_without_pictures_is_read_with_its_names(tmp_path: Path) -> None:
    write(tmp_path, "obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/own.names\nbackup = backup/\n")
    write(tmp_path, "data/own.names", "cat\ndog\n")
    write(tmp_path, "train.txt", "data/obj_train_data/f_0.jpg\ndata/obj_train_data/f_1.jpg\n")
    write(tmp_path, "obj_train_data/f_0.txt", "1 .5 .5 .1 .1\n")
    write(tmp_path, "obj_train_data/f_1.txt", "")
    for place in (tmp_path, tmp_path / "obj.data"):
        dataset = read_labels(place, frame_size=(64, 48)).dataset
        assert dataset.frames["file"].to_list() == ["f_0", "f_1"]
        assert dataset.categories["name"].to_list() == ["cat", "dog"]
        assert dataset.annotations["class_id"].to_list() == [1]


def test_run_names_them_and_what_shows_the_frames_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, *FILES["Labelbox"])
    Image.new("RGB", (64, 48)).save(tmp_path / "a.jpg")
    for command in (["run", str(tmp_path), "--dry-run"], ["init", str(tmp_path)]):
        assert main(command) == 3
        said = capsys.readouterr().err
        assert "a Labelbox export; loopviz does not read it yet" in said
        assert f"loopviz assemble {tmp_path}" in said
    assert main(["assemble", str(tmp_path), "-o", str(tmp_path / "out" / "v.mp4")]) == 0
    assert main(["check", str(tmp_path), "--strict"]) == 3
