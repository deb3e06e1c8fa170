from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from loopviz.kit.texts import inert, label_list, markdown, typeset

VISIBLE = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1)


@given(st.text())
def test_a_text_becomes_html_that_says_the_same_and_does_nothing(text: str):
    written = str(inert(text))
    assert html.unescape(written) == html.unescape(html.escape(text))
    assert not set(written) & set("<>\"'${}%")


def test_html_of_our_own_stays():
    assert inert(Markup("<b>${image_url}</b>")) == "<b>${image_url}</b>"


@given(st.lists(VISIBLE, min_size=1, max_size=5))
def test_labels_are_json_that_no_other_parser_can_misread(names: list[str]):
    written = str(label_list(tuple(names)))
    assert json.loads(written) == names
    assert json.loads(written.replace("'", '"')) == names  # a widget that takes either quote
    assert not set(written) & set("<>&'${}%`")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("18 - 24", "18–24", id="a range with blanks"),
        pytest.param("1-10", "1–10", id="a range"),
        pytest.param("30 minutes - 2 hours", "30 minutes – 2 hours", id="a range of words"),
        pytest.param("Bachelor's degree", "Bachelor’s degree", id="an apostrophe"),
        pytest.param("Non-binary", "Non-binary", id="a hyphen"),
        pytest.param("a -b", "a -b", id="something else"),
    ],
)
def test_texts_are_set(text: str, shown: str):
    assert typeset(text) == shown


def test_markdown_says_it_as_it_is():
    assert markdown("a_b <c> [d](e) `f`") == r"a\_b \<c\> \[d\]\(e\) \`f\`"
