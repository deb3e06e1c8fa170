from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import ConfigError, InputError, LoopvizError
from loopviz.project.config import ClipConfig, ProjectConfig, parse_frame_rate
from loopviz.project.config_file import load_config

BASE = "source: clip.mp4\nlabels: labels\n"


def _write(folder: Path, text: str | bytes, name: str = "project.yaml") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def test_a_project_file_may_say_no_more_than_source_and_labels(tmp_path: Path):
    config = load_config(_write(tmp_path, BASE))
    assert config.source == tmp_path / "clip.mp4"
    assert config.labels == tmp_path / "labels"
    assert config.output == tmp_path / "out" / "project.mp4"
    assert (config.identity, config.theme, config.encoder.crf, config.sound) == ("alias", "margin", 18, True)


def test_everything_that_a_project_file_can_say(tmp_path: Path):
    text = BASE + (
        "labels_format: thesis\npeople: people.json\nassignments: /abs/work.csv\nnames: [Body, Cable]\n"
        "identity: hidden\nsalt_file: salt\ntheme: mine.yaml\noutput: ../made.mov\nmissing: leave out\n"
        "questions: {Q1: Age}\ncategories: {Body: {name: Körper, color: '#0072B2'}, Cable: {name: Cord}}\n"
        "caption: {kicker: drawn by}\nalign: {how: number, first_number: 1, rescale: true, drop_extra: true}\n"
        "frame_rate: 30000/1001\nencoder: {codec: libx265, crf: 20, preset: fast}\nsound: false\nskip_bad: true\n"
    )
    config = load_config(_write(tmp_path, text))
    assert config.people == tmp_path / "people.json"
    assert config.assignments == Path("/abs/work.csv")
    assert config.salt_file == tmp_path / "salt"
    assert config.theme == str(tmp_path / "mine.yaml")
    assert config.output == tmp_path.parent / "made.mov"
    assert config.names == ("Body", "Cable")
    assert config.frame_rate == Fraction(30000, 1001)
    assert (config.categories["Body"].name, config.categories["Body"].color) == ("Körper", "#0072B2")
    assert config.categories["Cable"].color is None
    assert config.align.model_dump() == {"how": "number", "first_number": 1, "rescale": True, "drop_extra": True}
    assert (config.sound, config.skip_bad, config.missing, config.identity) == (False, True, "leave out", "hidden")


def test_the_output_of_a_loopviz_yaml_is_called_as_its_folder(tmp_path: Path):
    folder = tmp_path / "mouse"
    folder.mkdir()
    assert load_config(_write(folder, BASE, "loopviz.yaml")).output == folder / "out" / "mouse.mp4"


def test_a_home_folder_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    config = load_config(_write(tmp_path, "source: ~/clip.mp4\nlabels: labels\n"))
    assert config.source == tmp_path / "clip.mp4"


def test_a_home_of_nobody_is_a_name(tmp_path: Path):
    config = load_config(_write(tmp_path, "source: ~nobody-here/clip.mp4\nlabels: labels\ntheme: ~nobody-here.yaml\n"))
    assert config.source == tmp_path / "~nobody-here" / "clip.mp4"
    assert config.theme == str(tmp_path / "~nobody-here.yaml")


