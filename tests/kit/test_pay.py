from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.errors import ConfigError
from loopviz.kit import hourly, reward_for
from loopviz.kit.pay import usd


@pytest.mark.parametrize(
    ("reward", "seconds", "search", "expected"),
    [
        pytest.param(0.15, 60, 0, 9.0, id="a minute"),
        pytest.param(0.15, 47, 0, 11.489361702127660, id="the pilot's time"),
        pytest.param(0.15, 60, 4, 1.8, id="with unpaid search"),
        pytest.param(0.0, 60, 0, 0.0, id="nothing"),
    ],
)
def test_what_a_reward_is_an_hour(reward: float, seconds: float, search: float, expected: float):
    assert hourly(reward, seconds, search) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("wage", "seconds", "search", "expected"),
    [
        pytest.param(9.0, 60, 0, 0.15, id="exactly, in spite of binary fractions"),
        pytest.param(15.0, 47, 0, 0.20, id="rounded up to whole cents"),
        pytest.param(15.0, 47, 4, 1.20, id="search is work"),
        pytest.param(0.01, 1, 0, 0.01, id="never less than the wage"),
    ],
)
def test_which_reward_reaches_a_wage(wage: float, seconds: float, search: float, expected: float):
    assert reward_for(wage, seconds, search) == expected


@given(st.floats(0.01, 1000), st.floats(1, 43200), st.floats(0, 720))
def test_a_reward_reaches_its_wage_and_a_cent_less_does_not(wage: float, seconds: float, search: float):
    reward = reward_for(wage, seconds, search)
    assert hourly(reward, seconds, search) >= wage * (1 - 1e-9)
    assert hourly(max(0.0, reward - 0.01), seconds, search) < wage


@pytest.mark.parametrize("bad", [math.nan, math.inf, -1.0])
def test_impossible_values(bad: float):
    for call in (lambda: hourly(bad, 60), lambda: hourly(0.15, bad), lambda: reward_for(9, 60, bad)):
        with pytest.raises(ConfigError, match="found"):
            call()
    with pytest.raises(ConfigError, match="takes some time"):
        hourly(0.15, 0)


def test_money_as_it_is_written():
    assert [usd(v) for v in (0.125, 1234567.5, 0.0, 2.675)] == ["$0.13", "$1,234,567.50", "$0.00", "$2.67"]
