"""The sample's crowd, of which the truth is known: the counts of its page, and how much a review recovers of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from crowds import RULE, rows_of

from loopviz.crowd import apply_identity
from loopviz.crowd.review.decisions import Review
from loopviz.media import open_source
from loopviz.project.crowd.config import CrowdConfig
from loopviz.project.crowd.gather import Reading, gather
from loopviz.project.crowd.review import ReviewFiles, decide, reviewed, write_review_files
from loopviz.project.crowd.store import CrowdData

CROWD = Path(__file__).resolve().parents[3] / "sample_media" / "crowd"


@pytest.fixture(scope="module")
def data(sample: Path) -> CrowdData:
    batches = (CROWD / "batch1.csv", CROWD / "batch2.csv")
    with open_source(sample / "mouse_turntable.mp4") as source:
        reading = Reading(source.table(), source.info.path)
        return gather(CrowdConfig(batches=batches, survey=CROWD / "survey.csv"), reading).whole()


@pytest.fixture(scope="module")
def decided(data: CrowdData) -> Review:
    return decide(data, RULE)


@pytest.fixture(scope="module")
def judged(decided: Review) -> pl.DataFrame:
    """Every decision beside the truth."""
    truth = pl.read_csv(CROWD / "truth.csv").drop("frame")
    return decided.decisions.join(truth, on="assignment_id", how="inner")


@pytest.fixture(scope="module")
def written(data: CrowdData, decided: Review, tmp_path_factory: pytest.TempPathFactory) -> ReviewFiles:
    after = reviewed(data, decided)
    named = after.with_dataset(apply_identity(after.dataset, "alias", b"of these tests alone: thirty-two bytes"))
    folder = tmp_path_factory.mktemp("out") / "review"
    return write_review_files(named, decided, folder, source=None, overwrite=False)


def test_work_and_people(data: CrowdData):
    work = data.dataset.assignments
    assert Counter(work["status"]) == {"submitted": 154, "approved": 142, "rejected": 154}
    assert (work["worker_id"].n_unique(), work["frame"].n_unique()) == (112, 296)
    assert data.dataset.workers["simulated"].sum() == 112  # the silent ones as well: their tasks say so
    assert data.record.report[:8] == (
        "450 assignments of 112 people in 2 batches: 154 submitted, 142 approved, 154 rejected.",
        f"{data.dataset.annotations.height:,} labels on 296 of 296 frames.",
        "Taken as pay: Reward, in US dollars, known of 450 of 450 assignments.",
        "Taken as the key: WorkerID, found by its name.",
        "107 workers of 112 answered, 5 did not; 114 responses in all.",
        "4 workers answered more than once: the last complete one stands, not 4 other responses.",
        "1 response not finished, but the worker's only one: what it says stands.",
        "3 responses of people without work in the dataset; they were not taken in.",
    )


def test_which_categories_were_used_is_the_truth(data: CrowdData):
    used = data.usage.group_by("assignment_id").agg(pl.col("used").sum().cast(pl.Int64))
    truth = pl.read_csv(CROWD / "truth.csv").select("assignment_id", "categories")
    both = used.join(truth, on="assignment_id")
    assert both.height == 450
    assert both.filter(pl.col("used") != pl.col("categories")).height == 0


def test_what_the_rule_decides(decided: Review):
    assert decided.decisions.height == 450
    assert decided.decisions["passes"].sum() == 267
    cost = decided.cost
    assert (cost.people_unpaid, cost.people_with_nothing, cost.tasks_unpaid, cost.tasks) == (73, 18, 183, 450)
    assert cost.usd == pytest.approx(183 * 0.15)
    assert str(cost.note()) == (
        "Leaves 73 people unpaid for 183 of 450 tasks: 6.6 hours of work, 27.45 USD. "
        "For 18 of them it is all that they did."
    )


def test_what_is_written(written: ReviewFiles):
    assert (written.reviewed, written.reversed, written.next_images) == (154, 0, 29)
    upload = rows_of(written.folder / "upload" / "batch2_review.csv")
    assert Counter(bool(cells["Approve"]) for cells in upload) == {True: 125, False: 29}
    assert all(bool(cells["Reject"]) != bool(cells["Approve"]) for cells in upload)
    original = {cells["AssignmentId"]: cells for cells in rows_of(CROWD / "batch2.csv")}
    for cells in upload:
        assert {k: v for k, v in cells.items() if k not in {"Approve", "Reject"}} == original[cells["AssignmentId"]]
    following = [cells["image_url"] for cells in rows_of(written.folder / "next_batch.csv")]
    assert len(set(following)) == 29
    assert set(following) == {cells["Input.image_url"] for cells in upload if cells["Reject"]}


@pytest.mark.parametrize(
    ("kind", "count", "passing"),
    [
        pytest.param("complete", 193, 193, id="complete"),
        pytest.param("part missing", 62, 62, id="part missing"),
        pytest.param("buttons swapped", 12, 12, id="buttons swapped: the rule does not see it"),
        pytest.param("body only", 59, 0, id="body only"),
        pytest.param("two parts", 50, 0, id="two parts: honest work is refused, too"),
        pytest.param("blob", 42, 0, id="blob"),
        pytest.param("dab", 14, 0, id="dab"),
        pytest.param("empty", 18, 0, id="empty"),
    ],
)
def test_the_rule_by_kind_of_work(judged: pl.DataFrame, kind: str, count: int, passing: int):
    rows = judged.filter(pl.col("kind") == kind)
    assert (rows.height, rows["passes"].sum()) == (count, passing)


def test_how_well_the_rule_finds_good_work(judged: pl.DataFrame):
    """Measured on work that is close to the truth: the rule counts parts, and cannot see how well they are drawn."""
    good = judged["overlap"] >= 0.5
    passes = judged["passes"]
    sensitivity = (good & passes).sum() / good.sum()
    precision = (good & passes).sum() / passes.sum()
    assert sensitivity == 1.0
    assert 0.8 < precision < 1.0


def test_accepted_work_is_closer_to_the_truth(judged: pl.DataFrame):
    mean = dict(judged.group_by("passes").agg(pl.col("overlap").mean()).iter_rows())
    assert mean[True] > 0.7
    assert mean[False] < 0.3
    ranks = judged.group_by("kind").agg(pl.col("overlap").mean()).sort("overlap", descending=True)["kind"].to_list()
    assert ranks[0] == "complete"
    assert ranks[-1] == "empty"


def test_a_second_batch_recovers_what_the_first_lacked(data: CrowdData, decided: Review):
    work = reviewed(data, decided).dataset.assignments.filter("accepted")
    frames = work.group_by("batch").agg(pl.col("frame").n_unique()).sort("batch").rows()
    assert frames == [("batch1", 142), ("batch2", 125)]
    assert work["frame"].n_unique() == 267  # nobody's work counts twice


def test_pay_all_costs_nobody_anything(data: CrowdData, decided: Review):
    kind = decide(data, RULE, pay_all=True)
    assert (kind.cost.people_unpaid, kind.cost.tasks_unpaid) == (0, 0)
    assert kind.decisions.sort("assignment_id")["passes"].equals(decided.decisions.sort("assignment_id")["passes"])


def test_known_answers_tell_how_close_work_is(data: CrowdData, sample: Path):
    """Labels of somebody else on the same frames, taken for known answers: they rank work roughly as the truth does."""
    truth = pl.read_csv(CROWD / "truth.csv").select("assignment_id", "kind", "overlap")
    gold = decide(data, "gold >= 0.5", gold=sample / "labels").decisions.join(truth, on="assignment_id")
    known = gold.filter(pl.col("value").is_not_null())
    assert known.height > 400
    assert known.select(pl.corr("value", "overlap", method="spearman")).item() > 0.7
    passing = dict(known.group_by("kind").agg(pl.col("passes").mean()).iter_rows())
    assert passing["complete"] > 0.85
    assert max(passing[kind] for kind in ("body only", "two parts", "blob", "dab", "empty")) < 0.05
