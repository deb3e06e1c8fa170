"""``loopviz quality``: how far the people who labelled agree, and which labels are most worth a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from loopviz.cli import options
from loopviz.cli.export import SaltFile
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.results import columns, near

EXAMPLES = """
    loopviz quality dataset --video clip.mp4 -o quality
    loopviz quality configs/crowd.yaml -o quality --overlap 0.7 --json
    loopviz quality dataset -o quality --predictions detections/
"""
Labels = Annotated[
    Path, typer.Argument(metavar="LABELS", help="A project, a dataset, or labels of a format that says who drew them.")
]
Out = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]
Overlap = Annotated[
    float, typer.Option("--overlap", min=0.0, max=1.0, help="How much two labels of one object overlap at least (IoU).")
]
Predictions = Annotated[
    Path | None,
    typer.Option("--predictions", help="What a model found there that did not learn from these labels."),
]
Consensus = Annotated[
    Literal["majority", "fusion", "skill"],
    typer.Option(help="How one set of labels is made of several people's."),
]
Video = Annotated[
    Path | None,
    typer.Option("--video", help="The video or the folder of images that was labelled; a project's if not given."),
]
Crops = Annotated[int, typer.Option("--crops", min=0, max=1000, help="How many suspects have a crop of their picture.")]
ALPHAS = {
    "alpha_found": "finding the same objects",
    "alpha_names": "calling them the same",
    "alpha_pixels": "single pixels",
}
MOST = 5  # suspects that are said


def quality(
    labels: Labels,
    *,
    output: Out,
    overlap: Overlap = 0.5,
    video: Video = None,
    crops: Crops = 24,
    predictions: Predictions = None,
    consensus: Consensus = "skill",
    naming: Annotated[Settings, Fields(("identity",))],
    salt_file: SaltFile = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Say how far people agree, and which labels are most worth a look.

    Suspects are ranked: what is too large, small or far off beside the frames before and after, drawn twice, called or
    exchanged wrongly, or not labelled where it should be, each with why. With the pictures, edges are held against
    theirs as well, and the first suspects have a crop. Where people labelled the same frames:
    Krippendorff's alpha of whether people find the same objects, and of what they call them, with intervals: of the
    whole, by category, person, pair and stretch of the film, as tables (CSV, Parquet) and a report. Agreement is not
    correctness. People have their aliases unless another --identity is asked for.
    """
    from loopviz.project.compare import Naming
    from loopviz.project.quality import Looks, measure_quality

    reporter = messages.reporter
    named = Naming(naming.get("identity", "alias"), salt_file)
    looks = Looks(overlap, predictions, consensus, video, crops)
    made = measure_quality(labels, output, named, looks, overwrite=overwrite)
    reporter.notes(made.notes)
    data = made.as_json()
    del data["notes"]
    reporter.result({"output": str(made.path), **data}, [*_lines(data), near(made.path)])


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    """Return the figures of the whole and of the categories, and the first suspects."""
    if data["suspects"]:
        yield "most worth a look:"
        yield from columns(
            {f"{each['rank']}. frame {each['frame']}": each["why"] for each in data["suspects"][:MOST]}, "  "
        )
    if "units" not in data:
        return
    yield f"{data['workers']} people, {data['frames']} frames that two or more labelled, {data['units']} objects"
    for name, title in ALPHAS.items():
        if name == "alpha_pixels" and data[name] is None:  # nobody drew shapes
            continue
        low, high = data[f"{name}_low"], data[f"{name}_high"]
        within = "" if low is None else f" (95 %: {low:.2f} to {high:.2f})"
        yield f"alpha of {title}: {_figure(data[name])}{within}"
    yield from columns({each["name"]: _figure(each["alpha_found"]) for each in data["categories"]}, "  ")
    yield "1 is full agreement, 0 what chance would give. Agreement is not correctness."


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
