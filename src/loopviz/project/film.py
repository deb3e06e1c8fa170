"""The film of a project: its section ``timeline``, its people and its source become a Timeline and cards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.dataset import Dataset
from loopviz.durations import parse_duration
from loopviz.errors import ConfigError
from loopviz.media import Source
from loopviz.paths import natural_key
from loopviz.project.frame_ranges import frame_starts, parse_range
from loopviz.project.timeline_config import CardConfig, TimelineConfig
from loopviz.scene import Card, Person, Scene, SceneOptions, View
from loopviz.scene.caption import Accounts, Figure
from loopviz.scene.templates import askable, clean, clock, duration, fill, money
from loopviz.scene.theme import Theme
from loopviz.timeline import Timeline
from loopviz.timeline.film import (
    close,
    draw,
    join_people,
    spread,
    take_turns,
    there_and_back,
    timed,
    with_cards,
    work_on,
)
from loopviz.timeline.pace import Paced, frames_of_shots, portraits_of, shared, words_of
from loopviz.timeline.shots import arrange, choose, shots_of
from loopviz.timeline.spec import Rhythm, parse_between, parse_draw_on, parse_loop, parse_pace, parse_show
from loopviz.wording import counted

Numbers = npt.NDArray[np.int64]
NO_CARDS: Numbers = np.zeros(0, dtype=np.int64)
MOST_FRAMES = 4_000_000  # of a film: two days of 24 a second, and all of them are in memory as a table
LISTED = 8  # frames, where none was met
CREDITS = "This film was labelled by"


@dataclass(frozen=True, eq=False)
class Film:
    """What a film shows, before it is known how long.

    Attributes:
        config: What the project says of its time.
        shots: What is shown, in order; see ``loopviz.timeline.shots``. ``so_far`` counts them.
        source: The pictures.
        rhythm: What is said of whom.
    """

    config: TimelineConfig
    shots: pl.DataFrame
    source: Source
    rhythm: Rhythm

    def scene_options(self, options: SceneOptions, cards: tuple[Card, ...]) -> SceneOptions:
        """Return a scene's options with what the film adds."""
        words = tuple(dict.fromkeys((self.rhythm.beat, self.rhythm.portrait)))
        order = tuple(self.shots["frame"].to_list())
        return dataclasses.replace(options, order=order, words=words, cards=cards)

    def timeline(self, scene: Scene, frames: range | None = None) -> Timeline:
        """Return what plays when.

        Args:
            scene: The scene, whose captions are read and whose cards have pages.
            frames: Only what is in this range of the source: a part, without cards, and without the loop's own frames.

        Raises:
            ConfigError: If the film would be too short for what it shows, or nothing is left of it.
        """
        config, shots = self.config, self._within(frames).with_columns(of_frame=pl.lit(scene.speaks_of_frames))
        paced, words = self.paced(scene, shots), words_of(shots, self.rhythm)
        pace, loop = parse_pace(config.pace), parse_loop(config.loop)
        lengths = frames_of_shots(paced, pace)
        worked = lengths.copy()
        whole, between = frames is None, parse_between(config.between)
        more = round(loop.seconds * paced.frame_rate) if whole else 0
        taken = more if loop.kind == "cross-fade" else 0
        if config.start is None:
            lengths[0] += taken  # what the loop takes of the beginning is given to it before
        lengths[-1] += more - taken  # what is held
        start, end = self._card_frames(scene, paced.frame_rate, taken) if whole else (NO_CARDS, NO_CARDS)
        _check_length(sum(map(int, (lengths.sum(), start.sum(), end.sum()))), paced.frame_rate)
        film = spread(shots, lengths, words, paced.frame_rate)
        if config.draw_on is not None:
            film = draw(film, shots, lengths, parse_draw_on(config.draw_on), between)
        if pace.kind == "work":
            film = work_on(film, shots, lengths, worked)
        turns = np.array([scene.turns(frame) for frame in shots["frame"].to_list()], dtype=np.int64)
        if turns.max() > 1:
            film = take_turns(film, lengths, turns)
        film = join_people(film, shots, lengths, between)
        if not whole:
            return film
        played = there_and_back(film) if loop.kind == "ping-pong" else film  # cards are no part of that
        return close(with_cards(played, start, end, len(start)), loop)

    def cards_alone(self, scene: Scene) -> Timeline:
        """Return the cards that stand after the film, without it."""
        rate = self.config.frame_rate or self.source.info.frame_rate
        one = spread(self.shots[:1], np.ones(1, dtype=np.int64), ["full"], rate)
        start, end = self._card_frames(scene, rate, 0)
        return timed(with_cards(one, NO_CARDS, end, len(start)).frames.slice(1), rate)

    def _within(self, frames: range | None) -> pl.DataFrame:
        if frames is None:
            return self.shots
        shots = self.shots.filter(pl.col("frame").is_between(frames.start, frames.stop - 1))
        if not shots.height:
            shown = self.shots["frame"].sort().head(LISTED).to_list()
            raise ConfigError(
                "the film shows no frame of this range",
                at="range",
                found=f"{frames.start}:{frames.stop}",
                expected=f"one of its {self.shots.height} frames: {', '.join(map(str, shown))}, …",
            )
        return shots

    def paced(self, scene: Scene, shots: pl.DataFrame) -> Paced:
        """Return what decides how long some shots stand."""
        words = words_of(shots, self.rhythm)
        seen = zip(shots["frame"].to_list(), words, shots["so_far"].to_list(), strict=True)
        texts = [" ".join(scene.said(View(frame, said, so_far=so_far))) for frame, said, so_far in seen]
        info = self.source.info
        lasts = np.diff([*self.source.pts.tolist(), self.source.end_pts])[shots["frame"].to_numpy()]
        seconds = [int(units) * info.time_base for units in lasts]
        rate = self.config.frame_rate or info.frame_rate
        return Paced(shots, texts, portraits_of(shots, self.rhythm), seconds, rate)

    def _card_frames(self, scene: Scene, rate: Fraction, taken: int) -> tuple[Numbers, Numbers]:
        """Return the frames of each card before the film, the loop's own included, and of each after it."""
        given = [card for card in (self.config.start, self.config.end) if card is not None]
        lengths = {
            id(card): shared(max(pages, round(parse_duration(card.seconds) * rate)), pages)
            for card, pages in zip(given, scene.card_pages, strict=True)
        }
        start, end = (lengths.get(id(card), NO_CARDS) for card in (self.config.start, self.config.end))
        start[:1] += taken
        return start, end


