"""From pictures to one segment: a closed group of pictures in a NUT file, whose time stamps are the pictures' own.

NUT holds any time base exactly. Its clock begins at zero, so the stamps of a segment that begins before zero are moved
by ``clock_shift``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.codec.context import Flags, ThreadType
from av.container import OutputContainer
from av.video.frame import PictureType
from av.video.stream import VideoStream

from loopviz.errors import ConfigError, MissingPartError, OutputError, did_you_mean, no_memory
from loopviz.media.containers import new_media_file, writing
from loopviz.media.hdr_metadata import encoder_words
from loopviz.media.memory import is_limited, reuse_memory
from loopviz.media.types import ColorTags, HdrLight
from loopviz.media.x264_cpu import steady_instructions

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
SEGMENT_FORMAT = "nut"
# Without the second option the muxer would move all stamps when the first decoding stamp is negative.
_SEGMENT_OPTIONS = {"fflags": "+bitexact", "avoid_negative_ts": "disabled"}
KEYFRAME_SECONDS = 2.0  # as streaming has it: how long segments are
_GOP_SECONDS = 20  # no limit: with a near one x264 puts more key frames into a segment, which makes it larger
# Encoders left to themselves take as many threads as there are processors for them, and x264 and x265 give other bytes
# with another number. This many keep two processors busy; where there are more, more segments are encoded at once.
THREADS = 4


Finish = Callable[[], int]


@dataclass(frozen=True)
class EncoderSettings:
    """How pictures are compressed.

    Attributes:
        codec: FFmpeg's name of the encoder: libx264, libx265, libsvtav1 or libvpx-vp9.
        crf: Constant quality, lower is better; 0–51, for AV1 and VP9 0–63.
        preset: How much time to spend, in x264's words; AV1 and VP9 get the speed that comes nearest.
    """

    codec: str = "libx264"
    crf: int = 18
    preset: str = "medium"


@dataclass(frozen=True)
class VideoSpec:
    """What all segments of one video have in common.

    Attributes:
        width: Pixels, even.
        height: Pixels, even.
        frame_rate: Frames a second, the average where it varies; a tag, no stamp depends on it.
        time_base: Seconds that one unit of pts lasts.
        color: The tags of the pictures, and their depth.
        settings: The encoder and its settings.
    """

    width: int
    height: int
    frame_rate: Fraction
    time_base: Fraction
    color: ColorTags
    settings: EncoderSettings


@dataclass(frozen=True)
class _Encoder:
    codec: str
    crf_max: int
    options: Callable[[int, int, HdrLight | None], dict[str, str]]  # from crf, the preset's index, and HDR's light


def _x264(crf: int, speed: int, light: HdrLight | None) -> dict[str, str]:
    # stitchable: headers that do not depend on what is in the pictures, so that they agree over all segments.
    params = (
        f"threads={THREADS}:stitchable=1:open-gop=0"
        + steady_instructions()
        + encoder_words(light, "mastering-display", "cll")
    )
    return {"crf": str(crf), "preset": PRESETS[speed], "x264-params": params}


def _x265(crf: int, speed: int, light: HdrLight | None) -> dict[str, str]:
    params = f"pools={THREADS}:frame-threads=2:open-gop=0:info=0:log-level=error" + encoder_words(
        light, "master-display", "max-cll"
    )
    return {"crf": str(crf), "preset": PRESETS[speed], "x265-params": params}


def _svt_av1(crf: int, speed: int, light: HdrLight | None) -> dict[str, str]:
    os.environ.setdefault("SVT_LOG", "1")  # the only way to keep its settings off the terminal: errors alone
    words = encoder_words(light, "mastering-display", "content-light", units=False).removeprefix(":")
    return {"crf": str(crf), "preset": str(12 - speed)} | ({"svtav1-params": words} if words else {})


def _vp9(crf: int, speed: int, _light: HdrLight | None) -> dict[str, str]:
    return {"crf": str(crf), "b": "0", "deadline": "good", "cpu-used": str(min(5, max(0, 8 - speed))), "row-mt": "1"}


ENCODERS: Mapping[str, _Encoder] = {
    "libx264": _Encoder("h264", 51, _x264),
    "libx265": _Encoder("hevc", 51, _x265),
    "libsvtav1": _Encoder("av1", 63, _svt_av1),
    "libvpx-vp9": _Encoder("vp9", 63, _vp9),
}


def check_settings(settings: EncoderSettings) -> None:
    """Refuse settings that no encoder here understands.

    Raises:
        ConfigError: If the codec, the crf or the preset is none that exists.
        MissingPartError: If this build of FFmpeg lacks the encoder, or there is not enough memory for it.
    """
    encoder = ENCODERS.get(settings.codec)
    if encoder is None:
        near = did_you_mean(settings.codec, ENCODERS)
        raise ConfigError("the encoder is not known", found=settings.codec, expected=", ".join(ENCODERS), remedy=near)
    if settings.preset not in PRESETS:
        near, expected = did_you_mean(settings.preset, PRESETS), ", ".join(PRESETS)
        raise ConfigError("the encoder's preset is not known", found=settings.preset, expected=expected, remedy=near)
    if not 0 <= settings.crf <= encoder.crf_max:
        raise ConfigError("the encoder's crf is out of range", found=settings.crf, expected=f"0 to {encoder.crf_max}")
    if settings.codec not in av.codecs_available:
        raise MissingPartError(
            "this build of FFmpeg lacks the encoder",
            found=settings.codec,
            remedy="Install the av package from PyPI, whose wheels hold it, or choose libx264.",
        )


def check_depth(spec: VideoSpec) -> None:
    """Refuse a depth that this build's encoder does not have.

    Raises:
        MissingPartError: If it does not.
    """
    formats = av.Codec(spec.settings.codec, "w").video_formats or []
    if spec.color.pixel_format not in {form.name for form in formats}:
        raise MissingPartError(
            f"the encoder is not built for {spec.color.depth} bit here",
            found=spec.settings.codec,
            expected="libx264, libx265 or libsvtav1",
            remedy="Choose one of these, or 'depth: 8'.",
        )


def clock_shift(first_pts: int) -> int:
    """Return what is added to the stamps of a segment that begins at ``first_pts``, so that none is negative."""
    return max(0, -first_pts)


def encode_segment(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> int:
    """Encode pictures to a segment, and return how many they were; see ``begin_segment``."""
    return begin_segment(pictures, target, spec)()


def begin_segment(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> Finish:
    """Hand pictures to an encoder, for a segment that decodes by itself; return what ends it.

    An encoder looks ahead: most of its work is still to do when it has been given all. The end may be made in another
    thread, and must be made, once.

    The same pictures give the same bytes, however many processors may be used. The pictures belong to the encoder from
    here on: their kind and stamps may be changed.

    Args:
        pictures: In the format of the spec's colours and of its size, ``pts`` strictly ascending in its time base.
        target: A NUT file in a folder that is there; one that stands there, as a worker that died has left it, is
            replaced, and what is not finished is removed.
        spec: Shared by all segments of a video.

    Returns:
        A function that has the rest encoded, closes the file, and returns how many pictures are in it.

    Raises:
        ConfigError: If the settings are none that exist, or the encoder refuses them.
        MissingPartError: If this build of FFmpeg lacks the encoder, or there is not enough memory for it.
        OutputError: If a picture is not as the spec says, or the file cannot be written, now or in the end.
    """
    reuse_memory()
    check_settings(spec.settings)
    check_depth(spec)
    if spec.width < 2 or spec.height < 2 or spec.width % 2 or spec.height % 2:
        raise OutputError(
            "a video needs an even width and height",
            file=target,
            found=f"{spec.width}x{spec.height}",
            remedy="Pad the pictures to even sizes.",
        )
    with writing(target):
        target.unlink(missing_ok=True)
    with ExitStack() as stack:
        container = stack.enter_context(new_media_file(target, SEGMENT_FORMAT, _SEGMENT_OPTIONS))
        stream = _open_encoder(container, spec, target)
        count = _encode(container, stream, _checked(pictures, target, spec), target)
        unfinished = stack.pop_all()

    def finish() -> int:
        with unfinished, writing(target):
            container.mux(stream.encode(None))
        return count

    return finish


def _encode(container: OutputContainer, stream: VideoStream, pictures: Iterator[av.VideoFrame], target: Path) -> int:
    """Give pictures to an encoder, and what it has ready to the file; return how many they were."""
    count = 0
    for picture in pictures:
        with writing(target):
            container.mux(stream.encode(picture))
        count += 1
    if not count:
        raise OutputError("a segment needs at least one picture", file=target)
    return count


def encoder_options(spec: VideoSpec) -> dict[str, str]:
    """Return all that an encoder is told beside the pictures' size, times and colours."""
    settings = spec.settings
    special = ENCODERS[settings.codec].options(settings.crf, PRESETS.index(settings.preset), spec.color.light)
    return {"g": str(frames_in(_GOP_SECONDS, spec.frame_rate)), "threads": str(THREADS), **special}


