"""What is searched for is found: the characters of the package's fonts that stand for others are all known."""

from __future__ import annotations

from fontTools.ttLib import TTFont

from loopviz.report.sheets.pdf_update import _plain
from loopviz.scene.typefaces import package_fonts

PRIVATE = range(0xE000, 0xF900)


def test_the_fonts_own_characters_are_all_known() -> None:
    """A glyph is called after the one that it is a form of: endash.case."""
    found: dict[int, int] = {}
    for file in package_fonts():
        names = TTFont(file).getBestCmap()
        own = {name: code for code, name in names.items() if code not in PRIVATE}
        forms = {code: own.get(name.partition(".")[0]) for code, name in names.items() if code in PRIVATE}
        found |= {code: plain for code, plain in forms.items() if plain is not None}
    assert found == _plain()
    assert len(found) > 300
