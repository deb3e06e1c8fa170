#!/usr/bin/env python3
"""Makes docs/images/review.webp: the page of loopviz review, of the sample crowd, whose people are simulated.

    .venv/bin/python scripts/make_review_picture.py

It needs the dependency group ``browser`` and /usr/bin/chromium.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from loopviz.project.compare import Naming
from loopviz.project.review_page import write_review

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "review.webp"
SALT = "simulated people have no secrets\n"
SIZE, QUALITY = {"width": 1440, "height": 900}, 86


def main() -> None:
    """Write the page, open it, go to the first suspect, and keep what is seen."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as running:
        salt, folder = Path(place) / "salt", Path(place) / "review"
        salt.write_text(SALT)
        write_review(ROOT / "sample_media" / "mouse", folder, Naming("alias", salt))
        browser = running.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto((folder / "index.html").as_uri())
        page.wait_for_timeout(1500)
        page.keyboard.press("x")
        page.wait_for_timeout(1000)
        Image.open(io.BytesIO(page.screenshot())).save(PICTURE, "WEBP", quality=QUALITY, method=6)
        browser.close()


if __name__ == "__main__":
    main()
