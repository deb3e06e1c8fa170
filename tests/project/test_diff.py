"""What changed between two label sets, as it is written and said: tables, pictures, a page, and nobody's id."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from PIL import Image
from support import WORKERS, make_dataset

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.writing import write_labels
from loopviz.notes import note
from loopviz.project.compare import Naming
from loopviz.project.diff import DiffOptions, diff_labels

Said = Callable[..., tuple[int, str, str]]
ALIASES = Naming()
NAMES = ("<img src=x>", "=wheel")


@pytest.fixture(autouse=True)
def _own_salt(user_config: Path) -> None:
    pass


def base() -> Dataset:
    dataset = make_dataset()
    names = pl.Series("name", NAMES)
    files = pl.format("f_{}.png", pl.col("frame"))
    return dataset.replace(
        categories=dataset.categories.with_columns(names),
        frames=dataset.frames.with_columns(file=files, pts_seconds=pl.lit(None, pl.Float64)),
    )


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """A dataset, and a later state of it: one label went, one moved by 3 pixels, one is called otherwise, one came."""
    before = base()
    rows = before.annotations
    later = rows.with_columns(
        x_max=pl.col("x_max") + pl.when(pl.col("annotation_id") == 1).then(3.0).otherwise(0.0),
        class_id=pl.when(pl.col("annotation_id") == 2).then(1 - pl.col("class_id")).otherwise(pl.col("class_id")),
    ).filter(pl.col("annotation_id") != 0)
    new = rows.tail(1).with_columns(annotation_id=pl.lit(99, pl.Int64), x_min=0.0, y_min=0.0, x_max=4.0, y_max=4.0)
    folders = tmp_path / "before", tmp_path / "after"
    before.save(folders[0])
    before.replace(annotations=pl.concat([later, new])).save(folders[1])
    return folders


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


class TestWhatIsWritten:
    def test_the_tables(self, two: tuple[Path, Path], tmp_path: Path):
        made = diff_labels(*two, tmp_path / "out", ALIASES)
        (whole,) = made.tables["whole"].iter_rows(named=True)
        counts = {name: whole[name] for name in ("before", "after", "same", "moved", "renamed", "went", "came")}
        assert counts == {"before": 10, "after": 10, "same": 7, "moved": 1, "renamed": 1, "went": 1, "came": 1}
        assert whole["largest_shift_pixels"] == pytest.approx(3)
        assert sum(made.tables["people"]["before"]) == 10
        assert made.tables["renames"].rows() == [(NAMES[0], NAMES[1], 1)]
        moved = made.tables["changes"].filter(pl.col("outcome") == "moved").row(0, named=True)
        assert moved["after_x_max"] - moved["before_x_max"] == pytest.approx(3)
        for name, each in made.tables.items():
            assert pl.read_parquet(tmp_path / "out" / f"{name}.parquet").equals(each)
        report = json.loads((tmp_path / "out" / "report.json").read_text())
        assert (report["moved"], report["pictures"], len(report["categories"])) == (1, 3, 2)

    def test_what_people_wrote_is_harmless(self, two: tuple[Path, Path], tmp_path: Path):
        diff_labels(*two, tmp_path / "out", ALIASES)
        page = (tmp_path / "out" / "index.html").read_text()
        assert "<img src=x>" not in page
        assert "&lt;img src=x&gt;" in page
        assert "'unsafe-inline'" not in page
        assert "\n=wheel" not in (tmp_path / "out" / "categories.csv").read_text()

    @pytest.mark.parametrize("identity", ["alias", "full", "hidden"])
    def test_who_is_named(self, two: tuple[Path, Path], identity: str, tmp_path: Path):
        made = diff_labels(*two, tmp_path / "out", Naming(identity))  # type: ignore[arg-type]
        assert any(who.encode() in everything(tmp_path / "out") for who in WORKERS) == (identity == "full")
        assert made.tables["people"].height == (0 if identity == "hidden" else 3)

    def test_who_refused_is_not_named(self, two: tuple[Path, Path], tmp_path: Path):
        for place in two:
            dataset = Dataset.load(place)
            refused = pl.col("worker_id") != WORKERS[0]
            dataset.replace(workers=dataset.workers.with_columns(consent=refused)).save(place)
        made = diff_labels(*two, tmp_path / "out", Naming("full"))
        assert made.tables["people"]["person"].to_list() == sorted(WORKERS[1:])
        assert made.tables["whole"]["before"].item() == 10
        assert WORKERS[0].encode() not in everything(tmp_path / "out")

    @pytest.mark.parametrize("place", [0, 1])
    @pytest.mark.parametrize("refused", [False, True])
    def test_who_is_known_of_one_side_is_named_in_neither(
        self, two: tuple[Path, Path], tmp_path: Path, place: int, *, refused: bool
    ):
        for folder in two:
            dataset = Dataset.load(folder)
            names = pl.format("{} by maria.gonzalez", "name")
            workers = pl.DataFrame({"worker_id": ["maria.gonzalez"], "consent": [not refused]})
            more = pl.concat([dataset.workers, workers], how="diagonal")
            known = more if folder == two[place] else dataset.workers
            dataset.replace(categories=dataset.categories.with_columns(name=names), workers=known).save(folder)
        made = diff_labels(*two, tmp_path / "out", Naming())
        assert b"maria" not in everything(tmp_path / "out")
        assert (
            made.tables["whole"]["same"].item()
            == diff_labels(two[0], two[1], tmp_path / "o", Naming("full")).tables["whole"]["same"].item()
        )
        assert made.tables["renames"].height == 1  # the one of both states


def tracked(dataset: Dataset, *, exchanged: bool = False) -> Dataset:
    """The buttons are track 1 and the wheels track 2; if exchanged, from frame 3 on the other way round."""
    is_first = (pl.col("class_id") == 0) ^ ((pl.col("frame") >= 3) & exchanged)
    ids = pl.when(is_first).then(1).otherwise(2).cast(pl.Int64)
    return dataset.replace(annotations=dataset.annotations.with_columns(track_id=ids))


class TestTracks:
    @pytest.fixture
    def both(self, tmp_path: Path) -> tuple[Path, Path]:
        folders = tmp_path / "before", tmp_path / "after"
        for folder in folders:
            tracked(base(), exchanged=folder.name == "after").save(folder)
        return folders

    def test_what_became_of_them(self, both: tuple[Path, Path], tmp_path: Path):
        made = diff_labels(*both, tmp_path / "out", ALIASES, DiffOptions(pictures=0))
        (row,) = made.tables["tracks"].iter_rows(named=True)
        assert (row["kind"], row["before_track"], row["after_track"], row["other_track"]) == ("exchanged", 1, 2, 2)
        assert (row["first_frame"], row["boxes"], row["before_category"]) == (3, 2, NAMES[0])
        assert made.as_json()["tracks"]["exchanged"] == 1
        page = (tmp_path / "out" / "index.html").read_text()
        assert "2 tracks before, 2 after: 1 exchanged." in page
        assert "<h2>Tracks</h2>" in page
        assert pl.read_parquet(tmp_path / "out" / "tracks.parquet").equals(made.tables["tracks"])
        assert (tmp_path / "out" / "tracks.csv").is_file()

    @pytest.mark.parametrize("identity", ["alias", "full", "hidden"])
    def test_who_is_named(self, tmp_path: Path, identity: str):
        folders = tmp_path / "before", tmp_path / "after"
        first = base().annotations.with_columns(track_id="annotation_id")
        for folder, rows in zip(folders, (first, first.filter(pl.col("annotation_id") != 0)), strict=True):
            base().replace(annotations=rows).save(folder)
        made = diff_labels(*folders, tmp_path / "out", Naming(identity))  # type: ignore[arg-type]
        (row,) = made.tables["tracks"].iter_rows(named=True)
        assert (row["kind"], row["person"] is None) == ("went", identity == "hidden")
        assert (row["person"] == WORKERS[0]) == (identity == "full")
        assert any(who.encode() in everything(tmp_path / "out") for who in WORKERS) == (identity == "full")

    def test_who_refused_is_not_named(self, tmp_path: Path):
        rows = base().annotations.with_columns(track_id="annotation_id")
        workers = base().workers.with_columns(consent=pl.col("worker_id") != WORKERS[0])
        base().replace(annotations=rows, workers=workers).save(tmp_path / "before")
        base().replace(annotations=rows.filter(pl.col("frame") > 1), workers=workers).save(tmp_path / "after")
        made = diff_labels(tmp_path / "before", tmp_path / "after", tmp_path / "out", Naming("full"))
        rows = made.tables["tracks"].select("kind", "person")
        assert rows.rows() == [("went", None)] * 2 + [("went", WORKERS[1])] * 2
        assert WORKERS[0].encode() not in everything(tmp_path / "out")

    def test_a_page_leaves_out_what_nobody_knows(self, tmp_path: Path):
        rows = base().annotations.with_columns(track_id="annotation_id", assignment_id=pl.lit(None, pl.String))
        rows = rows.filter(pl.col("class_id") == 0)
        later = rows.with_columns(class_id=1 - pl.col("class_id"))
        for name, each in (("before", rows), ("after", later)):
            base().replace(annotations=each).save(tmp_path / name)
        made = diff_labels(tmp_path / "before", tmp_path / "after", tmp_path / "out", ALIASES)
        page = (tmp_path / "out" / "index.html").read_text()
        assert made.tracks is not None
        assert made.tracks["renamed"] == 5
        assert "&lt;img src=x&gt;, now =wheel" in page
        heads = page.split("<h2>Tracks</h2>")[1].split("<thead>")[1].split("</thead>")[0]
        assert ("last frame" in heads, "person" in heads, "boxes back" in heads) == (True, False, False)

    @pytest.mark.parametrize(("place", "side"), [(0, "before"), (1, "after")])
    def test_where_one_side_has_none_that_is_said(self, both: tuple[Path, Path], tmp_path: Path, place: int, side: str):
        base().save(both[1 - place])
        made = diff_labels(*both, tmp_path / "out", ALIASES, DiffOptions(pictures=0))
        assert note("tracks-on-one-side", side=side) in made.notes
        assert ("tracks" in made.tables, "tracks" in made.as_json()) == (False, False)
        assert not (tmp_path / "out" / "tracks.csv").exists()

    def test_as_a_user_calls_it(self, both: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]):
        command = ["diff", *map(str, both), "-o", str(tmp_path / "out"), "--pictures", "0"]
        assert main(command) == 0
        assert "\n2 tracks before, 2 after: 1 exchanged\n" in capfd.readouterr().out
        base().save(both[0])
        assert main([*command, "--overwrite"]) == 0
        out, err = capfd.readouterr()
        assert "tracks before" not in out
        assert "only the labels after have track ids" in err


class TestWhatIsRead:
    def test_against_itself(self, two: tuple[Path, Path], tmp_path: Path):
        made = diff_labels(two[0], two[0], tmp_path / "out", ALIASES)
        assert (made.tables["whole"]["same"].item(), made.tables["changes"].height, made.pictures) == (10, 0, 0)
        assert "nothing changed" in (tmp_path / "out" / "index.html").read_text()

    def test_images_that_only_one_side_has(self, two: tuple[Path, Path], tmp_path: Path):
        for place, kept in zip(two, ((0, 1, 2), (2, 3)), strict=True):
            Dataset.load(place).filter(frames=kept).save(place)
        made = diff_labels(*two, tmp_path / "out", ALIASES)
        assert made.tables["whole"].select("before", "after", "same", "went", "came").row(0) == (6, 4, 2, 4, 2)

    def test_other_formats_and_no_shared_category(self, two: tuple[Path, Path], tmp_path: Path):
        dataset = Dataset.load(two[0])
        other = dataset.replace(categories=dataset.categories.with_columns(name=pl.Series(["a", "b"])))
        write_labels(other, tmp_path / "voc", "voc", full=True)
        made = diff_labels(two[0], tmp_path / "voc", tmp_path / "out", ALIASES)
        assert made.tables["whole"]["renamed"].item() == 10
        assert not {"no-shared-people", "tracks-on-one-side"} & {each.code for each in made.notes}

    def test_a_project_has_its_pictures(self, project_folder: Path, tmp_path: Path):
        labels = project_folder / "labels"
        made = diff_labels(project_folder, labels, tmp_path / "out", ALIASES)
        assert made.tables["whole"].select("same", "came", "went").row(0) == (20, 0, 0)

    def test_a_picture_is_drawn_on_the_frame(self, two: tuple[Path, Path], tmp_path: Path):
        (tmp_path / "images").mkdir()
        for frame in range(6):
            Image.new("RGB", (320, 240), "#406080").save(tmp_path / "images" / f"f_{frame}.png")
        diff_labels(*two, tmp_path / "out", ALIASES, DiffOptions(source=tmp_path / "images", pictures=1))
        (drawn,) = (tmp_path / "out").glob("*.png")
        with Image.open(drawn) as picture:
            near = [abs(a - b) for a, b in zip(picture.convert("RGB").getpixel((40, 900)), (64, 96, 128), strict=True)]  # type: ignore[arg-type]
        assert max(near) <= 3

    def test_all_frames_of_a_range_are_drawn_as_a_films(self, project_folder: Path, tmp_path: Path):
        how = DiffOptions(frames="2:5", pictures=0)
        made = diff_labels(project_folder, project_folder / "labels", tmp_path / "out", ALIASES, how)
        drawn = sorted(each.name for each in (tmp_path / "out").glob("*.png"))
        assert (made.pictures, drawn) == (3, [f"frame_{n:06d}.png" for n in (2, 3, 4)])
        assert main(["assemble", str(tmp_path / "out"), "-o", str(tmp_path / "film.mp4"), "--preset", "ultrafast"]) == 0


class TestRefused:
    def test_what_cannot_be(self, two: tuple[Path, Path], tmp_path: Path):
        with pytest.raises(ConfigError, match="overlap"):
            DiffOptions(overlap=2)
        with pytest.raises(InputError):
            diff_labels(two[0], tmp_path / "nothing", tmp_path / "out", ALIASES)
        with pytest.raises(ConfigError, match="source's frames"):
            diff_labels(*two, tmp_path / "out", ALIASES, DiffOptions(frames="0:2"))
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "note.txt").write_text("mine")
        with pytest.raises(OutputError, match="kept"):
            diff_labels(*two, tmp_path / "mine", ALIASES)
        assert not (tmp_path / "out").exists()

    def test_fractions_of_nobody_knows_what(self, tmp_path: Path):
        write_labels(make_dataset(), tmp_path / "yolo", "yolo", full=True)
        with pytest.raises(InputError, match="how large") as caught:
            diff_labels(tmp_path / "yolo", tmp_path / "yolo", tmp_path / "out", ALIASES)
        assert "--source" in str(caught.value)


def test_as_a_user_calls_it(two: tuple[Path, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    command = ["diff", str(two[0]), str(two[1]), "-o", str(tmp_path / "out"), "--pictures", "0"]
    assert main(command) == 0
    out, err = capfd.readouterr()
    assert out.startswith("10 labels before, 10 after: 7 same, 1 moved, 1 renamed, 1 went, 1 came (moved by 3.0 px")
    assert err == ""
    assert main([*command, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["event"], told["moved"], told["pictures"]) == ("result", 1, 0)
