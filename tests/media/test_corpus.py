"""Every clip of the corpus, against what ffprobe measured: counts, sizes, rotation, sound, times, depth, exact seeking.

And every clip damaged: cut short, or with bits that fell over.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from support import codes

from loopviz.errors import InputError
from loopviz.media import ReadOptions, open_source
from loopviz.media.color import MATRICES

FIRST_VIDEO = 0
TRANSFERS = {"": 2, "bt709": 1, "smpte170m": 6, "smpte2084": 16}
SDR = 1
LARGEST_DAMAGED = 60_000  # bytes: what is decoded several times over


def rows(corpus: Path) -> list[dict[str, str]]:
    with (corpus / "video" / "PROBE.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def expected_size(row: dict[str, str]) -> tuple[int, int]:
    aspect = Fraction(row["sar"].replace(":", "/")) if row["sar"] else Fraction(1)
    width, height = int(int(row["coded_w"]) * aspect + Fraction(1, 2)), int(row["coded_h"])
    return (height, width) if row["rotation"] in ("90", "-90") else (width, height)


def decoded_pts(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [frame.pts for frame in container.decode(container.streams.video[FIRST_VIDEO]) if frame.pts is not None]


def check_clip(path: Path, row: dict[str, str], digest: Callable[[av.VideoFrame], str]) -> None:
    with open_source(path) as source:
        info = source.info
        assert (info.width, info.height) == expected_size(row)
        assert info.frames == int(row["frames_decoded"] or row["pyav_frames"])
        assert info.rotation == int(row["rotation"] or 0)
        assert (info.audio_streams, info.codec, info.pixel_format) == (
            int(row["audio_streams"]),
            row["codec"],
            row["pix_fmt"],
        )
        assert info.claimed_frames == (int(row["nb_frames_hdr"]) if row["nb_frames_hdr"] else None)
        assert info.variable_frame_rate == (row["vfr"] == "True")
        if not info.variable_frame_rate and info.frames > 1:
            assert info.frame_rate == Fraction(row["r_fps"])
        assert (source.sound == path) == bool(info.audio_streams)
        pictures = []
        for frame in source.read():
            picture = frame.picture
            assert (picture.width, picture.height, picture.format.name) == (info.width, info.height, "yuv420p")
            assert (picture.pts, picture.time_base) == (frame.pts, info.time_base)
            assert MATRICES[picture.colorspace] == info.color.matrix
            assert picture.color_range == (2 if info.color.full_range else 1)
            assert picture.color_trc == info.color.transfer
            pictures.append(digest(picture))
        assert len(pictures) == info.frames
        mended = "times-mended" in codes(info.notes)
        assert np.all(np.diff(source.pts) > 0)
        assert source.end_pts > source.pts[-1]
        stored = decoded_pts(path)
        assert mended == (stored != sorted(stored))
        if not mended:
            assert source.pts.tolist() == stored
        for index in random.Random(path.name).sample(range(info.frames), min(6, info.frames)):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert (frame.index, digest(frame.picture)) == (index, pictures[index])


def check_depth(path: Path, row: dict[str, str]) -> None:
    """As they are, ten bits and HDR stay; by default a standard screen's eight come of them."""
    deep = row["pix_fmt"].endswith(("10le", "12le"))
    stored = TRANSFERS[row["transfer"]] if row["codec"] != "gif" else SDR
    with open_source(path) as plain, open_source(path, options=ReadOptions(depth="keep")) as kept:
        assert (kept.info.color.depth, kept.info.color.transfer) == (10 if deep else 8, stored)
        assert (plain.info.color.depth, plain.info.color.transfer) == (8, SDR if stored == 16 else stored)
        assert ("hdr-mapped" in codes(plain.info.notes)) == (stored == 16)
        for source in (plain, kept):
            picture = next(source.read(source.info.frames - 1)).picture
            assert picture.format.name == source.info.color.pixel_format


def test_every_clip_is_what_ffprobe_says(corpus: Path, digest: Callable[[av.VideoFrame], str]) -> None:
    checked = refused = 0
    for row in rows(corpus):
        path = corpus / "video" / row["file"]
        if row["ffprobe_rc"] == "0":
            try:
                check_clip(path, row, digest)
                check_depth(path, row)
            except AssertionError as error:
                error.add_note(row["file"])
                raise
            checked += 1
        else:
            with pytest.raises(InputError, match=path.name):
                open_source(path)
            refused += 1
    assert checked >= 30, "the corpus has no clips"
    assert refused == 1


def cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content) // 2, len(content) * 9 // 10)]


def flipped(content: bytes, draw: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(1 + len(content) // 4000):
        damaged[draw.randrange(len(content) // 10, len(content))] ^= 1 << draw.randrange(8)
    return bytes(damaged)


@pytest.mark.parametrize("damage", [cut, flipped])
def test_every_clip_damaged_is_read_as_far_as_it_goes(
    corpus: Path, tmp_path: Path, damage: Callable[[bytes, random.Random], bytes]
) -> None:
    """What opens is read to its end; the rest is refused by name. ``refuse`` shows no half of anything."""
    read = refused = 0
    for row in rows(corpus):
        original = corpus / "video" / row["file"]
        if int(row["bytes"]) > LARGEST_DAMAGED:
            continue
        path = tmp_path / original.name
        path.write_bytes(damage(original.read_bytes(), random.Random(row["file"])))  # noqa: S311
        try:
            with open_source(path, options=ReadOptions(damage="mend")) as source:
                assert [frame.index for frame in source.read()] == list(range(source.info.frames))
                assert np.all(np.diff(source.pts) > 0)
                next(source.read(source.info.frames // 2))
            read += 1
        except InputError as error:
            assert path.name in str(error)
            refused += 1
        try:
            with open_source(path, options=ReadOptions(damage="refuse")) as source:
                assert len(list(source.read())) == source.info.frames
                assert not {"frames-held", "frames-lost"} & set(codes(source.info.notes))
        except InputError as error:
            assert path.name in str(error)
    assert read >= (4 if damage is cut else 14), (read, refused)
