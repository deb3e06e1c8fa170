"""Sizes of paper as people write them, and what is none."""

from __future__ import annotations

import pytest

from loopviz.errors import ConfigError
from loopviz.report.sheets.paper import MM, parse_paper

GOOD = {
    "A4": (210, 297),
    "a3": (297, 420),
    " A0 ": (841, 1189),
    "50x70cm": (500, 700),
    "50 x 70 cm": (500, 700),
    "297x420mm": (297, 420),
    "100.5×200mm": (100.5, 200),
    "11x17in": (279.4, 431.8),
}


@pytest.mark.parametrize("size", GOOD)
@pytest.mark.parametrize("landscape", [False, True])
def test_a_size_is_read(size: str, landscape: bool) -> None:
    paper = parse_paper(size, landscape=landscape)
    wide, high = (side * MM for side in sorted(GOOD[size], reverse=landscape))
    assert (paper.width, paper.height) == pytest.approx((wide, high))
    assert paper.whole == pytest.approx((wide, high))


BAD = ["", "A", "A6x", "A-4", "letter", "50x70", "x70cm", "50x70x90cm", "0x70cm", "5x5cm", "3000x3000mm", "-5x7cm"]


@pytest.mark.parametrize("size", [*BAD, "10x100cm", "1e3x1e3mm", "٥٠x٧٠cm", "A4\0"])
def test_what_is_no_size_is_one_clear_error(size: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_paper(size)
    assert caught.value.at == "--size"


@pytest.mark.parametrize(("bleed", "millimetres"), [("3mm", 3), ("0.5cm", 5), ("0", 0), ("0mm", 0), ("0.125in", None)])
def test_a_bleed_is_printed_beyond_the_cut(bleed: str, millimetres: float | None) -> None:
    if millimetres is None:  # thousandths are nothing that is cut
        with pytest.raises(ConfigError):
            parse_paper("A4", bleed=bleed)
        return
    paper = parse_paper("A4", bleed=bleed)
    assert paper.bleed == pytest.approx(millimetres * MM)
    assert paper.whole[0] == pytest.approx((210 + 2 * (millimetres + 6 if millimetres else 0)) * MM)


@pytest.mark.parametrize("bleed", ["", "-1mm", "21mm", "3cm", "3 m", "lots", "3mm 3mm"])
def test_what_is_no_bleed_is_one_clear_error(bleed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_paper("A4", bleed=bleed)
    assert caught.value.at == "--bleed"
