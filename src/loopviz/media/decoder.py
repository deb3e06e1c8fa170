"""One open file and its decoder: raw pictures in the order in which they are shown, from any key frame on."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import av

from loopviz.media.container import open_container, video_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.packet import Packet
    from av.video.stream import VideoStream


class Decoder:
    """Raw pictures of a file's video, one after the other.

    Decoding begins at a key frame: packets before the first one are left out, since nothing can be made of them.

    Attributes:
        keys: The pts of the key frames that were passed since the beginning or the last seek, and are shown.
        error: The first thing that went wrong since then; pictures that follow may be missing.
        incomplete: How many packets the container itself knew to be damaged since then.
    """

    def __init__(self, path: Path) -> None:
        self.container = open_container(path)
        try:
            self.stream: VideoStream = video_stream(self.container, path)
        except BaseException:
            self.container.close()
            raise
        self._begin()

    def _begin(self) -> None:
        self.keys: list[int] = []
        self.error: Exception | None = None
        self.incomplete = 0
        self._ready: deque[av.VideoFrame] = deque()
        self._at_key = False
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
        self.container.seek(pts, stream=self.stream, backward=True)
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
        if packet.is_keyframe and packet.pts is not None and not packet.is_discard:
            self.keys.append(packet.pts)
        self._at_key = self._at_key or packet.is_keyframe
        self.incomplete += packet.is_corrupt
        if self._at_key:
            early = self._wanted is not None and packet.pts is not None and packet.pts < self._wanted
            self.stream.codec_context.skip_frame = "NONREF" if early else "DEFAULT"
            self._ready.extend(packet.decode())
