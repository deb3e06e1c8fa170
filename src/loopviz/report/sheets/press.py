"""Prints pages: as a PDF whose words and lines are vectors, or as PNG files of so many dots an inch."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
import skia

from loopviz.errors import ConfigError
from loopviz.media.stills import image_of
from loopviz.report.sheets.paper import GAP, INCH, MARK, POINT, Paper
from loopviz.report.sheets.pdf_update import updated
from loopviz.scene import Sprite, Typesetter
from loopviz.scene.elements import Shape
from loopviz.scene.typography import rgb

MOST_PIXELS = 150_000_000  # of a PNG: A0 at 300 dots an inch
Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Photograph:
    """A picture, ``(height, width, 3)``, and where it lies on the sheet."""

    pixels: Pixels
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class BoxLines:
    """The lines of many boxes, as ink that adds up where they cross.

    Attributes:
        boxes: Edges on the sheet, each ``x_min y_min x_max y_max``.
        color: ``#rrggbb``.
        opacity: Of one line.
        line: How thick it is.
        dash: How long a dash is, and a gap; 0: none.
        is_light: Whether they lie on dark paper.
    """

    boxes: tuple[tuple[float, float, float, float], ...]
    color: str
    opacity: float
    line: float
    dash: float
    is_light: bool


Item = Photograph | BoxLines | Shape | Sprite


@dataclass(frozen=True)
class Sheet:
    """One page: what is drawn on it, in order, from the upper left corner of its cut; and the colour of its paper."""

    items: Sequence[Item]
    paper: str


def pdf_of(sheets: Iterable[Sheet], paper: Paper, typesetter: Typesetter, title: str) -> bytes:
    """Return sheets as a PDF: exact boxes, fonts embedded as far as they are used, nothing of who made it or when."""
    stream, said = skia.DynamicMemoryWStream(), skia.PDF.Metadata()
    said.fTitle, said.fProducer, said.fCreator = title, "", ""
    document = skia.PDF.MakeDocument(stream, said)
    wide, high = (side / POINT for side in paper.whole)
    for sheet in sheets:
        canvas = document.beginPage(ceil(wide), ceil(high))
        canvas.scale(1 / POINT, 1 / POINT)
        _draw(canvas, sheet, paper, typesetter)
        document.endPage()
    document.close()
    top = ceil(high)  # y goes up from the foot of the page as Skia rounded it
    bleed, trim = ((paper.around - out) / POINT for out in (paper.bleed, 0.0))
    media = (0.0, top - high, wide, float(top))
    printed, cut = ((inset, top - high + inset, wide - inset, top - inset) for inset in (bleed, trim))
    return updated(bytes(stream.detachAsData()), media, printed, cut)


def png_of_sheet(sheet: Sheet, paper: Paper, typesetter: Typesetter, dpi: int) -> bytes:
    """Return a sheet as a PNG that says how large it is.

    Raises:
        ConfigError: If it would have too many pixels.
    """
    from PIL import Image  # here: a PDF has no use for it

    width, height = pixels_of(paper, dpi)
    pixels = np.zeros((height, width, 4), np.uint8)
    surface = skia.Surface.MakeRasterDirect(
        skia.ImageInfo.Make(width, height, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType),
        pixels,
        pixels.strides[0],
    )
    canvas = surface.getCanvas()
    canvas.clear(skia.ColorWHITE)
    canvas.scale(dpi / INCH, dpi / INCH)
    _draw(canvas, sheet, paper, typesetter)
    content = io.BytesIO()
    Image.fromarray(pixels[..., :3]).save(content, "PNG", dpi=(dpi, dpi), compress_level=3)
    return content.getvalue()


def pixels_of(paper: Paper, dpi: int) -> tuple[int, int]:
    """Return how many pixels a sheet has.

    Raises:
        ConfigError: If these are too many.
    """
    width, height = (round(side * dpi / INCH) for side in paper.whole)
    if width * height > MOST_PIXELS:
        most = int(dpi * (MOST_PIXELS / (width * height)) ** 0.5)
        expected = f"at most {most} here, or a PDF"
        raise ConfigError("the sheet would have too many pixels", at="--dpi", found=dpi, expected=expected)
    return width, height


def _draw(canvas: Any, sheet: Sheet, paper: Paper, typesetter: Typesetter) -> None:
    canvas.translate(paper.around, paper.around)
    out = paper.bleed
    ground = skia.Rect.MakeLTRB(-out, -out, paper.width + out, paper.height + out)
    canvas.drawRect(ground, skia.Paint(Color=skia.Color(*rgb(sheet.paper))))
    if out:
        _cut_marks(canvas, paper)
    canvas.save()
    canvas.clipRect(ground)
    for item in sheet.items:
        _item(canvas, item, typesetter)
    canvas.restore()


def _item(canvas: Any, item: Item, typesetter: Typesetter) -> None:
    match item:
        case Photograph():
            _photograph(canvas, item)
        case BoxLines():
            _box_lines(canvas, item)
        case Sprite():
            canvas.save()
            canvas.translate(item.x, item.y)
            if item.opacity < 1:
                canvas.saveLayerAlpha(None, round(255 * item.opacity))
            typesetter.draw(canvas, item.drawing.shapes)
            if item.opacity < 1:
                canvas.restore()
            canvas.restore()
        case _:
            typesetter.draw(canvas, [item])


def _photograph(canvas: Any, photograph: Photograph) -> None:
    """A picture goes into a PDF as the JPEG that it is here: small, and the same bytes every time."""
    image = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(image_of(photograph.pixels, "jpg")))
    x, y = photograph.x, photograph.y
    place = skia.Rect.MakeXYWH(x, y, photograph.width, photograph.height)
    canvas.drawImageRect(image, place, skia.SamplingOptions(skia.CubicResampler.Mitchell()))


def _box_lines(canvas: Any, lines: BoxLines) -> None:
    paint = skia.Paint(Color=skia.Color(*rgb(lines.color), round(255 * lines.opacity)), AntiAlias=True)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeWidth(lines.line)
    paint.setBlendMode(skia.BlendMode.kScreen if lines.is_light else skia.BlendMode.kMultiply)
    if lines.dash:
        paint.setPathEffect(skia.DashPathEffect.Make([lines.dash, lines.dash], 0.0))
    for x0, y0, x1, y1 in lines.boxes:
        canvas.drawRect(skia.Rect.MakeLTRB(x0, y0, x1, y1).makeInset(lines.line / 2, lines.line / 2), paint)


def _cut_marks(canvas: Any, paper: Paper) -> None:
    paint = skia.Paint(Color=skia.ColorBLACK, AntiAlias=True, StrokeWidth=0.25 * POINT)
    near, far = paper.bleed + GAP, paper.bleed + GAP + MARK
    for x, side in ((0.0, -1), (paper.width, 1)):
        for y, edge in ((0.0, -1), (paper.height, 1)):
            canvas.drawLine(x + side * near, y, x + side * far, y, paint)
            canvas.drawLine(x, y + edge * near, x, y + edge * far, paint)
