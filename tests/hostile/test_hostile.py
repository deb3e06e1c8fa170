"""Hostile input: what a person gets for each, word for word. Nothing hangs, nothing is written, no traceback is shown."""

# ruff: noqa: E501  (a case is a line: what is written, what is typed, what is said)

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_files import (
    ESCAPES,
    all_of,
    annotation,
    coco,
    data,
    fifo,
    image,
    link,
    manifest,
    nested,
    png,
    png_text_bomb,
    text,
    zip_bomb,
)

from loopviz.cli import main
from loopviz.formats.reading import no_labels
from loopviz.schema import SCHEMAS

SECONDS = 10  # of CPU that a refusal may take; what waits for ever is interrupted
MEMORY = 1_500 * 2**20  # bytes more than before, at most: a bomb that goes off takes gigabytes
Build = Callable[[], object]

COCO = "render clip.mp4 --labels coco.json -o out.mp4"
YOLO = "render clip.mp4 --labels labels -o out.mp4"
PEOPLE = f"{COCO} --people people.json"
WORK = f"{COCO} --assignments work.csv"
PROJECT = "run loopviz.yaml"
IMAGES = "assemble images -o out.mp4"
ONE_PIXEL = zlib.compress(b"\0" * 72)

NO_LABELS = str(no_labels(Path("labels"))).removeprefix("labels: ")  # it names the formats that there are
NO_IMAGE = (
    "this is not an image, whatever its name says (expected PNG, JPEG, WEBP, BMP, TIFF). Export or copy it again."
)
NO_VIDEO = (
    "this is not a video, or its header is damaged. Check that it plays; copy or download it again, or convert it: "
    "ffmpeg -i IN -c:v libx264 -crf 12 OUT.mp4"
)
TEXT_NO_VIDEO = "this is text, not a video. Give a video file or a folder of images."
NAMES_ONLY = (
    "not a video: it only names other files. Give the video itself, or make one file of what is named: ffmpeg -i IN -c copy "
    "OUT.mp4"
)
HUGE_IMAGE = "the picture is too large to be read (expected at most 89478485 pixels). Export or copy it again."
UNMATCHED = (
    "expected the source's file names, or frame numbers). Call the labels as the source's files are called, or number them "
    "as its frames."
)
ROW = "expected class cx cy w h, or class x1 y1 x2 y2 x3 y3 …)."
FORBIDDEN = "expected values, conditions and filters: no loops, calls, products, assignments or macros)."
AGAIN = "Export the file again."
TABLE = (
    "expected accepted, assignment_id, batch, file, frame, hit_id, labels_read, reason, reward_usd, status, submitted_at, work_seconds, "
    "worker_id)."
)


def rows(content: str) -> Build:
    """Return what writes a YOLO folder of one class."""
    return all_of(text("labels/f_0.txt", content), text("labels/f_11.txt", ""), text("labels/classes.txt", "wheel\n"))


def names(spec: str) -> Build:
    return all_of(rows("0 .5 .5 .1 .1\n"), text("labels/data.yaml", spec))


def project(more: str) -> Build:
    return text("loopviz.yaml", f"source: clip.mp4\nlabels: coco.json\noutput: out.mp4\n{more}\n")


def theme(spec: str) -> Build:
    return all_of(project("theme: theme.yaml"), text("theme.yaml", spec))


def caption(line: str) -> Build:
    people = text("people.json", '{"f_0.png": {"worker_id": "A", "Q1": "x"}}')
    return all_of(people, project(f"people: people.json\ncaption:\n  line: {json.dumps(line)}"))


def people(content: str) -> Build:
    return text("people.json", content)


def work(content: str) -> Build:
    return text("work.csv", content)


def parquet(build: Callable[[str], Build]) -> Build:
    return all_of(*(build(f"set/{name}.parquet") for name in SCHEMAS))


def with_image(*builds: Build) -> Build:
    return all_of(data("images/a.png", png(8, 8, ONE_PIXEL)), *builds)


def bytes_named(folder: str, name: bytes, content: bytes) -> Build:
    def build() -> None:
        Path(folder).mkdir(exist_ok=True)
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123  (a name that is no text)
            file.write(content)

    return build


def big_coco(**changes: Any) -> str:
    """A file of more than a megabyte, which another parser reads."""
    return coco(**changes)[:-1] + ', "filler": "' + "x" * 2**20 + '"}'


def template(line: str, problem: str, name: str) -> Any:
    return pytest.param(caption(line), PROJECT, 4, f"loopviz.yaml, caption.line: {problem}", id=f"template-{name}")


def may_not(line: str, what: str, name: str) -> Any:
    return template(line, f"a caption template may not do this: {what} (found {line!r}; {FORBIDDEN}", name)


def refused(name: str, build: Build, command: str, code: int, message: str) -> Any:
    return pytest.param(build, command, code, message, id=name)


