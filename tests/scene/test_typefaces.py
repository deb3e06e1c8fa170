from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.TupleVariation import TupleVariation

from loopviz.errors import ConfigError
from loopviz.scene import Typesetter, load_theme, typefaces
from loopviz.scene.elements import Drawing, Text, TextStyle
from loopviz.scene.style import Fonts
from loopviz.scene.typefaces import package_fonts

STYLE = TextStyle("sans", 400, 20, "#ffffff")
SETTER = Typesetter()
MONO = next(font for font in package_fonts() if font.name.startswith("IBMPlexMono_400"))
LETTERS = "AZaz01"


@pytest.fixture
def variable(tmp_path: Path) -> Path:
    """A font whose letters are bars: 0.4 of a size wide, and up to 0.6 at the weight of 900."""
    names = [".notdef", *(f"bar{ord(letter)}" for letter in LETTERS)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(letter): f"bar{ord(letter)}" for letter in LETTERS})
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for corner in ((100, 700), (200, 700), (200, 0)):
        pen.lineTo(corner)
    pen.closePath()
    bar = pen.glyph()
    builder.setupGlyf(dict.fromkeys(names, bar))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (400, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Bars", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.setupFvar([("wght", 300, 400, 900, "Weight")], [])
    corners, ends = [(0, 0), (0, 0), (200, 0), (200, 0)], [(0, 0), (200, 0), (0, 0), (0, 0)]
    builder.setupGvar({name: [TupleVariation({"wght": (0, 1, 1)}, corners + ends)] for name in names})
    builder.save(tmp_path / "bars.ttf")
    return tmp_path / "bars.ttf"


def test_a_font_that_a_theme_names_is_used():
    own = Typesetter(Fonts(files=(MONO,)))
    assert own.width("iiii", STYLE) == pytest.approx(own.width("WWWW", STYLE))
    heavy = TextStyle("mono", 600, 20, "#ffffff")
    assert (own.paint(Drawing(80, 40, (Text("Name", heavy, 0, 30, 80),))) != 0).any()


def test_what_it_lacks_comes_from_the_package():
    own = Typesetter(Fonts(files=(MONO,)))
    assert own.lacks("שלום नमस्ते") == ""
    assert own.width("שלום", STYLE) == pytest.approx(SETTER.width("שלום", STYLE))


def test_a_font_without_latin_leaves_digits_and_signs_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(typefaces, "has_latin", lambda _: False)
    assert Typesetter(Fonts(files=(MONO,))).width("12:30 – 50 %", STYLE) == SETTER.width("12:30 – 50 %", STYLE)


def test_lines_are_as_high_as_without_it():
    own = Typesetter(Fonts(files=(MONO,)))
    assert own.measure("Latin", STYLE, 1e5)[1] == SETTER.measure("Latin", STYLE, 1e5)[1]


def test_a_font_may_be_that_of_all_text_but_names_or_of_names():
    mono = TextStyle("mono", 400, 20, "#ffffff")
    sans, names = (
        Typesetter(Fonts(sans=(MONO,))),
        Typesetter(Fonts(mono=(next(f for f in package_fonts() if "Inter" in f.name),))),
    )
    assert sans.width("iiii", STYLE) == pytest.approx(sans.width("WWWW", STYLE))
    assert names.width("iiii", mono) < names.width("WWWW", mono)
    assert names.width("iiii", STYLE) == SETTER.width("iiii", STYLE)


def test_a_variable_font_has_the_weight_that_is_asked_for(variable: Path):
    own = Typesetter(Fonts(files=(variable,)))
    widths = [own.width("AA", TextStyle("sans", weight, 100, "#ffffff")) for weight in (300, 400, 500, 600, 900)]
    assert widths == pytest.approx([80, 80, 88, 96, 120], abs=0.1)


def test_a_font_that_may_not_be_embedded_is_refused(variable: Path):
    font = TTFont(variable)
    font["OS/2"].fsType = 0x0002
    font.save(variable)
    with pytest.raises(ConfigError, match="licence") as refused:
        Typesetter(Fonts(sans=(variable,)))
    assert refused.value.file == str(variable)


@pytest.mark.parametrize(
    ("said", "key"),
    [("files: [a.ttf]", "files"), ("files: a.ttf", "files"), ("sans: a.ttf", "sans"), ("mono: [a.ttf]", "mono")],
)
def test_a_themes_files_lie_beside_it(said: str, key: str, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(f"extends: margin\nfonts: {{{said}}}\n")
    assert getattr(load_theme(tmp_path / "mine.yaml").fonts, key) == (tmp_path / "a.ttf",)


def test_a_theme_says_whose_form_han_characters_take(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("extends: margin\nfonts: {language: ja, sans: a.ttf}\n")
    (tmp_path / "more.yaml").write_text("extends: mine.yaml\nname: more\n")
    fonts = load_theme(tmp_path / "more.yaml").fonts
    assert (fonts.language, fonts.sans) == ("ja", (tmp_path / "a.ttf",))
    (tmp_path / "mine.yaml").write_text("extends: margin\nfonts: {language: xx}\n")
    with pytest.raises(ConfigError, match="not a value that fits here") as refused:
        load_theme(tmp_path / "mine.yaml")
    assert refused.value.at == "fonts.language"


def test_every_font_of_the_package_has_its_licence_beside_it():
    fonts = package_fonts()
    licences = {file.stem.removeprefix("OFL-") for file in fonts[0].parent.glob("OFL-*.txt")}
    assert len(fonts) >= 10
    assert {font.name.split("_")[0] for font in fonts} == licences
