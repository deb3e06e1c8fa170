from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest
from PIL import Image
from support import WORKERS, box, make_clip, make_dataset, psnr, with_boxes

from loopviz import geometry
from loopviz.crowd.review.decisions import review
from loopviz.crowd.review.evidence import NOT_READ, Evidence, sentences
from loopviz.crowd.review.rules import parse_rule
from loopviz.dataset import Dataset
from loopviz.errors import ConfigError, OutputError
from loopviz.media import open_source, to_rgb
from loopviz.report import contact_sheets
from loopviz.report.page import Page
from loopviz.report.sheet_text import CELL, EVIDENCE, GUTTER, MARGIN, CellCaption, Head, SheetType
from loopviz.report.thumbnails import Thumbnails
from loopviz.scene import Drawing, Rect, Sprite, Text, Typesetter, load_theme
from loopviz.scene.marks import Category


@pytest.fixture(scope="module")
def typesetter() -> Typesetter:
    return Typesetter()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", 6, (320, 240))


@pytest.fixture
def sheets(clip: Path, tmp_path: Path) -> Callable[..., list[Path]]:
    def make(dataset: Dataset, rule: str = "seconds >= 63", *, pay_all: bool = False, **options: int) -> list[Path]:
        made = review(dataset, [parse_rule(rule)], pay_all=pay_all)
        with open_source(clip) as source:
            return contact_sheets(source, dataset, made, tmp_path / "sheets", **options)

    return make


