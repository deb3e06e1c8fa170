"""Where files are written: complete or not at all, and the containers that a video may be put into."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
from av.container import OutputContainer

from loopviz.errors import ConfigError, OutputError

_REMEDIES = {
    errno.ENOSPC: "Free some space, or choose another place for the output.",
    errno.EDQUOT: "Free some space, or choose another place for the output.",
    errno.EFBIG: "The file system refuses a file of this size: choose another place for the output.",
    errno.EACCES: "Choose a folder that you may write to.",
    errno.EPERM: "Choose a folder that you may write to.",
    errno.EROFS: "Choose a folder that you may write to.",
    errno.ENOENT: "A folder was removed meanwhile: run it again.",
    errno.ENOTDIR: "A part of the path is a file: choose another place for the output.",
    errno.EEXIST: "A part of the path is a file: choose another place for the output.",
    errno.ENAMETOOLONG: "Choose a shorter name.",
}


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
    """

    format: str
    video: frozenset[str]
    sound: frozenset[str] | None
    sound_encoder: str
    options: Mapping[str, str]
    edit_lists: bool


_BITEXACT = {"fflags": "+bitexact"}
_FASTSTART = {**_BITEXACT, "movflags": "+faststart"}
_MP4_SOUND = frozenset({"aac", "mp3", "ac3", "eac3", "opus", "flac", "alac"})
_MOV_SOUND = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "pcm_s16le", "pcm_s16be", "pcm_s24le"})
_MP4 = ContainerKind("mp4", frozenset({"h264", "hevc", "av1", "vp9"}), _MP4_SOUND, "aac", _FASTSTART, True)
CONTAINERS: Mapping[str, ContainerKind] = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    ".mov": ContainerKind("mov", frozenset({"h264", "hevc"}), _MOV_SOUND, "aac", _FASTSTART, True),
    ".mkv": ContainerKind("matroska", frozenset({"h264", "hevc", "av1", "vp9"}), None, "aac", _BITEXACT, False),
    ".webm": ContainerKind(
        "webm", frozenset({"vp9", "av1"}), frozenset({"opus", "vorbis"}), "libopus", _BITEXACT, False
    ),
}


def container_kind(target: Path) -> ContainerKind:
    """Return what the suffix of an output stands for.

    Raises:
        ConfigError: If it stands for nothing that a video can be written to.
    """
    kind = CONTAINERS.get(target.suffix.lower())
    if kind is None:
        raise ConfigError(
            "the name's ending does not say how to write a video",
            file=target,
            found=target.suffix,
            expected=", ".join(CONTAINERS),
        )
    return kind


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse, before any work is done, a target that is in the way of itself.

    Raises:
        OutputError: If it is a folder, or exists while ``overwrite`` is off.
    """
    if target.is_dir():
        raise OutputError("the output is a folder", file=target, remedy="Give the name of a file.")
    if target.exists() and not overwrite:
        raise OutputError(
            "the output exists and was kept", file=target, remedy="Pass --overwrite, or choose another name."
        )


@contextlib.contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the system or FFmpeg says while ``target`` is written into an OutputError."""
    try:
        yield
    except (OSError, av.error.FFmpegError) as error:
        raise OutputError(
            f"cannot be written: {error.strerror or error}", file=target, remedy=_REMEDIES.get(error.errno or 0)
        ) from error


@contextlib.contextmanager
def new_file(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield a path beside ``target`` to write to; it takes the target's name when all went well, and is removed if not.

    Missing folders are made.

    Raises:
        OutputError: As ``check_target``, or if the place cannot be written to.
    """
    check_target(target, overwrite=overwrite)
    part = target.with_name(f"{target.name}.part")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        with writing(target):
            _sync(part)
            part.replace(target)
            _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def new_media_file(
    target: Path, format_name: str, options: Mapping[str, str], *, overwrite: bool
) -> Iterator[OutputContainer]:
    """Yield an open muxer for a ``new_file``.

    Errors of the muxer outside of ``writing`` pass as they are, so that a reader's failure is not taken for one of
    the disk.
    """
    with new_file(target, overwrite=overwrite) as part:
        with writing(target):
            container = av.open(str(part.absolute()), "w", format=format_name, container_options=dict(options))
        try:
            yield container
        except BaseException:
            # The first error is the one to tell; closing a broken file may well fail again.
            with contextlib.suppress(OSError, av.error.FFmpegError):
                container.close()
            raise
        with writing(target):
            container.close()


def _sync(path: Path) -> None:
    """Have a file or folder on the disk before its name counts."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