def film_of(config: TimelineConfig, dataset: Dataset, source: Source) -> Film:
    """Return what a film shows, and in which order.

    Args:
        config: What the project says of its time.
        dataset: Labels and people that may be shown, on the source's frames.
        source: The pictures.

    Raises:
        ConfigError: If nothing is shown so, or it cannot be put in such an order.
    """
    show, starts = parse_show(config.show), frame_starts(source)
    ranges = [parse_range(text, starts, at="timeline.show") for text in show.ranges]
    shots = arrange(choose(shots_of(dataset), show, config.seed, ranges), config.order, config.seed)
    given = config.rhythm
    rhythm = Rhythm() if given is None else Rhythm(given.beat, given.portrait, given.every)
    return Film(config, shots.with_columns(so_far=pl.int_range(1, pl.len() + 1)), source, rhythm)


def cards_of(
    config: TimelineConfig, dataset: Dataset, theme: Theme, taught: Mapping[str, int] | None = None
) -> tuple[Card, ...]:
    """Return the cards before and after a film.

    Args:
        config: What the project says of them.
        dataset: Everybody who may be named, by the names that they may be called.
        theme: What says on screen that data are simulated.
        taught: By id, how many of a model's detections resemble most what somebody drew.
    """
    given = [card for card in (config.start, config.end) if card is not None]
    if not given:
        return ()
    from loopviz.crowd.ledger.account import ledger  # here: most films have no cards

    accounts = Accounts(*ledger(dataset).by_name())
    simulated = bool(dataset.workers["simulated"].fill_null(value=False).any())
    note = clean(theme.caption.simulated) if simulated else ""
    places = [name for name in ("start", "end") if getattr(config, name) is not None]
    return tuple(
        _card(card, f"timeline.{place}", dataset, accounts, note, taught or {})
        for place, card in zip(places, given, strict=True)
    )


