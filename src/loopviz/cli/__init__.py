"""The command line: parse, call, print. What is heavy is imported inside the command that needs it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; nothing is raised, whatever happens.

    Args:
        arguments: What stands after ``loopviz``; those of the process where none are given.
    """
    from loopviz.cli import process  # here, like all that follows: Ctrl-C is heard from the first line on

    with process.interruptible():
        try:
            process.open_streams()
            from loopviz.cli.app import main as run

            return run(arguments)
        except BaseException as error:
            if not process.was_interrupted(error):
                raise
            return process.leave()
