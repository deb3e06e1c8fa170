"""What is odd about a source: facts that have it, and such that only nearly have."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from loopviz.media import VideoInfo, open_source, probe
from loopviz.notes import Note
from loopviz.project.check.checkup import check
from loopviz.project.check.finding_codes import VIDEO
from loopviz.project.check.video import check_frames, check_video


@pytest.fixture(scope="module")
def info(make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    return probe(make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4"))


CASES = [
    pytest.param(
        "frame-count", {"notes": (Note("frame-count", {"claimed": 9, "found": 12}),)}, {"notes": ()}, id="frame-count"
    ),
    pytest.param(
        "video-damaged",
        {"notes": (Note("cut-short", {"bytes": 9}),)},
        {"notes": (Note("depth-reduced", {"bits": 10, "depth": 8}),)},
        id="video-damaged",
    ),
    pytest.param(
        "numbers-missing",
        {"notes": (Note("numbers-missing", {"places": 2, "before": "2.png", "after": "4.png"}),)},
        {"notes": (Note("attached-pictures", {"count": 1}),)},
        id="numbers-missing",
    ),
    pytest.param(
        "times-mended",
        {"notes": (Note("times-mended", {"count": 1, "frame": 3}),)},
        {"notes": ()},
        id="times-mended",
    ),
    pytest.param(
        "images-left-aside",
        {"notes": (Note("left-aside", {"count": 2, "kinds": [".avif", ".heic"], "first": "e.HEIC"}),)},
        {"notes": ()},
        id="images-left-aside",
    ),
    pytest.param(
        "video-note", {"notes": (Note("depth-reduced", {"bits": 10, "depth": 8}),)}, {"notes": ()}, id="video-note"
    ),
    pytest.param(
        "variable-frame-rate", {"variable_frame_rate": True}, {"variable_frame_rate": False}, id="variable-frame-rate"
    ),
    pytest.param("video-rotated", {"rotation": -90}, {"rotation": 0}, id="video-rotated"),
    pytest.param(
        "pixels-not-square",
        {"notes": (Note("pixels-not-square", {"ratio": "2:3", "size": "427x360"}),)},
        {"notes": (Note("absurd-pixels", {"ratio": Fraction(0)}),)},
        id="pixels-not-square",
    ),
    pytest.param("single-frame", {"frames": 1}, {"frames": 2}, id="single-frame"),
    pytest.param("size-huge", {"height": 8193}, {"height": 8192}, id="size-huge"),
]


@pytest.mark.parametrize(("code", "bad", "good"), CASES)
def test_trouble_is_found_where_it_is(code: str, bad: dict[str, Any], good: dict[str, Any], info: VideoInfo):
    (found,) = check_video(dataclasses.replace(info, **bad))
    assert (found.code, found.severity) == (code, VIDEO[code].severity)
    assert str(info.path) in str(found.places[0])
    assert code not in [each.code for each in check_video(dataclasses.replace(info, **good))]


def test_every_code_has_a_case():
    assert {case.values[0] for case in CASES} | {"frame-damaged"} == set(VIDEO)


def test_a_sound_clip_is_sound(info: VideoInfo):
    assert not list(check_video(info))


def test_every_damaged_frame_is_found_and_the_others_are_not(tmp_path: Path):
    for number in range(5):
        Image.linear_gradient("L").save(tmp_path / f"frame_{number}.jpg")
    for number in (1, 3):
        whole = (tmp_path / f"frame_{number}.jpg").read_bytes()
        (tmp_path / f"frame_{number}.jpg").write_bytes(whole[: len(whole) // 2])
    with open_source(tmp_path) as source:
        assert [Path(each.places[0].file or "").name for each in check_frames(source)] == ["frame_1.jpg", "frame_3.jpg"]


def harm(path: Path, place: int) -> Path:
    """Fill a clip's packet with zeros."""
    content = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packet = [bytes(packet) for packet in container.demux(video=0) if packet.size][place]
    at = content.index(packet)
    content[at : at + len(packet)] = bytes(len(packet))
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("place", "frames"), [(0, range(6)), (4, [4]), (6, range(6, 12))], ids=["first-key", "between", "key"]
)
def test_damage_in_a_video_is_one_finding_that_names_the_frames(
    make_clip: Callable[..., Path], tmp_path: Path, place: int, frames: Sequence[int]
):
    path = harm(make_clip(tmp_path / "clip.mp4"), place)
    (found,) = [each for each in check(path, decode=True).findings if each.code == "frame-damaged"]
    assert (found.count, [each.frame for each in found.places]) == (len(frames), list(frames))
    assert {each.file for each in found.places} == {str(path)}


def test_damage_that_costs_the_end_is_found(make_clip: Callable[..., Path], tmp_path: Path):
    path = harm(make_clip(tmp_path / "clip.mp4"), 11)
    assert "frame-damaged" in [each.code for each in check(path, decode=True).findings]


def test_a_sound_clip_is_decoded_to_its_end(make_clip: Callable[..., Path], tmp_path: Path):
    with open_source(make_clip(tmp_path / "clip.mp4")) as source:
        assert not list(check_frames(source))


def test_the_corpus_has_clips_that_are_odd(corpus: Path):
    clips = [file for file in sorted((corpus / "video").rglob("*")) if file.suffix in (".mp4", ".MOV", ".gif")]
    found = {file.name: {each.code for each in check(file).findings} for file in clips}
    assert len(found) > 15
    assert found["WrongFile.mp4"] == {"video-unusable"}
    assert found["portrait.MOV"] == {"video-rotated"}
    assert found["SAR-2by3.mp4"] == {"pixels-not-square"}
    assert found["discard_first_keyframe.mp4"] == {"frame-count"}
    assert found["frame_exceeds_screen.gif"] == {"single-frame", "video-note"}
    assert found["testsrc-hevc.mp4"] == set()
