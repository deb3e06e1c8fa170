from __future__ import annotations

from pathlib import Path

import pytest
from support import composed

from loopviz.errors import ConfigError
from loopviz.scene import Scene, Sprite, Text, View


def texts(scene: Scene, frame: int = 0) -> dict[str, tuple[Text, float, float]]:
    """Each text with the place of its base line on the canvas."""
    return {
        shape.text: (shape, element.x + shape.x, element.y + shape.y)
        for element in scene.elements(frame)
        if isinstance(element, Sprite)
        for shape in element.drawing.shapes
        if isinstance(shape, Text)
    }


def test_it_says_a_part_of_the_caption_in_its_area(tmp_path: Path):
    widgets = "  who: {widget: text, area: words, says: name, size: 0.05, weight: 600, family: mono, color: accent}\n"
    scene = composed(tmp_path, widgets, "name: '{{ worker.alias }}'")
    area, (said, (text, x, y)) = scene.layout.area("words"), next(iter(texts(scene).items()))
    assert said == scene.caption(0).name
    assert (text.style.family, text.style.weight, text.style.color) == ("mono", 600, scene.theme.colors.accent)
    assert text.style.size == pytest.approx(0.05 * 900)
    assert x == pytest.approx(area.x, abs=1)
    assert y == pytest.approx(area.y + 0.73 * 45, abs=1)


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_the_last_line_may_stand_at_the_lower_edge(tmp_path: Path, align: str):
    widgets = f"  w: {{widget: text, area: more, says: odd, size: 0.05, lines: 5, valign: bottom, align: {align}}}\n"
    scene = composed(tmp_path, widgets, "name: '', texts: {odd: some words that take more than a line of it}")
    text, _, y = next(iter(texts(scene).values()))
    setter = scene.typesetter
    lines = setter.lines(text.text, text.style, text.width)
    assert lines > 1
    assert y + (lines - 1) * setter.line_height(text.style) == pytest.approx(scene.layout.area("more").bottom, abs=2)
    assert text.align == align


def test_one_size_serves_all_texts_of_the_clip(tmp_path: Path):
    widgets = "  w: {widget: text, area: words, says: odd, size: 0.06}\n"
    short = "texts: {odd: '{% if frame.number == 3 %}rather wide for it{% else %}short{% endif %}'}"
    scene = composed(tmp_path, widgets, f"name: '', {short}")
    sizes = {text.style.size for frame in range(6) for text, _, _ in texts(scene, frame).values()}
    assert len(sizes) == 1
    assert sizes.pop() < 0.06 * 900
    assert not scene.left_out()[0]


def test_what_has_no_room_is_cut_and_counted(tmp_path: Path):
    long = "x" * 9 + " word" * 40
    scene = composed(tmp_path, "  w: {widget: text, area: words, says: odd, size: 0.06}\n", f"texts: {{odd: '{long}'}}")
    left, frames, _ = scene.left_out()
    assert left.texts > 0
    assert frames
    assert any(said.endswith("…") for said in texts(scene))


def test_counters_are_not_read_again_and_are_not_forgotten(tmp_path: Path):
    widgets = "  w: {widget: text, area: words, says: place, size: 0.02}\n"
    scene = composed(tmp_path, widgets, "line: '', texts: {place: 'frame {{ frame.number }} 👍'}")
    assert not any("frame" in text for text in scene.caption(2).texts)
    assert "frame 3 👍" in texts(scene, 2)
    assert scene.unprintable() == "👍"
    assert scene.key(0) != scene.key(1)


def test_words_of_a_person_fade_and_the_note_does_not(tmp_path: Path):
    widgets = "".join(f"  {key}: {{widget: text, area: {key}, says: {say}, size: 0.02}}\n"
                      for key, say in (("words", "name"), ("more", "note")))  # fmt: skip
    scene = composed(tmp_path, widgets)
    said = {
        shape.text: element.opacity
        for element in scene.elements(View(0, caption_opacity=0.25))
        if isinstance(element, Sprite)
        for shape in element.drawing.shapes
        if isinstance(shape, Text)
    }
    assert said == {scene.caption(0).name: 0.25, "Simulated data": 1.0}


def test_of_nobody_it_says_what_is_known_of_nobody(tmp_path: Path):
    widgets = (
        "  a: {widget: text, area: words, says: a, size: 0.02}\n  b: {widget: text, area: more, says: b, size: 0.02}\n"
    )
    told = "texts: {a: 'frame {{ frame.number }}', b: '{{ worker.alias }}'}"
    scene = composed(tmp_path, widgets, told)
    empty = next(frame for frame in range(6) if scene.caption(frame).name == "Nobody")
    assert list(texts(scene, empty)) == [f"frame {empty + 1}"]


def test_a_sentence_is_said_where_all_is(tmp_path: Path):
    widgets = "  w: {widget: text, area: words, says: sentence, size: 0.02, lines: 3}\n"
    scene = composed(tmp_path, widgets, "sentence_too: true, sentence: ['one', 'two']")
    assert scene.caption(0).sentence == "One, two."
    assert "One, two." in texts(scene)


@pytest.mark.parametrize(
    ("widget", "message"),
    [
        ("says: name", "size"),
        ("says: name, size: 0", "size"),
        ("size: 0.1", "says"),
        ("says: a, size: 0.1, lines: 0", "lines"),
    ],
)
def test_what_it_needs(tmp_path: Path, widget: str, message: str):
    with pytest.raises(ConfigError, match=message):
        composed(tmp_path, f"  w: {{widget: text, {widget}}}\n")
