from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.scene.contrast import luminance
from loopviz.scene.oklab import from_oklch, linear, oklab, ramp
from loopviz.scene.style import OKABE_ITO

# Machado, Oliveira and Fernandes 2009 (https://doi.org/10.1109/TVCG.2009.113): severity 1, of linear RGB
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def least_distance(colors: list[str] | tuple[str, ...], eyes: str) -> float:
    seen = [oklab(np.clip(EYES[eyes] @ linear(color), 0, 1)) for color in colors]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2))


@pytest.mark.parametrize(
    ("color", "lab"),
    [
        pytest.param("#ffffff", (1.0, 0.0, 0.0), id="white"),
        pytest.param("#ff0000", (0.6280, 0.2249, 0.1258), id="red"),
        pytest.param("#00ff00", (0.8664, -0.2339, 0.1795), id="green"),
        pytest.param("#0000ff", (0.4520, -0.0324, -0.3115), id="blue"),
    ],
)
def test_known_colours(color: str, lab: tuple[float, ...]):
    np.testing.assert_allclose(oklab(linear(color)), lab, atol=1e-3)


@given(st.floats(0.3, 0.9), st.floats(0, 0.03), st.floats(0, 360))
def test_there_and_back(lightness: float, chroma: float, hue: float):
    lab = oklab(linear(from_oklch(lightness, chroma, hue)))
    assert abs(lab[0] - lightness) < 0.015
    assert np.hypot(lab[1], lab[2]) <= chroma + 0.015


def test_what_screens_lack_becomes_paler():
    lab = oklab(linear(from_oklch(0.7, 0.4, 140.0)))
    assert abs(lab[0] - 0.7) < 0.01
    assert np.hypot(lab[1], lab[2]) < 0.3


@pytest.mark.parametrize("steps", [2, 5, 9])
def test_a_scale_is_ordered_in_even_steps_and_in_greyscale(steps: int):
    colors = ramp(steps)
    lightness = np.array([oklab(linear(color))[0] for color in colors])
    np.testing.assert_allclose(np.diff(lightness), np.diff(lightness).mean(), atol=0.006)
    assert (np.diff([luminance(color) for color in colors]) < 0).all()


@pytest.mark.parametrize("eyes", EYES)
def test_colour_blind_eyes_tell_the_steps_of_a_scale_apart(eyes: str):
    assert least_distance(ramp(5), eyes) > 0.1


@pytest.mark.parametrize("eyes", EYES)
def test_colour_blind_eyes_tell_the_palette_apart(eyes: str):
    assert least_distance(OKABE_ITO, eyes) > 0.05
