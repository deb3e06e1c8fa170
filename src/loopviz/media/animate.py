"""From segments to an animated GIF or WebP: images that move, play in a loop, and are silent.

A GIF has 256 colours for all its pictures: they are chosen from all of them (FFmpeg's ``palettegen``), and others are
mixed from these by error diffusion (``paletteuse``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.reformatter import ColorRange, VideoReformatter
from av.video.stream import VideoStream

from loopviz.errors import MissingPartError, OutputError
from loopviz.media.containers import new_media_file, writing
from loopviz.media.encoders import VideoSpec
from loopviz.media.scaling import SCALING, SWS_MATRIX
from loopviz.media.types import Pts

WORKED = "bgra"
SEGMENTS = "ffv1"  # what pictures are kept in until all are there


@dataclass(frozen=True)
class Animation:
    """A kind of image that moves.

    Attributes:
        encoder: FFmpeg's encoder.
        format: FFmpeg's muxer.
        pixel_format: What the encoder is given.
        unit: Seconds: what times are counted in.
        fastest: Pictures a second that browsers show; of more, each would be shown for longer.
        told: What the encoder is told.
        ending: The muxer's option for how long the last picture stands, in units, if it has one.
    """

    encoder: str
    format: str
    pixel_format: str
    unit: Fraction
    fastest: int
    told: Mapping[str, str]
    ending: str | None = None


ANIMATIONS: Mapping[str, Animation] = {
    ".gif": Animation("gif", "gif", "pal8", Fraction(1, 100), 50, {}, "final_delay"),
    ".webp": Animation("libwebp_anim", "webp", WORKED, Fraction(1, 1000), 100, {"quality": "80"}),
}


def check_animation(kind: Animation) -> None:
    """Refuse a kind that cannot be written here.

    Raises:
        MissingPartError: If this build of FFmpeg lacks its encoder.
    """
    if kind.encoder not in av.codecs_available:
        raise MissingPartError(
            "this build of FFmpeg lacks the encoder",
            found=kind.encoder,
            remedy="Install the av package from PyPI, whose wheels hold it, or choose another ending.",
        )


def write_animation(segments: Sequence[Path], target: Path, spec: VideoSpec, *, pts: Pts, end_pts: int) -> None:
    """Write the pictures of segments as an image that moves, without an end.

    Args:
        segments: Files of ``encode_segment``, losslessly encoded, in the order shown.
        target: A new file, ``.gif`` or ``.webp``.
        spec: What the segments were encoded with.
        pts: Shape ``(frames,)``: when each picture is shown, in the spec's time base.
        end_pts: When the last one ends.

    Raises:
        OutputError: If the segments are not what was planned, or the file cannot be written.
        MissingPartError: If this build of FFmpeg lacks the encoder.
    """
    kind = ANIMATIONS[target.suffix.lower()]
    check_animation(kind)
    edges = times_of(np.append(pts, end_pts), spec.time_base, kind.unit)
    options = {"fflags": "+bitexact", "loop": "0"}
    if kind.ending:
        options[kind.ending] = str(edges[-1] - edges[-2])
    pictures = _pictures(segments, spec)
    if kind.pixel_format == "pal8":
        pictures = _in_colors(pictures, _palette(_pictures(segments, spec), spec), spec)
    with new_media_file(target, kind.format, options) as out:
        stream = _add_stream(out, kind, spec)
        count = 0
        for picture, (begin, end) in zip(pictures, pairwise(edges), strict=False):
            picture.pts, picture.duration, picture.time_base = begin, end - begin, kind.unit
            with writing(target):
                out.mux(stream.encode(picture))
            count += 1
        with writing(target):
            out.mux(stream.encode(None))
    if count != len(pts):
        raise OutputError(
            "the segments do not hold the planned frames", file=target, found=count, expected=f"{len(pts)}"
        )


def _add_stream(out: OutputContainer, kind: Animation, spec: VideoSpec) -> VideoStream:
    stream = out.add_stream(kind.encoder, rate=spec.frame_rate, options=dict(kind.told))
    assert isinstance(stream, VideoStream)  # noqa: S101  (for the type checker: a video encoder makes a video stream)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = spec.width, spec.height, kind.pixel_format
    context.time_base = stream.time_base = kind.unit
    return stream


def times_of(pts: Pts, time_base: Fraction, unit: Fraction) -> list[int]:
    """Return when pictures begin, and the last one ends, in whole units from 0, each at least one after the other."""
    exact = [round((int(each) - int(pts[0])) * time_base / unit) for each in pts]
    ahead = 0
    for place, time in enumerate(exact):
        exact[place] = ahead = max(time, ahead + 1 if place else 0)
    return exact


def _pictures(segments: Sequence[Path], spec: VideoSpec) -> Iterator[av.VideoFrame]:
    """Decode segments to red, green and blue."""
    scaler = VideoReformatter()
    for path in segments:
        with av.open(str(path.absolute()), format="nut") as container:
            for picture in container.decode(video=0):
                yield scaler.reformat(
                    picture,
                    format=WORKED,
                    src_colorspace=SWS_MATRIX[spec.color.colorspace],
                    src_color_range=ColorRange.JPEG if spec.color.full_range else ColorRange.MPEG,
                    dst_color_range=ColorRange.JPEG,
                    interpolation=SCALING,
                )


def _palette(pictures: Iterable[av.VideoFrame], spec: VideoSpec) -> av.VideoFrame:
    """Return the 256 colours that suit pictures best, as a picture of 16 x 16."""
    graph = Graph()
    source = _buffer(graph, spec.width, spec.height)
    # All of them for opaque colours: one that would stand for transparency is not needed.
    graph.link_nodes(source, graph.add("palettegen", reserve_transparent="0"), graph.add("buffersink")).configure()
    for place, picture in enumerate(pictures):
        picture.pts, picture.time_base = place, Fraction(1, 100)
        source.push(picture)
    source.push(None)
    return graph.vpull()


def _in_colors(pictures: Iterable[av.VideoFrame], palette: av.VideoFrame, spec: VideoSpec) -> Iterator[av.VideoFrame]:
    graph = Graph()
    source, colors = _buffer(graph, spec.width, spec.height), _buffer(graph, palette.width, palette.height)
    use, sink = graph.add("paletteuse", dither="sierra2_4a", diff_mode="rectangle"), graph.add("buffersink")
    source.link_to(use, 0, 0)
    colors.link_to(use, 0, 1)
    use.link_to(sink, 0, 0)
    graph.configure()
    palette.pts, palette.time_base = 0, Fraction(1, 100)
    colors.push(palette)
    colors.push(None)
    for place, picture in enumerate(pictures):
        picture.pts, picture.time_base = place, Fraction(1, 100)
        source.push(picture)
        yield graph.vpull()


def _buffer(graph: Graph, width: int, height: int) -> FilterContext:
    return graph.add_buffer(width=width, height=height, format=av.VideoFormat(WORKED), time_base=Fraction(1, 100))
