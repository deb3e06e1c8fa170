from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loopviz.scene.casings import DARK, LIGHT, VISIBLE, casing_of
from loopviz.scene.contrast import contrast, distinct
from loopviz.scene.style import OKABE_ITO

colors = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
greys = st.integers(0, 255).map(lambda n: f"#{n:02x}{n:02x}{n:02x}")


@given(color=colors | greys | st.sampled_from([distinct(OKABE_ITO, n) for n in range(40)]), ground=colors | greys)
@example(color="#0072B2", ground="#767676")
def test_on_every_ground_a_line_or_its_casing_stands_out(color: str, ground: str):
    casing = casing_of(color, 3)
    assert max(contrast(one, ground) for one in (color, casing.outside, casing.inside)) >= VISIBLE
    assert max(contrast(color, one) for one in casing[:2]) > 3.9  # the line from what is beside it


@given(ground=greys)
def test_both_casings_leave_room_for_what_an_encoder_loses(ground: str):
    assert max(contrast(DARK, ground), contrast(LIGHT, ground)) > 3.85


@pytest.mark.parametrize(
    ("color", "outside", "inside"),
    [
        pytest.param("#F0E442", DARK, DARK, id="light: dark on both sides"),
        pytest.param("#101010", LIGHT, LIGHT, id="dark: light on both sides"),
        pytest.param("#0072B2", DARK, LIGHT, id="between: one on each side"),
    ],
)
def test_a_lines_casing_follows_from_its_colour(color: str, outside: str, inside: str):
    casing = casing_of(color, 3)
    assert (casing.outside, casing.inside) == (outside, inside)
    assert casing.is_plain == (outside == inside)


@pytest.mark.parametrize(("line", "width"), [(1, 1), (3, 1), (4, 1), (6, 2), (12, 4)])
def test_a_casing_is_a_third_of_its_line_and_a_pixel_at_least(line: int, width: int):
    assert casing_of("#0072B2", line).width == width
