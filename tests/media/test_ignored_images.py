"""Images that are no frames are said, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from loopviz.errors import InputError
from loopviz.media import open_source, probe
from loopviz.media.ignored_images import aside_notes, left_aside
from loopviz.notes import Note

HEIC, AVIF, JXL = b"\0\0\0\x18ftypheic", b"\0\0\0\x1cftypavif", b"\0\0\0\x0cJXL \r\n\x87\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.png", "b.png"):
        Image.new("RGB", (96, 64)).save(tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content", "aside"),
    [
        ("c.heic", HEIC, True),
        ("c.HEIC", b"", True),
        ("c.avif", AVIF, True),
        ("c.gif", b"GIF89a", True),
        ("c.jxl", JXL, True),
        ("c.svg", b"<svg/>", True),
        ("c.tga", bytes(18), True),
        ("c.CR2", b"II*\0", True),
        ("c.dng", b"II*\0", True),
        ("c", b"\xff\xd8\xff\xe0", True),  # told by what they hold
        ("c.image", b"\x89PNG\r\n\x1a\n", True),
        ("c.jpg_original", b"\xff\xd8\xff\xe0", True),
        ("c.bak", b"RIFF\0\0\0\0WEBPVP8 ", True),
        ("c.photo", HEIC, True),
        ("c.txt", b"0 .5 .5 .1 .1", False),
        ("c.json", b"\x89PNG\r\n\x1a\n", False),
        ("Thumbs.db", b"\xd0\xcf\x11\xe0", False),
        ("c.cache", b"\xff\xd8\xff", False),
        (".c.heic", HEIC, False),
        ("c.mp4", b"\0\0\0\x20ftypisom", False),
    ],
)
def test_what_looks_like_an_image(folder: Path, name: str, content: bytes, aside: bool) -> None:
    (folder / name).write_bytes(content)
    expected = [folder / name] if aside else []
    frames = [folder / "a.png", folder / "b.png"]
    assert left_aside([folder], frames) == expected
    assert probe(folder).notes == tuple(aside_notes(expected))


def test_they_are_counted_and_the_first_is_named(folder: Path) -> None:
    for name, content in (("e.HEIC", HEIC), ("f.avif", AVIF), ("g.heic", HEIC), ("h", b"GIF87a")):
        (folder / name).write_bytes(content)
    said = Note("left-aside", {"count": 4, "kinds": [".avif", ".heic", "no suffix"], "first": "e.HEIC"})
    assert said in probe(folder).notes
    (folder / "folder.gif").mkdir()
    assert said in probe(folder).notes


@pytest.mark.parametrize("suffix", ["jfif", "jpe", "JFIF", "Jpe"])
def test_other_suffixes_of_jpeg_are_jpeg(folder: Path, suffix: str) -> None:
    Image.new("RGB", (96, 64), "red").save(folder / f"a2.{suffix}", "JPEG")
    with open_source(folder) as source:
        assert source.files == ("a2." + suffix, "a.png", "b.png") or source.files == ("a.png", "a2." + suffix, "b.png")
        assert source.info.notes == ()
    assert probe(folder / f"a2.{suffix}").frames == 1


def test_in_the_parts_of_a_set_as_well(folder: Path) -> None:
    for part in ("train", "val"):
        (folder / "set" / part).mkdir(parents=True)
        (folder / "a.png").rename(folder / "set" / part / f"{part}.png")
        Image.new("RGB", (96, 64)).save(folder / "a.png")
    (folder / "set" / "val" / "more.heic").write_bytes(HEIC)
    assert Note("left-aside", {"count": 1, "kinds": [".heic"], "first": "more.heic"}) in probe(folder / "set").notes


def test_a_folder_of_nothing_else_says_what_it_holds(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"IMG_{number}.HEIC").write_bytes(HEIC)
    with pytest.raises(InputError, match=r"no images that are read here \(found 'IMG_0.HEIC, IMG_1.HEIC, IMG_2.HEIC'"):
        probe(tmp_path)


@pytest.mark.parametrize("name", ["c.webp", "c.png", "c.tif"])
def test_of_a_file_of_several_pictures_the_first_is_a_frame_and_it_is_said(folder: Path, name: str) -> None:
    pages = [Image.new("RGB", (96, 64), color) for color in ("red", "green", "blue")]
    pages[0].save(folder / name, save_all=True, append_images=pages[1:])
    with open_source(folder) as source:
        assert source.info.frames == 3
        assert Note("several-pictures", {"count": 1, "first": name}) in source.info.notes
        red = list(source.read())[2].picture.to_ndarray(format="rgb24")[32, 48]
    assert red[0] > 200 > 60 > red[1]
