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
    code, _, err = loopviz(*command)
    assert code == 0, err
    assert not [file for file in own_cache.glob("??/*.json") if b"RAWID" in file.read_bytes()]
    assert SegmentCache(own_cache).forget([f"RAWID{worker:02d}XYZ"]) == (segments, ("a.mp4",))
    code, out, _ = loopviz(*command)
    assert (code, json.loads(out.splitlines()[-1])["rendered"]) == (0, segments)


@pytest.mark.parametrize(
    ("timeline", "worker", "segments"),
    [
        ("{pace: 1s, show: '2 people', end: {credits: pages, for: 4s}}", 5, 2),  # who stands in the credits alone
        ("{pace: 1s, show: '2 people', start: {credits: roll, for: 4s}}", 5, 2),
        ("{pace: 1s, show: ['0:1'], end: {card: title, for: 4s}}", 5, 0),  # a title names nobody
        ("{pace: 2s, show: ['0:1', '4:5'], between: dissolve 6 frames}", 0, 1),  # of the other a picture, and no labels
        ("{pace: 4s, show: ['0:1', '4:5'], loop: cross-fade 2s}", 0, 3),  # who went and who comes
        ("{pace: 2s, show: ['0:1', '4:5'], loop: ping-pong}", 1, 2),
    ],
)
def test_so_do_those_of_a_film_with_cards_and_changes(
    crowd: Path, loopviz: Run, tmp_path: Path, own_cache: Path, timeline: str, worker: int, segments: int
):
    project = crowd / "film.yaml"
    project.write_text((crowd / "loopviz.yaml").read_text("utf-8") + f"timeline: {timeline}\n", "utf-8")
    command = ("run", project, "-o", tmp_path / "a.mp4", "--preset", "ultrafast", "--overwrite", "--json")
    code, _, err = loopviz(*command)
    assert code == 0, err
    videos = ("a.mp4",) if segments else ()
    assert SegmentCache(own_cache).forget([f"RAWID{worker:02d}XYZ"]) == (segments, videos)
    code, out, _ = loopviz(*command)
    assert (code, json.loads(out.splitlines()[-1])["rendered"]) == (0, segments)
