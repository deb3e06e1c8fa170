"""Exact boxes, words as words, the same bytes again, and nothing of who made it."""

from __future__ import annotations

import io
import re

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from loopviz.errors import ConfigError
from loopviz.report.sheets.paper import MM, POINT, Paper, parse_paper
from loopviz.report.sheets.press import BoxLines, Photograph, Sheet, pdf_of, png_of_sheet
from loopviz.scene import Drawing, Path, Rect, Sprite, Text, TextStyle, Typesetter

TYPE = Typesetter()
STYLE = TextStyle("sans", 600, 12 * POINT, "#15151a")
PICTURE = np.random.default_rng(1).integers(0, 255, (30, 40, 3), np.uint8)
MILLIMETRES = 72 / 25.4


def sheet() -> Sheet:
    words = Text("Worker 2200 – 3 € fi", STYLE, 20 * MM, 20 * MM, 100 * MM)
    lines = BoxLines(((20 * MM, 60 * MM, 60 * MM, 90 * MM),) * 2, "#0072b2", 0.5, POINT, 0.0, False)
    outline = Path(((0.0, 0.0, 100.0, 0.0, 100.0, 100.0),), "#d55e00", stroke=8.0)
    return Sheet(
        [
            Photograph(PICTURE, 20 * MM, 100 * MM, 40 * MM, 30 * MM),
            Rect(0, 0, 5 * MM, 5 * MM, "#d55e00"),
            lines,
            Sprite(100, 100, Drawing(200, 200, (outline,)), 0.5),
            words,
        ],
        "#f4f1ea",
    )


def pdf(paper: Paper, pages: int = 1) -> bytes:
    return pdf_of((sheet() for _ in range(pages)), paper, TYPE, "Sheet")


@pytest.mark.parametrize("size", ["A4", "A3", "A2", "A1", "A0", "50x70cm", "123.4x234.5mm"])
@pytest.mark.parametrize(("landscape", "bleed"), [(False, 0), (True, 0), (False, 3), (True, 5)])
def test_a_page_s_boxes_are_exact(size: str, landscape: bool, bleed: int) -> None:
    paper = parse_paper(size, landscape=landscape, bleed=f"{bleed}mm")
    document = pypdfium2.PdfDocument(pdf(paper, 2))
    assert len(document) == 2
    wide, high = paper.width / POINT, paper.height / POINT
    for page in document:
        for box, around in ((page.get_trimbox(), 0), (page.get_bleedbox(), bleed)):
            assert box[2] - box[0] == pytest.approx(wide + 2 * around * MILLIMETRES, abs=0.01)
            assert box[3] - box[1] == pytest.approx(high + 2 * around * MILLIMETRES, abs=0.01)
        more = 2 * (bleed + 6) * MILLIMETRES if bleed else 0
        assert page.get_size() == pytest.approx((wide + more, high + more), abs=0.01)
        media = page.get_mediabox()
        assert page.get_trimbox()[0] - media[0] == pytest.approx(more / 2, abs=0.01)
        assert page.get_trimbox()[1] - media[1] == pytest.approx(more / 2, abs=0.01)


def test_words_are_words_and_fonts_are_in_the_file() -> None:
    data = pdf(parse_paper("A4"))
    document = pypdfium2.PdfDocument(data)
    assert document[0].get_textpage().get_text_range().startswith("Worker 2200 – 3 € fi")
    assert re.findall(rb"/FontName /[A-Z]{6}\+Inter", data)
    assert data.count(b"/FontFile2") == len(re.findall(rb"/Type /FontDescriptor", data)) >= 1
    assert b"/DCTDecode" in data  # the picture, as a JPEG
    assert data.count(b"/Subtype /Image") == 1
    assert b"/BM /Multiply" in data


def test_the_same_sheet_is_the_same_file_and_says_nothing_of_anybody() -> None:
    paper = parse_paper("A4", bleed="3mm")
    data = pdf(paper, 3)
    assert data == pdf(paper, 3)
    said = pypdfium2.PdfDocument(data).get_metadata_dict(skip_empty=True)
    assert said == {"Title": "Sheet"}
    assert b"/ID" not in data
    assert png_of_sheet(sheet(), paper, TYPE, 72) == png_of_sheet(sheet(), paper, TYPE, 72)


def test_the_update_is_one_that_every_reader_follows() -> None:
    data = pdf(parse_paper("A5"), 12)
    first = data.index(b"%%EOF")
    assert data.count(b"%%EOF") == data.count(b"startxref") == 2
    start = int(data[data.rindex(b"startxref") :].split()[1])
    assert data[start : start + 4] == b"xref"
    pages = 0
    for number, offset in re.findall(rb"(\d+) 1\n(\d{10}) 00000 n \n", data[start:]):
        assert data[int(offset) :].startswith(number + b" 0 obj\n<<")
        assert int(offset) > first
        pages += data[int(offset) :].startswith(number + b" 0 obj\n<</Type /Page\n")
    assert pages == 12


@pytest.mark.parametrize("dpi", [72, 150])
@pytest.mark.parametrize("bleed", ["0mm", "3mm"])
def test_a_png_has_the_pixels_of_its_size_and_says_it(dpi: int, bleed: str) -> None:
    paper = parse_paper("A5", bleed=bleed)
    image = Image.open(io.BytesIO(png_of_sheet(sheet(), paper, TYPE, dpi)))
    around = 9 if bleed == "3mm" else 0
    assert image.size == (round((148 + 2 * around) / 25.4 * dpi), round((210 + 2 * around) / 25.4 * dpi))
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)


def test_a_png_and_a_pdf_show_the_same() -> None:
    paper = parse_paper("A5", bleed="3mm")
    png = np.asarray(Image.open(io.BytesIO(png_of_sheet(sheet(), paper, TYPE, 144))).convert("RGB"), np.int16)
    page = pypdfium2.PdfDocument(pdf(paper))[0].render(scale=2).to_pil()
    other = np.asarray(page.convert("RGB").resize(png.shape[1::-1]), np.int16)
    assert np.abs(png - other).mean() < 1.5
    corner, ground = png[0, 0].tolist(), png[round(9 / 25.4 * 144) + 60, -round(9 / 25.4 * 144) - 9].tolist()
    assert (corner, ground) == ([255, 255, 255], [0xF4, 0xF1, 0xEA])


def test_too_many_pixels_are_said_before_they_are_made() -> None:
    with pytest.raises(ConfigError, match="too many pixels") as caught:
        png_of_sheet(sheet(), parse_paper("A0"), TYPE, 600)
    assert caught.value.at == "--dpi"
    assert "at most 3" in (caught.value.expected or "")


def test_ink_adds_up_where_lines_cross() -> None:
    paper = parse_paper("A5")
    image = np.asarray(Image.open(io.BytesIO(png_of_sheet(sheet(), paper, TYPE, 254))).convert("RGB"))
    left = image[750, 202].astype(int)  # two lines of half opacity, at 20.18 mm
    once = 0.5 * np.array([0x00, 0x72, 0xB2]) / 255 + 0.5
    assert np.abs(left - np.array([0xF4, 0xF1, 0xEA]) * once**2).max() < 4
