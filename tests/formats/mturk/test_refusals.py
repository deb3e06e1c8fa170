"""Batches that are damaged or hostile: the row is named, and the others are read where that is allowed."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path

import pytest
from batches import (
    BOXES,
    POLYGONS,
    RED,
    URL,
    W,
    area,
    canvas,
    json_row,
    list_row,
    mask_row,
    png,
    sample,
    text_of,
    write,
)

from loopviz.errors import InputError
from loopviz.formats.mturk import rows as batch_rows
from loopviz.formats.mturk.read import BatchOptions, read_batches
from loopviz.formats.types import Report


def claiming(width: int, height: int, data: bytes = b"") -> str:
    """A PNG whose header claims a size, with what it holds packed from some bytes."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


def flipped(cell: str, index: int) -> str:
    """A mask with one byte of its file turned over."""
    data = bytearray(base64.b64decode(cell))
    data[index] ^= 0xFF
    return base64.b64encode(data).decode()


SAMPLE = sample()
LONG = base64.b64encode(base64.b64decode(SAMPLE) + bytes(40_000)).decode()[:32_767]
NO_SIZE = {
    "Answer.annotatedResult.inputImageProperties.height": "",
    "Answer.annotatedResult.inputImageProperties.width": "",
}
TWICE = {"Answer.annotatedResult.labelMappings.Left Button.color": "#d62728"}
LEAVE = " Correct the row, or leave it out."
CELL = " Correct the cell, or download the file again."


