from __future__ import annotations

from pathlib import Path

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.project.config_file import load_config
from loopviz.scene import Typesetter, load_theme, theme_names
from loopviz.scene.clip_plates import Plates
from loopviz.scene.templates import compiled


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_package_has_its_themes():
    ours = "contact house lecture margin night one-number phone sediment shift testimony versus wake wall-portrait"
    assert theme_names() == tuple(ours.split())


@pytest.mark.parametrize("name", theme_names())
def test_a_package_theme_loads_and_its_templates_compile(name: str):
    theme = load_theme(name)
    assert theme.name == name
    text = theme.caption
    for source in (text.name, text.line, text.nobody_line, *(t for f in text.figures for t in (f.value, f.label))):
        compiled(source)


def test_extending_changes_what_is_said_and_keeps_the_rest(tmp_path: Path):
    theme = load_theme(write(tmp_path, "extends: margin\ncolors: {ink: '#123456'}\nwidgets: {panel: {name: 0.1}}\n"))
    base = load_theme("margin")
    assert theme.colors == base.colors.model_copy(update={"ink": "#123456"})
    assert theme.widgets["panel"] == base.widgets["panel"].model_copy(update={"name": 0.1})
    assert theme.caption == base.caption


def test_a_list_is_replaced_not_merged(tmp_path: Path):
    theme = load_theme(write(tmp_path, "extends: house\ncaption: {figures: [{value: a, label: b}]}\n"))
    assert [figure.value for figure in theme.caption.figures] == ["a"]


def test_extending_goes_over_several_files_relative_to_each(tmp_path: Path):
    write(tmp_path, "extends: house\nmin_height: 9\nwidgets: {timeline: null}\n", "base/one.yaml")
    theme = load_theme(write(tmp_path, "extends: ../base/one.yaml\nwidgets: {plates: {size: 0.1}}\n", "sub/two.yaml"))
    assert theme.min_height == 9
    assert theme.widgets["plates"] == Plates(widget="plates", size=0.1)
    assert "timeline" not in theme.widgets


def test_a_file_may_be_named_like_a_package_theme(tmp_path: Path):
    file = write(tmp_path, "extends: margin\nwidgets: {legend: null}\n", "margin.yaml")
    assert "legend" not in load_theme(file).widgets


