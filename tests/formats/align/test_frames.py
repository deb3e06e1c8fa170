"""Mapping a label set to a source's frames: right, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import make_dataset

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.align.frames import align
from loopviz.formats.reading import read_labels
from loopviz.formats.types import LabelSet
from loopviz.geometry import mask_from_rle, rle_from_string, rle_to_string
from loopviz.schema import table

Make = Callable[..., Path]


def source(count: int, size: tuple[int, int] = (64, 48), files: Sequence[str] | None = None) -> pl.DataFrame:
    return table(
        "frames",
        {
            "frame": range(count),
            "pts_seconds": [i / 24 for i in range(count)],
            "file": list(files) if files else [None] * count,
            "width": [size[0]] * count,
            "height": [size[1]] * count,
        },
    )


def labelled(names: Sequence[str | None], workers: Sequence[str] = ()) -> LabelSet:
    """A label set with one box a frame, class id = frame, and perhaps one worker a frame."""
    count = len(names)
    size = {"width": [64] * count, "height": [48] * count}
    box = {"x_min": [1.0] * count, "y_min": [2.0] * count, "x_max": [11.0] * count, "y_max": [12.0] * count}
    ids = [f"t{i}" for i in range(count)] if workers else [None] * count
    tasks = {"assignment_id": ids, "worker_id": list(workers), "frame": range(count)} if workers else {}
    dataset = Dataset(
        frames=table("frames", {"frame": range(count), "file": list(names), **size}),
        categories=table("categories", {"class_id": range(count), "name": [f"c{i}" for i in range(count)]}),
        annotations=table(
            "annotations",
            {
                "annotation_id": range(count),
                "frame": range(count),
                "class_id": range(count),
                "assignment_id": ids,
                **box,
            },
        ),
        assignments=table("assignments", tasks),
        workers=table("workers", {"worker_id": list(dict.fromkeys(workers))}),
    )
    return LabelSet("yolo", Path("set"), dataset)


def placed(labels: LabelSet) -> dict[int, int]:
    return dict(labels.dataset.annotations.select("class_id", "frame").rows())


@pytest.mark.parametrize(
    ("names", "frames", "options", "expected"),
    [
        pytest.param(
            ["b.png", "a.txt"], source(3, files=["x/a.jpg", "x/b.jpg", "x/c.jpg"]), {}, {0: 1, 1: 0}, id="by stem"
        ),
        pytest.param(["f_0.png", "f_5.png"], source(9), {}, {0: 0, 1: 5}, id="a zero: counted from 0"),
        pytest.param(["f_2.png", "f_9.png"], source(9), {}, {0: 1, 1: 8}, id="the last is the count: counted from 1"),
        pytest.param(["f_2.png", "f_7.png"], source(9), {"first_number": 0}, {0: 2, 1: 7}, id="said: from 0"),
        pytest.param(["f_12.png", "f_17.png"], source(9), {"first_number": 10}, {0: 2, 1: 7}, id="said: from 10"),
        pytest.param(
            ["mouse_0202_W1.png", "mouse_0296_W2.png"], source(296), {}, {0: 201, 1: 295}, id="with worker ids"
        ),
        pytest.param(
            ["f_3.png", "f_7.png"],
            source(3, files=["g_3.png", "g_5.png", "g_7.png"]),
            {},
            {0: 0, 1: 2},
            id="own numbers",
        ),
        pytest.param(["u.png", "v.png"], source(2), {"how": "order"}, {0: 0, 1: 1}, id="by order"),
        pytest.param(["mouse_0003_A1B2"], source(3), {}, {0: 2}, id="a single name"),
        pytest.param([None, None], source(2), {"how": "order"}, {0: 0, 1: 1}, id="no names, by order"),
        pytest.param(["3fae11bc-f_0", "1bcd02ef-f_1", "41640839-f_2"], source(3), {}, {0: 0, 1: 1, 2: 2}, id="uploads"),
        pytest.param(
            ["3fae11bc-f_0", "1bcd02ef-f_1"],
            source(2, files=["f_0.png", "f_1.png"]),
            {},
            {0: 0, 1: 1},
            id="upload, files",
        ),
        pytest.param(["images/shot.a.webp"], source(1, files=["shot.a.webp.jpg"]), {}, {0: 0}, id="two suffixes"),
        pytest.param(["Cafe\u0301\u200b.txt"], source(1, files=["Caf\u00e9.png"]), {}, {0: 0}, id="unseen characters"),
    ],
)
def test_frames_are_found(names: Any, frames: pl.DataFrame, options: Any, expected: dict[int, int]) -> None:
    aligned = align(labelled(names), frames, **options)
    assert placed(aligned) == expected
    assert aligned.dataset.frames.equals(frames)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(["3fae11bc9d0e1a2b.png", "1bcd02ef9d0e1a2c.png"], id="names-that-are-hashes"),
        pytest.param(["3fae11bc9d0e1a2b_x.png", "1bcd02ef9d0e1a2c_x.png"], id="a-hash-and-a-word"),
        pytest.param([f"{i}b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4be1" for i in range(3)], id="UUIDs"),
        pytest.param(["cam_9f767c45-0001.png", "cam_0002.png"], id="some-of-them"),
    ],
)
def test_a_hash_holds_no_frame_number(files: Sequence[str]) -> None:
    with pytest.raises(InputError, match="nothing says which frame is which"):
        align(labelled(files), source(4200))


def names(text: str, numbers: Sequence[int]) -> list[str]:
    return [text.format(number) for number in numbers]


SPLIT, THESIS = "frame_{:06d}.png", "mouse_{:04d}_W"


@pytest.mark.parametrize(
    ("files", "labels", "expected", "codes"),
    [
        pytest.param(
            (SPLIT, range(9)), (THESIS, range(1, 10)), range(9), ["counted-otherwise"], id="from one on files from zero"
        ),
        pytest.param(
            (SPLIT, range(9)), (THESIS, [3, 9]), [2, 8], ["counted-otherwise"], id="some of those, the last among them"
        ),
        pytest.param(("f{}.jpg", range(1, 10)), ("x{}", [0, 8]), [0, 8], ["counted-otherwise"], id="the other way"),
        pytest.param(
            (SPLIT, range(40, 50)), (THESIS, range(41, 51)), range(10), ["counted-otherwise"], id="a part of a clip"
        ),
        pytest.param((SPLIT, range(9)), (THESIS, [0, 3]), [0, 3], [], id="a zero: both from zero"),
        pytest.param(
            (SPLIT, range(9)), (THESIS, [3, 7]), [3, 7], ["equal-numbers"], id="in the middle: equal, and said"
        ),
        pytest.param(("f{}.jpg", range(1, 10)), ("x{}", [1, 3]), [0, 2], [], id="both from one"),
        pytest.param(("f{}.jpg", range(1, 10)), ("x{}", range(1, 10)), range(9), [], id="both from one, all"),
        pytest.param(("m_{:04d}.jpg", range(9)), ("m_{:04d}_W", [1, 3]), [1, 3], [], id="called alike"),
        pytest.param(("m_{:04d}.jpg", range(9)), ("m_{:04d}.txt", [1, 3]), [1, 3], [], id="of the same name"),
        pytest.param((SPLIT, [0]), (THESIS, [1]), [0], ["counted-otherwise"], id="a single frame"),
    ],
)
def test_numbers_on_files_with_numbers_of_their_own(
    files: tuple[str, Sequence[int]], labels: tuple[str, Sequence[int]], expected: Sequence[int], codes: list[str]
) -> None:
    frames = source(len(files[1]), files=names(*files))
    aligned = align(labelled(names(*labels)), frames)
    assert placed(aligned) == dict(enumerate(expected))
    assert [problem.code for problem in aligned.problems] == codes
    assert all("--first-number N (align.first_number)" in str(problem) for problem in aligned.problems)


@pytest.mark.parametrize(
    ("files", "labels", "options", "found", "numbers"),
    [
        pytest.param(
            (SPLIT, range(9)), (THESIS, range(1, 9)), {}, "labels from 1 to 8, files from 0 to 8", (0, 1), id="both fit"
        ),
        pytest.param(
            (SPLIT, range(3)),
            (THESIS, range(1, 10)),
            {"drop_extra": True},
            "labels from 1 to 9, files from 0 to 2",
            (0, 1),
            id="dropping hides it",
        ),
        pytest.param(
            (SPLIT, range(4, 7)),
            (THESIS, range(1, 10)),
            {"drop_extra": True},
            "labels from 1 to 9, files from 4 to 6",
            (4, 5),
            id="dropping on both sides",
        ),
        pytest.param(
            (SPLIT, range(9)),
            (SPLIT, range(1, 10)),
            {"drop_extra": True},
            "labels from 1 to 9, files from 0 to 8",
            (0, 1),
            id="called alike, counted otherwise",
        ),
        pytest.param(
            ("f{}.jpg", range(1, 9)), ("x{}", [0, 8]), {}, "labels from 0 to 8, files from 1 to 8", (1, 0), id="neither"
        ),
    ],
)
def test_numbers_that_may_begin_differently_are_refused(
    files: tuple[str, Sequence[int]],
    labels: tuple[str, Sequence[int]],
    options: dict[str, bool],
    found: str,
    numbers: tuple[int, int],
) -> None:
    with pytest.raises(InputError) as caught:
        align(labelled(names(*labels)), source(len(files[1]), files=names(*files)), **options)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "set: the labels' numbers and those of the source's files may begin differently "
        f"(found '{found}'). Say which number of the labels the first file is: --first-number N (align.first_number); "
        f"{numbers[0]} if equal numbers are one frame, else {numbers[1]}."
    )


def test_a_set_beside_its_images_that_counts_otherwise_is_asked_about(yolo: Make, picture: Make) -> None:
    """The image 0 is one of the set's frames; that the labels begin at 1 is seen all the same."""
    folder = yolo({"f_1": "0 .5 .5 .5 .5", "f_2": "1 .5 .5 .5 .5", "f_3": "2 .5 .5 .5 .5"}, images=False)
    files = ["f_0.png", "f_1.png", "f_2.png"]
    for name in files:
        picture(folder / "images" / name)
    labels = read_labels(folder, frame_size=(64, 48))
    with pytest.raises(InputError, match="may begin differently"):
        align(labels, source(3, files=files))
    aligned = align(labels, source(3, files=files), first_number=1)
    assert (placed(aligned), [problem.code for problem in aligned.problems]) == (
        {0: 0, 1: 1, 2: 2},
        [],
    )


