"""A theme of one's own: a file that says all that another one says, and a schema for the editor beside it."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import yaml

from loopviz.atomic import write_text
from loopviz.errors import ConfigError
from loopviz.outputs import check_file, own_files
from loopviz.project.option import THEME_SUFFIXES
from loopviz.scene import load_theme, theme_names
from loopviz.scene.theme_schema import theme_schema

SCHEMA = "loopviz-theme.schema.json"
HEAD = "# yaml-language-server: $schema={schema}\n"  # https://github.com/redhat-developer/yaml-language-server


def new_theme(file: Path, begin: str, *, overwrite: bool = False) -> tuple[Path, Path]:
    """Write a theme that looks like another one, to be changed, and the schema of themes.

    Args:
        file: The theme's file, ``.yaml`` or ``.yml``; the schema is written beside it.
        begin: The theme that it begins from: a name or a file.
        overwrite: Replace the theme's file if it exists; the schema always gives way to a newer one.

    Raises:
        ConfigError: If there is no such theme, or the file is called otherwise.
        OutputError: If the file exists, or cannot be written.
    """
    if file.suffix not in THEME_SUFFIXES:
        raise ConfigError("a theme is a YAML file", found=str(file), expected=f"{file.stem}.yaml")
    text = _text(begin, file.stem)
    check_file(file, overwrite=overwrite)
    schema = file.with_name(SCHEMA)
    with own_files(file, schema, overwrite=True) as (theme_part, schema_part):
        write_text(theme_part, HEAD.format(schema=SCHEMA) + text)
        write_text(schema_part, json.dumps(theme_schema(), indent=1) + "\n")
    return file, schema


def _text(begin: str, name: str) -> str:
    """Return the text of a theme under another name: of one of ours with its comments."""
    theme = load_theme(begin)
    if begin in theme_names():
        text = (resources.files("loopviz") / "themes" / f"{begin}.yaml").read_text("utf-8")
        return text.replace(f"\nname: {theme.name}\n", f"\nname: {json.dumps(name, ensure_ascii=False)}\n", 1)
    said = {**json.loads(theme.model_dump_json(exclude_none=True)), "name": name}
    return str(yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110))