@pytest.mark.parametrize(
    ("row", "message"),
    [
        pytest.param(
            mask_row(claiming(60_000, 60_000), **NO_SIZE),
            "the mask claims an absurd size (found '60000x60000'; expected at most 64,000,000 pixels)." + LEAVE,
            id="bomb",
        ),
        pytest.param(
            mask_row(claiming(0, 30), **NO_SIZE),
            "the mask claims an absurd size (found '0x30'; expected at most 64,000,000 pixels)." + LEAVE,
            id="no width",
        ),
        pytest.param(
            mask_row(claiming(41, 30)),
            "the mask has another size than its image (found '41x30'; expected 40x30, its image's)." + LEAVE,
            id="another size than its image",
        ),
        pytest.param(
            mask_row(claiming(40, 30, b"\0" * 161)),
            "the mask's PNG is damaged or breaks off. Download the file again.",
            id="fewer pixels than claimed",
        ),
        pytest.param(
            mask_row(flipped(SAMPLE, 37)),  # in the name of the chunk that holds the pixels
            "the mask's PNG is damaged. Download the file again.",
            id="a part of no kind that is known",
        ),
        pytest.param(
            mask_row(SAMPLE[: len(SAMPLE) // 2 // 4 * 4]),
            "the mask's PNG is damaged or breaks off. Download the file again.",
            id="cut between two bytes",
        ),
        pytest.param(
            mask_row(SAMPLE[:-3]),
            f"the mask's base64 breaks off (found '{len(SAMPLE) - 3} characters')." + LEAVE,
            id="cut inside a byte",
        ),
        pytest.param(
            mask_row(LONG),
            "the mask's base64 breaks off (found '32,767 characters'). A spreadsheet cuts long cells: download "
            "the file "
            "again.",
            id="cut by a spreadsheet",
        ),
        pytest.param(
            mask_row("é!§=" * 4),
            "the mask is not base64 (found 'é!§=é!§=é!§=é!§='; expected a PNG in base64)." + LEAVE,
            id="not base64",
        ),
        pytest.param(
            mask_row(base64.b64encode(b"GIF89a" + bytes(30)).decode()),
            "the mask is not a PNG (found '47 49 46 38 39 61 00 00 00 00 00 00 00 00 00 00'; expected 89 50 4e 47 …)."
            + LEAVE,
            id="another kind of picture",
        ),
        pytest.param(
            mask_row(**TWICE), "two labels have one colour (found '#d62728')." + LEAVE, id="two labels of one colour"
        ),
        pytest.param(
            mask_row() | {"Answer.annotatedResult.labelMappings.Body.color": "red"},
            "not a label's colour (found 'red'; expected a colour such as #1f77b4)." + LEAVE,
            id="colour",
        ),
        pytest.param(
            mask_row() | {"Answer.annotatedResult.inputImageProperties.width": "wide"},
            "not an image's size (found ['wide', '30']; expected width and height in pixels)." + LEAVE,
            id="size",
        ),
        pytest.param(
            list_row(BOXES, "[{"),
            f"{BOXES} is not JSON (found '[{{'; expected a JSON list)." + LEAVE,
            id="JSON cut short",
        ),
        pytest.param(
            list_row(BOXES, "[" * 100_000),
            f"{BOXES} is not JSON (found '{'[' * 78}…; expected a JSON list)." + LEAVE,
            id="JSON nested absurdly",
        ),
        pytest.param(
            list_row(BOXES, {"label": "Body"}),
            "a widget's answer is malformed (found {'label': 'Body'}; expected a list of objects: a label, and "
            "left, top, "
            "width and height in pixels)." + LEAVE,
            id="not a list",
        ),
        pytest.param(
            list_row(BOXES, [{"label": "Body", "left": 1, "top": 1, "width": -4, "height": 4}]),
            "not a box (found {'height': 4, 'label': 'Body', 'left': 1, 'top': 1, 'width': -4}; expected a "
            "label, and left, "
            "top, width and height in pixels)." + LEAVE,
            id="box inside out",
        ),
        pytest.param(
            list_row(BOXES, '[{"label": "B", "left": NaN, "top": 1, "width": 4, "height": 4}]'),
            "not a box (found {'height': 4, 'label': 'B', 'left': nan, 'top': 1, 'width': 4}; expected a label, "
            "and left, "
            "top, width and height in pixels)." + LEAVE,
            id="not a number",
        ),
        pytest.param(
            list_row(POLYGONS, [{"label": "B", "vertices": [{"x": 1, "y": 1}, 7]}]),
            "not a polygon (found {'label': 'B', 'vertices': [{'x': 1, 'y': 1}, 7]}; expected a label, and "
            "three vertices "
            "or more with x and y)." + LEAVE,
            id="polygon",
        ),
        pytest.param(
            json_row("7"),
            "Answer.taskAnswers is not a list of answers (found '7'; expected [{\"annotatedResult\": {…}}])." + LEAVE,
            id="no answers",
        ),
        pytest.param(
            json_row([{"w": {"labeledImage": {"pngImageData": 5}}}]),
            "the mask is no text (found 5; expected a PNG in base64)." + LEAVE,
            id="a number for a mask",
        ),
        pytest.param(
            mask_row(**{URL: "https://x/.."}),
            "there is no file name (found 'https://x/..'; expected an address that ends in "
            "a file's "
            "name)." + LEAVE,
            id="an address that climbs",
        ),
        pytest.param(
            mask_row(Reward="much"),
            "Reward cannot be read (found 'much'; expected an amount such as $0.15)." + CELL,
            id="pay"
        ),
        pytest.param(
            mask_row(Reward="0,15"),
            "Reward cannot be read (found '0,15'; expected an amount such as $0.15)." + CELL,
            id="comma"
        ),
        pytest.param(
            mask_row(SubmitTime="Wed Foo 20 21:03:26 PST 2019"),
            "SubmitTime cannot be read (found 'Wed Foo 20 21:03:26 PST 2019'; expected a time such as Wed Nov "
            "20 21:03:26 "
            "PST 2019)." + CELL,
            id="time",
        ),
        pytest.param(
            mask_row(AssignmentStatus="paid"),
            "AssignmentStatus cannot be read (found 'paid'; expected Submitted, Approved or Rejected)." + CELL,
            id="status",
        ),
        pytest.param(
            mask_row(AssignmentId="3.18E+29"),
            "AssignmentId cannot be read (found '3.18E+29'; expected an id). A spreadsheet has changed it: download "
            "the file again.",
            id="an id made a number",
        ),
        pytest.param(
            mask_row(WorkerId="#NAME?"),
            "WorkerId cannot be read (found '#NAME?'; expected an id). A spreadsheet has changed it: download the file "
            "again.",
            id="an id made an error",
        ),
        pytest.param(
            mask_row(WorkTimeInSeconds="1.234"),
            "WorkTimeInSeconds cannot be read (found '1.234'; expected whole seconds). A spreadsheet has put a point "
            "between the thousands: download the file again.",
            id="a point between thousands",
        ),
        pytest.param(
            mask_row(WorkerId=" "), "WorkerId cannot be read (found ' '; expected a worker's id)." + CELL, id="nobody"
        ),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_used(tmp_path: Path, row: dict[str, str], message: str) -> None:
    good = {key: value for key, value in row.items() if key not in mask_row() or key in TWICE}
    good = (
        row
        | {k: v for k, v in mask_row(AssignmentId="A9").items() if k in row}
        | {k: "[]" for k in good if k in (BOXES, POLYGONS)}
    )
    good |= {"Answer.taskAnswers": "[]"} if "Answer.taskAnswers" in row else {}
    file = write(tmp_path, [row, good])
    with pytest.raises(InputError) as caught:
        read_batches([file])
    assert str(caught.value) == f"{file}, row 2: {message}"
    report = Report(skip_bad=True)
    found = read_batches([file], report=report).labels.dataset
    assert found.assignments["assignment_id"].to_list() == ["A9"]
    assert "bad-row" in {problem.code for problem in report.problems()}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "WorkerId,Answer.Q1,Answer.Q2\r\nW,1\r\n",
            "row 2: the row has not as many fields as the header (found '2 fields'; expected 3, or without Approve and "
            "Reject). Download the file again.",
            id="a short row",
        ),
        pytest.param(
            "WorkerId,Answer.Q1,Approve,Reject\r\nW,1,,,,x\r\n",
            "row 2: the row has not as many fields as the header (found '6 fields'; expected 4, or without Approve and "
            "Reject). Download the file again.",
            id="a long row",
        ),
        pytest.param(
            'WorkerId,Answer.Q1\r\nW,"never closed\r\n',
            "row 2: not a CSV file: unexpected end of data. Download the file again.",
            id="cut inside a cell",
        ),
        pytest.param(
            "WorkerId,Answer.Q1,Answer.Q1\r\nW,1,2\r\n",
            "row 1: two columns have one name (found 'Answer.Q1'). Rename or delete one of them.",
            id="a column twice",
        ),
        pytest.param(
            "worker,answer\r\n",
            "row 1: not a batch's results (found 'worker,answer'; expected WorkerId and columns that begin with "
            "Answer.). "
            "Give the file that the platform's Results page offers for download.",
            id="another table",
        ),
        pytest.param(
            "",
            "row 1: not a batch's results (found ''; expected WorkerId and columns that begin with Answer.). "
            "Give the file that the platform's Results page offers for download.", id="empty"),
    ],
)  # fmt: skip
def test_files_that_are_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "batch.csv"
    file.write_bytes(text.encode())
    with pytest.raises(InputError) as caught:
        read_batches([file])
    assert str(caught.value) == f"{file}, {message}"


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "batch.csv"
    file.write_bytes(b"WorkerId,Answer.Q1\r\nW,1\r\nW,\xff\r\n")
    with pytest.raises(InputError, match=r"row \d: the text is not UTF-8\. Save the file as UTF-8"):
        read_batches([file])
    with pytest.raises(InputError, match="there is no such file"):
        read_batches([tmp_path / "none.csv"])


def test_a_row_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_rows, "LONGEST_ROW", 2000)
    file = write(tmp_path, [mask_row("A" * 4000)])
    with pytest.raises(InputError, match=r"row 2: the row is too long \(expected at most 2,000 characters\)"):
        read_batches([file])


