from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.elements import Align, Drawing, Text, TextStyle
from loopviz.scene.tabular import DIGITS, cells_of, goes_in_cells
from loopviz.scene.typography import Typesetter

PLAIN = TextStyle("sans", 400, 40, "#ffffff")
STYLE = replace(PLAIN, cell=1.0)
SETTER = Typesetter()
NUMBERS = st.text(DIGITS, min_size=1, max_size=6)


def middles(text: str, align: Align = "left", width: int = 360) -> list[float]:
    """Where each stroke of a painted line has its middle, in pixels."""
    inked = SETTER.paint(Drawing(400, 80, (Text(text, STYLE, 20, 60, width, align),)))[..., 3].any(axis=0)
    edges = np.flatnonzero(np.diff(inked.astype(int)))
    return [float(first + last) / 2 for first, last in zip(edges[0::2], edges[1::2], strict=True)]


class TestCells:
    @given(NUMBERS, st.data(), st.sampled_from(["{}", "${}", "{}:07", "{} h 30", "{},5 %", "~{}/h"]))
    def test_numbers_of_one_form_are_equally_wide(self, one: str, data: st.DataObject, form: str):
        other = data.draw(st.text(DIGITS, min_size=len(one), max_size=len(one)))
        wide = [SETTER.width(form.format(number), STYLE) for number in (one, other)]
        assert wide[0] == pytest.approx(wide[1], abs=1e-3)

    @given(st.text("0123456789:.,$ ab", min_size=1, max_size=12), st.floats(0.5, 1.0))
    def test_parts_are_the_whole_line_from_the_left(self, text: str, share: float):
        cells = cells_of(text, lambda part: 10.0 * len(part) - 4.0 * part.count("1"), share)
        assert "".join(part.text for part in cells.parts).replace("\u00a0", " ") == text
        assert [part.x for part in cells.parts] == sorted(part.x for part in cells.parts)
        digits = sum(map(text.count, DIGITS))
        assert cells.width == pytest.approx(digits * 10 * share + 10.0 * (len(text) - digits))

    @pytest.mark.parametrize(
        ("text", "cells"),
        [
            pytest.param("7:12", True, id="time"),
            pytest.param("18 – 24", True, id="range"),
            pytest.param("Delhi", False, id="no digit"),
            pytest.param("", False, id="nothing"),
            pytest.param("12 שעות", False, id="Hebrew: the order is the paragraph's"),
            pytest.param("عمري 25", False, id="Arabic"),
            pytest.param("1\ufe0f\u20e3", False, id="a keycap is one sign"),
            pytest.param("१२ रुपये", False, id="digits of another script"),
        ],
    )
    def test_which_lines_go_in_cells(self, text: str, cells: bool):
        assert goes_in_cells(text) is cells
        assert (SETTER.width(text, STYLE) == SETTER.width(text, PLAIN)) or cells


class TestPainted:
    @pytest.mark.parametrize(("one", "other"), [("1811", "8188"), ("7:12", "8:08"), ("$0.11", "$9.08")])
    def test_digits_stand_where_those_of_another_number_stand(self, one: str, other: str):
        assert middles(one) == pytest.approx(middles(other), abs=2.5)  # a glyph's ink is not quite in its middle
        assert middles("111") != pytest.approx([middle - 20 for middle in middles("888")], abs=2.5)

    @pytest.mark.parametrize(("align", "edge"), [("left", 20), ("center", 200), ("right", 380)])
    def test_a_line_keeps_to_its_edge(self, align: Align, edge: int):
        wide = SETTER.width("18", STYLE)
        first, last = middles("18", align)
        left = edge - {"left": 0.0, "center": 0.5, "right": 1.0}[align] * wide
        assert first == pytest.approx(left + wide / 4, abs=2.5)
        assert last == pytest.approx(left + 3 * wide / 4, abs=2.5)

    def test_what_needs_several_lines_is_set_as_words_are(self):
        text = "11 times 12 hours in 7 days"
        column = SETTER.width(text, STYLE) / 2
        assert SETTER.measure(text, STYLE, column) == SETTER.measure(text, PLAIN, column)
        painted = [SETTER.paint(Drawing(400, 160, (Text(text, style, 0, 40, column),))) for style in (STYLE, PLAIN)]
        assert (painted[0] == painted[1]).all()

    def test_a_number_without_room_for_cells_is_set_closer_before_it_is_cut(self):
        column = SETTER.width("11111", STYLE)
        closer = "1" * 6
        assert SETTER.fit(closer, STYLE, column) == closer
        assert SETTER.measure(closer, STYLE, column) == SETTER.measure(closer, PLAIN, column)
        shown = SETTER.fit("1" * 20, STYLE, column)
        assert shown.endswith("…")
        assert SETTER.fits(shown, STYLE, column)
