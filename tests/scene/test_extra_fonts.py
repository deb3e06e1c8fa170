"""Fonts that extras bring: those of made packages always, the real ones where they are installed."""

from __future__ import annotations

from importlib.metadata import PathDistribution, distribution
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from loopviz.scene import Typesetter, extra_fonts
from loopviz.scene.elements import Drawing, Text, TextStyle
from loopviz.scene.style import Fonts
from loopviz.scripts import EXTRA

STYLE = TextStyle("sans", 400, 100.0, "#ffffff")


def write_font(file: Path, widths: dict[str, int], family: str = "Bars") -> None:
    """A font of bars, as wide in thousandths of the size as is said."""
    builder = FontBuilder(1000, isTTF=True)
    names = {f"bar{ord(letter)}": width for letter, width in widths.items()}
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({ord(letter): f"bar{ord(letter)}" for letter in widths})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (100, 700), (100, 0)):
        pen.lineTo(corner)
    pen.closePath()
    builder.setupGlyf(dict.fromkeys([".notdef", *names], pen.glyph()))
    builder.setupHorizontalMetrics({".notdef": (500, 0)} | {name: (width, 0) for name, width in names.items()})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(file)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that installs a package with fonts, each by its name and the widths of its letters."""
    packages: list[PathDistribution] = []

    def install(name: str, fonts: dict[str, dict[str, int]]) -> None:
        module = tmp_path / name.replace("-", "_")
        module.mkdir()
        for file, widths in fonts.items():
            write_font(module / file, widths)
        info = tmp_path / f"{module.name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text("".join(f"{module.name}/{file},,\n" for file in (*fonts, "gone.ttf")))
        packages.append(PathDistribution(info))
        monkeypatch.setattr(extra_fonts, "_installed", lambda: tuple(packages))

    return install


def test_a_character_that_all_others_lack_comes_from_an_extra(installed):
    assert Typesetter().lacks("ক ok") == "ক"
    installed("manimgx-fonts", {"Bengali.ttf": {"ক": 700, "k": 900}})
    setter = Typesetter()
    assert setter.lacks("ক ok") == ""
    assert setter.width("ক", STYLE) == pytest.approx(70, abs=0.01)
    assert setter.width("ok", STYLE) == Typesetter(Fonts()).width("ok", STYLE)


def test_the_font_that_has_most_of_a_text_is_taken(installed):
    installed("dynamic-font", {"Some.ttf": {"。": 300}, "CJK.ttf": {"。": 500, "漢": 1000}})
    assert Typesetter().width("漢。", STYLE) == pytest.approx(150, abs=0.01)
    assert Typesetter().width("。", STYLE) == pytest.approx(30, abs=0.01)


def test_emoji_in_colour_are_taken_before_others_and_signs_last(installed):
    names = ("Symbols.ttf", "NotoEmoji.ttf", "NotoColorEmoji.ttf", "Italic.ttf", "Bengali.ttf")
    installed("manimgx-fonts", {name: {"\U0001f600": 500} for name in names})
    order = [file.name for file in extra_fonts.extra_files()]
    assert order == ["Bengali.ttf", "NotoColorEmoji.ttf", "NotoEmoji.ttf", "Symbols.ttf"]


def test_an_extra_that_is_there_is_not_advised(installed):
    assert extra_fonts.missing_extras("漢😀ম") == ["cjk", "emoji", "fonts"]
    installed("dynamic-font", {})
    assert extra_fonts.missing_extras("漢😀ম") == ["cjk", "fonts"]


def test_what_is_installed_is_part_of_the_fingerprint(installed):
    before = Typesetter().fingerprint
    installed("manimgx-fonts", {"Bengali.ttf": {"ক": 700}})
    assert Typesetter().fingerprint != before


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Typesetter:
    found = tuple(extra_fonts._found())
    if {package.name for package in found} != set(extra_fonts.PACKAGES):
        pytest.skip("pip install 'loopviz[fonts,cjk,emoji]': the fonts themselves are not looked at")
    monkeypatch.setattr(extra_fonts, "_installed", lambda: found)
    return Typesetter()


def test_every_script_of_the_table_can_be_set(real: Typesetter):
    words = {script: word for scripts in EXTRA.values() for script, word in scripts.items()}
    assert {script: real.lacks(word) for script, word in words.items()} == dict.fromkeys(words, "")


def test_letters_are_joined_and_emoji_are_one_picture(real: Typesetter):
    for word in ("ক্ষ", "தி", "မြန်", "👨\u200d👩\u200d👧", "👍🏽", "🇮🇳"):
        assert real.width(word, STYLE) < 0.8 * sum(real.width(letter, STYLE) for letter in word), word


def test_weights_and_forms_differ(real: Typesetter):
    def drawn(text: str, weight: int = 400, fonts: Fonts | None = None) -> bytes:
        setter = Typesetter(fonts) if fonts else real
        style = TextStyle("sans", weight, 40, "#ffffff")
        return setter.paint(Drawing(200, 60, (Text(text, style, 0, 45, 190),))).tobytes()

    assert drawn("বাংলা", 300) != drawn("বাংলা", 600)
    assert drawn("骨", 400) != drawn("骨", 600)
    forms = {language: drawn("骨直", fonts=Fonts(language=language)) for language in ("zh-Hans", "zh-Hant", "ja")}
    assert len(set(forms.values())) == 3
    assert drawn("骨直") == forms["zh-Hans"]


@pytest.mark.usefixtures("real")
def test_the_packages_bring_their_licences():
    for name in extra_fonts.PACKAGES:
        texts = [file.read_text() for file in distribution(name).files or () if "licen" in str(file).lower()]
        assert any("SIL OPEN FONT LICENSE" in text.upper() for text in texts), name
