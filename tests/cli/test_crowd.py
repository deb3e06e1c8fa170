"""``loopviz crowd``, as a researcher types it who has just closed a batch."""

from __future__ import annotations

import base64
import csv
import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from batches import BOXES, PNG, list_row, sample, text_of
from crowds import (
    FIRST,
    FORMULA,
    PEOPLE,
    PLAIN_SURVEY,
    RULE,
    SECOND,
    hashes,
    ids,
    row,
    rows_of,
    write_batches,
    write_survey,
)

from loopviz.cli import main
from loopviz.project.crowd.commands import Naming
from loopviz.project.crowd.store import CrowdData
from loopviz.render import SegmentCache

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    """A function that runs ``loopviz crowd …``: its exit code, what it wrote to stdout and to stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main(["crowd", *map(str, arguments)])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", frames=6, width=40, height=30)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = write_batches(tmp_path / "in", FIRST, SECOND)
    write_survey(tmp_path / "in")
    return paths


@pytest.fixture
def dataset(said: Said, files: list[Path], tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    assert said("import", *files, "--survey", tmp_path / "in" / "survey.csv", "-o", folder, "-q") == (0, "", "")
    return folder


def text_of_folder(folder: Path) -> str:
    """Everything in a folder as text, what is compressed as well."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    tables = [pl.read_parquet(file).write_json() for file in files if file.suffix == ".parquet"]
    return "".join([*tables, *(file.read_bytes().decode("latin-1") for file in files)])


def test_import(said: Said, files: list[Path], clip: Path, tmp_path: Path):
    arguments = ("import", *files, "--survey", tmp_path / "in" / "survey.csv", "--video", clip)
    code, out, err = said(*arguments, "-o", tmp_path / "dataset")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "9 assignments of 4 people in 2 batches: 3 submitted, 3 approved, 3 rejected."
    assert lines[-1] == f"{tmp_path / 'dataset'}: the dataset, with the platform's ids: for your own disk alone"
    code, out, _ = said(*arguments, "-o", tmp_path / "again", "--json")
    (result,) = (json.loads(line) for line in out.splitlines())
    assert list(result) == ["event", "output", "assignments", "workers", "annotations", "answers", "report"]
    assert [result[key] for key in ("assignments", "workers", "annotations", "answers")] == [9, 4, 19, 6]
    assert result["report"] == lines[:-1]


def test_a_review_without_a_folder_only_says_what_it_would_cost(said: Said, dataset: Path, tmp_path: Path):
    before = hashes(tmp_path)
    code, out, err = said("review", dataset, "--rule", RULE)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "The labels of 5 of 9 assignments count.",
        "Leaves 2 people unpaid for 4 of 9 tasks: 4 minutes of work, 0.60 USD. For 1 of them it is all that they did.",
    ]
    code, out, _ = said("review", dataset, "--rule", RULE, "--json", "--pay-all")
    found = json.loads(out)
    assert (found["assignments"], found["count"], found["written"]) == (9, 5, None)
    assert (found["cost"]["people_unpaid"], found["cost"]["tasks_unpaid"], found["cost"]["usd"]) == (0, 0, 0)
    assert hashes(tmp_path) == before


def test_a_review_says_its_cost_before_it_writes(said: Said, dataset: Path, tmp_path: Path):
    folder = tmp_path / "review"
    code, out, err = said("review", dataset, "--rule", RULE, "-o", folder)
    assert code == 0
    assert err.startswith("Leaves 2 people unpaid for 4 of 9 tasks")
    assert out.splitlines()[-1] == (
        f"{folder}: 3 verdicts and 0 reversals to upload, 0 contact sheets, 1 images for a next batch"
    )
    assert sorted(hashes(folder)) == [
        ".loopviz", "README.txt", "decisions.csv", "next_batch.csv", "upload/batch2_review.csv"
    ]  # fmt: skip
    code, out, _ = said("review", dataset, "--rule", "categories >= 1", "-o", folder, "--overwrite", "--json")
    note, result = (json.loads(line) for line in out.splitlines())
    assert note["event"] == "note"
    assert result["written"] == {
        "folder": str(folder), "sheets": 0, "reviewed": 3, "reversed": 2, "next_images": 0, "next_with_ids": 0,
    }  # fmt: skip


