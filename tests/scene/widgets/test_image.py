from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from support import make_dataset

from loopviz.errors import ConfigError
from loopviz.scene import Scene, Sprite, View, build_scene, load_theme
from loopviz.scene.elements import Bitmap

SIZE = (640, 480)
NOISE = cv2.imencode(".png", np.random.default_rng(1).integers(0, 255, (90, 90, 3), np.uint8))[1].tobytes()
HALF = NOISE[: len(NOISE) // 2]


def mark(file: Path, size: tuple[int, int] = (40, 20), color: tuple[int, int, int] = (0, 0, 255)) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), np.full((size[1], size[0], 3), color, np.uint8))
    return file


def built(folder: Path, said: str) -> Scene:
    widget = "widgets: {logo: {widget: image, area: name, " + said + "}}\n"
    (folder / "mine.yaml").write_text(f"extends: one-number\ncanvas: {{size: 1920x1080}}\n{widget}")
    return build_scene(make_dataset(size=SIZE), load_theme(folder / "mine.yaml"), SIZE)


def drawn(scene: Scene) -> Sprite:
    sprites = (each for each in scene.elements(View(0)) if isinstance(each, Sprite))
    return next(each for each in sprites if isinstance(each.drawing.shapes[0], Bitmap))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
@pytest.mark.parametrize(("align", "share"), [("left", 0.0), ("center", 0.5), ("right", 1.0)])
def test_it_is_as_large_as_its_area_allows(tmp_path: Path, suffix: str, align: str, share: float):
    mark(tmp_path / f"logo.{suffix}")
    scene = built(tmp_path, f"file: logo.{suffix}, align: {align}")
    sprite, area = drawn(scene), scene.layout.area("name")
    shape = sprite.drawing.shapes[0]
    assert isinstance(shape, Bitmap)
    wide = shape.x_max - shape.x_min
    assert (wide, shape.y_max - shape.y_min) == pytest.approx((2 * area.height, area.height))
    assert sprite.x + shape.x_min == pytest.approx(area.x + share * (area.width - wide))
    pixels = scene.typesetter.paint(sprite.drawing)
    assert pixels[pixels.shape[0] // 2, pixels.shape[1] // 2].tolist() == pytest.approx([255, 0, 0, 255], abs=3)


def test_what_is_transparent_stays_so_and_a_fine_picture_is_made_small_without_a_pattern(tmp_path: Path):
    fine = np.zeros((800, 800, 4), np.uint8)
    fine[::2, :, :] = 255
    cv2.imwrite(str(tmp_path / "fine.png"), fine)
    scene = built(tmp_path, "file: fine.png")
    middle = scene.typesetter.paint(drawn(scene).drawing)[20:-20, 20:-20]
    assert middle.size
    assert np.abs(middle.astype(int) - 128).max() < 20


def test_another_picture_of_the_same_name_is_another_key(tmp_path: Path):
    mark(tmp_path / "logo.png")
    before = built(tmp_path, "file: logo.png").key(0)
    assert before == built(tmp_path, "file: logo.png").key(0)
    mark(tmp_path / "logo.png", color=(0, 255, 0))
    assert before != built(tmp_path, "file: logo.png").key(0)


def test_it_lies_beside_the_theme_that_names_it(tmp_path: Path):
    mark(tmp_path / "house" / "marks" / "logo.png")
    (tmp_path / "house" / "base.yaml").write_text(
        "extends: one-number\nname: base\nwidgets: {logo: {widget: image, area: note, file: marks/logo.png}}\n"
    )
    (tmp_path / "mine.yaml").write_text("extends: house/base.yaml\nname: mine\n")
    assert drawn(build_scene(make_dataset(size=SIZE), load_theme(tmp_path / "mine.yaml"), SIZE))


@pytest.mark.parametrize("escape", ["../secret.png", "/etc/secret.png", "link.png"])
def test_nothing_elsewhere_is_shown(tmp_path: Path, escape: str):
    mark(tmp_path / "secret.png")
    folder = tmp_path / "theme"
    folder.mkdir()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(ConfigError, match="not beside the theme") as caught:
        built(folder, f"file: {escape}")
    assert caught.value.at == "widgets.logo.file"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(None, "does not exist", id="none"),
        pytest.param(b"", "not an image", id="empty"),
        pytest.param(b"<svg/>", "not an image", id="text"),
        pytest.param(HALF, "not an image", id="half of one"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "not an image", id="cut off"),
        pytest.param(b"\0" * 20_000_001, "too large", id="too large"),
    ],
)
def test_a_file_that_is_no_image_is_refused(tmp_path: Path, data: bytes | None, problem: str):
    if data is not None:
        (tmp_path / "logo.png").write_bytes(data)
    with pytest.raises(ConfigError, match=problem):
        built(tmp_path, "file: logo.png")