REFUSED = [
    pytest.param("sorce: a\nlabels: b", "unknown key (found 'sorce'). Did you mean 'source'?", id="unknown-key"),
    pytest.param(
        BASE + "encoder: {cfr: 3}", "encoder: unknown key (found 'cfr'). Did you mean 'crf'?", id="in-a-section"
    ),
    pytest.param(
        BASE + "categories: {Body: {colour: '#123456'}}",
        "categories.Body: unknown key (found 'colour'). Did you mean 'color'?",
        id="in-a-category",
    ),
    pytest.param(
        BASE + "align: {zzz: 1}", "unknown key (found 'zzz'). Known: how, first_number, rescale", id="none-near"
    ),
    pytest.param("labels: b", "'source' is missing. Add a line such as 'source: path/to/source'.", id="missing"),
    pytest.param(
        BASE + "encoder: {crf: '3'}",
        "encoder.crf: not a value that fits here (found '3'; expected a whole number).",
        id="text-for-a-number",
    ),
    pytest.param(
        BASE + "encoder: {crf: 64}", "encoder.crf: not a value that fits here (found 64; expected at most 63)", id="crf"
    ),
    pytest.param(
        BASE + "encoder: 3", "encoder: not a value that fits here (found 3; expected keys and values)", id="section"
    ),
    pytest.param(BASE + "identity: ful", "(found 'ful'; expected 'alias', 'full' or 'hidden')", id="identity"),
    pytest.param(
        BASE + "sound: maybe", "sound: not a value that fits here (found 'maybe'; expected true or false)", id="bool"
    ),
    pytest.param(BASE + "names: Body", "names: not a value that fits here (found 'Body'; expected a list", id="list"),
    pytest.param(
        BASE + "names: ['']", "names.0: not a value that fits here (found ''; expected text)", id="empty-name"
    ),
    pytest.param(
        BASE + "names: [no]", "names.0: not a value that fits here (found False; expected text (in quotes", id="no"
    ),
    pytest.param(
        BASE + "frame_rate: 29.97", "frame_rate: not a value that fits here (found 29.97; expected a whole", id="rate"
    ),
    pytest.param(BASE + "frame_rate: 0", "(found 0; expected a whole number or a fraction", id="rate-0"),
    pytest.param("source: 3\nlabels: b", "source: not a value that fits here (found 3; expected a path)", id="path"),
    pytest.param(
        "source: ''\nlabels: b", "source: not a value that fits here (found ''; expected a path)", id="empty-path"
    ),
    pytest.param('source: "a\\0"\nlabels: b', r"(found 'a\x00'; expected a path)", id="nul-in-path"),
    pytest.param(BASE + "categories: {B: {color: #fff\n}}", "expected a colour in quotes, as '#e69f00'", id="comment"),
    pytest.param(BASE + "categories: {B: {color: red}}", "(found 'red'; expected text such as '#e69f00')", id="color"),
    pytest.param("- a", "a project file holds keys and values, not a list", id="a-list"),
    pytest.param("", "a project file holds keys and values, not nothing", id="empty"),
    pytest.param("a: &x [1]\nb: *x", "line 2: not plain YAML: aliases (*name) are not used here.", id="alias"),
    pytest.param("a: 1\na: 2", "line 2: not plain YAML: the key 'a' stands twice.", id="twice"),
    pytest.param("? [1]\n: 2", "line 1: not plain YAML: a key that is not plain text.", id="key"),
    pytest.param("a: !!python/object/apply:os.system [ls]", "tags (tag:yaml.org,2002:python", id="tag"),
    pytest.param("[" * 20_000, "not plain YAML: nested more than 50 deep.", id="deep"),
    pytest.param("a: [", "line 1: not plain YAML: expected the node content", id="broken"),
    pytest.param("a: \x1b[31m", "not plain YAML: unacceptable character", id="escape"),
    pytest.param("a: " + "9" * 5000, "not plain YAML: a number of 5,000 characters", id="absurd-number"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_a_project_file_cannot_say(tmp_path: Path, text: str, message: str):
    file = _write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert message in str(caught.value)
    assert caught.value.file == str(file)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "the project file cannot be read: no such file or directory. Check the path.", id="missing"),
        pytest.param(b"a: \xff", "byte 3: the project file is not UTF-8 text. Save it as UTF-8.", id="not-utf-8"),
        pytest.param(b"#" * 1_000_001, "too large for a project file (expected at most 1,000,000 bytes)", id="large"),
    ],
)
def test_a_project_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, message: str):
    file = tmp_path / "project.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_config(file)
    assert message in str(caught.value)


def test_a_folder_is_no_project_file(tmp_path: Path):
    with pytest.raises(InputError, match="this is a folder, where a file is expected"):
        load_config(tmp_path)


def test_changes_win_and_none_changes_nothing(tmp_path: Path):
    config = load_config(_write(tmp_path, BASE + "theme: house\nencoder: {crf: 20, preset: fast}\n"))
    changed = config.changed({"encoder.crf": 30, "align.how": "order", "theme": None})
    assert (changed.encoder.crf, changed.encoder.preset, changed.align.how) == (30, "fast", "order")
    assert changed.theme == "house"
    assert config.encoder.crf == 20
    assert changed.categories == config.categories


def test_a_change_is_checked_like_the_file(tmp_path: Path):
    config = load_config(_write(tmp_path, BASE + "categories: {Body: {name: Body}}\n"))
    with pytest.raises(
        ConfigError, match=r"encoder\.crf: not a value that fits here \(found 99; expected at most 63\)"
    ):
        config.changed({"encoder.crf": 99})
    assert config.changed({"sound": False}).categories["Body"].color is None


def test_a_config_does_not_change():
    config = ClipConfig.checked({"source": "clip.mp4"})
    with pytest.raises(ValueError, match="frozen"):
        config.source = Path("other.mp4")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "rate"),
    [
        pytest.param(25, Fraction(25), id="whole"),
        pytest.param("25", Fraction(25), id="text"),
        pytest.param("30000/1001", Fraction(30000, 1001), id="fraction"),
        pytest.param(Fraction(1, 2), Fraction(1, 2), id="slow"),
    ],
)
def test_frame_rates_are_exact(value: object, rate: Fraction):
    assert parse_frame_rate(value) == rate


@pytest.mark.parametrize("value", [29.97, "29.97", True, None, "fast", "1/0", -1, "1e9", 1001, "1e3"])
def test_no_frame_rate(value: object):
    with pytest.raises(ValueError, match="a whole number or a fraction"):
        parse_frame_rate(value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_content_raises_anything_else(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(content)
    with pytest.raises(LoopvizError):
        load_config(file)


def test_known_keys_are_documented():
    for model in (ClipConfig, ProjectConfig):
        own = set(model.model_fields) - set(model.__bases__[0].model_fields)
        assert own
        assert all(f"{name}: " in (model.__doc__ or "") for name in own)


def test_a_models_line_is_looked_at_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "loopviz.yaml"
    file.write_text("source: clip.mp4\nlabels: coco.json\nmodel: {labels: p, line: 'like {{ taught_by'}\n")
    with pytest.raises(ConfigError) as raised:
        load_config(file)
    assert (raised.value.file, raised.value.at) == (str(file), "model.line")
