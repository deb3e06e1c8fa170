"""What is odd about a video or a folder of frames, and which frames cannot be decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from loopviz.errors import DamagedError, InputError
from loopviz.media import ReadOptions, Source, VideoInfo, open_source
from loopviz.media.image_files import read_header
from loopviz.note_words.media import DAMAGE
from loopviz.project.check.findings import Finding, Place, finding, from_error

LARGEST = 8192  # pixels of a side that H.264 in common players takes
MOST_DAMAGED = 20  # frames: a file that has more is beyond looking for the rest
# The findings that notes of a source stand for; of others it is said that they are there.
_FINDINGS = {
    "frame-count": "frame-count",
    "left-aside": "images-left-aside",
    "unlisted-images": "images-left-aside",
    "several-pictures": "images-left-aside",
    "numbers-missing": "numbers-missing",
    "times-mended": "times-mended",
    "no-times": "times-mended",
    "pixels-not-square": "pixels-not-square",
    **dict.fromkeys(DAMAGE, "video-damaged"),
}


def check_video(info: VideoInfo) -> Iterator[Finding]:
    """Yield what a person should know of a source."""
    place = str(info.path)
    for note in info.notes:
        if note.code != "images-held":  # check_images says it of each
            yield finding(_FINDINGS.get(note.code, "video-note"), [Place(place)], message=str(note))
    if info.variable_frame_rate:
        yield finding(
            "variable-frame-rate", [Place(place, None, None, f"{float(info.frame_rate):.3f} a second on average")]
        )
    if info.rotation:
        yield finding("video-rotated", [Place(place, None, None, f"{info.rotation} degrees")])
    if info.frames == 1:
        yield finding("single-frame", [Place(place)])
    if max(info.width, info.height) > LARGEST:
        yield finding("size-huge", [Place(place, None, None, f"{info.width}x{info.height}")])


def check_images(source: Source) -> Iterator[Finding]:
    """Yield the images of a folder that cannot be opened, which a render refuses unless it may skip them."""
    for frame in source.damaged if source.info.kind == "images" else ():
        try:
            read_header(source.info.path / (source.files or ())[frame])
        except InputError as error:
            found = from_error("frame-damaged", error)
            yield replace(found, places=tuple(replace(place, frame=frame) for place in found.places))


def check_frames(source: Source) -> Iterator[Finding]:
    """Decode every frame of a source, and yield those that cannot be."""
    yield from _check_images(source) if source.info.kind == "images" else _check_stream(source)


def _check_images(source: Source) -> Iterator[Finding]:
    index, damaged = 0, 0
    while index < source.info.frames and damaged < MOST_DAMAGED:
        try:
            for frame in source.read(index):
                index = frame.index + 1
        except InputError as error:
            yield from_error("frame-damaged", error)
            index, damaged = index + 1, damaged + 1


def _check_stream(source: Source) -> Iterator[Finding]:
    """Frames lean on each other: which of them are damaged is known once all are decoded, as a render does it."""
    try:
        for _ in source.read():
            pass
        damaged = source.damaged
    except DamagedError as error:
        with open_source(source.info.path, options=ReadOptions(damage="mend")) as mended:
            damaged = (*mended.damaged, *range(mended.info.frames, source.info.frames))
        if not damaged:
            yield from_error("frame-damaged", error)
    except InputError as error:
        yield from_error("frame-damaged", error)
        return
    path = str(source.info.path)
    yield from (finding("frame-damaged", [Place(path, frame)]) for frame in damaged)
