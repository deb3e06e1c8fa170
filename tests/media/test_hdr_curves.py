"""Light: against numbers that the standards print, and against each other."""

from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.media.hdr_curves import (
    HLG,
    PQ,
    between,
    eetf,
    from_standard,
    hlg_to_light,
    light_to_hlg,
    light_to_pq,
    peak_of,
    pq_to_light,
    to_standard,
)
from loopviz.media.tone_map import ToneMap
from loopviz.media.types import ColorTags, HdrLight

UNIT = st.floats(0, 1)


def hdr(transfer: int, primaries: int = 9, light: HdrLight | None = None) -> ColorTags:
    return ColorTags("bt2020", False, 9, primaries, transfer, 10, light)


@pytest.mark.parametrize(
    ("light", "signal"),
    [
        # BT.2408-7, table 1, and BT.2100-2: 10,000 is the top, black is 0.
        pytest.param(0, 0, id="black"),
        pytest.param(100, 0.508, id="standard-white"),
        pytest.param(203, 0.58, id="reference-white"),
        pytest.param(1000, 0.75, id="master"),
        pytest.param(10_000, 1, id="top"),
    ],
)
def test_pq(light: float, signal: float) -> None:
    assert light_to_pq(np.array(light)) == pytest.approx(signal, abs=0.002)
    assert pq_to_light(light_to_pq(np.array(light))) == pytest.approx(light, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("light", "signal"),
    [
        pytest.param(0, 0, id="black"),
        pytest.param(203, 0.75, id="reference-white"),  # BT.2408-7, table 1
        pytest.param(26.0, 0.38, id="grey-card"),  # the same: 18 % reflectance
        pytest.param(1000, 1, id="top"),
    ],
)
def test_hlg(light: float, signal: float) -> None:
    assert light_to_hlg(np.full(3, light)) == pytest.approx(signal, abs=0.005)


@given(rgb=st.tuples(UNIT, UNIT, UNIT))
def test_hlg_there_and_back(rgb: tuple[float, ...]) -> None:
    signal = np.array(rgb)
    assert light_to_hlg(hlg_to_light(signal)) == pytest.approx(signal, abs=2e-3)


def test_primaries() -> None:
    # ITU-R BT.2087-0, equation for BT.709 to BT.2020
    expected = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
    assert between(1, 9) == pytest.approx(np.array(expected), abs=1e-4)
    assert between(9, 9) == pytest.approx(np.eye(3), abs=1e-12)
    assert between(250, 9) == pytest.approx(np.eye(3), abs=1e-12)  # what nobody knows is BT.2020


@given(
    levels=st.lists(st.floats(0, 4000), min_size=2, max_size=20), peak=st.sampled_from([203.0, 500.0, 1000.0, 4000.0])
)
def test_the_eetf_keeps_the_order_and_the_bounds(levels: list[float], peak: float) -> None:
    light = np.sort(np.array(levels))
    shown = eetf(light, peak)
    assert np.all(np.diff(shown) >= -1e-9)
    assert np.all((shown >= 0) & (shown <= 203.001))
    assert np.all(shown <= light + 1e-6)
    assert eetf(np.array(peak), peak) == pytest.approx(203)
    dark = light[light < 20]
    assert eetf(dark, peak) == pytest.approx(dark, rel=1e-6, abs=1e-6)


def test_grey_stays_grey_and_dark_stays_as_bright() -> None:
    for light in (0.5, 5.0, 50.0):
        shown = to_standard(light_to_pq(np.full(3, light)), hdr(PQ))
        assert np.ptp(shown) < 1e-6
        assert shown[0] == pytest.approx((light / 203) ** (1 / 2.4), rel=1e-3)
    assert to_standard(np.ones(3), hdr(PQ)) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("transfer", [PQ, HLG])
@given(rgb=st.tuples(UNIT, UNIT, UNIT))
def test_a_standard_colour_comes_back_as_itself_or_a_little_darker(transfer: int, rgb: tuple[float, ...]) -> None:
    """Below the knee nothing changes; above it white makes room for what is brighter than paper."""
    color = hdr(transfer)
    shown = to_standard(from_standard(np.array(rgb), color), color)
    dark = max(rgb) < 0.5
    assert shown == pytest.approx(np.array(rgb), abs=0.02 if dark else 0.12)


@pytest.mark.parametrize(
    ("light", "peak"),
    [
        pytest.param(None, 1000, id="nothing-said"),
        pytest.param(HdrLight(content=(2500, 400)), 2500, id="content"),
        pytest.param(HdrLight(luminance=(50, 40_000_000)), 4000, id="screen"),
        pytest.param(HdrLight(luminance=(50, 40_000_000), content=(600, 100)), 600, id="content-before-screen"),
        pytest.param(HdrLight(content=(60_000, 5)), 10_000, id="absurd"),
        pytest.param(HdrLight(content=(20, 5)), 203, id="darker-than-paper"),
    ],
)
def test_the_peak(light: HdrLight | None, peak: float) -> None:
    assert peak_of(hdr(PQ, light=light)) == peak
    assert peak_of(hdr(HLG, light=light)) == 1000


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_the_table_is_the_formula(transfer: int) -> None:
    draw = np.random.default_rng(3)
    grey = np.repeat(draw.random((64, 128, 1)), 3, axis=2)
    signal = np.concatenate([np.clip(grey + draw.normal(0, 0.03, grey.shape), 0, 1), draw.random((64, 128, 3))])
    picture = av.VideoFrame(128, 128, "gbrp16le")
    for plane, channel in zip(picture.planes, (1, 2, 0), strict=True):
        rows = np.frombuffer(memoryview(plane), np.uint16).reshape(128, -1)
        rows[:, :128] = np.rint(signal[..., channel] * 65535)
    picture.color_range = 2
    mapped = ToneMap(hdr(transfer)).map(picture)
    planes = [np.frombuffer(memoryview(plane), np.uint16).reshape(128, -1)[:, :128] for plane in mapped.planes]
    found = np.stack([planes[2], planes[0], planes[1]], axis=-1) / 65535
    error = np.abs(found - to_standard(signal, hdr(transfer))) * 255
    assert error.mean() < 0.3
    assert np.percentile(error, 98) < 5  # where a colour leaves BT.709 there is a bend that steps cannot follow
