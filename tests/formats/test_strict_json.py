"""Strict JSON: the quick way and the slow way refuse the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
