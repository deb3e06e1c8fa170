"""Time stamps of a joined video: pure arithmetic.

A frame is shown at its pts. The time of decoding (dts) is rebuilt from the pts of all frames in order: packet ``i`` is
decoded when frame ``i - delay`` is shown, where ``delay`` is the longest reordering of the whole video. That is
strictly ascending and never later than the packet's own pts, for every frame rate, fixed or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from loopviz.errors import OutputError
from loopviz.media.types import Pts

_MAX_INT32 = 2**31 - 1  # of an MP4: the time scale, and distances between stamps
_MIN_SCALE = 10_000  # coarser scales are legal, but some players round with them
_ROUNDED_SCALE = 90_000  # MPEG's own clock


@dataclass(frozen=True)
class Clock:
    """Times of all frames on the video's own clock, whose 0 is the first frame.

    Attributes:
        scale: Units a second.
        shown: Shape ``(frames,)``, when each frame begins, in the order shown.
        end: When the last one ends.
        exact: Whether no stamp was rounded.
    """

    scale: int
    shown: Pts
    end: int
    exact: bool

    def packets(self, order: Pts, delay: int, *, times: int = 1) -> Iterator[tuple[Pts, Pts, Pts]]:
        """Yield pts, dts and duration of each packet, three times shape ``(frames,)``, in the order of decoding.

        The first ``delay`` packets are decoded before 0. A container adds up the steps from dts to dts and the last
        packet's duration; these two are chosen so that the sum is the video's duration as well.

        Args:
            order: Shape ``(frames,)``: the place of each packet's frame in the order shown.
            delay: How many packets at most go before one whose frame is shown earlier.
            times: How often all of them are shown, one time after the other; each is yielded by itself.
        """
        lengths = np.diff(self.shown, append=np.int64(self.end))
        begin = -delay * int(lengths.min())
        early = np.arange(-delay, 0, dtype=np.int64) * lengths.min()
        for time in range(times):
            shift = time * self.end
            before = early if not time else self.shown[len(order) - delay :] - self.end
            pts, durations = self.shown[order] + shift, lengths[order]
            dts = np.concatenate([before, self.shown])[: len(order)] + shift
            if time == times - 1:
                dts[-1] = max(dts[-1], pts[-1] + begin)
                durations[-1] = self.end * times + begin - dts[-1]
            yield pts, dts, durations


def frame_clock(pts: Pts, end_pts: int, time_base: Fraction, delay: int) -> Clock:
    """Choose the coarsest scale that keeps every stamp exact and that an MP4 can hold; MPEG's clock when none does.

    Raises:
        OutputError: If the frames' times are not strictly ascending, or too close to tell apart.
    """
    edges = np.append(np.asarray(pts, dtype=np.int64), np.int64(end_pts))
    edges -= edges[0]
    gaps = np.diff(edges)
    if len(edges) < 2 or gaps.min() <= 0:
        raise OutputError("the frames' times are not strictly ascending")
    tick = int(np.gcd.reduce(gaps))
    unit = time_base * tick
    scale: int = unit.denominator
    while scale < _MIN_SCALE:
        scale *= 2
    # A decoding stamp lies at most delay + 1 frames before its frame.
    longest = int(gaps.max()) * time_base * (delay + 1)
    if scale <= _MAX_INT32 and longest * scale <= _MAX_INT32:
        times = edges // tick * int(unit * scale)
        return Clock(scale, times[:-1], int(times[-1]), exact=True)
    times = np.array([round(int(edge) * time_base * _ROUNDED_SCALE) for edge in edges], dtype=np.int64)
    if np.diff(times).min() <= 0:
        raise OutputError("the frames follow each other too closely to be written", expected="at least 1/90000 s")
    return Clock(_ROUNDED_SCALE, times[:-1], int(times[-1]), exact=False)
