"""Strict JSON: the quick way and the slow way refuse the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopviz.errors import InputError
from loopviz.formats import strict_json

FILLER = json.dumps({"images": [{"id": i, "size": {"w": 1}} for i in range(9)], "text": 'a ": b'})


@pytest.fixture(params=[0, 2**40], ids=["quick", "slow"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "LARGE", request.param)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"a": [{"b": 1, "b": 2}]}', "the key 'b' stands twice in one object", id="a key twice"),
        pytest.param('{"a" : 1, "a": 2}', "the key 'a' stands twice in one object", id="a space before the colon"),
        pytest.param('{"a": ":", "b": 1, "b": 2}', "the key 'b' stands twice in one object", id="a colon in a text"),
        pytest.param('{"a": [0, {"b": 1, "b": 2}]}', "the key 'b' stands twice in one object", id="behind a number"),
        pytest.param('{"a": NaN}', "NaN is not a JSON number", id="NaN"),
        pytest.param('{"a": 1,}', "not valid JSON", id="broken"),
        pytest.param("[" * 99_999, "nested too deeply", id="deep"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(InputError, match=message):
        strict_json.read_json(tmp_path / "a.json")


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    "text", [FILLER, '{"a" : {"b":[{"c": 1e3}, 2, "x"]}}', '\ufeff{"a": 1}', "3", "null", "[]", '{"a": ":"}']
)
def test_what_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    assert strict_json.read_json(tmp_path / "a.json") == json.loads(text.removeprefix("\ufeff"))


def test_the_quick_way_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "LARGE", 0)
    monkeypatch.setattr(strict_json, "decode", None)
    (tmp_path / "a.json").write_text(FILLER.replace('\\": b', ""))
    assert len(strict_json.read_json(tmp_path / "a.json")["images"]) == 9


OBJECTS = [{"id": i, "box": [1, 2.5], "of": {"a": [{"b": "}, {"}]}} for i in range(40)]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "LARGE", 0)
    monkeypatch.setattr(strict_json, "BLOCK", 64)


def in_blocks(file: Path) -> Any:
    """The content as the blocks tell it, and how many there were."""
    document, blocks = strict_json.read_json_in_blocks(file, "list", ("beside",))
    listed = list(blocks)
    if listed:
        document["list"] = [entry for block in listed for entry in block]
    return document, len(listed)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    ("content", "several"),
    [
        pytest.param({"beside": [{"id": 1}], "list": [{"id": i} for i in range(40)]}, True, id="last"),
        pytest.param({"list": [{"id": i} for i in range(40)], "beside": [{"id": 1}]}, True, id="first"),
        pytest.param({"beside": [], "list": [{"s": "}]"}, {"s": "}]"}]}, False, id="a text like the end"),
        pytest.param({"beside": [], "list": OBJECTS}, False, id="objects in objects"),
        pytest.param({"beside": [], "list": [{"s": "}, {"} for _ in range(40)]}, False, id="a text like a border"),
        pytest.param({"list": [{"id": 1}, 5], "beside": [{"id": 1}]}, False, id="its end is the end of another"),
        pytest.param(
            {"list": [{"id": 1}, 5], "x": [{"id": 1}], "beside": []}, False, id="its end is that of one between"
        ),
        pytest.param({"list": [{"id": 1}, {"of": []}, "}"], "x": [{}], "beside": []}, False, id="a text at its end"),
        pytest.param(
            {"list": [{"id": 1}, None], "x": {"y": [{"id": 2}, {}]}, "beside": []}, False, id="a null at its end"
        ),
        pytest.param({"list": [], "beside": [{"id": 1}]}, False, id="empty"),
        pytest.param({"beside": [], "list": {"list": [{"id": 1}]}}, False, id="not a list"),
        pytest.param({"beside": [], "of": {"list": [{"id": 1}]}}, False, id="of another object"),
        pytest.param({"beside": [], "of": {"list": [{"id": 1}]}, "list": [{"id": 2}]}, False, id="twice"),
        pytest.param({"beside": [], "of": '"list": [{"id": 1}]', "list": [{"id": 2}]}, False, id="a text like the key"),
        pytest.param([{"id": 1}], False, id="no object"),
    ],
)
def test_blocks_are_the_whole(tmp_path: Path, content: Any, several: bool, indent: int | None) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(content, indent=indent))
    found, count = in_blocks(file)
    assert found == content
    assert count > 1 or not several


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('{"id": 20}', '{"id": 20, "id": 21}', "the key 'id' stands twice in one object", id="a key twice"),
        pytest.param('{"id": 20}', '{"id": NaN}', "NaN is not a JSON number", id="NaN"),
        pytest.param('{"id": 20}', '{"id": }', "line 1, column 262: not valid JSON", id="broken"),
        pytest.param('{"id": 20}', "", "line 1, column 255: not valid JSON", id="nothing between commas"),
        pytest.param('{"id": 20}, ', '{"id": 20} ', "not valid JSON", id="no comma"),
        pytest.param('"list"', '"list": [{"id": 1}], "list"', "the key 'list' stands twice", id="the list twice"),
        pytest.param("]}", ",]}", "not valid JSON", id="a comma at the end"),
        pytest.param("]}", "]}}", "not valid JSON: Extra data", id="more behind it"),
        pytest.param("]}", "]", "not valid JSON", id="broken off"),
    ],
)
def test_blocks_are_as_strict(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = json.dumps({"beside": [], "list": [{"id": i} for i in range(40)]})
    assert old in text
    (tmp_path / "a.json").write_text(new.join(text.rsplit(old, 1)))
    with pytest.raises(InputError, match=message):
        in_blocks(tmp_path / "a.json")


KEYS = st.sampled_from(["list", "id", "a:"])
JSON = st.recursive(
    st.none() | st.integers(0, 9) | st.sampled_from(["}]", "}, {", '"', '"list": [{', "\\", ":"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.usefixtures("small_blocks")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    listed=st.lists(st.dictionaries(st.sampled_from(["id", "list", "beside"]), JSON, max_size=3) | JSON, max_size=12),
    more=st.dictionaries(st.sampled_from(["beside", "list ", "x"]), st.lists(JSON, max_size=3) | JSON, max_size=3),
    first=st.booleans(),
    indent=st.sampled_from([None, 1]),
)
def test_any_document_in_blocks_is_the_whole(
    tmp_path: Path, listed: list[Any], more: dict[str, Any], first: bool, indent: int | None
) -> None:
    content = {"list": listed, **more} if first else {**more, "list": listed}
    file = tmp_path / "a.json"
    file.write_text(json.dumps(content, indent=indent))
    assert in_blocks(file)[0] == content
