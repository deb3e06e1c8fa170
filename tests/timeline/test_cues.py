from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.timeline import Timeline
from loopviz.timeline.cues import CUES, cues
from loopviz.timeline.table import rows


def film(**columns: list[object]) -> Timeline:
    count = len(columns["label_frame"])
    given_ = {"pts": list(range(5, 5 + 2 * count, 2)), "source_frame": columns["label_frame"], **columns}
    return Timeline(rows(given_), Fraction(1, 50), Fraction(25), 5 + 2 * count)


def test_a_cue_lasts_as_long_as_its_words():
    found = cues(film(label_frame=[3, 3, 4, 4, 4, 3], words=["full", "full", "full", "sentence", "sentence", "full"]))
    assert found.schema == CUES
    assert found.select("first", "frames", "start_pts", "end_pts", "label_frame", "words").rows() == [
        (0, 2, 0, 4, 3, "full"),
        (2, 1, 4, 6, 4, "full"),
        (3, 2, 6, 10, 4, "sentence"),
        (5, 1, 10, 12, 3, "full"),
    ]


def test_what_is_under_a_card_is_not_read():
    found = cues(film(label_frame=[3, 4, 4, 4], card=[0, 0, 1, None]))
    assert found.select("first", "frames", "card").rows() == [(0, 2, 0), (2, 1, 1), (3, 1, None)]


@pytest.mark.parametrize("column", ["caption_opacity", "drawn", "mix_weight", "text_opacity"])
def test_what_fades_is_the_same_text(column: str):
    assert cues(film(label_frame=[3, 3, 3], **{column: [0.2, 0.5, 1.0]})).height == 1


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40))
def test_cues_are_all_frames_once(frames: list[int]):
    found = cues(film(label_frame=list(frames)))
    assert found["frames"].sum() == len(frames)
    assert found["first"].to_list() == (found["frames"].cum_sum() - found["frames"]).to_list()
    assert found["start_pts"].to_list()[1:] == found["end_pts"].to_list()[:-1]
    assert found.select((pl.col("label_frame").diff() != 0).fill_null(value=True).all()).item()
