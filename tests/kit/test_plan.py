from __future__ import annotations

import math
from typing import Any

import pytest

from loopviz.errors import ConfigError
from loopviz.kit import KitPlan


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("categories", (), id="no category"),
        pytest.param("categories", ("Wheel", "wheel"), id="a category twice"),
        pytest.param("categories", ("a\nb",), id="a line break in a name"),
        pytest.param("categories", tuple(map(str, range(51))), id="too many"),
        pytest.param("categories", ("Wheel ",), id="a blank at a name's end"),
        pytest.param("title", "", id="an empty title"),
        pytest.param("contact", "\u202egro.live", id="a contact that turns around"),
        pytest.param("consent", "x" * 10_001, id="a consent text like a contract"),
        pytest.param("consent", "a\x00b", id="a control character"),
        pytest.param("reward_usd", 0.0, id="nothing"),
        pytest.param("reward_usd", 0.155, id="half a cent"),
        pytest.param("reward_usd", math.nan, id="no number"),
        pytest.param("pilot_seconds", 0, id="no time"),
        pytest.param("search_minutes_per_task", -1, id="negative search"),
        pytest.param("wage_usd_per_hour", math.inf, id="an infinite wage"),
        pytest.param("step", 0, id="no step"),
        pytest.param("assignments", 101, id="too many people"),
        pytest.param("base_url", "http://example.org/kit", id="not https"),
        pytest.param("base_url", "https://example.org/${x}", id="a template in the address"),
        pytest.param("base_url", "https://example.org/a b", id="a blank in the address"),
        pytest.param("base_url", "https://example.org/?a=1", id="a query"),
        pytest.param("base_url", "javascript:alert(1)//", id="a script"),
    ],
)
def test_an_impossible_plan_names_its_field(field: str, value: Any):
    with pytest.raises(ConfigError) as caught:
        KitPlan(**{"categories": ("a",), field: value})
    assert field in str(caught.value)


def test_addresses():
    assert KitPlan(("a",), base_url="https://example.org/x/").address("frames", "f.jpg") == (
        "https://example.org/x/frames/f.jpg"
    )
    assert KitPlan(("a",)).address("f.jpg").startswith("https://images.invalid/")
