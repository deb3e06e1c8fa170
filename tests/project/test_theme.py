from __future__ import annotations

import json
from pathlib import Path

import pytest

from loopviz.errors import ConfigError, OutputError
from loopviz.project.theme import HEAD, SCHEMA, new_theme
from loopviz.scene import load_theme, theme_names
from loopviz.scene.theme_schema import theme_schema
from loopviz.scene.widgets.registry import OURS

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("begin", theme_names())
def test_a_new_theme_looks_like_the_one_it_begins_from(tmp_path: Path, begin: str):
    file, schema = new_theme(tmp_path / "mine.yaml", begin)
    assert load_theme(file) == load_theme(begin).model_copy(update={"name": "mine"})
    assert file.read_text("utf-8").startswith(HEAD.format(schema=SCHEMA))
    assert json.loads(schema.read_text("utf-8")) == theme_schema()


def test_it_begins_from_a_file_as_well_with_all_that_it_says(tmp_path: Path):
    (tmp_path / "one.yaml").write_text("extends: house\nname: one\nwidgets: {plates: null, panel: {name: 0.04}}\n")
    file, _ = new_theme(tmp_path / "two.yml", str(tmp_path / "one.yaml"))
    assert load_theme(file) == load_theme(tmp_path / "one.yaml").model_copy(update={"name": "two"})


@pytest.mark.parametrize(
    ("file", "begin", "error", "message"),
    [
        ("mine.txt", "margin", ConfigError, "a theme is a YAML file.*expected mine.yaml"),
        ("mine.yaml", "wak", ConfigError, "no such theme.*mean 'wake'"),
        ("there.yaml", "wake", OutputError, "exists and was kept"),
        ("nowhere/x/mine.yaml", "wake", OutputError, "nowhere"),
    ],
)
def test_what_is_refused(tmp_path: Path, file: str, begin: str, error: type[Exception], message: str):
    (tmp_path / "there.yaml").write_text("mine")
    (tmp_path / "nowhere").write_text("")
    with pytest.raises(error, match=message):
        new_theme(tmp_path / file, begin)
    assert (tmp_path / "there.yaml").read_text() == "mine"
    assert not (tmp_path / SCHEMA).exists()


def test_the_schema_in_the_docs_is_that_of_the_program():
    assert json.loads((DOCS / "schema" / "theme.schema.json").read_text("utf-8")) == theme_schema()


def test_the_schema_knows_every_widget_and_every_key():
    schema = theme_schema()
    parts, properties = schema["$defs"], schema["properties"]
    assert set(properties["widgets"]["properties"]) == set(OURS)
    for name, widget in OURS.items():
        assert set(parts[f"widget-{name}"]["properties"]) == set(widget.style_type.model_fields)
    assert {"extends", "canvas", "areas", "caption"} <= set(properties)
    text = json.dumps(schema)
    for part in {line.split('"')[0] for line in text.split('"#/$defs/')[1:]}:
        assert part in parts
