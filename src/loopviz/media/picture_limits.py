"""How large a picture may be, still or video: looked at before memory for one is taken."""

from __future__ import annotations

from pathlib import Path

from loopviz.errors import InputError

MOST_PIXELS = 89_478_485  # Pillow's limit: a quarter of a gibibyte as RGB. 8K video has 33 million
DECODING = {"max_pixels": str(MOST_PIXELS)}  # FFmpeg's decoders refuse larger ones before they take memory
SMALLER = "Make a smaller one of it: ffmpeg -i IN -vf scale=3840:-2 OUT"


def check_size(width: int, height: int, file: Path, remedy: str = SMALLER) -> None:
    """Refuse a picture of more than ``MOST_PIXELS``.

    Raises:
        InputError: If it has more.
    """
    if width * height > MOST_PIXELS:
        raise too_large(file, remedy, f"{width}x{height}")


def too_large(file: Path, remedy: str, found: str | None = None) -> InputError:
    """Return what is said of a picture that is larger than allowed."""
    limit = f"at most {MOST_PIXELS} pixels"
    return InputError("the picture is too large to be read", file=file, found=found, expected=limit, remedy=remedy)
