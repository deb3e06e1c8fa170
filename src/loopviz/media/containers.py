"""The containers that a video may be put into, and writing to one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.container import OutputContainer

from loopviz.atomic import not_written as said_by_system
from loopviz.errors import ConfigError, LoopvizError
from loopviz.outputs import check_no_folder


@dataclass(frozen=True)
class ContainerKind:
    """What a file of some suffix can hold.

    Attributes:
        format: FFmpeg's name of the muxer.
        video: Codecs of pictures that common players expect in it.
        sound: Codecs of sound that may be copied into it; None: whatever the muxer takes.
        sound_encoder: What other sound becomes.
        options: The muxer's options; ``bitexact`` keeps version strings and dates out, so that equal input gives
            equal bytes.
        edit_lists: Whether it can say that a stream begins before time 0 and is shown from there on.
        encoder: What pictures are encoded with where nobody says.
        deep_encoder: The same where they may have more than 8 bits.
        alpha: Codecs whose transparency it holds.
    """

    format: str
    video: frozenset[str]
    sound: frozenset[str] | None
    sound_encoder: str
    options: Mapping[str, str]
    edit_lists: bool
    encoder: str = "libx264"
    deep_encoder: str = "libx264"
    alpha: frozenset[str] = frozenset()


_BITEXACT = {"fflags": "+bitexact"}
_FASTSTART = {**_BITEXACT, "movflags": "+faststart"}
_MP4_SOUND = frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"})
_MOV_SOUND = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le"})
_MP4 = ContainerKind("mp4", frozenset({"h264", "hevc", "av1", "vp9"}), _MP4_SOUND, "aac", _FASTSTART, True)
CONTAINERS: Mapping[str, ContainerKind] = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    ".mov": ContainerKind(
        "mov", frozenset({"h264", "hevc", "prores"}), _MOV_SOUND, "aac", _FASTSTART, True, alpha=frozenset({"prores"})
    ),
    ".mkv": ContainerKind(
        "matroska",
        frozenset({"h264", "hevc", "av1", "vp9", "ffv1", "prores"}),
        None,
        "aac",
        _BITEXACT,
        False,
        alpha=frozenset({"vp9", "prores"}),
    ),
    ".webm": ContainerKind(
        "webm",
        frozenset({"vp9", "av1"}),
        frozenset({"opus", "vorbis"}),
        "libopus",
        _BITEXACT,
        False,
        encoder="libvpx-vp9",
        alpha=frozenset({"vp9"}),
        deep_encoder="libsvtav1",  # of VP9, builds of FFmpeg often have no more than 8 bits
    ),
}


def container_kind(target: Path) -> ContainerKind:
    """Return what the suffix of an output stands for.

    Raises:
        ConfigError: If it stands for nothing that a video can be written to.
        OutputError: If it is a folder.
    """
    kind = CONTAINERS.get(target.suffix.lower())
    if kind is None:
        check_no_folder(target, "film.mp4")
        raise ConfigError(
            "the name's ending does not say how to write a video",
            file=target,
            found=target.suffix,
            expected=", ".join(CONTAINERS),
        )
    return kind


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the system or FFmpeg says while ``target`` is written into an OutputError."""
    try:
        yield
    except (OSError, av.error.FFmpegError) as error:
        raise not_written(error, target) from error


def not_written(error: OSError | av.error.FFmpegError, target: Path) -> LoopvizError:
    """Return what the system or FFmpeg said while ``target`` was written, or read again, as a person may read it."""
    return said_by_system(OSError(error.errno, error.strerror or str(error)), target)


@contextlib.contextmanager
def new_media_file(target: Path, format_name: str, options: Mapping[str, str]) -> Iterator[OutputContainer]:
    """Yield an open muxer for a new file, which is removed if it is not finished.

    It is written in place, for a folder that nobody looks into yet: see ``loopviz.atomic``. The folder is never made:
    one that was removed meanwhile must not come again without its lock. Errors of the muxer outside of ``writing`` pass
    as they are, so that a reader's failure is not taken for one of the disk.

    Raises:
        OutputError: If the file exists, or cannot be written.
    """
    with writing(target):
        target.open("xb").close()
    try:
        with writing(target):
            container = av.open(str(target), "w", format=format_name, container_options=dict(options))
        try:
            yield container
        except BaseException:
            # The first error is the one to tell; closing a broken file may well fail again.
            with contextlib.suppress(OSError, av.error.FFmpegError):
                container.close()
            raise
        with writing(target):
            container.close()
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink(missing_ok=True)
        raise
