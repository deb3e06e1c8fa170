"""The thinkers about pictures: what is drawn where, as pure functions from tables to values."""

from loopviz.scene.cards import Card, Person
from loopviz.scene.elements import Drawing, Element, FramePicture, Path, Ramp, Rect, Scrim, Sprite, Text, TextStyle
from loopviz.scene.live import LiveScene
from loopviz.scene.scene import Scene, build_scene
from loopviz.scene.stage import SceneOptions
from loopviz.scene.theme import Theme, load_theme, theme_names
from loopviz.scene.typography import Typesetter
from loopviz.scene.view import View

__all__ = [
    "Card",
    "Drawing",
    "Element",
    "FramePicture",
    "LiveScene",
    "Path",
    "Person",
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
    "View",
    "build_scene",
    "load_theme",
    "theme_names",
]
