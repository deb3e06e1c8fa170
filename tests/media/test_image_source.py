from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from loopviz.errors import ConfigError, InputError
from loopviz.media import open_source, to_rgb
from loopviz.media.folder import list_images
from loopviz.notes import Note

Rgb = npt.NDArray[np.uint8]
BLOCKS = np.repeat(
    np.repeat(np.array([[(200, 30, 40), (20, 160, 60)], [(30, 60, 220), (240, 240, 240)]]), 16, 0), 16, 1
)
QUADRANTS = ((8, 8), (8, 24), (24, 8), (24, 24))


def save(path: Path, rgb: Rgb = BLOCKS, mode: str = "RGB", **options: object) -> Path:
    Image.fromarray(rgb.astype(np.uint8)).convert(mode).save(path, **options)
    return path


def shown(path: Path) -> Rgb:
    with open_source(path) as source:
        return to_rgb(next(source.read()).picture).astype(int)


def assert_close(found: Rgb, expected: Rgb, tolerance: int = 3) -> None:
    assert found.shape == expected.shape
    for place in QUADRANTS:
        assert np.abs(found[place].astype(int) - expected[place]).max() <= tolerance, place


def test_a_folder_is_a_stream(tmp_path: Path) -> None:
    for index in (1, 2, 10):
        save(tmp_path / f"frame{index}.png", np.full((32, 48, 3), index * 20))
    for other in ("metadata.json", ".DS_Store", "._frame1.png", "Thumbs.db"):
        (tmp_path / other).write_bytes(b"no image")
    (tmp_path / "deeper.png").mkdir()
    with open_source(tmp_path) as source:
        info = source.info
        assert (info.kind, info.frames, info.width, info.height) == ("images", 3, 48, 32)
        assert (info.frame_rate, info.time_base, info.duration_seconds) == (24, Fraction(1, 24), 0.125)
        assert source.files == ("frame1.png", "frame2.png", "frame10.png")
        assert (source.pts.tolist(), source.end_pts, source.sound) == ([0, 1, 2], 3, None)
        assert source.table()["file"].to_list() == list(source.files)
        frames = list(source.read())
        assert [(frame.index, frame.pts, frame.picture.pts) for frame in frames] == [(0, 0, 0), (1, 1, 1), (2, 2, 2)]
        values = [int(to_rgb(frame.picture)[5, 5, 0]) for frame in frames]
        assert np.abs(np.array(values) - [20, 40, 200]).max() <= 2
        assert [frame.index for frame in source.read(1, 3)] == [1, 2]


def test_the_frame_rate_of_a_folder(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    with open_source(tmp_path, frame_rate=Fraction(30000, 1001)) as source:
        assert source.info.frame_rate == Fraction(30000, 1001)
        assert source.info.duration_seconds == pytest.approx(1001 / 30000)


def test_one_image_is_a_stream_of_one(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png")
    save(tmp_path / "b.png")
    with open_source(path) as source:
        assert (source.info.frames, source.files) == (1, ("a.png",))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param("f10 f9 f1", "f1 f9 f10", id="numbers"),
        pytest.param("2_1 1_10 1_2", "1_2 1_10 2_1", id="two-numbers"),
        pytest.param("b1 a2 B0 A10", "a2 A10 B0 b1", id="case"),
        pytest.param("f01 f1 f001 f2", "f001 f01 f1 f2", id="equal-numbers"),
        pytest.param("b 10 a 9", "9 10 a b", id="numbers-first"),
        pytest.param("f² f2 f٣", "f2 f٣ f²", id="other-digits"),
    ],
)
def test_natural_order(tmp_path: Path, names: str, expected: str) -> None:
    for name in names.split():
        (tmp_path / f"{name}.png").touch()
    assert [path.stem for path in list_images(tmp_path)] == expected.split()


def sixteen_bit_rgb(path: Path) -> None:
    assert cv2.imwrite(str(path), BLOCKS[..., ::-1].astype(np.uint16) * 257)


