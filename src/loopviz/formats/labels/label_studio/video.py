"""Label Studio's boxes on a video: key frames, counted from 1, between which a box moves in a straight line.

``enabled: false`` says that the object is not seen after that frame, up to the next key frame; on it, it is. After the
last key frame it stays up to the video's end (``label_studio_sdk/converter/utils`` and Label Studio's own player).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from loopviz.formats.labels.by_name import BadShape, Shape, Size
from loopviz.formats.labels.label_studio.regions import is_number, rectangle

MOST_FRAMES = 1_000_000
MOVING = ("x", "y", "width", "height", "rotation")


class Key(NamedTuple):
    """A key frame: its number from 0, where the box is there, and whether it is seen from there on."""

    frame: int
    value: Mapping[str, float]
    stays: bool
    by_hand: bool


def frames_of(value: Mapping[str, Any]) -> int:
    """Return how many frames a video has, 0 where it is not said.

    Raises:
        BadShape: If it is no such number.
    """
    count = value.get("framesCount") or 0
    if not is_number(count) or not 0 <= count <= MOST_FRAMES:
        raise BadShape("not a number of frames", count, f"at most {MOST_FRAMES:,}")
    return int(count)


def boxes_of(category: str, value: Mapping[str, Any], size: Size) -> Iterator[tuple[int, Shape, bool]]:
    """Yield each frame on which a box is seen, its shape there, and whether a person set it there.

    Raises:
        BadShape: If a key frame is malformed, or two are on one frame.
    """
    said = value.get("sequence")
    if not isinstance(said, list):
        raise BadShape("not a sequence of key frames", said, "[{frame, x, y, width, height}, …]")
    keys = sorted((_key(each) for each in said), key=lambda key: key.frame)
    if any(one.frame == other.frame for one, other in pairwise(keys)):
        raise BadShape("two key frames on one frame", [key.frame + 1 for key in keys][:20], "one for each")
    end = max(frames_of(value), keys[-1].frame + 1) if keys else 0
    for key, after in zip(keys, [*keys[1:], None], strict=False):
        yield key.frame, rectangle(category, key.value, size), key.by_hand
        for frame in range(key.frame + 1, after.frame if after else end) if key.stays else ():
            yield frame, rectangle(category, key.value if after is None else _between(key, after, frame), size), False


def _key(said: Any) -> Key:
    if not isinstance(said, dict):
        raise BadShape("a key frame is not an object", said, "{frame, x, y, width, height}")
    frame, stays = said.get("frame"), said.get("enabled", True)
    if not is_number(frame) or frame != int(frame) or not 1 <= frame <= MOST_FRAMES:
        raise BadShape("not a number of a frame", frame, f"a whole number from 1 to {MOST_FRAMES:,}")
    if not isinstance(stays, bool):
        raise BadShape("enabled is neither true nor false", stays, "true or false")
    numbers: dict[str, float] = {}
    for name in MOVING:
        number = said.get(name, 0.0 if name == "rotation" else None)
        if not is_number(number):
            raise BadShape(f"a key frame without a place: {name}", number, "a percentage")
        numbers[name] = number
    return Key(int(frame) - 1, numbers, stays, not said.get("auto"))


def _between(one: Key, other: Key, frame: int) -> Mapping[str, float]:
    share = (frame - one.frame) / (other.frame - one.frame)
    return {name: one.value[name] + (other.value[name] - one.value[name]) * share for name in MOVING}
