"""Writes the simulated survey as Qualtrics exports it: three header rows, metadata, ten questions, the worker's id."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sample.answers import QUESTIONS, Answers
from sample.crowd import Crowd
from sample.people import Person, simulated_ids

METADATA = (  # field id, label, import id
    *(("StartDate", "Start Date", "startDate"), ("EndDate", "End Date", "endDate")),
    *(("Status", "Response Type", "status"), ("IPAddress", "IP Address", "ipAddress")),
    *(("Progress", "Progress", "progress"), ("Duration (in seconds)", "Duration (in seconds)", "duration")),
    *(("Finished", "Finished", "finished"), ("RecordedDate", "Recorded Date", "recordedDate")),
    *(("ResponseId", "Response ID", "_recordId"), ("RecipientLastName", "Recipient Last Name", "recipientLastName")),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
)
ASKED = (
    ("Q1", "How old are you?", "QID1"),
    ("Q2", "What is your gender?", "QID2"),
    ("Q3", "What is your highest education?", "QID3"),
    ("Q4", "In which city do you live?", "QID4_TEXT"),
    ("Q5", "How long do you search for tasks on a working day?", "QID5"),
    ("Q6", "How many tasks did you do last month for which you were never paid?", "QID6"),
    ("Q7", "How long did your longest labelling task take?", "QID7"),
    ("Q8", "How often was your work rejected last month?", "QID8"),
    ("Q9", "Do you have health issues that come from this work?\n\nName all that apply.", "QID9"),
    ("Q10", "What did you pay for equipment that you need for this work?", "QID10_TEXT"),
    ("WorkerID", "Please copy your Worker ID into this field.", "QID11_TEXT"),
    ("Simulated", "Simulated", "Simulated"),
)
PACIFIC = timedelta(hours=-8)
DATES = {"startDate", "endDate", "recordedDate"}
TWICE = 4
FORMULA = '=HYPERLINK("https://example.org/","a laptop")'
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")  # reserved for documentation: they are nobody's


@dataclass(frozen=True)
class Response:
    """One go at the survey; ``reached`` is the number of questions that were seen."""

    person: Person
    answers: Answers
    started: datetime
    seconds: int
    reached: int = len(QUESTIONS)


def make_responses(rng: Random, crowd: Crowd) -> list[Response]:
    """Let people answer after their first task: some not at all, some twice, one not to the end."""
    started = {person.worker_id: crowd.batches[0].opened + timedelta(hours=9) for person in crowd.outsiders}
    for item in sorted((item for batch in crowd.batches for item in batch.work), key=lambda i: i.attempt.started):
        finished = item.attempt.started + timedelta(seconds=item.attempt.work_seconds)
        started.setdefault(item.attempt.person.worker_id, finished)
    speaking = [p for p in (*crowd.workers, *crowd.outsiders) if any(p.answers.values())]
    responses = [_respond(rng, person, started[person.worker_id]) for person in speaking]
    workers = rng.sample(range(len(speaking) - len(crowd.outsiders)), TWICE + 3)
    responses += [again for index, place in enumerate(workers[:TWICE]) for again in _twice(responses, place, index)]
    _say(responses, workers[-3], "Q10", FORMULA)
    _say(responses, workers[-2], "Q10", "None")
    responses[workers[-1]] = replace(responses[workers[-1]], reached=4)
    return sorted(responses, key=lambda response: response.started)


def write_survey(file: Path, rng: Random, responses: list[Response]) -> None:
    """Write the export: CRLF between rows, a bare LF inside a quoted question."""
    columns = (*METADATA, *ASKED)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([field for field, _, _ in columns])
    writer.writerow([label for _, label, _ in columns])
    writer.writerow([_import_id(name) for _, _, name in columns])
    ids = simulated_ids(rng, len(responses), 15)
    rows = [_row(rng, *numbered) for numbered in zip(ids, responses, strict=True)]
    writer.writerows([row.get(field, "") for field, _, _ in columns] for row in rows)
    file.write_text(text.getvalue(), encoding="utf-8", newline="")


def _respond(rng: Random, person: Person, after: datetime) -> Response:
    started = after + timedelta(seconds=rng.randint(5, 240))
    return Response(person, person.answers, started, round(40 + 110 / person.speed * rng.uniform(0.6, 1.6)))


def _twice(responses: list[Response], place: int, index: int) -> Iterable[Response]:
    """Yield a second go: after one that broke off, with another answer, or one that itself breaks off."""
    first = responses[place]
    later = replace(first, started=first.started + timedelta(hours=3 + index))
    if index < 2:
        responses[place] = replace(first, reached=3, seconds=31)
        yield later
    elif index == 2:
        yield replace(later, answers={**first.answers, "Q4": "Lisboa"})
    else:
        yield replace(later, answers={**first.answers, "Q1": "65 or older"}, reached=2, seconds=19)


def _say(responses: list[Response], place: int, question: str, text: str) -> None:
    responses[place] = replace(responses[place], answers={**responses[place].answers, question: text})


def _import_id(name: str) -> str:
    zone = {"timeZone": "America/Los_Angeles"} if name in DATES else {}
    return json.dumps({"ImportId": name, **zone}, separators=(",", ":"))


def _row(rng: Random, response_id: str, response: Response) -> dict[str, str]:
    ended = _time(response.started + timedelta(seconds=response.seconds))
    finished = response.reached == len(QUESTIONS)
    seen = {question: response.answers[question] or "" for question in QUESTIONS[: response.reached]}
    return {
        "StartDate": _time(response.started),
        "EndDate": ended,
        "Status": "IP Address",
        "IPAddress": f"{rng.choice(NETWORKS)}.{rng.randint(1, 254)}",
        "Progress": "100" if finished else str(round(100 * response.reached / (len(QUESTIONS) + 1))),
        "Duration (in seconds)": str(response.seconds),
        "Finished": str(finished),
        "RecordedDate": ended,
        "ResponseId": f"R_{response_id}",
        "RecipientLastName": "Simulated",
        "RecipientFirstName": "Nobody",
        "RecipientEmail": f"{response_id.lower()}@example.org",
        "LocationLatitude": "0.0",
        "LocationLongitude": "0.0",
        "DistributionChannel": "anonymous",
        "UserLanguage": "EN",
        **seen,
        "Q9": ",".join(seen.get("Q9", "").split(", ")),  # several choices are joined without a space
        "WorkerID": response.person.worker_id,
        "Simulated": "true",
    }


def _time(moment: datetime) -> str:
    return (moment + PACIFIC).strftime("%Y-%m-%d %H:%M:%S")
