"""assignments.csv: pay, time and status joined to the work."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import with_worker

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.formats.people.assignments import names_images, read_assignments
from loopviz.formats.reading import read_labels


def read(thesis: Path, text: str) -> Dataset:
    file = thesis.parent / "assignments.csv"
    file.write_text(text, encoding="utf-8")
    return read_assignments(file, read_labels(thesis).dataset)


def test_facts_are_joined_to_the_work(thesis: Path) -> None:
    dataset = read(
        thesis,
        "\ufefffile,worker_id,status,reason,reward_usd,work_seconds,submitted_at,hit_id,batch,accepted,assignment_id\r\n"
        'mouse_0202_A2INVENTED.png,A2INVENTED,Rejected,"too, coarse",$0.02,61.5,'
        "2024-05-01T12:00:00Z,H1,B1,False,T9\r\n",
    )
    assert dataset.assignments.row(2, named=True) == {
        "assignment_id": "T9",
        "worker_id": "A2INVENTED",
        "hit_id": "H1",
        "frame": 2,
        "status": "rejected",
        "reason": "too, coarse",
        "reward_usd": 0.02,
        "work_seconds": 61.5,
        "submitted_at": datetime(2024, 5, 1, 12, tzinfo=UTC),
        "batch": "B1",
        "labels_read": None,
        "accepted": False,
    }
    assert dataset.assignments["status"].to_list() == [None, None, "rejected"]
    assert with_worker(dataset)["worker_id"].to_list() == ["A1INVENTED", "A2INVENTED"]


def test_new_workers_and_work_without_a_frame_are_kept(thesis: Path) -> None:
    dataset = read(thesis, "frame,worker_id,status\n1,A9NEW,approved\n,A8LOOSE,submitted\n")
    assert dataset.assignments.select("frame", "worker_id", "status").rows()[3:] == [
        (1, "A9NEW", "approved"),
        (None, "A8LOOSE", "submitted"),
    ]
    assert dataset.workers["worker_id"].to_list()[3:] == ["A9NEW", "A8LOOSE"]


@pytest.mark.parametrize("spelt", ["a2invented", "A2Invented", " A2INVENTED", "A2\u00adINVENTED"])
def test_an_id_is_the_same_in_other_spellings(thesis: Path, spelt: str) -> None:
    plain = read(thesis, "frame,worker_id,status\n2,A2INVENTED,approved\n")
    assert read(thesis, f"frame,worker_id,status\n2,{spelt},approved\n").assignments.equals(plain.assignments)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "worker,status\n", "line 1: not a table of assignments (found 'worker, status'; expected", id="header"
        ),
        pytest.param("", "line 1: not a table of assignments (found ''; expected accepted, assignment_id,", id="empty"),
        pytest.param("worker_id,worker_id\n", "line 1: not a table of assignments", id="a column twice"),
        pytest.param("worker_id,status\nW\n", "line 2: a row has not as many fields as the header", id="short row"),
        pytest.param("worker_id\nW,x\n", "line 2: a row has not as many fields as the header", id="long row"),
        pytest.param(
            "worker_id,status\n,approved\n",
            "line 2: worker_id does not fit (found ''; expected a worker's id",
            id="nobody",
        ),
        pytest.param(
            "worker_id,status\nW,paid\n",
            "line 2: status does not fit (found 'paid'; expected submitted, approved, rejected). Correct the row.",
            id="status",
        ),
        pytest.param(
            "worker_id,reward_usd\nW,-1\n", "line 2: reward_usd does not fit (found '-1'; expected a number", id="pay"
        ),
        pytest.param("worker_id,reward_usd\nW,nan\n", "line 2: reward_usd does not fit (found 'nan';", id="nan"),
        pytest.param(
            "worker_id,work_seconds\nW,1e999\n", "line 2: work_seconds does not fit (found '1e999';", id="1e999"
        ),
        pytest.param(
            "worker_id,submitted_at\nW,May\n",
            "line 2: submitted_at does not fit (found 'May'; expected a time",
            id="time",
        ),
        pytest.param(
            "worker_id,frame\nW,99\n", "line 2: frame does not fit (found '99'; expected a frame's number", id="frame"
        ),
        pytest.param(
            "worker_id,file\nW,x.png\n", "line 2: file does not fit (found 'x.png'; expected an image of", id="file"
        ),
        pytest.param('worker_id\n"W\n', "line 2: not a CSV file: unexpected end of data", id="open quotes"),
        pytest.param("worker_id,frame\nW,0\nW,0\n", ": one worker occurs twice on one frame. Keep one row", id="twice"),
        pytest.param(
            "worker_id,frame,assignment_id\nW,0,T1\nV,1,T1\n",
            "assignment_id: an assignment id occurs twice (found 'T1').",
            id="id twice",
        ),
    ],
)
def test_a_bad_table_is_refused(thesis: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(thesis, text)
    assert str(caught.value).startswith(str(thesis.parent / "assignments.csv"))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("file,worker_id\na.png,W\n", True, id="images"),
        pytest.param("frame,worker_id\n3,W\n", False, id="frames"),
        pytest.param("frame,file,worker_id\n3,a.png,W\n", True, id="both: the image counts"),
        pytest.param("frame,file,worker_id\n3,,W\n,,V\n", False, id="an empty column"),
        pytest.param("worker_id\nW\n", False, id="neither"),
    ],
)
def test_what_a_table_speaks_of(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "work.csv").write_text(text)
    assert names_images(tmp_path / "work.csv") is expected


def test_a_table_speaks_of_one_thing(tmp_path: Path) -> None:
    (tmp_path / "work.csv").write_text("frame,file,worker_id\n,a.png,W\n3,,V\n")
    with pytest.raises(InputError, match="line 3: some rows name an image, others a frame"):
        names_images(tmp_path / "work.csv")
