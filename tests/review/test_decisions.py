"""Decisions: read strictly, checked against the labels, and brought back without anything lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support import WORKERS, make_dataset

from loopviz.errors import InputError
from loopviz.review.columns import revision
from loopviz.review.decisions import Applied, DecisionFile, apply_decisions, read_decisions

FILE = Path("decisions.json")


def given(**verdicts: str | None) -> DecisionFile:
    """Decisions by label: ``given(L0="reject")``."""
    listed = [{"label": int(name[1:]), "decision": verdict} for name, verdict in verdicts.items()]
    return DecisionFile.model_validate(
        {"loopviz": "decisions", "version": 1, "revision": revision(make_dataset()), "decisions": listed}
    )


def applied(**verdicts: str | None) -> Applied:
    dataset = make_dataset()
    return apply_decisions(dataset, given(**verdicts), revision(dataset), FILE)


def work(done: Applied, task: str) -> tuple[Any, Any, Any]:
    row = done.dataset.assignments.filter(pl.col("assignment_id") == task).row(0, named=True)
    return row["accepted"], row["labels_read"], row["status"]


class TestWhatDecisionsDo:  # make_dataset: labels 2n and 2n + 1 are of the work T{n}
    def test_a_rejected_label_goes_and_nobody_judges_what_is_left(self):
        done = applied(L0="reject", L1="accept")
        assert 0 not in done.dataset.annotations["annotation_id"]
        assert done.dataset.annotations.height == 9
        assert work(done, "T0") == (None, False, "approved")
        assert (done.accepted, done.rejected, done.removed, done.counts, done.dismissed) == (1, 1, 1, 0, 0)

    def test_work_that_was_rejected_as_a_whole_stays_and_does_not_count(self):
        done = applied(L2="reject", L3="reject")
        assert done.dataset.annotations.equals(make_dataset().annotations)
        assert work(done, "T1") == (False, None, "approved")
        assert (done.removed, done.dismissed) == (0, 1)

    def test_work_that_was_accepted_as_a_whole_counts_and_its_pay_is_another_matter(self):
        done = applied(L4="accept", L5="accept", L6="accept")
        assert work(done, "T2") == (True, None, "rejected")
        assert work(done, "T3") == (None, None, "approved")
        assert done.counts == 1

    def test_a_comment_alone_decides_nothing(self):
        done = applied(L0=None)
        assert done.dataset.equals(make_dataset())
        assert (done.accepted, done.rejected) == (0, 0)

    def test_a_label_of_nobody_goes(self):
        dataset = make_dataset(people=False)
        done = apply_decisions(dataset, given(L0="reject", L1="accept"), revision(dataset), FILE)
        assert done.dataset.annotations["annotation_id"].to_list() == list(range(1, 10))

    def test_what_nobody_decided_on_is_as_it_was(self):
        done = applied(L0="reject")
        others = pl.col("assignment_id") != "T0"
        assert done.dataset.assignments.filter(others).equals(make_dataset().assignments.filter(others))


class TestWhatIsRefused:
    def test_another_state_of_the_labels(self):
        with pytest.raises(InputError, match=r"another state of the labels.*Make the page anew"):
            apply_decisions(make_dataset(seed=2), given(L0="reject"), revision(make_dataset(seed=2)), FILE)

    def test_a_label_that_is_not_there(self):
        with pytest.raises(InputError, match=r"no such label.*decisions\[1\]|decisions\[1\].*no such label"):
            applied(L0="reject", L77="accept")

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"loopviz": "something"}, "no decisions"),
            ({"version": 2}, "version"),
            ({"revision": 3}, "revision"),
            ({"more": 1}, "more"),
            ({"decisions": [{"label": 1, "decision": "maybe"}]}, "decision"),
            ({"decisions": [{"label": "1", "decision": None}]}, "label"),
            ({"decisions": [{"label": 1, "decision": None}, {"label": 1, "decision": "accept"}]}, "decided twice"),
        ],
    )
    def test_what_is_no_file_of_decisions(self, change: dict[str, Any], expected: str, tmp_path: Path):
        file = tmp_path / "decisions.json"
        file.write_text(json.dumps({**given().model_dump(), **change}))
        with pytest.raises(InputError, match=expected):
            read_decisions(file)

    @pytest.mark.parametrize(
        ("comment", "kept"),
        [
            ("<script>\u202e\u2028'" * 2000, "<script>\u202e\u2028'" * 2000),
            ("cut \ud83d", "cut \ufffd"),  # half an emoji: no file can hold it
            ("\udc00 😀", "\ufffd 😀"),
        ],
    )
    def test_a_comment_is_never_what_a_file_cannot_hold(self, comment: str, kept: str, tmp_path: Path):
        file = tmp_path / "decisions.json"
        one = {"label": 1, "decision": "accept", "comment": comment}
        file.write_text(json.dumps({**given().model_dump(), "decisions": [one]}))
        found = read_decisions(file)
        assert found.decisions[0].comment == kept
        assert json.loads(found.model_dump_json())["decisions"][0]["comment"] == kept

    def test_a_message_stays_short_whatever_a_file_calls_its_keys(self, tmp_path: Path):
        file = tmp_path / "decisions.json"
        file.write_text(
            json.dumps({**given().model_dump(), "decisions": [{"label": 1, "decision": None, "k" * 9000: 1}]})
        )
        with pytest.raises(InputError, match="no decisions") as refused:
            read_decisions(file)
        assert len(str(refused.value)) < 300 + len(str(file))

    def test_a_file_of_people_is_refused_without_naming_them(self, tmp_path: Path):
        file = tmp_path / "metadata.json"
        file.write_text(json.dumps({WORKERS[0]: {"Q1": "31"}}))
        with pytest.raises(InputError, match="no decisions") as refused:
            read_decisions(file)
        assert WORKERS[0] not in str(refused.value)

    def test_a_list(self, tmp_path: Path):
        file = tmp_path / "decisions.json"
        file.write_text("[1, 2]")
        with pytest.raises(InputError, match="no decisions"):
            read_decisions(file)
