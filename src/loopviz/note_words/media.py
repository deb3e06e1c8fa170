"""The words of notes on videos, images and sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loopviz.wording import Words

LISTED = 5  # frames


def _frames(frames: Sequence[int]) -> str:
    """Return how many frames there are, and the first of them."""
    return f"{len(frames)} ({', '.join(map(str, frames[:LISTED]))}{', …' if len(frames) > LISTED else ''})"


def _attached(count: int) -> str:
    return "an attached picture is ignored" if count == 1 else f"{count} attached pictures are ignored"


def _held(frames: Sequence[int]) -> str:
    return f"frames that cannot be decoded, and show the one before them: {_frames(frames)}"


def _in_part(frames: Sequence[int]) -> str:
    return f"frames that are damaged in part, and shown as far as they can be decoded: {_frames(frames)}"


def _numbers_missing(places: int, before: str, after: str) -> str:
    where = "one place" if places == 1 else f"{places} places"
    return f"numbers are missing in the images' names in {where}, first between {before} and {after}: no time passes"


def _aside(count: int, kinds: Sequence[str], first: str) -> str:
    said = ", ".join(kinds[:4]) + (", …" if len(kinds) > 4 else "")
    return f"files that look like images, and are left aside: {count} ({said}; first {first})"


def _parts(frames: Mapping[str, int]) -> str:
    return "parts of one set: " + ", ".join(f"{split} ({count})" for split, count in frames.items())


def _fitted(sizes: int, other: int, count: int, shown: str, paper: str, first: str, size: str) -> str:
    images = f"images of {sizes} sizes: {other} of {count} are fitted into {shown} on {paper}"
    return f"{images} (first {first}, {size})"


def _hdr_mapped(name: str, peak: float, white: float) -> str:
    peaks = f"light up to {peak:g} cd/m² is brought within {white:g}"
    return f"{name} (HDR) is mapped to a standard screen: {peaks}; 'depth: keep' keeps it"


def _converted(stream: int, codec: str, became: str, fits: bool) -> str:
    why = "it cannot be copied" if fits else "the container does not take it"
    return f"sound stream {stream}: {codec} became {became}, as {why}"


DAMAGE: Mapping[str, Words] = {
    "cut-short": "the file is cut short: its last {bytes} bytes are missing",
    "damaged-near": "it is damaged near frame {frame} ({trouble}): {readable} frames can be read",
    "frames-held": _held,
    "pictures-held": "frames that cannot be decoded, and show the one before them: {count}",
    "frames-in-part": _in_part,
    "frames-lost": "frames at the end that cannot be decoded, and are left out: {count}",
    "packets-damaged": "packets that were damaged on the way, and may show: {count}",
    "images-held": "images that are damaged, and show the one before them: {count} (first {first}, frame {frame})",
}
VIDEO: Mapping[str, Words] = {
    "attached-pictures": _attached,
    "several-videos": "the file holds {count} videos; the default one, or else the first, is used",
    "no-times": "the file holds no time stamps; its frame rate is taken to be even",
    "times-mended": "time stamps that were missing or ran backwards, and were mended: {count}, the first at frame "
    "{frame}",
    "frame-count": "the header claims {claimed} frames, there are {found}",
    "interlaced": "it is interlaced: its fields are made into whole pictures",
    "transparency-unread": "its transparency cannot be read here, and is ignored",
    "no-quarter-turn": "its display matrix is no quarter turn, and is ignored: it is shown as it is stored",
    "scaled-by-matrix": "its display matrix scales it, which is ignored",
    "timeless-pictures": "pictures of no duration are shown for {milliseconds} ms, as browsers do",
}
PICTURES: Mapping[str, Words] = {
    "depth-reduced": "{bits} bit is reduced to {depth}",
    "rgb-converted": "{stored} is converted to {delivered} in BT.709",
    "chroma-reduced": "{stored} is converted to {delivered}: its colours lose resolution",
    "on-paper": "transparent parts are shown on {paper}",
    "pixels-not-square": "its pixels are {ratio}, not square: scaled to {size}",
    "absurd-pixels": "an absurd pixel shape ({ratio}) is ignored",
    "matrix-smpte-240m": "SMPTE 240M is drawn on as BT.709",
    "matrix-bt2020-constant": "BT.2020 constant luminance is shown as non-constant",
    "matrix-unknown": "the colour matrix {matrix} is not known here; {assumed} is assumed",
    "hdr-mapped": _hdr_mapped,
    "hdr-kept": "{name} (HDR) is kept; what is drawn is {white:g} cd/m² at its whitest",
    "profile-ignored": "a colour profile other than sRGB is ignored",
}
IMAGES: Mapping[str, Words] = {
    "several-pictures": "images that hold several pictures, of which one is shown, the first: {count} (first {first})",
    "images-turned": "images that are turned, as their EXIF data says: {count}",
    "sizes-fitted": _fitted,
    "unlisted-images": "images that the manifest does not list, and that are left aside: {count}",
    "numbers-missing": _numbers_missing,
    "left-aside": _aside,
    "parts-of-a-set": _parts,
    "foreign-labels": "there is {format} in the folder ({file}), which loopviz does not read yet",
}
SOUND: Mapping[str, Words] = {
    "sound-unknown": "sound stream {stream} was left out: its codec is not known",
    "sound-converted": _converted,
    "sound-left-out": "sound stream {stream} ({codec}) was left out: {trouble}",
    "sound-unread": "the sound was left out: {trouble}",
    "sound-not-there": "the sound was left out: a {container} holds none",
    "sound-other-times": "the sound was left out: the film does not play at the source's times",
    "sound-encoded-anew": "the sound was encoded anew ({became}), so that it runs on from one repetition to the next",
    "sound-damaged": "damaged packets of sound were left out: {count}",
    "sound-ends-early": "the sound ends early, its file cannot be read on: {trouble}",
    "sound-stream-ends": "a stream of sound ends at {seconds:.1f} s: {trouble}",
    "sound-missing": "the last {seconds:.1f} s of sound are missing in the source",
    "times-rounded": "times are rounded to 1/{scale} s, the container cannot hold them",
    "times-rounded-coarsely": "times are rounded to 1/1000 s, {container} has no finer ones",
    "noted-before": "{text}",  # in a file of an earlier step
}
MEDIA: Mapping[str, Words] = {**DAMAGE, **VIDEO, **PICTURES, **IMAGES, **SOUND}
