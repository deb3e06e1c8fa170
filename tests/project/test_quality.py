"""How far people agree, as it is written: names, who refused, and what cannot be measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import pytest
from support import codes

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.media import save_png
from loopviz.project.compare import Naming
from loopviz.project.quality import Looks, measure_quality
from loopviz.schema import table

SECRET = ("A1SECRETWORKER", "A2SECRETWORKER", "A3REFUSES")


@pytest.fixture
def salt(tmp_path: Path) -> Path:
    file = tmp_path / "salt"
    file.write_bytes(b"0" * 32)
    return file


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Three people on four frames; the third calls things otherwise, and refused to be shown."""
    work = [(f"task-{frame}-{who}", frame, who) for frame in range(4) for who in SECRET]
    called = [(frame + (who == SECRET[2])) % 2 for _, frame, who in work]
    made = Dataset(
        frames=table("frames", {"frame": range(4), "file": [f"{frame}.png" for frame in range(4)]}),
        categories=table("categories", {"class_id": [0, 1], "name": ["body", "=wheel"]}),
        annotations=table(
            "annotations",
            {
                "annotation_id": range(len(work)),
                "frame": [frame for _, frame, _ in work],
                "class_id": called,
                "assignment_id": [task for task, _, _ in work],
                "x_min": [0.0] * 12,
                "y_min": [0.0] * 12,
                "x_max": [9.0] * 12,
                "y_max": [9.0] * 12,
            },
        ),
        workers=table("workers", {"worker_id": SECRET, "consent": [True, None, False]}),
        assignments=table(
            "assignments", dict(zip(("assignment_id", "frame", "worker_id"), zip(*work, strict=True), strict=True))
        ),
    )
    made.save(tmp_path / "dataset")
    return tmp_path / "dataset"


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


