"""The page in a real browser, from the disk: labels are looked at, decided on, and the decisions come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from PIL import Image
from planted_errors import moving, plant
from support import WORKERS, make_dataset, table_of_boxes, with_boxes

from loopviz.dataset import Dataset
from loopviz.project.compare import Naming
from loopviz.project.review_page import apply_review, write_review
from loopviz.review.columns import revision
from loopviz.schema import EDGES, ORIGINS, table

pytestmark = pytest.mark.browser
EVIL = "<img src=x onerror=document.title=1>"
LOADED = "document.documentElement.dataset.loaded"
FOUND = "document.documentElement.dataset.found"
SHOWN = "document.documentElement.dataset.shown"

INKED = """([x, y]) => {
  const canvas = document.getElementById("marks"), scale = canvas.width / 640;
  const [left, top] = [x, y].map(at => Math.round(at * scale) - 1);
  return [...canvas.getContext("2d").getImageData(left, top, 3, 3).data].some((value, at) => at % 4 === 3 && value > 0);
}"""


def until(page: Any, expression: str) -> None:
    """Wait until something is so; the page's own policy keeps the browser's driver from evaluating it there."""
    for _ in range(3000):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise AssertionError(expression)


def text(page: Any, name: str) -> str:
    return str(page.evaluate(f"document.getElementById('{name}').textContent"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = make_dataset(12, (64, 48))
    rows = make_names(made).assignments.with_columns(
        status=pl.lit("submitted").cast(pl.Enum(["submitted", "approved", "rejected"]))
    )
    folder = tmp_path_factory.mktemp("review") / "dataset"
    make_names(made).replace(assignments=rows).save(folder)
    return folder


def make_names(made: Dataset) -> Dataset:
    return made.replace(categories=made.categories.with_columns(name=pl.Series([EVIL, "wheel"])))


@pytest.fixture(scope="module")
def folder(dataset: Path, make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(place / "config"))
        write_review(dataset, place / "out", Naming(), make_clip(place / "clip.mp4"))
    return place / "out"


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(chromium: Any, folder: Path, complaints: list[str]) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request", lambda asked: None if asked.url.startswith(("file:", "blob:")) else complaints.append(asked.url)
    )
    opened.goto((folder / "index.html").as_uri())
    until(opened, f"{LOADED} && {SHOWN} === '0:2'")
    yield opened
    context.close()


def test_decisions_are_made_by_keys_kept_downloaded_and_brought_back(
    page: Any, dataset: Path, tmp_path: Path, complaints: list[str]
) -> None:
    assert text(page, "said") == f"1 of 22: {EVIL}, frame 0, undecided"
    page.keyboard.press("r")
    assert text(page, "said") == "2 of 22: wheel, frame 0, undecided"
    page.keyboard.press("r")
    until(page, f"{SHOWN} === '1:2'")  # the film follows
    page.keyboard.press("a")
    page.keyboard.press("c")
    page.keyboard.type("too large, a")
    page.keyboard.press("Escape")
    page.reload()
    until(page, f"{LOADED} && {SHOWN} === '0:2'")
    assert text(page, "progress") == "1 accepted, 2 rejected"
    until(
        page,
        "document.getElementById('cost').textContent.includes('1 person would lose 0.15 USD for 1 task: 60 s of work')",
    )
    with page.expect_download() as waiting:
        page.keyboard.press("s")
    file = tmp_path / "decisions.json"
    waiting.value.save_as(file)
    assert json.loads(file.read_text())["decisions"] == [
        {"label": 0, "decision": "reject", "comment": ""},
        {"label": 1, "decision": "reject", "comment": ""},
        {"label": 2, "decision": "accept", "comment": ""},
        {"label": 3, "decision": None, "comment": "too large, a"},
    ]
    done = apply_review(file, dataset, tmp_path / "after")
    assert (done.applied.accepted, done.applied.dismissed, done.applied.comments) == (1, 1, 1)
    assert page.title() == "Review of labels"
    assert page.locator("#label img").count() == 0
    assert complaints == []


def test_no_suspect_is_passed_over_after_a_decision(chromium: Any, tmp_path: Path, complaints: list[str]) -> None:
    plant(moving(60), each=1, seed=0).dataset.save(tmp_path / "set")
    write_review(tmp_path / "set", tmp_path / "out", Naming("hidden"))
    page = chromium.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto((tmp_path / "out" / "index.html").as_uri())
    until(page, f"{LOADED} && {SHOWN}")
    places = []
    for key in ("x", "x", "r", "x", "a", "x", "x"):  # a decision leads to the next one already
        page.keyboard.press(key)
        places.append(text(page, "said").split(" of ")[0])
    page.close()
    assert places == ["1", "2", "3", "3", "4", "4", "5"]
    assert complaints == []


def test_filters_and_people(page: Any, complaints: list[str]) -> None:
    page.locator("#category").select_option(label="wheel")
    assert text(page, "count") == "11 of 22 labels"
    until(page, f"{SHOWN} === '0:1'")
    page.locator("#rows button").nth(1).click()
    assert text(page, "count") == "4 of 22 labels"  # frames 1, 4, 7, 10
    until(page, f"{SHOWN} === '1:1'")
    page.locator("#decision").select_option(label="rejected")
    assert text(page, "count") == "0 of 22 labels"
    page.get_by_role("button", name="All labels").click()
    assert text(page, "count") == "22 of 22 labels"
    assert page.locator("#scatter circle").count() == 0  # nobody's agreement is known
    assert complaints == []


def test_everybody_is_in_the_table_some_at_a_time(chromium: Any, tmp_path: Path, complaints: list[str]) -> None:
    whole, names = make_dataset(12, (64, 48)), [f"person {number:03}" for number in range(310)]
    people = whole.replace(
        annotations=whole.annotations.with_columns(assignment_id=pl.lit(None, pl.String)),
        assignments=table("assignments", {"assignment_id": names, "worker_id": names, "frame": [0] * 310}),
        workers=table("workers", {"worker_id": names}),
        answers=whole.answers.clear(),
    )
    people.save(tmp_path / "dataset")
    write_review(tmp_path / "dataset", tmp_path / "out", Naming("full"))
    page = chromium.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto((tmp_path / "out" / "index.html").as_uri())
    until(page, f"{LOADED} === '22'")
    assert page.locator("#rows tr").count() == 300
    page.get_by_role("button", name="Show 10 more of 310 people").click()
    assert page.locator("#rows tr").count() == 310
    assert page.evaluate("document.activeElement.textContent") == "person 300"
    assert not page.locator("#more").is_visible()
    page.close()
    assert complaints == []


def test_the_labels_are_those_of_the_frame_that_is_shown(page: Any, complaints: list[str]) -> None:
    for frame in (7, 11, 3):
        page.evaluate(f"place.value = {frame}; place.dispatchEvent(new Event('input'))")
        until(page, f"{SHOWN} === '{frame}:{0 if frame == 11 else 2}'")
        seconds = page.evaluate("document.getElementById('film').currentTime")
        assert frame / 24 <= seconds <= (frame + 1) / 24
    page.keyboard.press("ArrowRight")
    until(page, f"{SHOWN} === '4:2'")
    assert complaints == []


def test_the_next_suspect_is_the_most_suspicious(chromium: Any, tmp_path: Path, user_config: Path) -> None:  # noqa: ARG001
    steady = table_of_boxes(frames=12, each=1)
    first = steady.annotations.row(0, named=True)
    leaps = pl.when(pl.col("frame") == 6).then(300.0).otherwise(0.0)
    rows = steady.annotations.with_columns((pl.lit(first[edge]) + leaps).alias(edge) for edge in EDGES)
    steady.replace(annotations=rows).save(tmp_path / "dataset")
    write_review(tmp_path / "dataset", tmp_path / "out", Naming())
    page = chromium.new_page()
    page.goto((tmp_path / "out" / "index.html").as_uri())
    until(page, f"{LOADED} && {SHOWN} === '0:1'")
    page.keyboard.press("a")  # which leads to the next label of the order that was
    page.keyboard.press("x")
    until(page, f"{SHOWN} === '6:1'")
    assert "Suspicion" in text(page, "label")
    page.close()


def test_what_nobody_labelled_is_a_suspect_and_comes_in_beside_what_a_model_found(
    chromium: Any,
    tmp_path: Path,
    complaints: list[str],
    user_config: Path,  # noqa: ARG001
) -> None:
    whole = moving(24, 2)
    lacking = (pl.col("frame") == 9) & (pl.col("class_id") == 1)
    whole.replace(annotations=whole.annotations.filter(~lacking)).save(tmp_path / "set")
    sure = pl.when(pl.col("class_id") == 1).then(0.9).otherwise(0.4)
    seen = whole.annotations.with_columns(origin=pl.lit("model", pl.Enum(ORIGINS)), confidence=sure)
    whole.replace(annotations=seen.with_columns(pl.col("x_max") + 1)).save(tmp_path / "found")
    write_review(tmp_path / "set", tmp_path / "out", Naming(), predictions=tmp_path / "found")
    page = chromium.new_page(accept_downloads=True)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "out" / "index.html").as_uri())
    until(page, f"{LOADED} && {SHOWN} === '0:2' && {FOUND} === '2'")
    assert text(page, "count") == "47 of 47 labels, and 1 place without one"
    page.locator("#sure").fill("0.5")
    until(page, f"{FOUND} === '1'")
    page.locator("h1").click()
    page.keyboard.press("m")
    until(page, f"{FOUND} === '0'")
    page.keyboard.press("x")
    until(page, f"{SHOWN} === '9:2'")
    assert text(page, "label-head") == "Nobody labelled this"
    assert (text(page, "accept"), text(page, "reject")) == ("Add this label", "Nothing there")
    for width in (375, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert (page.evaluate("document.documentElement.scrollWidth"), findings(page)) == (width, [])
    page.keyboard.press("a")
    assert text(page, "progress") == "0 accepted, 0 rejected, 1 to be added, 0 with nothing there"
    with page.expect_download() as waiting:
        page.keyboard.press("s")
    waiting.value.save_as(tmp_path / "decisions.json")
    done = apply_review(tmp_path / "decisions.json", tmp_path / "set")
    new = done.applied.dataset.annotations.row(-1, named=True)
    assert (new["frame"], new["class_id"], new["origin"], new["assignment_id"]) == (9, 1, "model", None)
    assert new["confidence"] == pytest.approx(0.9)
    page.close()
    write_review(tmp_path / "set", tmp_path / "again", Naming(), predictions=tmp_path / "found")
    assert '"places": 0' in (tmp_path / "again" / "data" / "meta.js").read_text()
    assert complaints == []


def test_shapes_are_drawn_as_what_they_are(
    chromium: Any,
    tmp_path: Path,
    complaints: list[str],
    user_config: Path,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("loopviz.review.shapes.POINTS", 1)  # a file a frame
    made = make_dataset(8, (640, 480))
    skeleton = made.categories.with_columns(skeleton=pl.lit([[0, 1]], pl.List(pl.List(pl.Int64))))
    shaped: list[dict[str, Any]] = [
        {"polygons": [[100.0, 100.0, 300.0, 100.0, 100.0, 300.0]]},
        {"polygons": [[200.0, 100.0, 300.0, 200.0, 200.0, 300.0, 100.0, 200.0]], "shape": "rotated_box"},
        {"keypoints": [150.0, 150.0, 2.0, 250.0, 250.0, 1.0]},
        {"keypoints": [100.0, 100.0, None, 300.0, 300.0, None], "shape": "line"},
        {},
    ]
    square = {"class_id": 0, "x_min": 100.0, "y_min": 100.0, "x_max": 300.0, "y_max": 300.0}
    bare = made.replace(categories=skeleton, annotations=made.annotations.clear())
    with_boxes(bare, *({**square, "frame": frame, **row} for frame, row in enumerate(shaped))).save(tmp_path / "set")
    write_review(tmp_path / "set", tmp_path / "out", Naming())
    page = chromium.new_page(viewport={"width": 640 + 64 + 352, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "out" / "index.html").as_uri())
    places = {"corner": (299, 299), "edge": (101, 180), "inside": (130, 130), "hidden": (250, 250), "joint": (200, 200)}
    drawn = []
    for frame in range(len(shaped)):
        page.evaluate(f"place.value = {frame}; place.dispatchEvent(new Event('input'))")
        until(page, f"{LOADED} && {SHOWN} === '{frame}:1'")
        drawn.append({name for name, at in places.items() if page.evaluate(INKED, list(at))})
    assert drawn == [
        {"edge", "inside", "joint"},  # a triangle, filled: its long side goes through the joint
        {"hidden"},  # a diamond, one of whose sides goes there: not filled, and nothing of the box around it
        {"corner", "edge", "joint"},  # a box, and an edge that ends where the hollow dot begins
        {"corner", "inside", "hidden", "joint"},  # a line, without a box
        {"corner", "edge"},
    ]
    page.close()
    assert complaints == []


def findings(page: Any) -> list[tuple[str, str]]:
    """Return what axe finds that keeps people out."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed: group browser")
    page.evaluate(next(resources.files(axe).rglob("axe.min.js")).read_text("utf-8"))
    found = page.evaluate("axe.run({preload: false})")
    assert found["passes"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_it_is_for_everybody(page: Any, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert findings(page) == []


def test_keys_act_wherever_nothing_is_typed(page: Any, complaints: list[str]) -> None:
    for focus, key, said in (
        ("place", "n", "2 of 22"),
        ("keys", "n", "2 of 22"),  # in the dialog, which has keys of its own
        ("accept", "n", "3 of 22"),
        ("order", "n", "3 of 22"),  # a list seeks what begins so
        ("confidence", "n", "3 of 22"),
        ("comment", "n", "3 of 22"),
        ("decide", "n", "4 of 22"),
    ):
        page.evaluate(f"if ('{focus}' === 'keys') help.showModal(); else help.close(); {focus}.focus()")
        page.keyboard.press(key)
        assert text(page, "said").split(":")[0] == said, focus
    assert page.evaluate("order.value") == "time"
    page.evaluate("place.focus()")
    page.keyboard.press("ArrowRight")
    until(page, f"{SHOWN} === '2:2'")  # one frame, not two
    page.evaluate("document.querySelector('.wide').focus()")
    page.keyboard.press("ArrowRight")  # scrolls the table
    page.set_viewport_size({"width": 1280, "height": 400})
    until(page, "frame.offsetHeight < 400 && Math.abs(frame.offsetWidth / frame.offsetHeight - 4 / 3) < 0.02")
    until(page, f"{SHOWN} === '2:2'")
    assert complaints == []


KEYS = (*"npxarumc", "Escape", "ArrowLeft", "ArrowRight", " ", " ")


def opened(browser: Any, folder: Path, complaints: list[str]) -> Any:
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((folder / "index.html").as_uri())
    until(page, LOADED)
    return page


@pytest.mark.parametrize("frames", [0, 1])
def test_a_dataset_without_labels_is_no_error(
    chromium: Any,
    tmp_path: Path,
    complaints: list[str],
    frames: int,
    user_config: Path,  # noqa: ARG001
) -> None:
    sizes = table("frames", {"frame": range(frames)})
    Dataset(frames=sizes).save(tmp_path / "set")
    write_review(tmp_path / "set", tmp_path / "out", Naming())
    page = opened(chromium, tmp_path / "out", complaints)
    for key in KEYS:
        page.keyboard.press(key)
    for name in ("back", "on", "play", "next", "previous", "suspicious", "all"):
        page.locator(f"#{name}").click()
    assert text(page, "said") == "There are no labels."
    page.close()
    assert complaints == []


def test_what_is_missing_from_the_folder_is_said(
    chromium: Any,
    tmp_path: Path,
    user_config: Path,  # noqa: ARG001
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(3):  # nobody labelled the last
        Image.new("RGB", (64, 48)).save(pictures / f"{number}.png")
    make_dataset(3, (64, 48)).save(tmp_path / "set")
    write_review(tmp_path / "set", tmp_path / "out", Naming(), pictures)
    page = opened(chromium, tmp_path / "out", [])
    for frame in ("1:2", "2:0"):
        page.keyboard.press("ArrowRight")
        until(page, f"{SHOWN} === '{frame}'")
    assert text(page, "warning") == ""
    for name in ("stills/000001.jpg", "data/suspects-00000.js", "data/boxes-00000.js", "data/meta.js"):
        missing = tmp_path / "out" / name
        content = missing.read_bytes()
        missing.unlink()
        page.reload()
        if "still" in name:
            until(page, SHOWN)
            page.keyboard.press("ArrowRight")
        until(
            page,
            "document.getElementById('warning').textContent === 'Files are missing from the folder: copy all of it.'",
        )
        missing.write_bytes(content)
    page.close()


def test_names_of_any_length_leave_the_page_as_it_is(
    chromium: Any,
    tmp_path: Path,
    complaints: list[str],
    user_config: Path,  # noqa: ARG001
) -> None:
    made, long = make_dataset(3, (64, 48)), f"\u202e{EVIL}\u2028\n" * 300
    ids = dict(zip(WORKERS, [long, "__proto__", "constructor"], strict=True))
    people = {
        name: getattr(made, name).with_columns(pl.col("worker_id").replace(ids)) for name in ("workers", "answers")
    }
    work = made.assignments.with_columns(pl.col("worker_id").replace(ids))
    names = made.categories.with_columns(name=pl.Series([long, "__proto__"]))
    tables = {"frames": made.frames, "categories": names, "annotations": made.annotations, "questions": made.questions}
    Dataset(**tables, **people, assignments=work).save(tmp_path / "set")
    write_review(tmp_path / "set", tmp_path / "out", Naming("full"))
    page = opened(chromium, tmp_path / "out", complaints)
    assert text(page, "said").endswith("…, frame 0, undecided")
    assert not set("\u202e\u2028\n") & set(text(page, "said"))
    assert page.locator("main img:visible").count() == 0
    assert page.evaluate("[...person.options].map(each => each.textContent)")[2:] == ["__proto__", "constructor"]
    assert page.evaluate("[innerWidth - document.documentElement.scrollWidth, decide.offsetHeight < 1200]") == [0, True]
    page.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("kept", "progress"),
    [
        ("{}", "0 accepted, 0 rejected"),
        ("[[0, {", "0 accepted, 0 rejected"),
        ("null", "0 accepted, 0 rejected"),
        ('[3, [1, null], [1], [{"a": 1}, {"decision": "accept"}]]', "0 accepted, 0 rejected"),
        ('[[0, {"decision": "constructor"}], [1, {"decision": 5, "comment": 7}]]', "0 accepted, 0 rejected"),
        ('[[0, {"decision": "accept"}], [1, {"decision": null, "comment": "x"}]]', "1 accepted, 0 rejected"),
        (
            '[["{}", {"decision": "accept"}], ["x", {"decision": "reject"}]]',
            "0 accepted, 0 rejected",
        ),  # of another page
    ],
)
def test_what_a_browser_kept_is_looked_at_before_it_is_believed(
    page: Any, dataset: Path, tmp_path: Path, complaints: list[str], kept: str, progress: str
) -> None:
    key = f"loopviz review {revision(Dataset.load(dataset))}"
    page.evaluate(f"localStorage.setItem({json.dumps(key)}, {json.dumps(kept)})")
    page.reload()
    until(page, f"{LOADED} && {SHOWN}")
    assert text(page, "progress") == progress
    with page.expect_download() as waiting:
        page.keyboard.press("s")
    waiting.value.save_as(tmp_path / "decisions.json")
    done = apply_review(tmp_path / "decisions.json", dataset, tmp_path / "after")
    assert f"{done.applied.accepted} accepted, {done.applied.rejected} rejected" == progress
    assert complaints == []


def test_two_tabs_keep_what_both_decided(page: Any, folder: Path, complaints: list[str]) -> None:
    other = opened(page.context, folder, complaints)
    page.keyboard.press("r")
    until(other, "document.getElementById('progress').textContent === '0 accepted, 1 rejected'")
    assert text(other, "said") == f"1 of 22: {EVIL}, frame 0, rejected"
    other.keyboard.press("n")
    other.keyboard.press("a")
    until(page, "document.getElementById('progress').textContent === '1 accepted, 1 rejected'")
    page.keyboard.press("n")
    page.keyboard.press("a")
    page.reload()
    until(page, f"{LOADED} && {SHOWN}")
    assert text(page, "progress") == "2 accepted, 1 rejected"
    assert complaints == []


def test_many_labels_arrive_in_parts(
    chromium: Any, tmp_path: Path, complaints: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loopviz.review.columns.CHUNK", 500)
    table_of_boxes(frames=200, each=20).save(tmp_path / "dataset")
    write_review(tmp_path / "dataset", tmp_path / "out", Naming("hidden"))
    page = chromium.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.goto((tmp_path / "out" / "index.html").as_uri())
    until(page, f"{LOADED} === '4000' && {SHOWN} === '0:20'")
    assert len(list((tmp_path / "out" / "data").glob("boxes-*.js"))) == 8
    assert text(page, "count").startswith("4,000 of 4,000 labels")
    page.evaluate("place.value = 150; place.dispatchEvent(new Event('input'))")
    until(page, f"{SHOWN}.startsWith('150:')")
    assert (page.locator("canvas").first.get_attribute("aria-label") or "").startswith("Frame 150, 20 labels")
    page.close()
    assert complaints == []


def test_what_a_model_found_has_its_own_shape(
    chromium: Any,
    tmp_path: Path,
    complaints: list[str],
    user_config: Path,  # noqa: ARG001
) -> None:
    whole = make_dataset(2, (640, 480))
    whole.save(tmp_path / "set")
    plain = {"frame": 0, "class_id": 0, "x_min": 300.0, "y_min": 200.0, "x_max": 500.0, "y_max": 400.0}
    triangle = {**plain, "polygons": [[300.0, 200.0, 500.0, 200.0, 300.0, 400.0]], "confidence": 0.4}
    pose = {**plain, "keypoints": [450.0, 380.0, 2.0], "shape": "points", "confidence": 0.4}
    with_boxes(whole, triangle, pose).save(tmp_path / "found")
    write_review(tmp_path / "set", tmp_path / "out", Naming(), predictions=tmp_path / "found")
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((tmp_path / "out" / "index.html").as_uri())
    until(page, f"{LOADED} && {FOUND} === '2'")
    slant = [[x, 700 - x] for x in range(380, 421)]  # dashes: somewhere along it there is ink
    assert any(page.evaluate(INKED, place) for place in slant)
    assert not any(page.evaluate(INKED, [500, y]) for y in range(260, 361))  # the box that nobody draws
    assert any(page.evaluate(INKED, [450 + x, 380]) for x in range(-8, 9))
    assert complaints == []
    page.close()
