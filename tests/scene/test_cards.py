from __future__ import annotations

import pytest

from loopviz.scene import Card, Person, Rect, Scrim, Sprite, Text, Typesetter, View, load_theme
from loopviz.scene.caption import Figure
from loopviz.scene.cards import CardSetter, within
from loopviz.scene.layout import Area

FIGURES = (Figure("112", "people"), Figure("20 h 8 min", "of work"), Figure("$20.70", "paid for 138 tasks"))
SIZES = [(1920, 1080), (1080, 1920), (640, 480), (200, 1000), (1000, 100)]


def people(count: int) -> tuple[Person, ...]:
    return tuple(Person(f"Worker {i:04}", f"{i % 60}:{i % 60:02}") for i in range(count))


def setter(card: Card, size: tuple[int, int] = (1920, 1080)) -> CardSetter:
    theme = load_theme("margin")
    return CardSetter([card], theme.colors, Typesetter(), size)


def words(sprites: list[Sprite]) -> list[str]:
    return [shape.text for sprite in sprites for shape in sprite.drawing.shapes if isinstance(shape, Text)]


def shown(cards: CardSetter, page: int = 0, **view: float) -> list[Sprite]:
    found = cards.elements(View(0, card=page, **view))  # type: ignore[arg-type]
    return [element for element in found if isinstance(element, Sprite)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("count", [0, 1, 7, 112, 1000])
def test_on_its_pages_everybody_stands_once_and_nobody_on_another(size: tuple[int, int], count: int):
    cards = setter(
        Card("pages", "This film was labelled by", people=people(count), figures=FIGURES, note="Simulated"), size
    )
    assert cards.counts == (len(cards.pages),)
    named: list[Person] = []
    for page, on_it in enumerate(cards.pages):
        named += on_it.people
        texts = list(cards._people(on_it))
        assert len({(round(t.x), t.y, t.align) for t in texts}) == len(texts)
        assert "Simulated" in words(shown(cards, page))
    assert named == list(people(count))


def test_names_are_inside_the_page():
    cards = setter(Card("pages", "By", people=people(300), figures=FIGURES))
    for page in range(len(cards.pages)):
        for sprite in shown(cards, page):
            top, height = sprite.y, sprite.drawing.height
            for text in (shape for shape in sprite.drawing.shapes if isinstance(shape, Text)):
                assert 0.05 * 1920 <= sprite.x + text.x <= sprite.x + text.x + text.width <= 0.95 * 1920 + 4
            assert 0 < top < top + height < 1080


def test_pages_are_equally_full():
    cards = setter(Card("pages", "By", people=people(301)))
    sizes = [len(page.people) for page in cards.pages]
    assert max(sizes) - min(sizes) <= len(sizes)


def test_a_roll_comes_from_below_and_goes_over_the_top():
    cards = setter(Card("roll", "By", people=people(400), figures=FIGURES))
    assert cards.counts == (1,)
    places = [
        {w: s.y for s in shown(cards, card_progress=p / 50) if -s.drawing.height < s.y < 1080 for w in words([s])}
        for p in range(51)
    ]
    assert not places[0].keys() & {"By", "Worker 0000"}
    assert not places[-1].keys() & {"Worker 0399", "people"}
    seen = set().union(*places)
    assert seen >= {person.name for person in people(400)} | {"By", "people"}
    heights = [place["Worker 0200"] for place in places if "Worker 0200" in place]
    assert heights == sorted(heights, reverse=True)
    assert all(a % 2 == heights[0] % 2 for a in heights)  # whole chroma samples: type keeps its shape while it moves


def test_names_that_roll_do_not_touch_the_note():
    cards = setter(Card("roll", "By", people=people(400), note="Simulated data"))
    found = cards.elements(View(0, card=0, card_progress=0.5))
    foot = next(i for i, e in enumerate(found) if isinstance(e, Sprite) and isinstance(e.drawing.shapes[0], Scrim))
    paper, note = found[foot], found[foot + 1 :]
    assert [text for sprite in note for text in words([sprite])] == ["Simulated data"]  # type: ignore[list-item]
    assert isinstance(paper, Sprite)
    assert paper.y + paper.drawing.height == 1080
    assert all(paper.y < sprite.y for sprite in note if isinstance(sprite, Sprite))


def test_opacities():
    cards = setter(Card("text", "112 people", "and a mouse"))
    paper, *text = cards.elements(View(0, card=0, card_opacity=0.5, text_opacity=0.5))
    assert isinstance(paper, Rect)
    assert paper.opacity == 0.5
    assert text
    assert all(element.opacity == 0.25 for element in text)


def test_a_title_of_several_lines_keeps_off_its_text():
    title, text = setter(Card("text", "A very long title " * 5, "and a mouse"), (800, 600))._title(
        Card("text", "A very long title " * 5, "and a mouse")
    )
    lines = Typesetter().lines(title.text, title.style, title.width)
    assert lines > 1
    assert text.y > title.y + (lines - 1) * Typesetter().line_height(title.style) + text.style.size


@pytest.mark.parametrize("beside", ["", "1:00"])
def test_names_stand_in_columns_whatever_is_beside_them(beside: str):
    cards = setter(Card("pages", "Thanks", people=tuple(Person(f"Worker {i:04}", beside) for i in range(48))))
    (page,) = cards.pages
    assert len(page.people) == 48  # a column has room for sixteen


@pytest.mark.parametrize(("words", "whole"), [(6, True), (9, True), (60, False)])
def test_a_long_heading_of_credits_becomes_smaller_before_it_is_cut(words: int, whole: bool):
    heading = " ".join(["labelled"] * words)
    cards = setter(Card("pages", heading, people=people(3)))
    (head,) = [
        shape
        for sprite in shown(cards)
        for shape in sprite.drawing.shapes
        if isinstance(shape, Text) and "labelled" in shape.text
    ]
    assert (head.text == heading) == whole
    assert head.style.size > 0.0205 * 1080


FORMATS = [(1920, 1080), (1440, 960), (1440, 1080), (1080, 1080), (1080, 1920), (320, 180), (3840, 2160)]
LONG = (*FIGURES, Figure("$22.50", "withheld for 150 rejected ones"))


@pytest.mark.parametrize("size", FORMATS, ids=str)
@pytest.mark.parametrize("kind", ["text", "pages", "roll"])
def test_words_keep_the_safe_margins_and_are_large_enough(size: tuple[int, int], kind: str):
    card = Card(kind, "This film was labelled by", "A line", people(112), LONG, "Simulated data")  # type: ignore[arg-type]
    cards, (width, height) = setter(card, size), size
    for page in range(len(cards.pages)):
        for sprite in shown(cards, page, card_progress=0.5):
            texts = [shape for shape in sprite.drawing.shapes if isinstance(shape, Text)]
            assert all(text.style.size >= 0.019 * min(size) - 1e-6 for text in texts)
            assert all("…" not in text.text for text in texts)
            for text in texts:
                assert 0.05 * width - 1 <= sprite.x + text.x
                assert sprite.x + text.x + (text.width or 0) <= 0.95 * width + 4
            if texts and kind != "roll":
                assert max(sprite.y + text.y for text in texts) <= 0.95 * height + 1


def test_cards_stand_between_the_sides_of_the_composition():
    theme, card = load_theme("margin"), Card("text", "A mouse")
    for left, right in ((120, 1700), (0, 1920)):
        place = within(Area(left, 0, right - left, 1080), (1920, 1080), 0.05)
        found = CardSetter([card], theme.colors, Typesetter(), (1920, 1080), place)
        assert found._left == max(left, 96)
        assert found._left + found._inner == min(right, 1824)
