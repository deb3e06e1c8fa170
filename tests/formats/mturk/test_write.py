"""Reviews, reversals and next batches as the platform takes them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from batches import mask_row, text_of, write

from loopviz.errors import ConfigError, InputError, OutputError
from loopviz.formats.mturk.write import Verdict, write_next_batch, write_reversals, write_review

ROWS = [
    mask_row() | {"Answer.Q4": '=HYPERLINK("http://x","y")\nnext line'},
    mask_row(AssignmentId="A2", AssignmentStatus="Rejected") | {"Answer.Q4": "+1"},
    mask_row(AssignmentId="A3", AssignmentStatus="Rejected") | {"Answer.Q4": ""},
]


def read(file: Path) -> list[dict[str, str]]:
    csv.field_size_limit(2**31 - 1)
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_review_keeps_every_cell_and_fills_in_the_verdict(tmp_path: Path) -> None:
    verdicts = {"A1": Verdict(True), "A2": Verdict(False, "Nothing was\nlabelled"), "elsewhere": Verdict(True)}
    target = tmp_path / "out" / "review.csv"
    assert write_review(write(tmp_path, ROWS), verdicts, target) == 2
    assert read(target) == [
        ROWS[0] | {"Approve": "x", "Reject": ""},
        ROWS[1] | {"Approve": "", "Reject": "Nothing was labelled"},
    ]
    assert target.read_bytes().splitlines(keepends=True)[0] == text_of(ROWS).encode().splitlines(keepends=True)[0]


def test_a_reversal_approves_what_was_rejected(tmp_path: Path) -> None:
    file = tmp_path / "batch.csv"
    file.write_text(
        text_of(ROWS, short=False).replace('"",""\r\n', '"","too coarse"\r\n'), encoding="utf-8", newline=""
    )
    assert write_reversals(file, {"A1", "A3"}, tmp_path / "back.csv") == 1
    assert read(tmp_path / "back.csv") == [ROWS[2] | {"Approve": "x", "Reject": ""}]


def test_columns_that_were_deleted_are_put_back(tmp_path: Path) -> None:
    file = tmp_path / "b.csv"
    file.write_text("AssignmentId,WorkerId,Answer.Q1\nA1,W,yes\n")
    write_review(file, {"A1": Verdict(False, "=1+1")}, tmp_path / "r.csv")
    assert (tmp_path / "r.csv").read_bytes() == (
        b'"AssignmentId","WorkerId","Answer.Q1","Approve","Reject"\r\n"A1","W","yes","","\'=1+1"\r\n'
    )


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_rejection_without_a_reason_cannot_be_made(reason: str) -> None:
    with pytest.raises(ConfigError, match="a rejection without a reason"):
        Verdict(False, reason)


def test_what_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path, ROWS)
    before = file.read_bytes()
    with pytest.raises(OutputError, match="this is the batch's own file"):
        write_review(file, {"A1": Verdict(True)}, file)
    other = tmp_path / "b.csv"
    other.write_text("WorkerId,Answer.Q1\nW,yes\n")
    with pytest.raises(InputError, match="row 1: there is no AssignmentId"):
        write_review(other, {}, tmp_path / "r.csv")
    other.write_text("WorkerId,AssignmentId,Answer.Q1\nW,A,yes\n")
    with pytest.raises(InputError, match="row 1: there is no AssignmentStatus"):
        write_reversals(other, {"A"}, tmp_path / "r.csv")
    assert file.read_bytes() == before and not (tmp_path / "r.csv").exists()


def test_the_next_batch(tmp_path: Path) -> None:
    write_next_batch(["https://x/a,1.png", "https://x/b.png"], tmp_path / "next.csv", "Input.image_url")
    assert (tmp_path / "next.csv").read_bytes() == b'"image_url"\r\n"https://x/a,1.png"\r\n"https://x/b.png"\r\n'
    with pytest.raises(ConfigError, match="not a column that a task's page can use"):
        write_next_batch([], tmp_path / "n.csv", "image url")
    with pytest.raises(InputError, match="image 1: not an image's address"):
        write_next_batch(["https://x/b.png", "=cmd"], tmp_path / "n.csv")
