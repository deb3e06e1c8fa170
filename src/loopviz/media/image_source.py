"""A folder of images, or a single one, as a stream of frames."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import polars as pl

from loopviz.errors import ConfigError, DamagedError
from loopviz.media.color import BT709, delivered_tags, hdr_notes
from loopviz.media.container import open_container
from loopviz.media.folder import check_inside, gap_notes, is_image, list_images, manifest_images
from loopviz.media.folder_headers import (
    Shown,
    canvas_size,
    header_notes,
    missing_notes,
    read_headers,
    shown_size,
    stand_ins,
)
from loopviz.media.frame_rate import DEFAULT_RATE, measure_rate
from loopviz.media.ignored_images import aside_notes, left_aside
from loopviz.media.image_files import ImageDecoder
from loopviz.media.letterbox import Letterbox
from loopviz.media.manifest import MANIFEST, Manifest, read_manifest
from loopviz.media.normalise import Normaliser, PictureShape
from loopviz.media.source_changes import Watch, reading
from loopviz.media.source_frames import checked_range, frames_table, look_of
from loopviz.media.types import Frame, Pts, ReadOptions, VideoInfo
from loopviz.notes import Note, note
from loopviz.paths import split_of
from loopviz.schema import SPLITS


@dataclass(frozen=True)
class _Times:
    """When the images are shown."""

    pts: Pts
    end_pts: int
    time_base: Fraction
    frame_rate: Fraction
    varies: bool


class ImageSource:
    """Images in the order of their names, or of their manifest. See ``loopviz.media.types.Source``."""

    def __init__(self, path: Path, *, frame_rate: Fraction | None = None, options: ReadOptions | None = None) -> None:
        manifest = read_manifest(path) if path.is_dir() else None
        self.path = path
        self._frame_rate, self._options = frame_rate, options or ReadOptions()
        self.sound = _sound(path, manifest)
        self._manifest = path / MANIFEST if manifest else None
        skip_bad = None if self._options.damage == "refuse" else self._options.skip_bad
        self._files = _files(path, manifest, skip_bad=skip_bad)
        self._root = path if path.is_dir() else path.parent
        self._watch = Watch((file for file in (*self._files, self._manifest, self.sound) if file), content=False)
        self._headers = read_headers(self._files, skip_bad=skip_bad)
        self._times = _times(len(self._files), manifest, frame_rate, path)
        self._stored = manifest.color_tags if manifest else BT709  # else as players expect it, JPEG's full range too
        self.info = self._begin(manifest)
        self._normalisers: dict[PictureShape, Normaliser] = {}
        self._box = Letterbox((self.info.width, self.info.height), self.info.color, self._options.paper)
        self._decoder = ImageDecoder(self._options.paper, self.info.color.depth)
        self._held = stand_ins(len(self._files), self._whole())
        notes = (*self.info.notes, *missing_notes(self.files, self._held))
        self.info = dataclasses.replace(self.info, notes=notes)

    def _begin(self, manifest: Manifest | None) -> VideoInfo:
        """Return the facts."""
        options, headers, times = self._options, list(self._headers.values()), self._times
        color = delivered_tags(self._stored, max(header.bit_depth for header in headers), options.depth)
        shown = Shown(*canvas_size(headers), color, options.paper)
        turns = {header.orientation.rotation for header in headers}
        return VideoInfo(
            path=self.path,
            kind="images",
            frames=len(self._files),
            width=shown.width,
            height=shown.height,
            frame_rate=times.frame_rate,
            duration_seconds=float((times.end_pts - int(times.pts[0])) * times.time_base),
            rotation=turns.pop() if len(turns) == 1 else 0,
            sample_aspect_ratio=Fraction(1),
            variable_frame_rate=times.varies,
            audio_streams=_count_audio(self.sound),
            codec=", ".join(sorted({header.codec for header in headers})),
            pixel_format=", ".join(sorted({header.pixel_format for header in headers})),
            bit_depth=max(header.bit_depth for header in headers),
            time_base=times.time_base,
            color=color,
            claimed_frames=None,
            notes=(
                *header_notes([self._files[place] for place in self._headers], headers, shown),
                *hdr_notes(self._stored, color),
                *_split_notes(self.files),
                *gap_notes(self.path, self._files, listed=manifest is not None),
                *_aside(self.path, self._files, manifest),
                *(note("noted-before", text=text) for text in (manifest.notes if manifest else ())),
            ),
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled, a source is how to open it again, in another process perhaps."""
        return partial(type(self), frame_rate=self._frame_rate, options=self._options), (self.path,)

    @property
    def pts(self) -> Pts:
        """When each image is shown: the manifest's times, else 0, 1, 2 and so on."""
        return self._times.pts

    @property
    def end_pts(self) -> int:
        """The end of the last image."""
        return self._times.end_pts

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the images in frame order, from the folder on."""
        return tuple(file.relative_to(self._root).as_posix() for file in self._files)

    @property
    def damaged(self) -> tuple[int, ...]:
        """See ``Source.damaged``."""
        return tuple(sorted(self._held))

    def table(self) -> pl.DataFrame:
        """Return the Dataset's ``frames`` table; an image has the size that it has in its file, upright."""
        shown = (self._headers[self._shown(frame)] for frame in range(self.info.frames))
        return frames_table(self.info, self.pts, self.files, list(map(shown_size, shown)))

    def fingerprint(self) -> str:
        """Return the SHA-256, as hex, of every image's name, length and bytes, the manifest's, and the options."""
        digest = hashlib.sha256()
        opened = (file for place, file in enumerate(self._files) if place in self._headers)
        for file in (*opened, *((self._manifest,) if self._manifest else ())):
            with reading(file), file.open("rb") as content:
                digest.update(f"{file.relative_to(self._root).as_posix()}\0{file.stat().st_size}\0".encode())
                while chunk := content.read(1 << 20):
                    digest.update(chunk)
        if len(self._headers) < len(self._files):
            digest.update(f"\0{[name for place, name in enumerate(self.files) if place not in self._headers]}".encode())
        digest.update(look_of(self._options))
        return digest.hexdigest()

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield frames ``[start, stop)``; see ``Source.read``."""
        return map(self._frame, checked_range(self.info, start, stop))

    def check_unchanged(self, frames: Iterable[int] | None = None) -> None:
        """See ``Source.check_unchanged``."""
        self._watch.check(None if frames is None else {self._files[self._shown(frame)] for frame in frames})

    def close(self) -> None:
        """Nothing stays open between images."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, index: int) -> Frame:
        pts, shown = int(self.pts[index]), self._shown(index)
        header = self._headers[shown]
        shape = PictureShape(header.width, header.height, Fraction(1), header.orientation, self.info.color)
        normaliser = self._normalisers.get(shape)
        if normaliser is None:
            normaliser = self._normalisers[shape] = Normaliser(shape, self._stored)
        picture = self._box.fit(normaliser.deliver(self._decoder.decode(self._files[shown], header)))
        picture.pts, picture.time_base = pts, self._times.time_base
        return Frame(index, pts, self._times.time_base, picture)

    def _shown(self, index: int) -> int:
        """Return which image a frame shows: its own, unless that is damaged."""
        return self._held.get(index, index)

    def _whole(self) -> list[int]:
        """Return which images can be shown: those that can be opened, and, to be mended, decoded.

        Raises:
            DamagedError: If none can.
        """
        if self._options.damage != "mend":
            return list(self._headers)
        whole = []
        for index, header in self._headers.items():
            try:
                self._decoder.decode(self._files[index], header)
                whole.append(index)
            except DamagedError as error:
                last = error
        if not whole:
            raise last
        return whole