@pytest.mark.parametrize(
    ("files", "labels", "first_number", "expected"),
    [
        pytest.param((SPLIT, range(9)), (THESIS, [1, 8]), 0, [1, 8], id="equal"),
        pytest.param((SPLIT, range(9)), (THESIS, [1, 8]), 1, [0, 7], id="counted from one"),
        pytest.param((SPLIT, range(9)), (SPLIT, [1, 8]), 1, [0, 7], id="it is said, so the names do not count"),
        pytest.param((SPLIT, [0, 1, 3, 4]), (THESIS, [2, 4]), 1, [1, 2], id="a gap that both have"),
        pytest.param((SPLIT, [1000, 1040, 1080]), (THESIS, [1, 3]), 1, [0, 2], id="numbers of another kind"),
    ],
)
def test_the_first_number_decides(
    files: tuple[str, Sequence[int]], labels: tuple[str, Sequence[int]], first_number: int, expected: Sequence[int]
) -> None:
    aligned = align(labelled(names(*labels)), source(len(files[1]), files=names(*files)), first_number=first_number)
    assert placed(aligned) == dict(enumerate(expected))
    assert aligned.problems == ()


def test_a_number_beyond_the_source_does_not_tell_where_numbers_begin() -> None:
    with pytest.raises(InputError, match="may count from 0 or from 1"):
        align(labelled(["f_2", "f_20"]), source(9), drop_extra=True)


