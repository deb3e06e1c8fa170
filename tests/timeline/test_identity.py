from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from support import make_clip

from loopviz.errors import ConfigError
from loopviz.media import Source, open_source
from loopviz.timeline import Shown, Timeline, has_source_time, identity_timeline, part

UNEVEN = [0, 50, 100, 175, 200, 250, 300, 400, 450, 500, 550, 600]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    clip = tmp_path_factory.mktemp("timeline") / "clip.mkv"
    with open_source(make_clip(clip, 12, (66, 48), pts=UNEVEN, time_base=Fraction(1, 1000))) as opened:
        yield opened


def test_the_identity_is_the_source(source: Source):
    film = identity_timeline(source)
    np.testing.assert_array_equal(film.pts, source.pts)
    assert (film.time_base, film.frame_rate) == (source.info.time_base, source.info.frame_rate)
    assert (film.end_pts, film.numbers) == (source.end_pts, range(12))
    assert list(film.runs()) == [(Shown(i, i, so_far=i + 1), [pts]) for i, pts in enumerate(source.pts.tolist())]


@pytest.mark.parametrize("frames", [range(12), range(3, 9), range(3, 4), range(9, 12)], ids=str)
def test_a_part_keeps_times_and_numbers(source: Source, frames: range):
    film = part(identity_timeline(source), frames)
    assert film.numbers == frames
    assert film.pts.tolist() == source.pts[frames.start : frames.stop].tolist()
    assert film.end_pts == [*source.pts, source.end_pts][frames.stop]
    assert film.frames["source_frame"].to_list() == list(frames)


def test_a_part_of_a_part(source: Source):
    whole = identity_timeline(source)
    film = part(part(whole, range(2, 10)), range(4, 7))
    assert film.frames.equals(part(whole, range(4, 7)).frames)
    assert (film.numbers, film.end_pts) == (range(4, 7), source.pts[7])


@pytest.mark.parametrize("frames", [range(0), range(7, 3), range(13), range(-1, 3), range(0, 12, 2)], ids=str)
def test_a_part_that_is_not_there_is_refused(source: Source, frames: range):
    with pytest.raises(ConfigError, match="expected a part of 0:12"):
        part(identity_timeline(source), frames)
    with pytest.raises(ConfigError, match="expected a part of 3:9"):
        part(part(identity_timeline(source), range(3, 9)), range(2, 5))


def changed(film: Timeline, end: int | None = None, **columns: pl.Expr) -> Timeline:
    frames = film.frames.with_columns(**columns)
    return Timeline(frames, film.time_base, film.frame_rate, film.end_pts if end is None else end)


def test_what_has_the_sources_time(source: Source):
    whole = identity_timeline(source)
    assert has_source_time(whole, source)
    assert has_source_time(part(whole, range(3, 9)), source)
    assert has_source_time(changed(whole, label_frame=pl.lit(0, pl.Int64())), source)  # the pictures are what counts


@pytest.mark.parametrize(
    "film",
    [
        pytest.param(lambda w: changed(w, pts=pl.col("pts") + 1, end=w.end_pts + 1), id="later"),
        pytest.param(lambda w: changed(w, pts=pl.col("pts") * 2, end=w.end_pts * 2), id="slower"),
        pytest.param(lambda w: changed(w, source_frame=pl.col("source_frame").reverse()), id="backwards"),
        pytest.param(lambda w: changed(w, source_frame=pl.col("source_frame") // 2), id="each frame twice"),
        pytest.param(lambda w: changed(w, end=w.end_pts + 1), id="the last frame stands longer"),
        pytest.param(lambda w: changed(w, source_frame=pl.col("source_frame") + 1), id="a frame that is not there"),
        pytest.param(lambda w: Timeline(w.frames, w.time_base / 2, w.frame_rate, w.end_pts), id="another clock"),
    ],
)
def test_what_has_not(source: Source, film: Callable[[Timeline], Timeline]):
    assert not has_source_time(film(identity_timeline(source)), source)