def _split_notes(files: Sequence[str]) -> list[Note]:
    """Say of which parts of a training set a source is made."""
    counts = Counter(filter(None, map(split_of, files)))
    frames = {split: counts[split] for split in SPLITS if counts[split]}
    return [note("parts-of-a-set", frames=frames)] if frames else []


def _aside(path: Path, files: list[Path], manifest: Manifest | None) -> list[Note]:
    if not path.is_dir():
        return []
    others = [] if manifest is None else [file for file in path.iterdir() if is_image(file)]  # of those it is said
    return aside_notes(left_aside(sorted({file.parent for file in files}), (*files, *others)))


def _files(path: Path, manifest: Manifest | None, *, skip_bad: bool | None) -> list[Path]:
    if not path.is_dir():
        return [path]
    return manifest_images(path, manifest, skip_bad=skip_bad) if manifest else list_images(path)


def _times(count: int, manifest: Manifest | None, frame_rate: Fraction | None, path: Path) -> _Times:
    if manifest is None:
        rate = Fraction(frame_rate or DEFAULT_RATE)
        return _Times(np.arange(count, dtype=np.int64), count, 1 / rate, rate, varies=False)
    if frame_rate is not None:
        raise ConfigError(
            "the folder's manifest says when each frame is shown",
            file=path / MANIFEST,
            found=frame_rate,
            remedy="Leave the frame rate out.",
        )
    pts = np.array([frame.pts for frame in manifest.frames], np.int64)
    rate, varies = measure_rate(pts, manifest.end_pts, manifest.time_base, (manifest.frame_rate,))
    return _Times(pts, manifest.end_pts, manifest.time_base, rate, varies)


def _sound(path: Path, manifest: Manifest | None) -> Path | None:
    if manifest is None or manifest.sound is None:
        return None
    sound = path / manifest.sound
    check_inside(sound, path)
    return sound


def _count_audio(sound: Path | None) -> int:
    if sound is None:
        return 0
    with open_container(sound) as container:
        return len(container.streams.audio)
