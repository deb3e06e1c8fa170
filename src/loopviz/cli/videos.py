"""``loopviz run`` and ``loopviz render``: labels and people onto a video."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loopviz.cli.options import Job, given, takes_job
from loopviz.cli.words import forecast_lines, near, result_data, result_lines

if TYPE_CHECKING:
    from loopviz.project.config import ProjectConfig

Project = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="A project file, or a folder with a video or frames, labels, people.")
]
Source = Annotated[Path | None, typer.Option("--source", help="The video or the folder of frames.")]
Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="A video, or a folder of frames.")]


@takes_job
def run(project: Project, job: Job, source: Source = None) -> None:
    """Make the annotated video of a project.

    A project file says what is shown and how; options given here win over it. In a folder without a project file the
    video or the frames, labels/, metadata.json and assignments.csv are found, and it is said what was taken for what.
    """
    from loopviz.project.discover import configure

    config, findings = configure(project, {**job.settings, **given(source=source)})
    job.reporter.notes(findings)
    _make(config, job)


@takes_job
def render(video: Video, job: Job) -> None:
    """Put labels, and those who drew them, onto one video.

    The same as run with everything said on the command line. Without -o the video is out/VIDEO.mp4.
    """
    from loopviz.project.config import ProjectConfig

    if "labels" not in job.settings:
        raise typer.BadParameter("Say where the labels are.", param_hint="--labels")
    _make(ProjectConfig.checked({"source": video, "labels": job.settings["labels"]}).changed(job.settings), job)


def _make(config: ProjectConfig, job: Job) -> None:
    from loopviz.project import pipeline
    from loopviz.project.load import load

    with load(config, dry_run=job.dry_run) as project:
        job.reporter.notes(project.notes)
        if job.dry_run:
            effort = pipeline.Effort(job.jobs, job.cache)
            forecast = pipeline.forecast(project, frames=job.frames, overwrite=job.overwrite, effort=effort)
            job.reporter.result(asdict(forecast), forecast_lines(forecast))
        elif job.preview is not None:
            still = pipeline.preview(project, job.preview, job.still, overwrite=job.overwrite, tell=job.reporter.notes)
            job.reporter.result({"output": str(still)}, [near(still)])
        else:
            with job.reporter.progress("Rendering") as progress:
                effort = pipeline.Effort(job.jobs, job.cache)
                result = pipeline.render(
                    project, frames=job.frames, overwrite=job.overwrite, effort=effort, progress=progress
                )
            job.reporter.result(result_data(result), result_lines(result))
