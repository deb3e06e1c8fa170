"""Coverage-guided fuzzing of one target with Atheris (libFuzzer); ``scripts/fuzz`` runs it for each.

    python tests/fuzz/guided.py TARGET FOUND [CORPUS …] [-max_total_time=60 …]

FOUND takes what is newly reached, and is read again the next time. What ends a run is kept as ``crash-…`` where
``-artifact_prefix`` says.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["loopviz"]):
    from targets import TARGETS, feed


def main() -> None:
    """Fuzz until libFuzzer ends."""
    name = sys.argv.pop(1)
    if name not in TARGETS:
        raise SystemExit(f"There is no target {name!r}: {', '.join(TARGETS)}.")
    folder = Path(tempfile.mkdtemp(prefix="loopviz-fuzz-"))
    atheris.Setup(sys.argv, lambda data: feed(name, data, folder))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
