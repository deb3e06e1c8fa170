from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene import load_theme
from loopviz.scene.contrast import READABLE, channels, contrast, distinct, ink_on, luminance, mixed, scrim_opacity
from loopviz.scene.style import OKABE_ITO

colors = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")
greys = st.integers(0, 255).map(lambda n: f"#{n:02x}{n:02x}{n:02x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#ffffff", 21.0, id="black on white"),
        pytest.param("#ffffff", "#ffffff", 1.0, id="the same"),
        pytest.param("#767676", "#ffffff", 4.54, id="the lightest grey that passes on white"),
        pytest.param("#777777", "#ffffff", 4.48, id="the darkest that fails"),
        pytest.param("#ff0000", "#ffffff", 4.00, id="red"),
        pytest.param("#0000FF", "#FFFFFF", 8.59, id="blue, in capitals"),
        pytest.param("#00ff00", "#ffffff", 1.37, id="green"),
    ],
)
def test_ratios_that_wcag_tools_agree_on(one: str, other: str, ratio: float):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_luminance_uses_both_pieces_of_the_curve():
    assert luminance("#010101") == pytest.approx(1 / 255 / 12.92)
    assert luminance("#404040") == pytest.approx(0.05127, abs=1e-5)
    assert luminance("#808080") == pytest.approx(0.21586, abs=1e-5)
    assert channels("#0aF010") == (10, 240, 16)


@given(colors, colors)
def test_a_ratio_is_between_1_and_21(one: str, other: str):
    assert 1.0 <= contrast(one, other) <= 21.0


@pytest.mark.parametrize(
    ("share", "color"),
    [
        pytest.param(1.0, "#ff8000", id="all"),
        pytest.param(0.0, "#0000ff", id="none"),
        pytest.param(0.5, "#804080", id="half"),
    ],
)
def test_mixing(share: float, color: str):
    assert mixed("#ff8000", "#0000ff", share) == color


@pytest.mark.parametrize("name", ["house"])
@given(footage=colors | greys | st.sampled_from(["#000000", "#ffffff"]), more=st.floats(0, 1))
def test_the_scrim_makes_every_ink_readable_over_any_footage(name: str, footage: str, more: float):
    ground = load_theme(name).colors
    least = scrim_opacity(ground.paper, (ground.ink, ground.quiet))
    share = least + (1 - least) * more
    for ink in (ground.ink, ground.quiet):
        assert contrast(ink, mixed(ground.paper, footage, share)) >= READABLE


def test_the_scrim_is_no_more_opaque_than_it_must_be():
    ground = load_theme("house").colors
    least = scrim_opacity(ground.paper, (ground.ink, ground.quiet))
    lighter = mixed(ground.paper, "#ffffff", least - 1 / 51)
    assert min(contrast(ink, lighter) for ink in (ground.ink, ground.quiet)) < READABLE
    assert 0.5 < least < 1


def test_a_lower_floor_needs_less_and_an_impossible_one_everything():
    assert scrim_opacity("#000000", ["#ffffff"], 3.0) < scrim_opacity("#000000", ["#ffffff"], 4.5)
    assert scrim_opacity("#777777", ["#ffffff", "#000000"], 4.6) == 1.0
    assert scrim_opacity("#000000", []) == 0.0


@given(colors)
def test_ink_on_a_plate_is_readable_whatever_its_colour(plate: str):
    ink = ink_on(plate)
    assert ink in {"#ffffff", "#101014"}
    assert contrast(ink, plate) >= max(contrast("#ffffff", plate), contrast("#101014", plate))
    assert contrast(ink, plate) > 4.3  # black and white meet at 4.58, the softer black a little below


@pytest.mark.parametrize(
    ("plate", "ink"), [pytest.param("#F0E442", "#101014", id="yellow"), pytest.param("#0072B2", "#ffffff", id="blue")]
)
def test_ink_on_known_plates(plate: str, ink: str):
    assert ink_on(plate) == ink


def test_categories_beyond_the_palette_get_colours_of_their_own():
    shown = [distinct(OKABE_ITO, index).lower() for index in range(4 * len(OKABE_ITO))]
    assert shown[: len(OKABE_ITO)] == [color.lower() for color in OKABE_ITO]
    assert len(set(shown)) == len(shown)
    assert distinct(("#ffffff",), 10**6).startswith("#")
