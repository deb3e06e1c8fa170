"""The page in a real browser: it follows saves, keeps the last good picture, and runs nothing of anybody else's."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image

from loopviz.preview.follow import Follower
from loopviz.preview.site import Site
from loopviz.preview.studio import Studio

pytestmark = pytest.mark.browser


def until(page: Any, expression: str) -> None:
    """Wait until something is so; the page's own policy keeps the browser's driver from evaluating it there."""
    for _ in range(3000):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise AssertionError(expression)


def shows(page: Any, look: int, place: int, what: str = "shown") -> None:
    until(page, f"document.documentElement.dataset.{what} === '{look}:{place}'")


@pytest.fixture
def followed(studio: Studio) -> Iterator[Studio]:
    """A studio whose files are looked at."""
    over, follower = Event(), Follower(studio)

    def follow() -> None:
        while not over.wait(0.05):
            follower.look()

    thread = Thread(target=follow, daemon=True)
    thread.start()
    yield studio
    over.set()
    thread.join(30)


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(chromium: Any, followed: Studio, site: Site, complaints: list[str]) -> Iterator[Any]:  # noqa: ARG001
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request",
        lambda asked: None if asked.url.startswith((site.url, "data:", "blob:")) else complaints.append(asked.url),
    )
    opened.goto(f"{site.url}#4")
    shows(opened, 1, 4)
    yield opened
    context.close()


def picture(page: Any) -> Any:
    address = page.evaluate("document.getElementById('still').src")

    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1]))))


def test_the_picture_is_the_finished_one_and_the_slider_moves_it(
    page: Any, studio: Studio, complaints: list[str]
) -> None:
    assert np.array_equal(picture(page), np.asarray(Image.open(io.BytesIO(studio.still(4)))))
    slider = page.get_by_role("slider", name="Place in the film")
    slider.focus()
    page.keyboard.press("ArrowRight")
    shows(page, 1, 5)
    page.keyboard.press("End")
    shows(page, 1, 11, "settled")
    assert np.array_equal(picture(page), np.asarray(Image.open(io.BytesIO(studio.still(11)))))
    assert "0:00.5 of 0:00.5" in page.locator("#time").inner_text()
    assert complaints == []


def test_a_save_shows_and_what_is_wrong_keeps_the_picture(
    page: Any, project: Path, theme: Path, complaints: list[str]
) -> None:
    before = picture(page)
    theme.write_text("extends: margin\ncolors: {paper: '#102030'}\n")
    shows(page, 2, 4)
    after = picture(page)
    assert not np.array_equal(before, after)
    good = project.read_text()
    project.write_text(good + "categories: {Body: {color: '<img src=x onerror=alert(1)>'}}\n")
    alert = page.get_by_role("alert")
    alert.wait_for(state="visible")
    assert "categories.Body.color" in alert.inner_text()
    assert "Traceback" not in page.content()
    assert page.locator("img").count() == 1
    assert np.array_equal(picture(page), after)
    project.write_text(good)
    shows(page, 3, 4)
    alert.wait_for(state="hidden")
    assert complaints == []


def test_a_second_plays_and_plays_anew_after_a_save(page: Any, theme: Path, complaints: list[str]) -> None:
    page.get_by_role("button", name="Play a second").click()
    until(page, "document.getElementById('film').currentTime > 0 && !document.getElementById('film').paused")
    first = page.evaluate("document.getElementById('film').src")
    theme.write_text("extends: margin\ncolors: {paper: '#102030'}\n")
    until(page, f"document.getElementById('film').src !== '{first}'")
    page.get_by_role("button", name="Stop").click()
    assert page.locator("#film").is_hidden()
    assert complaints == []


def test_marks_are_laid_over_the_picture(page: Any, complaints: list[str]) -> None:
    for name, found in (("Safe margins", "#safe"), ("Contrast", "#marks .word"), ("Reading time", "#taken")):
        assert page.locator(found).count() == 0
        page.get_by_label(name).check()
        until(page, f"document.querySelector('{found}') !== null")
    safe = page.evaluate("[...['x','width'].map(k => +document.getElementById('safe').getAttribute(k)), state.size[0]]")
    assert safe[0] / safe[2] == pytest.approx(0.05)
    assert safe[1] / safe[2] == pytest.approx(0.9)
    assert complaints == []


def test_what_check_finds_stands_there(page: Any, complaints: list[str]) -> None:
    page.get_by_text("frames without a label").wait_for(timeout=60_000)
    assert complaints == []


@pytest.mark.parametrize("width", [360, 820, 1280])
def test_the_page_has_room_on_every_screen(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    until(page, f"document.documentElement.scrollWidth <= {width}")
    box = page.locator("#still").bounding_box()
    assert box["width"] > 200


def test_another_page_gets_nothing(chromium: Any, site: Site) -> None:
    """A page of another origin that asks for the still, as a picture, by a script and in a frame."""
    context = chromium.new_context()
    opened = context.new_page()
    seen: list[Callable[[], object] | int] = []
    opened.on("response", lambda answer: seen.append(answer.status))
    opened.set_content(f"<img src='{site.url}still?at=1'><iframe src='{site.url}'></iframe>")
    until(opened, "document.images[0].complete")
    assert opened.evaluate("document.images[0].naturalWidth") == 0
    assert opened.evaluate(f"fetch('{site.url}plan').then(() => 'read', () => 'refused')") == "refused"
    assert 200 not in seen
    context.close()
