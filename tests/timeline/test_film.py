"""Films as tables: what each function does to the rows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from timeline.test_shots import shots

from loopviz.errors import ConfigError
from loopviz.timeline import Timeline
from loopviz.timeline.film import close, draw, join_people, spread, take_turns, there_and_back, with_cards, work_on
from loopviz.timeline.spec import Between, DrawOn, Loop

RATE = Fraction(30000, 1001)
CLIP = shots(frame=[4, 9, 2]).with_columns(so_far=pl.int_range(1, 4))


def film(*lengths: int) -> Timeline:
    return spread(CLIP[: len(lengths)], np.array(lengths), ["sentence", "full", "sentence"][: len(lengths)], RATE)


def column(timeline: Timeline, name: str) -> list[float]:
    return timeline.frames[name].to_list()


def test_spread():
    made = film(2, 1, 3)
    assert column(made, "source_frame") == column(made, "label_frame") == [4, 4, 9, 2, 2, 2]
    assert column(made, "words") == ["sentence", "sentence", "full", "sentence", "sentence", "sentence"]
    assert column(made, "so_far") == [1, 1, 2, 3, 3, 3]
    assert made.pts.tolist() == list(range(6))
    assert made.time_base == Fraction(1001, 30000)
    assert (made.end_pts, made.frame_rate) == (6, RATE)


def test_labels_are_drawn_within_their_time():
    made = draw(film(8, 3, 9), CLIP, np.array([8, 3, 9]), DrawOn(seconds=Fraction(4) / RATE), Between())
    assert column(made, "drawn") == [0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 0.5, 1, 1, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1]


def test_labels_are_drawn_in_the_time_of_the_work():
    worked = CLIP.with_columns(work_seconds=pl.Series([60.0, None, 600.0]))
    made = draw(film(8, 3, 9), worked, np.array([8, 3, 9]), DrawOn(faster=60 * RATE / 4), Between())
    assert column(made, "drawn")[:8] == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    assert column(made, "drawn")[8:11] == [1, 1, 1]  # not known how long it took
    assert column(made, "drawn")[11:] == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1, 1, 1])


def test_a_film_knows_how_much_of_the_work_has_been_done():
    worked = CLIP.with_columns(work_seconds=pl.Series([60.0, None, 600.0]))
    made = work_on(film(4, 2, 6), worked, np.array([4, 2, 6]), np.array([4, 2, 3]))  # the last is held
    assert column(made, "worked") == pytest.approx([0.25, 0.5, 0.75, 1, 1, 1, 1 / 3, 2 / 3, 1, 1, 1, 1], abs=1e-6)


def test_those_who_labelled_a_frame_take_turns():
    made = take_turns(film(4, 2, 7), np.array([4, 2, 7]), np.array([2, 1, 3]))
    assert column(made, "turn") == [0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 2, 2]
    assert column(film(4, 2, 7), "turn") == [0] * 13


def test_nobody_draws_on_a_picture_that_is_still_coming():
    how, between = DrawOn(seconds=Fraction(2) / RATE), Between("dissolve", 4)
    made = join_people(draw(film(9, 9, 9), CLIP, np.array([9, 9, 9]), how, between), CLIP, np.array([9, 9, 9]), between)
    assert column(made, "drawn") == [0, 0, 0.5, 1, 1, 1, 1, 1, 1] * 3
    assert made.frames[9:11]["mix_frame"].to_list() == [4, 4]


def test_a_cut_changes_nothing():
    made = film(2, 3, 2)
    assert join_people(made, CLIP, np.array([2, 3, 2]), Between()) is made


def test_captions_fade():
    made = join_people(film(6, 9, 6), CLIP, np.array([6, 9, 6]), Between("fade", 4))
    half = [pytest.approx(7 / 27), pytest.approx(20 / 27)]  # 3 t² − 2 t³ of 1/3 and 2/3
    assert column(made, "caption_opacity") == [
        *half,
        1,
        1,
        *half[::-1],
        *half,
        *[1] * 5,
        *half[::-1],
        *half,
        1,
        1,
        *half[::-1],
    ]
    assert made.frames["mix_frame"].null_count() == len(made)


def test_pictures_dissolve():
    made = join_people(film(6, 9, 6), CLIP, np.array([6, 9, 6]), Between("dissolve", 4))
    mixed = made.frames.with_row_index().filter(pl.col("mix_frame").is_not_null())
    assert mixed.select("index", "source_frame", "mix_frame").rows() == [
        *[(4, 4, 9), (5, 4, 9), (6, 9, 4), (7, 9, 4)],
        *[(13, 9, 2), (14, 9, 2), (15, 2, 9), (16, 2, 9)],
    ]
    weights = mixed["mix_weight"].to_list()
    assert weights[0] < weights[1] < 0.5
    assert weights[:2] == pytest.approx(weights[3:1:-1])  # what comes grows as what goes fades


@given(st.lists(st.integers(1, 20), min_size=1, max_size=3), st.integers(2, 40), st.sampled_from(["fade", "dissolve"]))
def test_no_dissolve_takes_a_person_whole(lengths: list[int], frames: int, kind: str):
    made = join_people(film(*lengths), CLIP[: len(lengths)], np.array(lengths), Between(kind, frames))  # type: ignore[arg-type]
    starts = np.cumsum([0, *lengths])
    for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        whole = made.frames[a:b].filter((pl.col("caption_opacity") == 1) & pl.col("mix_frame").is_null())
        assert whole.height * 3 >= b - a


def test_cards():
    made = with_cards(film(5), np.array([9]), np.array([9, 9]), 1)
    assert column(made, "card") == [*[0] * 9, *[None] * 5, *[1] * 9, *[2] * 9]
    assert made.pts.tolist() == list(range(32))
    opaque, text = column(made, "card_opacity"), column(made, "text_opacity")
    assert opaque[:6] == [1] * 6
    assert 1 > opaque[6] > opaque[7] > opaque[8] > 0  # the picture appears under the title
    assert 0 < text[0] < text[1] < text[2] < text[3] == 1
    assert opaque[14:] == [1] * 18
    assert text[20:23] == text[14:17][::-1]
    assert column(made, "card_progress")[14:23] == [i / 8 for i in range(9)]


def test_loops():
    made = film(2, 2)
    assert close(made, Loop()) is made
    assert column(there_and_back(film(2, 2, 1)), "source_frame") == [4, 4, 9, 9, 2, 9, 9, 4]
    for length in (1, 2):
        assert len(there_and_back(film(length))) == length


def test_a_cross_fade():
    made = close(film(4, 4, 4), Loop("cross-fade", 3 / RATE))
    assert column(made, "source_frame") == [4, 9, 9, 9, 9, 2, 2, 4, 4]  # the last is nearly the one before the first
    assert column(made, "mix_frame")[6:] == [4, 2, 2]
    assert made.frames["mix_frame"][:6].null_count() == 6
    opacity = column(made, "caption_opacity")[6:]
    assert opacity[1] == pytest.approx(0)
    assert opacity[0] == pytest.approx(opacity[2])
    assert 0 < opacity[0] < 1


def test_a_cross_fade_lays_cards_over_pictures():
    made = close(with_cards(film(9), np.zeros(0, np.int64), np.array([6]), 0), Loop("cross-fade", 3 / RATE))
    last = made.frames[-3:]
    assert last["card"].to_list() == [0, 0, 0]
    assert last["source_frame"].to_list() == [4, 4, 4]
    assert last["mix_frame"].null_count() == 3
    assert last["card_opacity"].is_sorted(descending=True)


@pytest.mark.parametrize("frames", [96, 12, Fraction(1, 100)], ids=["long", "all of it", "no frame"])
def test_a_loop_longer_than_its_film(frames: Fraction):
    with pytest.raises(ConfigError, match=r"less than 0\.4004s"):
        close(film(6 + round(frames), 6), Loop("cross-fade", frames / RATE))


LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=6)
BETWEEN = st.sampled_from([Between(), Between("fade", 6), Between("dissolve", 2), Between("dissolve", 30)])
LOOPS = st.sampled_from([Loop(), Loop("ping-pong"), Loop("hold", 7 / RATE), Loop("cross-fade", 3 / RATE)])
DRAWN = st.sampled_from([DrawOn(seconds=5 / RATE), DrawOn(faster=Fraction(60))])
CARDS = st.lists(st.integers(1, 20), max_size=3).map(lambda frames: np.array(frames, dtype=np.int64))


@given(LENGTHS, BETWEEN, LOOPS, DRAWN, CARDS, CARDS)
def test_whatever_is_asked_for_everybody_is_seen(
    lengths: list[int], between: Between, loop: Loop, how: DrawOn, start: np.ndarray, end: np.ndarray
):
    """A film is a film: times ascend by one, shares are shares, and who stands for some frames is seen whole once."""
    count = len(lengths)
    clip = shots(frame=list(range(count)), work_seconds=[60.0] * count).with_columns(so_far=pl.int_range(1, count + 1))
    frames = np.array(lengths)
    made = spread(clip, frames, ["full"] * count, RATE)
    made = join_people(draw(made, clip, frames, how, between), clip, frames, between)
    made = with_cards(made, start, end, len(start))
    if loop.kind == "cross-fade" and len(made) <= 6:
        return
    looped = close(made, loop)
    assert np.array_equal(looped.pts, np.arange(len(looped)))
    assert looped.end_pts == len(looped)
    taken = 3 if loop.kind == "cross-fade" else 0
    assert len(looped) >= len(made) - taken
    whole = looped.frames.filter(
        (pl.col("caption_opacity") == 1)
        & (pl.col("drawn") == 1)
        & pl.col("mix_frame").is_null()
        & pl.col("card").is_null()
    )
    long = {number for number, frames_of_it in enumerate(lengths) if frames_of_it > 6 + 2 * taken}
    assert long <= set(whole["label_frame"])
    assert set(looped.frames["so_far"]) <= set(range(1, count + 1))
