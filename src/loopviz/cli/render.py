"""``loopviz run`` and ``loopviz render``: labels and people onto a video."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loopviz.cli.options import Look, Output, Request, Running, Source
from loopviz.cli.results import forecast_lines, near, result_data, result_lines

if TYPE_CHECKING:
    from loopviz.project.config import ProjectConfig

Project = Annotated[
    Path, typer.Argument(metavar="PROJECT", help="A project file, or a folder with a video or frames, labels, people.")
]
Video = Annotated[Path, typer.Argument(metavar="VIDEO", help="A video, or a folder of frames.")]


def run(
    project: Project, *, source: Source = None, output: Output, request: Request, look: Look, running: Running
) -> None:
    """Make the annotated video of a project.

    A project file says what is shown and how; options given here win over it. In a folder without a project file the
    video or the frames, labels/, metadata.json and assignments.csv are found, and it is said what was taken for what.
    """
    from loopviz.project.discover import configure

    said = look if source is None else {**look, "source": source}
    config, findings = configure(project, said if request.preview else output | said)
    running.reporter.notes(findings)
    _make(config, request, running, still=output.get("output"))


def render(video: Video, output: Output, request: Request, look: Look, running: Running) -> None:
    """Put labels, and those who drew them, onto one video.

    The same as run with everything said on the command line. Without -o the video is out/VIDEO.mp4.
    """
    from loopviz.project.config import ProjectConfig

    if "labels" not in look:
        raise typer.BadParameter("Say where the labels are.", param_hint="--labels")
    config = ProjectConfig.checked({"source": video, "labels": look["labels"]})
    config = config.changed(look if request.preview else output | look)
    _make(config, request, running, still=output.get("output"))


def _make(config: ProjectConfig, request: Request, running: Running, *, still: Path | None) -> None:
    from loopviz.project import pipeline
    from loopviz.project.load import load

    reporter, overwrite = running.reporter, request.overwrite
    if config.edit is not None:
        _make_edit(config, request, running, still)
        return
    with load(config, dry_run=request.dry_run) as project:
        reporter.notes(project.notes)
        asked: dict[str, Any] = {"frames": request.frames, "overwrite": overwrite, "repeat": request.repetition}
        if request.dry_run:
            from loopviz.project.forecast import forecast_of

            forecast = forecast_of(project, **asked, effort=running.effort)
            reporter.result(asdict(forecast), forecast_lines(forecast))
        elif request.preview is not None:
            shown = pipeline.preview(project, request.preview, still, overwrite=overwrite, tell=reporter.notes)
            reporter.result({"output": str(shown)}, [near(shown)])
        else:
            with reporter.progress("Rendering") as progress:
                result = pipeline.render(project, **asked, effort=running.effort, progress=progress)
            reporter.result(result_data(result), result_lines(result))


def _make_edit(config: ProjectConfig, request: Request, running: Running, still: Path | None) -> None:
    """Make the film of a project's section edit, or a still of it, or say what it would be."""
    from loopviz.project import edit_film
    from loopviz.project.pipeline import check_whole

    reporter, overwrite = running.reporter, request.overwrite
    check_whole(request.frames)
    asked: dict[str, Any] = {"overwrite": overwrite, "repeat": request.repetition, "effort": running.effort}
    if request.dry_run:
        forecast = edit_film.forecast_edit(config, **asked)
        reporter.result(asdict(forecast), forecast_lines(forecast))
    elif request.preview is not None:
        shown = edit_film.preview_edit(config, request.preview, still, overwrite=overwrite, tell=reporter.notes)
        reporter.result({"output": str(shown)}, [near(shown)])
    else:
        with reporter.progress("Rendering") as progress:
            result = edit_film.render_edit(config, **asked, progress=progress)
        reporter.result(result_data(result), result_lines(result))
