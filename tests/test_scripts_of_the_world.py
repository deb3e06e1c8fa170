"""Scripts: which extra has the fonts for a character, and whose form Han characters take."""

from __future__ import annotations

import pytest

from loopviz.scripts import EXTRA, OWN, extras_for, han_form


@pytest.mark.parametrize(
    ("extra", "word"),
    [(extra, word) for extra, scripts in EXTRA.items() for word in scripts.values()]
    + [("cjk", "、。"), ("cjk", "ー"), ("cjk", "ﾃ"), ("emoji", "☕"), ("emoji", "👩🏾\u200d🌾")],
)
def test_a_character_names_the_extra_that_has_it(extra: str, word: str):
    assert extras_for(word) == [extra]


def test_what_no_extra_has_names_none():
    assert extras_for("".join(OWN.values())) == []
    assert extras_for("\U00012000\ue000\x01") == []
    assert extras_for("漢😀ম") == ["cjk", "emoji", "fonts"]


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("骨と角", None, "JP"),
        ("骨と角", "zh-Hant", "JP"),
        ("ﾃｽﾄ 骨", None, "JP"),
        ("骨 뼈", "ja", "KR"),
        ("骨头疼", None, "SC"),
        ("骨頭疼", None, "TC"),
        ("骨", None, "SC"),  # both sets have it
        ("骨", "ja", "JP"),
        ("骨頭疼", "zh-HK", "HK"),
        ("骨頭", "zh-Hans", "SC"),
        ("", None, "SC"),
        ("abc 😀", None, "SC"),
    ],
)
def test_han_characters_have_the_form_of_their_language(text: str, language: str | None, form: str):
    assert han_form(text, language) == form
