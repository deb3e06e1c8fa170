from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopviz.crowd.review.rules import COMPARISONS, MEASURES, Condition, Rule, parse_rule
from loopviz.errors import ConfigError

shares = st.floats(0, 1)
numbers = st.one_of(st.integers(0, 10**20).map(float), st.floats(0, 1e300))
conditions = st.sampled_from(sorted(MEASURES)).flatmap(
    lambda name: st.builds(
        Condition, st.just(name), st.sampled_from(COMPARISONS), shares if MEASURES[name].share else numbers
    )
)
rules = st.lists(conditions, min_size=1, max_size=4).map(lambda each: Rule(tuple(each)))


@given(rules)
def test_a_rule_is_read_back_from_its_own_text(rule: Rule):
    assert parse_rule(str(rule)) == rule


@given(st.text(max_size=40) | st.text("<>=!.%0123456789 andcategories", max_size=40))
def test_no_text_does_more_than_be_refused(text: str):
    try:
        rule = parse_rule(text)
    except ConfigError as error:
        assert "rule" in str(error)
    else:
        assert parse_rule(str(rule)) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("categories >= 3", "categories >= 3", id="plain"),
        pytest.param("  categories>=3.0 ", "categories >= 3", id="no spaces, a point too many"),
        pytest.param("Area >= 0.01 AND Seconds > 30", "area >= 0.01 and seconds > 30", id="capitals"),
        pytest.param("boxes<5 and gold>=.7", "boxes < 5 and gold >= 0.7", id="a number without its zero"),
        pytest.param("area <= 1e-2", "area <= 0.01", id="an exponent"),
    ],
)
def test_rules_as_people_write_them(text: str, said: str):
    assert str(parse_rule(text)) == said


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param("", ["the rule is empty", "categories (how many"], id="nothing"),
        pytest.param("   ", ["the rule is empty"], id="blanks"),
        pytest.param("categoris >= 3", ["'categoris'", "Did you mean 'categories'?"], id="a slip"),
        pytest.param("iou >= 0.5", ["'iou'", "categories, boxes, area"], id="another word"),
        pytest.param("categories", ["incomplete", "a comparison after 'categories'"], id="no comparison"),
        pytest.param("categories >=", ["incomplete", "a number"], id="no number"),
        pytest.param("categories = 3", ["not a comparison", "'='", ">=, >, <=, <"], id="equals"),
        pytest.param("categories => 3", ["not a comparison", "'=>'"], id="arrow"),
        pytest.param("categories >= three", ["'three'", "a number, 0 or more"], id="a word for a number"),
        pytest.param("seconds >= -3", ["'-'", "0 or more"], id="below zero"),
        pytest.param("seconds >= 1e999", ["'1e999'"], id="endless"),
        pytest.param("area >= 3", ["from 0 to 1", "1 % is 0.01"], id="a share above one"),
        pytest.param("area >= 1%", ["'1%'", "1 % is 0.01"], id="percent"),
        pytest.param("boxes >= 1 or area >= 0.1", ["'or'", "weaker"], id="or"),
        pytest.param("boxes >= 1 area >= 0.1", ["'area'", "'and'"], id="no and"),
        pytest.param("boxes >= 1 and", ["incomplete", "a measure"], id="and nothing"),
        pytest.param("boxes >= 1; import os", ["';'"], id="code"),
        pytest.param("boxes >= 1\x1b[31m", ["\\x1b"], id="terminal codes"),
    ],
)
def test_what_cannot_be_a_rule_is_said_to_be(text: str, parts: list[str]):
    with pytest.raises(ConfigError) as caught:
        parse_rule(text)
    assert all(part in str(caught.value) for part in parts), str(caught.value)


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("<=", True, True, False),
        ("<", True, False, False),
    ],
)
def test_comparisons_and_scores_agree(comparison: str, below: bool, equal: bool, above: bool):
    condition = Condition("boxes", comparison, 4.0)  # type: ignore[arg-type]
    assert [condition.holds(value) for value in (3, 4, 5)] == [below, equal, above]
    assert condition.score(4) == 1
    assert (condition.score(5) > 1) == above
    assert condition.holds(None) is None
    assert condition.score(None) == 1


@given(conditions, st.floats(0, 1e6))
def test_what_keeps_a_condition_scores_no_less_than_what_breaks_it(condition: Condition, value: float):
    assert condition.score(value) >= 1 if condition.holds(value) else condition.score(value) <= 1
