"""The sample crowd that is part of the repository is what its page says, and is made alike from the same dice."""

from __future__ import annotations

import csv
import ipaddress
import json
from base64 import b64decode
from collections import Counter
from datetime import datetime, timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from random import Random
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
CROWD = ROOT / "sample_media" / "crowd"
FRAMES, FAILING, PASSING_AGAIN = 296, 154, 125
PARTS = ("Body", "Cable", "Left_Button", "Right_Button", "Scroll_Wheel")
PLATFORM = (
    *("HITId", "HITTypeId", "Title", "Description", "Keywords", "Reward", "CreationTime", "MaxAssignments"),
    *("RequesterAnnotation", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds", "Expiration"),
    *("NumberOfSimilarHITs", "LifetimeInSeconds", "AssignmentId", "WorkerId", "AssignmentStatus", "AcceptTime"),
    *("SubmitTime", "AutoApprovalTime", "ApprovalTime", "RejectionTime", "RequesterFeedback", "WorkTimeInSeconds"),
    *("LifetimeApprovalRate", "Last30DaysApprovalRate", "Last7DaysApprovalRate"),
)
WIDGET = "Answer.annotatedResult"
MASK = f"{WIDGET}.labeledImage.pngImageData"
METADATA = (
    *("StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished", "RecordedDate"),
    *("ResponseId", "RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference"),
    *("LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage"),
)
QUESTIONS = [f"Q{number}" for number in range(1, 11)]
DOCUMENTATION = [ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]

Rows = list[dict[str, str]]


def _cells(file: Path) -> list[list[str]]:
    before = csv.field_size_limit(10_000_000)
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines))
    finally:
        csv.field_size_limit(before)


def _rows(file: Path) -> Rows:
    header, *rows = _cells(file)
    return [dict(zip(header, row, strict=False)) for row in rows]


@pytest.fixture(scope="module")
def batches() -> tuple[Rows, Rows]:
    return _rows(CROWD / "batch1.csv"), _rows(CROWD / "batch2.csv")


@pytest.fixture(scope="module")
def truth() -> dict[str, dict[str, str]]:
    return {row["assignment_id"]: row for row in _rows(CROWD / "truth.csv")}


@pytest.fixture(scope="module")
def responses() -> Rows:
    return _rows(CROWD / "survey.csv")[2:]


@pytest.fixture(scope="module")
def workers(batches: tuple[Rows, Rows]) -> set[str]:
    return {row["WorkerId"] for batch in batches for row in batch}


def _frame(row: dict[str, str]) -> int:
    start, end = "https://example.org/mouse/mouse_", ".jpeg"
    url = row["Input.image_url"]
    assert url.startswith(start)
    assert url.endswith(end)
    return int(url.removeprefix(start).removesuffix(end)) - 1


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%a %b %d %H:%M:%S PST %Y")


@pytest.mark.parametrize("name", ["batch1.csv", "batch2.csv"])
def test_a_batch_has_the_columns_of_a_real_one_and_rows_two_fields_shorter(name: str):
    answers = [
        *(f"{WIDGET}.inputImageProperties.{edge}" for edge in ("height", "width")),
        *(f"{WIDGET}.labelMappings.{part}.color" for part in PARTS),
        MASK,
    ]
    header, *rows = _cells(CROWD / name)
    assert header == [*PLATFORM, "Input.image_url", *answers, "Approve", "Reject"]
    assert {len(row) for row in rows} == {len(header) - 2}
    raw = (CROWD / name).read_bytes()
    assert raw.startswith(b'"HITId","HITTypeId",')
    assert raw.count(b'\r\n"') == raw.count(b"\n") == len(rows)  # all quoted, and none after the last


def test_the_counts_are_those_of_the_thesis(batches: tuple[Rows, Rows], truth: dict[str, dict[str, str]]):
    first, second = batches
    assert [_frame(row) for row in first] == list(range(FRAMES))
    assert Counter(row["AssignmentStatus"] for row in first) == {"Approved": FRAMES - FAILING, "Rejected": FAILING}
    assert [_frame(row) for row in second] == [_frame(r) for r in first if r["AssignmentStatus"] == "Rejected"]
    assert {row["AssignmentStatus"] for row in second} == {"Submitted"}
    passing = [sum(int(truth[row["AssignmentId"]]["categories"]) >= 3 for row in batch) for batch in batches]
    assert passing == [FRAMES - FAILING, PASSING_AGAIN]
    assert {row["Reward"] for batch in batches for row in batch} == {"$0.15"}


def test_the_truth_has_a_row_for_every_task(batches: tuple[Rows, Rows], truth: dict[str, dict[str, str]]):
    tasks = {row["AssignmentId"]: _frame(row) for batch in batches for row in batch}
    assert {key: int(row["frame"]) for key, row in truth.items()} == tasks
    assert len(tasks) == FRAMES + FAILING
    passing = {row["kind"] for row in truth.values() if int(row["categories"]) >= 3}
    assert passing == {"complete", "part missing", "buttons swapped"}
    assert {row["kind"] for row in truth.values()} - passing == {"body only", "two parts", "blob", "dab", "empty"}


