"""Who is forgotten is in no kept segment any more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.render import SegmentCache

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(("worker", "segments"), [(0, 1), (1, 2), (3, 1), (4, 2), (11, 1)])
def test_their_segments_go_and_the_others_stay(
    crowd: Path, loopviz: Run, tmp_path: Path, own_cache: Path, worker: int, segments: int
):
    command = ("run", crowd, "-o", tmp_path / "a.mp4", "--preset", "ultrafast", "--overwrite", "--json")
    assert loopviz(*command)[0] == 0
    assert not [file for file in own_cache.glob("??/*.json") if b"RAWID" in file.read_bytes()]
    assert SegmentCache(own_cache).forget([f"RAWID{worker:02d}XYZ"]) == (segments, ("a.mp4",))
    code, out, _ = loopviz(*command)
    assert (code, json.loads(out.splitlines()[-1])["rendered"]) == (0, segments)
