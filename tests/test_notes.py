"""Notes: their words stand in one file that a person can read through, and every code of the source has some."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loopviz.note_words import WORDS, in_words
from loopviz.notes import Note, note, told, warning

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = Path(__file__).with_name("notes.txt")
# What words are made of, by the names of values; where one name stands for several things, by code.
VALUES = {
    "bytes": 9,
    "frame": 3,
    "trouble": "Invalid data found",
    "readable": 12,
    "count": 2,
    "claimed": 9,
    "found": 12,
    "frames": [3, 4, 5, 6, 7, 8],
    "milliseconds": 100,
    "bits": 10,
    "depth": 8,
    "stored": "yuv444p",
    "delivered": "yuv420p",
    "paper": "#101010",
    "ratio": "3:2",
    "size": "96x64",
    "matrix": 8,
    "assumed": "bt709",
    "name": "PQ",
    "peak": 1000.0,
    "white": 203,
    "first": "a.png",
    "shapes": "2 points, 1 tag",
    "sizes": 2,
    "shown": "64x48",
    "places": 2,
    "side": "after",
    "before": "2.png",
    "after": "4.png",
    "kinds": [".avif", ".heic", ".gif", ".jxl", ".svg"],
    "format": "a CVAT export",
    "file": "annotations.xml",
    "stream": 1,
    "codec": "opus",
    "became": "aac",
    "fits": False,
    "seconds": 1.25,
    "scale": 90000,
    "container": "webm",
    "heading": " 'How long do you search?'",
    "question": "Q1",
    "questions": ["Q1", "Q2"],
    "people_unpaid": 2,
    "people_with_nothing": 1,
    "tasks_unpaid": 3,
    "tasks": 9,
    "usd": 4.5,
    "hours": 1.5,
    "unknown": 1,
    "not_judged": 2,
    "still_rejected": 1,
    "left_out": 1,
    "verdicts": 5,
    "reversals": 1,
    "sheets": 3,
    "with_ids": 1,
    "meanings": [("I agree", True, 11), ("No", False, 2), (None, False, 1)],
    "times": 9,
    "others": 2,
    "numbers": 1,
    "headings": {"Q1": "Age", "Q2": "City"},
    "assignments": 4,
    "workers": 2,
    "words": "a confidence",
    "key": "questions",
    "remedy": "Perhaps 'Q1' is meant.",
    "characters": "漢字",
    "extras": ["cjk"],
    "texts": 2,
    "answers": 3,
    "agreed": 11,
    "answered": 9,
    "silent": 2,
    "responses": 12,
    "how": "by name",
    "taken": "a yes",
    "codes": ("A1", "B2"),
    "states": {"approved": 3, "rejected": 1},
    "batches": 1,
    "labels": 9,
    "known": 3,
    "refused": 2,
    "not_asked": 1,
    "unasked": 4,
    "some": True,
    "captions": 12,
    "names": ["a.csv", "b.csv"],
    "what": "outlines",
    "number": 1,
    "ours": "wheel",
    "other": 1,
    "of": "class ids",
    "value": "'high'",
    "expected": "a number from 0 to 1",
    "boxes": 2,
    "polygons": 3,
    "rows": 12,
    "columns": ["Answer.Q1", "Answer.Q2"],
    "column": "Answer.Q1",
    "why": "no labels",
    "tolerance": 40,
    "min_area": 4,
    "fewer": 1,
    "unclear": 64,
    "met": 2,
    "people": 3,
    "keys": ["made", "device"],
    "order": "month/day",
    "blocks": 10,
    "held": 2,
    "whys": {"rejected": 154, "not-read": 29},
    "gone": 1,
    "part": "val",
    "confidence": 0.25,
    "beside": "instances.json",
    "trial": "weighted",
    "steps": 1350,
    "batch": 8,
    "by": "truth",
    "images": 216,
    "epochs": 50,
    "folder": "mouse-folds",
}
OF_CODE = {
    "part-found": {"part": "video", "name": "clip.mp4"},
    "frames-found": {"names": ["images/train/", "images/val/"]},
    "labels-found": {"names": ["labels/"], "format": "yolo"},
    "made-left-aside": {"name": "output_clip.mp4"},
    "dataset-exported": {"format": "coco"},
    "noted-before": {"text": "words of an earlier step"},
    "dropped-frames": {"names": ["a.png", "b.png", "c.png", "d.png"]},
    "extra-frames": {"names": ["a.png", "b.png"]},
    "names-from": {"names": ["wheel", "body"]},
    "names-differ": {"file": "data.yaml", "other": "body"},
    "names-outside": {"first": "'a.png'"},
    "image-unreadable": {"trouble": "no image"},
    "last-number": {"what": "track ids"},
    "taken-as": {"what": "the image that was labelled"},
    "columns-missing": {"what": ["pay", "time"]},
    "consent-taken": {"answers": {"Q1 consent": {"yes": 3, "no": 1}}},
    "column-twice": {"first": "Q1", "name": "Q1 (2)"},
    "unknown-response": {"column": "Status", "kinds": ["'odd'"]},
    "not-people": {"kinds": {"preview": 1, "spam": 1}},
    "date-order": {"column": "Date"},
    "time-zone": {"column": "Date"},
    "bad-date": {"column": "Date"},
    "parts-of-a-set": {"frames": {"train": 8, "val": 2}},
    "search-time": {"text": " 'How long do you search?'"},
    "not-accepted": {"frames": 3},
    "several-on-a-frame": {"frames": 3},
    "several-teach": {"frames": 3},
    "several-shown": {"frames": 3},
    "several-judge": {"frames": 3},
    "without-area": {"count": 4},
    "keypoints-untaught": {"count": 3},
    "written-as-masks": {"count": 2},
    "pose-shape": {"count": 17, "dims": 3},
    "categories-not-predicted": {"names": ["wheel", "body"]},
    "categories-not-labelled": {"names": ["wheel", "body"]},
    "split-blocks": {"frames": 30},
    "trials-judged": {"frames": 56},
    "trials-time": {"seconds": 1500},
    "trial-begins": {"of": 4},
    "trial-same": {"trial": "all", "other": "accepted"},
    "trial-impossible": {"trial": "without-1", "why": "no label teaches anything"},
    "twins": {"of": 56, "other": 119, "frame": 120},
    "unknown-name": {"name": "Q11"},
    "table-left-aside": {"name": "extra.csv"},
    "no-room": {"characters": 40},
    "labels-counted": {"frames": 5, "of": 6},
    "no-place": {"format": "MOTChallenge"},
    "boxes-around-points": {"count": 3},
    "written-as-seen": {"count": 3},
    "origin-lost": {"format": "MOTChallenge"},
}


def example(code: str) -> str:
    words, values = WORDS[code], VALUES | OF_CODE.get(code, {})
    if isinstance(words, str):
        return in_words(code, values)
    names = words.__code__.co_varnames[: words.__code__.co_argcount]
    return in_words(code, {name: values[name] for name in names})


def test_words_are_those_that_were_read_through():
    """To change words: change the file too, and read the lines around them."""
    assert SNAPSHOT.read_text(encoding="utf-8").splitlines() == [f"{code}: {example(code)}" for code in WORDS]


def test_every_code_has_words_and_is_used():
    files = [file for file in (ROOT / "src" / "loopviz").rglob("*.py") if "note_words" not in file.parts]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    made = set(re.findall(r"(?:(?<!\.)\b(?:note|warning|told)|\bsay)\(\s*\"([\w-]+)\"", text))
    assert len(made) > 50
    assert made <= set(WORDS)
    assert [code for code in WORDS if f'"{code}"' not in text] == []


def test_a_line_says_where_it_is_and_how_much_it_matters():
    assert note("cut-short", bytes=5).about("a.mp4").line == f"note: a.mp4: {note('cut-short', bytes=5)}"
    assert warning("several-surveys", names=["a", "b"]).line == f"warning: {note('several-surveys', names=['a', 'b'])}"


def test_a_note_says_how_many_things_it_is_about_and_where():
    said = Note("bad-date", {"count": 3, "column": "Date"}, "a.csv", "row 2")
    assert (said.count, said.place, note("empty-box").count, note("empty-box").place) == (3, "a.csv, row 2", 1, "")


def test_what_tells_of_a_result_has_no_word_before_it():
    assert told("account-written").about("ledger.csv").line == f"ledger.csv: {told('account-written')}"


@pytest.mark.parametrize("count", [1, 3])
def test_one_thing_is_not_said_as_several(count: int):
    said = [
        str(note("attached-pictures", count=count)),
        str(note("numbers-missing", places=count, before="a", after="b")),
    ]
    assert ["an attached picture is ignored" in said[0], "in one place" in said[1]] == [count == 1] * 2


def test_notes_are_values():
    assert note("cut-short", bytes=5) == Note("cut-short", {"bytes": 5}) != note("cut-short", bytes=6)
    assert len({note("cut-short", bytes=5), note("cut-short", bytes=5)}) == 1
    with pytest.raises(KeyError):
        str(note("no-such-code"))
