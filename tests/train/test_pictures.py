"""The images of a training set: a video's frames and a folder's files, and which look alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support import make_clip, psnr

from loopviz.media import open_source, to_rgb
from loopviz.media.source_frames import read_chosen
from loopviz.train.pictures import NEAR, image_names, picture_hash, write_images


def scene(width: int = 64, height: int = 48, seed: int = 0) -> Image.Image:
    draw = np.random.default_rng(seed)
    small = Image.fromarray(draw.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    return small.resize((width, height), Image.Resampling.BICUBIC)


def folder(at: Path, **files: Image.Image) -> Path:
    at.mkdir()
    for name, image in files.items():
        image.save(at / name.replace("__", "."))
    return at


def test_a_videos_frames_become_jpegs_named_by_number(tmp_path: Path):
    clip = make_clip(tmp_path / "clip.mp4", 6)
    with open_source(clip) as source:
        names = image_names(source, [1, 4])
        assert names == {1: "frame_000001.jpg", 4: "frame_000004.jpg"}
        written = write_images(source, {frame: tmp_path / "out" / name for frame, name in names.items()})
        assert sorted(written.hashes) == [1, 4]
        for frame in source.read():
            if frame.index in names:
                with Image.open(tmp_path / "out" / names[frame.index]) as image:
                    assert image.format == "JPEG"
                    assert psnr(np.asarray(image), to_rgb(frame.picture)) > 38


@pytest.mark.parametrize("link", [False, True])
def test_a_folders_images_are_copied_or_linked_byte_by_byte(tmp_path: Path, link: bool):
    files = folder(tmp_path / "in", A2SECRETWORKER_1__png=scene(), A2SECRETWORKER_2__jpg=scene(seed=1))
    with open_source(files) as source:
        names = image_names(source, [0, 1])
        write_images(source, {frame: tmp_path / "out" / name for frame, name in names.items()}, link=link)
    assert names == {0: "frame_000000.png", 1: "frame_000001.jpg"}
    for name, file in zip(names.values(), sorted(files.iterdir()), strict=True):
        assert (tmp_path / "out" / name).read_bytes() == file.read_bytes()
        assert ((tmp_path / "out" / name).stat().st_ino == file.stat().st_ino) == link
        assert not (tmp_path / "out" / name).is_symlink()


def turned(image: Image.Image, at: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    image.save(at, exif=exif)


def test_what_programs_read_differently_is_written_anew(tmp_path: Path):
    (tmp_path / "in").mkdir()
    turned(scene(), tmp_path / "in" / "1.jpg")
    scene(48, 64).convert("RGBA").save(tmp_path / "in" / "2.png")
    scene(48, 64).save(tmp_path / "in" / "3.jpe", "JPEG")
    with open_source(tmp_path / "in") as source:
        names = image_names(source, [0, 1, 2])
        write_images(source, {frame: tmp_path / "out" / name for frame, name in names.items()})
    for name in names.values():
        assert name.endswith(".jpg")
        with Image.open(tmp_path / "out" / name) as image:
            assert (image.format, image.size, image.getexif()) == ("JPEG", (48, 64), {})


def test_an_image_of_another_size_has_no_margins(tmp_path: Path):
    """Images of several sizes are fitted into one on their way; what is written is the image alone."""
    (tmp_path / "in").mkdir()
    for name in ("1.png", "2.png"):
        scene(64, 48).save(tmp_path / "in" / name)
    scene(40, 60, seed=3).convert("RGBA").save(tmp_path / "in" / "3.png")
    with open_source(tmp_path / "in") as source:
        write_images(source, {2: tmp_path / "out" / "3.jpg"})
    with Image.open(tmp_path / "out" / "3.jpg") as image:
        width, height = image.size
        assert abs(width / height - 40 / 60) < 0.04
        whole = np.asarray(image.convert("L"), dtype=np.int16)
        wanted = np.asarray(scene(40, 60, seed=3).convert("L").resize(image.size), dtype=np.int16)
        assert np.abs(whole - wanted).mean() < 6


def test_one_picture_looks_the_same_however_it_is_stored(tmp_path: Path):
    image = scene(640, 480)
    image.save(tmp_path / "a.jpg", quality=60)
    with Image.open(tmp_path / "a.jpg") as again:
        assert bits(picture_hash(image), picture_hash(again)) <= NEAR
    assert bits(picture_hash(image), picture_hash(image.resize((320, 240)))) <= NEAR
    assert bits(picture_hash(image), picture_hash(scene(640, 480, seed=1))) > 40


def bits(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.bitwise_count(one ^ other).sum())


def test_chosen_frames_are_read_in_order_over_long_gaps(tmp_path: Path):
    with open_source(make_clip(tmp_path / "clip.mp4", 140)) as source:
        wanted = [139, 0, 3, 3, 60, 130]
        assert [frame.index for frame in read_chosen(source, wanted)] == [0, 3, 60, 130, 139]
        assert list(read_chosen(source, [])) == []