def frames_in(seconds: float, frame_rate: Fraction) -> int:
    """Return how many frames last about so long, at least one."""
    return max(1, round(seconds * frame_rate))


def _open_encoder(container: OutputContainer, spec: VideoSpec, target: Path) -> VideoStream:
    """Add the video stream; pts are counted in the spec's time base by encoder and muxer."""
    settings = spec.settings
    stream = container.add_stream(settings.codec, rate=spec.frame_rate, options=encoder_options(spec))
    assert isinstance(stream, VideoStream)  # noqa: S101  (for the type checker: a video encoder makes a video stream)
    context = stream.codec_context
    context.width, context.height, context.pix_fmt = spec.width, spec.height, spec.color.pixel_format
    context.sample_aspect_ratio = Fraction(1)
    context.time_base = stream.time_base = spec.time_base
    context.flags |= Flags.global_header
    context.thread_type, context.thread_count = ThreadType.AUTO, THREADS
    tag_colors(stream, spec.color)
    try:
        context.open()
    except (av.error.FFmpegError, ValueError) as error:
        raise _refused(error, spec.settings, target) from error
    return stream


def _refused(error: Exception, settings: EncoderSettings, target: Path) -> Exception:
    """Return why an encoder does not open."""
    if isinstance(error, av.error.ExternalError) and is_limited():  # all that is said by one that gets no memory
        return no_memory()
    return ConfigError(f"{settings.codec} refuses its settings: {error}", file=target, found=settings)


