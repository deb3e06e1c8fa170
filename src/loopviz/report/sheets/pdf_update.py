"""What Skia's PDFs lack, added behind the file: exact boxes of pages, and characters that can be searched for.

Skia rounds a page to whole points, and knows of no cut. Of a glyph that stands for several characters it names the last
one, which in Inter is often one of its own (a private use area's): nobody who searches finds a dash then. So pages and
the tables of characters are written again, with a table of what has changed (ISO 32000-1, 7.5.6, incremental updates):
what Skia wrote stays as it is, byte for byte.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max in points, y up
_PAGE = re.compile(rb"(\d+) 0 obj\n(<</Type /Page\n.*?>>)\nendobj\n", re.DOTALL)
_MEDIA = re.compile(rb"/MediaBox \[[^\]]*\]")
_TABLE = re.compile(rb"/ToUnicode (\d+) 0 R")
_STREAM = re.compile(rb" 0 obj\n<<[^>]*/Length (\d+)>> stream\n")
_CHARACTERS = re.compile(rb"(?:\d+ beginbf(?:char|range)\n.*?endbf(?:char|range)\n)+", re.DOTALL)
_ENTRY = re.compile(rb"<([0-9A-F]{4})> (?:<([0-9A-F]{4})> )?<([0-9A-F]+)>\n")
AT_ONCE = 100  # characters in one list: Adobe's Technical Note 5014
PRIVATE = "private_characters.json"  # of the package's fonts: hexadecimal, and the character with the same name


def updated(pdf: bytes, media: Box, bleed: Box, trim: Box) -> bytes:
    """Return a PDF of Skia's with something added.

    Args:
        pdf: The file.
        media: Its pages' size, in points.
        bleed: What is printed.
        trim: What is left when it is cut.
    """
    changed = dict(_tables(pdf))
    boxes = b"/MediaBox %b\n/CropBox %b\n/BleedBox %b\n/TrimBox %b" % tuple(map(_box, (media, media, bleed, trim)))
    for number, page in _PAGE.findall(_without_streams(pdf)):
        changed[int(number)] = _MEDIA.sub(boxes, page, count=1)
    made, entries = bytearray(pdf), []
    for number in sorted(changed):
        entries.append((number, len(made)))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, changed[number])
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    said = pdf[pdf.rindex(b"trailer") : pdf.rindex(b"startxref")]
    kept = said[said.index(b"<<") + 2 : said.rindex(b">>")].strip()
    table = b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in entries)
    return bytes(made + table + b"trailer\n<<%b\n/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (kept, start, len(made)))


def _tables(pdf: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the numbers and contents of those tables of characters that change."""
    for number in sorted({int(found) for found in _TABLE.findall(_without_streams(pdf))}):
        place = pdf.index(b"\n%d 0 obj\n" % number)
        head = _STREAM.search(pdf, place)
        if head is None:
            continue
        text = zlib.decompress(pdf[head.end() : head.end() + int(head[1])])
        other = _CHARACTERS.sub(lambda found: _plainly(found[0]), text)
        if other != text:
            packed = zlib.compress(other)
            yield number, b"<</Filter /FlateDecode\n/Length %d>> stream\n%b\nendstream" % (len(packed), packed)


@cache
def _plain() -> Mapping[int, int]:
    """Return the characters that stand for others: a dash between capitals, a digit as wide as all others."""
    file = resources.files("loopviz") / "report" / "sheets" / PRIVATE
    return {int(one, 16): int(other, 16) for one, other in json.loads(file.read_text("ascii")).items()}


def _plainly(lists: bytes) -> bytes:
    """Return lists of characters with those that are meant, as they are where none changes."""
    found: list[tuple[int, bytes]] = []
    plain = _plain()
    for first, last, text in _ENTRY.findall(lists):
        for glyph in range(int(first, 16), int(last or first, 16) + 1):
            code = int(text, 16) + glyph - int(first, 16)
            found.append((glyph, b"%0*X" % (len(text), plain.get(code, code))))
    parts = [found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE)]
    rows = (b"".join(b"<%04X> <%b>\n" % entry for entry in part) for part in parts)
    return b"".join(b"%d beginbfchar\n%bendbfchar\n" % (len(p), r) for p, r in zip(parts, rows, strict=True))


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
