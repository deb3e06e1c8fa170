"""Opening a video file: the container, its best picture stream, and what can be wrong with either."""

from __future__ import annotations

import os
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from loopviz.errors import InputError, MissingPartError

# Demuxers that make pictures of text or fetch other files: none of them is a video that someone means to annotate.
REFUSED_FORMATS = frozenset({"tty", "hls", "dash", "concat", "sdp", "rtsp", "lavfi", "imf", "webm_dash_manifest"})
NO_VIDEO = Disposition.attached_pic | Disposition.timed_thumbnails
AGAIN = "Check that it plays; copy or download it again, or convert it: ffmpeg -i IN -c:v libx264 -crf 12 OUT.mp4"


def open_container(path: Path) -> InputContainer:
    """Open a video file for reading, and only that file: no network, no playlists.

    Raises:
        InputError: If it is missing, empty, or no video.
    """
    if not path.exists():
        raise InputError("there is no such file", file=path, remedy="Check the path and its spelling.")
    if not path.is_file():
        raise InputError("neither a file nor a folder", file=path, expected="a video file or a folder of images")
    try:
        if path.stat().st_size == 0:
            raise InputError("the file is empty", file=path, remedy="Copy or export it again.")
        # An absolute path can never be read as "protocol:address".
        options = {"protocol_whitelist": "file"}
        container = av.open(str(path.absolute()), "r", options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError) as error:
        raise _unreadable(path, error) from error
    if not REFUSED_FORMATS.isdisjoint(container.format.name.split(",")):
        container.close()
        raise InputError("this is not a video", file=path, found=container.format.name, expected="a video file")
    return container


def _unreadable(path: Path, error: Exception) -> InputError:
    # FFmpeg's own refusals (a playlist that names other files) look like those of the system.
    if isinstance(error, PermissionError) and not os.access(path, os.R_OK):
        return InputError("the file may not be read", file=path, remedy="Change its permissions.")
    if _is_text(path):
        return InputError("this is text, not a video", file=path, remedy="Give a video file or a folder of images.")
    return InputError("this is not a video, or its header is damaged", file=path, remedy=AGAIN)


def _is_text(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(256).decode("utf-8", "ignore").replace("\n", "").replace("\t", "").isprintable()
    except OSError:
        return False


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """Return the stream of pictures to show, ready to decode: cover art is none, then the default one, then the first.

    Raises:
        InputError: If there are no moving pictures.
        MissingPartError: If this build of FFmpeg cannot decode them.
    """
    real = real_streams(container)
    if not real:
        held = sorted({str(stream.type) for stream in container.streams}) or ["nothing"]
        raise InputError(
            "the file holds no video", file=path, found=", ".join(held), remedy="Give the file that holds the pictures."
        )
    stream = next((s for s in real if s.disposition & Disposition.default), real[0])
    if stream.codec_context is None:
        raise MissingPartError(
            "FFmpeg has no decoder for this video here", file=path, remedy=f"Convert it elsewhere. {AGAIN}"
        )
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    stream.thread_type = "AUTO"
    return stream


def real_streams(container: InputContainer) -> list[VideoStream]:
    """Return the streams of moving pictures; attached pictures and thumbnails are none."""
    return [stream for stream in container.streams.video if not stream.disposition & NO_VIDEO]


def stream_notes(container: InputContainer) -> list[str]:
    """Say what else of pictures the file holds and is left aside."""
    real = len(real_streams(container))
    attached = len(container.streams.video) - real
    notes = []
    if attached:
        notes.append("an attached picture is ignored" if attached == 1 else f"{attached} attached pictures are ignored")
    if real > 1:
        notes.append(f"the file holds {real} videos; the default one, or else the first, is used")
    return notes
