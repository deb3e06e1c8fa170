"""Films in a row: the right frame at every place, and exact lengths."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.timeline.row import in_a_row, placed
from loopviz.timeline.table import Timeline, rows


def film(count: int, rate: Fraction = Fraction(24), *, clock: Fraction | None = None, zero: int = 0) -> Timeline:
    """A film of a constant rate, on its own clock or on a coarser one, which rounds its times."""
    base = clock or 1 / rate
    pts = [zero + round(place / rate / base) for place in range(count + 1)]
    frames = rows({"pts": pts[:-1], "source_frame": np.arange(count), "label_frame": np.arange(count)})
    return Timeline(frames, base, rate, pts[-1])


def shown(line: Timeline) -> list[int]:
    return line.frames["source_frame"].to_list()


CASES = {
    "as it is": (film(6), {}, [0, 1, 2, 3, 4, 5]),
    "twice as fast": (film(6), {"speed": Fraction(2)}, [0, 2, 4]),
    "half as fast": (film(3), {"speed": Fraction(1, 2)}, [0, 0, 1, 1, 2, 2]),
    "three times as fast": (film(7), {"speed": Fraction(3)}, [0, 3]),
    "held": (film(2), {"hold": 3}, [0, 1, 1, 1, 1]),
    "of a faster film": (film(10, Fraction(60)), {}, [0, 3, 5, 8]),
    "of a slower film": (film(3, Fraction(12)), {}, [0, 0, 1, 1, 2, 2]),
    "less than a frame": (film(1, Fraction(1000)), {}, [0]),
    "on a clock of milliseconds": (film(48, clock=Fraction(1, 1000), zero=7), {}, list(range(48))),
    "of NTSC": (film(30, Fraction(24000, 1001), clock=Fraction(1, 90000)), {}, list(range(30))),
}


@pytest.mark.parametrize("case", CASES)
def test_a_clip_shows_its_frames_at_the_films_rate(case: str):
    given_film, how, wanted = CASES[case]
    line = placed(given_film, Fraction(24), 100, **how)  # type: ignore[arg-type]
    assert shown(line) == wanted
    assert line.numbers == range(100, 100 + len(wanted))
    assert line.pts.tolist() == list(line.numbers)
    assert line.end_pts == 100 + len(wanted)


@given(st.integers(1, 200), st.sampled_from([24, 25, 30, 48, 60]), st.fractions(Fraction(1, 20), 20))
def test_a_clip_lasts_as_long_as_it_should_and_never_goes_back(count: int, rate: int, speed: Fraction):
    line = placed(film(count, Fraction(rate)), Fraction(25), speed=speed)
    frames = shown(line)
    assert abs(len(line) - count / rate / speed * 25) <= max(Fraction(1, 2), 1)
    assert frames == sorted(frames)
    assert frames[0] == 0 or speed > 1
    assert frames[-1] < count


def test_clips_in_a_row_are_one_film_that_counts_its_own_frames():
    one, two = placed(film(4), Fraction(24)), placed(film(5), Fraction(24), 4)
    row = in_a_row([one, two])
    assert shown(row) == list(range(9)) == row.pts.tolist()
    assert row.frames["label_frame"].to_list() == [0, 1, 2, 3, 0, 1, 2, 3, 4]
    mixed = in_a_row([one, placed(film(5), Fraction(24), 2)])
    assert mixed.frames["label_frame"].to_list() == [0, 1, 0, 1, 2, 3, 4]
