"""The page of how good labels are: which are most worth a look, how far people agree, and what they agree on."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from loopviz.report.change_page import PagePicture, PageTable, change_page
from loopviz.report.suspect_crops import LEGEND

TITLE = "How good these labels are"
TITLES = {
    "suspects": "Labels most worth a look",
    "categories": "Agreement by category",
    "people": "Agreement by person",
    "pairs": "Agreement by pair",
    "stretches": "Agreement by stretch of frames",
    "skills": "How good each person's labels are, as the consensus has it",
}
FIRST = ("rank", "kind", "frame", "category", "worker", "score", "why")  # columns of suspects; their file has all
LOOK = "A suspect is no error: look at it."
AGREEMENT = (
    "Agreement is not correctness: people may agree on what is wrong. Krippendorff's alpha is 1 where all agree, 0 "
    f"where they agree as chance would have it, and negative where they agree less than that. {LOOK}"
)
ALONE = f"Nobody labelled what another person labelled: how far people agree cannot be said. {LOOK}"

BLIND = "No picture was looked at: whether edges lie where the picture has some is not known."


def quality_page(tables: Mapping[str, pl.DataFrame], overlap: float, *, looked: bool = False) -> str:
    """Return the page as HTML; every text is escaped, and nothing is loaded from elsewhere.

    Args:
        tables: By name, as ``loopviz quality`` writes them.
        overlap: How much two labels of one object overlap at least.
        looked: Whether the pictures were looked at.
    """
    shown = {name: tables[name] for name in TITLES if name in tables}
    shown["suspects"] = shown["suspects"].select(FIRST)
    crops = _crops(tables["suspects"])
    found = [
        PageTable(title, shown[name], f"{name}.csv", *((crops, LEGEND) if name == "suspects" and crops else ()))
        for name, title in TITLES.items()
        if name in shown
    ]
    how = f"{AGREEMENT if 'whole' in tables else ALONE} {'' if looked else BLIND}".strip()
    return change_page(_summary(tables, overlap), how, found, (), TITLE)


def _crops(found: pl.DataFrame) -> list[PagePicture]:
    """Return the crops of suspects, with what is said of each."""
    rows = found.drop_nulls("crop").iter_rows(named=True)
    return [PagePicture(row["crop"], _words(row)) for row in rows]


def _words(row: Mapping[str, object]) -> str:
    who = f", {row['worker']}" if row["worker"] else ""
    return f"{row['rank']}. Frame {row['frame']}{who}: {row['why']}"


def _summary(tables: Mapping[str, pl.DataFrame], overlap: float) -> str:
    count = f"{tables['suspects'].height:,} labels and places, ranked by how much speaks against them."
    if "whole" not in tables:
        return count
    (whole,) = tables["whole"].iter_rows(named=True)
    pixels = "" if whole["alpha_pixels"] is None else f"; of single pixels: {_alpha(whole, 'alpha_pixels')}"
    return (
        f"{count} {whole['workers']:,} people labelled {whole['frames']:,} frames that another one labelled too, with "
        f"{whole['units']:,} objects (overlap of {overlap:g} or more). Alpha of finding the same objects: "
        f"{_alpha(whole, 'alpha_found')}; of calling them the same: {_alpha(whole, 'alpha_names')}{pixels}."
    )


def _alpha(whole: Mapping[str, float | None], name: str) -> str:
    """Return a figure with its interval."""
    value, low, high = (whole[f"{name}{end}"] for end in ("", "_low", "_high"))
    if value is None:
        return "not known"
    return f"{value:.2f}" if low is None or high is None else f"{value:.2f} (95 %: {low:.2f} to {high:.2f})"
