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


def write_account(found: Ledger, stem: Path) -> Path:
    """Write an account as ``.txt`` for people and ``.json`` for programs; return the former."""
    with whole(stem.with_suffix(".txt"), overwrite=True) as part:
        part.write_text("\n".join(found.lines()) + "\n", encoding="utf-8")
    with whole(stem.with_suffix(".json"), overwrite=True) as part:
        part.write_text(json.dumps(found.as_json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return stem.with_suffix(".txt")
