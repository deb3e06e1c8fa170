"""The thinkers about pictures: what is drawn where, as pure functions from tables to values."""

from loopviz.scene.elements import Drawing, Element, Path, Ramp, Rect, Scrim, Sprite, Text, TextStyle
from loopviz.scene.scene import Scene, SceneOptions, build_scene
from loopviz.scene.theme import Theme, load_theme, theme_names
from loopviz.scene.typography import Typesetter

__all__ = [
    "Drawing",
    "Element",
    "Path",
    "Ramp",
    "Rect",
    "Scene",
    "SceneOptions",
    "Scrim",
    "Sprite",
    "Text",
    "TextStyle",
    "Theme",
    "Typesetter",
    "build_scene",
    "load_theme",
    "theme_names",
]