def sixteen_bit_grey(path: Path) -> None:
    Image.fromarray(BLOCKS[..., 0].astype(np.uint16) * 257).save(path)


def palette(path: Path, **options: object) -> None:
    Image.fromarray(BLOCKS.astype(np.uint8)).quantize(16).save(path, **options)


def half_clear(path: Path) -> None:
    rgba = np.dstack([BLOCKS, np.full(BLOCKS.shape[:2], 128)]).astype(np.uint8)
    Image.fromarray(rgba).save(path)


def phone(path: Path) -> None:
    """A JPEG with a smaller one behind it, as phones write."""
    first, second = (Image.fromarray(rgb.astype(np.uint8)) for rgb in (BLOCKS, BLOCKS[:16]))
    first.save(path, "MPO", save_all=True, append_images=[second], quality=98)


GREY = np.repeat(BLOCKS[..., :1], 3, axis=2)


@pytest.mark.parametrize(
    ("name", "write", "expected"),
    [
        pytest.param("a.png", save, BLOCKS, id="png"),
        pytest.param("a.bmp", save, BLOCKS, id="bmp"),
        pytest.param("a.tiff", save, BLOCKS, id="tiff"),
        pytest.param("a.webp", lambda path: save(path, lossless=True), BLOCKS, id="webp"),
        pytest.param("a.png", sixteen_bit_rgb, BLOCKS, id="16-bit-png"),
        pytest.param("a.png", sixteen_bit_grey, GREY, id="16-bit-grey-png"),
        pytest.param("a.tif", sixteen_bit_grey, GREY, id="16-bit-grey-tiff"),
        pytest.param("a.png", palette, BLOCKS, id="palette"),
        pytest.param("a.png", lambda path: palette(path, bits=4), BLOCKS, id="4-bit-palette"),
        pytest.param("a.png", half_clear, BLOCKS // 2, id="half-transparent"),
        pytest.param("a.png", lambda path: save(path, GREY, "L"), GREY, id="grey-png"),
        pytest.param("a.jpg", lambda path: save(path, quality=98), BLOCKS, id="jpeg-420"),
        pytest.param("a.jpg", lambda path: save(path, quality=98, subsampling=0), BLOCKS, id="jpeg-444"),
        pytest.param("a.jpg", lambda path: save(path, quality=98, progressive=True), BLOCKS, id="progressive-jpeg"),
        pytest.param("a.jpg", phone, BLOCKS, id="jpeg-of-a-phone"),
        pytest.param("a.jpg", lambda path: save(path, GREY, "L", quality=98), GREY, id="grey-jpeg"),
        pytest.param("a.jpg", lambda path: save(path, quality=98, keep_rgb=True), BLOCKS, id="rgb-jpeg"),
        pytest.param("a.png", lambda path: save(path, format="JPEG", quality=98), BLOCKS, id="jpeg-called-png"),
    ],
)
def test_colours_of_images(tmp_path: Path, name: str, write: Callable[[Path], object], expected: Rgb) -> None:
    write(tmp_path / name)
    assert_close(shown(tmp_path), expected)


def test_cmyk_jpeg_is_read(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg", mode="CMYK", quality=98)
    assert_close(shown(tmp_path), BLOCKS, tolerance=4)


@pytest.mark.parametrize("kind", ["colour", "grey", "full-chroma"])
def test_jpegs_become_video_range(tmp_path: Path, samples_of, kind: str) -> None:
    """Their own numbers are of full range; players expect less of a film."""
    white_to_black = np.repeat(np.linspace(255, 0, 64).astype(np.uint8)[None, :, None], 32, 0).repeat(3, 2)
    for name in ("a.jpg", "b.jpeg", "c.jfif"):
        image = Image.fromarray(white_to_black).convert("L" if kind == "grey" else "RGB")
        image.save(tmp_path / name, "JPEG", quality=98, **({"subsampling": 0} if kind == "full-chroma" else {}))
    with open_source(tmp_path) as source:
        color = source.info.color
        assert (color.matrix, color.full_range, color.pixel_format) == ("bt709", False, "yuv420p")
        assert source.info.notes == ()
        for frame in source.read():
            picture = frame.picture
            assert (picture.format.name, picture.color_range, picture.colorspace) == ("yuv420p", 1, 1)
            luma = samples_of(picture)[0]
            assert (luma >= 15).all()
            assert (luma <= 236).all()
            assert_close(to_rgb(picture), white_to_black)


def test_a_mixed_folder_has_one_colour_space(tmp_path: Path) -> None:
    save(tmp_path / "1.jpg", quality=98)
    save(tmp_path / "2.png")
    save(tmp_path / "3.jpg", GREY, "L", quality=98)
    with open_source(tmp_path) as source:
        assert (source.info.color.matrix, source.info.color.full_range) == ("bt709", False)
        pictures = [frame.picture for frame in source.read()]
    assert {(picture.colorspace, picture.color_range) for picture in pictures} == {(1, 1)}
    for picture, expected in zip(pictures, (BLOCKS, BLOCKS, GREY), strict=True):
        assert_close(to_rgb(picture), expected)


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("size", [(32, 32), (32, 31), (31, 32)], ids=str)
@pytest.mark.parametrize("number", range(1, 9))
def test_exif_is_applied_once(tmp_path: Path, suffix: str, size: tuple[int, int], number: int) -> None:
    from PIL import ImageOps

    exif = Image.Exif()
    exif[274] = number
    save(
        tmp_path / f"a.{suffix}",
        BLOCKS[: size[0], : size[1]],
        exif=exif,
        **({"quality": 98} if suffix == "jpg" else {}),
    )
    with Image.open(tmp_path / f"a.{suffix}") as image:
        expected = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    with open_source(tmp_path) as source:
        assert (source.info.width, source.info.height) == (expected.shape[1], expected.shape[0])
        assert bool(source.info.notes) == (number != 1)
        assert_close(to_rgb(next(source.read()).picture), expected, tolerance=6)


@pytest.mark.parametrize(
    ("files", "splits"),
    [
        pytest.param(["train/images/a.png", "valid/images/a.png"], ["train", "val"], id="roboflow"),
        pytest.param(
            ["images/train/1.png", "images/train/2.png", "images/val/3.png"], ["train", "train", "val"], id="yolo"
        ),
        pytest.param(["test/1.png", "train/2.png", "validation/3.png"], ["test", "train", "val"], id="bare"),
        pytest.param(["images/Train/1.png"], ["train"], id="one-part"),
    ],
)
def test_the_parts_of_a_set_are_one_source(tmp_path: Path, files: list[str], splits: list[str]) -> None:
    for file in (*files, "labels/train/9.png", ".hidden/train/9.png"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        save(tmp_path / file, BLOCKS)
    with open_source(tmp_path) as source:
        assert source.files == tuple(files)
        assert source.table()["split"].to_list() == splits
        counts = {part: splits.count(part) for part in splits}
        assert Note("parts-of-a-set", {"frames": counts}) in source.info.notes
        assert len(list(source.read())) == len(files)


@pytest.mark.parametrize(
    ("files", "meant"),
    [
        pytest.param(["night/1.png", "day/1.png"], "day", id="no-parts"),
        pytest.param(["train/1.png", "day/1.png"], "day", id="a-part-and-another"),
        pytest.param(["a/b/c/train/1.png"], None, id="too-deep"),
    ],
)
def test_folders_that_are_no_parts_of_a_set_are_not_joined(tmp_path: Path, files: list[str], meant: str | None) -> None:
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        save(tmp_path / file, BLOCKS)
    with pytest.raises(InputError, match="the folder holds no images") as caught:
        open_source(tmp_path)
    expected = f"Did you mean the folder {meant!r} in it?" if meant else "Give the folder that holds them."
    assert caught.value.remedy == expected


def text(path: Path) -> None:
    path.write_text("this is no image")


def cut(path: Path) -> None:
    kind = "JPEG" if path.suffix == ".jpg" else "PNG"
    noise = np.random.default_rng(5).integers(0, 255, (64, 64, 3))
    save(path, noise, format=kind)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def floating(path: Path) -> None:
    Image.fromarray(np.ones((32, 32), np.float32)).save(path)


@pytest.mark.parametrize(
    ("name", "write", "problem"),
    [
        pytest.param("2.png", Path.touch, "the image is empty", id="empty"),
        pytest.param("2.jpg", Path.touch, "the image is empty", id="empty-jpeg"),
        pytest.param("2.png", text, "not an image, whatever its name says", id="text"),
        pytest.param("2.png", cut, "the image is damaged", id="truncated-png"),
        pytest.param("2.jpg", cut, "the image is damaged", id="truncated-jpeg"),
        pytest.param("2.tif", floating, "floating-point", id="floating-point"),
    ],
)
def test_a_bad_image_is_named(tmp_path: Path, name: str, write: Callable[[Path], object], problem: str) -> None:
    write(tmp_path / name)
    with pytest.raises(InputError, match=problem) as caught, open_source(tmp_path) as source:
        list(source.read())
    assert str(tmp_path / name) in str(caught.value)
    assert caught.value.remedy


def test_an_absurdly_large_image_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(InputError, match="too large to be read"):
        open_source(tmp_path)


def test_one_name_twice_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match=r"a\.jpg, a\.png"):
        open_source(tmp_path)


def test_the_folder_that_was_meant_is_named(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    save(tmp_path / "images" / "a.png")
    with pytest.raises(InputError, match="Did you mean the folder 'images'"):
        open_source(tmp_path)


def test_links(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.png", tmp_path / "folder"
    folder.mkdir()
    save(outside)
    save(folder / "1.png")
    (folder / "2.png").symlink_to("1.png")
    with open_source(folder) as source:
        assert source.info.frames == 2
    (folder / "3.png").symlink_to(outside)
    with pytest.raises(InputError, match=r"3\.png: the image is a link that leads out"):
        open_source(folder)
    outside.unlink()
    with pytest.raises(InputError, match=r"3\.png: the link leads nowhere"):
        open_source(folder)


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    with open_source(tmp_path) as source:
        save(tmp_path / "a.png", BLOCKS[:16])
        with pytest.raises(InputError, match="its size changed"):
            list(source.read())
        (tmp_path / "a.png").unlink()
        with pytest.raises(InputError, match=r"a\.png: the image is damaged"):
            list(source.read())


def test_the_fingerprint_is_of_names_and_bytes(tmp_path: Path) -> None:
    def mark(folder: Path) -> str:
        with open_source(folder) as source:
            return source.fingerprint()

    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    save(first / "1.png")
    save(first / "2.png", BLOCKS[::-1])
    shutil.copytree(first, second)
    assert mark(first) == mark(second)
    (second / "2.png").rename(second / "3.png")
    assert mark(first) != mark(second)
    (second / "3.png").rename(second / "2.png")
    save(second / "2.png", BLOCKS[:, ::-1])
    assert mark(first) != mark(second)


def test_sixteen_bits_and_transparency_are_said(tmp_path: Path) -> None:
    sixteen_bit_grey(tmp_path / "1.png")
    half_clear(tmp_path / "2.png")
    with open_source(tmp_path) as source:
        assert source.info.bit_depth == 16
        assert source.info.notes == (
            Note("depth-reduced", {"bits": 16, "depth": 8}),
            Note("on-paper", {"paper": "black"}),
        )


def test_a_frame_rate_beside_a_manifest_is_refused(make_clip, tmp_path: Path) -> None:
    from loopviz.media.split import split_frames

    with open_source(make_clip()) as source:
        split_frames(source, tmp_path / "frames")
    with pytest.raises(ConfigError, match="manifest says when"):
        open_source(tmp_path / "frames", frame_rate=Fraction(25))
