"""The encoders: what each is told, which pictures it takes, and what of it is there on this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import av

from loopviz.errors import ConfigError, MissingPartError, did_you_mean
from loopviz.media.hdr_metadata import encoder_words
from loopviz.media.types import ColorTags
from loopviz.media.x264_cpu import steady_instructions

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo")
_GOP_SECONDS = 20  # no limit: with a near one x264 puts more key frames into a segment, which makes it larger
# Encoders left to themselves take as many threads as there are processors for them, and x264 and x265 give other bytes
# with another number. This many keep two processors busy; where there are more, more segments are encoded at once.
THREADS = 4


@dataclass(frozen=True)
class EncoderSettings:
    """How pictures are compressed.

    Attributes:
        codec: FFmpeg's name of the encoder, one of ``ENCODERS``.
        crf: Constant quality, lower is better; 0–51, for AV1 and VP9 0–63. Others have no such choice.
        preset: How much time to spend, in x264's words; AV1 and VP9 get the speed that comes nearest.
    """

    codec: str = "libx264"
    crf: int = 18
    preset: str = "medium"

    @property
    def said(self) -> str:
        """The settings that count, in words."""
        encoder = ENCODERS[self.codec]
        crf = f", crf {self.crf}" if encoder.crf_max is not None else ""
        return f"{self.codec}{crf}" + (f", {self.preset}" if encoder.has_preset else "")


@dataclass(frozen=True)
class VideoSpec:
    """What all segments of one video have in common.

    Attributes:
        width: Pixels.
        height: Pixels; both sides are even where chroma is halved.
        frame_rate: Frames a second, the average where it varies; a tag, no stamp depends on it.
        time_base: Seconds that one unit of pts lasts.
        color: The tags of the pictures, and their depth.
        settings: The encoder and its settings.
        alpha: Whether pictures come with transparency, in the encoder's own format.
        drawn: Width and height of the pictures as they come, where they are scaled before they are encoded.
    """

    width: int
    height: int
    frame_rate: Fraction
    time_base: Fraction
    color: ColorTags
    settings: EncoderSettings
    alpha: bool = False
    drawn: tuple[int, int] | None = None

    @property
    def encoder(self) -> Encoder:
        """The encoder."""
        return ENCODERS[self.settings.codec]

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name of the format that the encoder is given."""
        return self.encoder.formats["alpha" if self.alpha else self.color.depth]

    @property
    def alpha_beside(self) -> bool:
        """Whether transparency is a second picture that lies beside each packet, as VP9 has it."""
        return self.alpha and self.encoder.codec == "vp9"

    @property
    def given(self) -> tuple[int, int, str]:
        """Width, height and format of the pictures as they come."""
        return *(self.drawn or (self.width, self.height)), self.pixel_format if self.alpha else self.color.pixel_format


@dataclass(frozen=True)
class Encoder:
    """An encoder.

    Attributes:
        codec: FFmpeg's name of what it makes.
        formats: The pixel format that it is given, by the pictures' depth, and for ``"alpha"``; what is not there it
            does not do.
        options: What it is told.
        crf_max: The worst quality by ``crf``; None where it has no such choice.
        has_preset: Whether it can spend more time or less.
        image: The ending of the image that each of its packets is; empty for a video.
        in_nut: Whether NUT can hold it.
        full_range: Whether it can say that luma uses all numbers; ProRes has no word for it.
    """

    codec: str
    formats: Mapping[int | str, str]
    options: Callable[[VideoSpec], dict[str, str]]
    crf_max: int | None = None
    has_preset: bool = True
    image: str = ""
    in_nut: bool = True
    full_range: bool = True


def _x264(spec: VideoSpec) -> dict[str, str]:
    # stitchable: headers that do not depend on what is in the pictures, so that they agree over all segments.
    light = encoder_words(spec.color.light, "mastering-display", "cll")
    params = f"threads={THREADS}:stitchable=1:open-gop=0{steady_instructions(spec.width)}{light}"
    return {"crf": str(spec.settings.crf), "preset": spec.settings.preset, "x264-params": params}


def _x265(spec: VideoSpec) -> dict[str, str]:
    light = encoder_words(spec.color.light, "master-display", "max-cll")
    params = f"pools={THREADS}:frame-threads=2:open-gop=0:info=0:log-level=error{light}"
    return {"crf": str(spec.settings.crf), "preset": spec.settings.preset, "x265-params": params}


def _svt_av1(spec: VideoSpec) -> dict[str, str]:
    os.environ.setdefault("SVT_LOG", "1")  # the only way to keep its settings off the terminal: errors alone
    words = encoder_words(spec.color.light, "mastering-display", "content-light", units=False).removeprefix(":")
    preset = {"crf": str(spec.settings.crf), "preset": str(12 - _speed(spec))}
    return preset | ({"svtav1-params": words} if words else {})


