"""The gallery shows every composition of the package, in both shapes, with what the table of themes says of it."""

from __future__ import annotations

import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture(scope="module")
def script() -> Any:
    spec = spec_from_loader("make_gallery", SourceFileLoader("make_gallery", str(DOCS.parent / "scripts/make_gallery")))
    assert spec is not None
    module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


def test_pictures_show_the_same_aliases_to_everybody(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, made = DOCS.parent / "configs" / "mouse.yaml", []
    for user in ("one", "another"):
        (tmp_path / user / "loopviz").mkdir(parents=True)
        (tmp_path / user / "loopviz" / "salt").write_text(f"the secret of user {user}")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / user))
        made.append(script.picture_of(config, "night", "landscape", script.salt_file(tmp_path)))
        made.append(script.picture_of(config, "night", "landscape"))
    assert made[0] == made[2]
    assert made[1] != made[3]  # without it they are the user's own


def test_pages_for_print_are_shown() -> None:
    assert "images/sheets.webp" in (DOCS / "howto" / "exhibition.md").read_text("utf-8")
    assert (DOCS / "images" / "sheets.webp").stat().st_size < 200_000
