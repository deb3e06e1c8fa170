from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKERS, make_dataset

from loopviz.consent import consented
from loopviz.crowd.consent.counts import check_consent
from loopviz.crowd.identity.generalise import as_given, steps
from loopviz.crowd.identity.small_cells import WITHHELD, How, check_cells, protect
from loopviz.crowd.ledger.account import ledger
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.schema import table

AGES = ("18–24", "25–34", "35–44", "45–54", "55 or older")


def survey(*people: Sequence[str | None], normal: bool = False) -> Dataset:
    """A Dataset of people, each with the answers to Q0, Q1, …; None where a question was left out."""
    rows = [
        {"worker_id": f"W{i}", "question_id": f"Q{q}", "answer": answer, "normal": answer.strip() if normal else None}
        for i, answers in enumerate(people)
        for q, answer in enumerate(answers)
        if answer is not None
    ]
    width = max((len(answers) for answers in people), default=0)
    return Dataset(
        workers=table("workers", {"worker_id": [f"W{i}" for i in range(len(people))]}),
        questions=table("questions", {"question_id": [f"Q{q}" for q in range(width)]}),
        answers=table("answers", rows) if rows else table("answers", []),
    )


def answers(dataset: Dataset, question: str = "Q0") -> Counter[str | None]:
    return Counter(dataset.answers.filter(pl.col("question_id") == question)["answer"].to_list())


def cells(dataset: Dataset, questions: Sequence[str]) -> Counter[tuple[str | None, ...]]:
    """Counted another way than the program does: by a table of all people, those who tell nothing left out."""
    wide = dataset.answers_wide().select(questions).rows()
    telling = [row for row in wide if any(a is not None and a.strip() and a != WITHHELD for a in row)]
    return Counter(telling)


class TestCheck:
    def test_a_small_cell_is_found_across_questions(self):
        # Each answer is that of two people; each pair of answers is one person's.
        found = check_cells(survey(("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")), ["Q0", "Q1"], 2)
        assert (found.people, found.cells, found.small, found.exposed, found.safe) == (4, 4, 4, 4, False)
        assert check_cells(survey(("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")), ["Q0"], 2).safe

    def test_silence_is_an_answer_unless_it_is_whole(self):
        found = check_cells(survey(("a", "x"), ("a", "x"), ("a", None), (None, None)), ["Q0", "Q1"], 2)
        assert (found.people, found.small, found.exposed) == (3, 1, 1)

    def test_one_choice_in_two_spellings_is_one_by_its_normal_form(self):
        assert not check_cells(survey(("18- 24",), ("18 - 24",)), ["Q0"], 2).safe
        told = survey(("a ",), ("a",), normal=True)
        assert check_cells(told, ["Q0"], 2).safe

    def test_in_words(self):
        lines = check_cells(survey(("a",), ("a",), ("b",)), ["Q0"], 2).lines()
        assert lines == ["Q0: 3 people in 2 combinations of answers; 1 of them with fewer than 2 people, 1 in all."]

    @pytest.mark.parametrize(("questions", "k"), [(["Q9"], 2), ([], 2), (["Q0"], 1), (["Q0"], 0)])
    def test_refused(self, questions: list[str], k: int):
        for function in (check_cells, protect):
            with pytest.raises(ConfigError):
                function(survey(("a",), ("b",)), questions, k)


