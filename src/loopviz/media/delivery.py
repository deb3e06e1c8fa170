"""What an output is: a video in a container, an image that moves, or a folder of images; and from segments to it.

The ending of its name decides between the first two. Images go into a folder, where the encoder makes images.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from loopviz.errors import ConfigError, OutputError
from loopviz.media.animate import ANIMATIONS, SEGMENTS, check_animation
from loopviz.media.containers import CONTAINERS, container_kind, writing
from loopviz.media.encoders import ENCODERS, EncoderSettings, VideoSpec, check_pictures, check_settings
from loopviz.media.mux import fitting_kind, open_segment
from loopviz.media.types import Depth
from loopviz.outputs import check_no_folder

ENDINGS = (*CONTAINERS, *ANIMATIONS)


def codecs_for(container: str, *, alpha: bool = False) -> tuple[str, ...]:
    """Return the encoders whose pictures an output holds; none for an image that moves, which has its own.

    Args:
        container: An ending without its dot, or ``"images"``.
        alpha: With their transparency.
    """
    able = {name: encoder for name, encoder in ENCODERS.items() if not alpha or "alpha" in encoder.formats}
    kind = CONTAINERS.get(f".{container}")
    if kind is None:
        return tuple(name for name, encoder in able.items() if encoder.image and container == "images")
    holds = kind.alpha if alpha else kind.video
    return tuple(name for name, encoder in able.items() if encoder.codec in holds)


def is_animation(target: Path) -> bool:
    """Say whether a name is that of an image that moves."""
    return target.suffix.lower() in ANIMATIONS


def fitting_encoder(target: Path, depth: Depth) -> str:
    """Return the encoder for an output of some ending where nobody names one.

    Raises:
        ConfigError: If the ending stands for nothing that a video can be written to.
        OutputError: If it is a folder.
    """
    if is_animation(target):
        check_no_folder(target, "film.gif")
        return SEGMENTS
    kind = container_kind(target)
    return kind.encoder if depth == 8 else kind.deep_encoder


def check_ending(target: Path, codec: str) -> None:
    """Refuse a name that is not one of what an encoder makes.

    Raises:
        ConfigError: If it is not.
        OutputError: If a folder stands where a file is to be.
    """
    encoder = ENCODERS.get(codec)
    if encoder is None or not encoder.image:
        fitting_encoder(target, 8)
    elif target.suffix.lower() in ENDINGS or target.suffix.lower() == encoder.image:
        raise ConfigError(
            f"{encoder.image.removeprefix('.').upper()} images go into a folder, and this is the name of a file",
            file=target,
            found=target.suffix,
            expected="the name of a folder, without such an ending",
        )


def check_delivery(target: Path, spec: VideoSpec) -> None:
    """Refuse what could only go wrong at the end, before the work begins.

    Raises:
        ConfigError: If the encoder's settings do not exist, or the output does not take what it makes.
        MissingPartError: If an encoder is missing here, or does not have the pictures' format.
    """
    check_settings(spec.settings)
    check_ending(target, spec.settings.codec)
    if is_animation(target):
        _check_animation(target, spec)
    elif spec.encoder.image:
        check_pictures(spec)
    else:
        fitting_kind(target, spec)


def _check_animation(target: Path, spec: VideoSpec) -> None:
    suffix = target.suffix.lower()
    remedy = f"Leave --codec (encoder.codec) out, or choose another ending: {', '.join(CONTAINERS)}."
    if spec.settings.codec != SEGMENTS:
        raise ConfigError(
            f"a {suffix} file does not take this codec", file=target, found=spec.encoder.codec, remedy=remedy
        )
    if spec.color.depth != 8:
        raise ConfigError(f"a {suffix} file has 8 bits", file=target, found="depth: keep", expected="depth: 8")
    check_pictures(spec)
    check_animation(ANIMATIONS[suffix])


def write_images(segments: Sequence[Path], folder: Path, spec: VideoSpec, names: Sequence[str]) -> None:
    """Write each packet of segments as the image that it is.

    Args:
        segments: Files of ``encode_segment``, in the order shown.
        folder: A new folder.
        spec: What the segments were encoded with.
        names: Of the images, without their ending.

    Raises:
        OutputError: If the segments are not what was planned, or an image cannot be written.
    """
    rest = iter(names)
    for path in segments:
        with open_segment(path, spec) as (_, packets):
            for packet in packets:
                name = next(rest, None)
                if name is None:
                    raise OutputError("a segment holds other frames than planned", file=path)
                with writing(folder):
                    (folder / f"{name}{spec.encoder.image}").write_bytes(bytes(packet))
    if (left := next(rest, None)) is not None:
        raise OutputError("the segments do not hold the planned frames", file=folder, found=f"none for {left}")


def is_image_folder(settings: EncoderSettings) -> bool:
    """Say whether an encoder's output is a folder of images."""
    return bool(ENCODERS[settings.codec].image) if settings.codec in ENCODERS else False
