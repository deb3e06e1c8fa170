from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.media import open_source, to_rgb
from loopviz.media.manifest import Manifest, manifest_text, read_manifest
from loopviz.notes import Note

CONTENT: dict[str, Any] = {
    "version": 1,
    "time_base": "1/1000",
    "frame_rate": "30000/1001",
    "end_pts": 101,
    "sound": None,
    "color": {"matrix": "bt709", "full_range": False, "colorspace": 1, "primaries": 1, "transfer": 1},
    "frames": [
        {"index": 7, "pts": 1, "file": "b.png", "sha256": "00"},
        {"index": 8, "pts": 34, "file": "a.png", "sha256": "00"},
        {"index": 9, "pts": 68, "file": "c.png", "sha256": "00"},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    folder.mkdir()
    for value, name in enumerate(("a.png", "b.png", "c.png", "other.png")):
        Image.fromarray(np.full((16, 16, 3), value * 50, np.uint8)).save(folder / name)
    (folder / "manifest.json").write_text(json.dumps(CONTENT))
    return folder


def test_the_manifest_orders_and_times_the_frames(folder: Path) -> None:
    with open_source(folder) as source:
        assert source.files == ("b.png", "a.png", "c.png")
        assert (source.pts.tolist(), source.end_pts, source.info.time_base) == ([1, 34, 68], 101, Fraction(1, 1000))
        assert (source.info.frame_rate, source.info.variable_frame_rate) == (Fraction(30000, 1001), False)
        assert source.info.notes == (Note("unlisted-images", {"count": 1}),)
        assert [frame.pts for frame in source.read()] == [1, 34, 68]


def test_images_become_what_the_manifest_says(folder: Path) -> None:
    """A JPEG is BT.601 in full range; the clip that it stands for was not."""
    content = copy.deepcopy(CONTENT)
    content["color"] |= {"matrix": "bt601", "colorspace": 6}
    for frame in content["frames"]:
        Image.fromarray(np.full((16, 16, 3), 240, np.uint8)).save(folder / frame["file"], format="JPEG")
    (folder / "manifest.json").write_text(json.dumps(content))
    with open_source(folder) as source:
        for frame in source.read():
            assert (frame.picture.colorspace, frame.picture.color_range) == (6, 1)
            assert abs(int(to_rgb(frame.picture)[8, 8, 0]) - 240) <= 2
            assert abs(bytes(frame.picture.planes[0])[0] - (16 + 219 * 240 / 255)) <= 1.5


def test_a_manifest_is_read_as_it_is_written() -> None:
    manifest = Manifest.model_validate(CONTENT)
    assert Manifest.model_validate(json.loads(manifest_text(manifest))) == manifest


def test_another_programs_manifest_is_none(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"name": "my web app", "icons": []}')
    assert read_manifest(folder) is None
    with open_source(folder) as source:
        assert source.info.frames == 4


def put(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        place: Any = content
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "at"),
    [
        pytest.param(put("version", value=2), "version", id="version"),
        pytest.param(put("time_base", value="0/1"), "time_base", id="no-time-base"),
        pytest.param(put("time_base", value="1/0"), "time_base", id="division-by-zero"),
        pytest.param(put("time_base", value=0.1), "time_base", id="float"),
        pytest.param(put("frame_rate", value="-24"), "frame_rate", id="negative-rate"),
        pytest.param(put("end_pts", value=68), None, id="end-before-last"),
        pytest.param(put("end_pts", value=2**70), "end_pts", id="absurd-end"),
        pytest.param(put("frames", value=[]), "frames", id="no-frames"),
        pytest.param(put("frames", 1, "pts", value=1), None, id="times-not-ascending"),
        pytest.param(put("frames", 1, "pts", value="34"), r"frames\.1\.pts", id="text-for-a-number"),
        pytest.param(put("frames", 1, "pts", value=34.5), r"frames\.1\.pts", id="half-a-tick"),
        pytest.param(put("frames", 1, "index", value=7), None, id="index-twice"),
        pytest.param(put("frames", 1, "file", value="b.png"), None, id="file-twice"),
        pytest.param(put("frames", 1, "file", value="../secret.png"), r"frames\.1\.file", id="up-and-away"),
        pytest.param(put("frames", 1, "file", value="/etc/passwd"), r"frames\.1\.file", id="absolute"),
        pytest.param(put("frames", 1, "file", value="..\\secret.png"), r"frames\.1\.file", id="backslash"),
        pytest.param(put("frames", 1, "file", value="C:a.png"), r"frames\.1\.file", id="drive"),
        pytest.param(put("frames", 1, "file", value=""), r"frames\.1\.file", id="no-name"),
        pytest.param(put("frames", 1, "extra", value=1), r"frames\.1\.extra", id="unknown-key"),
        pytest.param(put("sound", value="../sound.mka"), "sound", id="sound-elsewhere"),
        pytest.param(put("color", "matrix", value="bt708"), r"color\.matrix", id="matrix"),
        pytest.param(put("color", "colorspace", value=0), r"color\.colorspace", id="rgb-matrix"),
    ],
)
def test_a_damaged_manifest_is_refused(folder: Path, change: Callable[[dict[str, Any]], None], at: str | None) -> None:
    content = copy.deepcopy(CONTENT)
    change(content)
    (folder / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(InputError, match=rf"manifest\.json, {at}: " if at else r"manifest\.json: ") as caught:
        open_source(folder)
    assert "the manifest is damaged" in caught.value.problem


@pytest.mark.parametrize("text", ["", "{", '{"time_base": 1, "frames":', "\xff\xfe", "[" * 100_000], ids=range(5))
def test_a_manifest_that_is_no_json(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="the manifest cannot be read"):
        open_source(folder)


def test_a_missing_image_is_named(folder: Path) -> None:
    (folder / "a.png").unlink()
    with pytest.raises(InputError, match=r"a\.png, frame 8: an image of the manifest is missing"):
        open_source(folder)


def test_missing_sound_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text(json.dumps({**CONTENT, "sound": "sound.mka"}))
    with pytest.raises(InputError, match=r"sound\.mka: there is no such file"):
        open_source(folder)


def test_changed_times_change_the_fingerprint(folder: Path) -> None:
    with open_source(folder) as source:
        before = source.fingerprint()
    (folder / "manifest.json").write_text(json.dumps({**CONTENT, "end_pts": 102}))
    with open_source(folder) as source:
        assert source.fingerprint() != before
