"""Where YOLO files may lie, what names them, and what is not believed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import InputError
from loopviz.formats.reading import read_labels

Make = Callable[..., Path]
ROW = "0 0.5 0.5 0.5 0.5\n"


def lay(root: Path, picture: Make, files: list[str]) -> Path:
    for name in files:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".txt"):
            file.write_text(ROW)
        else:
            picture(file)
    return root


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            ["images/train/a.jpg", "images/val/a.jpg", "labels/train/a.txt", "labels/val/a.txt"],
            ["images/train/a.jpg", "images/val/a.jpg"],
            id="images/train beside labels/train, the same name in both",
        ),
        pytest.param(
            ["train/images/a.jpg", "train/labels/a.txt", "val/images/b.jpg", "val/labels/b.txt"],
            ["train/images/a.jpg", "val/images/b.jpg"],
            id="train/images beside train/labels",
        ),
        pytest.param(["a.jpg", "a.txt", "README.txt", "notes.txt"], ["a.jpg"], id="texts beside images"),
        pytest.param(
            ["obj_train_data/a.png", "obj_train_data/a.txt", "train.txt"], ["obj_train_data/a.png"], id="Darknet"
        ),
        pytest.param(["Images/a.png", "Annotations/a.txt"], ["Images/a.png"], id="Images beside Annotations"),
        pytest.param(["my_frames/a.webp", "labels/a.txt"], ["my_frames/a.webp"], id="a frames folder of any name"),
        pytest.param(["images/a.png", "labels/a.txt", "results.png"], ["images/a.png"], id="a plot lies about"),
        pytest.param(
            ["images/f_10.png", "images/f_9.png", "labels/f_10.txt", "labels/f_9.txt"],
            ["images/f_9.png", "images/f_10.png"],
            id="natural order",
        ),
        pytest.param(["images/a.b.png", "labels/a.b.txt"], ["images/a.b.png"], id="a point in the name"),
        pytest.param(["images/A.JPG", "labels/A.txt"], ["images/A.JPG"], id="capital suffix"),
    ],
)
def test_layouts(tmp_path: Path, picture: Make, files: list[str], expected: list[str]) -> None:
    labels = read_labels(lay(tmp_path / "set", picture, files))
    assert labels.dataset.frames["file"].to_list() == expected
    assert labels.dataset.annotations["frame"].to_list() == list(range(len(expected)))


@pytest.mark.parametrize(
    ("files", "given", "frames"),
    [
        pytest.param(["labels/train/a.txt", "labels/val/b.txt"], "labels", ["train/a", "val/b"], id="labels"),
        pytest.param(["labels/train2017/a.txt"], "labels", ["train2017/a"], id="a part of any name"),
        pytest.param(["labels/train2017/a.txt"], "labels/train2017", ["a"], id="that part itself"),
        pytest.param(["labels/val/a.txt", "labels/train/b.txt"], "labels/val", ["a"], id="a part"),
        pytest.param(["valid/labels/a.txt", "train/labels/b.txt"], "valid/labels", ["a"], id="labels in a part"),
        pytest.param(["valid/labels/a.txt", "train/labels/b.txt"], "valid", ["a"], id="a part with labels in it"),
    ],
)
@pytest.mark.parametrize("from_within", [False, True])
def test_a_part_of_a_set_has_its_names(
    tmp_path: Path,
    picture: Make,
    monkeypatch: pytest.MonkeyPatch,
    files: list[str],
    given: str,
    frames: list[str],
    from_within: bool,
) -> None:
    folder = lay(tmp_path / "set", picture, files)
    (folder / "data.yaml").write_text("names: [wheel, cable]\n", encoding="utf-8")
    (tmp_path / "data.yaml").write_text("names: [not, of, this, set]\n", encoding="utf-8")
    monkeypatch.chdir(folder / given if from_within else tmp_path)
    labels = read_labels("." if from_within else f"set/{given}", frame_size=(64, 48))
    assert labels.dataset.frames["file"].to_list() == frames
    assert labels.dataset.categories["name"].to_list() == ["wheel", "cable"]


def test_the_labels_folder_itself_can_be_given(yolo: Make) -> None:
    labels = read_labels(yolo({"a": ROW}) / "labels", frame_size=(10, 10))
    assert labels.dataset.categories["name"].to_list() == ["wheel", "button", "cable"]


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        pytest.param("names: [wheel, cable]", ["wheel", "cable"], id="list"),
        pytest.param("names: {0: wheel, 1: cable}", ["wheel", "cable"], id="int keys"),
        pytest.param("names:\n  '1': cable\n  '0': wheel", ["wheel", "cable"], id="text keys out of order"),
        pytest.param(
            "names: [no, 1e3, 2024-01-01]", ["no", "1e3", "2024-01-01"], id="words that YAML would read otherwise"
        ),
        pytest.param(
            "train: ../train/images\nval: ../valid/images\nnc: 1\nnames: ['wheel']", ["wheel"], id="Roboflow's paths"
        ),
        pytest.param("path: .\ntrain: images\nvalidation: images\ntest:\nnames: [wheel]", ["wheel"], id="validation"),
        pytest.param("path: .\nnames: [wheel]\nnc: null\nkpt_shape: ~\ntask: null", ["wheel"], id="nulls"),
        pytest.param("\ufeffnames: [Rad, 轮子]", ["Rad", "轮子"], id="byte order mark, other scripts"),
        pytest.param("names: {0: wheel, 2: cable}", ["wheel", "class 1", "cable"], id="a gap"),
    ],
)
def test_names_in_data_yaml(yolo: Make, spec: str, names: list[str]) -> None:
    root = yolo({"a": ROW}, spec=spec)
    assert read_labels(root).dataset.categories["name"].to_list() == names
    assert read_labels(root / "data.yaml").dataset.categories["name"].to_list() == names


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param(
            "names: [a, b]\nnc: 3",
            "names: nc does not count the names (found '3'; expected 2). Correct one of them.",
            id="nc",
        ),
        pytest.param(
            "names: wheel", "names: the names are neither a list nor a mapping by class id (found 'wheel').", id="text"
        ),
        pytest.param(
            "names: [[a]]",
            "names: the names are neither a list nor a mapping by class id (found [['a']]).",
            id="nested",
        ),
        pytest.param(
            "names: {wheel: 0}", "names: not a class id with a name (found 'wheel: 0'; expected 0: wheel).", id="turned"
        ),
        pytest.param(
            "names: {0: a, '00': b}",
            "names: not a class id with a name (found '00: b'; expected 0: wheel).",
            id="twice",
        ),
        pytest.param("names: {99999999: a}", "names: not a class id with a name (found '99999999: a';", id="absurd id"),
        pytest.param(
            "names: [a", "line 1: not valid YAML: expected ',' or ']', but got '<stream end>'. Correct", id="broken"
        ),
        pytest.param(
            "- a\n- b", "not a dataset description (found ['a', 'b']; expected keys such as names", id="a list"
        ),
        pytest.param(
            "names: !!python/object/apply:os.getcwd []", "not valid YAML: tags (tag:yaml.org,2002:python", id="tag"
        ),
    ],
)
def test_a_bad_data_yaml_is_refused(yolo: Make, spec: str, message: str) -> None:
    root = yolo({"a": ROW}, spec=spec)
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert message in str(caught.value).replace("nc: nc", "names: nc")
    assert str(caught.value).startswith(f"{root}/data.yaml")


LIST, YAML = "wheel\ncable\n", "path: ../sets/coco128\nnames:\n  0: wheel\n  1: cable\n"
NOTES = '{"categories": [{"id": 1, "name": "cable"}, {"id": 0, "name": "wheel"}], "info": {"year": 2024}}'
PROJECT = "source: clip.mp4\nlabels: .\nnames: [not, these]\n"


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"coco128.yaml": YAML}, id="a YAML of any name"),
        pytest.param({"mydata.yml": YAML}, id="yml"),
        pytest.param({"My Data.YAML": "names: [wheel, cable]\n"}, id="capitals and a blank"),
        pytest.param({"labels/set.yaml": YAML}, id="in the folder of labels"),
        pytest.param({"a.yaml": YAML, "b.yaml": "names: [wheel, cable]\nnc: 2\n"}, id="two that say the same"),
        pytest.param({"a.yaml": YAML, "args.yaml": "task: detect\n"}, id="beside one without names"),
        pytest.param({"a.yaml": YAML, "hyp.yaml": "lr: 1\nx:\n  names: [no]\n"}, id="beside names further down"),
        pytest.param({"a.yaml": YAML, "loopviz.yaml": PROJECT}, id="beside a project file"),
        pytest.param({"data.yaml": YAML, "old.yaml": "names: [dog]\n"}, id="data.yaml before any other"),
        pytest.param({"a.yaml": YAML, "labels/classes.txt": LIST}, id="beside a text that says the same"),
        pytest.param({"obj.names": LIST}, id="obj.names"),
        pytest.param({"coco.names": LIST}, id="names of any name"),
        pytest.param({"obj.data": "classes = 2\nnames = data/voc.txt\n", "voc.txt": LIST}, id="what obj.data names"),
        pytest.param({"_darknet.labels": LIST}, id="_darknet.labels"),
        pytest.param({"labels/_darknet.labels": LIST}, id="_darknet.labels beside the labels"),
        pytest.param({"labels/train/_darknet.labels": LIST}, id="_darknet.labels in a part"),
        pytest.param(
            {"labels/train/_darknet.labels": LIST, "labels/val/_darknet.labels": LIST},
            id="_darknet.labels in both parts",
        ),
        pytest.param({"predefined_classes.txt": LIST}, id="labelImg"),
        pytest.param({"labels/predefined_classes.txt": LIST}, id="labelImg beside the labels"),
        pytest.param({"names.txt": LIST}, id="names.txt"),
        pytest.param({"notes.json": NOTES}, id="notes.json"),
        pytest.param({"notes.json": NOTES, "classes.txt": LIST}, id="Label Studio"),
    ],
)
@pytest.mark.parametrize("given", [".", "labels", "labels/train"])
def test_what_may_name_the_classes(tmp_path: Path, files: dict[str, str], given: str) -> None:
    for name, text in {"labels/train/a.txt": "1 0.5 0.5 0.2 0.2\n", "labels/val/b.txt": ROW, **files}.items():
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_text(text)
    labels = read_labels(tmp_path / "set" / given, frame_size=(64, 48))
    assert labels.dataset.categories["name"].to_list() == ["wheel", "cable"]
    assert labels.dataset.annotations.height == (1 if given == "labels/train" else 2)
    assert {problem.code for problem in labels.problems} <= {"names-from", "names-differ"}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a.yaml": YAML, "b.yaml": "names: [cable, wheel]\n"}, id="two YAML files"),
        pytest.param({"coco.names": LIST, "voc.names": "cable\nwheel\n"}, id="two lists"),
        pytest.param(
            {"labels/train/_darknet.labels": LIST, "labels/val/_darknet.labels": "cable\nwheel\n"},
            id="parts that differ",
        ),
    ],
)
def test_two_that_may_are_asked_about(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in {"labels/train/a.txt": "1 0.5 0.5 0.2 0.2\n", "labels/val/b.txt": ROW, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match="more than one file names the classes") as caught:
        read_labels(tmp_path, frame_size=(64, 48))
    assert caught.value.found == repr(", ".join(files))
    labels = read_labels(tmp_path, frame_size=(64, 48), names=["x", "y"])
    assert labels.dataset.categories["name"].to_list() == ["x", "y"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{}", "there are no categories", id="no categories"),
        pytest.param("[1, 2]", "there are no categories", id="a list"),
        pytest.param('{"categories": ["wheel"]}', "there are no categories", id="words"),
        pytest.param('{"categories": [{"id": "x", "name": "wheel"}]}', "not a class id with a name", id="no number"),
        pytest.param('{"categories": [{"id": 0}]}', "not a class id with a name", id="no name"),
        pytest.param("{", "not valid JSON", id="no JSON"),
    ],
)
def test_bad_notes_are_refused(yolo: Make, text: str, message: str) -> None:
    root = yolo({"a": ROW}, spec=None)
    (root / "notes.json").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_labels(root)
    assert str(caught.value).startswith(f"{root}/notes.json")


@pytest.mark.parametrize("name", ["classes.txt", "obj.names"])
def test_names_in_a_text(yolo: Make, name: str) -> None:
    root = yolo({"a": ROW}, spec=None)
    (root / name).write_text("\ufeffwheel\nScroll Wheel \n\n")
    assert read_labels(root).dataset.categories["name"].to_list() == ["wheel", "Scroll Wheel"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (b"wheel\nbutton\ncable\n", []),
        (b"wheel\nbutton\n", []),
        (b"dog\nperson\ncat\n", ["names-differ"]),
        (b"wheel\ncable\nbutton\n", ["names-differ"]),
        (b"\xff\xfe\x00w", []),
    ],
)
def test_two_files_that_name_classes_differently_are_warned_of(yolo: Make, text: bytes, codes: list[str]) -> None:
    folder = yolo({"a": ROW})
    (folder / "labels" / "classes.txt").write_bytes(text)
    labels = read_labels(folder)
    assert [problem.code for problem in labels.problems] == codes
    assert labels.dataset.categories["name"].to_list() == ["wheel", "button", "cable"]


def test_two_images_for_one_label_are_refused(yolo: Make, picture: Make) -> None:
    root = yolo({"a": ROW})
    picture(root / "images" / "a.jpg")
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value) == (
        f"{root}, labels/a.txt: two images fit one label file (found 'images/a.jpg, images/a.png'). "
        "Remove or rename one."
    )


def test_a_link_that_leads_outside_is_refused(yolo: Make, tmp_path: Path) -> None:
    root = yolo({"a": ROW})
    secret = tmp_path / "secret.txt"
    secret.write_text(ROW)
    (root / "labels" / "b.txt").symlink_to(secret)
    with pytest.raises(InputError) as caught:
        read_labels(root)
    assert str(caught.value) == f"{root}, labels/b.txt: a symbolic link leads outside the folder. Copy it in."


def test_links_inside_are_followed_and_circles_end(yolo: Make) -> None:
    root = yolo({"a": ROW})
    (root / "labels" / "b.txt").symlink_to(root / "labels" / "a.txt")
    (root / "labels" / "round").symlink_to(root, target_is_directory=True)
    assert read_labels(root, frame_size=(9, 9)).dataset.frames["file"].to_list() == ["images/a.png", "b"]


def test_oriented_boxes_in_label_txt_are_named(tmp_path: Path, picture: Make) -> None:
    root = lay(tmp_path / "set", picture, ["train/images/a.png", "train/labelTxt/a.txt"])
    (root / "data.yaml").write_text("names: [a]")
    with pytest.raises(InputError, match="the labels are DOTA's"):
        read_labels(root / "data.yaml")


def test_a_data_yaml_that_points_elsewhere_says_where(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("path: ../datasets/mouse\nnames: [a]")
    with pytest.raises(InputError) as caught:
        read_labels(tmp_path / "data.yaml")
    assert str(caught.value).endswith("Its data.yaml points to '../datasets/mouse': give that folder.")
