from __future__ import annotations

import pytest

from loopviz.scene import Text, Typesetter, load_theme
from loopviz.scene.layout import Area
from loopviz.scene.legend import Legend, LegendSetter
from loopviz.scene.marks import Category

COLORS, TYPE = load_theme("margin").colors, Typesetter()
NAMES = ("Body", "Cable", "Left button", "Right button", "Scroll wheel")
DRAWN = [Category(name, "#0072B2") for name in NAMES]
CARRIED = Category("carried over, not drawn by a person", "#6f6d6a", "carried")


def lines(width: float, height: float, entries: list[Category], note: str = "") -> list[list[str]]:
    setter = LegendSetter(Legend(size=0.0195), COLORS, TYPE, Area(40, 100, width, height), 1000)
    texts = [shape for shape in setter.set(entries, note) if isinstance(shape, Text)]
    assert all(shape.x >= 40 for shape in texts)
    assert all(shape.x + TYPE.width(shape.text, shape.style) <= 40 + width + 1 for shape in texts)
    rows: dict[float, list[str]] = {}
    for shape in texts:
        rows.setdefault(shape.y, []).append(shape.text)
    return list(rows.values())


@pytest.mark.parametrize(
    ("width", "height", "entries", "note", "expected"),
    [
        pytest.param(900, 90, DRAWN, "", [list(NAMES)], id="one line"),
        pytest.param(400, 130, DRAWN, "", [list(NAMES[:3]), list(NAMES[3:])], id="two, where the area is so high"),
        pytest.param(400, 80, DRAWN, "", [["Body", "Cable", "+ 3"]], id="counted, where it is not"),
        pytest.param(900, 90, DRAWN, "Simulated data", [[*NAMES, "Simulated data"]], id="with a note"),
        pytest.param(
            700, 130, DRAWN, "Simulated data", [[*NAMES[:4], "Simulated data"], ["Scroll wheel"]], id="off the note"
        ),
        pytest.param(500, 80, [*DRAWN, CARRIED], "", [["+ 5", CARRIED.name]], id="what nobody drew stays"),
        pytest.param(500, 90, [], "", [], id="nothing"),
    ],
)  # fmt: skip
def test_lines(width: float, height: float, entries: list[Category], note: str, expected: list[list[str]]):
    assert lines(width, height, entries, note) == expected
