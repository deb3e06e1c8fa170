"""What makes hostile files: small ones that claim to be large, lead elsewhere, never end, or say what cannot be."""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

Build = Callable[[], object]
FRAMES = 12  # of the clip that lies in the folder
ESCAPES = "\x1b[31m\u202egnp.a\x07"  # red, backwards, and a bell


def text(path: str, content: str) -> Build:
    """Return what writes a text file."""
    return lambda: data(path, content.encode("utf-8", "surrogatepass"))()


def data(path: str, content: bytes) -> Build:
    """Return what writes a file and the folders that it lies in."""

    def build() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)

    return build


def all_of(*builds: Build) -> Build:
    """Return what does several things."""
    return lambda: [build() for build in builds]


def link(path: str, target: str) -> Build:
    """Return what makes a symbolic link."""

    def build() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).symlink_to(target)

    return build


def fifo(path: str) -> Build:
    """Return what makes a pipe that nobody writes to: whoever opens it waits for ever."""

    def build() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(path)

    return build


def coco(**changes: Any) -> str:
    """Return a COCO file that fits the clip, with some lists exchanged."""
    document = {
        "images": [{"id": i, "file_name": f"f_{i}.png", "width": 64, "height": 48} for i in range(FRAMES)],
        "annotations": [{"id": i, "image_id": i, "category_id": 1, "bbox": [8, 8, 20, 24]} for i in range(FRAMES)],
        "categories": [{"id": 1, "name": "wheel"}],
    }
    return json.dumps(document | changes)


def image(**changes: Any) -> str:
    """Return a COCO file of one image, changed."""
    return coco(
        images=[{"id": 0, "file_name": "f_0.png", "width": 64, "height": 48} | changes],
        annotations=[{"id": 0, "image_id": 0, "category_id": 1, "bbox": [8, 8, 20, 24]}],
    )


def annotation(**changes: Any) -> str:
    """Return a COCO file of one annotation, changed."""
    return coco(annotations=[{"id": 0, "image_id": 0, "category_id": 1, "bbox": [8, 8, 20, 24]} | changes])


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """Return a PNG that claims a size, and holds these compressed rows."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_text_bomb(megabytes: int) -> bytes:
    """Return a PNG of 8x8 pixels with a compressed text that unpacks to so many megabytes."""
    body = zlib.compress(b"\0" * 1_000_000 * megabytes, 9)
    content = b"Comment\0\0" + body
    chunk = struct.pack(">I", len(content)) + b"zTXt" + content + struct.pack(">I", zlib.crc32(b"zTXt" + content))
    plain = png(8, 8, zlib.compress(b"\0" * 72))
    return plain[:33] + chunk + plain[33:]


def zip_bomb(path: str) -> Build:
    """Return what writes a zip archive under any name: 10 MB of zeros in 10 kB."""

    def build() -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", b"\0" * 10_000_000)

    return build


def nested(levels: int) -> str:
    """Return JSON that is nested so deep."""
    return "[" * levels + "]" * levels


def manifest(*, file: str = "a.png", sound: str | None = None) -> str:
    """Return the manifest of one frame."""
    color = {"matrix": "bt709", "full_range": False, "colorspace": 1, "primaries": 1, "transfer": 1}
    frame = {"index": 0, "pts": 0, "file": file, "sha256": ""}
    document = {"version": 1, "time_base": "1/24", "frame_rate": "24", "end_pts": 1, "sound": sound}
    return json.dumps(document | {"color": color, "frames": [frame]})
