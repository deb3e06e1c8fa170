"""The account of a crowd's labour, as the project asks for it, and as files."""

from __future__ import annotations

import json
from pathlib import Path

from loopviz.crowd.ledger import Ledger, LedgerOptions, ledger
from loopviz.dataset import Dataset
from loopviz.formats.output import whole
from loopviz.project.crowd_config import CrowdConfig


def account(dataset: Dataset, crowd: CrowdConfig) -> Ledger:
    """Return the account of a crowd's labour, against what the project holds it to."""
    return ledger(dataset, LedgerOptions(crowd.wage_usd_per_hour, crowd.search_question, crowd.search_per))


def write_account(found: Ledger, name: Path, *, overwrite: bool) -> Path:
    """Write an account as ``.txt`` for people and ``.json`` for programs; return the former.

    Args:
        found: The account.
        name: Where to; an ending ``.txt`` or ``.json`` is left out.
        overwrite: Replace files that stand there.

    Raises:
        OutputError: If one stands there and must stay, or cannot be written.
    """
    stem = name.name.removesuffix(".txt").removesuffix(".json")
    for_people, for_programs = (name.with_name(stem + suffix) for suffix in (".txt", ".json"))
    # The one inside the other: neither is written where one of them has to stay.
    with whole(for_people, overwrite) as text, whole(for_programs, overwrite) as data:
        text.write_text("\n".join(found.lines()) + "\n", encoding="utf-8")
        data.write_text(json.dumps(found.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return for_people
