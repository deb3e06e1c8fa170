"""Who is told how trainings get on: what is said beforehand, pictures that are written, and every training's events."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from loopviz.notes import Note
from loopviz.progress import Progress
from loopviz.train.trainer import Event, Tell

Say = Callable[[Iterable[Note]], None]


def _nothing(_: Iterable[Note] | Event) -> None:
    pass


def _unwatched() -> AbstractContextManager[None]:
    return contextlib.nullcontext()


def _untold() -> AbstractContextManager[Tell]:
    return contextlib.nullcontext(_nothing)


@dataclass(frozen=True)
class Watch:
    """Who is told.

    Attributes:
        say: Called with what a person should know, before it begins.
        writing: Returns a context for each training set: what is called with the images written and to write, or None.
        training: Returns a context for each training: what is called with its events.
    """

    say: Say = _nothing
    writing: Callable[[], AbstractContextManager[Progress | None]] = _unwatched
    training: Callable[[], AbstractContextManager[Tell]] = _untold


NOBODY = Watch()