class TestGeneralise:
    def test_neighbouring_bands_are_joined(self):
        people = [(age,) for age, number in zip(AGES, (5, 5, 5, 1, 2), strict=True) for _ in range(number)]
        safe, report = protect(survey(*people), ["Q0"], 3)
        assert answers(safe) == {"18–24": 5, "25–34": 5, "35–44": 5, "45 or older": 3}
        assert report.changes == ("Q0: 3 answers made coarser; 4 choices left of 5.",)

    def test_rare_choices_become_other(self):
        cities = ["Lima"] * 4 + ["Pune"] * 3 + ["Recife", "Nairobi", "Accra"]
        safe, _ = protect(survey(*[(city,) for city in cities]), ["Q0"], 3)
        assert answers(safe) == {"Lima": 4, "Pune": 3, "other": 3}

    def test_what_is_still_rare_is_withheld(self):
        # To free one person by merging would cost the others more than that one answer.
        safe, report = protect(survey(*[("a",)] * 9, *[("b",)] * 9, ("c",)), ["Q0"], 3)
        assert answers(safe) == {"a": 9, "b": 9, WITHHELD: 1}
        assert report.withheld == 1
        assert report.changes == ("The answers of 1 person to Q0 are withheld.",)

    def test_withheld_is_withheld_for_every_question_answered_or_not(self):
        people = [*[("a", "x")] * 9, *[("b", "y")] * 9, ("c", None)]
        safe, _ = protect(survey(*people), ["Q0", "Q1"], 3)
        assert safe.answers_wide().row(18) == ("W18", WITHHELD, WITHHELD)

    def test_nothing_is_changed_that_is_safe(self):
        before = survey(*[("a", "x")] * 3, *[("b", "y")] * 3, (None, None))
        safe, report = protect(before, ["Q0", "Q1"], 3)
        assert report.changes == ()
        assert safe.answers["answer"].equals(before.answers["answer"])

    def test_one_spelling_stands_for_each_choice(self):
        # The spelling alone would single out one of the three.
        safe, _ = protect(survey(("Illinois",), ("Illinois ",), (" Illinois",), normal=True), ["Q0"], 3)
        assert answers(safe) == {"Illinois": 3}

    def test_fewer_people_than_k_are_all_withheld(self):
        safe, report = protect(survey(("a",), ("b",)), ["Q0"], 3)
        assert answers(safe) == {WITHHELD: 2}
        assert (report.people, report.withheld, report.safe) == (0, 2, True)

    def test_other_questions_are_not_touched(self):
        before = survey(("a", "what I think"), ("b", "and I"))
        assert answers(protect(before, ["Q0"], 2)[0], "Q1") == answers(before, "Q1")

    def test_protected_once_is_protected(self):
        people = [(age, city) for age in AGES for city in ("Lima", "Pune", age)]
        safe, _ = protect(survey(*people), ["Q0", "Q1"], 3)
        again, report = protect(safe, ["Q0", "Q1"], 3)
        assert report.changes == ()
        assert again.equals(safe)


class TestLeaveOut:
    def test_rare_people_lose_their_answers(self):
        safe, report = protect(survey(*[("a", "x")] * 3, ("a", "y"), ("b", "x")), ["Q0", "Q1"], 3, "leave out")
        assert safe.answers.height == 6
        assert report.lines() == [
            "The answers of 2 people to Q0, Q1 are left out.",
            "Q0 × Q1: 3 people in 1 combination of answers; none belongs to fewer than 3.",
        ]


choices = st.none() | st.sampled_from([*AGES, "Lima", "Pune", "other", WITHHELD, " ", "18 - 24", "more than 100"])


@given(
    st.lists(st.tuples(choices, choices, choices), max_size=25),
    st.integers(2, 6),
    st.sampled_from(["generalise", "leave out"]),
    st.sampled_from([["Q0"], ["Q1", "Q0"], ["Q0", "Q1", "Q2"]]),
)
@settings(max_examples=100)
def test_no_cell_is_left_small(people: list[Any], k: int, how: How, questions: list[str]):
    before = survey(("a", "b", "c"), *people)
    safe, report = protect(before, questions, k, how)
    left = cells(safe, questions)
    assert all(number >= k for number in left.values())
    assert report.people == sum(left.values())
    assert report.people + report.withheld == sum(cells(before, questions).values())
    assert safe.workers.equals(before.workers)


@given(st.lists(st.sampled_from([*AGES, "12", "0", "under 18"]), max_size=20), st.booleans())
def test_coarser_ends_at_one_choice_and_loses_more_with_each_step(given_answers: list[str], words: bool):
    recoding = as_given([*given_answers, *(["Lima", "Pune"] if words else [])])
    lost = -1.0
    while True:
        now = sum(recoding.loss.values())
        assert now > lost
        assert set(recoding.label) == set(recoding.counts)
        lost = now
        following = list(steps(recoding))
        if not following:
            break
        recoding = following[-1]
    assert len(set(recoding.label.values())) <= 1


@pytest.mark.parametrize(
    ("bands", "merged"),
    [
        pytest.param(["18 - 24", "25 – 34"], "18–34", id="numbers"),
        pytest.param(["45–54", "55 or older"], "45 or older", id="ages without an end"),
        pytest.param(["51 – 100", "100+"], "51 or more", id="numbers without an end"),
        pytest.param(["0", "1 – 10"], "0–10", id="a single number"),
        pytest.param(["Less than 5 minutes", "5 – 15 minutes"], "Less than 5 minutes or 5 – 15 minutes", id="times"),
        pytest.param(["Never", "1 – 4 times"], "Never or 1 – 4 times", id="words"),
    ],
)
def test_names_of_joined_bands(bands: Sequence[str], merged: str):
    recoding = as_given([*bands, *["200 or more"] * 9])
    coarser = {label for step in steps(recoding) for label in step.label.values()}
    assert merged in coarser