def test_the_cost_is_said_even_when_nothing_can_be_written(said: Said, dataset: Path, tmp_path: Path):
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "mine.txt").write_text("mine")
    before = hashes(tmp_path)
    code, out, err = said("review", dataset, "--rule", RULE, "-o", tmp_path / "review")
    assert (code, out) == (5, "")
    cost, error = err.splitlines()
    assert cost.startswith("Leaves 2 people unpaid")
    assert error.endswith("(found 'mine.txt'). Choose another name, or remove it yourself.")
    assert hashes(tmp_path) == before


def test_moved_batches_are_named(said: Said, dataset: Path, files: list[Path], tmp_path: Path):
    (tmp_path / "in").rename(tmp_path / "moved")
    code, _, err = said("review", dataset, "--rule", RULE, "-o", tmp_path / "review")
    assert code == 3
    assert err.splitlines()[-1] == (f"loopviz: {files[0]}: there is no such file. Check the path.")
    batches = [word for file in files for word in ("--batch", tmp_path / "moved" / file.name)]
    assert said("review", dataset, "--rule", RULE, "-o", tmp_path / "review", *batches)[0] == 0


def test_people(said: Said, dataset: Path):
    code, out, err = said("people", dataset)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split()[:3] == ["Who", "Tasks", "Approved"]
    assert len(out.splitlines()) == 5
    code, out, _ = said("people", dataset, "--json")
    people = json.loads(out)["people"]
    assert len(people) == 4
    assert {"alias", "tasks", "approved", "rejected", "seconds", "paid_usd", "usd_per_hour", "answer_Q1"} <= set(
        people[0]
    )
    assert "worker_id" not in people[0]
    assert sorted(person["tasks"] for person in people) == [1, 2, 3, 3]
    assert {person["answer_Q1"] for person in people} == {"18- 24", "25 - 34", "35 - 44", None}
    named = json.loads(said("people", dataset, "--identity", "full", "--json")[1])["people"]
    assert {person["worker_id"] for person in named} == set(PEOPLE)
    hidden = said("people", dataset, "--identity", "hidden")[1]
    assert not [i for i in ids() if i in hidden]
    assert "Worker " not in hidden


def test_the_account(said: Said, dataset: Path, tmp_path: Path):
    code, out, err = said("ledger", dataset, "--wage", "7.25", "-o", tmp_path / "account.v2")
    assert (code, err) == (0, "")
    assert out == (tmp_path / "account.v2.txt").read_text()
    code, out, _ = said("ledger", dataset, "--wage", "7.25", "--json")
    found = json.loads(out)
    assert found == json.loads((tmp_path / "account.v2.json").read_text())
    totals = {figure["name"]: figure["value"] for figure in found["totals"]}
    assert (totals["assignments"], totals["people"], totals["paid_usd"], totals["unpaid_usd"]) == (9, 4, 0.45, 0.45)
    assert all(figure["how"] and figure["people"] is not None for figure in found["totals"])
    before = hashes(tmp_path)
    code, _, err = said("ledger", dataset, "-o", tmp_path / "account.v2.txt")
    assert (code, err) == (
        5,
        f"loopviz: {tmp_path / 'account.v2.txt'}: the output exists and was kept: it was made of something else. "
        "Pass --overwrite, or choose another name.\n",
    )
    assert hashes(tmp_path) == before
    assert said("ledger", dataset, "-o", tmp_path / "account.v2.txt", "--overwrite")[0] == 0
    assert hashes(tmp_path) != before
    assert said("ledger", dataset, "-o", tmp_path / "account.v2.txt")[0] == 0  # the same again


def test_small_cells(said: Said, dataset: Path, tmp_path: Path):
    before = hashes(tmp_path)
    code, out, _ = said("protect", dataset, "--questions", "Q1,Q10", "--k", "2", "--json")
    assert (code, json.loads(out)["safe"]) == (0, False)
    assert hashes(tmp_path) == before
    code, out, _ = said(
        "protect", dataset, "--questions", "Q1", "--k", "2", "--how", "leave out", "-o", tmp_path / "safe"
    )
    assert code == 0
    assert json.loads(said("protect", tmp_path / "safe", "--questions", "Q1", "--k", "2", "--json")[1])["safe"]


