"""Where a batch's images are hosted, and the table that says which image an address stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from batches import URL, mask_row, write

from loopviz.errors import InputError
from loopviz.formats.mturk.image_urls import image_addresses, read_image_table

A, B = "https://b.s3.example/mouse/frame_0001.png", "https://cdn.example/7f3a?v=1"


def table(folder: Path, data: bytes) -> Path:
    file = folder / "images.csv"
    file.write_bytes(data)
    return file


@pytest.mark.parametrize(
    ("data", "known"),
    [
        pytest.param(b"url,file\nu1,a.png\nu2,b.png\n", {"u1": "a.png", "u2": "b.png"}, id="plain"),
        pytest.param(b"\xef\xbb\xbfurl,file\r\nu1,a.png\r\n", {"u1": "a.png"}, id="a spreadsheet's BOM and line ends"),
        pytest.param(b"file,note,url\na.png,x,u1\n", {"u1": "a.png"}, id="other columns, another order"),
        pytest.param(b"url,file\nu1,a.png\nu1,a.png\n", {"u1": "a.png"}, id="a row twice"),
        pytest.param(b"url,file\nu1,a.png\nu2,a.png\n", {"u1": "a.png", "u2": "a.png"}, id="an image at two addresses"),
        pytest.param(b"url,file\n", {}, id="no rows"),
    ],
)
def test_tables(tmp_path: Path, data: bytes, known: dict[str, str]):
    assert read_image_table(table(tmp_path, data)) == known


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "line 1: not a table of images (found ''; expected url, file).", id="empty"),
        pytest.param(
            b"url,name\nu,n\n", "line 1: not a table of images (found 'url, name'; expected url, file).", id="columns"
        ),
        pytest.param(
            b"url,file\nu1,a\nu1,b\n",
            "line 3: an address without its image, or with two (found 'u1').",
            id="two images",
        ),
        pytest.param(b"url,file\nu1\n", "line 2: an address without its image, or with two (found 'u1').", id="short"),
        pytest.param(
            b"url,file\n,a\n", "line 2: an address without its image, or with two (found '').", id="no address"
        ),
    ],
)
def test_tables_that_are_refused(tmp_path: Path, data: bytes, message: str):
    file = table(tmp_path, data)
    with pytest.raises(InputError) as caught:
        read_image_table(file)
    assert str(caught.value) == f"{file}, {message}"


@pytest.mark.parametrize(
    "data", [pytest.param(b"url,file\n\xff\xfe,a\n", id="no UTF-8"), pytest.param(None, id="none")]
)
def test_files_that_cannot_be_read(tmp_path: Path, data: bytes | None):
    file = table(tmp_path, data) if data is not None else tmp_path / "none.csv"
    with pytest.raises(InputError, match="not a readable CSV file" if data is not None else "there is no such file"):
        read_image_table(file)


@pytest.mark.parametrize(
    ("urls", "known", "addresses"),
    [
        pytest.param([A, B + "&f=x.png"], None, {"frame_0001.png": A, "7f3a": B + "&f=x.png"}, id="by the last part"),
        pytest.param([B], {B: "frame_0001.png"}, {"frame_0001.png": B}, id="by the table"),
        pytest.param([A], {"frame_0001.png": "x.jpg"}, {"x.jpg": A}, id="by the file name in the table"),
        pytest.param([A, "https://new.example/frame_0001.png"], None,
                     {"frame_0001.png": "https://new.example/frame_0001.png"}, id="the latest stands"),
    ],
)  # fmt: skip
def test_addresses(tmp_path: Path, urls: list[str], known: dict[str, str] | None, addresses: dict[str, str]):
    files = [write(tmp_path, [mask_row(**{URL: url})], f"batch{i}.csv") for i, url in enumerate(urls)]
    assert image_addresses(files, known) == (addresses, "Input.image_url")


def test_the_column_is_the_latest_batchs(tmp_path: Path):
    rows = [mask_row(), {("Input.photo" if name == URL else name): value for name, value in mask_row().items()}]
    first, second = (write(tmp_path, [row], f"batch{i}.csv") for i, row in enumerate(rows))
    assert image_addresses([first, second]).column == "Input.photo"
    assert image_addresses([second, first]).column == "Input.image_url"


def test_a_batch_without_images(tmp_path: Path):
    file = tmp_path / "batch.csv"
    file.write_text("WorkerId,Answer.Q1\nW,1\n")
    assert image_addresses([file]) == ({}, None)
