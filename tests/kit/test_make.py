from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, OutputError
from loopviz.kit import KitPlan, load_survey, make_kit
from loopviz.media import Source, open_source, to_rgb


def test_a_kit_is_complete(source: Source, tmp_path: Path):
    plan = KitPlan(("Body", "Cable"), step=5, assignments=3, base_url="https://example.org/kit")
    result = make_kit(source, tmp_path / "new" / "kit", plan)
    assert (result.images, result.tasks) == (3, 9)
    files = sorted(str(f.relative_to(result.folder)) for f in result.folder.rglob("*") if f.is_file())
    assert files == [
        "README.md",
        *(f"frames/frame_{n:06d}.jpg" for n in (0, 5, 10)),
        "input.csv",
        *(f"instructions/{name}.png" for name in ("frame", "good", "poor")),
        *("pay.html", "preview.html", "survey.yaml", "task.html"),
    ]
    with (result.folder / "input.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["image_url"] for row in rows] == [
        f"https://example.org/kit/frames/frame_{n:06d}.jpg" for n in (0, 5, 10)
    ]
    assert load_survey(result.folder / "survey.yaml") == plan.survey
    assert [note.code for note in result.notes] == ["kit-no-contact", "kit-no-pilot", "kit-no-example"]


def test_images_are_the_frames_that_they_are_named_after(source: Source, tmp_path: Path):
    make_kit(source, tmp_path / "kit", KitPlan(("Body",), step=7))
    for index in (0, 7):
        (frame,) = source.read(index, index + 1)
        written = np.asarray(Image.open(tmp_path / "kit" / "frames" / f"frame_{index:06d}.jpg"), dtype=np.int64)
        wanted = to_rgb(frame.picture).astype(np.int64)
        assert np.abs(written - wanted).mean() < 3
        assert np.abs(written - np.roll(wanted, 12, axis=1)).mean() > 3


def test_with_example_labels_the_instructions_show_them(
    source: Source, tmp_path: Path, make_labels: Callable[..., Dataset]
):
    plan = KitPlan(("body", "cable"), step=4, example=make_labels())
    result = make_kit(source, tmp_path / "kit", plan)
    assert "kit-no-example" not in [note.code for note in result.notes]
    (frame,) = source.read(8, 9)
    pictures = {
        name: np.asarray(Image.open(result.folder / "instructions" / f"{name}.png")) for name in ("frame", "good")
    }
    assert np.array_equal(pictures["frame"], to_rgb(frame.picture))
    assert not np.array_equal(pictures["good"][14, 14], pictures["frame"][14, 14])
    assert np.array_equal(pictures["good"][40:], pictures["frame"][40:])
    page = (result.folder / "task.html").read_text("utf-8")
    assert "made from the good one" in page
    assert "in a drawing" not in page


@pytest.mark.parametrize("holds", [True, False], ids=["with a file", "empty"])
def test_a_folder_that_exists_is_kept(source: Source, tmp_path: Path, holds: bool):
    if holds:
        (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="Give the name of a new folder"):
        make_kit(source, tmp_path, KitPlan(("a",)))
    assert [f.name for f in tmp_path.iterdir()] == (["mine.txt"] if holds else [])


def test_nothing_is_left_of_a_kit_that_could_not_be_made(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("loopviz.kit.make.write_text", full)
    with pytest.raises(OutputError, match="cannot be written: No space left"):
        make_kit(source, tmp_path / "kit", KitPlan(("a",)))
    assert list(tmp_path.iterdir()) == []


def test_labels_that_do_not_fit_are_found_before_anything_is_written(
    source: Source, tmp_path: Path, make_labels: Callable[..., Dataset]
):
    with pytest.raises(ConfigError, match="another size"):
        make_kit(source, tmp_path / "kit", KitPlan(("body",), example=make_labels((128, 96))))
    assert list(tmp_path.iterdir()) == []


def test_two_kits_of_one_plan_are_the_same(source: Source, tmp_path: Path):
    for name in ("one", "two"):
        make_kit(source, tmp_path / name, KitPlan(("a", "b"), step=6))
    one, two = (
        {f.relative_to(tmp_path / name): f.read_bytes() for f in (tmp_path / name).rglob("*") if f.is_file()}
        for name in ("one", "two")
    )
    assert one == two


def test_a_clip_of_odd_size(make_clip: Callable[..., Path], tmp_path: Path):
    with open_source(make_clip(tmp_path / "wide.mp4", frames=2, width=128, height=32)) as wide:
        result = make_kit(wide, tmp_path / "kit", KitPlan(("a",)))
    page = (result.folder / "preview.html").read_text("utf-8")
    assert 'width="128" height="32"' in page
    assert json.dumps(["a"]) in (result.folder / "task.html").read_text("utf-8")