def test_masks_are_whole_pictures_in_the_named_colours(batches: tuple[Rows, Rows], truth: dict[str, dict[str, str]]):
    for row in [*batches[0][::24], *batches[1][::16]]:
        with Image.open(BytesIO(b64decode(row[MASK], validate=True))) as mask:
            assert (mask.format, mask.mode, mask.size) == ("PNG", "RGBA", (1440, 960))
            counts = {color: count for count, color in mask.getcolors(len(PARTS) + 1)}
        size = [row[f"{WIDGET}.inputImageProperties.{edge}"] for edge in ("height", "width")]
        assert size == ["960", "1440"]
        colors = [row[f"{WIDGET}.labelMappings.{part}.color"] for part in PARTS]
        labels = [counts.pop((*bytes.fromhex(color[1:]), 255), 0) for color in colors]
        assert set(counts) <= {(0, 0, 0, 0)}
        assert sum(count >= 25 for count in labels) == int(truth[row["AssignmentId"]]["categories"])


def test_times_agree_and_nobody_does_two_tasks_at_once(batches: tuple[Rows, Rows]):
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    for row in (row for batch in batches for row in batch):
        accepted, submitted = _moment(row["AcceptTime"]), _moment(row["SubmitTime"])
        assert submitted - accepted == timedelta(seconds=int(row["WorkTimeInSeconds"]))
        assert _moment(row["CreationTime"]) < accepted < submitted < _moment(row["Expiration"])
        assert _moment(row["AutoApprovalTime"]) - submitted == timedelta(days=7)
        spans.setdefault(row["WorkerId"], []).append((accepted, submitted))
    for times in spans.values():
        times.sort()
        assert all(submitted < accepted for (_, submitted), (accepted, _) in pairwise(times))


def test_a_verdict_has_its_time_and_a_rejection_its_reason(batches: tuple[Rows, Rows]):
    for row in (row for batch in batches for row in batch):
        said = [bool(row[column]) for column in ("ApprovalTime", "RejectionTime", "RequesterFeedback")]
        status = {"Approved": [True, False, False], "Rejected": [False, True, True], "Submitted": [False] * 3}
        assert said == status[row["AssignmentStatus"]]
        if decided := row["ApprovalTime"] or row["RejectionTime"]:
            assert _moment(row["SubmitTime"]) < _moment(decided) < _moment(row["AutoApprovalTime"])


def test_approval_rates_count_the_first_review(batches: tuple[Rows, Rows]):
    record = Counter((row["WorkerId"], row["AssignmentStatus"]) for row in batches[0])
    for row in (row for batch in batches for row in batch):
        approved, rejected = (record[row["WorkerId"], status] for status in ("Approved", "Rejected"))
        assert row["LifetimeApprovalRate"].endswith(f"% ({approved}/{approved + rejected})")
    assert any(row["LifetimeApprovalRate"] == "0% (0/0)" for row in batches[1])


def test_everyone_is_marked_as_simulated(batches: tuple[Rows, Rows], responses: Rows, workers: set[str]):
    rows = [row for batch in batches for row in batch]
    for column in ("HITId", "AssignmentId", "HITTypeId"):
        assert all(row[column].startswith("SIM") and len(row[column]) == 30 for row in rows)
    assert len({row["AssignmentId"] for row in rows}) == len({row["HITId"] for row in rows}) == len(rows)
    assert all(row["Title"].startswith("Simulated:") for row in rows)
    assert all(worker.startswith("SIM") and len(worker) == 14 for worker in workers)
    assert all(row["WorkerID"].startswith("SIM") and row["Simulated"] == "true" for row in responses)


def test_the_survey_has_three_headers(responses: Rows):
    header, labels, imports, *rows = _cells(CROWD / "survey.csv")
    assert header == [*METADATA, *QUESTIONS, "WorkerID", "Simulated"]
    assert {len(row) for row in (labels, imports, *rows)} == {len(header)}
    ids = [json.loads(cell)["ImportId"] for cell in imports]
    assert ids[:2] == ["startDate", "endDate"]
    assert [name.removesuffix("_TEXT") for name in ids[17:28]] == [f"QID{number}" for number in range(1, 12)]
    assert len(responses) == 114


def test_no_address_in_the_survey_can_be_anybodys(responses: Rows):
    for row in responses:
        assert any(ipaddress.ip_address(row["IPAddress"]) in network for network in DOCUMENTATION)
        assert row["RecipientEmail"].endswith("@example.org")
        assert (row["RecipientFirstName"], row["RecipientLastName"]) == ("Nobody", "Simulated")
        assert (row["LocationLatitude"], row["LocationLongitude"]) == ("0.0", "0.0")


