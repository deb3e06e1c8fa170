"""``loopviz diff``: what came, went and moved between two label sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from loopviz.cli import options
from loopviz.cli.export import SaltFile
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.results import columns, near

EXAMPLES = """
    loopviz diff labels-v1/ labels-v2/ -o report/
    loopviz diff configs/mouse.yaml labels-v2/ -o report/ --range :   # then: loopviz assemble report/ -o changes.mp4
    loopviz diff dataset/ coco.json --source clip.mp4 -o report/ --overlap 0.5 --json
"""
Before = Annotated[Path, typer.Argument(metavar="BEFORE", help="A project, a dataset, or labels of any format.")]
After = Annotated[Path, typer.Argument(metavar="AFTER", help="The same, later or by others.")]
Out = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]
Overlap = Annotated[
    float, typer.Option("--overlap", min=0.0, max=1.0, help="How much two labels of one object overlap at least (IoU).")
]
Tolerance = Annotated[
    float, typer.Option("--tolerance", min=0.0, help="Pixels by which an edge may differ before a label has moved.")
]
Drawn = Annotated[
    str | None,
    typer.Option(
        "--range",
        metavar="START:STOP",
        help="Draw these frames of the source instead, changed or not, as for a film: 10:20 (from 0), 2s:5s.",
    ),
]
Pictures = Annotated[
    int,
    typer.Option("--pictures", min=0, max=200, help="How many frames are drawn, those with the most changes first."),
]


def diff(
    before: Before,
    after: After,
    *,
    output: Out,
    source: options.Source = None,
    overlap: Overlap = 0.3,
    tolerance: Tolerance = 1.0,
    pictures: Pictures = 12,
    frames: Drawn = None,
    naming: Annotated[Settings, Fields(("identity",))],
    salt_file: SaltFile = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Say what changed between two label sets: what came, went, moved and how far, was redrawn or renamed.

    Labels are paired by overlap and category, frame by frame, and person by person where both sides say who drew them.
    Where both have track ids, what became of tracks: went, came, split, merged, exchanged.
    In all, by category, person and frame: as tables (CSV, Parquet), a report, pictures and a page. People have their
    aliases unless another --identity is asked for.
    """
    from loopviz.project.compare import Naming
    from loopviz.project.diff import DiffOptions, diff_labels

    reporter = messages.reporter
    named = Naming(naming.get("identity", "alias"), salt_file)
    how = DiffOptions(overlap, tolerance, pictures, source, frames)
    made = diff_labels(before, after, output, named, how, overwrite=overwrite)
    reporter.notes(made.notes)
    data = made.as_json()
    del data["notes"]
    reporter.result({"output": str(made.path), **data}, [*_lines(data), near(made.path)])


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    """Return the counts of the whole and of the categories."""
    yield f"{data['before']:,} labels before, {data['after']:,} after: {_said(data)}"
    yield from columns({each["name"]: _said(each) for each in data["categories"]}, "  ")
    if "tracks" in data:
        from loopviz.report.track_words import tracks_in_words

        yield tracks_in_words(data["tracks"])


def _said(counts: Mapping[str, Any]) -> str:
    kinds = ("same", "moved", "redrawn", "renamed", "went", "came")
    far = counts["median_shift_pixels"]
    said = [f"{counts[kind]:,} {kind}" for kind in kinds if counts[kind]]
    return ", ".join(said) + ("" if far is None else f" (moved by {far:.1f} px in the median)")
