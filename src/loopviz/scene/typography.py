"""Measuring and painting with Skia: shaping, right-to-left text, font fallback and wrapping from one engine."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from loopviz.paths import IGNORABLE
from loopviz.scene.casings import Casing
from loopviz.scene.elements import (
    Align,
    Bitmap,
    Clearing,
    Drawing,
    Element,
    Hatch,
    Ramp,
    Rect,
    Scrim,
    Shape,
    Sprite,
    Text,
    TextStyle,
)
from loopviz.scene.elements import Path as Outlines
from loopviz.scene.skia_library import skia, textlayout
from loopviz.scene.style import Fonts
from loopviz.scene.tabular import Cells, cells_of, goes_in_cells
from loopviz.scene.typefaces import FAMILIES, Typefaces

ELLIPSIS = "…"
SOFT_HYPHEN, ZERO_WIDTH_SPACE = "\u00ad", "\u200b"
BREAK = re.compile(r"[\s\u200b/\u2010-\u2014-]")  # behind these a line may end
MOST_HYPHENS = 200  # soft ones, of a text: each is looked at in five settings
ROUNDING = 0.5  # pixels that a line may be wider than its column
LINE = 1e5  # pixels: a column so wide that nothing wraps
NO_FONTS = Fonts()
SHIFT: Mapping[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}  # of the room that a line leaves


class Typesetter:
    """Sets text in a theme's fonts and in the package's, which stand in for characters those lack.

    Raises:
        ConfigError: If a font file is missing, cannot be read, or may not be used so.
    """

    def __init__(self, fonts: Fonts = NO_FONTS) -> None:
        self._typefaces = Typefaces(fonts)
        self._collection = textlayout.FontCollection()
        self._collection.setDefaultFontManager(self._typefaces.provider)
        self._unicode = skia.Unicodes.ICU.Make()
        self.measure = lru_cache(maxsize=8192)(self._measure)
        self._cells = lru_cache(maxsize=8192)(self._set_in_cells)
        self._line_height = lru_cache(maxsize=256)(lambda style: self._paragraph("x", style, LINE, "left").Height)
        # The same words in the same style are the same object: a cache of sprites finds it without comparing them.
        self._drawing = lru_cache(maxsize=8192)(Drawing)

    @property
    def fingerprint(self) -> str:
        """A SHA-256 over all font files: the same text has the same pixels where it is the same."""
        return self._typefaces.fingerprint

    def lacks(self, text: str) -> str:
        """Return the characters of a text that no font here has, each once."""
        return self._typefaces.lacks(text)

    def _measure(self, text: str, style: TextStyle, width: float) -> tuple[float, float, int]:
        """Return the widest line, the height and the number of lines of a text in a column of that width."""
        line = self._line_height(style)
        if (cells := self.cells(text, style)) and cells.width <= width + ROUNDING:
            return cells.width, line, 1
        paragraph = self._paragraph(text, style, width, "left")
        # Type of a fraction of a pixel has no height: a strip of a few pixels is drawn all the same.
        longest = max(0.0, paragraph.LongestLine)  # of no text Skia says the least number that there is
        return longest, paragraph.Height, max(1, round(paragraph.Height / line)) if line else 1

    def width(self, text: str, style: TextStyle) -> float:
        """Return how wide a text is in one line, in pixels."""
        return float(self.measure(text, style, LINE)[0])

    def cells(self, text: str, style: TextStyle) -> Cells | None:
        """Return the parts of a line whose digits stand in cells; None where the style or the text has none."""
        return self._cells(text, style) if style.cell and goes_in_cells(text) else None

    def _set_in_cells(self, text: str, style: TextStyle) -> Cells:
        plain = replace(style, cell=0.0)
        return cells_of(text, lambda part: self.width(part, plain), style.cell)

    def line_height(self, style: TextStyle) -> float:
        """Return the distance from line to line, in pixels."""
        return float(self._line_height(style))

    def lines(self, text: str, style: TextStyle, width: float) -> int:
        """Return how many lines a text takes in a column of that width."""
        return int(self.measure(text, style, width)[2])

    def fits(self, text: str, style: TextStyle, width: float, lines: int = 1) -> bool:
        """Say whether a text needs no more than some lines of a column."""
        longest, _, count = self.measure(text, style, width)
        return bool(count <= lines and longest <= width + ROUNDING)

    def fit(self, text: str, style: TextStyle, width: float, lines: int = 1) -> str:
        """Return the longest beginning of a text that fits some lines of a column, with an ellipsis if it was cut.

        A soft hyphen becomes a visible one where a line ends at it, and is nothing elsewhere.
        """
        text = self.hyphenated(text, style, width) if lines > 1 else text.replace(SOFT_HYPHEN, "")
        if self.fits(text, style, width, lines):
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.fits(text[:middle].rstrip() + ELLIPSIS, style, width, lines):
                low = middle
            else:
                high = middle - 1
        while 0 < low < len(text) and unicodedata.category(text[low]) in {"Mn", "Mc", "Me"}:
            low -= 1  # a letter keeps its marks
        return text[:low].rstrip() + ELLIPSIS

    def hyphenated(self, text: str, style: TextStyle, width: float) -> str:
        """Return a text whose soft hyphens are visible where a line of the column ends at them, and gone elsewhere."""
        done, *parts = text.split(SOFT_HYPHEN)
        if len(parts) > MOST_HYPHENS:
            return done + "".join(parts)
        for number, part in enumerate(parts, 1):
            word = part.split(maxsplit=1)[0] if part[:1].strip() else ""
            more = "-" if word == part and number < len(parts) else ""
            here = self.lines(done, style, width)
            ends = self.lines(done + word + more, style, width) > here == self.lines(done + "-", style, width)
            # A word longer than a line is broken anywhere, from where it stands: that need not make another line.
            begun = BREAK.split(done)[-1]
            ends = ends or self.width(begun + word + more, style) > width >= self.width(begun + "-", style)
            done += f"-{ZERO_WIDTH_SPACE}{part}" if word and ends else part
        return done

    def place(self, shapes: Iterable[Text | Rect], x: float, y: float) -> Iterator[Element]:
        """Yield text and rectangles as elements of the canvas, ``x, y`` being where their own origin lies.

        Each text becomes a sprite of its own that begins at whole pixels: the same words in the same style are the
        same drawing wherever they stand, and are painted once.
        """
        for shape in shapes:
            if isinstance(shape, Text):
                yield self._text_sprite(shape, x, y)
            else:
                left, top = float(round(shape.x_min + x)), float(round(shape.y_min + y))
                right, bottom = float(round(shape.x_max + x)), float(round(shape.y_max + y))
                yield Rect(left, top, right, bottom, shape.color, shape.opacity)

    def _text_sprite(self, text: Text, x: float, y: float) -> Sprite:
        longest, height, _ = self.measure(text.text, text.style, LINE)
        column: float = ceil(longest) + 1
        if longest > text.width:  # lines break where they were measured to break, and in no other width
            column, height = text.width, self.measure(text.text, text.style, text.width)[1]
        shift = SHIFT[text.align] * (text.width - column)
        bleed = ceil(0.3 * text.style.size)  # glyphs reach beyond their advance, marks above and below their line
        ascent = ceil(text.style.size) + bleed
        left, top = round(x + text.x + shift) - bleed, round(y + text.y) - ascent
        odd_x, odd_y = left % 2, top % 2  # sprites lie at even pixels, text at any
        inner = Text(text.text, text.style, bleed + odd_x, ascent + odd_y, column, text.align)
        width, height = ceil(column) + 2 * bleed + odd_x, ceil(height) + 2 * bleed + odd_y
        return Sprite(left - odd_x, top - odd_y, self._drawing(width + width % 2, height + height % 2, (inner,)))

    def paint(self, drawing: Drawing) -> npt.NDArray[np.uint8]:
        """Draw a drawing's shapes.

        Returns:
            An array of shape ``(height, width, 4)``: red, green, blue multiplied by alpha, and alpha.
        """
        pixels = np.zeros((drawing.height, drawing.width, 4), dtype=np.uint8)
        info = skia.ImageInfo.Make(
            drawing.width, drawing.height, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType
        )
        surface = skia.Surface.MakeRasterDirect(info, pixels, pixels.strides[0])
        canvas = surface.getCanvas()
        self.draw(canvas, drawing.shapes)
        return pixels

    def draw(self, canvas: Any, shapes: Iterable[Shape]) -> None:
        """Draw shapes on a canvas of Skia's: of pixels, or of a PDF's page."""
        for shape in shapes:
            self._paint_shape(canvas, shape)

    def _paint_shape(self, canvas: Any, shape: Shape) -> None:
        match shape:
            case Rect():
                paint = skia.Paint(Color=_argb(shape.color, shape.opacity), AntiAlias=True)
                canvas.drawRect(skia.Rect.MakeLTRB(shape.x_min, shape.y_min, shape.x_max, shape.y_max), paint)
            case Text():
                for text in self._parts(shape):
                    paragraph = self._paragraph(text.text, text.style, text.width, text.align)
                    paragraph.paint(canvas, text.x, text.y - paragraph.AlphabeticBaseline)
            case Bitmap():
                edges = skia.Rect.MakeLTRB(shape.x_min, shape.y_min, shape.x_max, shape.y_max)
                finest = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
                canvas.drawImageRect(skia.Image.MakeFromEncoded(skia.Data(shape.data)), edges, finest)
            case Scrim():
                canvas.drawImage(_scrim_image(canvas.imageInfo().width(), canvas.imageInfo().height(), shape), 0, 0)
            case Outlines():
                _paint_outlines(canvas, shape)
            case Clearing():
                clear = skia.Paint(Color=_argb("#000000", shape.opacity), BlendMode=skia.BlendMode.kDstOut)
                canvas.drawRect(skia.Rect.MakeLTRB(shape.x_min, shape.y_min, shape.x_max, shape.y_max), clear)

    def _parts(self, text: Text) -> Iterator[Text]:
        """Yield what is painted of a text: its digits apart, where they stand in cells."""
        cells = self.cells(text.text, text.style)
        if cells is None or cells.width > text.width + ROUNDING:
            yield text
            return
        style, left = replace(text.style, cell=0.0), text.x + SHIFT[text.align] * (text.width - cells.width)
        for part in cells.parts:
            yield Text(part.text, style, left + part.x, text.y, part.width + 2)

    def _paragraph(self, text: str, style: TextStyle, width: float, align: Align) -> Any:
        run = textlayout.TextStyle()
        run.setFontFamilies(self._typefaces.families(style.family, text))
        run.setFontSize(style.size)
        run.setColor(_argb(style.color, 1.0))
        run.setLetterSpacing(style.tracking)
        run.setFontStyle(skia.FontStyle(style.weight, 5, skia.FontStyle.Slant.kUpright_Slant))
        block = textlayout.ParagraphStyle()
        block.setTextStyle(run)
        block.setTextAlign(_ALIGN[align])
        block.setStrutStyle(_strut(style))
        builder = textlayout.ParagraphBuilder.make(block, self._collection, self._unicode)
        builder.pushStyle(run)
        # What is not seen has a space of its own where letters are spaced.
        builder.addText(_directed(IGNORABLE.sub("", text) if style.tracking else text))
        paragraph = builder.Build()
        paragraph.layout(width)
        return paragraph


_ALIGN = {
    "left": textlayout.TextAlign.kLeft,
    "right": textlayout.TextAlign.kRight,
    "center": textlayout.TextAlign.kCenter,
}


def from_the_right(text: str) -> bool:
    """Say whether a text's first letter runs from the right (UAX #9)."""
    return next((kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"}), "L") != "L"


def _directed(text: str) -> str:
    """Turn a text that runs from the right: skia-python's paragraphs all run from the left."""
    return f"\u2067{text}\u2069" if from_the_right(text) else text  # an isolate of its own direction


def _strut(style: TextStyle) -> Any:
    """One line height whatever the script, so that a row of Devanagari is no taller than its neighbours."""
    strut = textlayout.StrutStyle()
    strut.setFontFamilies(list(FAMILIES[style.family][:1]))
    strut.setFontSize(style.size)
    strut.setHeight(1.3)
    strut.setHeightOverride(True)
    strut.setStrutEnabled(True)
    strut.setForceStrutHeight(True)
    return strut


def rgb(color: str) -> tuple[int, int, int]:
    """Return ``#rrggbb`` as red, green and blue from 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _argb(color: str, opacity: float) -> int:
    return skia.Color(*rgb(color), round(opacity * 255))  # type: ignore[no-any-return]


def _scrim_image(width: int, height: int, scrim: Scrim) -> Any:
    clear = np.outer(1 - _ramp(scrim.along_y, height), 1 - _ramp(scrim.along_x, width))
    alpha = np.rint(255 * (1 - clear))
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    pixels[..., :3] = np.rint(alpha[..., None] * rgb(scrim.color) / 255)
    pixels[..., 3] = alpha
    return skia.Image.fromarray(pixels, skia.ColorType.kRGBA_8888_ColorType, skia.AlphaType.kPremul_AlphaType)


def _ramp(ramp: Ramp | None, length: int) -> npt.NDArray[np.float64]:
    """A smooth step: a straight ramp shows an edge where it ends (Mach bands)."""
    if ramp is None:
        return np.zeros(length)
    share = np.clip((np.arange(length) + 0.5 - ramp.start) / max(1e-9, ramp.stop - ramp.start), 0.0, 1.0)
    return np.asarray(ramp.before + (ramp.after - ramp.before) * share * share * (3 - 2 * share))


def _paint_hatching(canvas: Any, hatch: Hatch, path: Any, color: int) -> None:
    paint = skia.Paint(Color=color, AntiAlias=True, StrokeWidth=hatch.thickness)
    width, height = canvas.imageInfo().width(), canvas.imageInfo().height()
    canvas.save()
    canvas.clipPath(path, True)
    for x in np.arange(hatch.first, width + height, hatch.apart).tolist():
        canvas.drawLine(x, 0, x - height, height, paint)
    canvas.restore()


def _paint_outlines(canvas: Any, shape: Outlines) -> None:
    path = skia.Path()
    path.setFillType(skia.PathFillType.kEvenOdd)
    for outline in shape.outlines:
        path.addPoly([skia.Point(x, y) for x, y in zip(outline[0::2], outline[1::2], strict=True)], not shape.is_open)
    if shape.fill_opacity and shape.hatch:
        _paint_hatching(canvas, shape.hatch, path, _argb(shape.color, shape.fill_opacity))
    elif shape.fill_opacity:
        canvas.drawPath(path, skia.Paint(Color=_argb(shape.color, shape.fill_opacity), AntiAlias=True))
    if shape.stroke and shape.casing:
        _paint_casing(canvas, shape, shape.casing, path)
    if shape.stroke:
        canvas.drawPath(path, _stroke(shape, shape.color, shape.stroke))


def _paint_casing(canvas: Any, shape: Outlines, casing: Casing, path: Any) -> None:
    """Paint wider strokes for the line to lie on; an open one has no inside: there one lies around the other."""
    wide = shape.stroke + 2 * casing.width
    if shape.is_open and not casing.is_plain:
        canvas.drawPath(path, _stroke(shape, casing.inside, wide + 2 * casing.width))
    canvas.drawPath(path, _stroke(shape, casing.outside, wide))
    if not shape.is_open and not casing.is_plain:
        canvas.save()
        canvas.clipPath(path, True)
        canvas.drawPath(path, _stroke(shape, casing.inside, wide))
        canvas.restore()


def _stroke(shape: Outlines, color: str, width: float) -> Any:
    paint = skia.Paint(Color=_argb(color, shape.stroke_opacity), AntiAlias=True, StrokeWidth=width)
    paint.setStyle(skia.Paint.kStroke_Style)
    paint.setStrokeJoin(skia.Paint.kRound_Join)
    paint.setStrokeCap(skia.Paint.kButt_Cap if shape.dash else skia.Paint.kRound_Cap)
    if shape.dash:
        paint.setPathEffect(skia.DashPathEffect.Make([shape.dash, shape.dash], 0.0))
    return paint