@pytest.mark.parametrize("by", ["id", "alias"])
def test_forget(said: Said, dataset: Path, by: str):
    worker = PEOPLE[2]
    people = Naming().named(CrowdData.load(dataset).dataset).workers
    alias = people.filter(pl.col("worker_id") == worker)["alias"].item()
    code, out, err = said("forget", worker if by == "id" else alias, dataset)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "Removed: 1 worker, 2 answers, 3 assignments, 2 annotations."
    assert worker not in out + text_of_folder(dataset)
    assert len(json.loads(said("people", dataset, "--json")[1])["people"]) == 3
    code, out, err = said("forget", worker, dataset, "--json")
    assert code == 4
    assert json.loads(out)["kind"] == "ConfigError"
    assert worker not in out + err


def test_forget_removes_kept_segments_first(said: Said, dataset: Path, own_cache: Path, tmp_path: Path):
    cache, made = SegmentCache(own_cache), tmp_path / "made.nut"
    made.write_bytes(b"a segment")
    for number, worker in enumerate(PEOPLE):
        cache.keep(f"{number:064x}", made, f"film_{number}.mp4", range(6), people=[worker])
    code, out, _ = said("forget", PEOPLE[1], dataset)
    assert code == 0
    assert "Removed from the cache: 1 segment of videos." in out
    assert "Make these videos again, they show the person: film_1.mp4." in out
    assert len(cache.entries()) == len(PEOPLE) - 1


def test_forget_says_for_machines_what_was_done(said: Said, dataset: Path):
    code, out, _ = said("forget", PEOPLE[0], dataset, "--json")
    found = json.loads(out)
    assert (code, list(found), found["frames"]) == (0, ["removed", "frames", "report"], [0, 3])
    assert found["removed"] == {"workers": 1, "answers": 2, "assignments": 2, "annotations": 6}


BOMB = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)


def _png(head: bytes) -> str:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(b"")), chunk(b"IEND", b""))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


