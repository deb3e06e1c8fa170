from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import make_dataset

from loopviz.errors import ConfigError, MissingPartError
from loopviz.scene import Rect, build_scene, load_theme
from loopviz.scene.widgets.registry import OURS, widget_named, widget_names, widget_plugins

PACKAGE = Path(__file__).parents[2] / "toy_package"
THEME = "extends: margin\nwidgets:\n  passed: {widget: bar, area: foot, height: 0.05}\n"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package is there; without it no other test has its widgets."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    widget_plugins.cache_clear()
    yield
    widget_plugins.cache_clear()


@pytest.mark.usefixtures("installed")
def test_another_packages_widget_is_drawn_and_keyed(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(THEME)
    scene = build_scene(make_dataset(), load_theme(tmp_path / "mine.yaml"), (320, 240))
    foot, accent = scene.layout.area("foot"), scene.theme.colors.accent
    bars = [next(e for e in scene.elements(n) if isinstance(e, Rect) and e.color == accent) for n in (0, 2)]
    assert [bar.x_max - bar.x_min for bar in bars] == pytest.approx([foot.width / 6, foot.width / 2])
    assert scene.key(0) != scene.key(2)
    assert widget_names() == (*OURS, "bar")


@pytest.mark.usefixtures("installed")
def test_what_it_says_is_checked_as_ours(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(THEME.replace("height", "hight"))
    with pytest.raises(ConfigError, match=r"widgets\.passed.*mean 'height'"):
        load_theme(tmp_path / "mine.yaml")


@pytest.mark.usefixtures("installed")
def test_one_that_is_none_is_said_to_be():
    with pytest.raises(MissingPartError, match=r"broken.*toy-boxes 1.0.*not a class that extends"):
        widget_named("broken")


def test_without_the_package_there_is_no_such_widget(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(THEME)
    with pytest.raises(ConfigError, match=r"no such widget.*'bar'"):
        load_theme(tmp_path / "mine.yaml")
