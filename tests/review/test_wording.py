"""Names of strangers, as the page shows them."""

from __future__ import annotations

import pytest

from loopviz.review.wording import LONGEST, shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("wheel", "wheel"),
        ("</script><b>", "</script><b>"),  # text is text: the page never takes it for more
        ("__proto__", "__proto__"),
        ("a\n b\u2028c\td\u2029", "a b c d"),
        ("\u202egnp.\u2066a\u2069\u200f", "gnp.a"),  # nothing after it is turned around
        ("\x00\x1b[31mred\x9b", "[31mred"),
        ("عجلة 😀 می\u200cخواهم", "عجلة 😀 می\u200cخواهم"),  # a joiner is part of a word
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("", "–"),
        ("\u202e \n", "–"),
        ("x" * 80, "x" * 80),
        ("x" * 10_000, "x" * 79 + "…"),
        ("\u202e" * 10_000, "–"),
    ],
)
def test_a_name_is_one_line_that_turns_nothing_around_it(name: str, shown: str):
    assert shown_name(name) == shown
    assert len(shown) <= LONGEST