NO_SIZE = {f"Answer.annotatedResult.inputImageProperties.{edge}": "" for edge in ("height", "width")}
LEAVE = "Correct the row, or leave it out."


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        pytest.param({PNG: _png(BOMB), **NO_SIZE},
                     "the mask claims an absurd size (found '60000x60000'; expected at most 64,000,000 pixels). "
                     + LEAVE,
                     id="a decompression bomb"),
        pytest.param({PNG: sample()[:-3]},
                     f"the mask's base64 breaks off (found '{len(sample()) - 3} characters'). " + LEAVE,
                     id="base64 that ends early"),
        pytest.param({PNG: _png(struct.pack(">IIBBBBB", 41, 30, 8, 6, 0, 0, 0))},
                     "the mask has another size than its image (found '41x30'; expected 40x30, its image's). " + LEAVE,
                     id="a PNG of another size"),
        pytest.param({PNG: '=HYPERLINK("http://evi")'},
                     "the mask is not base64 (found '=HYPERLINK(\"http://evi\")'; expected a PNG in base64). " + LEAVE,
                     id="a formula for a mask"),
        pytest.param({"Reward": "=1+1"},
                     "Reward cannot be read (found '=1+1'; expected an amount such as $0.15). "
                     "Correct the cell, or download the file again.", id="a formula for the pay"),
        pytest.param({"Input.image_url": "https://x/../../etc/passwd/.."},
                     "there is no file name (found 'https://x/../../etc/passwd/..'; "
                     "expected an address that ends in a file's name). " + LEAVE, id="an address that climbs"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_the_rest_is_read_if_that_is_allowed(
    said: Said, tmp_path: Path, bad: dict[str, str], message: str
):
    file = tmp_path / "batch.csv"
    rows = [row(FIRST[0], "b"), row(FIRST[1], "b", **{k: v for k, v in bad.items() if k != PNG}), row(FIRST[2], "b")]
    rows[1] |= bad
    file.write_bytes(text_of(rows).encode())
    code, out, err = said("import", file, "-o", tmp_path / "dataset")
    assert (code, out, err) == (3, "", f"loopviz: {file}, row 3: {message}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["batch.csv"]
    code, out, err = said("import", file, "-o", tmp_path / "dataset", "--skip-bad", "--json")
    assert (code, err) == (0, "")
    result = json.loads(out.splitlines()[-1])
    assert result["assignments"] == 2
    assert any("row 3" in line for line in result["report"])


EXPECTED = "expected WorkerId and columns that begin with Answer.). "
OFFERED = "Give the file that the platform's Results page offers for download."


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "row 1: not a batch's results (found ''; " + EXPECTED + OFFERED, id="no bytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "row 1: the text is not UTF-8", id="binary junk"),
        pytest.param(bytes(4096), "row 1: not a batch's results", id="zeros"),
        pytest.param(b"\xff\xfe" + b"\x00\xd8" * 40, "row 1", id="half of a UTF-16 pair"),
        pytest.param(b'WorkerId,Answer.Q1\r\nW,"', "row 2: not a CSV file: unexpected end of data", id="cut in a cell"),
        pytest.param(None, "there is no such file", id="no file"),
    ],
)
@pytest.mark.parametrize("skip", [(), ("--skip-bad",)])
def test_files_that_are_no_batches(said: Said, tmp_path: Path, data: bytes | None, message: str, skip: tuple[str, ...]):
    file = tmp_path / "batch.csv"
    if data is not None:
        file.write_bytes(data)
    before = hashes(tmp_path)
    code, out, err = said("import", file, "-o", tmp_path / "dataset", *skip)
    assert (code, out) == (3, "")
    (line,) = err.splitlines()
    assert line.startswith(f"loopviz: {file}")
    assert message in line
    assert hashes(tmp_path) == before
    assert not (tmp_path / "dataset").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "survey.csv", id="no bytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "survey.csv", id="binary junk"),
        pytest.param(b"Q1,Q2\r\n1,2\r\n", "no column holds the ids", id="nothing that says who answered"),
        pytest.param(b'WorkerId,Q1\r\nW,"', "survey.csv", id="cut in a cell"),
    ],
)
def test_surveys_that_are_refused(said: Said, files: list[Path], tmp_path: Path, data: bytes, message: str):
    survey = tmp_path / "in" / "survey.csv"
    survey.write_bytes(data)
    before = hashes(tmp_path)
    code, out, err = said("import", *files, "--survey", survey, "-o", tmp_path / "dataset")
    assert (code, out) == (3, "")
    (line,) = err.splitlines()
    assert message in line
    assert not [i for i in ids() if i in line]
    assert hashes(tmp_path) == before


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param(PLAIN_SURVEY + PLAIN_SURVEY.splitlines(keepends=True)[1],
                     "1 worker answered more than once: the last complete one stands, not 1 other response.",
                     id="a person answers twice"),
        pytest.param(PLAIN_SURVEY.replace(b"Q10", b"WorkerId"), "1 worker of 4 answered, 3 did not; 1 response in all.",
                     id="the column of ids stands there twice"),
        pytest.param(PLAIN_SURVEY.replace(b"A2RAWIDX0001QZ", b"A2NOBODYKNOWSQ"), "of people without work",
                     id="somebody who never worked"),
    ],
)  # fmt: skip
def test_odd_surveys_are_read_and_it_is_said_how(said: Said, files: list[Path], tmp_path: Path, data: bytes, line: str):
    survey = tmp_path / "in" / "survey.csv"
    survey.write_bytes(data)
    code, out, err = said("import", *files, "--survey", survey, "--key", "WorkerId", "-o", tmp_path / "dataset")
    assert (code, err) == (0, "")
    assert line in out
    assert not [i for i in ids() if i in out]


