"""``loopviz profile``: what an output may be for."""

from __future__ import annotations

from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.command import command
from loopviz.cli.output import Reporter
from loopviz.cli.results import columns

Name = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A profile's name, or its YAML file.")]

profile_app = typer.Typer(
    name="profile",
    help="Profiles: what an output is for, as settings of its codec, its size and its container.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@command(profile_app, "list", "loopviz profile list")
def list_profiles(as_json: options.Json = False) -> None:
    """Say which profiles come with loopviz, what each makes, and what it is for."""
    from loopviz.project.profile import load_profile, profile_names

    found = {name: load_profile(name) for name in profile_names()}
    data = [{"name": name, **each.model_dump(include={"container", "description"})} for name, each in found.items()]
    width = max(map(len, found))
    lines = [f"{name:<{width}}  {each.ending or 'folder':<6}  {each.description}" for name, each in found.items()]
    Reporter(as_json=as_json).answer({"profiles": data}, lines)


@command(profile_app, "show", "loopviz profile show web\nloopviz profile show mine.yaml --json")
def show(profile: Name, as_json: options.Json = False) -> None:
    """Say all that a profile says, and where its file lies: a copy of it is a beginning for one of your own."""
    from loopviz.project.profile import load_profile, profile_file

    file, data = profile_file(profile), load_profile(profile).model_dump(mode="json", exclude_unset=True)
    said = {"file": str(file), **{key: value for key, value in data.items() if key != "version"}}
    Reporter(as_json=as_json).answer(said, columns(_flat(said)))


def _flat(data: dict[str, object]) -> dict[str, object]:
    """Return values by dotted name."""
    flat: dict[str, object] = {}
    for key, value in data.items():
        inner = value if isinstance(value, dict) else {"": value}
        flat |= {f"{key}.{name}".rstrip("."): each for name, each in inner.items()}
    return flat
