"""Real exports: every label set of the corpus loads, or is refused for the reason that is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.formats.writing import write_labels

EDGES = ["x_min", "y_min", "x_max", "y_max"]


@pytest.mark.parametrize(
    ("path", "kind", "frames", "annotations", "categories"),
    [
        pytest.param("roboflow_dataset/yolo", "yolo", 3, 4, 2, id="Roboflow YOLO"),
        pytest.param("roboflow_dataset/yolo/data.yaml", "yolo", 3, 4, 2, id="Roboflow YOLO by its data.yaml"),
        pytest.param("roboflow_dataset/coco", "coco", 3, 4, 2, id="Roboflow COCO"),
        pytest.param("yolo_dataset/labels", "yolo", 2, 4, 10, id="Ultralytics layout, the same name twice"),
        pytest.param("yolo_dataset/annotations", "yolo", 1, 2, 10, id="Images and Annotations"),
        pytest.param("yolo_dataset/strict", "yolo", 1, 2, 10, id="Darknet"),
        pytest.param("coco_dataset/coco", "coco", 2, 3, 3, id="COCO among other kinds"),
        pytest.param("coco_dataset/mmdet_coco", "coco", 2, 3, 3, id="MMDetection"),
        pytest.param("coco_dataset/coco_roboflow", "coco", 2, 3, 3, id="Roboflow COCO with masks"),
        pytest.param("coco_dataset/coco_instances", "coco", 2, 3, 3, id="COCO instances"),
        pytest.param("coco_dataset/coco_stuff", "coco", 2, 2, 2, id="COCO stuff"),
        pytest.param("coco_dataset/coco_person_keypoints", "coco", 2, 3, 2, id="COCO keypoints"),
        pytest.param("coco_dataset/coco_image_info", "coco", 2, 0, 0, id="COCO without labels"),
        pytest.param("roboflow_dataset/voc", "voc", 3, 4, 2, id="Roboflow VOC"),
        pytest.param("voc_dataset/voc_dataset1", "voc", 1, 2, 2, id="VOC by the book"),
        pytest.param("voc_dataset/voc_dataset2", "voc", 5, 4, 21, id="VOC with a label map"),
        pytest.param("cvat_dataset/for_images/export_task", "cvat", 2, 4, 3, id="CVAT images"),
        pytest.param("cvat_dataset/for_images/export_project", "cvat", 6, 12, 2, id="CVAT project"),
        pytest.param("cvat_dataset/for_video", "cvat", 20, 3, 3, id="CVAT video"),
        pytest.param("roboflow_dataset/yolo_obb", "dota", 3, 4, 2, id="Roboflow oriented boxes"),
        pytest.param("labelme_dataset", "labelme-xml", 1, 7, 7, id="LabelMe XML"),
        pytest.param("roboflow_dataset/createml", "createml", 3, 4, 2, id="Roboflow CreateML"),
        pytest.param("coco_dataset/coco_panoptic", "coco-panoptic", 2, 3, 2, id="panoptic COCO"),
        pytest.param("label_studio/data/test_export_yolo/data.json", "label-studio", 2, 6, 2, id="Label Studio boxes"),
        pytest.param("label_studio/data/test_export_yolo/data_obb.json", "label-studio", 3, 25, 2, id="turned boxes"),
        pytest.param("label_studio/data/test_import_coco", "coco", 2, 2, 2, id="Label Studio COCO"),
    ],
)
def test_real_sets_load(corpus: Path, path: str, kind: str, frames: int, annotations: int, categories: int) -> None:
    labels = read_labels(corpus / "formats" / path)
    found = labels.dataset
    assert (labels.format, found.frames.height, found.annotations.height) == (kind, frames, annotations)
    assert found.categories.height == categories


@pytest.mark.parametrize(
    ("path", "message"),
    [
        pytest.param("coco_dataset/coco_captions", "these are COCO captions", id="captions"),
        pytest.param("coco_dataset/coco_labels", "neither a box nor a segmentation", id="image labels"),
        pytest.param(
            "label_studio/data/test_import_yolo_data", "labels/img_3.txt: no image lies beside", id="images missing"
        ),
    ],
)
def test_real_sets_that_are_refused(corpus: Path, path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_labels(corpus / "formats" / path)


@pytest.mark.parametrize(("name", "frames"), [("test_import_yolo_data", 7), ("test_import_yolo_data_unif_dims", 5)])
def test_sets_without_images_load_with_the_frame_size(corpus: Path, name: str, frames: int) -> None:
    labels = read_labels(corpus / "formats" / "label_studio" / "data" / name, frame_size=(640, 480))
    assert labels.dataset.frames.height == frames
    assert labels.dataset.categories["name"].to_list() == ["closed_door", "opened_door", "bus", "number"]


def test_the_same_images_in_yolo_and_in_coco_agree(corpus: Path) -> None:
    yolo = read_labels(corpus / "formats" / "roboflow_dataset" / "yolo")
    coco = align(read_labels(corpus / "formats" / "roboflow_dataset" / "coco"), yolo.dataset.frames, how="name")
    order = ["frame", "class_id"]
    ours, theirs = yolo.dataset.annotations.sort(order), coco.dataset.annotations.sort(order)
    assert ours.select(order).equals(theirs.select(order))
    np.testing.assert_allclose(ours.select(EDGES).to_numpy(), theirs.select(EDGES).to_numpy(), atol=1e-6)
    assert yolo.dataset.categories.equals(coco.dataset.categories)


@pytest.mark.parametrize("path", ["coco_dataset/coco", "label_studio/data/test_import_coco", "roboflow_dataset/coco"])
def test_real_coco_comes_back(corpus: Path, tmp_path: Path, path: str) -> None:
    dataset = read_labels(corpus / "formats" / path).dataset
    write_labels(dataset, tmp_path / "out.json", "coco")
    again = read_labels(tmp_path / "out.json").dataset
    assert again.frames.equals(dataset.frames)
    ids = dataset.annotations["annotation_id"]
    moved = dataset.annotations.with_columns(annotation_id=ids + max(0, 1 - min(ids)))
    assert again.annotations.drop(EDGES).equals(moved.drop(EDGES))
    np.testing.assert_allclose(
        again.annotations.select(EDGES).to_numpy(), dataset.annotations.select(EDGES).to_numpy(), atol=1e-9
    )


def test_tracks_of_ground_truth_load(corpus: Path) -> None:
    found = read_labels(corpus / "crowd" / "sagemaker" / "SeqLabel.json", frame_size=(1920, 1080)).dataset
    assert (found.frames.height, found.categories["name"].to_list()) == (300, ["Vehicle"])
    assert found.annotations["track_id"].n_unique() == 3
