"""A source as a folder of images, from which the same clip can be put together again."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from loopviz.errors import InputError
from loopviz.media.containers import ContainerKind, new_media_file, writing
from loopviz.media.manifest import MANIFEST, SOUND, Manifest, ManifestColor, ManifestFrame, manifest_text
from loopviz.media.sound import open_sound
from loopviz.media.sound_tracks import SoundWindow
from loopviz.media.source_frames import checked_range
from loopviz.media.stills import ImageFormat, image_of, to_rgb
from loopviz.media.types import Frame, Source
from loopviz.notes import Note
from loopviz.outputs import Origin, own_folder
from loopviz.progress import Progress

# Sound may begin before 0 there, so that it keeps its clock; what Matroska does not take becomes AAC.
SOUND_KIND = ContainerKind(
    "matroska", frozenset(), None, "aac", {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}, edit_lists=True
)
RUN_UP_SECONDS = 1  # what a decoder may need before the first frame's sound


def split_frames(
    source: Source,
    folder: Path,
    *,
    image_format: ImageFormat = "png",
    overwrite: bool = False,
    frames: range | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write frames as ``frame_000000.png`` …, a ``manifest.json`` and, if there is sound, ``sound.mka``.

    The numbers are the frames' indices in the source. The folder appears whole or not at all.

    Args:
        source: What to split.
        folder: The new folder.
        image_format: ``"png"`` keeps every pixel's RGB; ``"jpg"`` is smaller and loses some.
        overwrite: Replace what an earlier ``split`` made of something else; see ``loopviz.outputs``.
        frames: A part of the source, without gaps; all if None.
        progress: Called with the frames done and the frames in all.

    Returns:
        The folder.

    Raises:
        InputError: If a frame cannot be read, or ``frames`` is not in the source or has gaps.
        OutputError: If the folder exists and may not be replaced, or cannot be written.
    """
    chosen = _chosen(source, frames)
    origin = Origin.of("frames", source.info.path, image_format, frames=None if frames is None else chosen)
    with own_folder(folder, origin, overwrite=overwrite) as building:
        listed = []
        for frame in source.read(chosen.start, chosen.stop):
            listed.append(_write_frame(frame, building, image_format, folder))
            if progress is not None:
                progress(len(listed), len(chosen))
        notes = _copy_sound(source, building, chosen)
        _write_manifest(source, building, chosen, listed, notes)
    return folder


def _chosen(source: Source, frames: range | None) -> range:
    if frames is None:
        return range(source.info.frames)
    if not len(frames) or frames.step != 1:
        raise InputError("these frames do not follow each other without gaps", file=source.info.path, found=frames)
    return checked_range(source.info, frames.start, frames.stop)


def _write_frame(frame: Frame, building: Path, image_format: ImageFormat, folder: Path) -> ManifestFrame:
    name = f"frame_{frame.index:06d}.{image_format}"
    data = image_of(to_rgb(frame.picture), image_format)
    with writing(folder):
        (building / name).write_bytes(data)
    return ManifestFrame(index=frame.index, pts=frame.pts, file=name, sha256=hashlib.sha256(data).hexdigest())


def _end_pts(source: Source, chosen: range) -> int:
    return source.end_pts if chosen.stop == source.info.frames else int(source.pts[chosen.stop])


def _copy_sound(source: Source, building: Path, chosen: range) -> tuple[Note, ...]:
    """Write what is heard during the chosen frames, on the clock that it has; return what should be said of it."""
    if source.sound is None:
        return ()
    whole = chosen == range(source.info.frames)
    start = int(source.pts[chosen.start]) * source.info.time_base - RUN_UP_SECONDS
    stop = None if whole else _end_pts(source, chosen) * source.info.time_base
    with open_sound(source.sound, SoundWindow(Fraction(0), start, stop), SOUND_KIND) as tracks:
        with contextlib.suppress(_SilentError), _sound_file(building / SOUND) as out:
            tracks.add_to(out)
            if not out.streams:
                raise _SilentError
            for packet in tracks.packets():
                try:
                    out.mux(packet)
                except (av.error.InvalidDataError, av.error.ArgumentError):
                    tracks.drop(cast("Packet[Stream]", packet))
        return tracks.notes


@contextlib.contextmanager
def _sound_file(target: Path) -> Iterator[OutputContainer]:
    with writing(target), new_media_file(target, SOUND_KIND.format, SOUND_KIND.options) as out:
        yield out


def _write_manifest(
    source: Source, building: Path, chosen: range, listed: list[ManifestFrame], notes: tuple[Note, ...]
) -> None:
    info = source.info
    manifest = Manifest(
        version=1,
        time_base=info.time_base,
        frame_rate=info.frame_rate,
        end_pts=_end_pts(source, chosen),
        sound=SOUND if (building / SOUND).exists() else None,
        color=ManifestColor.of(info.color),
        notes=tuple(map(str, notes)),
        frames=tuple(listed),
    )
    with writing(building):
        (building / MANIFEST).write_text(manifest_text(manifest), "utf-8")


class _SilentError(Exception):
    """No stream of the sound can be used; the notes say why."""