def test_a_formula_in_an_answer_is_only_text(said: Said, dataset: Path, tmp_path: Path):
    """It is kept to the letter, and what is made for people's spreadsheets does not begin with it."""
    people = json.loads(said("people", dataset, "--json")[1])["people"]
    assert FORMULA in {person["answer_Q10"] for person in people}
    assert said("review", dataset, "--rule", RULE, "-o", tmp_path / "review")[0] == 0
    for file in (tmp_path / "review").rglob("*.csv"):
        assert not [cell for cells in rows_of(file) for cell in cells.values() if cell.startswith(("=", "+", "@", "-"))]


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        pytest.param(("review", "{dataset}", "--rule", "beauty >= 3"), 4, "beauty", id="a rule that says nothing"),
        pytest.param(("review", "{dataset}"), 2, "--rule", id="no rule"),
        pytest.param(("review", "{in}", "--rule", RULE), 3, "not a crowd's dataset", id="no dataset"),
        pytest.param(("people", "{in}"), 3, "not a crowd's dataset", id="nobody's"),
        pytest.param(("ledger", "{in}/none"), 3, "not a crowd's dataset", id="no account of nothing"),
        pytest.param(("ledger", "{dataset}", "--wage", "-1"), 4, "-1", id="less than no wage"),
        pytest.param(("ledger", "{dataset}", "--search-question", "Q99"), 4, "Q99", id="no such question"),
        pytest.param(("protect", "{dataset}", "--questions", "Q99"), 4, "Q99", id="nothing to protect"),
        pytest.param(("forget", "Worker 0", "{dataset}"), 4, "no person has that name", id="nobody"),
        pytest.param(("import", "{in}/batch1.csv", "-o", "{dataset}"), 5, "exists and was kept", id="taken"),
        pytest.param(("import", "{in}/batch1.csv", "-o", "{in}", "--overwrite"), 5, "the folder holds other things",
                     id="over the batches"),
        pytest.param(("import", "{in}/batch1.csv", "-o", "{out}", "--tolerance", "300"), 4, "tolerance",
                     id="a tolerance beyond colours"),
        pytest.param(("import", "{in}/batch1.csv", "-o", "{out}", "--survey", "{in}/survey.csv", "--key", "Who"), 4,
                     "Who", id="no such key"),
        pytest.param(("import", "{in}/batch1.csv", "-o", "{out}", "--video", "{in}/none.mp4"), 3, "none.mp4",
                     id="no such video"),
        pytest.param(("import", "{in}/batch1.csv", "-o", "{out}", "--images", "{in}/survey.csv"), 3,
                     "not a table of images", id="no table of images"),
        pytest.param(("import", "-o", "{out}"), 2, "BATCH.CSV", id="no batch"),
        pytest.param(("review", "{dataset}", "--rule", "gold >= 1", "--gold", "{in}/none.json"), 3, "none.json",
                     id="no known answers"),
    ],
)  # fmt: skip
def test_what_is_refused(said: Said, dataset: Path, tmp_path: Path, command: tuple[str, ...], code: int, message: str):
    before = hashes(tmp_path)
    places = {"dataset": dataset, "in": tmp_path / "in", "out": tmp_path / "out"}
    got, out, err = said(*(word.format(**places) for word in command))
    assert (got, out) == (code, "")
    assert message in err
    assert hashes(tmp_path) == before


def test_boxes_are_work_too(said: Said, tmp_path: Path):
    file = tmp_path / "batch.csv"
    entry = {"label": "Body", "left": 3, "top": 4, "width": 10, "height": 5}
    rows = [list_row(BOXES, [entry] * n, AssignmentId=f"A{n}") for n in (0, 1, 2)]
    file.write_bytes(text_of(rows).encode())
    assert said("import", file, "-o", tmp_path / "dataset", "-q")[0] == 0
    found = json.loads(said("review", tmp_path / "dataset", "--rule", "boxes >= 1", "--json")[1])
    assert (found["assignments"], found["count"]) == (3, 2)


