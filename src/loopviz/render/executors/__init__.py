"""Who renders segments: this process, or several. What they make is the same."""

from loopviz.render.executors.base import Executor, Frames
from loopviz.render.executors.capacity import processes_that_help
from loopviz.render.executors.serial import SerialExecutor

__all__ = ["Executor", "Frames", "SerialExecutor", "executor_for", "processes_that_help"]


def executor_for(jobs: int) -> Executor:
    """Return what renders with so many processes; one is this process."""
    if jobs <= 1:
        return SerialExecutor()
    from loopviz.render.executors.processes import ProcessExecutor  # here: most renders need none of what it loads

    return ProcessExecutor(jobs)
