"""The review folder as it is written, and decisions as they come back: nobody's id, and a way back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import polars as pl
import pytest
from PIL import Image
from support import WORKERS, make_dataset

from loopviz.cli import main
from loopviz.dataset import Dataset
from loopviz.errors import InputError, OutputError
from loopviz.project.compare import Naming
from loopviz.project.review_page import apply_review, write_review

ALIASES = Naming()
EVIL = "</script><img src=x onerror=alert(1)>\u2028"


@pytest.fixture(autouse=True)
def _own_salt(user_config: Path) -> None:
    pass


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    made = make_dataset(12, (64, 48))
    work = made.assignments.with_columns(batch=pl.lit(f"batch of {WORKERS[0]}"), reason=pl.lit(f"ask {WORKERS[1]}"))
    made.replace(categories=made.categories.with_columns(name=pl.Series([EVIL, "wheel"])), assignments=work).save(
        tmp_path / "dataset"
    )
    return tmp_path / "dataset"


def meta_of(folder: Path) -> dict[str, object]:
    text = (folder / "data" / "meta.js").read_text()
    return json.loads(text.removeprefix("loopviz.meta(").removesuffix(");\n"))


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def decisions(folder: Path, file: Path, *labels: tuple[int, str]) -> Path:
    listed = [{"label": label, "decision": verdict, "comment": ""} for label, verdict in labels]
    content = {"loopviz": "decisions", "version": 1, "revision": meta_of(folder)["revision"], "decisions": listed}
    file.write_text(json.dumps(content))
    return file


class TestTheFolder:
    def test_a_film_is_copied_picture_by_picture_without_what_it_says_of_itself(
        self, dataset: Path, make_clip: Callable[..., Path], tmp_path: Path
    ):
        clip, told = make_clip(tmp_path / "clip.mp4"), tmp_path / "told.mp4"
        with av.open(str(clip)) as film, av.open(str(told), "w") as out:
            out.metadata["title"] = f"of {WORKERS[0]}"
            stream = out.add_stream_from_template(film.streams.video[0])
            for packet in film.demux(film.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    out.mux(packet)
        made = write_review(dataset, tmp_path / "out", ALIASES, told)
        assert (made.picture, made.labels, made.frames, made.people) == ("film", 22, 11, 3)
        with av.open(str(clip)) as one, av.open(str(tmp_path / "out" / "film.mp4")) as other:
            for before, after in zip(one.decode(video=0), other.decode(video=0), strict=True):
                assert np.array_equal(before.to_ndarray(), after.to_ndarray())
                assert before.time == pytest.approx(after.time)
        assert WORKERS[0].encode() not in everything(tmp_path / "out")

    def test_images_become_stills_of_the_frames_with_labels(self, dataset: Path, tmp_path: Path):
        images = tmp_path / "images"
        images.mkdir()
        for number in range(12):
            Image.new("RGB", (64, 48), (20 * number, 0, 0)).save(images / f"f_{number:02}.png")
        made = write_review(dataset, tmp_path / "out", ALIASES, images)
        assert made.picture == "stills"
        stills = sorted((tmp_path / "out" / "stills").iterdir())
        assert [file.name for file in stills] == [f"{number:06}.jpg" for number in range(11)]
        assert abs(Image.open(stills[5]).getpixel((30, 20))[0] - 100) < 6  # type: ignore[index]

    def test_without_a_picture(self, dataset: Path, tmp_path: Path):
        made = write_review(dataset, tmp_path / "out", ALIASES)
        meta = meta_of(tmp_path / "out")
        assert (made.picture, meta["picture"], meta["size"], meta["frames"]) == ("none", "none", [64, 48], 12)

    @pytest.mark.parametrize("identity", ["alias", "full", "hidden"])
    def test_who_is_named(self, dataset: Path, identity: str, tmp_path: Path):
        write_review(dataset, tmp_path / "out", Naming(identity))  # type: ignore[arg-type]
        assert any(who.encode() in everything(tmp_path / "out") for who in WORKERS) == (identity == "full")
        assert len(meta_of(tmp_path / "out")["people"]) == (0 if identity == "hidden" else 3)  # type: ignore[arg-type]

    def test_who_refused_is_not_there(self, dataset: Path, tmp_path: Path):
        made = Dataset.load(dataset)
        refused = pl.col("worker_id") != WORKERS[0]
        made.replace(workers=made.workers.with_columns(consent=refused)).save(dataset)
        write_review(dataset, tmp_path / "out", Naming("full"))
        assert WORKERS[0].encode() not in everything(tmp_path / "out")
        assert [each["name"] for each in meta_of(tmp_path / "out")["people"]] == list(WORKERS[1:])  # type: ignore[attr-defined]

    def test_what_people_wrote_is_data_and_never_part_of_the_page(self, dataset: Path, tmp_path: Path):
        write_review(dataset, tmp_path / "out", ALIASES)
        assert meta_of(tmp_path / "out")["categories"][0]["name"] == EVIL.rstrip()  # type: ignore[index]
        page = (tmp_path / "out" / "index.html").read_text()
        assert "onerror" not in page
        assert "unsafe" not in page
        assert "\u2028" not in (tmp_path / "out" / "data" / "meta.js").read_text()
        script = (tmp_path / "out" / "review.js").read_text()
        assert not any(word in script for word in ("innerHTML", "insertAdjacentHTML", "eval(", "document.write"))

    def test_nothing_is_written_over_what_is_read(self, dataset: Path):
        with pytest.raises(OutputError, match="what is read"):
            write_review(dataset, dataset, ALIASES)


class TestTheWayBack:
    def test_decisions_come_back_and_the_state_before_is_kept(
        self, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ):
        before = Dataset.load(dataset)
        assert main(["review", str(dataset), "-o", str(tmp_path / "out")]) == 0
        file = decisions(tmp_path / "out", tmp_path / "decisions.json", (0, "reject"), (1, "accept"), (2, "accept"))
        capsys.readouterr()
        assert main(["review", "apply", str(file), str(dataset), "--json"]) == 0
        said = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (said["accepted"], said["rejected"], said["removed"]) == (2, 1, 1)
        assert Dataset.load(dataset).annotations["annotation_id"].to_list() == list(range(1, 22))
        assert Dataset.load(said["before"]).equals(before)
        assert Path(f"{said['before']}.decisions.json").read_bytes() == file.read_bytes()

    def test_once_applied_they_are_about_another_state(self, dataset: Path, tmp_path: Path):
        write_review(dataset, tmp_path / "out", ALIASES)
        file = decisions(tmp_path / "out", tmp_path / "decisions.json", (0, "reject"))
        apply_review(file, dataset)
        after = Dataset.load(dataset)
        with pytest.raises(InputError, match="another state"):
            apply_review(file, dataset)
        assert Dataset.load(dataset).equals(after)

    def test_into_another_folder_the_dataset_stays(self, dataset: Path, tmp_path: Path):
        before = Dataset.load(dataset)
        write_review(dataset, tmp_path / "out", ALIASES)
        file = decisions(tmp_path / "out", tmp_path / "decisions.json", (0, "reject"))
        done = apply_review(file, dataset, tmp_path / "new")
        assert done.before is None
        assert Dataset.load(dataset).equals(before)
        assert Dataset.load(tmp_path / "new").annotations.height == 21
        with pytest.raises(OutputError, match="kept"):
            apply_review(file, dataset, tmp_path / "new")

    def test_each_state_is_kept_though_its_labels_are_those_of_another(self, dataset: Path, tmp_path: Path):
        write_review(dataset, tmp_path / "out", ALIASES)
        states, files, kept = [], [], []
        for number, verdict in enumerate(("accept", "reject")):  # of all labels of a work: they all stay
            states.append(Dataset.load(dataset))
            files.append(decisions(tmp_path / "out", tmp_path / f"{number}.json", (0, verdict), (1, verdict)))
            kept.append(apply_review(files[-1], dataset).before)
        assert [Dataset.load(each).equals(state) for each, state in zip(kept, states, strict=True)] == [True, True]
        assert [Path(f"{each}.decisions.json").read_bytes() for each in kept] == [file.read_bytes() for file in files]
        assert Dataset.load(dataset).annotations.equals(states[0].annotations)

    @pytest.mark.parametrize("stands", ["a file", "an empty folder", "another dataset"])
    def test_what_stands_where_the_state_before_goes_is_kept(self, dataset: Path, tmp_path: Path, stands: str):
        write_review(dataset, tmp_path / "out", ALIASES)
        file = decisions(tmp_path / "out", tmp_path / "decisions.json", (0, "reject"))
        trial = tmp_path / "trial"
        shutil.copytree(dataset, trial / "dataset")
        place = tmp_path / str(apply_review(file, trial / "dataset").before.name)  # type: ignore[union-attr]
        if stands == "another dataset":
            make_dataset(seed=9).save(place)
        else:
            (place.touch if stands == "a file" else place.mkdir)()
        before = everything(dataset), everything(place)
        with pytest.raises(OutputError, match="something else stands here"):
            apply_review(file, dataset)
        assert (everything(dataset), everything(place)) == before

    @pytest.mark.parametrize("name", ["nothing", "decisions.json"])
    def test_what_is_no_dataset_is_said(self, dataset: Path, tmp_path: Path, name: str):
        write_review(dataset, tmp_path / "out", ALIASES)
        file = decisions(tmp_path / "out", tmp_path / "decisions.json", (0, "reject"))
        with pytest.raises(InputError, match=f"{name}: this is no dataset's folder"):
            apply_review(file, tmp_path / name)

    def test_what_is_refused_changes_nothing(self, dataset: Path, tmp_path: Path):
        write_review(dataset, tmp_path / "out", ALIASES)
        file = decisions(tmp_path / "out", tmp_path / "decisions.json", (0, "reject"), (99, "accept"))
        before = everything(dataset)
        with pytest.raises(InputError, match="no such label"):
            apply_review(file, dataset)
        assert everything(dataset) == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "decisions.json", "out"]