CONSENTS = [
    pytest.param(["Q1 consent"], [["Yes"], ["No"]], (), 1, id="behind its number"),
    pytest.param(["Consent (Q12)"], [["Yes"], ["No"]], (), 1, id="before its number"),
    pytest.param(["Q3_consent_to_publish"], [["no"], ["no"]], (), 2, id="to what"),
    pytest.param(["Do you consent to being shown?"], [["yes"], ["No"]], (), 1, id="a sentence"),
    pytest.param(["Consent", "Consent to be shown"], [["Yes", "No"], ["No", "Yes"]], (), 2, id="two questions"),
    pytest.param(
        ["Consent", "Consent to be shown"], [["Yes", "No"], ["No", "Yes"]], ("--consent", "Consent"), 1, id="one named"
    ),
    pytest.param(["A", "B"], [["Yes", "No"], ["Yes", "Yes"]], ("--consent", "A", "--consent", "B"), 1, id="two named"),
    pytest.param(
        ["I do not wish to be shown"], [["X"], [""]], ("--consent-no", "x", "--consent-empty", "yes"), 1, id="a tick"
    ),
    pytest.param(["I do not wish to be shown"], [["X"], [""]], ("--consent-no", "X"), None, id="and what is empty?"),
    pytest.param(["I do not wish to be shown"], [["X"], [""]], (), None, id="a tick that nothing is said of"),
    pytest.param(["konsent"], [["Yes"], ["No"]], (), None, id="misspelt"),
    pytest.param(["May we show you?"], [["Yes"], ["No"]], (), None, id="perhaps"),
]


def table(header: list[str], rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue()


@pytest.mark.parametrize("place", ["survey", "batch"])
@pytest.mark.parametrize(("columns", "cells", "options", "refused"), CONSENTS)
def test_consent_in_every_spelling(
    tmp_path: Path, said: Said, columns: list[str], cells: list[list[str]], options: tuple[str, ...],
    refused: int | None, place: str,
):  # fmt: skip
    batch, survey = tmp_path / "batch.csv", tmp_path / "survey.csv"
    people = ("A1INVENTED0001", "A2INVENTED0002")
    rows = [[who, f"zebra {who[-4:]}", *given] for who, given in zip(people, cells, strict=True)]
    given: tuple[object, ...] = ()
    if place == "batch":
        batch.write_text(table(["WorkerId", "Answer.Q2", *(f"Answer.{c}" for c in columns)], rows))
    else:
        batch.write_text(table(["WorkerId", "Answer.note"], [[who, ""] for who in people]))
        survey.write_text(table(["WorkerId", "Q2", *columns], rows))
        given = ("--survey", survey)
    code, out, err = said("import", batch, *given, "-o", tmp_path / "ds", *options)
    if refused is None:
        assert code == 4, err
        assert "--consent" in err
        return
    assert code == 0, err
    assert "Taken as consent" in out + err
    dataset = CrowdData.load(tmp_path / "ds").dataset
    assert dataset.workers.height == 2 - refused
    assert dataset.answers["answer"].str.contains("zebra").sum() == 2 - refused


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        pytest.param(
            ["Input.image_url", "Answer.comment"], ["https://x.example/a_1.png", "fine"], id="a comment is left"
        ),
        pytest.param(
            ["Input.image_url", "Answer.annotatedResult.inputImageProperties.height"],
            ["https://x.example/a_1.png", "48"],
            id="the size is left",
        ),
        pytest.param(["Input.image_url", BOXES], ["https://x.example/a_1.png", ""], id="its cells were emptied"),
        pytest.param(["Answer.comment"], ["fine"], id="nor an image"),
        pytest.param(["Answer.taskAnswers"], ['[{"comment": "fine"}]'], id="in one column"),
    ],
)
def test_a_batch_without_labels_is_warned_of_and_not_judged(
    tmp_path: Path, said: Said, columns: list[str], cells: list[str]
):
    (tmp_path / "batch.csv").write_text(table(["WorkerId", *columns], [["A1INVENTED0001", *cells]]))
    code, out, err = said("import", tmp_path / "batch.csv", "-o", tmp_path / "ds")
    assert code == 0, err
    assert f"no column holds labels; looked at were {columns[-1]}" in out + err
    code, out, err = said("review", tmp_path / "ds", "--rule", "boxes >= 1")
    assert (code, "1 task is neither approved nor rejected" in out + err) == (0, True), err
    answers = CrowdData.load(tmp_path / "ds").dataset.answers["answer"].to_list()
    assert answers == (["fine"] if "fine" in cells[-1] else [])
