"""``loopviz review``: labels to look at and decide on in a browser; ``review apply``: the decisions, back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.command import GroupOfOne, command
from loopviz.cli.export import SaltFile
from loopviz.cli.parameters import Fields, Settings
from loopviz.cli.results import near

EXAMPLES = """
    loopviz review dataset/ --video clip.mp4 -o review/
    loopviz review dataset/ -o review/ --predictions detections/
    loopviz review configs/crowd.yaml -o review/ --identity hidden
"""
APPLY = """
    loopviz review apply decisions.json dataset/
    loopviz review apply decisions.json dataset/ -o dataset-2/
"""
review_app = typer.Typer(
    name="review",
    cls=GroupOfOne,
    help="Make a folder to look at labels and decide on them in a browser, or bring decisions back.",
    rich_markup_mode=None,
)
Labels = Annotated[Path, typer.Argument(metavar="LABELS", help="A project, a dataset, or labels of any format.")]
Decisions = Annotated[Path, typer.Argument(metavar="DECISIONS.JSON", help="What the page handed over.")]
Folder = Annotated[Path, typer.Argument(metavar="DATASET", help="The dataset that the page was made of.")]
Out = Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")]
Elsewhere = Annotated[
    Path | None, typer.Option("--output", "-o", help="A new folder to write instead; the dataset stays as it is.")
]
Predictions = Annotated[
    Path | None,
    typer.Option("--predictions", help="What a model found there that did not learn from these labels."),
]
Video = Annotated[Path | None, typer.Option("--video", help="The video or the folder of images that was labelled.")]


@command(review_app, "review", EXAMPLES)
def review(
    labels: Labels,
    *,
    output: Out,
    video: Video = None,
    predictions: Predictions = None,
    naming: Annotated[Settings, Fields(("identity",))],
    salt_file: SaltFile = None,
    overwrite: options.Overwrite = False,
    messages: options.Messages,
) -> None:
    """Make a folder in which labels are looked at and decided on, in a browser: open its index.html.

    The film with the labels on it, filters, people by agreement, time and pay, and what a decision would cost them. It
    needs no server and no network. People have their aliases unless another --identity is asked for. What was decided
    is downloaded there as decisions.json: loopviz review apply brings it back.
    """
    from loopviz.project.compare import Naming
    from loopviz.project.review_page import PAGE, write_review

    reporter = messages.reporter
    named = Naming(naming.get("identity", "alias"), salt_file)
    made = write_review(labels, output, named, video, predictions=predictions, overwrite=overwrite)
    reporter.notes(made.notes)
    behind = {"film": "on the film", "stills": "on stills", "none": "on blank ground"}[made.picture]
    counts = {name: getattr(made, name) for name in ("labels", "frames", "people")}
    line = f"{made.labels:,} labels on {made.frames:,} frames by {made.people:,} people, {behind}"
    data = {"output": str(made.path), **counts, "picture": made.picture}
    reporter.result(data, [line, near(made.path / PAGE)])


@command(review_app, "apply", APPLY)
def apply(
    decisions: Decisions,
    dataset: Folder,
    *,
    output: Elsewhere = None,
    messages: options.Messages,
) -> None:
    """Bring decisions back into the dataset that their page was made of; its state before is kept beside it.

    A label that was rejected leaves the dataset; one that nobody drew comes in where that was decided. Work whose
    labels were all rejected keeps them and does not count; work whose labels were all accepted counts. Nobody's pay
    changes.
    """
    from loopviz.project.review_page import apply_review

    reporter = messages.reporter
    done = apply_review(decisions, dataset, output)
    names = ("accepted", "rejected", "removed", "counts", "dismissed", "comments", "added", "nothing")
    counts = {name: getattr(done.applied, name) for name in names}
    lines = [
        f"{counts['accepted']:,} labels accepted, {counts['rejected']:,} rejected; {counts['removed']:,} are gone",
        f"labels added where nobody had drawn one: {counts['added']:,}; places where nothing is: {counts['nothing']:,}",
        f"work that counts now: {counts['counts']:,}, that does not: {counts['dismissed']:,}",
    ]
    if done.before is not None:
        lines.append(f"{near(done.before)}: the state before, with the decisions beside it")
    data = {"output": str(done.path), **counts, "before": None if done.before is None else str(done.before)}
    reporter.result(data, [*lines, near(done.path)])
