"""What plays when in a project's film."""

from __future__ import annotations

from fractions import Fraction

from loopviz.durations import parse_duration
from loopviz.project.load import LoadedProject
from loopviz.timeline import Timeline, at_most, identity_timeline, part
from loopviz.timeline.moving_line import with_moving_line


def timeline_of(project: LoadedProject, frames: range | None = None) -> Timeline:
    """Return what plays when.

    Args:
        project: The project.
        frames: Only what is in this range of the source.

    Raises:
        ConfigError: If the film would be too short for what it shows, or there are no such frames.
    """
    if project.film is not None:
        film = project.film.timeline(project.scene, frames)
    else:
        film = identity_timeline(project.source)
        film = film if frames is None else part(film, frames)
    if moves(project):
        film = with_moving_line(film, parse_duration(project.config.model.there_and_back))
    most = project.profile.max_frame_rate if project.profile else None
    return at_most(film, Fraction(most)) if most else film


def moves(project: LoadedProject) -> bool:
    """Say whether a line moves over the picture."""
    return project.scene.has_moving_line
