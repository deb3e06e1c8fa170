"""The command line: parse, call, print. What is heavy is imported inside the command that needs it."""

from __future__ import annotations

from loopviz.cli.app import main

__all__ = ["main"]
