"""The themes in ``configs/themes``: each loads, is used by nothing that it does not say, and can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from loopviz.dataset import Dataset
from loopviz.evaluation.matching import match_labels
from loopviz.scene import SceneOptions, Theme, build_scene, load_theme, theme_names
from loopviz.scene.contrast import READABLE, contrast
from loopviz.scene.versus.outcomes import Detections
from loopviz.scene.versus.places import Split
from loopviz.scene.widgets.picture import Picture

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted((ROOT / "configs" / "themes").glob("*.yaml"))
EVERY: list[Path | str] = [*FILES, *theme_names()]


def test_there_are_themes() -> None:
    assert {file.stem for file in FILES} >= {"work"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_says_only_what_differs(file: Path) -> None:
    said = yaml.safe_load(file.read_text("utf-8"))
    extended = said.pop("extends")
    beside = file.parent / extended
    base = load_theme(beside if beside.is_file() else extended).model_dump(mode="json")
    theme = load_theme(file)
    assert theme.name == file.stem
    assert not list(_same(said, base))


def _same(said: dict[str, object], base: dict[str, object], place: str = "") -> list[str]:
    found: list[str] = []
    for key, value in said.items():
        if isinstance(value, dict):
            found += _same(value, base.get(key, {}), f"{place}{key}.")  # type: ignore[arg-type]
        elif key in base and value == base[key]:
            found.append(place + key)
    return found


@pytest.mark.parametrize("theme", [load_theme(entry) for entry in EVERY], ids=lambda theme: theme.name)
def test_text_can_be_read_on_its_paper(theme: Theme) -> None:
    colors = theme.colors
    assert min(contrast(ink, colors.paper) for ink in (colors.ink, colors.quiet)) >= READABLE


@pytest.mark.parametrize("theme", [load_theme(entry) for entry in EVERY], ids=lambda theme: theme.name)
@pytest.mark.parametrize("size", [(640, 360), (360, 640), (1440, 960)], ids=str)
def test_a_scene_can_be_built_with_it(theme: Theme, size: tuple[int, int]) -> None:
    nothing = Detections(Dataset(), match_labels(Dataset().annotations, Dataset().annotations), frozenset())
    scene = build_scene(Dataset(), theme, size, SceneOptions(detections=nothing))
    assert bool(scene.pictures) == any((*theme.parts(Picture), *theme.parts(Split)))
    for x, y, width, height in scene.pictures:
        assert scene.canvas_size[0] >= x + width
        assert scene.canvas_size[1] >= y + height
