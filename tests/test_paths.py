"""Which names are the same, and in what order they stand."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.formats.reading import read_labels
from loopviz.media.folder import list_images
from loopviz.paths import NameIndex, before_upload, id_key, inside, name_key, natural_key, natural_keys, stem_of

HEX = "0c91b2aa44de0f3c9a2b7d5e6f801234"
UUID = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a/b.c.JPEG", "b.c"),
        ("frame.0001", "frame.0001"),
        ("x.txt", "x"),
        (".png", ""),
        ("a", "a"),
        ("a.b/c", "c"),
        ("images\\frame_0000.jpg", "frame_0000"),
        ("shot.a.webp.jpg", "shot.a.webp"),
        ("shot.a.webp.txt", "shot.a.webp"),
        ("IMG_1.jfif", "IMG_1"),
    ],
)
def test_stems(name: str, stem: str) -> None:
    assert stem_of(name) == stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Caf\u00e9_1.png", "Cafe\u0301_1.txt", id="composed-and-not"),
        pytest.param("a\u200bb.png", "ab.txt", id="zero-width-space"),
        pytest.param("\u202aab\u202c.png", "ab.txt", id="direction-marks"),
        pytest.param("\ufeffab.png", "ab.txt", id="byte-order-mark"),
        pytest.param("soft\u00adhyphen.png", "softhyphen.jpg", id="soft-hyphen"),
        pytest.param("set\\train\\ab.png", "other/ab.txt", id="slashes"),
        pytest.param("ab .png", "ab.txt", id="blank-at-the-end"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("a_1.png", "a_01.png"), ("A.png", "a.png"), ("a.b.png", "a.png")])
def test_names_that_are_not(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize("typed", ["a1b2", " A1B2\u00a0", "A1\u200bB2", "\u2066A1B2\u2069", "\ufeff A1B2"])
def test_an_id_as_people_paste_it(typed: str) -> None:
    assert id_key(typed) == id_key("A1B2")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param("f10 f9 f 10 9 a/f2 f2", "9 10 a/f2 f f2 f9 f10", id="numbers-and-folders"),
        pytest.param("B_1.png a_2.png", "a_2.png B_1.png", id="case"),
        pytest.param("f01.png f1.png f001.png", "f001.png f01.png f1.png", id="equal-numbers"),
        pytest.param("frame2.png frame.png", "frame.png frame2.png", id="suffixes-last"),
        pytest.param("a.txt a.png", "a.png a.txt", id="suffix-alone"),
        pytest.param("f" + "9" * 30 + " f" + "1" + "0" * 30, "f" + "9" * 30 + " f1" + "0" * 30, id="long-numbers"),
        pytest.param("9f767c45-f_0.png 4164d839-f_1.png", "9f767c45-f_0.png 4164d839-f_1.png", id="uploads"),
        pytest.param("20240102-f_0.png 20240101-f_1.png", "20240101-f_1.png 20240102-f_0.png", id="dates"),
    ],
)
def test_natural_order(names: str, expected: str) -> None:
    given_names = names.split()
    keys = natural_keys(given_names)
    assert [given_names[i] for i in sorted(range(len(keys)), key=keys.__getitem__)] == expected.split()


@given(st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=6))
def test_every_name_has_a_place_of_its_own(names: list[str]) -> None:
    keys = sorted(map(natural_key, names))
    assert all(before < after for before, after in pairwise(keys))


@pytest.mark.parametrize(
    ("stems", "expected"),
    [
        (["9f767c45-frame_1", "41640839-frame_2"], ["frame_1", "frame_2"]),
        ([f"{UUID}-frame_1", f"{UUID}_frame_2"], ["frame_1", "frame_2"]),
        ([f"frame_1_jpg.rf.{HEX}", f"frame_2_png.rf.{HEX}"], ["frame_1", "frame_2"]),
        (["20240101-frame_1", "20240102-frame_1"], ["20240101-frame_1", "20240102-frame_1"]),
        (["9f767c45-frame_1", "frame_2"], ["frame_1", "frame_2"]),
        ([UUID, f"{UUID}-1"], [UUID, "1"]),
        (["9f767c45-", "clip-1"], ["9f767c45-", "clip-1"]),
        ([], []),
    ],
)
def test_names_before_they_were_uploaded(stems: list[str], expected: list[str]) -> None:
    assert before_upload(stems) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["../../label-studio/data/f.png"], ["f.png"]),
        (["/home/mina/set/f.png", "/home/mina/set/g.png"], ["f.png", "g.png"]),
        (["C:\\set\\f.png", "\\\\server\\set\\g.png", "D:h.png"], ["f.png", "g.png", "h.png"]),
        (["https://x.org/a%20b/f%201.png?key=a/b#c", "s3://bucket/g.png"], ["f 1.png", "g.png"]),
        (["~/set/f.png"], ["f.png"]),
        (["images\\train\\f.png", "./images//g.png"], ["images/train/f.png", "images/g.png"]),
        (["/set/a/1.png", "/set/b/1.png", "/set/b/2.png"], ["set/a/1.png", "set/b/1.png", "2.png"]),
        (["/set/a/1.png", "/set/a/1.png"], ["1.png", "1.png"]),
        (["..", "/", "", "a/.."], ["", "", "", ""]),
    ],
)
def test_names_stay_inside(names: list[str], expected: list[str]) -> None:
    assert inside(names) == expected


@given(st.lists(st.text("ab./\\:~C", max_size=12), max_size=5))
def test_no_name_leads_outside(names: list[str]) -> None:
    for name in inside(names):
        assert not name.startswith(("/", "\\")) and ".." not in name.split("/") and "\\" not in name


@pytest.mark.parametrize(
    ("files", "name", "frame"),
    [
        pytest.param(["a.png", "b.png"], "b.txt", 1, id="stem"),
        pytest.param(["shot.a.webp.jpg"], "shot.a.webp", 0, id="the-stem-of-a-label-file"),
        pytest.param(["a.webp.jpg", "a.png"], "a.webp", 0, id="the-whole-stem-first"),
        pytest.param(["a.jpg", "b.jpg"], "b.jpg.txt", 1, id="the-whole-name-and-txt"),
        pytest.param(["9f767c45-a.png"], "a.txt", 0, id="uploaded-image"),
        pytest.param(["a.png"], "41640839-a.txt", 0, id="uploaded-label"),
        pytest.param(["41640839-a.png", "9f767c45-a.png"], "9f767c45-a.txt", 1, id="both-uploaded"),
        pytest.param([f"a_jpg.rf.{HEX}.jpg"], "a.txt", 0, id="roboflow"),
        pytest.param([unicodedata.normalize("NFD", "é.png")], "é.txt", 0, id="composed"),
        pytest.param(["train/a.png", "val/a.png"], "labels/val/a.txt", 1, id="folders"),
        pytest.param(["train/a.png", "val/a.png"], "a.txt", None, id="ambiguous"),
        pytest.param(["a.png"], "b.txt", None, id="unknown"),
    ],
)
def test_frames_are_found_by_name(files: list[str], name: str, frame: int | None) -> None:
    assert NameIndex(zip(files, range(len(files)), strict=True)).find(name) == frame


@pytest.mark.parametrize("names", ["B_1 a_2", "f10 f9 F1", "9f767c45-f_0 4164d839-f_1", "a-1 a_1 a1", "é_2 e\u0301_10"])
def test_labels_stand_in_the_order_of_their_images(tmp_path: Path, names: str) -> None:
    for name in names.split():
        (tmp_path / "images").mkdir(exist_ok=True)
        (tmp_path / "images" / f"{name}.png").touch()
        write_file(tmp_path / "labels" / f"{name}.txt", "0 .5 .5 .1 .1")
    images = [image.stem for image in list_images(tmp_path / "images")]
    labels = read_labels(tmp_path / "labels", frame_size=(64, 48)).dataset.frames["file"].to_list()
    assert images == labels


def write_file(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