def tag_colors(stream: VideoStream, color: ColorTags) -> None:
    """Write the colour tags to a stream that is about to be encoded or copied."""
    context = stream.codec_context
    context.color_range = 2 if color.full_range else 1  # AVCOL_RANGE_JPEG, AVCOL_RANGE_MPEG
    context.colorspace = color.colorspace
    context.color_primaries = color.primaries
    context.color_trc = color.transfer


def _checked(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> Iterator[av.VideoFrame]:
    """Yield the pictures ready for the encoder; refuse those that are not as the spec says."""
    last: int | None = None
    shift = 0
    for index, picture in enumerate(pictures):
        found = (picture.width, picture.height, picture.format.name)
        if found != (spec.width, spec.height, spec.color.pixel_format):
            raise _mismatch("a picture has another size or format", target, index, found, spec)
        pts = picture.pts
        if pts is None or (last is not None and pts <= last):
            raise _mismatch("a picture's time does not follow the one before", target, index, (last, pts), spec)
        if picture.time_base and picture.time_base != spec.time_base:
            raise _mismatch("a picture counts time in another base", target, index, picture.time_base, spec)
        shift = clock_shift(pts) if last is None else shift
        last = pts
        # What kind of frame it was in its source must not become an order to this encoder.
        picture.pict_type = PictureType.NONE
        picture.time_base = spec.time_base
        picture.pts = pts + shift
        yield picture


def _mismatch(problem: str, target: Path, index: int, found: object, spec: VideoSpec) -> OutputError:
    expected = f"{spec.width}x{spec.height} {spec.color.pixel_format}, ascending pts in units of {spec.time_base} s"
    return OutputError(problem, file=target, at=f"picture {index} of the segment", found=found, expected=expected)
