"""Exact boxes of a PDF's pages: Skia rounds a page to whole points, and knows of no cut.

The page objects are written again behind the file, with a table of what has changed (ISO 32000-1, 7.5.6, incremental
updates): what Skia wrote stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in points, y up
_PAGE = re.compile(rb"(\d+) 0 obj\n(<</Type /Page\n.*?>>)\nendobj\n", re.DOTALL)
_MEDIA = re.compile(rb"/MediaBox \[[^\]]*\]")


def with_boxes(pdf: bytes, media: Box, bleed: Box, trim: Box) -> bytes:
    """Return a PDF of Skia's whose pages have these boxes, in points."""
    boxes = b"/MediaBox %b\n/CropBox %b\n/BleedBox %b\n/TrimBox %b" % tuple(map(_box, (media, media, bleed, trim)))
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    said = pdf[pdf.rindex(b"trailer") : pdf.rindex(b"startxref")]
    kept = said[said.index(b"<<") + 2 : said.rindex(b">>")]
    made, entries = bytearray(pdf), []
    for number, page in _PAGE.findall(_without_streams(pdf)):
        entries.append((int(number), len(made)))
        made += b"%b 0 obj\n%b\nendobj\n" % (number, _MEDIA.sub(boxes, page, count=1))
    table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in sorted(entries))
    end = b"trailer\n<<%b\n/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (kept.strip(), start, len(made))
    return bytes(made + table + end)


def _without_streams(pdf: bytes) -> bytes:
    """Return the objects of a PDF without their streams, in which anything may stand."""
    parts: list[bytes] = []
    at = 0
    while (begun := pdf.find(b"stream\n", at)) >= 0:
        parts.append(pdf[at:begun])
        at = pdf.index(b"endstream", begun) + len(b"endstream")
    return b"".join([*parts, pdf[at:]])


def _box(edges: Sequence[float]) -> bytes:
    return b"[" + b" ".join(f"{edge:.4f}".rstrip("0").rstrip(".").encode() for edge in edges) + b"]"
