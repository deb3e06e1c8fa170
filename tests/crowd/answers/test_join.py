"""Answers and work: who answered, who was silent, who answered twice, whose key it was, and that the counts balance."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.crowd.answers.join import join_batch_answers, join_survey
from loopviz.crowd.answers.join_report import JoinReport
from loopviz.crowd.consent.question import ConsentAsked
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.survey.read import Survey, SurveyOptions, read_survey
from loopviz.schema import table

Ask = Callable[..., Survey]
FORMULA = '=HYPERLINK("https://example.org/","a laptop")'
CODES = {"assignment_id": pl.String, "worker_id": pl.String, "column": pl.String, "value": pl.String}


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def read(header: Sequence[str], *rows: Sequence[str], options: SurveyOptions | None = None) -> Survey:
        file = tmp_path / "survey.csv"
        with file.open("w", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        return read_survey(file, options)

    return read


def people(*ids: str) -> Dataset:
    work = {"assignment_id": [f"a{i}" for i in ids], "worker_id": list(ids)}
    return Dataset(workers=table("workers", {"worker_id": list(ids)}), assignments=table("assignments", work))


def said(dataset: Dataset) -> dict[tuple[str, str], str | None]:
    return {(w, q): a for w, q, a in dataset.answers.select("worker_id", "question_id", "answer").iter_rows()}


def test_every_response_and_every_worker_is_counted_once(ask: Ask) -> None:
    survey = ask(
        ["Timestamp", "Finished", "WorkerID", "Q1"],
        ["2026-01-01 10:00", "1", "A", "18- 24"],
        ["2026-01-01 12:00", "1", "A", "25 - 34"],
        ["2026-01-01 14:00", "0", "A", ""],
        ["2026-01-01 10:00", "False", "B", "no end"],
        ["2026-01-01 10:00", "1", "STRANGER", "65"],
        ["2026-01-01 10:00", "1", "", "nobody"],
    )
    joined, report = join_survey(people("A", "B", "C"), survey)
    assert (report.key, report.how) == ("WorkerID", "by name")
    assert (report.responses, report.workers, report.answered, report.silent) == (6, 3, 2, 1)
    assert (report.twice, report.superseded, report.without_work, report.nameless) == (1, 2, 1, 1)
    assert (report.unfinished, report.unclear) == (1, 0)
    assert said(joined) == {("A", "Q1"): "25 - 34", ("B", "Q1"): "no end"}
    assert joined.answers["normal"].to_list() == ["25–34", "No end"]
    assert joined.workers["worker_id"].to_list() == ["A", "B", "C"]
    found = {each.code: each.values for each in report.notes()}
    assert found["joined"] == {"answered": 2, "workers": 3, "silent": 1, "responses": 6}
    assert found["answered-twice"] == {"count": 1, "others": 2}
    assert "STRANGER" not in " ".join(map(str, report.notes()))


@pytest.mark.parametrize(
    ("rows", "stands"),
    [
        pytest.param([("2026-01-02", "1", "late"), ("2026-01-01", "1", "early")], "late", id="the last by time"),
        pytest.param([("2026-01-01", "1", "whole"), ("2026-01-02", "0", "part")], "whole", id="the complete one"),
        pytest.param([("2026-01-01", "0", "one"), ("2026-01-02", "0", "two")], "two", id="none complete: the last"),
        pytest.param([("", "1", "one"), ("", "1", "two")], "two", id="no time: the last in the file"),
    ],
)
def test_which_of_two_responses_stands(ask: Ask, rows: list[tuple[str, str, str]], stands: str) -> None:
    lines = [[when, done, "A", answer] for when, done, answer in rows]
    joined, report = join_survey(people("A"), ask(["RecordedDate", "Finished", "WorkerID", "Q1"], *lines))
    assert said(joined) == {("A", "Q1"): stands}
    assert (report.twice, report.superseded) == (1, 1)


@pytest.mark.parametrize(
    ("header", "row", "key", "found"),
    [
        pytest.param(["mturk_id", "Q1"], ["A1", "x"], None, ("mturk_id", "by name"), id="by its name"),
        pytest.param(
            ["Q1", "Your number, please"], ["x", "A1"], None, ("Your number, please", "by overlap"), id="value"
        ),
        pytest.param(["workerId", "Q1"], ["other", "A1"], None, ("Q1", "by overlap"), id="a name that holds no id"),
        pytest.param(["workerId", "Q1"], ["A1", "A2"], "Q1", ("Q1", "named"), id="named"),
        pytest.param(["workerId", "Q1"], [" a1 ", "x"], None, ("workerId", "by name"), id="typed by hand"),
        pytest.param(["workerId", "Q1"], ["other", "x"], None, ("workerId", "by name"), id="nobody worked"),
    ],
)
def test_how_the_key_is_found(
    ask: Ask, header: list[str], row: list[str], key: str | None, found: tuple[str, str]
) -> None:
    joined, report = join_survey(people("A1", "A2"), ask(header, row), key=key)
    assert (report.key, report.how) == found
    assert report.key not in joined.questions["question_id"].to_list()


def test_no_key_at_all(ask: Ask) -> None:
    survey = ask(["Q1", "Q2"], ["x", "y"])
    with pytest.raises(InputError, match="no column holds the ids"):
        join_survey(people("A"), survey)
    with pytest.raises(ConfigError, match="no such column"):
        join_survey(people("A"), survey, key="Q7")
    with pytest.raises(ConfigError, match="no such column"):
        join_survey(people("A"), survey, key="Q1", consent=ConsentAsked(("Q7",)))


def test_ids_that_differ_in_capitals_only_are_two_people(ask: Ask) -> None:
    joined, report = join_survey(people("Ab", "aB"), ask(["WorkerID", "Q1"], ["aB", "x"], ["AB", "y"]))
    assert said(joined) == {("aB", "Q1"): "x"}
    assert report.without_work == 1


def test_who_did_not_work_is_not_taken_in(ask: Ask) -> None:
    survey = ask(["WorkerID", "Q1"], ["A", "x"], ["NEW", "y"], ["NEW", "z"])
    joined, report = join_survey(people("A"), survey)
    assert joined.workers["worker_id"].to_list() == ["A"]
    assert said(joined) == {("A", "Q1"): "x"}
    assert (report.answered, report.without_work) == (1, 2)


def test_free_text_comes_through_as_it_was_written(ask: Ask) -> None:
    texts = [FORMULA, "<script>alert(1)</script>", "a\x1b[2Jb\nc", "NON", "None", ""]
    ids = [f"W{number}" for number in range(len(texts))]
    joined, _ = join_survey(people(*ids), ask(["WorkerID", "Q1"], *zip(ids, texts, strict=True)))
    assert joined.answers["answer"].to_list() == [*texts[:-1], None]


def test_consent_of_a_person_and_for_an_answer(ask: Ask) -> None:
    rows = [
        ["A", "Yes, I agree", "x", "true"],
        ["B", "no", "y", "yes"],
        ["C", "", "z", ""],
        ["D", "I do not agree", "", "No"],
    ]
    joined, report = join_survey(
        people("A", "B", "C", "D", "E"), ask(["WorkerID", "Consent", "Q1", "consent_Q1"], *rows)
    )
    assert joined.workers["consent"].to_list() == [True, False, False, False, None]
    assert joined.answers["consent"].to_list() == [True, True, False, False]
    assert joined.questions["question_id"].to_list() == ["Q1"]
    assert report.refused == 3
    other, _ = join_survey(people("A"), ask(["WorkerID", "ok", "Q1"], ["A", "yes", "x"]), consent=ConsentAsked(("ok",)))
    assert (other.workers["consent"][0], said(other)) == (True, {("A", "Q1"): "x"})
    silent, _ = join_survey(people("A"), ask(["WorkerID", "Q1"], ["A", "x"]))
    assert (silent.workers["consent"][0], silent.answers["consent"][0]) == (None, None)


def test_the_last_word_on_consent_counts_whichever_response_stands(ask: Ask) -> None:
    header = ["RecordedDate", "Finished", "WorkerID", "Consent", "Q1"]
    survey = ask(
        header,
        ["2026-01-01", "1", "A", "yes", "x"], ["2026-01-02", "0", "A", "no", ""],
        ["2026-01-01", "1", "B", "no", "x"], ["2026-01-02", "1", "B", "yes", "y"],
        ["2026-01-01", "1", "C", "yes", "x"], ["2026-01-02", "1", "C", "", "y"],
    )  # fmt: skip
    joined, report = join_survey(people("A", "B", "C"), survey)
    assert joined.workers["consent"].to_list() == [False, True, True]
    assert (said(joined)["A", "Q1"], report.refused) == ("x", 1)


def test_each_of_several_questions_of_consent_must_be_a_yes(ask: Ask) -> None:
    header = ["WorkerID", "Consent", "Consent to be shown", "Q1"]
    survey = ask(
        header, ["A", "yes", "yes", "x"], ["B", "yes", "no", "y"], ["C", "no", "yes", "z"], ["D", "yes", "", ""]
    )
    joined, report = join_survey(people("A", "B", "C", "D", "E"), survey)
    assert joined.workers["consent"].to_list() == [True, False, False, False, None]
    assert (report.refused, joined.questions["question_id"].to_list()) == (3, ["Q1"])
    one, _ = join_survey(people("A", "B", "C", "D"), survey, consent=ConsentAsked(("Consent",)))
    assert one.workers["consent"].to_list() == [True, True, False, True]


def test_a_no_elsewhere_stays_a_no(ask: Ask) -> None:
    refused, _ = join_survey(people("A", "B"), ask(["WorkerID", "Consent"], ["A", "no"], ["B", "yes"]))
    joined, _ = join_survey(refused, ask(["WorkerID", "consent to being shown"], ["A", "yes"], ["B", "yes"]))
    assert joined.workers["consent"].to_list() == [False, True]


def test_a_tick_that_means_a_no(ask: Ask) -> None:
    header = ["Finished", "WorkerID", "I do not wish to be shown", "Q1"]
    rows = [["1", "A", "X", "x"], ["1", "B", "", "y"], ["0", "C", "", "z"]]
    asked = ConsentAsked(no=("x",), empty=True)
    joined, report = join_survey(people("A", "B", "C", "D"), ask(header, *rows), consent=asked)
    assert joined.workers["consent"].to_list() == [False, True, False, None]  # C broke off
    assert (report.refused, (None, True, 2) in report.taken[0].values["meanings"]) == (2, True)


@pytest.mark.parametrize(
    ("typed", "whose"),
    [
        pytest.param("worker id: A1INVENTED99", "A1INVENTED99", id="after words"),
        pytest.param("My id is a1invented99.", "A1INVENTED99", id="in a sentence"),
        pytest.param("A1INV ENTED99", "A1INVENTED99", id="with a blank in it"),
        pytest.param("A1INVENTED99 / A2INVENTED99", None, id="two people"),
        pytest.param("A1INVENTED9", None, id="a letter short"),
        pytest.param("worker B1", None, id="no platform's form"),
    ],
)
def test_an_id_among_words_is_found_and_a_refusal_of_nobody_is_said(ask: Ask, typed: str, whose: str | None) -> None:
    header = ["WorkerID", "Consent", "Q1", "Q2"]
    rows = [["B1", "yes", "x", "I am A2INVENTED99"], [typed, "no", "y", ""], ["Z1", "", "z", ""]]
    joined, report = join_survey(people("A1INVENTED99", "A2INVENTED99", "B1"), ask(header, *rows))
    refused = joined.workers.filter(~pl.col("consent"))["worker_id"].to_list()
    assert refused == ([whose] if whose else [])
    assert report.refused_unknown == (0 if whose else 1)
    assert ("refused-unknown" in {each.code for each in report.notes()}) == (whose is None)


def test_invented_people_are_marked(ask: Ask) -> None:
    joined, _ = join_survey(people("A", "B"), ask(["WorkerID", "Simulated", "Q1"], ["A", "true", "x"]))
    assert joined.workers["simulated"].to_list() == [True, None]
    assert joined.questions["question_id"].to_list() == ["Q1"]


def test_a_second_survey_adds_and_says_what_it_changed(ask: Ask) -> None:
    first, _ = join_survey(people("A", "B"), ask(["WorkerID", "Q1", "Q2"], ["A", "x", "y"]))
    second, report = join_survey(first, ask(["WorkerID", "Q1", "Q3"], ["A", "new", ""], ["B", "z", "w"]))
    assert said(second) == {
        ("A", "Q1"): "new",
        ("A", "Q2"): "y",
        ("A", "Q3"): None,
        ("B", "Q1"): "z",
        ("B", "Q3"): "w",
    }
    assert report.changed == 1


def test_one_id_for_two_questions_is_refused(ask: Ask) -> None:
    names, ids = ["ResponseId", "EndDate", "WorkerID", "Q1"], ["R_1", "2026-01-01", "A", "x"]
    first = ask(names, ["Response ID", "End Date", "Id", "How old?"], ids)
    joined, _ = join_survey(people("A"), first)
    with pytest.raises(InputError, match="another question of this id"):
        join_survey(joined, ask(names, ["Response ID", "End Date", "Id", "Where?"], ids))


def codes(*rows: tuple[str, str]) -> pl.DataFrame:
    said = [(f"a{place}", worker, "surveycode", code) for place, (worker, code) in enumerate(rows)]
    return pl.DataFrame(said, schema=CODES, orient="row")


def test_completion_codes_say_whose_a_response_is(ask: Ask) -> None:
    survey = ask(["MTurkCode", "Q1"], ["111", "x"], ["222", "y"], ["999", "z"], ["333", "shared"])
    handed = codes(("A", "111"), ("A", "111"), ("B", "222"), ("B", "333"), ("C", "333"))
    joined, report = join_survey(people("A", "B", "C"), survey, codes=handed)
    assert (report.key, report.how, report.shared_codes) == ("MTurkCode", "by code", ("333",))
    assert said(joined) == {("A", "Q1"): "x", ("B", "Q1"): "y"}
    assert (report.answered, report.silent, report.without_work, report.unclear) == (2, 1, 1, 1)
    named, again = join_survey(people("A", "B", "C"), survey, codes=handed, key="MTurkCode")
    assert (said(named), again.how) == (said(joined), "named")


def test_answers_within_a_batch() -> None:
    work = table(
        "assignments",
        {
            "assignment_id": ["a1/1", "a1/2", "a2", "a3"],
            "worker_id": ["A", "A", "A", "B"],
            "submitted_at": [None] * 4,
        },
    )
    dataset = Dataset(workers=table("workers", {"worker_id": ["A", "B", "C"]}), assignments=work)
    rows = [
        *(("a1", "A", "Q1", "18- 24"), ("a1", "A", "Q2", "Oslo"), ("a2", "A", "Q1", "25 - 34"), ("a2", "A", "Q2", "")),
        *(("a3", "B", "Q1", "65"), ("a1", "A", "surveycode", "7"), ("a3", "B", "surveycode", "7")),
        *(("a3", "B", "email", "b@example.org"), ("a3", "B", "finished", "yes"), ("a1", "A", "finished", "no")),
    ]
    joined, report = join_batch_answers(dataset, pl.DataFrame(rows, schema=CODES, orient="row"), {"Q1": "Age"})
    assert joined.questions.select("question_id", "heading").rows() == [
        ("Q1", "Age"),
        ("Q2", "Q2"),
        ("finished (2)", "finished (2)"),
    ]
    assert said(joined)["A", "Q1"] == "18- 24"
    assert said(joined)["B", "Q2"] is None
    assert (report.responses, report.answered, report.silent, report.twice, report.unfinished) == (3, 2, 1, 1, 1)
    assert report.shared_codes == ("7",)
    assert "b@example.org" not in str(joined.answers.rows())


def test_a_batch_without_answers() -> None:
    joined, report = join_batch_answers(people("A"), pl.DataFrame(schema=CODES))
    assert (joined.answers.height, report.responses, report.silent) == (0, 0, 1)


def test_a_completion_code_alone_is_no_answer() -> None:
    joined, report = join_batch_answers(people("A", "B"), codes(("A", "1"), ("B", "1")))
    assert (joined.answers.height, report.responses, report.silent, report.shared_codes) == (0, 0, 2, ("1",))


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", "X", "Y", None]), st.sampled_from([True, False, None]))))
def test_whatever_comes_the_counts_balance(rows: list[tuple[str | None, bool | None]]) -> None:
    responses = pl.DataFrame(
        {"response": range(len(rows)), "id": [who for who, _ in rows], "finished": [done for _, done in rows]},
        schema={"response": pl.Int64, "id": pl.String, "finished": pl.Boolean},
    ).with_columns(recorded_at=pl.lit(None, pl.Datetime("us", "UTC")))
    survey = Survey(Path("s"), "table", table("questions", {}), responses, ("id",), (), key="id")
    _, report = join_survey(people("A", "B", "C"), survey)
    assert report.answered == len({who for who, _ in rows} & {"A", "B", "C"})
    assert all(map(str, report.notes()))


def test_counts_that_do_not_balance_are_an_error() -> None:
    with pytest.raises(AssertionError, match="do not balance"):
        JoinReport("k", "named", responses=2, workers=1, answered=1, silent=0)


def test_the_sample_crowd_answers_as_its_readme_says() -> None:
    folder = Path(__file__).resolve().parents[3] / "sample_media" / "crowd"
    worked: set[str] = set()
    for file in sorted(folder.glob("batch*.csv")):
        with file.open(newline="", encoding="utf-8") as stream:
            worked |= {row["WorkerId"] for row in csv.DictReader(stream)}
    joined, report = join_survey(people(*sorted(worked)), read_survey(folder / "survey.csv"))
    assert (report.workers, report.answered, report.silent, report.responses) == (112, 107, 5, 114)
    assert (report.twice, report.superseded, report.without_work, report.unfinished) == (4, 4, 3, 1)
    assert joined.questions["heading"].to_list()[:2] == ["How old are you?", "What is your gender?"]
    assert set(joined.answers.filter(pl.col("question_id") == "Q1")["normal"].drop_nulls()) <= {
        *("18–24", "25–34", "35–44", "45–54", "55–64", "65 or older"),
    }
    assert joined.workers["simulated"].sum() == 107


def test_a_real_survey_and_the_codes_of_its_batches(corpus: Path) -> None:
    folder = corpus / "survey" / "exteriors_cloned"
    handed: list[tuple[str, str]] = []
    for file in sorted((folder / "mturk_batch_files").glob("*.csv")):
        with file.open(newline="") as stream:
            handed += [(row["WorkerId"], row["Answer.surveycode"]) for row in csv.DictReader(stream)]
    survey = read_survey(next(folder.glob("*.csv")))
    joined, report = join_survey(people(*{who for who, _ in handed}), survey, codes=codes(*handed))
    with next(folder.glob("*.csv")).open(newline="") as stream:
        given_codes = [row["MTurkCode"] for row in list(csv.DictReader(stream))[2:]]
    expected = {who for who, code in handed if code in given_codes}
    assert (len(handed), report.workers, report.responses) == (14, 14, 14)
    assert (report.key, report.how, report.answered) == ("MTurkCode", "by code", len(expected))
    assert set(joined.answers["worker_id"]) == expected
    assert report.shared_codes == ()
    assert report.answered == 14
    with pytest.raises(InputError, match="no column holds the ids"):
        join_survey(people(*{who for who, _ in handed}), survey)
