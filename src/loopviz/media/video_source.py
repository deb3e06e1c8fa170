"""A video file as a stream of frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from loopviz.errors import DamagedError, InputError
from loopviz.media.color import apply_tags, color_notes, delivered_tags, is_rgb, tags_of
from loopviz.media.container import AGAIN, is_see_through, stream_notes
from loopviz.media.decoder import Decoder
from loopviz.media.deinterlace import Deinterlacer, is_interlaced
from loopviz.media.file_source import OneFile
from loopviz.media.frame_index import FrameIndex, build_index
from loopviz.media.normalise import Normaliser, PictureShape, bit_depth, format_notes, has_alpha, usable_aspect
from loopviz.media.packet_scan import reason
from loopviz.media.picture_limits import check_size
from loopviz.media.rotation import NO_TURN, orientation_of
from loopviz.media.types import Frame, Pts, ReadOptions, VideoInfo
from loopviz.notes import Note, note

SEEKS = 3  # how many key frames back are tried before decoding from the beginning


class VideoSource(OneFile):
    """A video file, opened and indexed. See ``loopviz.media.types.Source``."""

    def __init__(self, path: Path, options: ReadOptions | None = None) -> None:
        super().__init__(path, options)
        self._index = build_index(path, self._options.damage)
        self._decoder = Decoder(path)
        self._position = 0
        try:
            self._begin()
        except BaseException:
            self._decoder.close()
            raise

    def _begin(self) -> None:
        first = self._decoder.next()
        if first is None:
            raise self._damaged(0)
        stream, options = self._decoder.stream, self._options
        orientation, turn_note = orientation_of(first)
        stated = stream.codec_context if turn_note == NO_TURN else stream  # else FFmpeg made it of that matrix
        aspect = usable_aspect(stated.sample_aspect_ratio)
        shape = PictureShape(first.width, first.height, aspect, orientation, tags_of(first, 0))
        check_size(*shape.shown, self.path)
        stored = tags_of(first, shape.shown[1])
        shape = shape.with_color(delivered_tags(stored, bit_depth(first.format), options.depth))
        self._stored_size = (first.width, first.height)
        self._normaliser = Normaliser(shape, stored, options.paper)
        interlaced = is_interlaced(first, stream.codec_context.field_order)
        self._picture = Deinterlacer(self._stored, len(self.pts)).picture if interlaced else self._stored
        notes = [
            *stream_notes(self._decoder.container),
            *self._index.notes,
            *_count_notes(stream.frames, len(self._index.pts)),
            *format_notes(first, shape, stated.sample_aspect_ratio, options.paper),
            *([note("interlaced")] if interlaced else []),
            *color_notes(first, stored, shape.color),
            *([turn_note] if turn_note else []),
            *([note("transparency-unread")] if self._is_opaque(first) else []),
        ]
        self.info = _info(self.path, self._decoder, first, self._index, shape, notes)
        self._decoder.put_back(first)

    def _is_opaque(self, first: av.VideoFrame) -> bool:
        """Say whether this build of FFmpeg lacks what reads the transparency that there should be."""
        return is_see_through(self._decoder.stream) and not has_alpha(first.format)

    @property
    def pts(self) -> Pts:
        """When each frame is shown, ascending, as in the file."""
        return self._index.pts

    @property
    def end_pts(self) -> int:
        """The end of the last frame."""
        return self._index.end_pts

    @property
    def damaged(self) -> tuple[int, ...]:
        """See ``Source.damaged``."""
        return tuple(sorted({*self._index.held, *self._index.partial}))

    @property
    def sound(self) -> Path | None:
        """The file itself when it holds sound."""
        return self.path if self.info.audio_streams else None

    def close(self) -> None:
        """Let go of the file."""
        self._decoder.close()

    def _frame(self, index: int) -> Frame:
        picture = self._picture(index)
        if not is_rgb(picture.format):
            apply_tags(picture, self._normaliser.stored)
        shown = self._normaliser.deliver(picture)
        pts = int(self.pts[index])
        shown.pts, shown.time_base = pts, self.info.time_base
        return Frame(index, pts, self.info.time_base, shown)

    def _stored(self, index: int) -> av.VideoFrame:
        """Return the decoded picture that is shown as frame ``index``."""
        index = self._index.held.get(index, index)
        try:
            if index != self._position:
                self._move_to(index)
            picture = self._next(index)
        except DamagedError:
            if not self._index.decoded:
                raise
            self._skip_to(index, begin=True)  # damage may look otherwise from a key frame on than when all was decoded
            picture = self._next(index)
        self._position = index + 1
        return picture

    def _move_to(self, index: int) -> None:
        """Make ``index`` the next frame that the decoder yields: onward, from a key frame, or from the beginning."""
        keys = self._index.keyframes[self._index.keyframes <= index]
        onward = 0 <= self._position <= index and not (len(keys) and keys[-1] > self._position)
        if not onward and any(self._land(int(key), index) for key in keys[::-1][:SEEKS]):
            return
        self._skip_to(index, begin=not onward)

    def _skip_to(self, index: int, *, begin: bool) -> None:
        """Drop what comes before ``index``, from the beginning or from where the decoder is."""
        if begin:
            self._decoder.close()
            self._decoder, self._position = Decoder(self.path), 0
        for dropped in range(self._position, index):
            if dropped not in self._index.held:
                self._next(dropped)
        self._position = index

    def _land(self, key: int, index: int) -> bool:
        """Seek to a key frame and drop what comes before ``index``; False when that does not lead there exactly.

        What precedes the key frame on screen may be broken; ``index`` never does, nor what it leans on.
        """
        stored = self._index.stored
        assert stored is not None  # noqa: S101  # for the type checker; there are no key frames without
        self._position = -1
        # A decoder that mends damage does it with whatever pictures it has: it is given all of them.
        wanted = None if self._index.decoded else int(stored[index])
        try:
            self._decoder.seek(int(stored[key]), wanted)
        except (av.FFmpegError, OSError):
            return False
        missing = set(self._index.keyframes[(key <= self._index.keyframes) & (self._index.keyframes <= index)].tolist())
        while (picture := self._decoder.next()) is not None:
            at = self._number(picture)
            if at > index or self._decoder.error or self._bad(picture):
                return False
            missing.discard(at)
            if at == index and not missing:
                self._decoder.put_back(picture)
                return True
        return False

    def _number(self, picture: av.VideoFrame) -> int:
        """Return which frame a picture is, -1 where that cannot be told."""
        return -1 if picture.pts is None else self._index.number.get(picture.pts, -1)

    def _next(self, index: int) -> av.VideoFrame:
        """Return the decoder's next picture, which must be frame ``index``."""
        stored = self._index.stored
        picture = self._decoder.next()
        while self._index.held and picture is not None and self._number(picture) < index:
            picture = self._decoder.next()
        if picture is None or self._bad(picture) or (stored is not None and picture.pts != stored[index]):
            self._position = -1
            raise self._damaged(index)
        size, expected = (picture.width, picture.height), self._stored_size
        if size != expected:
            self._position = -1
            raise InputError(
                "the picture changes its size",
                file=self.path,
                at=f"frame {index}",
                found=f"{size[0]}x{size[1]}",
                expected=f"{expected[0]}x{expected[1]}",
                remedy="Convert it to one size: ffmpeg -i IN -c:v libx264 -crf 12 OUT.mp4",
            )
        return picture

    def _bad(self, picture: av.VideoFrame) -> bool:
        """Say whether a picture is in part a guess of the decoder's that nobody has been told of."""
        return picture.is_corrupt and not self._index.decoded

    def _damaged(self, index: int) -> InputError:
        error = self._decoder.error
        why = f": {reason(error)}" if error else ""
        return DamagedError(f"the frame is damaged or missing{why}", file=self.path, at=f"frame {index}", remedy=AGAIN)


def _count_notes(claimed: int, found: int) -> list[Note]:
    return [note("frame-count", claimed=claimed, found=found)] if claimed not in (0, found) else []


def _info(
    path: Path, decoder: Decoder, first: av.VideoFrame, index: FrameIndex, shape: PictureShape, notes: list[Note]
) -> VideoInfo:
    stream = decoder.stream
    time_base = stream.time_base or Fraction(1, 1_000_000)
    width, height = shape.shown
    return VideoInfo(
        path=path,
        kind="video",
        frames=len(index.pts),
        width=width,
        height=height,
        frame_rate=index.rate,
        duration_seconds=float((index.end_pts - int(index.pts[0])) * time_base),
        rotation=shape.orientation.rotation,
        sample_aspect_ratio=shape.sample_aspect_ratio,
        variable_frame_rate=index.varies,
        audio_streams=len(decoder.container.streams.audio),
        codec=stream.codec_context.codec.canonical_name,
        pixel_format=first.format.name,
        bit_depth=bit_depth(first.format),
        time_base=time_base,
        color=shape.color,
        claimed_frames=stream.frames or None,
        notes=tuple(notes),
    )
