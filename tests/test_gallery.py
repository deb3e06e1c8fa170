"""The gallery shows every composition of the package, in both shapes, with what the table of themes says of it."""

from __future__ import annotations

import re
from pathlib import Path

from loopviz.scene import load_theme, theme_names

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "gallery.md").read_text("utf-8")
PARTS = dict(re.findall(r"^## ([\w-]+)\n(.+?)(?=^## |\Z)", PAGE, re.M | re.S))
MOST = 3_000_000  # bytes: of all pictures of the docs


def test_every_composition_is_there() -> None:
    assert set(PARTS) == set(theme_names()) - {"versus"}  # it needs a model, and has a how-to
    for name, part in PARTS.items():
        assert part.startswith(load_theme(name).description)
        for shape in ("landscape", "upright"):
            assert f"images/gallery-{name}-{shape}.webp" in part


def test_it_says_what_the_table_says() -> None:
    table = (DOCS / "reference" / "themes.md").read_text("utf-8")
    for name, part in PARTS.items():
        (row,) = re.findall(rf"^\| {name} \| (.+configs/.+) \|$", table, re.M)
        shows, whom, sample, long = row.split(" | ")
        assert f"It shows {shows}. For {whom}. A film of 100 people: {long}." in part
        assert sample.strip("`").split()[0] in part


def test_pictures_of_the_docs_are_small() -> None:
    assert sum(image.stat().st_size for image in (DOCS / "images").iterdir()) < MOST