def said(shapes: list[Text | Rect]) -> list[str]:
    return [shape.text for shape in shapes if isinstance(shape, Text)]


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is set on a page."""
    texts: list[str] = []
    plain = Page.set

    def listening(page: Page, shapes: list[Text | Rect], x: float = 0, y: float = 0) -> None:
        shapes = list(shapes)
        texts.extend(said(shapes))
        plain(page, shapes, x, y)

    monkeypatch.setattr(Page, "set", listening)
    return texts


def submitted(dataset: Dataset) -> Dataset:
    status = pl.lit("submitted").cast(dataset.assignments.schema["status"])
    return dataset.replace(assignments=dataset.assignments.with_columns(status=status))


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize(
    ("statuses", "rule", "pay_all", "names"),
    [
        pytest.param(False, "boxes >= 1", False, ["approved-01"], id="all kept"),
        pytest.param(False, "boxes >= 9", False, ["rejected-01"], id="all broken"),
        pytest.param(False, "seconds >= 63", False, ["approved-01", "rejected-01"], id="some broken"),
        pytest.param(False, "seconds >= 63", True, ["approved-01", "left-out-01"], id="pay all"),
        pytest.param(True, "boxes >= 9", False, ["left-out-01", "rejected-01"], id="paid before"),
    ],
)
def test_sheets_are_named_by_what_becomes_of_the_work(
    sheets: Callable[..., list[Path]], statuses: bool, rule: str, pay_all: bool, names: list[str]
):
    dataset = make_dataset() if statuses else submitted(make_dataset())
    assert [path.stem for path in sheets(dataset, rule, pay_all=pay_all)] == names


def test_a_sheet_holds_so_many_pictures_and_the_next_one_the_rest(sheets: Callable[..., list[Path]]):
    made = sheets(submitted(make_dataset()), "boxes >= 1", columns=2, per_sheet=2)
    assert [path.name for path in made] == [f"approved-{n:02d}.png" for n in (1, 2, 3)]
    assert {pixels(path).shape[1] for path in made} == {2 * MARGIN + 2 * CELL + GUTTER}


def test_labels_lie_on_the_picture_where_they_were_drawn(sheets: Callable[..., list[Path]]):
    dataset = make_dataset(2)
    dataset = dataset.replace(categories=dataset.categories.with_columns(pl.Series("color", ["#ff0000", "#00ff00"])))
    (path,) = sheets(with_boxes(dataset, box(80, 60, 240, 180, assignment_id="T0")), "boxes >= 1", columns=1)
    red = abs(pixels(path) - (255, 0, 0)).max(axis=-1) <= 2
    red[:, : MARGIN + 20] = False  # the legend
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    scale = CELL / 320
    assert columns.min() == pytest.approx(MARGIN + 80 * scale, abs=1)
    assert columns.max() == pytest.approx(MARGIN + 240 * scale, abs=1)
    assert rows.max() - rows.min() == pytest.approx(120 * scale, abs=2)


def test_a_mask_is_filled_and_its_hole_is_not(sheets: Callable[..., list[Path]]):
    mask = np.zeros((240, 320), bool)
    mask[40:200, 60:260] = True
    mask[90:150, 120:200] = False
    text = geometry.rle_to_string(geometry.rle_from_mask(mask))
    dataset = make_dataset(2)
    dataset = dataset.replace(categories=dataset.categories.with_columns(pl.Series("color", ["#ff0000", "#00ff00"])))
    bare = pixels(sheets(with_boxes(dataset), "seconds >= 0", columns=1)[0])
    drawn = with_boxes(dataset, box(60, 40, 260, 200, assignment_id="T0", mask_rle=text))
    shown = pixels(sheets(drawn, "seconds >= 0", columns=1)[0])
    changed = abs(shown - bare).max(axis=-1) > 8
    x, y = MARGIN, np.flatnonzero(changed.any(axis=1)).min() - 44  # the mask begins 40 rows of the source below
    assert changed[y + 66 : y + 88, x + 80 : x + 270].mean() > 0.95
    assert not changed[y + 110 : y + 155, x + 140 : x + 210].any()


@pytest.mark.parametrize("size", [(300, 200), (800, 536)], ids=["straight", "by way of twice its size"])
def test_a_thumbnail_is_the_frame_at_a_small_size(tmp_path: Path, size: tuple[int, int]):
    clip = make_clip(tmp_path / "clip.mp4", 4, size)
    with open_source(clip) as source:
        whole = [to_rgb(frame.picture) for frame in source.read()]
        with Thumbnails(source, [3, 1, 3], (150, 100), tmp_path) as small:
            for frame in (1, 3):
                exact = cv2.resize(whole[frame], (150, 100), interpolation=cv2.INTER_AREA)
                assert psnr(small[frame], exact) > 38
    assert list(tmp_path.iterdir()) == [clip]


def test_work_on_no_frame_and_people_without_a_name_have_their_place(
    sheets: Callable[..., list[Path]], spoken: list[str]
):
    dataset = submitted(make_dataset())
    lost = with_boxes(dataset).assignments.with_columns(frame=pl.lit(None, pl.Int64))
    nameless = dataset.workers.with_columns(pl.lit(None, pl.String).alias("alias"))
    made = sheets(with_boxes(dataset).replace(assignments=lost, workers=nameless), "boxes >= 1")
    assert [path.name for path in made] == ["rejected-01.png"]
    assert {"Somebody", "no frame · simulated"} <= set(spoken)


def test_a_sheet_says_who_where_why_and_at_what_cost_but_no_platform_id(
    sheets: Callable[..., list[Path]], spoken: list[str]
):
    sheets(submitted(make_dataset(simulated=False)))
    text = "\n".join(spoken).replace("\u00a0", " ")
    for part in ("Worker 0000", "frame 1", "60 s of work; the rule asks for 63 s.", "seconds >= 63", "not paid"):
        assert part in text
    assert "Leaves 3 people unpaid for 3 of 5 tasks" in text
    assert "imulated" not in text
    assert not any(worker in text for worker in WORKERS)


@pytest.mark.parametrize(("invented", "note"), [(3, "the people on this sheet"), (1, "people marked as simulated")])
def test_simulated_people_are_marked_beside_their_name_and_on_the_sheet(
    sheets: Callable[..., list[Path]], spoken: list[str], invented: int, note: str
):
    dataset = submitted(make_dataset())
    mixed = dataset.workers.with_columns(pl.Series("simulated", [i < invented for i in range(3)]))
    sheets(dataset.replace(workers=mixed), "boxes >= 1")
    assert sum(text.endswith("· simulated") for text in spoken) == {3: 5, 1: 2}[invented]
    assert any(note in text for text in spoken)


@pytest.mark.parametrize(("options", "found"), [({"columns": 0}, "0 columns"), ({"per_sheet": 0}, "0 pictures")])
def test_a_sheet_of_nothing_is_refused(sheets: Callable[..., list[Path]], options: dict[str, int], found: str):
    with pytest.raises(ConfigError, match=found):
        sheets(make_dataset(), **options)


def test_work_on_a_frame_that_the_video_does_not_have_is_refused(sheets: Callable[..., list[Path]]):
    with pytest.raises(ConfigError, match="frame 6'; expected 0 to 5"):
        sheets(make_dataset(10))


def test_a_folder_that_cannot_be_made_is_an_error_of_output(sheets: Callable[..., list[Path]], tmp_path: Path):
    (tmp_path / "sheets").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        sheets(make_dataset())


@pytest.mark.parametrize("columns", [1, 2, 6])
def test_nothing_in_the_head_leaves_the_page_or_stands_on_something_else(typesetter: Typesetter, columns: int):
    sheet = SheetType(load_theme("margin"), typesetter, columns)
    many = tuple(Category(f"category {i}", "#000000") for i in range(60))
    long = Head(
        "Review", "Rejected " * 9, (("Rule", "boxes >= 1 and " * 40),), (("12,345,678", "of many"),) * 4, many, "Note"
    )
    shapes, _ = sheet.head(long)
    foot, _ = sheet.foot("Simulated data. " * 8, "Sheet 1 of 12")
    placed = [s for s in (*shapes, *foot) if isinstance(s, Text) and s.align == "left"]
    lines: dict[float, list[tuple[float, float]]] = {}
    for text in placed:
        wide, _, count = typesetter.measure(text.text, text.style, text.width)
        assert count == 1 or text.text.startswith(("boxes", "Simulated", "Note"))
        assert text.x + wide <= sheet.width - MARGIN + 2
        lines.setdefault(text.y, []).append((text.x, text.x + wide))
    for spans in lines.values():
        spans.sort()
        assert all(one[1] <= other[0] + 1 for one, other in itertools.pairwise(spans))


def test_a_caption_is_as_tall_as_its_longest_evidence(typesetter: Typesetter):
    sheet = SheetType(load_theme("margin"), typesetter, 6)
    short, long = ([Evidence(found=text, asked=None)] for text in ("12 s of work.", "a longer sentence " * 6))
    assert sheet.caption_height([short]) == EVIDENCE < sheet.caption_height([short, long])


def test_what_a_rule_asks_for_is_not_torn_apart(typesetter: Typesetter):
    sheet = SheetType(load_theme("margin"), typesetter, 6)
    grounds = [
        Evidence(found="0.3 % of the picture labelled", asked="at most 0.5 %"),
        Evidence(found="12 s of work", asked="30 s"),
    ]
    caption = list(sheet.caption(CellCaption("Worker 1", "frame 2", grounds, "0.3 %", "area", 0.6)))
    assert "the\u00a0rule\u00a0asks\u00a0for\u00a0at\u00a0most\u00a00.5\u00a0%.\n12 s of work" in caption[-1].text
    assert caption[-1].text.replace("\u00a0", " ").splitlines() == sentences(grounds)


def test_the_bar_reaches_the_tick_exactly_when_the_rule_is_kept(typesetter: Typesetter):
    sheet = SheetType(load_theme("margin"), typesetter, 6)
    reach = {}
    for share in (-2.0, 0.0, 0.5, 1.0, 2.0, 99.0):
        bar, tick = list(sheet.caption(CellCaption("W", "frame 1", [], "1", "boxes", share)))[1:3]
        assert isinstance(bar, Rect) and isinstance(tick, Rect)
        reach[share] = (bar.x_max, (tick.x_min + tick.x_max) / 2)
    assert [found for found, _ in reach.values()] == [0, 0, CELL / 4, CELL / 2, CELL, CELL]
    assert {tick for _, tick in reach.values()} == {CELL / 2}


def test_what_was_not_measured_has_no_bar(typesetter: Typesetter):
    sheet = SheetType(load_theme("margin"), typesetter, 6)
    line, *others = sheet.caption(CellCaption("W", "frame 1", [NOT_READ], "–", "boxes", None))
    assert isinstance(line, Rect) and line.x_max == CELL
    assert not any(isinstance(other, Rect) for other in others)


def test_a_page_blends_half_transparent_drawings_and_cuts_what_leaves_it(typesetter: Typesetter):
    page = Page(typesetter, 20, 10, "#ffffff")
    page.draw([Sprite(-4, -4, Drawing(12, 12, (Rect(0, 0, 12, 12, "#000000", 0.5),))), Rect(15, 5, 40, 40, "#ff0000")])
    assert page.pixels.shape == (10, 20, 3)
    assert abs(page.pixels[0, 0].astype(int) - 127).max() <= 1
    assert (page.pixels[9, 9] == 255).all()
    assert (page.pixels[9, 19] == (255, 0, 0)).all()