def test_some_are_silent_some_answer_twice_and_some_never_worked(responses: Rows, workers: set[str]):
    said = Counter(row["WorkerID"] for row in responses)
    finished = {row["WorkerID"] for row in responses if row["Finished"] == "True"}
    assert len(workers) == 112
    assert len(workers - said.keys()) == 5
    assert len(said.keys() - workers) == 3
    assert sorted(said.values())[-5:] == [1, 2, 2, 2, 2]
    assert len(said.keys() - finished) == 1
    assert Counter(row["Finished"] for row in responses) == {"True": 110, "False": 4}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        pytest.param("Q1", "18- 24", id="a stray space"),
        pytest.param("Q4", "illinois", id="a state for a city"),
        pytest.param("Q4", "القاهرة", id="another script"),
        pytest.param("Q5", "More tha 30 minutes", id="a slip of the survey's author"),
        pytest.param("Q10", "$1,200 laptop", id="an amount and a thing"),
        pytest.param("Q10", "NON", id="no, misspelt"),
        pytest.param("Q10", "None", id="no, in a word"),
        pytest.param("Q10", "", id="nothing said"),
        pytest.param("Q10", '=HYPERLINK("https://example.org/","a laptop")', id="a formula"),
    ],
)
def test_answers_are_as_people_type_them(responses: Rows, question: str, answer: str):
    assert answer in {row[question] for row in responses}


def test_the_files_stay_small():
    assert sum((CROWD / f"batch{number}.csv").stat().st_size for number in (1, 2)) <= 6_000_000


SMALL = 24, 10  # frames and people
BOXES = ((40, 50, 240, 160), (0, 120, 48, 136), (56, 58, 120, 120), (136, 58, 200, 120), (120, 64, 140, 88))


@pytest.fixture(scope="module")
def masks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masks")
    for number in range(1, SMALL[0] + 1):
        classes = np.zeros((192, 288), np.uint8)
        for part, (x_min, y_min, x_max, y_max) in enumerate(BOXES, start=1):
            classes[y_min:y_max, x_min + number : x_max + number] = part
        Image.fromarray(classes).save(folder / f"mouse_{number:04d}.png")
    return folder


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The maker's modules, as the script imports them."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import sample.crowd_files
    import sample.hand

    return sample


def _make(maker: ModuleType, masks: Path, target: Path, seed: int) -> dict[str, bytes]:
    rng = Random(seed)  # noqa: S311 - a test's dice
    crowd = maker.crowd.make_crowd(rng, maker.truth.read_truth(masks), SMALL[1])
    maker.crowd_files.write_crowd(target, rng, crowd)
    return {file.name: file.read_bytes() for file in target.iterdir()}


def test_the_same_dice_give_the_same_bytes(maker: ModuleType, masks: Path, tmp_path: Path):
    made = _make(maker, masks, tmp_path / "made", 3)
    assert set(made) == {"batch1.csv", "batch2.csv", "survey.csv", "truth.csv"}
    assert _make(maker, masks, tmp_path / "again", 3) == made
    assert _make(maker, masks, tmp_path / "other", 4) != made


def test_the_rates_hold_for_any_number_of_frames(maker: ModuleType, masks: Path, tmp_path: Path):
    _make(maker, masks, tmp_path, 5)
    first, second = _rows(tmp_path / "batch1.csv"), _rows(tmp_path / "batch2.csv")
    known = _rows(tmp_path / "truth.csv")
    assert (len(first), len(second)) == (24, 12)  # 24 * 154 / 296
    assert sum(int(row["categories"]) < 3 for row in known) == 12 + 2  # 12 * 29 / 154


@pytest.mark.parametrize(
    ("kind", "names", "dab", "used"),
    [
        pytest.param("empty", {}, None, [], id="empty"),
        pytest.param("blob", {0: 1}, None, [1], id="one label over everything"),
        pytest.param("body only", {0: 0}, None, [0], id="body only"),
        pytest.param("dab", {0: 0, 1: 1}, 4, [0, 1], id="a dab is too small to count"),
        pytest.param("buttons swapped", {0: 0, 2: 3, 3: 2}, None, [0, 2, 3], id="swapped"),
        pytest.param("complete", dict(enumerate(range(5))), None, [0, 1, 2, 3, 4], id="complete"),
    ],
)
def test_what_is_planned_is_painted(
    maker: ModuleType, masks: Path, kind: str, names: dict[int, int], dab: int | None, used: list[int]
):
    painted = _painted(maker, masks, 0.9, maker.faults.Plan(kind, names, dab))
    assert maker.hand.used(painted) == used
    assert (dab is None) or np.any(painted == dab + 1)


def test_care_decides_how_close_a_mask_is(maker: ModuleType, masks: Path):
    plan = maker.faults.Plan("complete", dict(enumerate(range(5))))
    classes = maker.truth.read_truth(masks)[0].file
    overlap = [
        maker.hand.mask_overlap(maker.truth.read_classes(classes), _painted(maker, masks, care, plan))
        for care in (1.0, 0.5, 0.0)
    ]
    assert overlap[0] > 0.9
    assert overlap[0] > overlap[1] > overlap[2]


def _painted(maker: ModuleType, masks: Path, care: float, plan: object) -> np.ndarray:
    truth = maker.truth.read_truth(masks)[0]
    person = maker.people.Person("SIM00000000000", care, 1.0, 0.0, False, {})
    rng = Random(7)  # noqa: S311 - a test's dice
    return maker.hand.paint(rng, truth, maker.truth.read_classes(truth.file), person, plan)