BOMBS = [
    refused("png-claims-gigapixels", data("images/a.png", png(100_000, 100_000)), IMAGES, 3, f"images/a.png: {HUGE_IMAGE}"),
    refused("png-claims-the-most", data("images/a.png", png(2**31 - 1, 2**31 - 1)), IMAGES, 3, f"images/a.png: {HUGE_IMAGE}"),
    refused(
        "png-beside-labels",
        all_of(data("set/images/f_0.png", png(200_000, 200_000)), text("set/labels/f_0.txt", "0 .5 .5 .1 .1\n")),
        "render clip.mp4 --labels set -o out.mp4",
        3,
        "set/images/f_0.png: the picture's header gives an impossible size (found '200000x200000'). Replace it, or go on with --skip-bad (skip_bad).",
    ),
    refused(
        "png-text",
        data("images/a.png", png_text_bomb(100)),
        IMAGES,
        3,
        "images/a.png: the image is damaged: Decompressed data too large for PngImagePlugin.MAX_TEXT_CHUNK. Export or "
        "copy it again.",
    ),
    refused("png-without-pixels", data("images/a.png", png(0, 0)), IMAGES, 3, f"images/a.png: {NO_IMAGE}"),
    refused("zip-as-labels", zip_bomb("coco.json"), COCO, 3, f"coco.json: {NO_LABELS}"),
    refused("zip-as-video", zip_bomb("clip.mp4"), COCO, 3, f"clip.mp4: {NO_VIDEO}"),
    refused("zip-as-image", zip_bomb("images/a.png"), IMAGES, 3, f"images/a.png: {NO_IMAGE}"),
    refused(
        "zip-as-dataset",
        parquet(zip_bomb),
        "render clip.mp4 --labels set -o out.mp4",
        3,
        "set/frames.parquet: not a readable Parquet file: parquet: File out of specification: The file must end with "
        "PAR1 or PARE. Save the dataset again.",
    ),
    refused(
        "yaml-aliases",
        project("questions: {a: &a [x, x], b: *a}"),
        PROJECT,
        4,
        "loopviz.yaml, line 4: not plain YAML: aliases (*name) are not used here.",
    ),
    refused(
        "yaml-aliases-in-names",
        names("a: &a [x,x,x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghi", "bcdefghij", strict=True)) + "names: {0: *j}\n"),
        YOLO,
        3,
        "labels/data.yaml, line 2: not valid YAML: aliases (*name) are not used here. Correct the file.",
    ),
    refused(
        "yaml-list-in-itself",
        names("names: &a [*a]\n"),
        YOLO,
        3,
        "labels/data.yaml, line 1: not valid YAML: aliases (*name) are not used here. Correct the file.",
    ),
]  # fmt: skip
SIZES = [
    refused(
        "image-of-gigapixels",
        text("coco.json", image(width=10**9)),
        COCO,
        3,
        "coco.json, images[0].width: an image of an impossible size (found 1000000000; expected 1 to 100000 pixels). "
        "Correct or remove the entry.",
    ),
    refused(
        "image-inside-out",
        text("coco.json", image(height=-48)),
        COCO,
        3,
        "coco.json, images[0].height: an image of an impossible size (found -48; expected 1 to 100000 pixels). Correct "
        "or remove the entry.",
    ),
    refused(
        "class-of-billions",
        rows("4000000000 .5 .5 .1 .1\n"),
        YOLO,
        3,
        "labels/f_0.txt, line 1: the class is not in the names (found '4e+09 0.5 0.5 0.1 0.1'; expected a class id from "
        "0 to 0). Name all classes, in data.yaml or with --names A,B,C (names), or correct the row.",
    ),
    refused(
        "names-of-billions",
        names("names: {999999999999: a}\n"),
        YOLO,
        3,
        "labels/data.yaml, names: not a class id with a name (found '999999999999: a'; expected 0: wheel).",
    ),
    refused(
        "mask-of-quintillions",
        text("coco.json", annotation(segmentation={"size": [48, 64], "counts": [10**18]})),
        COCO,
        3,
        "coco.json, annotations[0].segmentation.counts: run lengths that do not fill the image (found "
        "[1000000000000000000]; expected numbers from 0 that add up to the image, or compressed text). Correct or remove "
        "the entry.",
    ),
    refused(
        "mask-of-gigapixels",
        text("coco.json", annotation(segmentation={"size": [10**9, 10**9], "counts": "0"})),
        COCO,
        3,
        "coco.json, annotations[0].segmentation.size: run lengths of another size than their image (found [1000000000, "
        "1000000000]; expected [48, 64], the image's height and width). Correct or remove the entry.",
    ),
    refused(
        "mask-that-never-ends",
        text("coco.json", annotation(segmentation={"size": [48, 64], "counts": "o" * 40 + "0"})),
        COCO,
        3,
        "coco.json, annotations[0].segmentation.counts: run lengths that do not fill the image (found 'a run that is "
        "longer than any picture'; expected runs that add up to 3072, the image's pixels). Correct or remove the entry.",
    ),
    refused(
        "more-frames-than-there-are",
        text("coco.json", coco(images=[{"id": i, "file_name": f"f_{i}.png", "width": 64, "height": 48} for i in range(20_000)])),
        COCO,
        3,
        "coco.json: 19988 of 20000 labelled frames are not in the source, which has 12 (found 'f_12.png, f_13.png, "
        "f_14.png and 19985 more'). Give the source they were made on.",
    ),
    refused(
        "frame-rate",
        project("frame_rate: 1000000"),
        PROJECT,
        4,
        "loopviz.yaml, frame_rate: not a value that fits here (found 1000000; expected a whole number or a fraction such "
        "as 30000/1001, above 0 and at most 1000).",
    ),
    refused(
        "theme-of-terapixels",
        theme("extends: margin\nwidgets: {panel: {width: 1.0e+12}}\n"),
        PROJECT,
        4,
        "theme.yaml, widgets.panel.width: not a value that fits here (found 1000000000000.0; expected at most 2.0).",
    ),
    refused(
        "theme-of-itself",
        theme("extends: theme.yaml\n"),
        PROJECT,
        4,
        "theme.yaml: themes extend each other in a circle (found 'theme.yaml').",
    ),
]  # fmt: skip
PLACES = [
    *(
        refused(  # a name that leads elsewhere is a name: nothing is opened there
            f"name-{kind}",
            text("coco.json", image(file_name=name)),
            COCO,
            3,
            f"coco.json: nothing says which frame is which (found '{last}'; {UNMATCHED}",
        )
        for kind, name, last in (
            ("climbs", "../../etc/passwd", "passwd"),
            ("climbs-inside", "a/../../b.png", "b.png"),
            ("absolute", "/etc/passwd", "passwd"),
            ("drive", "C:\\Windows\\win.ini", "win.ini"),
        )
    ),
    refused(
        "name-nul",
        text("coco.json", image(file_name="a\0.png")),
        COCO,
        3,
        r"coco.json, images[0].file_name: there is no file name (found 'a\x00.png'; expected a name such as "
        "images/frame_0001.png).",
    ),
    refused(
        "manifest-climbs",
        with_image(text("images/manifest.json", manifest(file="../clip.mp4"))),
        IMAGES,
        3,
        "images/manifest.json, frames.0.file: the manifest is damaged: Value error, not a plain file name (found "
        "'../clip.mp4'). Split the video again, or remove manifest.json to take the images as they are.",
    ),
    refused(
        "manifest-sound",
        with_image(text("images/manifest.json", manifest(sound="/etc/passwd"))),
        IMAGES,
        3,
        "images/manifest.json, sound: the manifest is damaged: Value error, not a plain file name (found '/etc/passwd'). "
        "Split the video again, or remove manifest.json to take the images as they are.",
    ),
    refused(
        "link-to-labels",
        all_of(rows("0 .5 .5 .1 .1\n"), link("labels/f_1.txt", "/etc/passwd")),
        YOLO,
        3,
        "labels, f_1.txt: a symbolic link leads outside the folder. Copy it in.",
    ),
    refused(
        "link-to-a-folder",
        all_of(rows("0 .5 .5 .1 .1\n"), link("labels/more", "/etc")),
        YOLO,
        3,
        "labels, more: a symbolic link leads outside the folder. Copy it in.",
    ),
    refused(
        "link-to-an-image",
        link("images/a.png", "/etc/passwd"),
        IMAGES,
        3,
        "images/a.png: the image is a link that leads out of the folder (found '/etc/passwd'). Copy the image itself into "
        "the folder.",
    ),
    refused(
        "link-to-a-manifest",
        with_image(link("images/manifest.json", "/etc/passwd")),
        IMAGES,
        3,
        "images/manifest.json: the manifest is a link that leads out of the folder. Split the video again, or remove "
        "manifest.json to take the images as they are.",
    ),
    refused(
        "link-to-itself",
        link("images/a.png", "a.png"),
        IMAGES,
        3,
        "images/a.png: the link leads nowhere. Put the image there.",
    ),
    refused(
        "labels-too-deep",
        text("/".join("d" * 60) + "/f_0.txt", "0 .5 .5 .1 .1\n"),
        "render clip.mp4 --labels d -o out.mp4",
        3,
        f"d: {NO_LABELS}",
    ),
    refused(
        "url-as-video",
        all_of(),
        "inspect http://127.0.0.1:9/clip.mp4",
        3,
        "http:/127.0.0.1:9/clip.mp4: there is no such file or folder. Check the path.",
    ),
    refused("playlist", text("clip.mp4", "#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"), COCO, 3, f"clip.mp4: this is a playlist (HLS or M3U), {NAMES_ONLY}"),
    refused("list-of-files", text("clip.mp4", "ffconcat version 1.0\nfile /etc/passwd\n"), COCO, 3, f"clip.mp4: this is a list of files (ffconcat), {NAMES_ONLY}"),
    refused(
        "font",
        theme("extends: margin\nfonts: {files: [/etc/passwd]}\n"),
        PROJECT,
        4,
        "/etc/passwd: not a font that can be read (expected a TrueType or OpenType font). Correct the theme's "
        "`fonts`.",
    ),
]  # fmt: skip
ZERO = "/dev/zero"
DEVICES = [
    refused("device-video", all_of(), f"inspect {ZERO}", 3, f"{ZERO}: neither a file nor a folder (expected a video file or a folder of images)."),
    refused("device-labels", all_of(), f"render clip.mp4 --labels {ZERO} -o out.mp4", 3, f"{ZERO}: {NO_LABELS}"),
    refused("device-people", all_of(), f"{COCO} --people {ZERO}", 3, f"{ZERO}: not a regular file. Give a file."),
    refused("device-work", all_of(), f"{COCO} --assignments {ZERO}", 3, f"{ZERO}: not a regular file. Give a file."),
    refused("device-project", all_of(), f"run {ZERO}", 3, f"{ZERO}: not a regular file (expected a project file, in YAML). Give a file."),
    refused("device-salt", project(f"salt_file: {ZERO}"), PROJECT, 4, f"{ZERO}: not a regular file (expected a secret of at least 16 bytes). Give a file."),
    refused("device-font", theme("extends: margin\nfonts: {files: [/dev/zero]}\n"), PROJECT, 4, f"{ZERO}: not a font that can be read (expected a TrueType or OpenType font). Correct the theme's `fonts`."),
    refused("pipe-video", fifo("pipe.mp4"), "inspect pipe.mp4", 3, "pipe.mp4: neither a file nor a folder (expected a video file or a folder of images)."),
    refused("pipe-labels", fifo("pipe.json"), "render clip.mp4 --labels pipe.json -o out.mp4", 3, f"pipe.json: {NO_LABELS}"),
    refused("pipe-people", fifo("people.json"), PEOPLE, 3, "people.json: not a regular file. Give a file."),
    refused("pipe-work", fifo("work.csv"), WORK, 3, "work.csv: not a regular file. Give a file."),
    refused("pipe-project", fifo("loopviz.yaml"), PROJECT, 3, "loopviz.yaml: not a regular file (expected a project file, in YAML). Give a file."),
    refused("pipe-theme", all_of(project("theme: theme.yaml"), fifo("theme.yaml")), PROJECT, 4, "there is no such theme (found 'theme.yaml'; expected contact, house, lecture, margin, night, one-number, phone, sediment, shift, testimony, versus, wake, wall-portrait, or a YAML file)."),
    refused("pipe-salt", all_of(project("salt_file: salt"), fifo("salt")), PROJECT, 4, "salt: not a regular file (expected a secret of at least 16 bytes). Give a file."),
    refused("pipe-dataset", parquet(fifo), "render clip.mp4 --labels set -o out.mp4", 3, f"set: {NO_LABELS}"),
]  # fmt: skip
KINDS = [
    refused("empty-labels", text("coco.json", ""), COCO, 3, f"coco.json: {NO_LABELS}"),
    refused("empty-video", data("clip.mp4", b""), COCO, 3, "clip.mp4: the file is empty. Copy or export it again."),
    refused("empty-image", data("images/a.png", b""), IMAGES, 3, "images/a.png: the image is empty. Export or copy it again."),
    refused("empty-project", text("loopviz.yaml", ""), PROJECT, 4, "loopviz.yaml: a project file holds keys and values, not nothing (expected at least 'source: clip.mp4' and 'labels: labels/')."),
    refused("empty-people", people(""), PEOPLE, 3, f"people.json, line 1, column 1: not valid JSON: Expecting value. {AGAIN}"),
    refused("empty-work", work(""), WORK, 3, f"work.csv, line 1: not a table of assignments (found ''; {TABLE}"),
    refused("empty-folder", lambda: Path("labels").mkdir(), YOLO, 3, f"labels: {NO_LABELS}"),
    refused("page-as-labels", text("coco.json", "<!doctype html>"), COCO, 3, f"coco.json: {NO_LABELS}"),
    refused("video-as-image", lambda: (Path("images").mkdir(), shutil.move("clip.mp4", "images/a.png")), IMAGES, 3, f"images/a.png: {NO_IMAGE}"),
    refused("video-as-labels", lambda: shutil.copy("clip.mp4", "coco.json"), COCO, 3, f"coco.json: {NO_LABELS}"),
    refused("video-as-people", data("people.json", b"\0\0\0 ftypisom\xc2"), PEOPLE, 3, "people.json, line 1: the text is not UTF-8 (found 'byte 0xc2'). Save the file as UTF-8."),
    refused("drawing-as-image", text("images/a.png", '<svg xmlns="http://www.w3.org/2000/svg"/>'), IMAGES, 3, f"images/a.png: {NO_IMAGE}"),
    refused("postscript-as-image", text("images/a.png", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n"), IMAGES, 3, f"images/a.png: {NO_IMAGE}"),
    refused("labels-as-video", all_of(), "render coco.json --labels coco.json -o out.mp4", 3, f"coco.json: {TEXT_NO_VIDEO}"),
    refused("list-as-people", people("[1]"), PEOPLE, 3, "people.json: not a file about people (found 'list'; expected an object such as {\"A1B2\": {\"Q1\": \"25 - 34\"}})."),
    refused("number-as-person", people('{"A": 5}'), PEOPLE, 3, "people.json, person 1: an entry is not an object (found 5; expected a person's answers by question)."),
]  # fmt: skip
TEXTS = [
    refused("utf-8-labels", data("coco.json", b'{"images": [], "annotations": [], "categories": [{"id": 1, "name": "\xff"}]}'), COCO, 3, "coco.json, line 1: the text is not UTF-8 (found 'byte 0xff'). Save the file as UTF-8."),
    refused("utf-8-rows", all_of(rows(""), data("labels/f_3.txt", b"0 .5 .5 .1 \xff\n")), YOLO, 3, "labels/f_3.txt, line 1: the text is not UTF-8 (found 'byte 0xff'). Save the file as UTF-8."),
    refused("utf-8-project", data("loopviz.yaml", b"source: \xff\n"), PROJECT, 3, "loopviz.yaml, byte 8: the project file is not UTF-8 text. Save it as UTF-8."),
    refused("utf-8-work", data("work.csv", b"worker_id\n\xff\n"), WORK, 3, "work.csv, line 2: the text is not UTF-8 (found 'byte 0xff'). Save the file as UTF-8."),
    refused("utf-16-labels", lambda: Path("coco.json").write_text(coco(), "utf-16"), COCO, 3, "coco.json: this is text in UTF-16 or UTF-32, not in UTF-8; loopviz does not read it yet. Save the file as UTF-8."),
    refused("half-a-character", text("coco.json", coco(categories=[{"id": 1, "name": "\ud800"}])), COCO, 3, r"coco.json: a value does not fit the table 'categories': 'utf-8' codec can't encode character '\ud800' in position 0: surrogates not allowed."),
    refused("file-name-that-is-no-text", bytes_named("images", b"\xff.png", png(8, 8, ONE_PIXEL)), IMAGES, 3, r"images/\udcff.png: a file name that is not UTF-8. Rename or remove the file."),
    refused("label-name-that-is-no-text", all_of(rows(""), bytes_named("labels", b"\xff_1.txt", b"0 .5 .5 .1 .1\n")), YOLO, 3, r"labels, \udcff_1.txt: a file name that is not UTF-8. Rename or remove the file."),
    refused("name-too-long", all_of(), "inspect " + "x" * 300, 3, f"{'x' * 300}: cannot be used: file name too long. Check the path."),
    refused("path-too-long", project("people: " + "x" * 900_000), PROJECT, 4, f"loopviz.yaml, people: not a value that fits here (found '{'x' * 78}…; expected a path)."),
    refused("line-of-10-megabytes-in-a-project", text("loopviz.yaml", "source: " + "x" * 10_000_000), PROJECT, 3, "loopviz.yaml: too large for a project file (expected at most 1,000,000 bytes)."),
    refused("line-of-10-megabytes-of-work", work("file,worker_id,status\nf_0,A," + "x" * 10_000_000 + "\n"), WORK, 3, f"work.csv, line 2: status does not fit (found '{'x' * 78}…; expected submitted, approved, rejected). Correct the row."),
    refused("line-of-10-megabytes-of-digits", rows("9" * 10_000_000 + " .5 .5 .1 .1"), YOLO, 3, f"labels/f_0.txt, line 1: a number is not finite (found 'inf 0.5 0.5 0.1 0.1'; {ROW} Correct the row."),
    refused("line-of-10-megabytes-of-numbers", rows("0 " * 5_000_000), YOLO, 3, "labels, f_0.txt, line 1: rows that look like poses, and nothing says that they are. Say which: --task detect, segment, obb or pose (task, also in data.yaml)."),
    refused("name-of-10-megabytes", text("coco.json", image(file_name="x" * 10_000_000)), COCO, 3, f"coco.json: nothing says which frame is which (found '{'x' * 78}…; expected the source's file names, or frame numbers). Call the labels as the source's files are called, or number them as its frames."),
]  # fmt: skip
NUMBERS = [
    refused("1e999-in-coco", text("coco.json", annotation().replace("24]", "1e999]")), COCO, 3, "coco.json, annotations[0].bbox: not a box (found [8, 8, 20, inf]; expected [x, y, width, height] in pixels). Correct or remove the entry."),
    refused("nan-in-coco", text("coco.json", annotation(bbox=[8, 8, 20, float("nan")])), COCO, 3, f"coco.json: not usable JSON: NaN is not a JSON number. {AGAIN}"),
    refused("infinity-in-people", people('{"A": {"Q1": Infinity}}'), PEOPLE, 3, f"people.json: not usable JSON: Infinity is not a JSON number. {AGAIN}"),
    refused("1e999-in-yolo", rows("0 .5 .5 .1 1e999\n"), YOLO, 3, f"labels/f_0.txt, line 1: a number is not finite (found '0 0.5 0.5 0.1 inf'; {ROW} Correct the row."),
    refused("nan-in-yolo", rows("nan .5 .5 .1 .1\n"), YOLO, 3, f"labels/f_0.txt, line 1: a number is not finite (found 'nan 0.5 0.5 0.1 0.1'; {ROW} Correct the row."),
    refused("underscores", rows("1_0 .5 .5 .1 .1\n"), YOLO, 3, f"labels/f_0.txt, line 1: not a row of numbers (found '1_0 .5 .5 .1 .1'; {ROW}"),
    refused("other-digits", rows("٠ .5 .5 .1 .1\n"), YOLO, 3, f"labels/f_0.txt, line 1: not a row of numbers (found '٠ .5 .5 .1 .1'; {ROW}"),
    refused("nan-in-work", work("file,worker_id,reward_usd\nf_0,A,nan\n"), WORK, 3, "work.csv, line 2: reward_usd does not fit (found 'nan'; expected a number from 0). Correct the row."),
    refused("1e999-in-work", work("file,worker_id,work_seconds\nf_0,A,1e999\n"), WORK, 3, "work.csv, line 2: work_seconds does not fit (found '1e999'; expected a number from 0). Correct the row."),
    refused("nan-in-project", project("encoder: {crf: .nan}"), PROJECT, 4, "loopviz.yaml, encoder.crf: not a value that fits here (found '.nan'; expected a whole number)."),
    refused("infinity-in-project", project("frame_rate: .inf"), PROJECT, 4, "loopviz.yaml, frame_rate: not a value that fits here (found '.inf'; expected a whole number or a fraction such as 30000/1001, above 0 and at most 1000)."),
    refused("400-digits-in-coco", text("coco.json", annotation(id=10**400)), COCO, 3, f"coco.json, annotations[0].id: not a whole number (found 1{'0' * 78}…; expected a whole number). Correct or remove the entry."),
    refused("10000-digits-in-coco", text("coco.json", annotation().replace('"id": 0', '"id": ' + "9" * 10_000)), COCO, 3, f"coco.json: not usable JSON: a number of thousands of digits. {AGAIN}"),
    refused("4200-digits-in-much-coco", text("coco.json", big_coco(annotations=[{"id": 10**4200, "image_id": 0, "category_id": 1, "bbox": [8, 8, 20, 24]}])), COCO, 3, "coco.json, annotations[0].id: not a whole number (found a number of some 4200 digits; expected a whole number). Correct or remove the entry."),
    refused("10000-digits-in-project", project("align: {first_number: " + "9" * 10_000 + "}"), PROJECT, 4, "loopviz.yaml, line 4: not plain YAML: a number of 10,000 characters."),
    refused("400-digits-in-work", work("frame,worker_id\n" + "9" * 400 + ",A\n"), WORK, 3, f"work.csv, line 2: frame does not fit (found '{'9' * 78}…; expected a frame's number, from 0). Correct the row."),
]  # fmt: skip
EMPTY = '{"images": [], "categories": [], "annotations": %s}'
SHAPES = [
    refused("nested-coco", text("coco.json", EMPTY % nested(100_000)), COCO, 3, f"coco.json: the JSON is nested too deeply. {AGAIN}"),
    refused("nested-much-coco", text("coco.json", EMPTY % nested(1_000_000)), COCO, 3, f"coco.json: the JSON is nested too deeply. {AGAIN}"),
    refused("nested-people", people('{"A":' + nested(100_000) + "}"), PEOPLE, 3, f"people.json: the JSON is nested too deeply. {AGAIN}"),
    refused("nested-project", project("caption: " + nested(5000)), PROJECT, 4, "loopviz.yaml, line 4: not plain YAML: nested more than 50 deep."),
    refused("nested-names", names("names: " + nested(5000)), YOLO, 3, "labels/data.yaml, line 1: not valid YAML: nested more than 50 deep. Correct the file."),
    refused("nested-manifest", with_image(text("images/manifest.json", nested(100_000))), IMAGES, 3, "images/manifest.json: the manifest cannot be read (found 'too deep a nesting'). Split the video again, or remove manifest.json to take the images as they are."),
    refused("twice-in-coco", text("coco.json", EMPTY % '[], "images": []'), COCO, 3, f"coco.json: not usable JSON: the key 'images' stands twice in one object. {AGAIN}"),
    refused("twice-in-much-coco", text("coco.json", big_coco()[:-1] + ', "images": []}'), COCO, 3, f"coco.json: not usable JSON: the key 'images' stands twice in one object. {AGAIN}"),
    refused("twice-in-people", people('{"A": {"Q1": "x", "Q1": "y"}}'), PEOPLE, 3, f"people.json: not usable JSON: the key 'Q1' stands twice in one object. {AGAIN}"),
    refused("twice-in-project", project("source: other.mp4"), PROJECT, 4, "loopviz.yaml, line 4: not plain YAML: the key 'source' stands twice."),
    refused("twice-in-work", work("worker_id,worker_id\nA,B\n"), WORK, 3, f"work.csv, line 1: not a table of assignments (found 'worker_id, worker_id'; {TABLE}"),
    refused("quote-without-end", work('file,worker_id\nf_0,"A\n'), WORK, 3, "work.csv, line 2: not a CSV file: unexpected end of data."),
    refused("formula-as-number", work("file,worker_id,reward_usd\nf_0,A,=1+1\n"), WORK, 3, "work.csv, line 2: reward_usd does not fit (found '=1+1'; expected a number from 0). Correct the row."),
    refused("python-in-project", project("people: !!python/object/apply:os.system ['touch pwned']"), PROJECT, 4, "loopviz.yaml, line 4: not plain YAML: tags (tag:yaml.org,2002:python/object/apply:os.system) are not used here."),
    refused("python-in-names", names("names: !!python/object/apply:os.system ['touch pwned']\n"), YOLO, 3, "labels/data.yaml, line 1: not valid YAML: tags (tag:yaml.org,2002:python/object/apply:os.system) are not used here. Correct the file."),
    refused("python-in-theme", theme("extends: margin\nname: !!python/name:os.system\n"), PROJECT, 4, "theme.yaml, line 2: not plain YAML: tags (tag:yaml.org,2002:python/name:os.system) are not used here."),
    refused("tag-of-its-own", project("people: !video clip.mp4"), PROJECT, 4, "loopviz.yaml, line 4: not plain YAML: tags (!video) are not used here."),
    refused("two-documents", project("---\nsource: other.mp4"), PROJECT, 4, "loopviz.yaml, line 4: not plain YAML: but found another document."),
    refused("list-as-key", text("loopviz.yaml", "[a, b]: c\n"), PROJECT, 4, "loopviz.yaml, line 1: not plain YAML: a key that is not plain text."),
]  # fmt: skip
TEMPLATES = [
    may_not("{% for i in range(100000000) %}x{% endfor %}", "For", "loop"),
    may_not("{{ range(100000000)|list }}", "Call", "range"),
    may_not("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "Macro", "recursion"),
    may_not("{% set a = 'x' %}", "Assign", "assignment"),
    may_not("{{ 9**9**9 }}", "Pow", "power"),
    may_not("{{ [1] * 1000000000 }}", "Mul", "product"),
    may_not("{{ cycler.__init__.__globals__.os.popen(1) }}", "Call", "globals"),
    refused("template-class", caption("{{ worker.__class__ }}"), PROJECT, 4, "caption of frame 0: a caption template cannot be filled: no '__class__' among alias, simulated, silent (found '{{ worker.__class__ }}'; expected worker, work, pay, account, everyone, so_far, frame, answers, taught_by or headings)."),
    refused("template-class-by-key", caption("{{ answers['__class__'] }}"), PROJECT, 4, "caption of frame 0: a caption template cannot be filled: no '__class__' among Q1, Q6 (found \"{{ answers['__class__'] }}\"; expected worker, work, pay, account, everyone, so_far, frame, answers, taught_by or headings)."),
    template("{{ worker|attr(1) }}", "not a caption template: No filter named 'attr'. (found '{{ worker|attr(1) }}'; expected the filters money, duration, clock, round, int, upper, lower, capitalize, title, trim).", "filter"),
    template("{{ worker", "not a caption template: unexpected end of template, expected 'end of print statement'. (found '{{ worker').", "broken"),
]  # fmt: skip
BAD = r"\x1b[31m\u202egnp.a\x07"
DISGUISES = [
    refused("escapes-in-a-row", rows(ESCAPES + " .5 .5 .1 .1\n"), YOLO, 3, f"labels/f_0.txt, line 1: not a row of numbers (found '{BAD} .5 .5 .1 .1'; {ROW}"),
    refused("escapes-in-a-header", work(f"file,worker_id,{ESCAPES}\n"), WORK, 3, f"work.csv, line 1: not a table of assignments (found 'file, worker_id, {BAD}'; {TABLE}"),
    refused("escapes-in-a-cell", work(f"file,worker_id,status\nf_0,A,{ESCAPES}\n"), WORK, 3, f"work.csv, line 2: status does not fit (found '{BAD}'; expected submitted, approved, rejected). Correct the row."),
    refused("escapes-in-a-key", project('encoder: {"\\e[31m": 1}'), PROJECT, 4, r"loopviz.yaml, encoder: unknown key (found '\x1b[31m'). Known: codec, crf, preset."),
    refused("escapes-in-yaml", project(f"people: {ESCAPES}"), PROJECT, 4, 'loopviz.yaml: not plain YAML: unacceptable character #x001b: special characters are not allowed in "<unicode string>", position 59.'),
    refused("escapes-in-an-image-name", text("coco.json", image(file_name=f"{ESCAPES}.png")), f"{COCO} --align name", 3, f"coco.json: 1 of 1 labelled frames are not in the source, which has 12 (found '{BAD}.png'). Give the source they were made on."),
    refused("escapes-in-a-path", all_of(), f"inspect {ESCAPES}", 3, f"{BAD}: there is no such file or folder. Check the path."),
    refused("escapes-in-a-file", text(f"{ESCAPES}.mp4", "x"), f"inspect {ESCAPES}.mp4", 3, f"{BAD}.mp4: {TEXT_NO_VIDEO}"),
    refused("newline-in-a-label-file", all_of(rows(""), text("labels/f_1\nerror: all is lost.txt", "x\n")), YOLO, 3, rf"labels/f_1\nerror: all is lost.txt, line 1: not a row of numbers (found 'x'; {ROW}"),
    refused("newline-in-an-image", data("images/a\n\x1b[2J.png", b"x"), IMAGES, 3, rf"images/a\n\x1b[2J.png: {NO_IMAGE}"),
    refused("key-of-a-person", people(json.dumps({ESCAPES: 5})), PEOPLE, 3, "people.json, person 1: an entry is not an object (found 5; expected a person's answers by question)."),
]  # fmt: skip
CASES = [*BOMBS, *SIZES, *PLACES, *DEVICES, *KINDS, *TEXTS, *NUMBERS, *SHAPES, *TEMPLATES, *DISGUISES]


@pytest.fixture(scope="module")
def clip(make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture
def here(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a clip and labels that fit it."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(clip, "clip.mp4")
    Path("coco.json").write_text(coco())
    return tmp_path


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    def ring(*_: object) -> None:
        pytest.fail("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(6 * SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def contents(folder: Path) -> set[str]:
    return {os.fsdecode(path) for path in folder.rglob("*")}


@pytest.mark.parametrize(("build", "command", "code", "message"), CASES)
def test_what_a_person_gets(
    build: Build,
    command: str,
    code: int,
    message: str,
    here: Path,
    user_config: Path,
    capfd: pytest.CaptureFixture[str],
):
    build()
    before, largest = contents(here), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    began = time.process_time()
    assert main(command.split(" ")) == code
    assert time.process_time() - began < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - largest < MEMORY
    out, err = capfd.readouterr()
    assert (out, err) == ("", f"loopviz: {message}\n")
    assert (contents(here), contents(user_config) & {"pwned"}) == (before, set())


@pytest.mark.parametrize(("build", "command", "code", "message"), CASES)
def test_a_check_ends_with_a_report(
    build: Build, command: str, code: int, message: str, here: Path, capfd: pytest.CaptureFixture[str]
):
    """The same inputs checked: whatever they are, the answer is a report of findings, and nothing is written."""
    del code, message
    build()
    before = contents(here)
    paths = [word for word in command.split(" ")[1:] if not word.startswith("-") and word not in ("out.mp4", "name")]
    assert main(["check", *paths, "--json"]) in (0, 3)
    out, err = capfd.readouterr()
    (report,) = [json.loads(line) for line in out.splitlines()]
    assert (report["event"], err) == ("result", "")
    assert contents(here) == before


def answer(content: str) -> Build:
    return people(json.dumps({"f_0.png": {"worker_id": "A1", "mood": content}}))


@pytest.mark.parametrize(
    ("build", "command", "said"),
    [
        pytest.param(text("coco.json", annotation(bbox=[-0.0, -0.0, 20, 24])), "inspect coco.json", "annotations      1", id="minus-zero-in-coco"),
        pytest.param(rows("-0 .5 -0 .1 .1\n"), "inspect labels", "annotations      1", id="minus-zero-in-yolo"),
        pytest.param(all_of(rows("0 .5 .5 .1 .1\n"), fifo("labels/f_1.txt")), "inspect labels", "annotations      1", id="pipe-among-labels"),
        pytest.param(all_of(rows("0 .5 .5 .1 .1\n"), link("labels/again", ".")), "inspect labels", "annotations      1", id="folder-in-itself"),
        pytest.param(with_image(fifo("images/manifest.json")), "inspect images", "frames               1", id="pipe-as-manifest"),
        pytest.param(lambda: shutil.move("clip.mp4", "-o.mp4"), "inspect -- -o.mp4", "path                 -o.mp4", id="name-like-an-option"),
        pytest.param(lambda: shutil.move("clip.mp4", "a\nb.mp4"), "inspect a\nb.mp4", r"path                 a\nb.mp4", id="name-of-two-lines"),
        pytest.param(text("coco.json", coco(categories=[{"id": 1, "name": ESCAPES}])), "inspect coco.json", f"  {BAD}  12", id="escapes-as-category"),
        pytest.param(answer("{{ 9**9**9 }}{% for x in y %}"), f"{PEOPLE.replace('out.mp4', 'still.png')} --preview 0", "still.png", id="answer-like-a-template"),
        pytest.param(answer("=cmd|'/C calc'!A0"), f"{PEOPLE.replace('out.mp4', 'still.png')} --preview 0", "still.png", id="answer-like-a-formula"),
        pytest.param(answer(ESCAPES), f"{PEOPLE.replace('out.mp4', 'still.png')} --preview 0", "still.png", id="answer-with-escapes"),
        pytest.param(work('file,worker_id,reason\nf_0,A1,"=1+1"\n'), f"{WORK.replace('out.mp4', 'still.png')} --preview 0", "still.png", id="reason-like-a-formula"),
    ],
)  # fmt: skip
def test_what_is_odd_and_does_no_harm(
    build: Build, command: str, said: str, here: Path, capfd: pytest.CaptureFixture[str]
):
    build()
    before, began = contents(here), time.process_time()
    assert main(command.split(" ")) == 0
    out, err = capfd.readouterr()
    assert said in out.splitlines()
    assert err == ""
    assert all(c.isprintable() or c == "\n" for c in out)
    assert time.process_time() - began < SECONDS
    assert contents(here) - before <= {str(here / "still.png")}


@pytest.mark.usefixtures("here")
def test_an_answer_of_ten_megabytes_is_cut_and_that_is_said(capfd: pytest.CaptureFixture[str]):
    answer("x" * 10_000_000)()
    began = time.process_time()
    assert main(f"{PEOPLE.replace('out.mp4', 'still.png')} --preview 0".split(" ")) == 0
    assert "warning: the panel has no room: at least 1 text cut" in capfd.readouterr().err
    assert time.process_time() - began < SECONDS
