"""Opening a video file: the container, its best picture stream, and what can be wrong with either."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import av
from av.codec import codecs_available
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from loopviz.errors import InputError, MissingPartError
from loopviz.media.demuxers import DEMUXERS, beginning, is_text, names_other_files
from loopviz.media.picture_limits import DECODING, check_size
from loopviz.notes import Note, note

ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
NO_VIDEO = Disposition.attached_pic | Disposition.timed_thumbnails
ITSELF = "Give the video itself, or make one file of what is named: ffmpeg -i IN -c copy OUT.mp4"
AGAIN = "Check that it plays; copy or download it again, or convert it: ffmpeg -i IN -c:v libx264 -crf 12 OUT.mp4"


# Only the file itself is opened: no other protocol, no demuxer that opens what a file names, no tracks kept elsewhere.
_ALONE = {"protocol_whitelist": "file", "format_whitelist": DEMUXERS, "enable_drefs": "0", "use_absolute_path": "0"}


def open_container(path: Path) -> InputContainer:
    """Open a video file for reading, and only that file: no network, no playlists.

    Raises:
        InputError: If it is missing, empty, or no video.
    """
    if not path.exists():
        raise InputError("there is no such file", file=path, remedy=_spelling(path))
    if not path.is_file():
        raise InputError("neither a file nor a folder", file=path, expected="a video file or a folder of images")
    try:
        if path.stat().st_size == 0:
            raise InputError("the file is empty", file=path, remedy="Copy or export it again.")
        return _opened(path, DECODING)
    except (av.FFmpegError, OSError) as error:
        raise _unreadable(path, error) from error


def _opened(path: Path, options: dict[str, str]) -> InputContainer:
    # An absolute path can never be read as "protocol:address".
    return av.open(str(path.absolute()), "r", options={**_ALONE, **options}, metadata_errors="replace")


def _spelling(path: Path) -> str:
    if re.search(r"%\d*d|[*?]", path.name):
        return f"A sequence of images is given by its folder: {path.parent}"
    return "Check the path and its spelling."


def _unreadable(path: Path, error: Exception) -> InputError:
    if isinstance(error, PermissionError) and not os.access(path, os.R_OK):
        return InputError("the file may not be read", file=path, remedy="Change its permissions.")
    head = beginning(path)
    if kind := names_other_files(head):
        return InputError(f"this is {kind}, not a video: it only names other files", file=path, remedy=ITSELF)
    if is_text(head):
        return InputError("this is text, not a video", file=path, remedy="Give a video file or a folder of images.")
    if "%" in path.name and not isinstance(error, av.error.InvalidDataError):
        return InputError(
            "FFmpeg would read this name as a pattern for many images", file=path, remedy="Rename it, without %."
        )
    return InputError("this is not a video, or its header is damaged", file=path, remedy=AGAIN)


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
    _check_size(stream, path)
    for other in container.streams:
        if other.index != stream.index:
            other.discard = Discard.all
    stream.thread_type = "AUTO"
    stream.codec_context.options = DECODING
    return stream


def decoder_of(stream: VideoStream) -> VideoCodecContext:
    """Return what decodes a stream: its own decoder, or for VP8 and VP9 with transparency libvpx, which alone reads it.

    WebM keeps transparency as a second picture beside each (``BlockAdditional``), and says so in ``AlphaMode``.
    """
    name = ALPHA_DECODERS.get(stream.codec_context.codec.canonical_name)
    if not is_see_through(stream) or name not in codecs_available:
        return stream.codec_context
    context = av.Codec(name, "r").create("video")
    context.options, context.thread_count = DECODING, 0
    return context


def is_see_through(stream: VideoStream) -> bool:
    """Say whether a WebM stream is said to have transparency."""
    return stream.metadata.get("alpha_mode") == "1"


def _check_size(stream: VideoStream, path: Path) -> None:
    """Refuse a stream whose header announces larger pictures than are allowed: FFmpeg has opened it without a size."""
    width, height = stream.codec_context.width, stream.codec_context.height
    if not (width and height):
        with contextlib.suppress(av.FFmpegError, OSError), _opened(path, {"codec_whitelist": "none"}) as header:
            said = next(other for other in header.streams.video if other.index == stream.index)
            width, height = said.codec_context.width, said.codec_context.height
    check_size(width, height, path)


def real_streams(container: InputContainer) -> list[VideoStream]:
    """Return the streams of moving pictures; attached pictures and thumbnails are none."""
    return [stream for stream in container.streams.video if not stream.disposition & NO_VIDEO]


def stream_notes(container: InputContainer) -> list[Note]:
    """Say what else of pictures the file holds and is left aside."""
    real = len(real_streams(container))
    attached = len(container.streams.video) - real
    notes = []
    if attached:
        notes.append(note("attached-pictures", count=attached))
    if real > 1:
        notes.append(note("several-videos", count=real))
    return notes