def _vp9(spec: VideoSpec) -> dict[str, str]:
    speed = str(min(5, max(0, 8 - _speed(spec))))
    told = {"crf": str(spec.settings.crf), "b": "0", "deadline": "good", "cpu-used": speed, "row-mt": "1"}
    return told | ({"auto-alt-ref": "0"} if spec.alpha else {})  # hidden frames have no transparency beside them


def _prores(spec: VideoSpec) -> dict[str, str]:
    # apl0 is what Apple's own encoder writes: some editing programs look at it.
    return (
        {"profile": "4444", "alpha_bits": "16", "vendor": "apl0"} if spec.alpha else {"profile": "hq", "vendor": "apl0"}
    )


def _ffv1(_: VideoSpec) -> dict[str, str]:
    # As archives ask for it (RFC 9043): version 3, every picture by itself, in slices with checksums.
    return {"level": "3", "g": "1", "slices": "4", "slicecrc": "1"}


def _png(_: VideoSpec) -> dict[str, str]:
    return {"compression_level": "3", "pred": "mixed"}


def _mjpeg(_: VideoSpec) -> dict[str, str]:
    return {"flags": "+qscale+bitexact", "global_quality": "118", "qmin": "1", "huffman": "optimal"}  # 1 x FF_QP2LAMBDA


def _speed(spec: VideoSpec) -> int:
    return PRESETS.index(spec.settings.preset)


_8_OR_10: Mapping[int | str, str] = {8: "yuv420p", 10: "yuv420p10le"}
ENCODERS: Mapping[str, Encoder] = {
    "libx264": Encoder("h264", _8_OR_10, _x264, 51),
    "libx265": Encoder("hevc", _8_OR_10, _x265, 51),
    "libsvtav1": Encoder("av1", _8_OR_10, _svt_av1, 63),
    "libvpx-vp9": Encoder("vp9", {**_8_OR_10, "alpha": "yuva420p"}, _vp9, 63),
    "prores_ks": Encoder(
        "prores",
        {8: "yuv422p10le", 10: "yuv422p10le", "alpha": "yuva444p10le"},
        _prores,
        has_preset=False,
        in_nut=False,
        full_range=False,
    ),
    "ffv1": Encoder("ffv1", _8_OR_10, _ffv1, has_preset=False),
    "png": Encoder("png", {8: "rgb24", "alpha": "rgba"}, _png, has_preset=False, image=".png"),
    "mjpeg": Encoder("mjpeg", {8: "yuvj444p"}, _mjpeg, has_preset=False, image=".jpg"),
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
    if encoder.crf_max is not None and not 0 <= settings.crf <= encoder.crf_max:
        raise ConfigError("the encoder's crf is out of range", found=settings.crf, expected=f"0 to {encoder.crf_max}")
    if settings.codec not in av.codecs_available:
        there = ", ".join(name for name in ENCODERS if name in av.codecs_available)
        raise MissingPartError(
            "this build of FFmpeg lacks the encoder",
            found=settings.codec,
            expected=f"one that is there: {there}" if there else None,
            remedy="Install the av package from PyPI, whose wheels hold it, or choose libx264.",
        )


def check_pictures(spec: VideoSpec) -> None:
    """Refuse pictures that an encoder does not take, or not as it is built here.

    Raises:
        ConfigError: If it has no transparency, or no more than 8 bits.
        MissingPartError: If this build's encoder does not have the format.
    """
    codec, encoder = spec.settings.codec, spec.encoder
    if spec.alpha and "alpha" not in encoder.formats:
        fitting = ", ".join(name for name, each in ENCODERS.items() if "alpha" in each.formats)
        raise ConfigError("the encoder has no transparency", found=codec, expected=fitting)
    deep_alpha = spec.alpha and spec.color.depth > 8 and not spec.pixel_format.endswith("10le")
    if spec.color.depth not in encoder.formats or deep_alpha:
        what = f"the encoder has no {spec.color.depth} bit"
        raise ConfigError(what, found=codec, remedy="Leave 'depth: keep' out, or choose another encoder.")
    if spec.pixel_format in {form.name for form in av.Codec(codec, "w").video_formats or []}:
        return
    what = "transparency" if spec.alpha else f"{spec.color.depth} bit"
    raise MissingPartError(
        f"the encoder is not built for {what} here",
        found=codec,
        expected="prores_ks or png" if spec.alpha else "libx264, libx265 or libsvtav1",
        remedy="Choose one of these." if spec.alpha else "Choose one of these, or 'depth: 8'.",
    )


def encoder_options(spec: VideoSpec) -> dict[str, str]:
    """Return all that an encoder is told beside the pictures' size, times and colours."""
    told = {"g": str(frames_in(_GOP_SECONDS, spec.frame_rate)), "threads": str(THREADS)}
    return told | spec.encoder.options(spec)


def frames_in(seconds: float, frame_rate: Fraction) -> int:
    """Return how many frames last about so long, at least one."""
    return max(1, round(seconds * frame_rate))