def test_the_ids_of_several_workers_on_one_frame_are_no_frame_numbers() -> None:
    aligned = align(labelled(["mouse_0002_A1B2", "mouse_0002_A3C4"], ["A1B2", "A3C4"]), source(9), first_number=1)
    assert aligned.dataset.assignments.select("worker_id", "frame").rows() == [("A1B2", 1), ("A3C4", 1)]


def test_counting_from_one_is_assumed_and_said() -> None:
    aligned = align(labelled(["f_1", "f_4"]), source(9))
    assert placed(aligned) == {0: 0, 1: 3}
    (problem,) = aligned.problems
    assert (problem.code, problem.severity) == ("counted-from-one", "note")


@pytest.mark.parametrize(
    ("names", "frames", "options", "message"),
    [
        pytest.param(
            ["f_2", "f_7"],
            source(9),
            {},
            "set: the numbers in the file names may count from 0 or from 1 (found '2 to 7, a source of 9 frames'). "
            "Say which number of the labels the first frame is: --first-number N (align.first_number).",
            id="no telling where numbers begin",
        ),
        pytest.param(
            ["train_001", "val_001"],
            source(9),
            {},
            "set: nothing says which frame is which (found 'train_001'; expected the source's file names, or frame "
            "numbers). "
            "Call the labels as the source's files are called, or number them as its frames.",
            id="no frame numbers",
        ),
        pytest.param(
            ["clip.mp4#t=1.5", "clip.mp4#t=2.5"],
            source(9),
            {},
            "set: nothing says which frame is which (found 'clip.mp4#t=1.5'",
            id="seconds of a video",
        ),
        pytest.param(
            ["f_0", "f_9", "f_10", "f_11", "f_12"],
            source(9),
            {},
            "set: 4 of 5 labelled frames are not in the source, which has 9 (found 'f_9, f_10, f_11 and 1 more'). "
            "Give the source they were made on.",
            id="more frames",
        ),
        pytest.param(
            ["a.png", "z.png"],
            source(2, files=["a.png", "b.png"]),
            {},
            "set: 1 of 2 labelled frames are not in the source, which has 2 (found 'z.png').",
            id="an unknown image",
        ),
        pytest.param(
            ["q.png"],
            source(2, files=["a.png", "b.png"]),
            {"how": "name"},
            "set: 1 of 1 labelled frames are",
            id="by name",
        ),
        pytest.param(
            ["a", "b", "c"], source(2), {"how": "order"}, "set: 1 of 3 labelled frames are not in", id="by order"
        ),
        pytest.param(
            ["a_0.png", "a_00.png"],
            source(2),
            {},
            "set, frame 0: two labelled images are one frame of the source (found 'a_0.png, a_00.png').",
            id="two images for one frame",
        ),
        pytest.param(
            ["f_0", "f_1"],
            source(2, (128, 96)),
            {},
            "set, f_0: the labels were made at another size (found '64x48'; expected 128x96, the source's size). "
            "Give the source they were made on, or map the coordinates: --rescale (align.rescale).",
            id="another size",
        ),
    ],
)
def test_what_does_not_fit_is_refused(names: Any, frames: pl.DataFrame, options: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        align(labelled(names), frames, **options)
    assert str(caught.value).startswith(message)


def test_another_way_is_refused() -> None:
    with pytest.raises(ConfigError, match="there is no such way to map frames"):
        align(labelled(["a"]), source(1), how="guess")  # type: ignore[arg-type]


def test_extra_frames_can_be_left_out_with_their_work() -> None:
    aligned = align(labelled(["f_0", "f_9"], ["W1", "W2"]), source(5), drop_extra=True)
    assert placed(aligned) == {0: 0}
    assert aligned.dataset.assignments.select("worker_id", "frame").rows() == [("W1", 0)]
    assert aligned.dataset.workers["worker_id"].to_list() == ["W1", "W2"]
    (problem,) = aligned.problems
    assert (problem.code, str(problem)) == (
        "dropped-frames",
        "1 frames that the source does not have were left out: f_9",
    )


def test_several_workers_may_share_a_frame() -> None:
    names = ["mouse_0001_W1.png", "mouse_0001_W2.png", "mouse_0002_W1.png"]
    aligned = align(labelled(names, ["W1", "W2", "W1"]), source(2))
    assert aligned.dataset.assignments.select("worker_id", "frame").rows() == [("W1", 0), ("W2", 0), ("W1", 1)]


def test_one_worker_on_one_frame_twice_is_refused() -> None:
    with pytest.raises(InputError, match="two labelled images are one frame"):
        align(labelled(["a_1_W1.png", "a_01_W1.png"], ["W1", "W1"]), source(1), first_number=1)


def test_the_same_image_twice_is_one_frame() -> None:
    assert placed(align(labelled(["a.png", "a.png"]), source(1, files=["a.png"]))) == {0: 0, 1: 0}


def test_rescaling_maps_boxes_polygons_and_masks(coco: Make) -> None:
    runs = [48 * 10, 48, 48 * 53]
    changes = {0: {"segmentation": [[8, 8, 16, 8, 16, 24]]}, 1: {"segmentation": {"size": [48, 64], "counts": runs}}}
    labels = read_labels(coco({"annotations": changes}))
    aligned = align(labels, source(2, (128, 144)), rescale=True)
    first, second = aligned.dataset.annotations.iter_rows(named=True)
    assert (first["x_min"], first["y_min"], first["x_max"], first["y_max"]) == (8.0, 18.0, 28.0, 78.0)
    assert first["polygons"] == [[16.0, 24.0, 32.0, 24.0, 32.0, 72.0]]
    mask = mask_from_rle(rle_from_string(second["mask_rle"]), 144, 128)
    assert mask[:, 20:22].all() and mask.sum() == 144 * 2
    assert [problem.code for problem in aligned.problems] == ["rescaled"]


def test_a_damaged_mask_is_refused_when_it_must_be_read(coco: Make) -> None:
    runs = {"size": [48, 64], "counts": [3072]}
    labels = read_labels(coco({"annotations": {0: {"segmentation": runs}}}))
    masks = pl.Series([rle_to_string([5, 5]), None])
    labels = replace(
        labels, dataset=labels.dataset.replace(annotations=labels.dataset.annotations.with_columns(mask_rle=masks))
    )
    with pytest.raises(InputError, match="a mask cannot be read: runs add up to 10, a picture of 64x48 has 3072"):
        align(labels, source(2, (128, 96)), rescale=True)


def test_the_thesis_on_its_video(thesis: Path) -> None:
    aligned = align(read_labels(thesis), source(296))
    assert aligned.dataset.assignments["frame"].to_list() == [0, 9, 201]
    assert aligned.dataset.annotations["frame"].to_list() == [0, 201]
    assert [problem.code for problem in aligned.problems] == ["people-met", "counted-from-one"]


FILES_FROM_0, FILES_FROM_1 = ([f"f_{i}.png" for i in range(start, start + 5)] for start in (0, 1))


@pytest.mark.parametrize(
    ("names", "frames", "options", "option"),
    [
        pytest.param(["a.png", "z.png"], source(2, files=["a.png", "b.png"]), {}, "--drop-extra", id="called-alike"),
        pytest.param(names("f_{}.txt", range(8)), source(5, files=FILES_FROM_0), {}, "--drop-extra", id="both-from-0"),
        pytest.param(
            names("f_{}.txt", range(1, 9)), source(5, files=FILES_FROM_1), {}, "--drop-extra", id="both-from-1"
        ),
        pytest.param(
            names("f_{}.txt", range(8)), source(5, files=FILES_FROM_1), {}, None, id="labels-from-0-files-from-1"
        ),
        pytest.param(names("f_{}.txt", range(6)), source(5), {"first_number": 1}, None, id="from-0-but-1-was-said"),
        pytest.param(names("f_{}.txt", range(1, 9)), source(5), {}, None, id="a-video-with-fewer-frames"),
        pytest.param(["a", "b", "c"], source(2), {"how": "order"}, None, id="order"),
        pytest.param(["3fae11bc.png", "1bcd02ef.png"], source(2), {}, None, id="hashes"),
        pytest.param(["f_0", "f_1"], source(2, (128, 96)), {}, "--rescale", id="scaled"),
        pytest.param(["f_0", "f_1"], source(2, (85, 64)), {}, "--rescale", id="scaled-and-rounded"),
        pytest.param(["f_0", "f_1"], source(2, (64, 64)), {}, None, id="fitted-between-bars"),
        pytest.param(["f_0", "f_1"], source(2, (48, 64)), {}, None, id="turned"),
    ],
)
def test_no_advice_moves_labels(names: Any, frames: pl.DataFrame, options: Any, option: str | None) -> None:
    with pytest.raises(InputError) as caught:
        align(labelled(names), frames, **options)
    advice = caught.value.remedy or ""
    assert [word for word in ("--drop-extra", "--rescale", "--align") if word in advice] == ([option] if option else [])


def test_a_dataset_that_was_saved_with_a_sources_frames_has_them() -> None:
    """No name and no number says which frame is which: all facts of the frames are those of the source."""
    frames = source(6)
    saved = LabelSet("dataset", Path("saved"), make_dataset(6, (64, 48)).replace(frames=frames))
    assert align(saved, frames).dataset.annotations.equals(saved.dataset.annotations)
    for other in (
        source(7),
        frames.with_columns(pl.col("pts_seconds") + 1),
        frames.with_columns(width=pl.lit(65, pl.Int64)),
    ):
        with pytest.raises(InputError):
            align(saved, other)


@pytest.mark.parametrize(
    ("own", "file", "fits"),
    [
        ("f_1_….png", "f_1_maria.png", True),
        ("…", "maria.png", True),
        ("f_1_….png", "f_2_maria.png", False),
        ("f_1_….png", "f_1_.png", False),
        ("f_1.png", "f_1_maria.png", False),
    ],
)
def test_a_name_without_somebody_stays_so_where_the_frames_are_the_sources(own: str, file: str, fits: bool) -> None:
    frames = source(1, files=[file])
    saved = labelled([own])
    saved = saved.with_dataset(saved.dataset.replace(frames=frames.with_columns(file=pl.lit(own))))
    if fits:
        assert align(saved, frames).dataset.frames["file"].to_list() == [own]
    else:
        assert _aligned_names(saved, frames) in ([file], None)


def _aligned_names(labels: LabelSet, frames: pl.DataFrame) -> list[str] | None:
    try:
        return align(labels, frames).dataset.frames["file"].to_list()
    except InputError:
        return None


def test_frames_without_names_have_the_sources_numbers_already() -> None:
    for other in (source(6), source(6, files=[f"a_{i}.png" for i in range(6)])):
        aligned = align(labelled([None] * 6), other).dataset
        assert aligned.annotations["frame"].to_list() == list(range(6))
        assert aligned.frames.equals(other)


@pytest.mark.parametrize(("rate", "fits"), [(24, True), (24.001, True), (30, False), (12, False)])
def test_frames_without_names_are_shown_when_the_sources_are(rate: float, fits: bool) -> None:
    labels = labelled([None] * 6)
    times = pl.Series("pts_seconds", [i / rate for i in range(6)])
    timed = labels.with_dataset(labels.dataset.replace(frames=labels.dataset.frames.with_columns(times)))
    if fits:
        assert align(timed, source(6)).dataset.annotations.height == 6
    else:
        with pytest.raises(InputError, match="another video") as raised:
            align(timed, source(6))
        assert raised.value.at
