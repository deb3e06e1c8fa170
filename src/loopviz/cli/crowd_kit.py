"""``loopviz crowd kit``: what to publish, so that people can label a video's frames and be asked about their work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loopviz.cli import options
from loopviz.cli.output import Reporter
from loopviz.cli.parameters import listed
from loopviz.cli.words import near

EXAMPLES = """
    loopviz crowd kit clip.mp4 --categories "Wheel,Body" -o kit
    loopviz crowd kit clip.mp4 --categories "Wheel,Body" --pilot-seconds 188 --step 10 --assignments 3 -o kit
"""
Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="The video, or a folder of frames.")]
Folder = Annotated[Path, typer.Option("--output", "-o", help="The folder that is made.")]
Categories = Annotated[str, typer.Option("--categories", metavar="A,B,C", help="What is to be labelled.")]


def kit(
    video: Video,
    folder: Folder,
    categories: Categories,
    survey: Annotated[
        Path | None, typer.Option("--survey", help="The questions, as YAML; ten are there already.")
    ] = None,
    reward: Annotated[float, typer.Option("--reward", help="What one task pays, in US dollars.")] = 0.15,
    pilot_seconds: Annotated[
        float | None, typer.Option("--pilot-seconds", help="The median time that a task took in a pilot.")
    ] = None,
    search_minutes: Annotated[
        float | None, typer.Option("--search-minutes", help="Unpaid minutes of looking for work that come with a task.")
    ] = None,
    wage: Annotated[float, typer.Option("--wage", help="The wage an hour that a reward is named for.")] = 15.0,
    step: Annotated[int, typer.Option("--step", help="Every how many frames one is labelled.")] = 1,
    assignments: Annotated[int, typer.Option("--assignments", help="How many people label each image.")] = 1,
    base_url: Annotated[
        str | None, typer.Option("--base-url", help="Where the images will be hosted: https://…")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="The page's heading.")] = "Label the parts in a picture",
    requester: Annotated[
        str | None, typer.Option("--requester", help="Who asks, as the people are to know you.")
    ] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="Where you can be asked.")] = None,
    consent: Annotated[
        Path | None, typer.Option("--consent", help="A consent text of your own, as a text file.")
    ] = None,
    example: Annotated[Path | None, typer.Option("--example", help="Labels of some frames, for the pictures.")] = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Make a task kit: the page to publish, its images and questions, what it pays, and how to go about it."""
    from loopviz.kit import KitPlan, load_survey, make_kit
    from loopviz.media import open_source
    from loopviz.project.crowd.commands import example_labels, read_consent

    with open_source(video) as source:
        plan = KitPlan(
            categories=tuple(listed(categories) or ()),
            reward_usd=reward,
            pilot_seconds=pilot_seconds,
            search_minutes_per_task=search_minutes,
            wage_usd_per_hour=wage,
            step=step,
            assignments=assignments,
            base_url=base_url,
            title=title,
            requester=requester,
            contact=contact,
            consent=read_consent(consent) if consent else None,
            survey=load_survey(survey),
            example=example_labels(example, source) if example else None,
        )
        made = make_kit(source, folder, plan)
    reporter = Reporter(as_json=as_json, quiet=quiet)
    pays = [] if pilot_seconds is None else [_pays(reward, pilot_seconds, search_minutes)]
    lines = [
        *map(str, made.notes),
        *pays,
        f"{near(made.folder)}: {made.images} images, {made.tasks} tasks; begin with its README.md",
    ]
    data = {"folder": str(made.folder), "images": made.images, "tasks": made.tasks, "notes": list(map(str, made.notes))}
    reporter.result(data, lines)


def _pays(reward: float, seconds: float, search_minutes: float | None) -> str:
    """Say what a task pays an hour."""
    from loopviz.kit import hourly

    text = f"{reward:.2f} USD for {seconds:g} seconds is {hourly(reward, seconds):.2f} USD an hour"
    if search_minutes:
        text += f", {hourly(reward, seconds, search_minutes):.2f} USD with {search_minutes:g} minutes of unpaid search"
    return text
