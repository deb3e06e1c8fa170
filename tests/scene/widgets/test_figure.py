from __future__ import annotations

from pathlib import Path

import pytest
from support import composed

from loopviz.scene import Scene, Sprite, Text

WIDGET = "  pay: {{widget: figure, area: words, figure: 0, size: {size}, label: 0.03, {more}}}\n"


def shapes(scene: Scene, frame: int = 0) -> list[tuple[str, float, float, Text]]:
    found = [
        (shape.text, element.x + shape.x, element.y + shape.y, shape)
        for element in scene.elements(frame)
        if isinstance(element, Sprite)
        for shape in element.drawing.shapes
        if isinstance(shape, Text)
    ]
    return sorted(found, key=lambda each: (each[2], each[1]))


def figure(tmp_path: Path, value: str, size: float = 0.1, more: str = "weight: 300") -> Scene:
    figures = f"name: '', line: '', figures: [{{value: '{value}', label: an hour}}]"
    return composed(tmp_path, WIDGET.format(size=size, more=more), figures)


def test_digits_stand_in_cells_of_one_width(tmp_path: Path):
    middles = []
    for value in ("11:11", "28:08"):
        found = [each for each in shapes(figure(tmp_path, value)) if each[0] != "an hour"]
        assert "".join(text for text, *_ in found) == value
        middles.append([x + (shape.width - 2) / 2 for _, x, _, shape in found])
    assert middles[0] == pytest.approx(middles[1], abs=0.6)


def test_the_label_stands_under_it_clear_of_signs(tmp_path: Path):
    found = shapes(figure(tmp_path, "$1.57"))
    number, label = found[0], found[-1]
    assert label[0] == "an hour"
    assert label[2] - 0.73 * label[3].style.size >= number[2] + 0.1 * number[3].style.size - 1
    assert label[1] == pytest.approx(label[1], abs=1)


def test_one_size_serves_all_numbers_of_the_clip(tmp_path: Path):
    scene = figure(tmp_path, "{% if frame.number == 2 %}123456789{% else %}1{% endif %}", size=0.3)
    sizes = {shape.style.size for frame in (0, 1, 2) for text, _, _, shape in shapes(scene, frame) if text != "an hour"}
    assert len(sizes) == 1
    area = scene.layout.area("words")
    assert max(x + shape.width for _, x, _, shape in shapes(scene, 1)) <= area.right + 2


def test_at_the_right_it_ends_there(tmp_path: Path):
    scene = figure(tmp_path, "888", more="align: right, valign: bottom")
    found = [each for each in shapes(scene) if each[0] == "8"]
    area = scene.layout.area("words")
    assert found[-1][1] + found[-1][3].width == pytest.approx(area.right, abs=0.1 * found[-1][3].style.size)
    assert found[0][2] == pytest.approx(area.bottom, abs=1)


def test_what_is_not_known_is_a_dash_and_what_nobody_has_is_nothing(tmp_path: Path):
    scene = figure(tmp_path, "{% if frame.number == 2 %}5{% endif %}")
    assert [text for text, *_ in shapes(scene, 0)] == ["–", "an hour"]
    assert shapes(figure(tmp_path, "{{ answers.Q99 }}")) == []
