"""The command line: parse, call, print. What is heavy is imported inside the command that needs it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; nothing is raised, whatever happens.

    Args:
        arguments: What stands after ``loopviz``; those of the process where none are given.
    """
    try:
        from loopviz.cli import process  # here, like all that follows: Ctrl-C is heard from the first line on
    except KeyboardInterrupt:
        sys.stderr.write("loopviz: Interrupted; nothing half done is left.\n")
        return 130

    with process.interruptible():
        try:
            process.open_streams()
            from loopviz.cli.app import main as run

            return run(arguments)
        except BaseException as error:
            if not process.was_interrupted(error):
                raise
            return process.leave()