def told(dataset: Dataset) -> list[tuple[str, Mapping[str, object]]]:
    return [(each.code, each.values) for each in check_consent(dataset).notes()]


class TestConsent:
    def asked(self, *people: bool | None, single: Mapping[int, bool] | None = None) -> Dataset:
        dataset = make_dataset()
        said = pl.Series("consent", people, dtype=pl.Boolean)
        rows = [(single or {}).get(i) for i in range(dataset.answers.height)]
        return dataset.replace(
            workers=dataset.workers.with_columns(said),
            answers=dataset.answers.with_columns(pl.Series("consent", rows, dtype=pl.Boolean)),
        )

    def test_nobody_asked_nothing_left_out(self):
        dataset = self.asked(None, None, True)
        assert consented(dataset).equals(dataset)
        assert told(dataset) == [("consent-counts", {"agreed": 1, "refused": 0, "not_asked": 2})]

    def test_who_refused_is_not_there_and_the_work_is(self):
        dataset = self.asked(False, True, None)
        left = consented(dataset)
        assert left.workers["worker_id"].to_list() == list(WORKERS[1:])
        assert WORKERS[0] not in left.answers["worker_id"]
        assert left.annotations.equals(dataset.annotations)
        totals = [
            figure.value for figure in ledger(left).totals if figure.name in ("assignments", "paid_usd", "labels")
        ]
        assert totals == [f.value for f in ledger(dataset).totals if f.name in ("assignments", "paid_usd", "labels")]
        assert told(dataset)[1] == ("refused", {"people": 1, "answers": 3})

    def test_a_refusal_that_meets_no_work_is_said_where_others_at_work_were_not_asked(self):
        dataset = self.asked(False, None, True)
        theirs = pl.when(pl.col("worker_id") != WORKERS[0]).then("worker_id").alias("worker_id")
        idle = dataset.replace(assignments=dataset.assignments.with_columns(theirs))
        everyone_asked = self.asked(False, True, True).replace(assignments=idle.assignments)
        assert [check_consent(each).unmet for each in (dataset, idle, everyone_asked)] == [0, 1, 0]
        assert told(idle)[-1] == ("refusal-unmet", {"people": 1, "unasked": 1})
        assert [each.severity for each in check_consent(idle).notes()][-1] == "warning"
        assert "refusal-unmet" not in dict(told(everyone_asked))

    @pytest.mark.parametrize(("consent", "stays"), [(None, False), (True, True)])
    def test_a_refusal_holds_for_the_same_id_in_other_capitals_of_whom_nothing_is_known(
        self, consent: bool | None, stays: bool
    ):
        dataset = self.asked(False, consent, None)
        twin = dataset.workers["worker_id"].replace(WORKERS[1], f"{WORKERS[0].lower()} ")
        work = dataset.assignments["worker_id"].replace(WORKERS[1], twin[1])
        answers = dataset.answers["worker_id"].replace(WORKERS[1], twin[1])
        slip = dataset.replace(
            workers=dataset.workers.with_columns(worker_id=twin),
            assignments=dataset.assignments.with_columns(worker_id=work),
            answers=dataset.answers.with_columns(worker_id=answers),
        )
        assert consented(slip).workers.height == (2 if stays else 1)
        assert consented(slip).assignments["worker_id"].n_unique() == (3 if stays else 2)  # nobody is one of them
        assert told(slip)[0][1]["refused"] == (1 if stays else 2)

    @pytest.mark.parametrize(
        ("people", "said"),
        [((True, None, None), True), ((True, True, True), False), ((None, None, None), False), ((False,) * 3, True)],
    )
    def test_that_some_who_worked_were_not_asked_is_said(self, people: tuple[bool | None, ...], said: bool):
        assert bool(check_consent(self.asked(*people)).worth_saying()) is said

    def test_the_id_is_taken_out_of_names(self):
        dataset = self.asked(False, True, None)
        files = dataset.frames.with_columns(file=pl.lit(f"mouse_0001_{WORKERS[0]}.png"))
        assert consented(dataset.replace(frames=files)).frames["file"][0] == "mouse_0001_….png"

    def test_a_single_answer(self):
        dataset = self.asked(None, None, None, single={1: False, 0: True})
        left = consented(dataset)
        assert left.answers.height == dataset.answers.height - 1
        assert told(dataset)[1] == ("refused-answers", {"answers": 1})
