"""Whose response it is: the column of a survey that holds workers' ids, or the codes that they handed in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from loopviz.crowd.answers.join_report import Found
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, InputError
from loopviz.formats.survey.column_names import is_code, is_worker_key
from loopviz.formats.survey.read import Survey
from loopviz.mentions import looks_like_an_id
from loopviz.paths import folded, id_key

_PIECE = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Whose:
    """The key, and for every response the worker, or None; ``given`` holds what stood in the key, or None."""

    key: str
    how: Found
    workers: tuple[str | None, ...]
    given: tuple[str | None, ...]
    shared: frozenset[str] = field(default_factory=frozenset)


def find_whose(dataset: Dataset, survey: Survey, key: str | None, codes: pl.DataFrame | None) -> Whose:
    """Find out whose each response is.

    A key that is named is believed. Else a column whose name says so, if any worker's id stands in it; else the column
    in which most workers' ids stand; else the one that holds most of the codes that workers handed in with their work;
    else one whose name says so, although nobody in it worked here. Where no name says so, at least half of what stands
    in the column must be ids or codes: one answer that happens to be an id makes no key. In the
    key that was found an id may stand among words, ``my id is A1…``.

    Raises:
        ConfigError: If the named key is no column of the survey.
        InputError: If no column can be told to be the key.
    """
    people = KnownWorkers.of(dataset.workers["worker_id"].to_list())
    whose = _find(survey, key or survey.key, people, codes_of(codes))
    among = [None if cell in whose.shared else people.among_words(cell) for cell in whose.given]
    return replace(whose, workers=tuple(w or a for w, a in zip(whose.workers, among, strict=True)))


def _find(survey: Survey, named: str | None, people: KnownWorkers, known: dict[str, set[str]]) -> Whose:
    if named is not None:
        if named not in survey.responses.columns:
            expected = ", ".join(survey.keys)
            raise ConfigError("the survey has no such column", file=survey.path, found=named, expected=expected)
        by_id = _whose(survey, named, "named", people)
        by_code = _by_code(survey, named, "named", known)
        return max(by_id, by_code, key=_overlap)
    by_name = [_whose(survey, k, "by name", people) for k in survey.keys if is_worker_key(k)]
    others = (_whose(survey, k, "by overlap", people) for k in survey.keys if not is_worker_key(k))
    coded = (_by_code(survey, k, "by code", known) for k in survey.keys)
    ways: tuple[Iterable[Whose], ...] = (by_name, filter(_is_mostly, others), filter(_is_mostly, coded))
    for candidates in ways:
        best = max(candidates, key=_overlap, default=None)
        if best is not None and _overlap(best):
            return best
    filled = [whose for whose in by_name if any(whose.given) or not whose.given]
    if filled:
        return filled[0]  # its people did not work here
    remedy = "Name the column that says who answered with --key (crowd: key), or give the batches with the codes that "
    remedy += "stand in the survey."
    expected = "one in which most cells are workers' ids, or codes that they handed in"
    raise InputError(
        "no column holds the ids of workers in the dataset", file=survey.path, expected=expected, remedy=remedy
    )


def shared_codes(codes: pl.DataFrame | None) -> tuple[str, ...]:
    """Return the codes that several workers handed in, of the columns whose names say that they hold codes."""
    if codes is None:
        return ()
    named = [column for column in codes["column"].unique() if is_code(column)]
    people = codes_of(codes.filter(pl.col("column").is_in(named)))
    return tuple(sorted(code for code, workers in people.items() if len(workers) > 1))


def codes_of(codes: pl.DataFrame | None) -> dict[str, set[str]]:
    """Return the workers who handed in each value of a batch's answers."""
    people: dict[str, set[str]] = {}
    if codes is not None:
        for value, worker in codes.select("value", "worker_id").drop_nulls().iter_rows():
            people.setdefault(folded(value).strip(), set()).add(worker)
    return people


@dataclass(frozen=True)
class KnownWorkers:
    """Workers' ids, and how to find one that somebody typed or pasted, as ``id_key`` has it."""

    ids: frozenset[str]
    folded: dict[str, str]

    @classmethod
    def of(cls, ids: Sequence[str]) -> KnownWorkers:
        """Return the ids ready to be looked up; two that differ only in capitals are told apart by them."""
        alike = Counter(map(id_key, ids))
        return cls(frozenset(ids), {id_key(i): i for i in ids if alike[id_key(i)] == 1})

    def find(self, typed: str | None) -> str | None:
        """Return the worker that a cell names, or None."""
        text = folded(typed or "").strip()
        return text if text in self.ids else self.folded.get(id_key(text))

    def among_words(self, typed: str | None) -> str | None:
        """Return the one worker whose id stands in a cell among other words, or with blanks in it, or None.

        Only an id of a platform's form is looked for: a short one may be a word.
        """
        text = id_key(typed or "")
        pieces = {*_PIECE.findall(text), "".join(text.split())}
        found = {self.folded[piece] for piece in pieces if piece in self.folded}
        named = [worker for worker in found if looks_like_an_id(worker)]
        return named[0] if len(named) == 1 else None


def _whose(survey: Survey, key: str, how: Found, people: KnownWorkers) -> Whose:
    given = _cells(survey, key)
    return Whose(key, how, tuple(map(people.find, given)), given)


def _by_code(survey: Survey, key: str, how: Found, known: dict[str, set[str]]) -> Whose:
    given = _cells(survey, key)
    people = [known.get(code or "", set()) for code in given]
    shared = frozenset(code for code, workers in zip(given, people, strict=True) if code and len(workers) > 1)
    return Whose(key, how, tuple(next(iter(w)) if len(w) == 1 else None for w in people), given, shared)


def _cells(survey: Survey, key: str) -> tuple[str | None, ...]:
    return tuple(folded(cell or "").strip() or None for cell in survey.responses[key])


def _overlap(whose: Whose) -> int:
    return len({worker for worker in whose.workers if worker is not None})


def _is_mostly(whose: Whose) -> bool:
    """Say whether at least half of what stands in a column tells a worker."""
    filled = [(worker, cell) for worker, cell in zip(whose.workers, whose.given, strict=True) if cell is not None]
    return 2 * sum(worker is not None or cell in whose.shared for worker, cell in filled) >= len(filled)
