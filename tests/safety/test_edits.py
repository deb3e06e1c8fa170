"""A correction renders exactly the segments that it touches, and gives the bytes of a render from nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[int, str, str]]
Edit = Callable[[Path], None]
SEGMENTS, LENGTH = 8, 6  # frames a segment
QUICK = ("--preset", "ultrafast", "--json")


@dataclass(frozen=True)
class Rendered:
    """A project that was rendered, and a cache that holds its segments."""

    project: Path
    cache: Path
    video: bytes


@pytest.fixture(scope="module")
def once(crowd: Path, tmp_path_factory: pytest.TempPathFactory, loopviz: Run) -> Rendered:
    """Rendered once for all tests, which work on copies."""
    place = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOPVIZ_CACHE", str(place / "segments"))
        count, video = render(loopviz, crowd, "-o", str(place / "video.mp4"))
    assert count == SEGMENTS
    return Rendered(crowd, place / "segments", video)


@pytest.fixture
def project(once: Rendered, tmp_path: Path) -> Path:
    shutil.copytree(once.project, tmp_path / "mouse")
    return tmp_path / "mouse"


@pytest.fixture(autouse=True)
def cache(once: Rendered, own_cache: Path) -> Path:
    shutil.copytree(once.cache, own_cache, dirs_exist_ok=True)
    return own_cache


def render(loopviz: Run, project: Path, *more: str) -> tuple[int, bytes]:
    """How many segments had to be rendered, and the video."""
    code, log, said = loopviz("run", project, "--overwrite", *QUICK, *more)
    assert code == 0, said
    result = json.loads(log.splitlines()[-1])
    assert 0 <= result["rendered"] <= result["segments"] <= SEGMENTS
    return result["rendered"], Path(result["output"]).read_bytes()


def anew(loopviz: Run, project: Path, *more: str) -> bytes:
    """The video as it is when nothing is kept."""
    return render(loopviz, project, *more, "--no-cache", "-o", str(project.parent / "anew.mp4"))[1]


def in_json(change: Callable[[dict[str, Any]], None]) -> Edit:
    def edit(project: Path) -> None:
        file = project / "metadata.json"
        people = json.loads(file.read_text())
        change(people)
        file.write_text(json.dumps(people))

    return edit


def in_labels(frame: int, change: Callable[[str], str]) -> Edit:
    def edit(project: Path) -> None:
        file = next((project / "labels").glob(f"clip_{frame + 1:04d}_*"))
        file.write_text(change(file.read_text()))

    return edit


def in_project(line: str) -> Edit:
    def edit(project: Path) -> None:
        file = project / "loopviz.yaml"
        file.write_text(file.read_text() + line)

    return edit


def longer_clip(project: Path) -> None:
    """Other bytes, same pictures."""
    with (project / "clip.mp4").open("ab") as clip:
        clip.write(b"\0\0\0\x08free")


def another_hand(project: Path) -> None:
    """One frame is somebody else's work."""
    file = next((project / "labels").glob("clip_0009_*"))
    file.rename(file.with_name("clip_0009_RAWID00XYZ.txt"))


EDITS = [
    pytest.param(lambda _: None, 0, id="nothing"),
    pytest.param(in_json(lambda p: p["RAWID00XYZ"].update(Q4="Lima")), 1, id="an answer: frames 0 to 3"),
    pytest.param(in_json(lambda p: p["RAWID01XYZ"].update(Q4="Lima")), 2, id="an answer: frames 4 to 7"),
    pytest.param(in_json(lambda p: p["RAWID11XYZ"].update(Q4=None)), 1, id="an answer taken back: frames 44 to 47"),
    pytest.param(in_json(lambda p: p["RAWID03XYZ"].update(Q4=" Oslo ")), 0, id="an answer that looks the same"),
    pytest.param(in_json(lambda p: p.update({k: p.pop(k) for k in sorted(p)[:5]})), 0, id="another order of people"),
    pytest.param(in_labels(20, lambda rows: rows.replace("0.5 0.5", "0.4 0.5", 1)), 1, id="one box"),
    pytest.param(in_labels(20, lambda rows: rows.splitlines()[0] + "\n"), 1, id="one box less"),
    pytest.param(in_labels(6, lambda rows: rows + "\n"), 0, id="an empty line among the labels"),
    pytest.param(another_hand, 1, id="another worker for one frame"),
    pytest.param(in_project("questions: {Q4: Where}\n"), SEGMENTS, id="a heading that stands on every frame"),
    pytest.param(in_project("identity: hidden\n"), SEGMENTS, id="nobody's name"),
    pytest.param(in_project("encoder: {crf: 30}\n"), SEGMENTS, id="the encoder"),
    pytest.param(in_project("categories: {Cable: {color: '#00ff00'}}\n"), SEGMENTS, id="a colour"),
    pytest.param(in_project("output: other.mp4\n"), 0, id="the output's name"),
    pytest.param(longer_clip, SEGMENTS, id="the source"),
]


@pytest.mark.parametrize(("edit", "touched"), EDITS)
def test_an_edit_renders_what_it_touches(loopviz: Run, once: Rendered, project: Path, edit: Edit, touched: int):
    edit(project)
    count, video = render(loopviz, project)
    assert count == touched
    assert (video == once.video) == (touched == 0 or edit is longer_clip)
    if touched:
        assert video == anew(loopviz, project)


def test_what_was_kept_is_what_would_be_rendered(loopviz: Run, once: Rendered, project: Path):
    assert anew(loopviz, project) == once.video


def test_the_theme_touches_all_and_coming_back_none(loopviz: Run, once: Rendered, project: Path):
    theme = project / "small.yaml"
    told = theme.read_text()
    theme.write_text(told + "colors: {paper: '#203040'}\n")
    count, video = render(loopviz, project)
    assert count == SEGMENTS
    assert video == anew(loopviz, project) != once.video
    theme.write_text(told)
    assert render(loopviz, project) == (0, once.video)


@pytest.mark.parametrize(
    ("part", "touched"),
    [
        pytest.param("0:12", 0, id="whole segments"),
        pytest.param("6:9", 1, id="a part of one"),
        pytest.param("3:21", 2, id="two parts and what lies between"),
    ],
)
def test_a_part_uses_what_is_kept_of_the_whole(loopviz: Run, project: Path, part: str, touched: int):
    count, video = render(loopviz, project, "--range", part)
    assert count == touched
    assert video == anew(loopviz, project, "--range", part)
    assert render(loopviz, project)[0] == 0


def test_the_container_is_no_reason_to_render(loopviz: Run, project: Path, tmp_path: Path):
    assert render(loopviz, project, "-o", str(tmp_path / "video.mkv"))[0] == 0


def truncated(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def gone(file: Path) -> None:
    file.unlink()


def swapped(file: Path) -> None:
    """Another segment's bytes under this one's name."""
    other = next(f for f in sorted(file.parents[1].glob(f"??/*{file.suffix}")) if f.name != file.name)
    file.write_bytes(other.read_bytes())


def strange(file: Path) -> None:
    file.write_bytes(b'{"sha256": [1], "videos": 7}')


DAMAGES = (truncated, flipped, emptied, gone, swapped, strange)


@pytest.mark.parametrize("suffix", [".nut", ".json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_segment_is_made_again(
    loopviz: Run, once: Rendered, project: Path, cache: Path, damage: Edit, suffix: str
):
    kept = sorted(cache.glob(f"??/*{suffix}"))
    assert len(kept) == SEGMENTS
    damage(kept[0])
    assert render(loopviz, project) == (1, once.video)
    assert render(loopviz, project) == (0, once.video)