def test_cells_of_megabytes(tmp_path: Path) -> None:
    file = write(tmp_path, [mask_row() | {"Answer.comment": "x" * 3_000_000}])
    assert read_batches([file]).answers["value"].str.len_chars().to_list() == [3_000_000]


def test_a_larger_mask_can_be_forbidden(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found '40x30'; expected at most 1,199 pixels"):
        read_batches([write(tmp_path, [mask_row()])], BatchOptions(largest=1199))


def test_one_image_of_two_sizes(tmp_path: Path) -> None:
    other = mask_row(png(area(canvas()[:, : W - 1], (0, 0, 9, 9), RED)), AssignmentId="A2") | {
        "Answer.annotatedResult.inputImageProperties.width": str(W - 1)
    }
    with pytest.raises(
        InputError, match=r"row 3: the image frame_0001.png has two sizes \(found '39x30'; expected 40x30"
    ):
        read_batches([write(tmp_path, [mask_row(), other])])


def test_an_assignment_of_two_workers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 3: the assignment is another worker's in an earlier row"):
        read_batches([write(tmp_path, [mask_row(), mask_row(WorkerId="W2INVENTED")])])


def test_an_image_that_the_table_lacks(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the table of images does not know this one"):
        read_batches([write(tmp_path, [mask_row()])], BatchOptions(images={"other.png": "f.png"}))


def test_widgets_and_images_that_are_not_as_many(tmp_path: Path) -> None:
    answers = json.dumps([{f"w{i}": {"boundingBoxes": []} for i in "abc"}])
    row = json_row(answers) | {"Input.image_b": "https://x/b.png"}
    with pytest.raises(InputError, match="found '3 widgets, 2 images'; expected one image for each widget"):
        read_batches([write(tmp_path, [row])])


def test_no_message_names_a_worker(tmp_path: Path) -> None:
    rows = [mask_row("?"), mask_row(Reward="?"), mask_row(WorkerId="W2INVENTED"), mask_row()]
    report = Report(skip_bad=True)
    read_batches([write(tmp_path, rows)], report=report)
    assert report.problems() and "INVENTED" not in str(report.problems())
    assert text_of(rows).count("INVENTED") == 4
