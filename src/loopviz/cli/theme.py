"""``loopviz theme``: compositions that come with loopviz, and a beginning for one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.command import command
from loopviz.cli.output import Reporter
from loopviz.project.option import themes

Name = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A theme.", autocompletion=themes)]
New = Annotated[Path, typer.Argument(metavar="FILE", help="The YAML file that is written.")]
From = Annotated[
    str,
    typer.Option("--from", metavar="NAME|FILE", help="The theme that it begins from.", autocompletion=themes),
]

theme_app = typer.Typer(
    name="theme",
    help="Compositions: what stands where on the finished picture, and how it looks.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@command(theme_app, "list", "loopviz theme list")
def list_themes(as_json: options.Json = False) -> None:
    """Say which themes come with loopviz, and what each shows."""
    from loopviz.scene import load_theme, theme_names

    found = {name: load_theme(name).description for name in theme_names()}
    wide = max(map(len, found))
    lines = [f"{name:<{wide}}  {said}" for name, said in found.items()]
    Reporter(as_json=as_json).answer({"themes": found}, lines)


@command(theme_app, "show", "loopviz theme show wake")
def show(name: Name, as_json: options.Json = False) -> None:
    """Say all that a theme says, also what it leaves as it is."""
    import json

    import yaml

    from loopviz.scene import load_theme

    said = json.loads(load_theme(name).model_dump_json(exclude_none=True))
    text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)
    Reporter(as_json=as_json).answer({"theme": said}, text.splitlines())


@command(theme_app, "new", "loopviz theme new mine.yaml --from wake")
def new(
    file: New,
    begin: From = "margin",
    overwrite: options.Overwrite = False,
    as_json: options.Json = False,
) -> None:
    """Write a theme of one's own: all that the other says, to be changed.

    Editors that know JSON Schema complete its keys: its first line names loopviz's schema, which is written beside it.
    """
    from loopviz.project.theme import new_theme

    written = new_theme(file, begin, overwrite=overwrite)
    lines = [f"{path}: written" for path in written]
    Reporter(as_json=as_json).answer({"files": [str(path) for path in written]}, lines)
