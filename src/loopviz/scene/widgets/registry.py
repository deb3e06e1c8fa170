"""Which widgets there are, by the names that themes call them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from loopviz.plugins import Plugin, plugin_named, plugins_of
from loopviz.scene.style import Placed
from loopviz.scene.widgets.agreement import AgreementWidget
from loopviz.scene.widgets.differing import DifferingWidget, SidesWidget
from loopviz.scene.widgets.figure import ClockWidget, CounterWidget, FigureWidget
from loopviz.scene.widgets.grid import GridWidget
from loopviz.scene.widgets.image import ImageWidget
from loopviz.scene.widgets.legend import LegendWidget
from loopviz.scene.widgets.marks import MarksWidget
from loopviz.scene.widgets.multiples import MultiplesWidget
from loopviz.scene.widgets.panel import PanelWidget
from loopviz.scene.widgets.picture import PictureWidget
from loopviz.scene.widgets.plates import PlatesWidget
from loopviz.scene.widgets.qr import QrWidget
from loopviz.scene.widgets.rule import RuleWidget
from loopviz.scene.widgets.scrim import ScrimWidget
from loopviz.scene.widgets.sediment import SedimentWidget
from loopviz.scene.widgets.split import SplitWidget
from loopviz.scene.widgets.text import TextWidget
from loopviz.scene.widgets.timeline import TimelineWidget
from loopviz.scene.widgets.tracks import TracksWidget
from loopviz.scene.widgets.trail import TrailWidget
from loopviz.scene.widgets.widget import Widget
from loopviz.scene.widgets.workday import WorkdayWidget

GROUP = "loopviz.widgets"
OURS: Mapping[str, type[Widget]] = {
    "picture": PictureWidget,
    "scrim": ScrimWidget,
    "trail": TrailWidget,
    "tracks": TracksWidget,
    "sediment": SedimentWidget,
    "differing": DifferingWidget,
    "sides": SidesWidget,
    "agreement": AgreementWidget,
    "multiples": MultiplesWidget,
    "grid": GridWidget,
    "rule": RuleWidget,
    "image": ImageWidget,
    "qr": QrWidget,
    "marks": MarksWidget,
    "panel": PanelWidget,
    "text": TextWidget,
    "figure": FigureWidget,
    "counter": CounterWidget,
    "clock": ClockWidget,
    "workday": WorkdayWidget,
    "legend": LegendWidget,
    "timeline": TimelineWidget,
    "plates": PlatesWidget,
    "split": SplitWidget,
}


@cache
def widget_plugins() -> tuple[Plugin[type[Widget]], ...]:
    """Return the widgets that other packages bring."""
    return plugins_of(GROUP, "a widget", OURS, _usable)


def widget_names() -> tuple[str, ...]:
    """Return the names of all widgets that can be used."""
    return (*OURS, *(plugin.name for plugin in widget_plugins() if plugin.part is not None))


def widget_named(name: str) -> type[Widget] | None:
    """Return a widget by its name, None where there is none.

    Raises:
        MissingPartError: If another package's cannot be used.
    """
    return OURS.get(name) or plugin_named(name, widget_plugins(), "widget")


def widget_of(style: Placed) -> type[Widget]:
    """Return the widget of which a checked theme says something."""
    widget = widget_named(style.widget)
    assert widget is not None  # noqa: S101 - the theme was checked
    return widget


def _usable(part: Any, name: str, package: str) -> type[Widget]:  # noqa: ARG001 - it need not say its name
    if not (isinstance(part, type) and issubclass(part, Widget)):
        raise TypeError("not a class that extends loopviz.scene.widgets.widget.Widget")
    if not issubclass(part.style_type, Placed):
        raise TypeError("its 'style_type' does not extend loopviz.scene.style.Placed")
    return part
