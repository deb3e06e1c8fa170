from __future__ import annotations

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.media.samples import (
    SampleForm,
    bridged,
    encode_samples,
    exactly,
    faded,
    last_samples,
    packet_samples,
    read_samples,
    regrouped,
)

FORM = SampleForm(48_000, 1)
SECOND = np.sin(2 * np.pi * 440 * np.arange(48_000, dtype=np.float32) / 48_000)[:, None] / 2


def blocks(samples, *lengths):
    return iter(np.split(samples, np.cumsum(lengths)))


def whole(parts):
    made = list(parts)
    return np.concatenate(made) if made else SECOND[:0]


@given(st.lists(st.integers(0, 3000), max_size=9), st.integers(0, 12_000))
def test_a_stream_has_the_length_that_was_asked_for(lengths, length):
    given_ = SECOND[: sum(lengths)]
    made = whole(exactly(blocks(given_, *lengths), length, FORM))
    assert made.shape == (length, 1)
    kept = min(len(given_), length) - (480 if len(given_) < length else 0)
    assert np.array_equal(made[: max(0, kept)], given_[: max(0, kept)])
    assert not made[len(given_) :].any()


def test_sound_that_stops_early_fades_before_the_silence():
    made = whole(exactly([np.ones((1000, 1), np.float32)], 2000, FORM))[:, 0]
    assert np.abs(np.diff(made)).max() < 0.01


@given(st.lists(st.integers(0, 2000), max_size=9), st.integers(1, 1500))
def test_regrouping_keeps_every_sample(lengths, length):
    given_ = SECOND[: sum(lengths)]
    groups = list(regrouped(blocks(given_, *lengths), length))
    assert [len(group) for group in groups[:-1]] == [length] * (len(groups) - 1)
    assert sum(map(len, groups)) == len(given_)
    assert not groups or np.array_equal(whole(groups), given_)


def test_sound_that_runs_on_is_joined_untouched():
    hum, noise = SECOND, np.random.default_rng(3).normal(0, 0.1, (48_000, 1)).astype(np.float32)
    for sound in (hum, noise, np.zeros_like(hum)):
        assert np.array_equal(
            whole(bridged([blocks(sound, 700, 5000), [sound], [sound]], FORM)), np.tile(sound, (3, 1))
        )


@pytest.mark.parametrize("form", [FORM, SampleForm(44_100, 2)], ids=["mono", "stereo"])
def test_a_jump_from_one_stream_to_the_next_becomes_a_slope(form):
    low = np.full((form.rate, form.channels), -0.4, np.float32)
    high = np.full((form.rate, form.channels), 0.6, np.float32)
    made = whole(bridged([blocks(low, 40_000), blocks(high, 100, 3000)], form))
    assert made.shape == (2 * form.rate, form.channels)
    assert np.abs(np.diff(made, axis=0)).max() < 0.01
    around = form.rate // 100
    assert np.array_equal(made[: form.rate - around], low[around:])
    assert np.array_equal(made[form.rate + around :], high[around:])


@pytest.mark.parametrize("lengths", [(0, 5), (1, 1), (5, 0), (3, 700)])
def test_streams_of_a_few_samples_are_joined_too(lengths):
    parts = [SECOND[:length] for length in lengths]
    assert len(whole(bridged(([part] for part in parts), FORM))) == sum(lengths)


def test_fades():
    ones = np.ones((48_000, 1), np.float32)
    made = whole(faded(blocks(ones, 777, 9000), 48_000, FORM, begin=0.25, end=0.5))[:, 0]
    assert made[0] == 0 and made[6000] == 0.5 and made[12_000] == made[24_000] == 1 and made[36_000] == 0.5
    assert made[-1] < 1e-4 and np.abs(np.diff(made)).max() < 1e-4
    assert np.array_equal(whole(faded(blocks(ones, 100), 48_000, FORM, begin=0, end=0)), ones)


def test_the_end_of_a_stream():
    assert np.array_equal(last_samples(blocks(SECOND, 1, 20_000, 30), 500, FORM), SECOND[-500:])
    assert len(last_samples(blocks(SECOND, 5), 0, FORM)) == 0


@pytest.mark.parametrize(
    ("encoder", "packet", "loss"),
    [("aac", 1024, 0.05), ("libopus", 960, 0.05), ("pcm_s16le", 0, 2**-15), ("pcm_s24le", 0, 1e-6)],
)
def test_what_is_encoded_is_read_again_at_its_place(tmp_path, encoder, packet, loss):
    encode_samples(blocks(SECOND, 7, 10_000), tmp_path / "sound.nut", encoder, FORM, begin=1 << 20)
    assert packet_samples(encoder, FORM) == packet
    with av.open(str(tmp_path / "sound.nut")) as container:
        stream = container.streams.audio[0]
        first = next(container.demux(stream))
        delay = (1 << 20) - round(first.pts * first.time_base * 48_000)
    zero = (1 << 20) * first.time_base if not delay else first.pts * first.time_base
    made = whole(read_samples(tmp_path / "sound.nut", 0, FORM, zero=zero))[delay : delay + 48_000]
    settled = slice(24_000, 40_000)  # FFmpeg's AAC begins badly
    assert np.abs(made[settled] - SECOND[settled]).max() < loss
