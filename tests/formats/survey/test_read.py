"""Surveys as they come: every form of a Qualtrics header, encodings, split choices, plain tables, real files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopviz.errors import ConfigError, InputError, LoopvizError
from loopviz.formats.survey.read import Survey, SurveyOptions, read_survey
from loopviz.formats.types import Report

Put = Callable[..., Path]

NAMES = ["StartDate", "EndDate", "IPAddress", "Finished", "RecordedDate", "ResponseId", "RecipientEmail"]
NAMES += ["LocationLatitude", "Q1", "Q2", "t_First Click", "WorkerID", "Q2 - Topics"]
TEXTS = ["Start Date", "End Date", "IP Address", "Finished", "Recorded Date", "Response ID", "Recipient Email"]
TEXTS += ["Location Latitude", "<b>How old</b>&nbsp;are you?<script>x</script>", "Where?", "Timing - First Click"]
TEXTS += ["Your id", "Q2 - Topics"]
IDS = ["startDate", "endDate", "ipAddress", "finished", "recordedDate", "_recordId", "recipientEmail"]
IDS += ["locationLatitude", "QID1", "QID2_TEXT", "QID3_FIRST_CLICK", "WorkerID", "QID2_TEXT_0123456789abTopics"]
JSON = [json.dumps({"ImportId": i} | ({"timeZone": "America/Denver"} if "Date" in i else {})) for i in IDS]
DICT = [f"{{'ImportId': '{i}'}}" for i in IDS]
FIRST = ["2026-01-12 06:00:00", "2026-01-12 06:04:00", "192.0.2.1", "1", "2026-01-12 06:05:00", "R_1", "a@example.org"]
FIRST += ["1.5", "18- 24", "Oslo\nNorway", "1.2", "A1INVENTED", ""]
SECOND = ["2026-01-13 06:00:00", "2026-01-13 06:04:00", "192.0.2.2", "False", "2026-01-13 06:05:00", "R_2", ""]
SECOND += ["", "25 - 34", "", "", "", ""]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(*rows: list[str], encoding: str = "utf-8", delimiter: str = ",", end: str = "\r\n") -> Path:
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
        file = tmp_path / "survey.csv"
        file.write_bytes(text.getvalue().encode(encoding))
        return file

    return write


def answers(survey: Survey, *columns: str) -> list[tuple[str | None, ...]]:
    return survey.responses.select(columns or survey.questions["question_id"].to_list()).rows()


@pytest.mark.parametrize(
    ("header", "form", "names"),
    [
        pytest.param([NAMES, TEXTS, JSON], "qualtrics-3", ["Q1", "Q2"], id="three rows"),
        pytest.param([NAMES, TEXTS, DICT], "qualtrics-3", ["Q1", "Q2"], id="three rows, ids as Python wrote them"),
        pytest.param([NAMES, JSON], "qualtrics-2", ["Q1", "Q2"], id="the texts deleted"),
        pytest.param([TEXTS, JSON], "qualtrics-2", ["QID1", "QID2_TEXT"], id="the field ids deleted"),
        pytest.param([JSON], "qualtrics-1", ["QID1", "QID2_TEXT"], id="only the import ids"),
        pytest.param([NAMES, TEXTS], "qualtrics-2", ["Q1", "Q2"], id="the import ids deleted"),
        pytest.param([NAMES], "qualtrics-1", ["Q1", "Q2"], id="only the field ids"),
        pytest.param([TEXTS], "qualtrics-1", None, id="only the texts"),
    ],
)
def test_every_form_of_the_header(put: Put, header: list[list[str]], form: str, names: list[str] | None) -> None:
    survey = read_survey(put(*header, FIRST, SECOND))
    assert survey.form == form
    if names:
        assert survey.questions["question_id"].to_list() == names
    assert answers(survey)[0][:2] == ("18- 24", "Oslo\nNorway")
    assert answers(survey)[1][:2] == ("25 - 34", None)
    assert survey.responses["finished"].to_list() == [True, False]
    assert survey.responses.height == 2
    assert "192.0.2.1" not in str(survey.responses.rows())
    assert len(survey.dropped) == 3


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({}, id="CRLF, and a bare LF in quotes"),
        pytest.param({"encoding": "utf-8-sig"}, id="byte order mark"),
        pytest.param({"encoding": "utf-16", "delimiter": "\t"}, id="UTF-16 with tabs"),
        pytest.param({"delimiter": ";", "end": "\n"}, id="semicolons"),
    ],
)
def test_every_way_to_save_it(put: Put, how: dict[str, str]) -> None:
    survey = read_survey(put(NAMES, TEXTS, JSON, FIRST, SECOND, **how))
    assert answers(survey, "Q1", "Q2", "WorkerID")[0] == ("18- 24", "Oslo\nNorway", "A1INVENTED")
    assert survey.responses["recorded_at"][0] == datetime(2026, 1, 12, 13, 5, tzinfo=UTC)
    assert survey.questions.rows() == [
        ("Q1", "How old are you?", "How old are you?"),
        ("Q2", "Where?", "Where?"),
    ]
    assert survey.keys[0] == "WorkerID"


def test_protected_columns_come_in_by_name_only(put: Put) -> None:
    file = put(NAMES, TEXTS, JSON, FIRST, SECOND)
    survey = read_survey(file, SurveyOptions(keep=("IPAddress", "t_First Click")))
    assert survey.dropped == ("RecipientEmail", "LocationLatitude")
    assert answers(survey, "IPAddress", "t_First Click")[0] == ("192.0.2.1", "1.2")
    with pytest.raises(ConfigError, match="no such column"):
        read_survey(file, SurveyOptions(keep=("Shoe size",)))


def test_addresses_are_known_by_their_looks(put: Put) -> None:
    file = put(["id", "how can we reach you", "when", "net"], ["A", "x@example.org", "12:30:15", "2001:db8::1:2"])
    report = Report()
    survey = read_survey(file, report=report)
    assert survey.dropped == ("how can we reach you", "net")
    assert "x@example.org" not in str(survey.responses.rows())
    assert [p.code for p in report.problems()] == ["protected"]


def test_choices_split_over_columns_are_one_answer(put: Put) -> None:
    names = ["ResponseId", "EndDate", "Q9_1", "Q9_2", "Q9_5_TEXT", "Q7_1", "Q7_2"]
    ask = "Health? - Selected Choice - "
    texts = [
        "Response ID",
        "End Date",
        f"{ask}Eye strain",
        f"{ask}Wrist pain",
        "Health? - Other",
        "Rate - a",
        "Rate - b",
    ]
    specs = [{"ImportId": "_recordId"}, {"ImportId": "endDate"}, {"ImportId": "QID9", "choiceId": "1"}]
    specs += [{"ImportId": "QID9", "choiceId": "2"}, {"ImportId": "QID9_5_TEXT"}]
    specs += [{"ImportId": "QID7_1"}, {"ImportId": "QID7_2"}]
    date = "2026-01-12 06:00:00"
    file = put(
        names, texts, [json.dumps(s) for s in specs],
        ["R_1", date, "Eye strain", "Wrist pain", "", "3", "4"], ["R_2", date, "", "1", "sleep", "", "4"],
        ["R_3", date, "", "", "", "1", "1"],
    )  # fmt: skip
    survey = read_survey(file)
    assert survey.questions["question_id"].to_list() == ["Q9", "Q9_5_TEXT", "Q7_1", "Q7_2"]
    assert survey.questions["text"][0] == "Health?"
    assert answers(survey, "Q9", "Q9_5_TEXT", "Q7_1")[:3] == [
        ("Eye strain, Wrist pain", None, "3"),
        ("Wrist pain", "sleep", None),
        (None, None, "1"),
    ]


def test_the_turns_of_a_loop_are_questions_and_what_came_with_the_link_is_said(put: Put) -> None:
    names = ["ResponseId", "EndDate", "1_Q3", "2_Q3", "2_Q3_5_TEXT", "condition", "WorkerID", "Simulated", "empty"]
    ids = ["_recordId", "endDate", "1_QID3", "2_QID3", "2_QID3_5_TEXT", "condition", "WorkerID", "Simulated", "empty"]
    specs = [json.dumps({"ImportId": i}) for i in ids]
    report = Report()
    row = ["R_1", "2026-01-12", "red", "blue", "dark", "B", "A1", "true", ""]
    survey = read_survey(put(names, names, specs, row), report=report)
    assert answers(survey) == [("red", "blue", "dark")]
    aside = [str(p) for p in report.problems() if p.code == "embedded"]
    assert len(aside) == 1 and "condition" in aside[0] and "WorkerID" not in aside[0] and "empty" not in aside[0]
    kept = read_survey(put(names, names, specs, row), SurveyOptions(keep=("condition",)), report := Report())
    assert answers(kept) == [("red", "blue", "dark", "B")]
    assert "embedded" not in [p.code for p in report.problems()]


def test_split_choices_are_known_by_their_cells_too(put: Put) -> None:
    names, texts = ["ResponseId", "EndDate", "Q9_1", "Q9_2"], ["Response ID", "End Date", "Ill? - Eyes", "Ill? - Back"]
    date = "2026-01-12"
    survey = read_survey(put(names, texts, ["R_1", date, "Eyes", "Back"], ["R_2", date, "Eyes", ""]))
    assert answers(survey) == [("Eyes, Back",), ("Eyes",)]


def test_several_choices_in_one_cell_stay_verbatim(put: Put) -> None:
    survey = read_survey(put(["worker_id", "Q9"], ["A", "Eyes,Back, neck"]))
    assert answers(survey) == [("Eyes,Back, neck",)]


def test_two_columns_of_one_name_are_both_read(put: Put) -> None:
    report = Report()
    survey = read_survey(put(["worker_id", "Q", "Q", ""], ["A", "1", "2", ""], ["B", "3"]), report=Report(True))
    assert answers(survey, "Q", "Q (2)") == [("1", "2")]
    read_survey(put(["worker_id", "Q", "Q", ""], ["A", "1", "2", ""]), report=report)
    assert [p.code for p in report.problems()] == ["column-twice"]


def test_a_plain_table(put: Put) -> None:
    file = put(["who", "How old?", "Comment", "Name"], ["A", "18- 24", "=HYPERLINK(1)", "Jo"])
    options = SurveyOptions(headings={"How old?": "Age"}, key="who")
    survey = read_survey(file, options)
    assert (survey.form, survey.keys[0], survey.key, survey.dropped) == ("table", "who", "who", ("Name",))
    assert survey.questions.select("question_id", "heading").rows() == [("How old?", "Age"), ("Comment", "Comment")]
    assert answers(read_survey(file)) == [("A", "18- 24", "=HYPERLINK(1)")]
    with pytest.raises(ConfigError, match="no such column"):
        read_survey(file, SurveyOptions(key="Age"))
    with pytest.raises(ConfigError, match="one name"):
        read_survey(put(["WorkerId", "Q1", "finished"], ["A", "x", "1"]), SurveyOptions(keep=("finished",)))


def test_questions_called_as_the_thesis_calls_its_own_stand_by_their_own_words(put: Put) -> None:
    ids = [f"Q{number}" for number in range(1, 11)]
    assert read_survey(put(["WorkerId", *ids], ["A", *ids])).questions["heading"].to_list() == ids
    date = ["R_1", "2026-01-12"]
    other = put(["ResponseId", "EndDate", *ids], ["Response ID", "End Date", *["Do you like it?"] * 10], [*date, *ids])
    headings = read_survey(other, SurveyOptions(headings={"Q2": "Liking"})).questions["heading"].to_list()
    assert headings[:3] == ["Do you like it? (Q1)", "Liking", "Do you like it? (Q3)"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"\r\n\r\n", "is empty", id="blank lines"),
        pytest.param(b"a,b\n1,2,3\n", "row 2: the row has not as many cells", id="a cell too many"),
        pytest.param(b"a,b\n1\n", "row 2: the row has not as many cells", id="a cell too few"),
        pytest.param(b'a,b\n1,"2\n', "not a CSV file", id="a quotation mark that is not closed"),
        pytest.param(b"a,b\n\xff,2\n", "not UTF-8", id="not UTF-8"),
        pytest.param(b"\xff\xfea", "not UTF-16", id="half a character"),
        pytest.param(b"," * 20_000, "is empty", id="nothing but commas"),
        pytest.param(b"a," * 20_000, "not a survey", id="twenty thousand columns"),
    ],
)
def test_refusals(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "survey.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_survey(file)


def test_a_bad_row_is_left_out_and_reported(put: Put) -> None:
    report = Report(skip_bad=True)
    survey = read_survey(put(["worker_id", "Q"], ["A", "1"], ["B"], ["C", "3"]), report=report)
    assert answers(survey, "worker_id", "Q") == [("A", "1"), ("C", "3")]
    assert [(p.code, p.place.rsplit(", ")[-1]) for p in report.problems()] == [("bad-row", "row 3")]


def test_dates_that_are_none_are_left_empty(put: Put) -> None:
    report = Report()
    rows = [["A", "1/12/2026 6:05", "1"], ["B", "soon", "2"], ["C", "0001-01-01T00:00:00+10:00", "3"]]
    survey = read_survey(put(["worker_id", "Timestamp", "Q"], *rows), report=report)
    assert survey.responses["recorded_at"].to_list() == [datetime(2026, 1, 12, 6, 5, tzinfo=UTC), None, None]
    assert {p.code for p in report.problems()} == {"time-zone", "bad-date", "date-order", "metadata"}


@given(st.binary(max_size=300) | st.text(alphabet="a,;\"\r\n\t Q1{}:'@.0&<>-", max_size=300).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    try:
        survey = read_survey(file, report=Report(skip_bad=True))
    except LoopvizError:
        return
    assert survey.responses.height >= 0


@given(
    st.lists(st.lists(st.sampled_from([*NAMES, *TEXTS, *JSON, *DICT, *FIRST, "V1", "V2"]), max_size=5), max_size=5),
    st.sampled_from(["utf-8", "utf-16"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mixture_of_headers_is_read_or_refused(put: Put, rows: list[list[str]], encoding: str) -> None:
    try:
        survey = read_survey(put(*rows, encoding=encoding), report=Report(skip_bad=True))
    except LoopvizError:
        return
    assert set(survey.keys) <= set(survey.responses.columns)
    assert set(survey.questions["question_id"]) <= set(survey.responses.columns)


def raw(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def test_the_smallest_real_exports(corpus: Path) -> None:
    folder = corpus / "survey" / "ropensci_qualtRics"
    modern, legacy = read_survey(folder / "sample.csv"), read_survey(folder / "sample_legacy.csv")
    assert (modern.form, len(raw(folder / "sample.csv"))) == ("qualtrics-3", 4)
    assert (legacy.form, len(raw(folder / "sample_legacy.csv"))) == ("qualtrics-2", 3)
    for survey in (modern, legacy):
        assert answers(survey) == [("2", "Hello World!")]
        assert survey.questions["text"].to_list() == [
            "This is a multiple choice question.",
            "This is a free text question.",
        ]
        assert survey.responses["finished"].to_list() == [True]
        assert survey.responses["recorded_at"].to_list() == [datetime(2017, 7, 18, 8, 28, 48, tzinfo=UTC)]
    assert legacy.dropped[:3] == ("Name", "EmailAddress", "IPAddress")
    assert len(modern.dropped) == len(legacy.dropped) == 6


def test_a_real_survey_with_timers_and_codes(corpus: Path) -> None:
    file = next((corpus / "survey" / "exteriors_cloned").glob("*.csv"))
    rows = raw(file)
    survey = read_survey(file)
    assert survey.responses.height == len(rows) - 3 == 14
    # 69 columns: 17 of metadata, 40 timers, 9 questions, the total time, the code, and what was made of a free text
    assert (len(rows[0]), survey.questions.height) == (69, 9)
    assert sum(name.endswith((" Click", " Submit", " Count")) for name in rows[0]) == 40
    codes = [row[rows[0].index("MTurkCode")] or None for row in rows[3:]]
    assert survey.responses["MTurkCode"].to_list() == codes
    said = [row[rows[0].index("post_q")] or None for row in rows[3:]]
    assert survey.responses["post_q"].to_list() == said
    assert survey.responses["finished"].to_list() == [row[6] == "True" for row in rows[3:]]
    assert not any(row[3] and row[3] in str(survey.responses.rows()) for row in rows[3:])
