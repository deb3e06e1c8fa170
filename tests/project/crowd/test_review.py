"""A review's files: decisions that name nobody, what is uploaded to the platform, and the next batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from batches import write
from crowds import FIRST, PARTS, PEOPLE, RULE, SECOND, Task, hashes, ids, row, rows_of, write_batches, write_survey

from loopviz.crowd import apply_identity
from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.mturk.read import read_batches
from loopviz.media import open_source
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import Reading, gather
from loopviz.project.crowd.review import ReviewFiles, decide, review_note, reviewed, write_review_files
from loopviz.project.crowd.store import CrowdData

SALT = b"of these tests alone, and longer than thirty-two bytes"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_batches(tmp_path_factory.mktemp("batches"), FIRST, SECOND)


@pytest.fixture(scope="module")
def data(files: list[Path]) -> CrowdData:
    return gather(CrowdConfig(batches=tuple(files)), Reading()).whole()


def made(
    data: CrowdData, folder: Path, rule: str = RULE, identity: str = "alias", **more: object
) -> tuple[CrowdData, ReviewFiles]:
    """Review and write, as the commands do."""
    decided = decide(data, rule, pay_all=bool(more.pop("pay_all", False)), gold=more.pop("gold", None))  # type: ignore[arg-type]
    after = reviewed(data, decided)
    named = after.with_dataset(apply_identity(after.dataset, identity, SALT))  # type: ignore[arg-type]
    options = {"source": None, "overwrite": False, **more}
    return after, write_review_files(named, decided, folder, **options)  # type: ignore[arg-type]


def assignment(number: int, task: Task) -> str:
    return row(task, f"batch{number}")["AssignmentId"]


def marks(file: Path) -> dict[str, tuple[str, str]]:
    return {cells["AssignmentId"]: (cells["Approve"], cells["Reject"]) for cells in rows_of(file)}


SAID = "1 of 3 categories used (Body); the rule asks for 3."
QUICK = "63 s of work; the rule asks for 64 s."


@pytest.mark.parametrize(
    ("rule", "pay_all", "review", "reversals", "left"),
    [
        pytest.param(RULE, False, {2: ("", SAID)}, None, [6], id="the rule of the thesis"),
        pytest.param(RULE, True, {}, {2, 4, 5}, [6], id="pay all: nobody is rejected, all are approved after all"),
        pytest.param("categories >= 1", False, {}, {2, 5}, [], id="a milder rule approves what was rejected"),
        pytest.param("categories >= 0", False, {}, {2, 4, 5}, [], id="a rule that all keep"),
        pytest.param("seconds >= 64", False,
                     dict.fromkeys((0, 1, 2), ("", QUICK)), None, [1, 2, 3, 4, 5, 6],
                     id="a rule that nobody keeps: what was paid stays paid"),
    ],
)  # fmt: skip
def test_uploads(
    data: CrowdData, tmp_path: Path, rule: str, pay_all: bool, review: dict, reversals: set | None, left: list
):
    _, written = made(data, tmp_path / "review", rule, pay_all=pay_all)
    upload = tmp_path / "review" / "upload"
    verdicts = marks(upload / "batch2_review.csv")
    assert verdicts == {assignment(2, task): review.get(i, ("x", "")) for i, task in enumerate(SECOND)}
    assert not (upload / "batch1_review.csv").exists()  # all decided
    back = upload / "batch1_reversals.csv"
    assert back.exists() == (reversals is not None)
    if reversals is not None:
        assert marks(back) == {assignment(1, FIRST[i]): ("x", "") for i in reversals}
    following = tmp_path / "review" / "next_batch.csv"
    assert following.exists() == bool(left)
    images = [cells["image_url"] for cells in rows_of(following)] if left else []
    assert images == [f"https://b.s3.example/mouse/frame_{image:04d}.png" for image in left]
    assert (written.reviewed, written.reversed, written.next_images) == (3, len(reversals or ()), len(left))


def test_pay_all_leaves_nobody_unpaid_and_only_labels_out(data: CrowdData):
    strict, kind = decide(data, RULE), decide(data, RULE, pay_all=True)
    assert strict.cost.tasks_unpaid == 4
    assert (kind.cost.people_unpaid, kind.cost.tasks_unpaid, kind.cost.usd, kind.cost.hours) == (0, 0, 0, 0)
    assert str(kind.cost.note()) == "Nobody is left unpaid."
    assert kind.decisions["approve"].all()
    count = [reviewed(data, decided).dataset.assignments["accepted"] for decided in (strict, kind)]
    assert count[0].equals(count[1])
    assert count[1].sum() == 5


def test_what_the_platform_said_stays_as_it_is(data: CrowdData):
    after = reviewed(data, decide(data, RULE)).dataset.assignments
    assert after.drop("accepted").equals(data.dataset.assignments.drop("accepted"))


def test_uploads_hold_every_cell_and_are_read_again(data: CrowdData, files: list[Path], tmp_path: Path):
    made(data, tmp_path / "review", "categories >= 1")
    for before, name in ((files[1], "batch2_review.csv"), (files[0], "batch1_reversals.csv")):
        upload = tmp_path / "review" / "upload" / name
        old = {cells["AssignmentId"]: cells for cells in rows_of(before)}
        for cells in rows_of(upload):
            verdict = cells.pop("Approve"), cells.pop("Reject")
            assert cells == old[cells["AssignmentId"]]
            assert (verdict[0] == "x") != bool(verdict[1])
        found = read_batches([upload])
        assert found.labels.dataset.assignments.height == len(rows_of(upload))
        assert "short-rows" not in [problem.code for problem in found.labels.problems]
        shapes = data.dataset.annotations.join(found.labels.dataset.annotations, on="assignment_id", how="semi")
        assert found.labels.dataset.annotations.height == shapes.height


def test_two_files_of_one_name(tmp_path: Path):
    one, two = (write_batches(tmp_path / name, [task])[0] for name, task in zip("ab", SECOND, strict=False))
    data = gather(CrowdConfig(batches=(one, two)), Reading()).whole()
    made(data, tmp_path / "review")
    names = sorted(file.name for file in (tmp_path / "review" / "upload").iterdir())
    assert names == ["batch1_1_review.csv", "batch1_2_review.csv"]


def test_decisions_name_nobody_the_worst_first(data: CrowdData, tmp_path: Path):
    made(data, tmp_path / "review")
    rows = rows_of(tmp_path / "review" / "decisions.csv")
    assert len(rows) == 9
    assert [r["labels_count"] for r in rows] == ["no"] * 4 + ["yes"] * 5
    assert (rows[0]["frame"], rows[0]["image"], rows[0]["paid"], rows[0]["value"]) == (
        "4",
        "frame_0005.png",
        "no",
        "0.0",
    )
    assert all(r["alias"].startswith("Worker ") for r in rows)
    assert all(bool(r["reason"]) == (r["paid"] == "no") for r in rows)
    for name in ("decisions.csv", "README.txt", "next_batch.csv"):
        text = (tmp_path / "review" / name).read_text()
        assert not [i for i in ids() if i in text]
    assert "Rule: categories >= 3." in (tmp_path / "review" / "README.txt").read_text()


def test_hidden_people_have_no_name_at_all(data: CrowdData, tmp_path: Path):
    made(data, tmp_path / "review", identity="hidden")
    assert {r["alias"] for r in rows_of(tmp_path / "review" / "decisions.csv")} == {""}


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        pytest.param("", "rule", id="none"),
        pytest.param("beauty >= 3", "beauty", id="no measure"),
        pytest.param("categories >= three", "three", id="no number"),
        pytest.param("__import__('os')", "rule|measure", id="code"),
    ],
)
def test_rules_that_say_nothing(data: CrowdData, rule: str, message: str):
    with pytest.raises(ConfigError, match=message):
        decide(data, rule)


def known_answers(file: Path, images: dict[str, int], names: tuple[str, ...] = ("Body", "Left Button")) -> Path:
    """Write COCO of what was asked for: so many of the parts on each image."""
    boxes = [box for box, _ in PARTS]
    shapes = [
        {"id": n, "image_id": i, "category_id": c + 1, "iscrowd": 0, "area": (x2 - x) * (y2 - y),
         "bbox": [x, y, x2 - x, y2 - y], "segmentation": [[x, y, x2, y, x2, y2, x, y2]]}
        for n, (i, c, (x, y, x2, y2)) in enumerate(
            (i, c, boxes[c]) for i, parts in enumerate(images.values()) for c in range(parts))
    ]  # fmt: skip
    pictures = [{"id": i, "file_name": name, "width": 40, "height": 30} for i, name in enumerate(images)]
    categories = [{"id": i, "name": name} for i, name in enumerate(names, 1)]
    file.write_text(json.dumps({"images": pictures, "annotations": shapes, "categories": categories}))
    return file


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=6, width=40, height=30)


@pytest.mark.parametrize("video", [pytest.param(False, id="images' names"), pytest.param(True, id="a video's frames")])
@pytest.mark.parametrize("image", [3, 5])
def test_known_answers(files: list[Path], clip: Path, tmp_path: Path, video: bool, image: int):
    """On a video frames have no names; images of a batch do, and known answers go by these."""
    with open_source(clip) as source:
        data = gather(CrowdConfig(batches=tuple(files)), Reading(source.table() if video else None, clip)).whole()
    gold = known_answers(tmp_path / "gold.json", {f"frame_{image:04d}.png": 2})
    decided = decide(data, "gold >= 0.6", gold=gold)
    judged = decided.decisions.filter(decided.decisions["value"].is_not_null())
    work = {assignment(n, task): task.parts for n, batch in enumerate((FIRST, SECOND), 1) for task in batch}
    theirs = dict(judged.select("assignment_id", "value").iter_rows())
    assert judged["frame"].unique().to_list() == [image - 1]
    assert len(theirs) == 2
    # Of two parts: none, one half, and two with a third that was not asked for.
    assert {work[i]: round(value, 2) for i, value in theirs.items()} == (
        {1: 0.5, 3: 0.67} if image == 3 else {0: 0.0, 3: 0.67}
    )
    assert data.dataset.annotations["origin"].unique().to_list() == ["worker"]  # the dataset itself is as it was


def test_known_answers_as_yolo_need_no_size(data: CrowdData, tmp_path: Path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "data.yaml").write_text("names: [Body, Left Button]\n")
    (tmp_path / "labels" / "frame_0003.txt").write_text("0 0.25 0.26666667 0.25 0.26666667\n")
    decided = decide(data, "gold >= 0.6", gold=tmp_path)
    assert decided.decisions["value"].is_not_null().sum() == 2


@pytest.mark.parametrize(
    ("images", "names", "error", "message"),
    [
        pytest.param({"frame_0003.png": 2}, ("Body", "Horn"), ConfigError,
                     r"nobody was asked for this category \(found 'Horn'; expected Body, Left Button, v1.0_cable\)",
                     id="a category that nobody was asked for"),
        pytest.param({"frame_0099.png": 2}, ("Body", "Left Button"), InputError,
                     "1 of 1 labelled frames are not in the source", id="an image of no batch"),
    ],
)  # fmt: skip
def test_known_answers_that_do_not_fit(
    data: CrowdData, tmp_path: Path, images: dict, names: tuple, error: type[Exception], message: str
):
    with pytest.raises(error, match=message):
        decide(data, "gold >= 0.6", gold=known_answers(tmp_path / "gold.json", images, names))


def test_a_batch_that_moved(tmp_path: Path):
    here = tmp_path / "batches"
    moved = tmp_path / "elsewhere"
    paths = write_batches(here, FIRST, SECOND)
    data = gather(CrowdConfig(batches=tuple(paths)), Reading()).whole()
    here.rename(moved)
    with pytest.raises(InputError, match=r"batch1\.csv: there is no such file"):
        made(data, tmp_path / "review")
    assert not (tmp_path / "review").exists()
    _, written = made(data, tmp_path / "review", batches=[moved / "batch2.csv", moved / "batch1.csv"])
    assert written.reviewed == 3


def test_a_batch_that_changed(tmp_path: Path):
    paths = write_batches(tmp_path / "batches", FIRST, SECOND)
    data = gather(CrowdConfig(batches=tuple(paths)), Reading()).whole()
    write_batches(tmp_path / "batches", FIRST[:5], SECOND)
    with pytest.raises(InputError, match=r"batch1.csv: the batch is not what the dataset was made of\. Name the file"):
        made(data, tmp_path / "review")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batches"]


@pytest.mark.parametrize(
    "mine",
    [
        pytest.param("notes.txt", id="a note"),
        pytest.param("upload/notes.csv", id="a table among the uploads"),
        pytest.param("sheets/old/approved-01.png", id="a folder among the sheets"),
    ],
)
def test_an_earlier_review_is_replaced_but_nothing_else(data: CrowdData, tmp_path: Path, mine: str):
    made(data, tmp_path / "review", "categories >= 1")
    with pytest.raises(OutputError, match="the folder exists and was kept: it was made of something else"):
        made(data, tmp_path / "review")
    made(data, tmp_path / "review", overwrite=True)
    assert not (tmp_path / "review" / "upload" / "batch1_reversals.csv").exists()
    (tmp_path / "review" / mine).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "review" / mine).write_text("mine")
    before = hashes(tmp_path)
    with pytest.raises(OutputError, match=f"something in the folder was added since loopviz made it.*found '{mine}'"):
        made(data, tmp_path / "review", overwrite=True)
    assert hashes(tmp_path) == before


def test_contact_sheets(files: list[Path], clip: Path, tmp_path: Path):
    with open_source(clip) as source:
        data = gather(CrowdConfig(batches=tuple(files)), Reading(source.table(), clip)).whole()
        _, written = made(data, tmp_path / "review", source=source)
    names = sorted(file.name for file in (tmp_path / "review" / "sheets").iterdir())
    assert written.sheets == len(names) == 2
    assert names == ["approved-01.png", "rejected-01.png"]


def test_without_ids_of_assignments_nothing_can_be_uploaded(tmp_path: Path):
    text = "WorkerId,Answer.Q1\r\nA2RAWIDX0001QZ,25\r\n"
    file = tmp_path / "batch.csv"
    file.write_bytes(text.encode())
    data = gather(CrowdConfig(batches=(file,)), Reading()).whole()
    with pytest.raises(InputError, match=r"batch.csv, row 1: there is no AssignmentId\. Give the file as it was down"):
        made(data, tmp_path / "review", "boxes >= 0")
    assert not (tmp_path / "review").exists()
    assert decide(data, "boxes >= 0").cost.tasks == 1  # what it would cost can be said all the same


@pytest.mark.parametrize(("name", "found"), [(f"clip_0001_{PEOPLE[0]}", 1), ("clip_0001", 0)], ids=["an id", "none"])
def test_addresses_for_a_next_batch_that_hold_an_id_are_said(tmp_path: Path, name: str, found: int) -> None:
    facts = {"Input.image_url": f"https://b.s3.example/{name}.png"}
    (file,) = write_batches(tmp_path, [FIRST[2]], **facts)
    data = gather(CrowdConfig(batches=(file,)), Reading()).whole()
    _, files = made(data, tmp_path / "review")
    assert (files.next_images, files.next_with_ids) == (1, found)
    assert review_note(files).values["with_ids"] == found


def test_a_formula_in_a_file_for_people_is_text(tmp_path: Path):
    facts = {"Input.image_url": "https://b.s3.example/=cmd()_0001.png"}
    (file,) = write_batches(tmp_path, [FIRST[2]], **facts)
    data = gather(CrowdConfig(batches=(file,)), Reading()).whole()
    made(data, tmp_path / "review")
    (said,) = rows_of(tmp_path / "review" / "decisions.csv")
    assert said["image"] == "'=cmd()_0001.png"


def test_who_refused_consent_is_reviewed_and_paid_without_a_name(files: list[Path], tmp_path: Path):
    rows = [(PEOPLE[1], "25", "", "no"), (PEOPLE[0], "30", "", "yes")]
    survey = write_survey(tmp_path, rows, "Consent")
    data = gather(CrowdConfig(batches=tuple(files), survey=survey, consent="Consent"), Reading()).whole()
    _, written = made(data, tmp_path / "review")
    assert written.reviewed == 3
    cost = decide(data, "boxes >= 99").cost
    assert cost.left_out and f"{cost.left_out} of the tasks are by people who are left out" in str(cost.note())
    assert marks(tmp_path / "review" / "upload" / "batch2_review.csv")[assignment(2, SECOND[0])] == ("x", "")
    said = rows_of(tmp_path / "review" / "decisions.csv")
    assert len(said) == 9
    assert sum(not cells["alias"] for cells in said) == 3


def test_labels_that_are_not_read_are_nobodys_rejection(tmp_path: Path) -> None:
    points = {"Answer.drawing": '[{"label": "a", "x": 3, "y": 4}]'}
    plain = {**row(FIRST[0], "batch1"), "AssignmentStatus": "Submitted"}
    rows = [
        {k: v for k, v in plain.items() if "annotatedResult" not in k} | points | {"AssignmentId": f"3INVENTED{i}"}
        for i in range(3)
    ]
    data = gather(CrowdConfig(batches=(write(tmp_path, rows),)), Reading()).whole()
    assert any(
        "3 cells of Answer.drawing may hold labels, and are not read: points" in line for line in data.record.report
    )
    after, files = made(data, tmp_path / "review", "boxes >= 1")
    assert (files.reviewed, files.reversed, files.next_images) == (0, 0, 0)
    assert not (tmp_path / "review" / "upload").exists()
    assert after.dataset.assignments["accepted"].to_list() == [None] * 3
    decisions = rows_of(tmp_path / "review" / "decisions.csv")
    assert [(cells["labels_count"], cells["paid"]) for cells in decisions] == [("not judged", "not judged")] * 3
    assert "3 tasks are neither approved nor rejected" in (tmp_path / "review" / "README.txt").read_text()
