"""Which files of a folder look like images and are no frames: they are said, since a clip without them is another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from loopviz.notes import Note, note
from loopviz.paths import IMAGE_SUFFIXES

# Of images that are not read here.
OTHERS = """
    .apng .ari .arw .avif .avifs .bpg .cin .cr2 .cr3 .cur .dcm .dds .dib .djvu .dng .dpx .eps .exr .fit .fits .fts
    .gif .hdr .heic .heics .heif .heifs .hif .icns .ico .iiq .j2c .j2k .jls .jng .jp2 .jpf .jpm .jpx .jxl .jxr .kdc
    .mng .nef .nrw .orf .pam .pbm .pcd .pct .pcx .pef .pfm .pgm .pict .pnm .ppm .psb .psd .qoi .raf .ras .raw .rgb
    .rw2 .rwl .sgi .sr2 .srw .svg .svgz .tga .vtf .wbmp .wdp .wmf .x3f .xbm .xcf .xpm
"""
OTHER_IMAGES = frozenset(OTHERS.split())
# Files that are no images, and need not be opened to know it.
PLAIN = ".txt .json .jsonl .xml .csv .tsv .yaml .yml .md .npy .npz .parquet .pt .cache .zip .mp4 .mov .mkv"
NO_IMAGES = frozenset(PLAIN.split())
# How images begin: JPEG, PNG, GIF, TIFF, PSD, QOI, OpenEXR; JPEG XL, JPEG 2000, DPX; and the brands of ISO files.
MAGIC = (
    *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"8BPS\0\1", b"qoif"),
    *(b"\x76\x2f\x31\x01", b"\xff\x0a", b"\0\0\0\x0cJXL ", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"SDPX", b"XPDS"),
)
BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"crx "})


def left_aside(folders: Iterable[Path], frames: Iterable[Path]) -> list[Path]:
    """Return the files that look like images, by their suffix or by how they begin, and are no frames.

    Args:
        folders: Where to look; hidden files are nobody's images.
        frames: Those that are frames.
    """
    known = set(frames)
    files = [file for folder in folders for file in sorted(folder.iterdir())]
    return [file for file in files if file not in known and not file.name.startswith(".") and _looks_like_one(file)]


def aside_notes(files: Sequence[Path]) -> list[Note]:
    """Say which files are left aside, and of what kinds they are."""
    if not files:
        return []
    kinds = sorted({file.suffix.lower() or "no suffix" for file in files})
    return [note("left-aside", count=len(files), kinds=kinds, first=files[0].name)]


def _looks_like_one(file: Path) -> bool:
    suffix = file.suffix.lower()
    if suffix in NO_IMAGES or not file.is_file():
        return False
    return suffix in OTHER_IMAGES or suffix in IMAGE_SUFFIXES or _begins_like_one(file)


def _begins_like_one(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            head = content.read(16)
    except OSError:
        return False
    webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    return head.startswith(MAGIC) or webp or (head[4:8] == b"ftyp" and head[8:12] in BRANDS)
