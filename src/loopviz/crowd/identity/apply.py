"""What may name a worker, decided once for every output.

An alias is a number made from the worker's id with a secret salt (HMAC-SHA256): the same person has the same alias in
every project that uses the salt, and nobody without it can find the person behind the number by trying ids.

People write their ids into forms, and requesters into the reasons of a rejection: where an id stands in a text, the
alias takes its place. Who refused consent has no name at all: they are left out here, before anything is made.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Literal

import polars as pl

from loopviz.consent import consented
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError
from loopviz.pseudonyms import mentioned, pseudonymise

Identity = Literal["alias", "full", "hidden"]
MINIMUM_SALT = 8
HELD = ("worker_id", "assignment_id")  # what reviews, accounts and files to upload are joined by


def apply_identity(dataset: Dataset, mode: Identity, salt: bytes) -> Dataset:
    """Return the Dataset as it may be shown: without who refused, and with the names that outputs may use.

    Every worker's ``alias`` is set, and stands wherever an id stood in a text or a name. The columns ``worker_id`` and
    ``assignment_id``, by which tables are joined, keep the platform's ids: ``write_labels`` replaces them.

    Args:
        dataset: The Dataset; aliases that it had are replaced.
        mode: ``alias`` (a stable invented name), ``full`` (the platform's id) or ``hidden`` (null).
        salt: The secret that aliases are made with; at least eight bytes, used in mode ``alias`` only.

    Raises:
        ConfigError: If the salt is too short to keep anything secret.
    """
    named = with_aliases(consented(dataset), mode, salt)
    return named if mode == "full" else in_texts(named)


def apply_identities(datasets: Sequence[Dataset], mode: Identity, salt: bytes) -> list[Dataset]:
    """Return Datasets that are shown beside each other as they may be shown; see ``apply_identity``.

    Who is known of one, or refused in one, is found in the names and the texts of the others too.
    """
    everybody = pl.concat([dataset.workers for dataset in datasets])
    lost = everybody.filter(~pl.col("consent"))["worker_id"].implode()
    named = []
    for dataset in datasets:
        own = dataset.workers["worker_id"].implode()
        workers = pl.concat([dataset.workers, everybody]).unique("worker_id", keep="first", maintain_order=True)
        consent = pl.when(pl.col("worker_id").is_in(lost)).then(statement=False).otherwise("consent")
        shown = apply_identity(dataset.replace(workers=workers.with_columns(consent=consent)), mode, salt)
        named.append(shown.replace(workers=shown.workers.filter(pl.col("worker_id").is_in(own))))
    return named


def with_aliases(dataset: Dataset, mode: Identity, salt: bytes) -> Dataset:
    """Return the Dataset with every worker's ``alias`` set, and nothing else changed; see ``apply_identity``."""
    ids = dataset.workers["worker_id"].to_list()
    if mode == "alias":
        names: list[str | None] = list(aliases(ids, salt))
    else:
        names = list(ids) if mode == "full" else [None] * len(ids)
    return dataset.replace(workers=dataset.workers.with_columns(pl.Series("alias", names, dtype=pl.String)))


def in_texts(dataset: Dataset) -> Dataset:
    """Return the Dataset with its people's aliases, and numbers of their work, in the place of ids in texts."""
    return pseudonymise(dataset, mentioned(dataset), held=HELD)[0]


def aliases(ids: Iterable[str], salt: bytes) -> list[str]:
    """Return an alias for each id, ``Worker 0417``: no two alike, and almost never changed by who else is there.

    Two people whose numbers fall on each other are told apart in the order of their hashes; only then does an alias
    depend on the others. Beyond some thousands of people the numbers get longer.
    """
    if len(salt) < MINIMUM_SALT:
        raise ConfigError(
            "the salt is too short to keep ids secret", found=f"{len(salt)} bytes", expected=f"at least {MINIMUM_SALT}"
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
