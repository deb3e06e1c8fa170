"""One open file and its decoder: raw pictures in the order in which they are shown, from any key frame on."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import av

from loopviz.media.container import decoder_of, open_container, video_stream
from loopviz.media.picture_limits import check_size
from loopviz.media.vpx_headers import announced_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.packet import Packet
    from av.video.stream import VideoStream


class Decoder:
    """Raw pictures of a file's video, one after the other.

    Decoding begins at a key frame: packets before the first one are left out, since nothing can be made of them.

    Attributes:
        keys: The pts of the key frames that were passed since the beginning or the last seek, and are shown; for each
            the lowest pts from it to the next one: its own, or that of a picture which is shown before it and leans on
            it.
        error: The first thing that went wrong since then; pictures that follow may be missing.
        incomplete: How many packets the container itself knew to be damaged since then.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()
        self._begin()

    def _open(self) -> None:
        self.container = open_container(self._path)
        try:
            self.stream: VideoStream = video_stream(self.container, self._path)
            self._context = decoder_of(self.stream)
        except BaseException:
            self.container.close()
            raise

    def _begin(self) -> None:
        self.keys: dict[int, int] = {}
        self._key: int | None = None
        self.error: Exception | None = None
        self.incomplete = 0
        self._ready: deque[av.VideoFrame] = deque()
        self._at_key = self._tainted = False
        self._wanted: int | None = None
        self._packets: Iterator[Packet[VideoStream]] | None = self.container.demux(self.stream)

    def seek(self, pts: int, wanted: int | None = None) -> None:
        """Go to the last key frame at or before a pts, as far as the container knows.

        Args:
            pts: Of the key frame.
            wanted: The pts of the picture that is sought: those before it that no other leans on are not decoded.

        Raises:
            av.FFmpegError: If the container cannot seek.
        """
        if self._is_tainted():
            self.close()
            self._open()
            self.stream.codec_context.open(
                strict=False
            )  # before it is told what to leave out: that holds for good in AV1
        self.container.seek(pts, stream=self.stream, backward=True)
        if self._context is not self.stream.codec_context and self._context.is_open:
            self._context.flush_buffers()  # of its own decoder the container has done it
        self._begin()
        self._wanted = wanted

    def next(self) -> av.VideoFrame | None:
        """Return the next picture, None after the last."""
        while not self._ready and self._packets is not None:
            self._feed()
        return self._ready.popleft() if self._ready else None

    def put_back(self, picture: av.VideoFrame) -> None:
        """Let the next call of ``next`` return this picture."""
        self._ready.appendleft(picture)

    def close(self) -> None:
        """Let go of the file."""
        self._packets = None
        self._ready.clear()
        self.container.close()

    def _feed(self) -> None:
        assert self._packets is not None  # noqa: S101  # for the type checker; next() has looked
        try:
            packet = next(self._packets, None)
            if packet is None:
                self._packets = None
            elif packet.size or packet.dts is None:  # an empty packet with a time would end the decoder, not a frame
                self._decode(packet)
        except (av.FFmpegError, OSError) as error:
            self.error = self.error or error
            if not isinstance(error, av.error.InvalidDataError):
                self._packets = None

    def _decode(self, packet: Packet[VideoStream]) -> None:
        if packet.is_keyframe or is_listed(packet, self.stream):
            self._key = None if packet.is_discard else packet.pts
        if self._key is not None and packet.pts is not None:
            self.keys[self._key] = min(packet.pts, self.keys.get(self._key, packet.pts))
        self._at_key = self._at_key or packet.is_keyframe
        self.incomplete += packet.is_corrupt
        if self._at_key:
            self._check_size(packet)
            early = self._wanted is not None and packet.pts is not None and packet.pts < self._wanted
            self._context.skip_frame = "NONREF" if early else "DEFAULT"
            self._take(self._context.decode(packet))

    def _check_size(self, packet: Packet[VideoStream]) -> None:
        """Refuse a picture that is too large: libvpx knows no limit."""
        if self._context is not self.stream.codec_context:
            size = announced_size(self.stream.codec_context.codec.canonical_name, bytes(packet))
            if size is not None:
                check_size(*size, self._path)

    def _take(self, pictures: list[av.VideoFrame]) -> None:
        self._tainted = self._tainted or any(picture.is_corrupt for picture in pictures)
        self._ready.extend(pictures)

    def _is_tainted(self) -> bool:
        """Say whether damage has passed the decoder, in what it has still in hand too.

        FFmpeg's H.264 decoder mends the pictures after it with what it remembers, beyond a seek to a whole key frame.
        """
        if self.error is None and not self._tainted:
            try:
                self._take(self._context.decode(None))
            except (av.FFmpegError, OSError) as error:
                self._tainted = not isinstance(error, av.error.EOFError)
        return self._tainted or self.error is not None


def is_listed(packet: Packet[VideoStream], stream: VideoStream) -> bool:
    """Say whether the container's own index has a packet as a key frame: one that is damaged does not look so."""
    matroska = "matroska" in stream.container.format.name
    stamp, entries = packet.pts if matroska else packet.dts, stream.index_entries
    place = entries.search_timestamp(stamp) if stamp is not None and len(entries) else -1
    return place >= 0 and entries[place].timestamp == stamp  # of the last key frame until then
