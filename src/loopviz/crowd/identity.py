"""What may name a worker, decided once for every output.

An alias is a number made from the worker's id with a secret salt (HMAC-SHA256): the same person has the same alias in
every project that uses the salt, and nobody without it can find the person behind the number by trying ids.

People write their ids into forms, and requesters into the reasons of a rejection: where an id stands in free text, the
alias takes its place.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Literal

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import ConfigError

Identity = Literal["alias", "full", "hidden"]
MINIMUM_SALT = 8
TELLING_LENGTH = 8  # characters: a shorter id ("7", "anna") may well be an ordinary word of an answer
SOMEBODY = "…"
FREE_TEXT = {"answers": ("answer", "normal"), "assignments": ("hit_id", "reason", "batch")}


def apply_identity(dataset: Dataset, mode: Identity, salt: bytes) -> Dataset:
    """Return the Dataset with every worker's ``alias`` set to what outputs may show, in free text too.

    Args:
        dataset: The Dataset; aliases that it had are replaced.
        mode: ``alias`` (a stable invented name), ``full`` (the platform's id) or ``hidden`` (null).
        salt: The secret that aliases are made with; at least eight bytes, used in mode ``alias`` only.

    Raises:
        ConfigError: If the salt is too short to keep anything secret.
    """
    ids = dataset.workers["worker_id"].to_list()
    if mode == "alias":
        names: list[str | None] = list(aliases(ids, salt))
    else:
        names = list(ids) if mode == "full" else [None] * len(ids)
    named = dataset.replace(workers=dataset.workers.with_columns(pl.Series("alias", names, dtype=pl.String)))
    return named if mode == "full" else _without_ids(named)


def _without_ids(dataset: Dataset) -> Dataset:
    """Return the Dataset with every telling id in its free text replaced, however its letters are written."""
    people = dataset.workers.select("worker_id", "alias").iter_rows()
    # The longest first: where one id begins with another, it is the whole of it that goes.
    telling = sorted((len(i), i, alias or SOMEBODY) for i, alias in people if len(i) >= TELLING_LENGTH)[::-1]
    if not telling:
        return dataset
    _, ids, names = zip(*telling, strict=True)
    tables = {
        table: getattr(dataset, table).with_columns(
            pl.col(columns).str.replace_many(list(ids), list(names), ascii_case_insensitive=True, leftmost=True)
        )
        for table, columns in FREE_TEXT.items()
    }
    return dataset.replace(**tables)


def aliases(ids: Iterable[str], salt: bytes) -> list[str]:
    """Return an alias for each id, ``Worker 0417``: no two alike, and almost never changed by who else is there.

    Two people whose numbers fall on each other are told apart in the order of their hashes; only then does an alias
    depend on the others. Beyond some thousands of people the numbers get longer.
    """
    if len(salt) < MINIMUM_SALT:
        raise ConfigError(
            "the salt is too short to keep ids secret",
            found=f"{len(salt)} bytes",
            expected=f"at least {MINIMUM_SALT}",
        )
    wanted = list(ids)
    digests = {i: hmac.new(salt, i.encode(), hashlib.sha256).digest() for i in wanted}
    digits = max(4, len(str(4 * len(digests))))
    taken: dict[int, str] = {}
    for worker in sorted(digests, key=lambda i: digests[i]):
        number = int.from_bytes(digests[worker][:8], "big") % 10**digits
        while number in taken:
            number = (number + 1) % 10**digits
        taken[number] = worker
    names = {worker: f"Worker {number:0{digits}}" for number, worker in taken.items()}
    return [names[i] for i in wanted]