@pytest.mark.parametrize(("identity", "rows"), [("alias", 2), ("hidden", 0)])
def test_nobodys_id_is_written_and_who_refused_counts_nowhere(
    dataset: Path, salt: Path, tmp_path: Path, identity: str, rows: int
):
    made = measure_quality(dataset, tmp_path / "out", Naming(identity, salt))
    assert made.tables["whole"].select("alpha_found", "alpha_names", "units", "workers").rows() == [(1.0, 1.0, 4, 2)]
    assert (made.tables["people"].height, made.tables["pairs"].height) == (rows, rows // 2)
    written = everything(tmp_path / "out")
    assert not [each for each in SECRET if each.encode() in written]


def test_a_table_is_one_for_a_spreadsheet_too(dataset: Path, salt: Path, tmp_path: Path):
    made = measure_quality(dataset, tmp_path / "out", Naming("alias", salt))
    assert "\n'=wheel," in (tmp_path / "out" / "categories.csv").read_text("utf-8")
    again = pl.read_parquet(tmp_path / "out" / "stretches.parquet")
    assert again.equals(made.tables["stretches"]) and again.height == 4


def test_one_set_of_labels_is_made_and_says_what_it_is_made_of(dataset: Path, salt: Path, tmp_path: Path):
    made = measure_quality(dataset, tmp_path / "out", Naming("alias", salt), Looks(method="majority"))
    labels = Dataset.load(tmp_path / "out" / "consensus")
    assert labels.annotations.filter(pl.col("origin") == "consensus").height == 4
    assert labels.workers.height == labels.assignments.height == 0
    assert made.tables["made_of"].height == 8  # of two people; the third refused
    assert made.tables["skills"]["skill"].to_list() == [1.0, 1.0]
    assert not [each for each in SECRET if each.encode() in everything(tmp_path / "out")]


def test_where_nobody_shares_a_frame_suspects_are_found_all_the_same(salt: Path, tmp_path: Path, sample: Path):
    made = measure_quality(sample / "labels", tmp_path / "out", Naming("alias", salt))
    assert "nobody-shares" in codes(made.notes)
    assert set(made.tables) == {"suspects"}
    assert {file.name for file in (tmp_path / "out").iterdir()} >= {"suspects.csv", "suspects.parquet", "report.json"}
    found = made.tables["suspects"]
    assert found["rank"][0] == 1
    exchanged = found.filter(pl.col("kind") == "swapped")  # the sample has people who take left for right
    assert exchanged["rank"].min() < 0.1 * found.height
    assert "exchanged" in exchanged["why"][0]


def test_what_a_model_found_speaks_against_labels(dataset: Path, salt: Path, tmp_path: Path):
    labels = Dataset.load(dataset)
    theirs = labels.annotations.unique("frame", keep="first", maintain_order=True).with_columns(
        assignment_id=pl.lit(None, pl.String),
        origin=pl.lit("model", labels.annotations.schema["origin"]),
        confidence=pl.lit(0.9),
        class_id=1 - pl.col("class_id"),
    )
    nobody = {"assignments": labels.assignments.clear(), "workers": labels.workers.clear()}
    labels.replace(annotations=theirs).replace(**nobody).save(tmp_path / "found")
    made = measure_quality(dataset, tmp_path / "out", Naming("alias", salt), Looks(predictions=tmp_path / "found"))
    found = made.tables["suspects"].filter(pl.col("kind") == "category")
    assert found.height == 8  # of the two whose work counts
    assert found["why"][0].endswith("(0.90)")


def test_what_cannot_be_measured_is_refused_and_leaves_nothing(dataset: Path, salt: Path, tmp_path: Path):
    labels = Dataset.load(dataset)
    labels.replace(annotations=labels.annotations.clear()).save(tmp_path / "empty")
    with pytest.raises(InputError, match="no label to look at"):
        measure_quality(tmp_path / "empty", tmp_path / "out", Naming("alias", salt))
    assert not (tmp_path / "out").exists()
    measure_quality(dataset, tmp_path / "out", Naming("alias", salt))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    with pytest.raises(OutputError):
        measure_quality(dataset, tmp_path / "mine", Naming("alias", salt), overwrite=True)


def test_the_command(
    dataset: Path, salt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    line = ["quality", str(dataset), "-o", "q", "--salt-file", str(salt)]
    assert main([*line, "--json"]) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (said["alpha_found"], said["overlap"], said["workers"], len(said["people"])) == (1.0, 0.5, 2, 2)
    assert json.loads((tmp_path / "q" / "report.json").read_text("utf-8"))["categories"] == said["categories"]
    assert main([*line, "--overwrite", "--overlap", "0.9"]) == 0
    assert "2 people, 4 frames" in capsys.readouterr().out
    assert main([*line, "--overlap", "1.5"]) == 2


def test_the_page_says_that_agreement_is_not_correctness_and_escapes_what_others_wrote(
    dataset: Path, salt: Path, tmp_path: Path
):
    labels = Dataset.load(dataset)
    hostile = labels.categories.with_columns(name=pl.Series(["<script>alert(1)</script>", "wheel"]))
    labels.replace(categories=hostile).save(tmp_path / "hostile")
    measure_quality(tmp_path / "hostile", tmp_path / "out", Naming("alias", salt))
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Agreement is not correctness" in page and "2 people labelled 4 frames" in page
    assert "&lt;script&gt;alert(1)" in page and "<script" not in page
    assert "default-src &#39;none&#39;" in page and "http:" not in page and "https:" not in page


def test_the_page_of_people_who_share_nothing_says_so(salt: Path, tmp_path: Path, sample: Path):
    measure_quality(sample / "labels", tmp_path / "out", Naming("alias", salt))
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Labels most worth a look" in page and "how far people agree cannot be said" in page
    assert "more: suspects.csv" in page


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """The four frames as pictures."""
    for frame in range(4):
        ground = np.full((24, 32, 3), 200, dtype=np.uint8)
        ground[2:9, 2:9] = 40
        (tmp_path / "pictures").mkdir(exist_ok=True)
        save_png(ground, tmp_path / "pictures" / f"{frame}.png")
    return tmp_path / "pictures"


@pytest.mark.parametrize("identity", ["alias", "hidden"])
def test_the_first_suspects_have_a_crop_that_names_nobody(
    dataset: Path, pictures: Path, salt: Path, tmp_path: Path, identity: Literal["alias", "hidden"]
):
    labels = Dataset.load(dataset)
    twice = labels.annotations.vstack(labels.annotations.with_columns(pl.col("annotation_id") + 100))
    labels.replace(annotations=twice).save(tmp_path / "twice")
    how = Looks(video=pictures, crops=3)
    made = measure_quality(tmp_path / "twice", tmp_path / "out", Naming(identity, salt), how)
    assert made.tables["suspects"]["crop"].to_list()[:4] == [*(f"crops/000{n}.png" for n in (1, 2, 3)), None]
    assert sorted(file.name for file in (tmp_path / "out" / "crops").iterdir()) == ["0001.png", "0002.png", "0003.png"]
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert page.count("<img") == 3 and 'src="crops/0001.png"' in page and "No picture was looked at" not in page
    assert "no-pictures" not in codes(made.notes)
    assert not [each for each in SECRET if each.encode() in everything(tmp_path / "out")]


def test_labels_alone_are_enough_and_it_is_said_that_no_picture_was_looked_at(
    dataset: Path, salt: Path, tmp_path: Path
):
    made = measure_quality(dataset, tmp_path / "out", Naming("alias", salt))
    assert "no-pictures" in codes(made.notes)
    assert "No picture was looked at" in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert not (tmp_path / "out" / "crops").exists()
    with pytest.raises(ConfigError, match="not a number of crops"):
        Looks(crops=-1)
