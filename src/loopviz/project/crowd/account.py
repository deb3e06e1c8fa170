"""The account of a crowd's labour, as the project asks for it, and as files."""

from __future__ import annotations

import json
from pathlib import Path

from loopviz.atomic import write_text, writing
from loopviz.crowd.ledger.account import Ledger, LedgerOptions, ledger
from loopviz.dataset import Dataset
from loopviz.outputs import Origin, own_files
from loopviz.project.crowd.config import CrowdConfig


def account(dataset: Dataset, crowd: CrowdConfig) -> Ledger:
    """Return the account of a crowd's labour, against what the project holds it to."""
    search = crowd.search
    return ledger(dataset, LedgerOptions(crowd.wage_usd_per_hour, search.question, search.per, search.unit))


def account_files(name: Path) -> tuple[Path, Path]:
    """Return the files of an account: ``.txt`` for people and ``.json`` for programs."""
    stem = name.name.removesuffix(".txt").removesuffix(".json")
    return name.with_name(f"{stem}.txt"), name.with_name(f"{stem}.json")


def write_account(found: Ledger, name: Path, origin: Origin, *, overwrite: bool) -> Path:
    """Write an account as ``.txt`` for people and ``.json`` for programs; return the former.

    Args:
        found: The account.
        name: Where to; an ending ``.txt`` or ``.json`` is left out.
        origin: What it is an account of.
        overwrite: Replace files that stand there.

    Raises:
        OutputError: If one stands there and must stay, or cannot be written.
    """
    files = account_files(name)  # both or neither
    with own_files(*files, origin=origin, overwrite=overwrite) as (text, data), writing(files[0]):
        write_text(text, "\n".join([*found.lines(), *map(str, found.notes)]) + "\n")
        write_text(data, json.dumps(found.as_json(), indent=2, ensure_ascii=False) + "\n")
    return files[0]
