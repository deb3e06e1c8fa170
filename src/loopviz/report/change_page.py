"""A page of tables and pictures: what changed in labels, or how good they are; it loads nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
import polars as pl
from markupsafe import Markup

TEMPLATE = Path(__file__).with_suffix(".html")
MOST_ROWS = 200  # of a table on the page; its files have all
UNKNOWN = "–"
CSS = """
body { margin: 0; background: #fbfaf7; color: #17171a; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
.quiet { color: #55555c; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #d9d7d0; text-align: right; white-space: nowrap; }
.text { text-align: left; white-space: normal; min-width: 8rem; }
th:first-child { text-align: left; padding-left: 0; }
figure { margin: 1rem 0; } img { max-width: 100%; height: auto; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.5rem 1rem; margin: 1rem 0; }
.grid figure { margin: 0; } .grid img { width: 100%; height: 15rem; object-fit: contain; background: #e9e7e1; }
figcaption { font-size: .9rem; line-height: 1.4; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
body { background: #141416; color: #ececea; } .quiet { color: #b4b4b8; } th, td { border-color: #3a3a3f; }
.grid img { background: #222226; } }
"""


@dataclass(frozen=True)
class PagePicture:
    """A picture of the page: its file beside it, and what is on it."""

    file: str
    words: str


@dataclass(frozen=True, eq=False)
class PageTable:
    """A table of the page.

    Attributes:
        title: What stands above it.
        table: Its rows; the first column names them.
        file: Where all rows are.
        pictures: What stands between the title and the table.
        legend: What stands below the title: what its words, or the lines on the pictures, mean.
    """

    title: str
    table: pl.DataFrame
    file: str
    pictures: Sequence[PagePicture] = ()
    legend: str = ""

    @property
    def heads(self) -> list[str]:
        """The heads of its columns."""
        return [name.replace("_", " ") for name in self.table.columns]

    @property
    def is_text(self) -> list[bool]:
        """Which of its columns are words, not figures."""
        return [isinstance(kind, pl.String | pl.Enum) for kind in self.table.dtypes]

    @property
    def rows(self) -> list[list[str]]:
        """Its first rows as texts."""
        return [[_cell(value) for value in row] for row in self.table.head(MOST_ROWS).iter_rows()]

    @property
    def more(self) -> int:
        """How many rows the page leaves to the file."""
        return max(0, self.table.height - MOST_ROWS)


def change_page(
    summary: str,
    how: str,
    tables: Sequence[PageTable],
    pictures: Sequence[PagePicture],
    title: str = "What changed in the labels",
) -> str:
    """Return the page as HTML; every text is escaped.

    Args:
        summary: What changed, in a sentence.
        how: How it was found.
        tables: What follows.
        pictures: What follows that.
        title: What the page is of.
    """
    css = Markup(CSS)  # noqa: S704  (our own)
    digest = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode("ascii")
    own = f"img-src 'self' file:; style-src 'sha256-{digest}'"
    policy = f"default-src 'none'; {own}; form-action 'none'; base-uri 'none'"
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True, trim_blocks=True)
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    shown = [each for each in tables if each.rows]
    return template.render(
        policy=policy, css=css, title=title, summary=summary, how=how, tables=shown, pictures=pictures
    )


def _cell(value: object) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
