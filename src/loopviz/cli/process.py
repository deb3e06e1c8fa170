"""The program as a process: its streams, and the signals that end it.

Light to import: it is what stands between the first line of the program and a person who changes their mind.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

AGAIN = 0.01  # seconds
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_heard: list[int] = []


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """End like Ctrl-C, with everything put away, for whatever else asks a process to end.

    A signal that is ignored (``nohup``) stays so. While things are put away further requests to end are not heard; a
    second Ctrl-C is. Where Python cannot raise anything, as while it takes an object away, it is raised a moment later.
    """
    _heard.clear()
    before = {}
    hook = sys.unraisablehook
    if threading.current_thread() is threading.main_thread():  # the only one that may listen
        for number in (signal.SIGINT, *ENDING):
            usual = signal.getsignal(number)
            if usual in (signal.SIG_DFL, signal.default_int_handler):
                before[number] = signal.signal(number, _hear)
        sys.unraisablehook = lambda lost: _hear_later() if lost.exc_type is KeyboardInterrupt else hook(lost)
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, usual in before.items():
            signal.signal(number, usual)


def was_interrupted(error: BaseException | None = None) -> bool:
    """Say whether a request to end is behind an error, whatever a library has made of it meanwhile."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return bool(_heard) or error is not None


def open_streams() -> None:
    """Have the three standard streams open: else a file of ours would get their number, and what is said there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def leave() -> int:
    """Say that it was interrupted, before there is anything else to say it with; return the exit code."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write("loopviz: Interrupted; nothing half done is left.\n")
        sys.stderr.flush()
    return 130


def _hear(number: int, _: FrameType | None) -> None:
    first = not _heard
    _heard.append(number)
    if first or number == signal.SIGINT:
        raise KeyboardInterrupt


def _hear_later() -> None:
    again = threading.Timer(AGAIN, _thread.interrupt_main)
    again.daemon = True
    again.start()