def test_extending_in_a_circle_is_refused(tmp_path: Path):
    write(tmp_path, "extends: b.yaml\n", "a.yaml")
    with pytest.raises(ConfigError, match="circle"):
        load_theme(write(tmp_path, "extends: a.yaml\n", "b.yaml"))


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefghij", "bcdefghijk", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("extends: margin\ncolour: 1\n", "'colour'.*Did you mean 'colors'", id="unknown key"),
        pytest.param("extends: margin\ncolors: {inks: '#000000'}\n", "'inks'.*mean 'ink'", id="unknown key deeper"),
        pytest.param("extends: margin\ncolors: {ink: black}\n", r"colors\.ink.*found 'black'", id="a colour's name"),
        pytest.param("extends: margin\ncolors: {ink: '#12345'}\n", r"colors\.ink.*#12345", id="five digits"),
        pytest.param('extends: margin\ncolors: {ink: "#123456\\n"}\n', r"colors\.ink", id="a line's end"),
        pytest.param("extends: margin\ncolors: {palette: []}\n", r"colors\.palette", id="no palette"),
        pytest.param("extends: margin\nlayout: sideways\n", "older kind.*'layout' is now 'canvas', 'a", id="older"),
        pytest.param("extends: margin\npanel: {name: 0.1}\n", r"older kind.*widgets: \{panel", id="an older panel"),
        pytest.param("extends: house\nwidgets: {marks: {lines: 1}}\n", "widgets.marks.*mean 'line'", id="widget's key"),
        pytest.param("extends: house\nwidgets: {plate: {}}\n", "no such widget.*mean 'plates'", id="no such widget"),
        pytest.param("extends: house\nwidgets: {plates: 3}\n", "widgets.plates.*keys and values", id="a number"),
        pytest.param("extends: house\nwidgets: [plates]\n", "widgets.*keys and values", id="a list of widgets"),
        pytest.param("extends: house\nwidgets: {plates: {area: here}}\n", "one of canvas, panel, strip", id="no area"),
        pytest.param("extends: margin\nwidgets: {panel: {row_pitch: 0}}\n", r"panel\.row_pitch", id="flat rows"),
        pytest.param("extends: margin\nwidgets: {panel: {name: .nan}}\n", r"panel\.name", id="not a number"),
        pytest.param("extends: margin\ncanvas: {margins: {left: -1}}\n", r"margins\.left", id="negative margin"),
        pytest.param("extends: margin\ncanvas: {margins: {left: 3}}\n", r"margins\.left", id="absurd margin"),
        pytest.param("extends: margin\ncanvas: {size: big}\n", "canvas.size.*'around' or 'picture'", id="no size"),
        pytest.param("extends: margin\ncanvas: {size: 1921x1080}\n", "canvas.size", id="an odd side"),
        pytest.param("extends: margin\ncanvas: {size: '9:90'}\n", "canvas.size", id="a line"),
        pytest.param("extends: house\ncanvas: {size: around}\n", "canvas with a size", id="parts of nothing"),
        pytest.param("extends: house\nareas: {columns: [1em, 1fr]}\n", "areas.columns.*'1fr', 'pic", id="no track"),
        pytest.param("extends: house\nareas: {columns: [1fr]}\n", "2 rows of 1 names each", id="columns without cells"),
        pytest.param(
            "extends: house\nareas: {grid: ['panel strip', 'strip panel']}\n", "'panel' is none", id="no rectangles"
        ),
        pytest.param("extends: house\nareas: {keep_clear: mouse}\n", "keep_clear.*not 'mouse'", id="keep clear of it"),
        pytest.param("extends: margin\nmin_height: 100000\n", "min_height", id="absurd height"),
        pytest.param("name: x\n", "'canvas' is missing. Add it, or say at least 'extends", id="most is missing"),
        pytest.param(
            "extends: margin\ncaption: {figures: [{value: a}]}\n",
            "'caption.figures.0.label' is missing. Add 'label' to 'caption.figures.0'.",
            id="a figure without its label",
        ),
        pytest.param("extends: margin\nwidgets: {panel: {row: 20px}}\n", "found '20px'; expected a number", id="px"),
        pytest.param("extends: margin\nmin_height: 2.5\n", "found 2.5; expected a whole number", id="half a pixel"),
        pytest.param("extends: nowhere\n", "no such theme.*nowhere.*house, .*margin, night, one", id="extends nothing"),
        pytest.param("extends: [a]\n", "no such theme", id="extends a list"),
        pytest.param("- a\n- b\n", "a theme holds keys and values, not a list.*extends: margin", id="a list"),
        pytest.param("", "not nothing", id="empty"),
        pytest.param("just words", "not a str", id="words"),
        pytest.param("a:\n  - [1, 2", "line 2: not plain YAML", id="broken"),
        pytest.param("a: !!python/object/apply:os.system ['exit 1']", "line 1: not plain.*python", id="python tag"),
        pytest.param("!!python/name:os.system", "not plain YAML", id="python name"),
        pytest.param("[" * 5000, "nested more than 50 deep", id="too deep"),
        pytest.param("1: 2\n", "unknown key .found '1'", id="a key that is a number"),
        pytest.param("extends: margin\nwidgets: {}\nwidgets: {}\n", "line 3.*stands twice", id="a key twice"),
        pytest.param(BOMB + "name: *k\n", "aliases", id="aliases of aliases"),
    ],
)  # fmt: skip
def test_what_a_theme_cannot_say_is_refused(tmp_path: Path, text: str, message: str):
    with pytest.raises(ConfigError, match=message) as caught:
        load_theme(write(tmp_path, text))
    assert len(str(caught.value)) < 1500


def test_a_file_that_is_not_text_or_too_large_is_refused(tmp_path: Path):
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="byte 0: the theme is not UTF-8"):
        load_theme(tmp_path / "binary.yaml")
    with pytest.raises(InputError, match="too large for a theme"):
        load_theme(write(tmp_path, "#" * 1_000_001))


