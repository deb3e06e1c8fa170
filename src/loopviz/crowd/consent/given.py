"""What the responses of a survey say of consent, once it is known what its questions mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import compress
from typing import TypeGuard

import polars as pl

from loopviz.crowd.answers.survey_key import Whose
from loopviz.crowd.consent.meaning import EMPTY, Means
from loopviz.crowd.consent.question import Consent

BEFORE = datetime.min.replace(tzinfo=UTC)


def refusals(responses: pl.DataFrame, whose: Whose, consent: Consent) -> int:
    """Return how many responses say no to the use of answers, of people who are not known."""
    asked = [*consent.whole.items(), *consent.single.values()]
    said = ([_filled(cell) and means.get(cell) is False for cell in responses[column]] for column, means in asked)
    noes = zip(*said, strict=True)
    return sum(any(no) for no in compress(noes, [worker is None for worker in whose.workers]))


def last_consent(responses: pl.DataFrame, places: Mapping[str, Sequence[int]], consent: Consent) -> list[pl.Series]:
    """Return what each person said last about consent, in whichever response: a column for each question of it.

    Who broke off to refuse must not be held to an earlier yes.
    """
    order = responses.select(pl.col("recorded_at").fill_null(BEFORE), "response").rows()
    said = []
    for column in consent.columns:
        cells = responses[column]
        given = [[p for p in mine if _filled(cells[p])] for mine in places.values()]
        last = [cells[max(mine, key=order.__getitem__)] if mine else None for mine in given]
        said.append(pl.Series(column, last, dtype=pl.String))
    return said


def all_agreed(stand: pl.DataFrame, consent: Consent) -> pl.Series:
    """Say of every response whether it says yes to each question of consent.

    Whoever broke off may not have come to the box that they did not tick.
    """
    whole = [consent.handed_in or finished is not False for finished in stand["finished"]]
    columns = [
        [means.get(cell, False) if _filled(cell) else left and means.get(EMPTY, False) for cell, left in cells]
        for means, cells in ((means, zip(stand[column], whole, strict=True)) for column, means in consent.whole.items())
    ]
    return pl.Series([all(said) for said in zip(*columns, strict=True)], dtype=pl.Boolean)


def agreed(stand: pl.DataFrame, column: str, means: Means) -> pl.Series:
    """Say of every response whether its cell is a yes; an empty one is none."""
    return pl.Series([_filled(cell) and means.get(cell, False) for cell in stand[column]], dtype=pl.Boolean)


def _filled(cell: str | None) -> TypeGuard[str]:
    return bool(cell and cell.strip())
