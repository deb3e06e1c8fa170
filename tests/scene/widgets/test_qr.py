from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from support import make_dataset

from loopviz.errors import ConfigError
from loopviz.scene import Scene, Sprite, View, build_scene, load_theme
from loopviz.scene.widgets.qr import LEAST, QUIET

SIZE = (640, 480)
URL = "https://example.org/a-mouse?frame=12"


def built(folder: Path, said: str, area: str = "pay", base: str = "one-number") -> Scene:
    widget = f"widgets: {{code: {{widget: qr, area: {area}, {said}}}}}\n"
    (folder / "mine.yaml").write_text(f"extends: {base}\ncanvas: {{size: 1920x1080}}\n{widget}", encoding="utf-8")
    return build_scene(make_dataset(size=SIZE), load_theme(folder / "mine.yaml"), SIZE)


def code(scene: Scene) -> Sprite:
    sprites = (each for each in scene.elements(View(0)) if isinstance(each, Sprite))
    return max(sprites, key=lambda each: len(each.drawing.shapes))


def painted(scene: Scene) -> np.ndarray:
    """The code on a grey ground, as a camera sees it: BGR."""
    pixels = scene.typesetter.paint(code(scene).drawing).astype(float)
    shown = pixels[..., :3] + (255 - pixels[..., 3:]) * 0.5
    return cv2.copyMakeBorder(
        shown.astype(np.uint8)[..., ::-1], 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(90, 90, 90)
    )


@pytest.mark.parametrize("base", ["one-number", "lecture"])
@pytest.mark.parametrize("said", [URL, "Zürich", "七", "0123456789"])
def test_a_camera_reads_what_it_says(tmp_path: Path, said: str, base: str):
    scene = built(tmp_path, f"says: '{said}'", base=base)
    assert cv2.QRCodeDetector().detectAndDecode(painted(scene))[0] == said


@pytest.mark.parametrize("correction", ["L", "M", "Q", "H"])
def test_a_part_of_it_may_be_covered(tmp_path: Path, correction: str):
    picture = painted(built(tmp_path, f"says: '{URL}', correction: {correction}"))
    height, width = picture.shape[:2]
    picture[height // 2 - 8 : height // 2 + 8, width // 2 - 8 : width // 2 + 8] = 90
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == URL


@pytest.mark.parametrize(("align", "share"), [("left", 0.0), ("center", 0.5), ("right", 1.0)])
def test_it_stands_in_its_area_on_whole_pixels_with_ground_around(tmp_path: Path, align: str, share: float):
    scene = built(tmp_path, f"says: '{URL}', align: {align}")
    sprite, area = code(scene), scene.layout.area("pay")
    ground, *bars = sprite.drawing.shapes
    side = ground.x_max
    module = min(bar.y_max - bar.y_min for bar in bars)
    assert module >= LEAST
    assert all(value % module == 0 for bar in bars for value in (bar.x_min, bar.y_min, bar.x_max, bar.y_max))
    assert min(bar.x_min for bar in bars) == QUIET * module
    assert max(bar.x_max for bar in bars) == side - QUIET * module
    assert sprite.x == pytest.approx(area.x + share * (area.width - side), abs=2)
    assert side <= min(area.width, area.height) < side + side / module  # a pixel more a module has no room


@pytest.mark.parametrize(
    ("said", "area", "problem"),
    [
        pytest.param(f"says: {'x' * 3000}", "pay", "too long", id="more than a code holds"),
        pytest.param(f"says: '{URL}'", "name", "no room", id="a line of text's area"),
        pytest.param("says: ''", "pay", "says", id="nothing"),
        pytest.param(f"says: '{URL}', correction: X", "pay", "correction", id="a level that is none"),
    ],
)
def test_what_cannot_be_one_is_refused(tmp_path: Path, said: str, area: str, problem: str):
    with pytest.raises(ConfigError, match=problem):
        built(tmp_path, said, area)
