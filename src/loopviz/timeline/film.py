"""A film from its shots: each function makes a timeline, or another of one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.errors import ConfigError
from loopviz.timeline.shots import stands_of
from loopviz.timeline.spec import Between, DrawOn, Loop
from loopviz.timeline.table import SCHEMA, Timeline, Words, rows

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
DRAWN_WITHIN = Fraction(2, 3)  # of a shot: then what was drawn is seen whole
CARD_FADE = Fraction(1, 2)  # seconds that the text of a card takes to come and to go


def spread(shots: pl.DataFrame, lengths: Numbers, words: Sequence[Words], frame_rate: Fraction) -> Timeline:
    """Return the film in which each shot stands for so many frames, at a constant rate.

    Args:
        shots: In the order in which they are shown; ``so_far`` counts them.
        lengths: The frames of each.
        words: What the panel says on each.
        frame_rate: Frames a second.
    """
    shot = np.repeat(np.arange(len(lengths)), lengths)
    frames = shots["frame"].to_numpy()[shot]
    said = pl.Series(words, dtype=SCHEMA["words"]).gather(shot)
    columns = {"pts": np.arange(len(shot)), "source_frame": frames, "label_frame": frames}
    return timed(rows({**columns, "words": said, "so_far": shots["so_far"].to_numpy()[shot]}), frame_rate)


def timed(frames: pl.DataFrame, frame_rate: Fraction) -> Timeline:
    """Return rows as a film of a constant rate that begins at 0."""
    numbered = frames.with_columns(pts=pl.int_range(frames.height, dtype=pl.Int64))
    return Timeline(numbered, 1 / frame_rate, frame_rate, frames.height)


def draw(film: Timeline, shots: pl.DataFrame, lengths: Numbers, how: DrawOn, between: Between) -> Timeline:
    """Return a film whose labels are drawn while they stand, in two thirds of a shot at most.

    Args:
        film: From ``spread``, of these shots and lengths.
        shots: What is shown. Where it is not known how long the work took its labels stand from the first.
        lengths: The frames of each shot.
        how: How long drawing takes.
        between: What happens between people: nobody draws on a picture that is still coming.
    """
    if how.seconds is not None:
        wanted = np.full(len(lengths), float(how.seconds * film.frame_rate))
    else:
        assert how.faster is not None  # noqa: S101 - it is one of the two
        wanted = shots["work_seconds"].fill_null(0.0).to_numpy() / float(how.faster) * float(film.frame_rate)
    waits, goes = _changing(stands_of(shots), lengths, between)
    most = np.floor((lengths - waits - goes) * float(DRAWN_WITHIN))
    needed = np.repeat(np.maximum(1.0, np.minimum(wanted, most)), lengths)
    share = np.clip((_places(lengths) - np.repeat(waits, lengths) + 1) / needed, 0.0, 1.0)
    share[np.repeat(wanted <= 0, lengths)] = 1.0
    return _with(film, drawn=share)


def work_on(film: Timeline, shots: pl.DataFrame, lengths: Numbers, worked: Numbers) -> Timeline:
    """Return a film that knows how much of the work on each frame has been done by then.

    Args:
        film: From ``spread``, of these shots and lengths.
        shots: What is shown. Where it is not known how long the work took, it is done from the first.
        lengths: The frames of each shot.
        worked: How many of these are its work; the others are held at its end.
    """
    share = np.minimum(1.0, (_places(lengths) + 1) / np.repeat(worked, lengths))
    share[np.repeat(shots["work_seconds"].fill_null(0.0).to_numpy() <= 0, lengths)] = 1.0
    return _with(film, worked=np.asarray(np.round(share, 6), np.float64))


def take_turns(film: Timeline, lengths: Numbers, turns: Numbers) -> Timeline:
    """Return a film that shows those who labelled a frame one after the other, each for an equal part of its shot.

    Args:
        film: From ``spread``, of shots of these lengths.
        lengths: The frames of each shot.
        turns: How many times others are shown on each.
    """
    turn = _places(lengths) * np.repeat(turns, lengths) // np.repeat(lengths, lengths)
    return _with(film, turn=pl.Series(turn, dtype=SCHEMA["turn"]))


def _changing(stands: Numbers, lengths: Numbers, between: Between) -> tuple[Numbers, Numbers]:
    """Return for how many frames of each shot its picture is still coming, and for how many it is going."""
    if between.kind != "dissolve":
        return 0 * lengths, 0 * lengths
    half = np.minimum(_half(_sizes(stands, lengths), between)[stands], lengths // 3)
    return np.where(np.diff(stands, prepend=-1), half, 0), np.where(np.diff(stands, append=-1), half, 0)


def _sizes(stands: Numbers, lengths: Numbers) -> Numbers:
    """Return the frames of each stand."""
    return np.bincount(stands, weights=lengths).astype(np.int64)


def _half(sizes: Numbers, between: Between) -> Numbers:
    """Return how many frames at each end of a stand belong to a change: half of it, a third of the stand at most."""
    return np.minimum(between.frames // 2, sizes // 3)


def _come_and_go(lengths: Numbers, change: Numbers) -> Floats:
    """Return how opaque each frame of some runs is that come and go, in so many frames at each end."""
    after, h = _places(lengths), np.repeat(change, lengths)
    nearest = np.minimum(after, np.repeat(lengths, lengths) - 1 - after)
    return np.where(nearest < h, ease((nearest + 1) / (h + 1)), 1.0)


def ease(share: Floats) -> Floats:
    """Return how far a change is, that begins and ends slowly: 3 t² − 2 t³ (smoothstep)."""
    t = np.clip(share, 0.0, 1.0)
    return np.asarray(t * t * (3 - 2 * t))


def join_people(film: Timeline, shots: pl.DataFrame, lengths: Numbers, between: Between) -> Timeline:
    """Return a film in which captions fade between people, or pictures dissolve while captions fade.

    Half of the frames are the person's who goes, half of the one who comes; of somebody who stands only briefly they
    are a third at most.
    """
    if between.kind == "cut":
        return film
    sizes = _sizes(stands_of(shots), lengths)
    half = _half(sizes, between)
    film = _with(film, caption_opacity=_come_and_go(sizes, half))
    return _dissolved(film, sizes, half) if between.kind == "dissolve" else film


def _dissolved(film: Timeline, sizes: Numbers, half: Numbers) -> Timeline:
    """Mix the last frames of each stand with the first of the next, and these with the last of the one before."""
    picture = film.frames["source_frame"].to_numpy()
    other, weight = np.full(len(film), -1, dtype=np.int64), np.zeros(len(film))
    for seam, h in zip(np.cumsum(sizes)[:-1].tolist(), np.minimum(half[:-1], half[1:]).tolist(), strict=True):
        share = ease(np.arange(1, 2 * h + 1) / (2 * h + 1))
        other[seam - h : seam], weight[seam - h : seam] = picture[seam], share[:h]
        other[seam : seam + h], weight[seam : seam + h] = picture[seam - 1], 1 - share[h:]
    mixed = pl.Series(other)
    return _with(film, mix_frame=mixed.set(mixed < 0, None), mix_weight=weight)


def with_cards(film: Timeline, start: Numbers, end: Numbers, first_of_end: int) -> Timeline:
    """Return a film with cards before it and after it; their text comes and goes softly.

    The last card before the film fades to show it.

    Args:
        film: The film.
        start: The frames of each card before it; their numbers begin at 0.
        end: The frames of each card after it.
        first_of_end: The number of the first of these.
    """
    parts = [film.frames]
    if len(start):
        fade = round(CARD_FADE * film.frame_rate)
        cards = _cards(film.frames[0], start, 0, fade)
        h = min(fade, int(start[-1]) // 3)
        shown = 1 - ease(np.arange(1, h + 1) / (h + 1))
        opaque = np.concatenate([np.ones(cards.height - h), shown])
        text = cards["text_opacity"].to_numpy().copy()
        text[len(text) - h :] = 1.0  # it goes with its card
        parts.insert(0, cards.with_columns(card_opacity=pl.Series(opaque), text_opacity=pl.Series(text)))
    if len(end):
        parts.append(_cards(film.frames[-1], end, first_of_end, round(CARD_FADE * film.frame_rate)))
    return timed(pl.concat(parts), film.frame_rate)


def _cards(beside: pl.DataFrame, lengths: Numbers, first: int, fade: int) -> pl.DataFrame:
    """Cards one after the other, over the row of the film that they stand beside."""
    last = np.maximum(1, np.repeat(lengths, lengths) - 1)
    return beside.select(pl.all().repeat_by(int(lengths.sum())).explode()).with_columns(
        card=pl.Series(np.repeat(first + np.arange(len(lengths)), lengths)),
        card_progress=pl.Series(_places(lengths) / last),
        card_opacity=pl.lit(1.0),
        text_opacity=pl.Series(_come_and_go(lengths, np.minimum(fade, lengths // 3))),
        caption_opacity=pl.lit(1.0),
    )


def there_and_back(film: Timeline) -> Timeline:
    """Return a film that goes on backwards to where it began; neither its first frame nor its last comes twice."""
    return timed(pl.concat([film.frames, film.frames[1:-1].reverse()]), film.frame_rate)


def close(film: Timeline, loop: Loop) -> Timeline:
    """Return a film whose end is cross-faded with its beginning, where its loop is of that kind.

    Args:
        film: With its cards, and as many frames more at its beginning as the cross-fade takes of it.
        loop: How its end meets its beginning.

    Raises:
        ConfigError: If the film is too short for that.
    """
    if loop.kind != "cross-fade":
        return film
    frames = round(loop.seconds * film.frame_rate)
    if 2 * frames >= len(film) or not frames:
        seconds = float((len(film) - frames) / film.frame_rate)
        raise ConfigError(
            "the film is too short for its loop",
            at="timeline.loop",
            found=f"cross-fade {float(loop.seconds):g}s, in a film of {seconds:g} s",
            expected=f"less than {seconds:g}s, and one frame at least",
        )
    head, rest = film.frames[:frames], film.frames[frames:]
    return timed(pl.concat([rest[:-frames], _crossed(rest[-frames:], head)]), film.frame_rate)


def _crossed(tail: pl.DataFrame, head: pl.DataFrame) -> pl.DataFrame:
    """Cross-fade two runs of rows of the same length: cards are laid over the other's picture, pictures are mixed."""
    share = ease(np.arange(1, tail.height + 1) / (tail.height + 1))
    made = []
    for went, came, w in zip(tail.iter_rows(named=True), head.iter_rows(named=True), share.tolist(), strict=True):
        near, own = (went, 1 - w) if w < 0.5 else (came, w)
        if went["card"] is not None and came["card"] is not None:
            made.append(near | {"text_opacity": near["text_opacity"] * abs(1 - 2 * w)})
        elif went["card"] is not None or came["card"] is not None:
            card, under, opacity = (went, came, 1 - w) if came["card"] is None else (came, went, w)
            over = {name: card[name] for name in ("card", "text_opacity", "card_progress")}
            made.append(under | over | {"card_opacity": card["card_opacity"] * opacity})
        else:
            other = came if near is went else went
            mix = {"mix_frame": other["source_frame"], "mix_weight": 1 - own}
            made.append(near | mix | {"caption_opacity": near["caption_opacity"] * abs(1 - 2 * w)})
    return pl.DataFrame(made, schema=tail.schema)


def _places(lengths: Numbers) -> Numbers:
    """Return, for each frame, its place in its run, from 0."""
    return np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _with(film: Timeline, **columns: Floats | pl.Series) -> Timeline:
    frames = film.frames.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    return Timeline(frames.select(film.frames.columns), film.time_base, film.frame_rate, film.end_pts, film.start)
