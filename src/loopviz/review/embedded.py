"""The review page inside another page, as a notebook's: one text without a file beside it, and answers to what it asks.

The page stands in a frame that may run its own script and nothing else (``sandbox``): it shares neither the notebook's
storage nor its rights. What it shows it asks for by messages, and it is answered with files of one review folder alone.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loopviz.review.folder import ASSETS, FONTS, PAGE, script

PIECE = 4 << 20  # bytes of a message
LARGEST = 64 << 20  # characters of decisions
KEPT = "kept"  # what was decided so far, asked for as if it were a file
_LINK = '<link rel="stylesheet" href="review.css">'
_SCRIPT = '<script src="review.js"></script>'
_POLICY = re.compile('(<meta http-equiv="Content-Security-Policy" content=)"[^"]*"')
_FONT = re.compile(r'url\("fonts/([^"]+)"\)')


def embedded_page() -> str:
    """Return the page as one text: style, script and fonts in it, and a policy that lets it load nothing else."""
    page = (ASSETS / PAGE).read_text(encoding="utf-8")
    style = _FONT.sub(lambda found: _font(found[1]), (ASSETS / "review.css").read_text(encoding="utf-8"))
    code = script("embedded")
    sources = f"script-src {_digest(code)}; style-src {_digest(style)}; font-src data:; img-src blob:; media-src blob:"
    page, policies = _POLICY.subn(
        lambda found: f"{found[1]}\"default-src 'none'; {sources}; form-action 'none'; base-uri 'none'\"", page
    )
    if policies != 1 or page.count(_LINK) != 1 or page.count(_SCRIPT) != 1:
        raise ValueError(f"{PAGE} has not the parts that are exchanged")  # the package's own file
    return page.replace(_LINK, f"<style>{style}</style>").replace(_SCRIPT, f"<script>{code}</script>")


def _font(name: str) -> str:
    return f'url("data:font/ttf;base64,{base64.b64encode((FONTS / name).read_bytes()).decode()}")'


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@dataclass
class Desk:
    """Answers what an embedded page asks, and holds what was decided on it.

    Attributes:
        folder: The review folder.
        kept: What was decided, as the page itself reads it; None: nothing yet.
        decisions: The same as text of ``decisions.json``.
    """

    folder: Path
    kept: str | None = None
    decisions: str | None = None
    _names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        files = (file for file in self.folder.rglob("*") if file.is_file())
        self._names = frozenset(file.relative_to(self.folder).as_posix() for file in files)

    def answer(self, message: object) -> tuple[dict[str, Any], list[bytes]] | None:
        """Return what a message of the page is answered with: values, and bytes beside them; None: with nothing.

        Args:
            message: ``{"ask": number, "name": file, "part": number}`` asks for a piece of a file, ``{"ask": number,
                "name": "page"}`` for the page itself, ``{"kept": text, "decisions": text}`` says what was decided.
                Anything else, and a name that is no file of the folder, gets nothing of it.
        """
        match message:
            case {"ask": int(), "name": "page"}:
                return {"page": embedded_page()}, []
            case {"ask": int(number), "name": str(name), "part": int(part)}:
                parts, piece = self._piece(name, part)
                return {"answer": number, "parts": parts}, [piece]
            case {"kept": str(kept), "decisions": str(decisions)} if max(len(kept), len(decisions)) <= LARGEST:
                self.kept, self.decisions = kept, decisions
        return None

    def _piece(self, name: str, part: int) -> tuple[int, bytes]:
        """Return of how many pieces a file is, none where there is no such file, and one of them."""
        if name == KEPT:
            return (0, b"") if self.kept is None else (1, self.kept.encode())
        if name not in self._names:
            return 0, b""
        with (self.folder / name).open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(min(max(0, part), size // PIECE) * PIECE)
            return max(1, -(-size // PIECE)), stream.read(PIECE)