@pytest.mark.parametrize("name", ["nothing", "no/such/file.yaml", "", "../margin", "house.yaml"])
def test_a_theme_that_does_not_exist_is_named_with_those_that_do(name: str):
    with pytest.raises(ConfigError, match=r"no such theme.*house, .*margin, .*wall-portrait, or a YAML file"):
        load_theme(name)


def test_a_folder_is_no_theme(tmp_path: Path):
    with pytest.raises(ConfigError, match="this is a folder, where a file is expected"):
        load_theme(tmp_path)


@pytest.mark.parametrize(
    ("lies", "named", "near"),
    [
        pytest.param("dusk.yaml", "dusk", "dusk.yaml", id="beside"),
        pytest.param("themes/dusk.yml", "dusk", "themes/dusk.yml", id="in themes"),
        pytest.param("configs/themes/dusk.yaml", "dusk", "configs/themes/dusk.yaml", id="in configs/themes"),
        pytest.param("configs/themes/dusk.yaml", "dusk.yaml", "configs/themes/dusk.yaml", id="with its suffix"),
        pytest.param("own/night.yaml", "own/night", "own/night.yaml", id="a path without its suffix"),
        pytest.param("house.txt", "hause", "house", id="a name that is near"),
        pytest.param("themes/other.yaml", "sunset", None, id="none is near"),
    ],
)
def test_a_theme_that_lies_near_is_suggested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lies: str, named: str, near: str | None
):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "extends: margin\n", lies)
    with pytest.raises(ConfigError, match="there is no such theme") as caught:
        load_theme(named)
    assert (caught.value.remedy or "").strip("?").endswith(repr(near)) if near else caught.value.remedy is None


def test_fonts_are_found_beside_the_theme_that_names_them(tmp_path: Path):
    write(tmp_path, "extends: margin\nfonts: {files: [fonts/one.ttf]}\n", "base/base.yaml")
    theme = load_theme(write(tmp_path, "extends: base/base.yaml\n", "child.yaml"))
    assert theme.fonts.files == (tmp_path / "base" / "fonts" / "one.ttf",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "does not exist.*`fonts`", id="missing"),
        pytest.param(b"", "not a font that can be read", id="empty"),
        pytest.param(b"\x00\x01\x00\x00garbage", "not a font that can be read", id="garbage"),
    ],
)
def test_an_unreadable_font_is_named(tmp_path: Path, content: bytes | None, message: str):
    if content is not None:
        (tmp_path / "my.ttf").write_bytes(content)
    theme = load_theme(write(tmp_path, "extends: margin\nfonts: {files: [my.ttf]}\n"))
    with pytest.raises(ConfigError, match=message) as caught:
        Typesetter(theme.fonts)
    assert str(tmp_path / "my.ttf") in str(caught.value)


@pytest.mark.parametrize(
    ("caption", "key"),
    [
        pytest.param("line: '{{ frame.number '", "caption.line", id="not closed"),
        pytest.param("{line: x, name: '{% if %}'}", "caption.name", id="a bad statement"),
        pytest.param("{line: x, nobody_line: '{{ a | nosuch }}'}", "caption.nobody_line", id="no such filter"),
        pytest.param("{line: x, figures: [{value: '1', label: a}, {value: '{{', label: b}]}",
                     "caption.figures.1.value", id="a figure"),
    ],
)  # fmt: skip
def test_a_bad_template_is_named_with_its_file_and_key(tmp_path: Path, caption: str, key: str):
    separator = "\n  " if not caption.startswith("{") else " "
    file = write(tmp_path, f"extends: margin\ncaption:{separator}{caption}\n")
    with pytest.raises(ConfigError, match="not a caption template") as caught:
        load_theme(file)
    assert (caught.value.file, caught.value.at) == (str(file), key)
    project = tmp_path / "p.yaml"
    project.write_text(f"source: a.mp4\nlabels: l\ncaption:{separator}{caption}\n")
    with pytest.raises(ConfigError, match="not a caption template") as caught:
        load_config(project)
    assert (caught.value.file, caught.value.at) == (str(project), key)
