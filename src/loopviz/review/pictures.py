"""What is seen behind the labels: the film itself where browsers play it, else stills of the frames with labels."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

import av
import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream
from PIL import Image

from loopviz.errors import InputError
from loopviz.geometry import fit_within
from loopviz.media import Source, to_rgb

FILM, STILLS = "film.mp4", "stills"
LARGEST, QUALITY = (1280, 1280), 85  # of a still, as JPEG
Kind = Literal["film", "stills", "none"]


def write_pictures(source: Source | None, frames: Collection[int], folder: Path) -> Kind:
    """Write what is seen into a folder, and return what it is.

    A film in H.264, upright and with square pixels, is copied packet by packet, without sound and without what its
    file says of itself. Of everything else the frames with labels become JPEGs.

    Args:
        source: The open video or folder of images; None: there is none.
        frames: The frames with labels.
        folder: Where.

    Raises:
        InputError: If a frame cannot be decoded.
    """
    if source is None:
        return "none"
    if _plays(source) and _copied(source, folder / FILM):
        return "film"
    (folder / FILM).unlink(missing_ok=True)
    _write_stills(source, frames, folder / STILLS)
    return "stills"


def _plays(source: Source) -> bool:
    info = source.info
    plain = info.codec == "h264" and info.pixel_format == "yuv420p" and not info.rotation
    return info.kind == "video" and plain and info.sample_aspect_ratio == 1 and not source.damaged


def _copied(source: Source, target: Path) -> bool:
    """Copy the pictures of a film, from time 0 on; say whether it shows every frame of the source at its time."""
    try:
        with (
            av.open(str(source.info.path)) as film,
            av.open(str(target), "w", options={"movflags": "+faststart"}) as out,
        ):
            stream = film.streams.video[0]
            made = out.add_stream_from_template(stream)
            packets = [each for each in film.demux(stream) if each.dts is not None and each.pts is not None]
            times = np.sort([int(each.pts or 0) for each in packets])
            if stream.time_base != source.info.time_base or not np.array_equal(times, source.pts):
                return False
            for packet in _from_zero(packets, int(times[0])):
                packet.stream = made
                out.mux(packet)
    except av.error.FFmpegError as error:
        what = f"cannot be copied: {error.strerror or error}"
        raise InputError(what, file=source.info.path, remedy="Give the film in another form, or its frames.") from error
    return True


def _from_zero(packets: list[Packet[VideoStream]], start: int) -> Iterator[Packet[VideoStream]]:
    for packet in packets:
        packet.pts = int(packet.pts or 0) - start
        packet.dts = int(packet.dts or 0) - start
        yield packet


def _write_stills(source: Source, frames: Collection[int], folder: Path) -> None:
    folder.mkdir()
    wanted = set(frames)
    if not wanted:
        return
    size = (source.info.width, source.info.height)
    small = size if max(size) <= max(LARGEST) else fit_within(size, LARGEST)[2:]
    for frame in source.read(min(wanted), max(wanted) + 1):
        if frame.index in wanted:
            picture = Image.fromarray(to_rgb(frame.picture)).resize(small, Image.Resampling.BOX)
            picture.save(folder / f"{frame.index:06}.jpg", "JPEG", quality=QUALITY)
