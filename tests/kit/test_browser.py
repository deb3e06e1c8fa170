"""The local pages in a real browser: they open offline without a complaint, calculate, and can be used by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from loopviz.kit import KitPlan, hourly, make_kit, reward_for
from loopviz.kit.pay import usd
from loopviz.media import open_source

pytestmark = pytest.mark.browser
WIDTHS = (360, 820, 1280)
PLAN = KitPlan(
    ("Body", "Cable"), pilot_seconds=47, search_minutes_per_task=4, step=6, base_url="https://example.org/kit"
)


@dataclass
class Opened:
    """A page, and everything that the browser said or asked for because of it."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, file: Path) -> Any:
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        return self.page


@pytest.fixture
def opened(chromium: Any) -> Iterator[Opened]:
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    yield Opened(context.new_page())
    context.close()


@pytest.fixture(scope="module")
def kit(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with open_source(clip) as source:
        return make_kit(source, tmp_path_factory.mktemp("kits") / "kit", PLAN).folder


@pytest.fixture(scope="module")
def hostile_kit(clip: Path, tmp_path_factory: pytest.TempPathFactory, hostile_plan: KitPlan) -> Path:
    with open_source(clip) as source:
        return make_kit(source, tmp_path_factory.mktemp("kits") / "hostile", hostile_plan).folder


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["preview.html", "pay.html"])
def test_a_page_opens_without_a_complaint_and_fits(opened: Opened, kit: Path, name: str, width: int):
    opened.page.set_viewport_size({"width": width, "height": 900})
    page = opened.open(kit / name)
    assert opened.complaints == []
    assert all(url.startswith(kit.as_uri()) for url in opened.requests)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"  # the style is let in


def test_hostile_texts_stay_texts(opened: Opened, hostile_kit: Path, hostile_plan: KitPlan):
    page = opened.open(hostile_kit / "preview.html")
    assert page.locator("h1").inner_text().split() == hostile_plan.title.split()
    assert page.locator(".labels li").all_inner_texts() == list(hostile_plan.categories)
    page.locator("input[name=Q1]").first.check()
    page.locator("input[name=consent]").first.check()
    page.locator("button").click()
    sent = page.locator(".answers dd").all_inner_texts()
    assert sent == ["yes", hostile_plan.survey.questions[0].choices[0]]
    assert opened.complaints == []
    assert page.evaluate("typeof boom") == "undefined"


def test_the_widgets_labels_come_out_of_the_attribute_whole(opened: Opened, hostile_kit: Path, hostile_plan: KitPlan):
    page = opened.page
    page.route("https://**", lambda route: route.abort())  # Amazon's script, which is not here
    page.goto((hostile_kit / "task.html").as_uri(), wait_until="domcontentloaded")
    labels = page.evaluate("JSON.parse(document.querySelector('crowd-semantic-segmentation').getAttribute('labels'))")
    assert labels == list(hostile_plan.categories)
    assert page.evaluate("document.querySelector('crowd-semantic-segmentation').getAttribute('src')") == "${image_url}"
    assert page.evaluate("document.querySelector('crowd-form').contains(document.querySelector('[name=Q3]'))")


def test_nothing_is_sent_without_consent_and_the_keyboard_is_enough(opened: Opened, kit: Path):
    page = opened.open(kit / "preview.html")
    page.locator("button").focus()
    page.keyboard.press("Enter")
    assert page.locator("#sent").is_hidden()
    assert page.evaluate("document.activeElement.name") == "consent"  # the browser leads to what is missing
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "Q4"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.type("Kraków")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "sent"
    columns = page.locator(".answers dt").all_inner_texts()
    answers = page.locator(".answers dd").all_inner_texts()
    assert dict(zip(columns, answers, strict=True)) == {
        "Answer.consent": "yes",
        "Answer.Q1": "25 - 34",
        "Answer.Q4": "Kraków",
    }
    assert opened.complaints == []


def test_several_choices_come_back_joined(opened: Opened, kit: Path):
    page = opened.open(kit / "preview.html")
    page.get_by_label("No: use my labels").check()
    page.get_by_label("Neck pain").check()
    page.get_by_label("Anxiety").check()
    page.get_by_role("button", name="Try to submit").click()
    assert page.locator(".answers dd").all_inner_texts() == ["no", "Neck pain, Anxiety"]


@pytest.mark.parametrize(
    ("reward", "seconds", "minutes", "wage"),
    [
        pytest.param("0.15", "47", "4", "15", id="the plan's"),
        pytest.param("0.15", "60", "0", "9", id="a binary fraction"),
        pytest.param("0.05", "144", "", "0.125", id="no search said, half a cent"),
        pytest.param("999.99", "1", "0.1", "9999.99", id="thousands"),
        pytest.param("0.01", "43200", "720", "7.25", id="next to nothing"),
        pytest.param("1.1", "33.3", "2.7", "22.22", id="odd"),
    ],
)
def test_the_page_and_python_agree(opened: Opened, kit: Path, reward: str, seconds: str, minutes: str, wage: str):
    page = opened.open(kit / "pay.html")
    for name, value in (("reward", reward), ("seconds", seconds), ("minutes", minutes), ("wage", wage)):
        page.fill(f"#{name}", value)
    pay, time, search, hour = float(reward), float(seconds), float(minutes or 0), float(wage)
    assert {name: page.inner_text(f"#{name}") for name in ("work", "search", "fair-work", "fair-search", "total")} == {
        "work": usd(hourly(pay, time)),
        "search": usd(hourly(pay, time, search)),
        "fair-work": usd(reward_for(hour, time)),
        "fair-search": usd(reward_for(hour, time, search)),
        "total": usd(pay * 2),
    }


def test_the_calculators_sums_are_pythons_to_the_last_bit(opened: Opened, kit: Path):
    page = opened.open(kit / "pay.html")
    cases = [(0.01 * i, 0.7 * i + 1, 0.13 * (i % 11), 0.33 * i) for i in range(1, 400)]
    found = page.evaluate("cases => cases.map(([r, s, m, w]) => [hourly(r, s, m), rewardFor(w, s, m)])", cases)
    assert found == [[hourly(r, s, m), reward_for(w, s, m)] for r, s, m, w in cases]


def test_what_stood_there_before_the_script_ran_is_the_same(opened: Opened, chromium: Any, kit: Path):
    calculated = opened.open(kit / "pay.html").inner_text("output")
    context = chromium.new_context(java_script_enabled=False)
    without = context.new_page()
    without.goto((kit / "pay.html").as_uri())
    assert without.inner_text("output") == calculated
    context.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("seconds", "", id="no time"),
        pytest.param("seconds", "0", id="no time at all"),
        pytest.param("reward", "-1", id="a negative reward"),
        pytest.param("minutes", "9999", id="search without end"),
    ],
)
def test_a_value_that_is_none_gives_no_figure(opened: Opened, kit: Path, name: str, value: str):
    page = opened.open(kit / "pay.html")
    page.fill(f"#{name}", value)
    assert page.inner_text("#search") == "–"
    assert page.inner_text("#work") == ("$11.49" if name == "minutes" else "–")
    assert opened.complaints == []


def test_a_kit_without_a_pilot_has_a_calculator_that_waits(
    opened: Opened, make_clip: Callable[..., Path], tmp_path: Path
):
    with open_source(make_clip(tmp_path / "clip.mp4", frames=2)) as source:
        make_kit(source, tmp_path / "kit", KitPlan(("a",)))
    page = opened.open(tmp_path / "kit" / "pay.html")
    assert page.inner_text("#work") == "–"
    page.fill("#seconds", "60")
    assert page.inner_text("#work") == "$9.00"
