"""What of training works on this machine, asked in a process of its own: torch takes seconds to load.

``python -m loopviz.train.ultralytics.examine`` says it as JSON.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loopviz.train.ultralytics.offline import environment

PATIENCE = 120  # seconds


@functools.cache
def examined() -> Mapping[str, Any]:
    """Return ``torch``, ``torchvision``, ``match`` and ``devices``; or ``trouble``, where torch does not load."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603  (our own module)
            [sys.executable, "-P", "-m", __name__],
            capture_output=True,
            text=True,
            check=False,
            env=environment(Path(folder), 1),
            timeout=PATIENCE,
        )
    try:
        found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return {"trouble": " ".join(done.stderr.split())[-200:] or f"exit code {done.returncode}"}
    return found


def main() -> None:
    """Say what there is."""
    import torch

    from loopviz.train.ultralytics.torchvision_operators import import_torchvision, operators_match

    version = import_torchvision().__version__
    cards = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    said = {"torch": torch.__version__, "torchvision": version, "match": operators_match(), "devices": ["cpu", *cards]}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
