"""Words are measured against what is behind them, and against the safe margin."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from loopviz.preview.measures import _measured, _texts
from loopviz.preview.studio import Studio
from loopviz.scene import Drawing, Rect, Sprite, Text, TextStyle, Typesetter
from loopviz.scene.contrast import contrast, luminance

INK = TextStyle("sans", 400, 20, "#ffffff")


@pytest.mark.parametrize(
    ("ground", "ratio"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", contrast("#ffffff", "#767676"))],
)
def test_contrast_is_that_of_wcag(ground: str, ratio: float) -> None:
    light = np.full((100, 200), luminance(ground), np.float32)
    found = _measured(Text("A", INK, 0, 0, 50), (50, 40, 70, 60), light)
    assert found.contrast == pytest.approx(ratio, abs=0.01)
    assert found.is_readable == (ratio >= 4.5)


def test_a_line_that_crosses_words_does_not_decide_and_a_patch_does() -> None:
    for share, readable in ((0.03, True), (0.2, False)):
        light = np.zeros((100, 100), np.float32)
        light[:, : int(100 * share)] = 1.0
        assert _measured(Text("A", INK, 0, 0, 50), (0, 10, 99, 90), light).is_readable == readable


@pytest.mark.parametrize(
    ("box", "inside"),
    [((5, 5, 95, 95), True), ((4, 5, 50, 50), False), ((10, 10, 96, 20), False), ((10, 10, 20, 96), False)],
)
def test_the_safe_margin_is_five_percent(box: tuple[float, float, float, float], inside: bool) -> None:
    assert _measured(Text("A", INK, 0, 0, 50), box, np.zeros((100, 100), np.float32)).is_inside == inside


@pytest.mark.parametrize("box", [(-50.0, -50.0, -10.0, -10.0), (200.0, 0.0, 220.0, 10.0), (-5.0, -5.0, 5.0, 5.0)])
def test_words_beyond_the_edge_are_measured_all_the_same(box: tuple[float, float, float, float]) -> None:
    assert _measured(Text("A", INK, 0, 0, 50), box, np.zeros((100, 100), np.float32)).is_inside is False


@pytest.mark.parametrize("align", ["left", "right", "center"])
def test_a_box_holds_the_words_as_they_are_painted(align: str) -> None:
    setter = Typesetter()
    text = Text("Height of two lines of words", INK, 10, 40, 180, align)  # type: ignore[arg-type]
    drawing = Drawing(220, 120, (text,))
    ((_, box),) = _texts(setter, (Rect(0, 0, 9, 9, "#ff0000"), Sprite(0, 0, drawing)))
    painted = setter.paint(drawing)[..., 3] > 32
    rows, columns = np.flatnonzero(painted.any(1)), np.flatnonzero(painted.any(0))
    assert box[0] - 2 <= columns[0]
    assert columns[-1] <= box[2] + 2
    assert abs(box[1] - rows[0]) <= 3
    assert abs(box[3] - rows[-1]) <= 6


def test_the_words_of_a_picture_are_found(studio: Studio) -> None:
    words = studio.words(0)
    assert {"Body", "Cable"} <= {each["text"] for each in words}
    assert all(1 <= each["contrast"] <= 21 for each in words)
    assert Fraction(len(words)) > 3