def _card(
    config: CardConfig, at: str, dataset: Dataset, accounts: Accounts, note: str, taught: Mapping[str, int]
) -> Card:
    count, frames = int(accounts.everyone.get("people") or 0), dataset.frames.height
    context = {"everyone": askable(accounts.everyone), "frame": askable({"index": 0, "count": frames})}
    title = counted(count, "person", "people") if count else counted(frames, "frame")
    usual = CREDITS if config.credits else title
    said = None if config.heading is None else _filled(config.heading, context, f"{at}.heading")
    heading = usual if said is None else said
    text = _filled(config.text or "", context, f"{at}.text") or ""
    if config.credits is None:
        return Card("text", heading, text, note=note)
    if not count:
        raise ConfigError(
            "nobody is known who could be thanked",
            at=f"{at}.credits",
            expected="labels that say who made them, and somebody who agreed; or 'card: title' with a text of your own",
        )
    people = _people(dataset, accounts.people, config.beside)
    if config.order == "taught_by":
        people.sort(key=lambda person: -taught.get(person.worker_id, 0))  # equals stay in the order of their names
    return Card(config.credits, heading, text, tuple(people), tuple(account_figures(accounts.everyone)), note)


def _filled(template: str, context: Mapping[str, Any], at: str) -> str | None:
    """Return what a card's template says; None if it asks for what is not known of this work."""
    try:
        return fill(template, context)
    except ConfigError as error:
        expected = error.expected if "filter" in error.problem else "everyone.people and its like, or frame.count"
        raise ConfigError(error.problem.replace("caption ", ""), at=at, found=template, expected=expected) from error


def _people(dataset: Dataset, accounts: Mapping[str, Mapping[str, Any]], beside: str) -> list[Person]:
    """Everybody whose work is in a Dataset, once, by name; nobody where names are hidden."""
    worked = dataset.workers.join(dataset.assignments.select("worker_id").unique(), on="worker_id", how="semi")
    named = worked.filter(pl.col("alias").is_not_null()).select("worker_id", "alias").iter_rows()
    people = [Person(clean(alias), _beside(accounts.get(worker, {}), beside), worker) for worker, alias in named]
    return sorted(people, key=lambda person: natural_key(person.name))


def _beside(account: Mapping[str, Any], beside: str) -> str:
    value = account.get({"time": "seconds", "pay": "paid_usd"}.get(beside, ""))
    return "" if value is None else clock(value) if beside == "time" else money(value)


def account_figures(everyone: Mapping[str, float | None]) -> list[Figure]:
    """Return what all the work comes to, as far as it is known: of pay nothing where no task was decided on."""
    people, approved, rejected = (int(everyone.get(name) or 0) for name in ("people", "approved", "rejected"))
    said: list[tuple[str, Callable[[float], str], str]] = [
        ("people", "{:,.0f}".format, "person" if people == 1 else "people"),
        ("seconds", duration, "of work"),
    ]
    if approved or rejected:
        said.append(("paid_usd", money, f"paid for {counted(approved, 'task')}"))
    if rejected:
        said.append(("unpaid_usd", money, f"withheld for {counted(rejected, 'rejected one')}"))
    return [Figure(form(value), label) for name, form, label in said if (value := everyone.get(name)) is not None]


def _check_length(frames: int, rate: Fraction) -> None:
    if frames > MOST_FRAMES:
        raise ConfigError(
            "the film would be too long",
            at="timeline",
            found=f"{frames:,} frames",
            expected=f"at most {MOST_FRAMES:,}, which are {float(MOST_FRAMES / rate / 3600):.1f} hours",
            remedy="--repeat-for plays a shorter one again and again.",
        )
