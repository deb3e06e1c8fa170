"""Every clip of the corpus, against what ffprobe measured: counts, sizes, rotation, sound, times, and exact seeking."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from loopviz.errors import InputError
from loopviz.media import open_source
from loopviz.media.color import MATRICES

FIRST_VIDEO = 0


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
            pictures.append(digest(picture))
        assert len(pictures) == info.frames
        mended = any("mended" in note for note in info.notes)
        assert np.all(np.diff(source.pts) > 0)
        assert source.end_pts > source.pts[-1]
        stored = decoded_pts(path)
        assert mended == (stored != sorted(stored))
        if not mended:
            assert source.pts.tolist() == stored
        for index in random.Random(path.name).sample(range(info.frames), min(6, info.frames)):  # noqa: S311
            (frame,) = source.read(index, index + 1)
            assert (frame.index, digest(frame.picture)) == (index, pictures[index])


def test_every_clip_is_what_ffprobe_says(corpus: Path, digest: Callable[[av.VideoFrame], str]) -> None:
    checked = refused = 0
    for row in rows(corpus):
        path = corpus / "video" / row["file"]
        if row["ffprobe_rc"] == "0":
            try:
                check_clip(path, row, digest)
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
