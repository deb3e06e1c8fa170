"""How problems are put to a person."""

from __future__ import annotations

from collections.abc import Iterable

from loopviz.formats import Problem


def said(problems: Iterable[Problem]) -> list[str]:
    """Return problems as lines for a person."""
    return [f"{p.severity}: {p.place}: {p.message}" if p.place else f"{p.severity}: {p.message}" for p in problems]
