"""Light: what the numbers of PQ and HLG mean, how they become those of a standard screen, and the way back.

Sources: SMPTE ST 2084 and ITU-R BT.2100-2 (transfer functions of PQ and HLG, HLG's OOTF), ITU-R BT.2390-10 section
5.4.1 (EETF: the knee that brings a bright picture within a darker screen), ITU-R BT.2408-7 (203 cd/m² is the white of
paper, of captions and of standard range), ITU-R BT.1886 (a standard screen's gamma of 2.4), and for other primaries the
derivation in SMPTE RP 177.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.media.types import ColorTags, HdrLight

Floats = npt.NDArray[np.floating[Any]]
PQ, HLG = 16, 18  # AVCOL_TRC_*
HDR_NAMES: Mapping[int, str] = {PQ: "PQ", HLG: "HLG"}
REFERENCE_WHITE = 203.0  # cd/m²
PQ_PEAK = 10_000.0
HLG_PEAK, HLG_GAMMA = 1000.0, 1.2  # of the screen that BT.2100 takes as nominal, and its system gamma
SDR_GAMMA = 2.4
ASSUMED_PEAK = 1000.0  # of PQ that does not say
# CIE 1931 x, y of red, green and blue by AVCOL_PRI_*; all have D65 for white.
CHROMATICITIES: Mapping[int, tuple[float, ...]] = {
    1: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
BT709, BT2020 = 1, 9
D65 = (0.3127, 0.3290)
_M1, _M2, _C1, _C2, _C3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A = 0.17883277
_B, _C = 1 - 4 * _A, 0.5 - _A * float(np.log(4 * _A))


def is_hdr(color: ColorTags) -> bool:
    """Say whether pictures mean light by PQ or HLG."""
    return color.transfer in HDR_NAMES


def pq_to_light(signal: Floats) -> Floats:
    """Return cd/m² for PQ's numbers from 0 to 1: ST 2084's EOTF."""
    root = np.power(signal, 1 / _M2)
    light: Floats = PQ_PEAK * np.power(np.maximum(root - _C1, 0) / (_C2 - _C3 * root), 1 / _M1)
    return light


def light_to_pq(light: Floats) -> Floats:
    """Return PQ's numbers for cd/m²: the inverse of ``pq_to_light``."""
    power = np.power(np.clip(light / PQ_PEAK, 0, 1), _M1)
    signal: Floats = np.power((_C1 + _C2 * power) / (1 + _C3 * power), _M2)
    return signal


def hlg_to_light(signal: Floats) -> Floats:
    """Return cd/m² on the nominal screen for HLG's red, green, blue (last axis, BT.2020): inverse OETF, then OOTF."""
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - _C) / _A) + _B) / 12)
    light: Floats = HLG_PEAK * scene * np.power(_luminance(scene), HLG_GAMMA - 1)
    return light


def light_to_hlg(light: Floats) -> Floats:
    """Return HLG's numbers for cd/m²: the inverse of ``hlg_to_light``."""
    display = np.clip(light / HLG_PEAK, 0, 1)
    luminance = np.maximum(_luminance(display), 1e-12)
    scene = np.clip(display * np.power(luminance, (1 - HLG_GAMMA) / HLG_GAMMA), 0, 1)
    bright = _A * np.log(np.maximum(12 * scene - _B, 1e-12)) + _C
    signal: Floats = np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)
    return signal


def _luminance(rgb: Floats) -> Floats:
    luminance: Floats = (rgb @ np.array([0.2627, 0.6780, 0.0593]))[..., None]
    return luminance


_TO_LIGHT: Mapping[int, Callable[[Floats], Floats]] = {PQ: pq_to_light, HLG: hlg_to_light}
_FROM_LIGHT: Mapping[int, Callable[[Floats], Floats]] = {PQ: light_to_pq, HLG: light_to_hlg}


@cache
def between(primaries: int, others: int) -> Floats:
    """Return the matrix that brings linear red, green, blue of some primaries to others; unknown ones are BT.2020."""
    matrix: Floats = np.linalg.inv(_to_xyz(others)) @ _to_xyz(primaries)
    return matrix


def _to_xyz(primaries: int) -> Floats:
    flat = CHROMATICITIES.get(primaries, CHROMATICITIES[BT2020])
    columns = np.array([(x, y, 1 - x - y) for x, y in zip(flat[::2], flat[1::2], strict=True)]).T
    white = np.array([D65[0], D65[1], 1 - sum(D65)]) / D65[1]
    return columns * np.linalg.solve(columns, white)


def peak_of(color: ColorTags) -> float:
    """Return the brightest light that pictures show, in cd/m²: what they say of themselves, within reason."""
    light = color.light or HdrLight()
    said = (light.content[0] if light.content else 0) or (light.luminance[1] / 10_000 if light.luminance else 0)
    if color.transfer == HLG or not said:
        return ASSUMED_PEAK
    return float(np.clip(said, REFERENCE_WHITE, PQ_PEAK))


def eetf(light: Floats, peak: float, white: float = REFERENCE_WHITE) -> Floats:
    """Bring light from 0 to ``peak`` within 0 to ``white``, in cd/m²: BT.2390's EETF with black at 0.

    What is dark enough stays as it is; from the knee on a Hermite spline in PQ's numbers leads to ``white``.
    """
    top = float(light_to_pq(np.array(peak)))
    target = float(light_to_pq(np.array(white))) / top
    if target >= 1:
        return np.minimum(light, white)
    knee = 1.5 * target - 0.5
    signal = np.minimum(light_to_pq(light) / top, 1)
    t = np.maximum((signal - knee) / (1 - knee), 0)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * target
    return pq_to_light(np.where(signal < knee, signal, spline) * top)


def to_standard(signal: Floats, color: ColorTags) -> Floats:
    """Return what HDR red, green, blue from 0 to 1 (last axis) are on a BT.709 screen of standard range, from 0 to 1.

    The brightest of the three decides by how much all are dimmed, so that hues stay. Colours that BT.709 does not have
    lose what is outside of it.
    """
    light = _TO_LIGHT[color.transfer](signal)
    brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    dimmed = light * (eetf(brightest, peak_of(color)) / brightest)
    shown = np.clip(dimmed @ between(color.primaries, BT709).T / REFERENCE_WHITE, 0, 1)
    mapped: Floats = np.power(shown, 1 / SDR_GAMMA)
    return mapped


def from_standard(rgb: Floats, color: ColorTags) -> Floats:
    """Return what red, green, blue of a standard screen, 0 to 1 (last axis), are in the numbers of an HDR stream.

    White is ``REFERENCE_WHITE``: as bright as paper in the picture, not as its sun.
    """
    light = REFERENCE_WHITE * np.power(np.clip(rgb, 0, 1), SDR_GAMMA) @ between(BT709, color.primaries).T
    return _FROM_LIGHT[color.transfer](np.maximum(light, 0))
