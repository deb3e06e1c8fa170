"""``loopviz crowd kit``: what to publish, so that people can label a video's frames and be asked about their work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopviz.cli import options
from loopviz.cli.parameters import listed
from loopviz.cli.results import near

if TYPE_CHECKING:
    from loopviz.kit import KitPlan

EXAMPLES = """
    loopviz crowd kit clip.mp4 --categories "Wheel,Body" -o kit
    loopviz crowd kit clip.mp4 --categories "Wheel,Body" --pilot-seconds 188 --step 10 --assignments 3 -o kit
"""
Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="The video, or a folder of frames.")]
Folder = Annotated[Path, typer.Option("--output", "-o", help="The folder that is made.")]
Categories = Annotated[str, typer.Option("--categories", metavar="A,B,C", help="What is to be labelled.")]


@dataclass(frozen=True)
class Asked:
    """What is asked of whom, for what, as ``loopviz.kit.KitPlan`` has it; files by their names."""

    survey: Annotated[Path | None, typer.Option("--survey", help="The questions, as YAML; ten are there already.")] = (
        None
    )
    reward_usd: Annotated[float, typer.Option("--reward", help="What one task pays, in US dollars.")] = 0.15
    pilot_seconds: Annotated[
        float | None, typer.Option("--pilot-seconds", help="The median time that a task took in a pilot.")
    ] = None
    search_minutes_per_task: Annotated[
        float | None, typer.Option("--search-minutes", help="Unpaid minutes of looking for work that come with a task.")
    ] = None
    wage_usd_per_hour: Annotated[float, typer.Option("--wage", help="The wage an hour that a reward is named for.")] = (
        15.0
    )
    step: Annotated[int, typer.Option("--step", help="Every how many frames one is labelled.")] = 1
    assignments: Annotated[int, typer.Option("--assignments", help="How many people label each image.")] = 1
    base_url: Annotated[str | None, typer.Option("--base-url", help="Where the images will be hosted: https://…")] = (
        None
    )
    title: Annotated[str, typer.Option("--title", help="The page's heading.")] = "Label the parts in a picture"
    requester: Annotated[str | None, typer.Option("--requester", help="Who asks, as the people are to know you.")] = (
        None
    )
    contact: Annotated[str | None, typer.Option("--contact", help="Where you can be asked.")] = None
    consent: Annotated[Path | None, typer.Option("--consent", help="A consent text of your own, as a text file.")] = (
        None
    )
    example: Annotated[Path | None, typer.Option("--example", help="Labels of some frames, for the pictures.")] = None


def kit(video: Video, *, folder: Folder, categories: Categories, asked: Asked, messages: options.Messages) -> None:
    """Make a task kit: the page to publish, its images and questions, what it pays, and how to go about it."""
    from loopviz.formats.untrusted_files import read_text
    from loopviz.kit import KitPlan, load_survey, make_kit
    from loopviz.media import open_source
    from loopviz.project.crowd.commands import example_labels

    with open_source(video) as source:
        files = {
            "consent": read_text(asked.consent) if asked.consent else None,
            "survey": load_survey(asked.survey),
            "example": example_labels(asked.example, source) if asked.example else None,
        }
        plan = KitPlan(categories=tuple(listed(categories) or ()), **{**vars(asked), **files})
        made = make_kit(source, folder, plan)
    pays = [] if plan.pilot_seconds is None else [_pays(plan, plan.pilot_seconds)]
    lines = [
        *map(str, made.notes),
        *pays,
        f"{near(made.folder)}: {made.images} images, {made.tasks} tasks; begin with its README.md",
    ]
    data = {"folder": str(made.folder), "images": made.images, "tasks": made.tasks, "notes": list(map(str, made.notes))}
    messages.reporter.result(data, lines)


def _pays(plan: KitPlan, seconds: float) -> str:
    """Say what a task pays an hour."""
    from loopviz.kit import hourly

    reward, search_minutes = plan.reward_usd, plan.search_minutes_per_task
    text = f"{reward:.2f} USD for {seconds:g} seconds is {hourly(reward, seconds):.2f} USD an hour"
    if search_minutes:
        text += f", {hourly(reward, seconds, search_minutes):.2f} USD with {search_minutes:g} minutes of unpaid search"
    return text
