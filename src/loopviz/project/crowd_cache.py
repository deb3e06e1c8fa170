"""What reading a crowd's files came to, kept for the next look at them: masks take long to read.

It holds the platform's ids, for its owner's eyes alone, and goes whenever a person is forgotten or the cache is pruned.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path

from loopviz import __version__
from loopviz.errors import OutputError
from loopviz.outputs import cache_folder
from loopviz.project.crowd_config import CrowdConfig
from loopviz.project.crowd_import import Reading, settings_of
from loopviz.project.crowd_store import CrowdData

KEPT = 8  # crowds; those that were read longest ago go first


def place_of(crowd: CrowdConfig, reading: Reading) -> Path:
    """Return where a crowd is kept; what is there may have been made of other bytes."""
    paths = [os.fsdecode(path.resolve()) for path in (*crowd.batches, crowd.survey, crowd.images) if path]
    words = json.dumps([__version__, settings_of(crowd, reading), str(reading.video), *paths])
    return _folder() / hashlib.sha256(words.encode()).hexdigest()[:32]


def keep(data: CrowdData, place: Path) -> None:
    """Keep a crowd; a disk that is full or closed is no reason to fail."""
    with contextlib.suppress(OSError, OutputError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.update(place)
        for old in sorted(place.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def clear() -> int:
    """Forget all crowds that were read; return how many they were.

    Raises:
        OutputError: If one cannot be removed.
    """
    folder = _folder()
    if not folder.exists():
        return 0
    count = sum(1 for _ in folder.iterdir())
    try:
        shutil.rmtree(folder)
    except OSError as error:
        what = f"what was read of a crowd cannot be removed: {error.strerror or error}"
        raise OutputError(what, file=folder, remedy="Remove the folder yourself.") from error
    return count


def _folder() -> Path:
    return cache_folder() / "crowds"
