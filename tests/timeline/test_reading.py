from __future__ import annotations

from fractions import Fraction

import pytest

from loopviz.timeline.reading import profile_names, profiles


def test_the_profiles():
    assert profile_names() == ("netflix", "children", "museum", "speech")
    assert all(one.at_least < one.at_most for one in profiles().values())


@pytest.mark.parametrize(
    ("profile", "text", "seconds"),
    [
        pytest.param("netflix", "x" * 34, Fraction(2), id="17 characters a second"),
        pytest.param("netflix", "x", Fraction(5, 6), id="never less than 5/6 s"),
        pytest.param("netflix", "x" * 170, Fraction(10), id="what is needed, beyond what is allowed"),
        pytest.param("children", "x" * 26, Fraction(2), id="13 characters a second"),
        pytest.param("museum", "word " * 25, Fraction(6), id="250 words a minute"),
        pytest.param("speech", "word " * 16, Fraction(6), id="160 words a minute"),
        pytest.param("speech", "", Fraction(1), id="nothing"),
    ],
)
def test_what_a_text_needs(profile: str, text: str, seconds: Fraction):
    assert profiles()[profile].needs(text) == seconds
