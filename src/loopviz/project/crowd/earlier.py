"""The states of a dataset that are kept beside it when decisions are brought back, and those decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from loopviz.atomic import new_file, write_text, writing
from loopviz.mentions import Mentions
from loopviz.pseudonyms import SOMEBODY
from loopviz.review.decisions import Decision, PlaceDecision, read_decisions

BEFORE, DECISIONS = ".before-", ".decisions.json"
One = TypeVar("One", Decision, PlaceDecision)
CHARACTERS = 12  # of a state's hash


def kept_beside(folder: Path, state: str) -> Path:
    """Return where a dataset's state is kept.

    Args:
        folder: The dataset's.
        state: The hash of its labels and of what was decided on its work.
    """
    own = folder.resolve()
    return own.with_name(f"{own.name}{BEFORE}{state[:CHARACTERS]}")


def decisions_on(kept: Path) -> Path:
    """Return where the decisions on a kept state are."""
    return kept.with_name(f"{kept.name}{DECISIONS}")


def earlier_states(folder: Path) -> list[Path]:
    """Return the folders of a dataset's kept states, by name."""
    own = folder.resolve()
    named = re.compile(re.escape(f"{own.name}{BEFORE}") + f"[0-9a-f]{{{CHARACTERS}}}")
    beside = sorted(own.parent.iterdir()) if own.parent.is_dir() else []
    return [place for place in beside if named.fullmatch(place.name) and place.is_dir() and not place.is_symlink()]


def forget_in_comments(kept: Path, names: Iterable[str]) -> None:
    """Take names out of the comments of the decisions on a kept state, where there are such.

    Raises:
        InputError: If the decisions cannot be read.
        OutputError: If they cannot be written.
    """
    file = decisions_on(kept)
    if not file.is_file():
        return
    mentions, given = Mentions(dict.fromkeys(names, SOMEBODY)), read_decisions(file)
    places = [_without(each, mentions) for each in given.places]
    after = given.model_copy(
        update={"decisions": [_without(each, mentions) for each in given.decisions], "places": places}
    )
    if after != given:
        with new_file(file, replace=True) as part, writing(file):
            write_text(part, after.model_dump_json(indent=1) + "\n")


def _without(each: One, mentions: Mentions) -> One:
    return each.model_copy(update={"comment": mentions.replaced(each.comment, "prose")})
