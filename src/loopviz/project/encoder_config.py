"""How a file is encoded, as the project file and profiles say it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from loopviz.project.option import CODECS, PRESETS, one_of
from loopviz.settings import Option, Section

Depth = Literal[8, "keep"]
Sidecar = Literal["srt", "vtt", "txt", "json", "otio", "edl", "chapters"]


class EncoderConfig(Section):
    """How the video is encoded.

    Attributes:
        codec: FFmpeg's name of the encoder; None: what fits the output's ending.
        crf: Constant rate factor: lower is better and larger; 18 looks like the source. ProRes, FFV1 and images have
            no such choice.
        preset: The encoder's own word for how much time it may take.
    """

    codec: Annotated[
        str | None,
        Option(
            "--codec",
            "The encoder: libx264 (plays everywhere), libx265, libsvtav1, libvpx-vp9, prores_ks, ffv1 (lossless), png "
            "or mjpeg (a folder of images). If not given, what fits the ending: libx264, for .webm libvpx-vp9.",
            completes=one_of(*CODECS),
        ),
    ] = None
    crf: Annotated[
        StrictInt,
        Field(ge=0, le=63),
        Option("--crf", "Quality: lower is better and larger; 18 looks like the source."),
    ] = 18
    preset: Annotated[
        str,
        Option(
            "--preset",
            "The encoder's effort: ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow or "
            "placebo.",
            completes=one_of(*PRESETS),
        ),
    ] = "medium"
