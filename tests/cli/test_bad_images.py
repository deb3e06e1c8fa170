"""An image that cannot be opened ends everything by name, unless bad ones may be skipped: then no label moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopviz.cli import main
from loopviz.media import ReadOptions, open_source

QUICK = ["--preset", "ultrafast", "--crf", "40"]
COUNT, BAD = 6, 3


def cut(size: int) -> Callable[[Path], object]:
    return lambda file: file.write_bytes(file.read_bytes()[:size])


def link(target: str) -> Callable[[Path], object]:
    def make(file: Path) -> None:
        file.unlink()
        file.symlink_to(target)

    return make


KINDS = [
    pytest.param(lambda file: file.write_bytes(b""), id="empty"),
    pytest.param(cut(10), id="a few bytes"),
    pytest.param(cut(150), id="cut in its header"),
    pytest.param(lambda file: file.write_text("no picture\n"), id="text"),
    pytest.param(lambda file: file.write_text("<!DOCTYPE html><html>404</html>"), id="a page of an error"),
    pytest.param(lambda file: file.write_text("version https://git-lfs.github.com/spec/v1\n"), id="git-lfs pointer"),
    pytest.param(lambda file: Image.new("P", (64, 48)).save(file, "GIF"), id="another format"),
    pytest.param(lambda file: Image.fromarray(np.ones((48, 64), np.float32)).save(file, "TIFF"), id="floating-point"),
    pytest.param(lambda file: file.write_bytes(b"\0" * 5000), id="zeros"),
    pytest.param(link("gone.jpg"), id="link that leads nowhere"),
    pytest.param(link("f_0003.jpg"), id="link to itself"),
]


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A YOLO set of six images, each of its own grey and with a label at its own place."""
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [wheel]\n")
    for index in range(COUNT):
        Image.new("L", (64, 48), 40 * index).save(tmp_path / "images" / f"f_{index:04d}.jpg")
        (tmp_path / "labels" / f"f_{index:04d}.txt").write_text(f"0 {0.1 + 0.1 * index:.1f} 0.5 0.1 0.1\n")
    return tmp_path


def greys(folder: Path, options: ReadOptions) -> list[int]:
    with open_source(folder, options=options) as source:
        return [round((int(frame.picture.to_ndarray()[0, 0]) - 16) / 219 * 255 / 40) for frame in source.read()]


@pytest.mark.parametrize("spoil", KINDS)
def test_the_default_is_an_error_that_names_the_file(
    frames: Path, spoil: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(frames / "images" / "f_0003.jpg")
    for words in (["run", str(frames)], ["assemble", str(frames / "images")]):
        assert main([*words, "-o", str(frames / "v.mp4"), *QUICK]) == 3
        said = capsys.readouterr().err
        assert "f_0003.jpg" in said
        assert "--skip-bad" in said
    assert main(["check", str(frames), "--json"]) == 3
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    (found,) = (each for each in report["findings"] if each["code"] == "frame-damaged")
    assert [(Path(place["file"]).name, place["frame"]) for place in found["places"]] == [("f_0003.jpg", BAD)]


@pytest.mark.parametrize("spoil", KINDS)
def test_what_is_skipped_shows_the_image_before_and_no_label_moves(
    frames: Path, spoil: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(frames / "images" / "f_0003.jpg")
    for damage in ("notice", "mend"):
        options = ReadOptions(damage=damage, skip_bad=True)  # type: ignore[arg-type]
        assert greys(frames / "images", options) == [0, 1, 2, 2, 4, 5]
    for how in ("auto", "order"):
        out = frames / "out" / f"{how}.mp4"
        assert main(["run", str(frames), "--skip-bad", "--align", how, "-o", str(out), *QUICK]) == 0
        assert "images that are damaged, and show the one before them: 1 (first f_0003.jpg, frame 3)" in (
            capsys.readouterr().err
        )
    project = frames / "p.yaml"
    project.write_text("source: images\nlabels: .\nskip_bad: true\n")
    assert main(["export", str(project), "--to", "coco", "-o", str(frames / "coco.json"), "--plain"]) == 0
    made = json.loads((frames / "coco.json").read_text())
    names = {image["id"]: image["file_name"] for image in made["images"]}
    places = {names[each["image_id"]][-8:-4]: each["bbox"][0] for each in made["annotations"]}
    assert places == {f"{index:04d}": pytest.approx(64 * (0.05 + 0.1 * index)) for index in range(COUNT)}


@pytest.mark.parametrize(
    ("bad", "shown"),
    [
        pytest.param((0,), [1, 1, 2, 3, 4, 5], id="the first"),
        pytest.param((0, 1), [2, 2, 2, 3, 4, 5], id="the first two"),
        pytest.param((2, 3, 4), [0, 1, 1, 1, 1, 5], id="three in a row"),
        pytest.param((5,), [0, 1, 2, 3, 4, 4], id="the last"),
        pytest.param((0, 1, 2, 4, 5), [3, 3, 3, 3, 3, 3], id="all but one"),
    ],
)
def test_which_image_stands_in(frames: Path, bad: tuple[int, ...], shown: list[int]) -> None:
    for index in bad:
        (frames / "images" / f"f_{index:04d}.jpg").write_bytes(b"")
    with open_source(frames / "images", options=ReadOptions(skip_bad=True)) as source:
        assert source.damaged == bad
    assert greys(frames / "images", ReadOptions(skip_bad=True)) == shown


def test_nothing_to_show_and_strictness_are_errors_all_the_same(
    frames: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["assemble", str(frames / "images"), "-o", str(frames / "v.mp4"), "--skip-bad"]
    (frames / "images" / "f_0003.jpg").write_bytes(b"")
    assert main([*words, "--strict"]) == 3
    for file in (frames / "images").iterdir():
        file.write_bytes(b"")
    capsys.readouterr()
    assert main(words) == 3
    assert "--skip-bad" not in capsys.readouterr().err  # it was given, and is no help


def test_split_and_its_manifest_keep_every_frame(frames: Path) -> None:
    (frames / "images" / "f_0003.jpg").write_bytes(b"")
    assert main(["split", str(frames / "images"), str(frames / "out")]) == 3
    assert main(["split", str(frames / "images"), str(frames / "out"), "--skip-bad"]) == 0
    assert len(list((frames / "out").glob("*.png"))) == COUNT
    (frames / "out" / "frame_000002.png").unlink()
    assert main(["assemble", str(frames / "out"), "-o", str(frames / "v.mp4"), *QUICK]) == 3
    assert main(["assemble", str(frames / "out"), "-o", str(frames / "v.mp4"), *QUICK, "--skip-bad"]) == 0


def test_a_mended_image_is_another_source(frames: Path) -> None:
    options = ReadOptions(skip_bad=True)
    file = frames / "images" / "f_0003.jpg"
    whole = file.read_bytes()
    file.write_bytes(b"")
    with open_source(frames / "images", options=options) as source:
        before = source.fingerprint()
    file.write_bytes(whole)
    with open_source(frames / "images", options=options) as source:
        assert source.fingerprint() != before
