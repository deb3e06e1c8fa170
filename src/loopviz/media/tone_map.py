"""Pictures of PQ or HLG for a standard screen: one table of colours, worked out once and looked up for every pixel.

The table is FFmpeg's ``lut3d``: 65 steps along red, green and blue, tetrahedra between them. PQ and HLG are even to the
eye, so that even steps are enough.
"""

from __future__ import annotations

import tempfile
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.video.reformatter import ColorRange, VideoReformatter

from loopviz.errors import OutputError
from loopviz.media.hdr_curves import to_standard
from loopviz.media.scaling import SCALING, SWS_MATRIX
from loopviz.media.types import ColorTags

STEPS = 65
# Of the formats that the filter takes this is the only one of integers for which it has vector code.
WORKED = "gbrp16le"


class ToneMap:
    """Maps pictures of one size. It holds a scaling context and a filter: one thread at a time.

    Args:
        color: What the pictures' numbers mean; PQ or HLG.
    """

    def __init__(self, color: ColorTags) -> None:
        self._color = color
        self._scaler = VideoReformatter()
        self._graph: Graph | None = None
        self._size = (0, 0)

    def map(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return a picture as red, green and blue of 16 bits for a standard screen."""
        rgb = self._scaler.reformat(
            picture,
            format=WORKED,
            src_colorspace=SWS_MATRIX[self._color.colorspace],
            src_color_range=ColorRange.JPEG if self._color.full_range else ColorRange.MPEG,
            dst_color_range=ColorRange.JPEG,
            interpolation=SCALING,
        )
        if self._graph is None or self._size != (rgb.width, rgb.height):
            self._size = rgb.width, rgb.height
            self._graph = _graph(self._color, *self._size)
        rgb.pts = None
        self._graph.vpush(rgb)
        return self._graph.vpull()


def _graph(color: ColorTags, width: int, height: int) -> Graph:
    graph = Graph()
    try:
        with tempfile.NamedTemporaryFile("w", suffix=".cube", encoding="ascii") as file:  # FFmpeg takes no other form
            file.write(_table(color))
            file.flush()
            graph.link_nodes(
                graph.add_buffer(width=width, height=height, format=av.VideoFormat(WORKED), time_base=Fraction(1)),
                graph.add("lut3d", file=file.name, interp="tetrahedral"),
                graph.add("buffersink"),
            ).configure()
    except OSError as error:
        raise OutputError(
            f"the folder for temporary files cannot be written to: {error.strerror}",
            file=tempfile.gettempdir(),
            remedy="Make room in it, or name another in TMPDIR.",
        ) from error
    return graph


def _table(color: ColorTags) -> str:
    """Return the table as Adobe's cube: red runs fastest."""
    steps = np.linspace(0, 1, STEPS)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    shown = to_standard(np.stack([red.ravel(), green.ravel(), blue.ravel()], axis=-1), color)
    rows = "\n".join(f"{red:.7f} {green:.7f} {blue:.7f}" for red, green, blue in shown.tolist())
    return f"LUT_3D_SIZE {STEPS}\n{rows}\n"
