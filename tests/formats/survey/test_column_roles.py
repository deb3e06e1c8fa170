"""Columns that are the form's own, columns that could find a person, and rows that are nobody's answers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loopviz.formats.survey.read import Survey, SurveyOptions, read_survey
from loopviz.formats.types import Report

Ask = Callable[..., Survey]
QUALTRICS = ["StartDate", "EndDate", "Status", "DistributionChannel", "ResponseId", "WorkerID", "Q1"]
DATE = "2026-01-12 06:00:00"


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def read(
        header: Sequence[str], *rows: Sequence[str], options: SurveyOptions | None = None, report: Report | None = None
    ) -> Survey:
        file = tmp_path / "survey.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *rows])
        return read_survey(file, options, report)

    return read


@pytest.mark.parametrize(
    ("status", "channel", "kind"),
    [
        *(
            ("Survey Preview", "preview", "preview"),
            ("1", "", "preview"),
            ("17", "", "preview"),
            ("", "preview", "preview"),
        ),
        *(("Survey Test", "test", "test"), ("2", "anonymous", "test"), ("IP Address", "test", "test")),
        *(("Spam", "anonymous", "spam"), ("8", "", "spam"), ("12", "", "spam"), ("Imported Spam", "", "spam")),
        *(("9", "", "preview"), ("Umfragevorschau", "", "preview"), ("Vista previa", "", "preview")),
    ],
)
def test_rows_that_are_nobodys(ask: Ask, status: str, channel: str, kind: str) -> None:
    rows = [[DATE, DATE, "IP Address", "anonymous", "R_1", "A", "x"], [DATE, DATE, status, channel, "R_2", "A", "y"]]
    report = Report()
    survey = ask(QUALTRICS, *rows, report=report)
    assert survey.responses["Q1"].to_list() == ["x"]
    (said,) = [str(p) for p in report.problems() if p.code == "not-people"]
    assert said == f"1 row is nobody's answer and was left out: 1 {kind}"


@pytest.mark.parametrize("status", ["IP Address", "0", "4", "16", "", "Imported", "IP-Adresse", "Adresse IP"])
def test_rows_of_people(ask: Ask, status: str) -> None:
    report = Report()
    survey = ask(QUALTRICS, [DATE, DATE, status, "email", "R_1", "A", "x"], report=report)
    assert survey.responses["Q1"].to_list() == ["x"]
    assert not {p.code for p in report.problems()} & {"not-people", "unknown-response"}


def test_a_kind_that_is_not_known_is_said(ask: Ask) -> None:
    report = Report()
    survey = ask(QUALTRICS, [DATE, DATE, "Réponse", "anonymous", "R_1", "A", "x"], report=report)
    assert survey.responses.height == 1
    (said,) = [str(p) for p in report.problems() if p.code == "unknown-response"]
    assert "'Réponse'" in said


def test_a_status_in_a_plain_table_is_an_answer_unless_it_tells_kinds(ask: Ask) -> None:
    married = ask(["WorkerId", "Status"], ["A", "married"], ["B", "1"])
    assert married.questions["question_id"].to_list() == ["Status"]
    told = ask(["WorkerId", "Status", "Q1"], ["A", "IP Address", "x"], ["B", "Survey Preview", "y"])
    assert (told.questions["question_id"].to_list(), told.responses["WorkerId"].to_list()) == (["Q1"], ["A"])


@pytest.mark.parametrize(
    ("heading", "cell", "moment"),
    [
        ("Timestamp", "11/21/2019 10:05:00", (2019, 11, 21, 10, 5)),
        ("Timestamp", "2019/11/21 10:05:00 PM GMT+1", (2019, 11, 21, 21, 5)),
        ("Zeitstempel", "21.11.2019 10:05:00", (2019, 11, 21, 10, 5)),
        ("Horodateur", "05/11/2019 10:05:00", (2019, 11, 5, 10, 5)),
        ("Marca temporal", "5/11/2019 9:05:00", (2019, 11, 5, 9, 5)),
        ("Informazioni cronologiche", "21/11/2019 10.05.00", None),
        ("タイムスタンプ", "2019/11/21 10:05:00", (2019, 11, 21, 10, 5)),
    ],
)
def test_time_stamps_of_other_languages(ask: Ask, heading: str, cell: str, moment: tuple[int, ...] | None) -> None:
    survey = ask([heading, "WorkerId", "Alter"], [cell, "A", "20"])
    asked = survey.questions["question_id"].to_list()
    if moment is None:  # not understood: it stays, and nothing is lost
        assert asked == [heading, "Alter"]
    else:
        assert asked == ["Alter"]
        assert survey.responses["recorded_at"].to_list() == [datetime(*moment, tzinfo=UTC)]  # type: ignore[misc,arg-type]


def test_a_column_decides_as_a_whole_which_number_is_the_day(ask: Ask) -> None:
    rows = [["1/2/2026 10:00", "A", "x"], ["13/2/2026 10:00", "A", "y"]]
    survey = ask(["Timestamp", "WorkerId", "Q1"], *rows)
    assert [moment.month for moment in survey.responses["recorded_at"]] == [2, 2]


def test_a_stamp_that_holds_no_dates_is_a_question(ask: Ask) -> None:
    survey = ask(["WorkerId", "Timestamp", "StartDate"], ["A", "the blue one", "never"])
    assert survey.questions["question_id"].to_list() == ["Timestamp", "StartDate"]


@pytest.mark.parametrize(
    ("header", "asked"),
    [
        pytest.param(
            ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time", "How old?"], ["How old?"],
            id="Microsoft Forms",
        ),
        pytest.param(
            ["ID", "Startzeit", "Fertigstellungszeit", "E-Mail", "Name", "Wie alt?"], ["Wie alt?"], id="in German"
        ),
        pytest.param(
            ["ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", "Âge"], ["Âge"], id="in French"
        ),
        pytest.param(
            ["id", "submitdate", "lastpage", "startlanguage", "ipaddr", "interviewtime", "Q1", "Q1Time"], ["Q1"],
            id="LimeSurvey",
        ),
        pytest.param(
            ["id. Response ID", "submitdate. Date submitted", "lastpage. Last page", "Q1. How old?"], ["Q1. How old?"],
            id="LimeSurvey, codes and texts",
        ),
        pytest.param(
            ["CASE", "QUESTNNR", "MODE", "STARTED", "A001", "TIME001", "TIME_SUM", "FINISHED", "MAXPAGE"], ["A001"],
            id="SoSci",
        ),
        pytest.param(
            [*QUALTRICS, "Q1_DO", "FL_3_DO", "Q2_Page Submit", "Q3_Browser", "Q3_Operating System", "Q_RecaptchaScore"],
            ["Q1"], id="Qualtrics",
        ),
        pytest.param(["WorkerId", "Q1", "Q1_DO", "TO_DO", "Q_age", "Software_Version"],
                     ["Q1", "TO_DO", "Q_age", "Software_Version"], id="a plain table with names that look alike"),
        pytest.param(["WorkerId", "ID", "Mode", "Language", "Start time"], ["ID", "Mode", "Language", "Start time"],
                     id="names of other makers, alone"),
    ],
)  # fmt: skip
def test_columns_that_are_the_forms_own(ask: Ask, header: list[str], asked: list[str]) -> None:
    dates = ("time", "zeit", "heure", "date", "STARTED")
    row = [
        DATE if any(word in name or word in name.lower() for word in dates) else f"v{n}"
        for n, name in enumerate(header)
    ]
    report = Report()
    survey = ask(header, row, report=report)
    assert survey.questions["question_id"].to_list() == asked
    named = " ".join(str(p) for p in report.problems() if p.code in ("metadata", "protected"))
    assert not any(f" {name}," in named for name in asked)


def test_a_response_that_was_not_sent_is_not_finished(ask: Ask) -> None:
    header = ["id", "submitdate", "lastpage", "startlanguage", "groupTime12", "interviewtime", "wid", "Q1"]
    survey = ask(header, ["1", DATE, "3", "de", "1", "2", "A", "x"], ["2", "", "1", "de", "1", "2", "A", "y"])
    assert survey.responses["finished"].to_list() == [True, False]
    assert survey.questions["question_id"].to_list() == ["wid", "Q1"]


def test_what_could_find_a_person_is_left_out_and_listed(ask: Ask) -> None:
    header = ["WorkerId", "Nutzername", "What is your name?", "Courriel", "reach", "Date of birth", "Instagram", "Q1"]
    rows = [
        ["A", "jo", "Jo", "x", "a@example.org", "1990-01-01", "@jo", "1"],
        ["B", "bo", "Bo", "y", "none", "", "@b", "2"],
    ]
    survey = ask(header, *rows)
    assert survey.questions["question_id"].to_list() == ["Q1"]
    assert survey.dropped == ("Nutzername", "What is your name?", "Courriel", "reach", "Date of birth", "Instagram")
    kept = ask(header, *rows, options=SurveyOptions(keep=("Nutzername",)))
    assert kept.questions["question_id"].to_list() == ["Nutzername", "Q1"]


def test_what_is_left_aside_can_be_kept(ask: Ask) -> None:
    row = [DATE, DATE, "0", "anonymous", "R_1", "A", "x"]
    survey = ask(QUALTRICS, row, options=SurveyOptions(keep=("Status",)))
    assert survey.questions["question_id"].to_list() == ["Status", "Q1"]
