"""``loopviz cache``: what is kept of earlier renders."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.command import command
from loopviz.cli.output import Reporter
from loopviz.cli.results import cache_facts, cache_lines, size

UNITS = {"": 1, "b": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
Keep = Annotated[
    str, typer.Option("--keep", metavar="SIZE", help="Keep this much, the latest used: 500MB, 2GB. 0 keeps nothing.")
]

cache_app = typer.Typer(
    name="cache",
    help="What is kept of earlier renders: finished segments, by the hash of what they show.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@command(cache_app, "list", "loopviz cache list")
def list_kept(as_json: options.Json = False) -> None:
    """Say what is kept, for which video, and how large it is."""
    from loopviz.render import SegmentCache, cache_folder

    cache = SegmentCache(cache_folder())
    entries = cache.entries()
    data = {"folder": str(cache.folder), "segments": [cache_facts(entry) for entry in entries]}
    Reporter(as_json=as_json).answer(data, cache_lines(cache.folder, entries))


@command(cache_app, "prune", "loopviz cache prune --keep 2GB")
def prune(keep: Keep = "0", as_json: options.Json = False) -> None:
    """Remove what was not used for longest, and all that was read of crowds.

    Labels that the flow carried to other frames go as well. A video that is rendered again afterwards is rendered from
    nothing; no output is touched.
    """
    from loopviz.project import carried
    from loopviz.project.crowd import cache as crowd_cache
    from loopviz.render import SegmentCache, cache_folder
    from loopviz.wording import counted

    cache = SegmentCache(cache_folder())
    crowd_cache.clear()
    carried.clear()
    gone = cache.prune(parse_size(keep))
    freed = sum(entry.size_bytes for entry in gone)
    data = {"folder": str(cache.folder), "removed": len(gone), "bytes": freed}
    Reporter(as_json=as_json).answer(data, [f"Removed {counted(len(gone), 'segment')}, {size(freed)}."])


def parse_size(text: str) -> int:
    """Return the bytes of ``500MB``, ``2 GB``, ``1000000``.

    Raises:
        typer.BadParameter: If it is no size.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)b?\s*", text, re.IGNORECASE)
    if match is None:
        raise typer.BadParameter(f"{text!r} is not a size: write 500MB or 2GB.", param_hint="--keep")
    return int(float(match[1]) * UNITS[match[2].lower()])
