"""The light that an HDR video says it holds: read from a decoded picture, written in an encoder's words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.buffer import Buffer

from loopviz.media.types import HdrLight

CHROMATICITY, LUMINANCE = 50_000, 10_000  # units of HEVC's SEI message


def light_of(picture: av.VideoFrame) -> HdrLight | None:
    """Return what a decoded picture brings of SMPTE ST 2086 and CTA-861.3; None if nothing.

    FFmpeg's ``AVMasteringDisplayMetadata`` is 10 fractions (red, green, blue, white, least and greatest luminance) and
    two flags that say whether chromaticities and luminances count; ``AVContentLightMetadata`` is two numbers.
    """
    data = cast("Mapping[str, Buffer]", picture.side_data)
    screen, content = data.get("MASTERING_DISPLAY_METADATA"), data.get("CONTENT_LIGHT_LEVEL")
    chromaticity = luminance = None
    if screen is not None:
        values = np.frombuffer(memoryview(screen), np.int32)[:22].tolist()
        ratios = [Fraction(a, b) if b else Fraction(0) for a, b in zip(values[0:20:2], values[1:20:2], strict=True)]
        chromaticity = tuple(round(r * CHROMATICITY) for r in ratios[:8]) if values[20] else None
        luminance = (round(ratios[8] * LUMINANCE), round(ratios[9] * LUMINANCE)) if values[21] else None
    brightest = mean = 0
    if content is not None:
        brightest, mean = np.frombuffer(memoryview(content), np.uint32)[:2].tolist()
    light = HdrLight(chromaticity, luminance, (brightest, mean) if brightest else None)
    return None if light == HdrLight() else light


def screen_words(light: HdrLight, *, units: bool) -> str | None:
    """Return the screen as encoders are told: ``G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)``; None when it is not known.

    Args:
        light: What is known.
        units: Whether numbers count in HEVC's units (x264, x265) or are plain (SVT-AV1).
    """
    if light.chromaticity is None or light.luminance is None:
        return None
    points = light.chromaticity if units else [round(v / CHROMATICITY, 5) for v in light.chromaticity]
    least, greatest = light.luminance if units else [round(v / LUMINANCE, 4) for v in light.luminance]
    (rx, ry, gx, gy, bx, by, wx, wy) = points
    return f"G({gx},{gy})B({bx},{by})R({rx},{ry})WP({wx},{wy})L({greatest},{least})"


def encoder_words(light: HdrLight | None, screen: str, content: str, *, units: bool = True) -> str:
    """Return ``:name=value`` for an encoder's list of parameters, for what is known of an HDR video's light."""
    if light is None:
        return ""
    words = screen_words(light, units=units)
    said = f":{screen}={words}" if words else ""
    return said + (f":{content}={light.content[0]},{light.content[1]}" if light.content else "")
