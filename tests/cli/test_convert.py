"""``loopviz convert`` as a user calls it: any format to any other, without a project and without a video."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from support import WORKERS, make_dataset

from loopviz.cli import main
from loopviz.formats.reading import read_labels
from loopviz.formats.registry import EXPORTS
from loopviz.formats.writing import write_labels

Said = Callable[..., tuple[int, str, str]]
pytestmark = pytest.mark.usefixtures("user_config")
READ_BACK = tuple(word for word, form in EXPORTS.items() if form.read)


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """A function that runs a command line in a folder with labels, and returns its code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    dataset = make_dataset()
    write_labels(dataset, "coco.json", "coco-traceable", full=True)
    write_labels(dataset, "yolo", "yolo", full=True)

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return code, *capfd.readouterr()

    return run


@pytest.mark.parametrize("to", READ_BACK)
def test_coco_becomes_anything_and_coco_again(said: Said, to: str):
    code, _, _ = said("convert", "coco.json", "--to", to, "-o", "out")
    assert code == 0
    size = ("--frame-size", "320x240") if to in {"yolo", "thesis"} else ()
    code, out, err = said("convert", "out", "--to", "coco", "-o", "again.json", *size)
    assert (code, "10 labels" in out) == (0, True), err
    assert WORKERS[0] not in Path("again.json").read_text()
    edges = ["x_min", "y_min", "x_max", "y_max"]
    first, last = (
        read_labels(name).dataset.annotations.select(edges).sort(edges) for name in ("coco.json", "again.json")
    )
    assert last.to_numpy() == pytest.approx(first.to_numpy(), abs=0.01)


def test_losses_are_said_first_and_refused_on_request(said: Said):
    code, out, err = said("convert", "coco.json", "--to", "voc", "-o", "out", "--lossless")
    assert (code, out) == (4, "")
    assert "no place for people" in err
    assert not Path("out").exists()
    code, _, err = said("convert", "coco.json", "--to", "voc", "-o", "out")
    assert (code, "no place for people" in err) == (0, True)
    assert said("convert", "coco.json", "--to", "parquet", "-o", "all", "--lossless")[0] == 0


def test_sizes_are_asked_for_or_seen(said: Said):
    code, _, err = said("convert", "yolo", "--to", "voc", "-o", "out")
    assert (code, "--frame-size" in err, Path("out").exists()) == (3, True, False)
    Path("pictures").mkdir()
    for frame in read_labels("coco.json").dataset.frames["file"]:
        Image.new("RGB", (320, 240)).save(Path("pictures") / Path(frame).name)
    assert said("convert", "yolo", "--to", "voc", "-o", "seen", "--source", "pictures")[0] == 0
    assert said("convert", "yolo", "--to", "voc", "-o", "told", "--frame-size", "320x240")[0] == 0
    seen, told = (read_labels(name).dataset for name in ("seen", "told"))
    assert seen.equals(told)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param(("yolo", "--to", "voc", "--frame-size", "wide"), 2, "is no width and height", id="no size"),
        pytest.param(("yolo", "--to", "voc", "--frame-size", "0x9"), 4, "not a frame size", id="a size of nothing"),
        pytest.param(
            ("yolo", "--to", "voc", "--frame-size", "9x9", "--source", "."), 4, "--frame-size", id="sizes said twice"
        ),
        pytest.param(("coco.json", "--to", "dota"), 2, "'dota' is not one of", id="another form"),
        pytest.param(("nothing", "--to", "voc"), 3, "nothing", id="nothing there"),
        pytest.param(("yolo", "--to", "voc", "-o", "yolo"), 5, "would replace what is read", id="over itself"),
    ],
)
def test_what_cannot_be(said: Said, arguments: tuple[str, ...], code: int, message: str):
    where = () if "-o" in arguments else ("-o", "out")
    found, out, err = said("convert", *arguments, *where)
    assert (found, out) == (code, "")
    assert message in err
    assert not Path("out").exists()


def test_who_refused_is_not_in_what_is_converted(said: Said):
    dataset = make_dataset()
    refused = pl.when(pl.col("worker_id") == WORKERS[0]).then(pl.lit(value=False)).otherwise(pl.col("consent"))
    dataset.replace(workers=dataset.workers.with_columns(consent=refused)).save("dataset")
    made = json.loads(said("convert", "dataset", "--to", "coco", "-o", "out.json", "--json")[1].splitlines()[-1])
    assert (made["workers"], made["annotations"]) == (2, 10)
    again = read_labels("out.json").dataset
    theirs = again.annotations["assignment_id"].null_count()
    assert (again.workers.height, theirs) == (2, 4)  # what they drew is nobody's
