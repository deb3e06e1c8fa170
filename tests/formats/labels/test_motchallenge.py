"""MOTChallenge: rows as the benchmark, CVAT and trackers write them, and what reads back of what is written."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.formats.detect import detect_format
from loopviz.formats.labels.motchallenge import CLASSES, NAMELESS
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet
from loopviz.formats.writing import write_labels
from loopviz.schema import table

SEQINFO = "[Sequence]\nname=MOT17-02\nimDir=img1\nframeRate=30\nseqLength=3\nimWidth=640\nimHeight=480\nimExt=.png\n"
EDGES = ("x_min", "y_min", "x_max", "y_max")
Make = Callable[..., Path]


@pytest.fixture
def sequence(tmp_path: Path) -> Make:
    """A function that writes files of a sequence by their names, and returns its folder."""

    def make(**files: str) -> Path:
        for name, content in files.items():
            file = tmp_path / "SEQ" / name.replace("__", "/").replace("_ini", ".ini").replace("_txt", ".txt")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, "utf-8")
        return tmp_path / "SEQ"

    return make


def rows_of(labels: LabelSet, *columns: str) -> list[tuple[Any, ...]]:
    return labels.dataset.annotations.select(columns).rows()


def codes(labels: LabelSet) -> list[str]:
    return [problem.code for problem in labels.problems]


def test_a_ground_truth(sequence: Make) -> None:
    folder = sequence(
        gt__gt_txt="1,1,1,1,10,20,1,1,1\n3,1,11.5,2,10,20,1,1,1\n2,7,3,4,5,6,0,8,0.5\n", seqinfo_ini=SEQINFO
    )
    labels = read_labels(folder)
    assert labels.format == "motchallenge"
    assert rows_of(labels, "frame", "class_id", "track_id", "confidence", *EDGES) == [
        (0, 0, 1, None, 0.0, 0.0, 10.0, 20.0),
        (1, 7, 7, 0.0, 2.0, 3.0, 7.0, 9.0),
        (2, 0, 1, None, 10.5, 1.0, 20.5, 21.0),
    ]
    assert labels.dataset.frames.select("frame", "file", "width", "height").rows() == [
        (0, "img1/000001.png", 640, 480),
        (1, "img1/000002.png", 640, 480),
        (2, "img1/000003.png", 640, 480),
    ]
    assert labels.dataset.categories["name"].to_list() == list(CLASSES)
    assert codes(labels) == ["rows-to-ignore", "visibility"]
    assert [problem.count for problem in labels.problems] == [1, 1]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param("1,-1,794.2,47.5,71.2,174.8,67.5,-1,-1,-1", (None, 67.5), id="a detection"),
        pytest.param("1, 3, 794.27, 247.59, 71.245, 174.88, -1, -1, -1, -1", (3, None), id="a result of no confidence"),
        pytest.param("1,3,794,247,71,174,0.5", (3, 0.5), id="seven columns"),
        pytest.param("1.0,3.0,794,247,71,174,1,-1,-1,-1,", (3, 1.0), id="floats, and a comma at the end"),
    ],
)
@pytest.mark.parametrize("place", ["det__det_txt", "MOT17-02_txt"])
def test_detections_and_results(sequence: Make, place: str, row: str, expected: tuple[Any, ...]) -> None:
    labels = read_labels(sequence(**{place: f"{row}\n\n"}))
    assert rows_of(labels, "track_id", "confidence") == [expected]
    assert labels.dataset.categories["name"].to_list() == [NAMELESS]
    assert codes(labels) == ["rows-without-class"]


def test_names_may_be_given(sequence: Make) -> None:
    folder = sequence(det__det_txt="1,-1,79,47,71,174,0.5,-1,-1,-1\n")
    labels = read_labels(folder, names=["snail"])
    assert labels.dataset.categories["name"].to_list() == ["snail"]
    assert codes(labels) == []
    truth = sequence(gt__gt_txt="1,1,9,9,9,9,1,2,1\n")
    assert rows_of(read_labels(truth, names=["a", "b"]), "class_id", "x_min") == [(1, 8.0)]


def test_an_export_of_cvat_counts_pixels_from_0(sequence: Make) -> None:
    folder = sequence(gt__gt_txt="1,1,0,4,4,8,1,3,1.0\n2,-1,1,2,3,4,1,-1,1.0\n", gt__labels_txt="cat\ndog\nsnail")
    labels = read_labels(folder)
    assert rows_of(labels, "class_id", "track_id", *EDGES) == [(2, 1, 0, 4, 4, 12), (3, None, 1, 2, 4, 6)]
    assert labels.dataset.categories["name"].to_list() == ["cat", "dog", "snail", NAMELESS]
    assert codes(labels) == ["first-pixel", "rows-without-class"]


def test_the_corpus_has_one(corpus: Path) -> None:
    for name, size in (("mot_seq", (20, 15)), ("mot_seq_with_seqinfo", (16, 16))):
        labels = read_labels(corpus / "formats" / "mot_dataset" / name)
        assert rows_of(labels, "class_id", "track_id", "confidence", *EDGES) == [(2, None, None, 0, 4, 4, 12)]
        frames = labels.dataset.frames
        assert frames.height == 1
        assert name != "mot_seq_with_seqinfo" or frames.select("width", "height").row(0) == size


@pytest.mark.parametrize("part", ["", "gt", "gt/gt.txt"])
def test_a_sequence_is_found_from_any_of_its_parts(sequence: Make, part: str) -> None:
    folder = sequence(gt__gt_txt="1,1,2,3,4,5,1,1,1\n", det__det_txt="1,-1,9,9,9,9,1,-1,-1,-1\n", seqinfo_ini=SEQINFO)
    assert detect_format(folder / part) == "motchallenge"
    labels = read_labels(folder / part)
    assert rows_of(labels, "x_min") == [(1.0,)]
    assert labels.dataset.frames["width"].to_list() == [640] * 3
    assert codes(labels) == ["detections-aside"]
    assert rows_of(read_labels(folder / "det" / "det.txt"), "x_min") == [(8.0,)]


def test_sizes_come_from_the_images_or_the_source(sequence: Make) -> None:
    folder = sequence(gt__gt_txt="2,1,2,3,4,5,1,1,1\n")
    assert read_labels(folder).dataset.frames["width"].to_list() == [None, None]
    assert read_labels(folder, frame_size=(64, 48)).dataset.frames["width"].to_list() == [64, 64]
    (folder / "img1").mkdir()
    Image.new("RGB", (32, 24)).save(folder / "img1" / "000003.png")
    frames = read_labels(folder, frame_size=(64, 48)).dataset.frames
    assert frames.select("file", "width").rows() == [
        ("img1/000001.jpg", 64),
        ("img1/000002.jpg", 64),
        ("img1/000003.png", 32),
    ]


GOOD = "2,1,2,3,4,5,1,1,1"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        pytest.param("0,1,2,3,4,5,1,1,1", "bad-row", id="frame 0"),
        pytest.param("4,1,2,3,4,5,1,1,1", "bad-row", id="beyond seqLength"),
        pytest.param("1.5,1,2,3,4,5,1,1,1", "bad-row", id="half a frame"),
        pytest.param("-2,1,2,3,4,5,1,1,1", "bad-row", id="a negative frame"),
        pytest.param("1000000000000,1,2,3,4,5,1,1,1", "bad-row", id="an absurd frame"),
        pytest.param("1e+12,1,2,3,4,5,1,1,1", "bad-row", id="an absurd frame with an exponent"),
        pytest.param("1,1,2,3,4,5,1,car,1", "bad-row", id="a word for a class"),
        pytest.param("1,-2,2,3,4,5,1,1,1", "bad-row", id="a negative id"),
        pytest.param("1,1,2,3,-4,5,1,1,1", "bad-row", id="a negative width"),
        pytest.param("1,1,2,3,4,1e9999,1,1,1", "bad-row", id="an endless height"),
        pytest.param("1,1,1e-99999999999999999999,3,4,5,1,1", "bad-row", id="eight columns"),
        pytest.param("1,1,2,3,4,5", "bad-row", id="six columns"),
        pytest.param("1,1,2,3,4,5,1,3.5,4.5,0", "bad-row", id="a place in the world"),
        pytest.param("1,1,2,3,4,5,nan,1,1", "bad-row", id="no number"),
        pytest.param("1,1,2,3,4,5,1e999,1,1", "bad-row", id="an endless confidence"),
        pytest.param("1,1,2,3,4,5,1,0,1", "unknown-class", id="class 0"),
        pytest.param("1,1,2,3,4,5,1,14,1", "unknown-class", id="class 14"),
        pytest.param("a person", "bad-row", id="a text"),
        pytest.param("１,1,2,3,4,5,1,1,1", "bad-row", id="digits of another script"),
    ],
)
def test_what_is_no_row_is_refused_with_its_place(sequence: Make, row: str, code: str) -> None:
    folder = sequence(gt__gt_txt=f"{GOOD}\n{row}\n{GOOD}\n", seqinfo_ini=SEQINFO)
    with pytest.raises(InputError) as caught:
        read_labels(folder)
    error = caught.value
    assert (error.file, error.at) == (str(folder / "gt" / "gt.txt"), "line 2")
    assert error.found and error.expected and error.remedy
    labels = read_labels(folder, format="motchallenge", skip_bad=True)
    assert rows_of(labels, "frame") == [(1,), (1,)]
    assert codes(labels) == [code]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("-2,1,10,20,30,40,1,1,0.5", id="negative"),
        pytest.param("-2,1,10,20,30,40,1,1,1e-05", id="negative, and hardly visible"),
        pytest.param("1000000000000,1,10,20,30,40,1,1,1e-05", id="absurd, and hardly visible"),
    ],
)
def test_rows_of_impossible_frames_are_tracks_too(sequence: Make, row: str) -> None:
    file = sequence(a_txt=f"{row}\n") / "a.txt"
    with pytest.raises(InputError, match="line 1: not a number of a frame") as caught:
        read_labels(file)
    assert caught.value.expected == "a whole number from 1 to 1000000"


def test_a_tiny_number_is_one(sequence: Make) -> None:
    folder = sequence(det__det_txt="1,1,1e-99999999999999999999,1.5,4,5e0,1\n")
    assert rows_of(read_labels(folder, format="motchallenge"), *EDGES) == [(-1.0, 0.5, 3.0, 5.5)]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param(SEQINFO.replace("seqLength=3", "seqLength=0"), "seqlength", id="no frames"),
        pytest.param(SEQINFO.replace("seqLength=3", "seqLength=999999999"), "seqlength", id="too many frames"),
        pytest.param(SEQINFO.replace("imWidth=640", "imWidth=wide"), "imwidth", id="a size in words"),
        pytest.param("no section", None, id="no section"),
        pytest.param("[Other]\na=b\n", None, id="another section"),
    ],
)
def test_a_description_that_cannot_be_is_refused(sequence: Make, text: str, at: str | None) -> None:
    with pytest.raises(InputError) as caught:
        read_labels(sequence(gt__gt_txt=GOOD, seqinfo_ini=text))
    assert caught.value.at == at
    assert caught.value.file is not None
    assert caught.value.file.endswith("seqinfo.ini")


def test_several_sequences_are_asked_about(sequence: Make) -> None:
    folder = sequence(A__gt__gt_txt=GOOD, B__gt__gt_txt=GOOD)
    with pytest.raises(InputError) as caught:
        read_labels(folder)
    assert caught.value.found == "'A/gt/gt.txt, B/gt/gt.txt'"
    assert read_labels(folder / "B").dataset.annotations.height == 1
    with pytest.raises(InputError, match="no tracks of MOTChallenge"):
        read_labels(sequence(C__a_md="").parent / "SEQ" / "C", format="motchallenge")


def test_tracks_beside_yolo_are_asked_about(sequence: Make) -> None:
    folder = sequence(gt__gt_txt=GOOD, labels__a_txt="0 .5 .5 .1 .1")
    with pytest.raises(InputError) as caught:
        detect_format(folder)
    assert caught.value.remedy == "Give the folder of one, or name the format: yolo or motchallenge."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0.1,0.2,0.3,0.4,0.5,0.6,1\n", id="fractions"),
        pytest.param("1,1,0.1,0.2,0.3,0.4,1\n", id="fractions of a picture"),
        pytest.param("1;1;5;5;5;5;1\n", id="semicolons"),
        pytest.param("", id="nothing"),
        pytest.param(f"{GOOD}\na\nb\n", id="mostly other lines"),
        pytest.param("1,2,50,2,50,70,1,70,2020\n1,2,50,2,50,70,1,70,Road\n", id="corners, and a number for a word"),
        pytest.param(f"{GOOD}\n1,1,2,3,4,5,1\n", id="rows of two forms"),
    ],
)
def test_other_texts_are_no_tracks(sequence: Make, text: str) -> None:
    assert detect_format(sequence(a_txt=text) / "a.txt") is None


def test_many_texts_side_by_side_are_not_looked_into(sequence: Make) -> None:
    assert detect_format(sequence(**{f"a{n}_txt": GOOD for n in range(21)})) != "motchallenge"


# --- writing

numbers = st.floats(-1e4, 1e4, allow_nan=False).map(lambda value: value + 0.0)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    own = draw(st.booleans())
    names = draw(st.lists(st.sampled_from(["a", "b c", "Käfer", "Pedestrian"]), min_size=1)) if own else list(CLASSES)
    count = draw(st.integers(1, 4))
    boxes = draw(st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=6))
    frames = sorted(draw(st.integers(0, count - 1)) for _ in boxes)
    rows = [
        {
            "annotation_id": place,
            "frame": frame,
            "class_id": draw(st.integers(0, len(names) - 1)),
            "x_min": min(box[0], box[2]),
            "y_min": min(box[1], box[3]),
            "x_max": max(box[0], box[2]),
            "y_max": max(box[1], box[3]),
            "is_crowd": False,
            "confidence": draw(st.none() | st.floats(0, 1)),
            "track_id": draw(st.none() | st.integers(0, 2**53)),
        }
        for place, (frame, box) in enumerate(zip(frames, boxes, strict=True))
    ]
    files = [f"img1/{number + 1:06d}.png" for number in range(count)]
    frame_rows = {"frame": range(count), "file": files, "width": [64] * count, "height": [48] * count}
    return Dataset(
        frames=table("frames", frame_rows),
        categories=table("categories", {"class_id": range(len(names)), "name": names}),
        annotations=table("annotations", rows),
    )


@given(datasets())
def test_what_is_written_reads_back_equal(dataset: Dataset) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_labels(dataset, Path(folder) / "out", "motchallenge")
        back = read_labels(Path(folder) / "out", format="motchallenge").dataset
    assert back.annotations.equals(dataset.annotations)
    assert back.frames.equals(dataset.frames)
    assert back.categories.equals(dataset.categories)


def test_what_is_written_is_what_others_read(tmp_path: Path) -> None:
    frames = {"frame": [0, 1], "pts_seconds": [0.0, 0.04], "width": [64, 64], "height": [48, 48]}
    box = dict(zip(EDGES, (0.5, 1.0, 10.5, 3.0), strict=True))
    row = {"annotation_id": 0, "frame": 1, "class_id": 0, "track_id": 4, "confidence": 0.25, **box}
    for names in (list(CLASSES), ["snail"]):
        dataset = Dataset(
            frames=table("frames", frames),
            categories=table("categories", {"class_id": range(len(names)), "name": names}),
            annotations=table("annotations", [row]),
        )
        out = tmp_path / names[0]
        write_labels(dataset, out, "motchallenge")
        one = names == ["snail"]
        assert (out / "gt" / "gt.txt").read_text() == f"2,4,{'0.5,1' if one else '1.5,2'},10,2,0.25,1,1\n"
        assert (out / "gt" / "labels.txt").is_file() == one
        assert (out / "seqinfo.ini").read_text() == (
            "[Sequence]\nname=sequence\nimDir=img1\nframeRate=25\nseqLength=2\nimWidth=64\nimHeight=48\nimExt=.jpg\n"
        )
    assert (tmp_path / "snail" / "gt" / "labels.txt").read_text() == "snail\n"


def test_a_confidence_that_is_no_number_is_not_written(tmp_path: Path) -> None:
    row = {"annotation_id": 0, "frame": 0, "class_id": 0, **dict.fromkeys(EDGES, 1.0), "confidence": math.nan}
    dataset = Dataset(
        frames=table("frames", {"frame": [0]}),
        categories=table("categories", {"class_id": [0], "name": ["a"]}),
        annotations=table("annotations", [row]),
    )
    with pytest.raises(OutputError, match="not finite"):
        write_labels(dataset, tmp_path / "out", "motchallenge")
    assert not (tmp_path / "out").exists()


def test_what_has_no_place_is_said(sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(sample), "--to", "motchallenge", "-o", str(tmp_path / "out")]) == 0
    assert "note: MOTChallenge has no place for people and their work: left out (" in capsys.readouterr().err
    assert main(["inspect", str(tmp_path / "out")]) == 0
