"""Ids in texts: where one is meant, however it is written, and where a word only looks like one."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loopviz.mentions import Mentions, Text, match_key

ID, OTHER, SCHOOL = "A1B2C3D4E5", "A1B2C3D4E56", "student-1"
NAMES = {ID: "Ada", OTHER: None, SCHOOL: "Bela", "student-10": "Cy", "anna": "Dora", "W1": "Eva", "7": "Fay"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(f"I am {ID}!", "I am Ada!", id="as it is"),
        pytest.param(f"i am {ID.lower()}", "i am Ada", id="in small letters"),
        pytest.param(f"x{ID}y", "xAday", id="within a word"),
        pytest.param("A1 B2 C3 D4 E5", "Ada", id="in groups"),
        pytest.param("a1b2-c3d4-e5, done", "Ada, done", id="with signs"),
        pytest.param("A1B2\u200bC3\u00adD4E5", "Ada", id="with what is not seen"),
        pytest.param("Ａ１Ｂ２Ｃ３Ｄ４Ｅ５", "Ada", id="in wide letters"),
        pytest.param(quote(f"/{ID}/").replace("A1", "%411"), "/Ada/", id="percent-encoded"),
        pytest.param("%2541%2531B2C3D4E5", "Ada", id="percent-encoded twice"),
        pytest.param(f"{OTHER} {ID}", f"{OTHER} Ada", id="a part of somebody else's"),
        pytest.param("student 1 and student-10", "Bela and Cy", id="one begins like another"),
        pytest.param("student1", "Bela", id="without its sign"),
        pytest.param("Anna and Susanna, anna_1", "Dora and Susanna, Dora_1", id="a short one as a word"),
        pytest.param("W1, w1; W12", "Eva, Eva; W12", id="a short one with a digit"),
        pytest.param("7 minutes, 7/10", "7 minutes, 7/10", id="a number is a number"),
        pytest.param("100 % of it: 50%ad", "100 % of it: 50%ad", id="percent"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_in_prose(text: str, expected: str):
    assert Mentions(NAMES).replaced(text, "prose") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(f"mouse_0001_{ID}.png", "mouse_0001_Ada.png", id="the thesis"),
        pytest.param(f"{ID}/0001.png", "Ada/0001.png", id="a folder"),
        pytest.param("A1/B2C3D4E5/0001.png", "Ada/0001.png", id="split by folders"),
        pytest.param("A1\\B2C3D4E5\\0001.png", "Ada\\0001.png", id="split by the other slash"),
        pytest.param("m_a1b2c3%44%345_1.png", "m_a1b2c3%44%345_1.png", id="another id in percent"),
        pytest.param("m_a1b2c3%44%34e5_1.png", "m_Ada_1.png", id="this one in percent"),
        pytest.param("student-1_0001.png", "Bela_0001.png", id="a number after it"),
        pytest.param("clip_7_7.png", "clip_7_Fay.png", id="a number comes last"),
        pytest.param("7/clip_0007.png", "Fay/clip_0007.png", id="a number is a folder"),
        pytest.param("mouse_W1-anna.jpeg", "mouse_Eva-Dora.jpeg", id="short ones between signs"),
        pytest.param("mouse_W12.png", "mouse_W12.png", id="a longer word is another one"),
    ],
)
def test_in_file_names(name: str, expected: str):
    assert Mentions(NAMES).replaced(name, "file name") == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("I am worker 7.", "I am worker Fay.", id="a word for a person"),
        pytest.param("Worker #7 told me", "Worker #Fay told me", id="with a sign"),
        pytest.param("participant no. 7", "participant no. Fay", id="with a number's word"),
        pytest.param("my worker id: 7", "my worker id: Fay", id="an id"),
        pytest.param("my ID is 7", "my ID is Fay", id="in a sentence"),
        pytest.param("annotator-7, rater 7", "annotator-Fay, rater Fay", id="twice"),
        pytest.param("worker 77", "worker 77", id="another number"),
        pytest.param("I am 7", "I am 7", id="an age"),
        pytest.param("7 workers, $7, 7 hours", "7 workers, $7, 7 hours", id="amounts"),
        pytest.param("I did 7 for worker money", "I did 7 for worker money", id="the word comes later"),
        pytest.param("my #7 reason", "my #7 reason", id="a rank"),
        pytest.param("valid 7, covid 7", "valid 7, covid 7", id="words that end alike"),
    ],
)
def test_a_short_number_counts_where_it_is_called_somebodys(text: str, shown: str) -> None:
    assert Mentions({"7": "Fay"}).replaced(text, "prose") == shown


@pytest.mark.parametrize("text", ["anna", "W1", "7", "the_7", "wheel"])
def test_other_words_are_nobodys(text: str):
    assert Mentions(NAMES).replaced(text, "words") == text


def test_one_letter_is_a_name_among_files_and_a_word_elsewhere():
    found = Mentions({"a": "Ada"})
    assert found.replaced("a man, a plan", "prose") == "a man, a plan"
    assert found.replaced("0001_a.png", "file name") == "0001_Ada.png"


def test_ids_that_differ_in_case_alone_are_told_apart_where_they_are_written_so():
    found = Mentions({"abcdefg1": "Ada", "ABCDEFG1": "Bela"})
    assert found.replaced("abcdefg1 ABCDEFG1", "prose") == "Ada Bela"


# No mark that joins its neighbours, and a beginning and an end that no text around it has.
ids = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd", "Pd", "Po")), min_size=6, max_size=18).map(
    "Ж7{}Ж".format
)
texts = st.text(st.characters(codec="utf-8", exclude_characters="Жж"), max_size=12)


@given(ids, texts, texts, st.sampled_from(["prose", "file name", "words"]))
@settings(max_examples=200)
def test_a_long_id_is_found_wherever_it_stands(name: str, before: str, after: str, kind: Text):
    found = Mentions({name: "…"})
    for written in (name, name.lower(), name.upper(), quote(name)):
        if match_key(written) == match_key(name) or "%" in written:
            assert name not in found.replaced(f"{before}{written}{after}", kind)
            assert written not in found.replaced(f"{before}{written}{after}", kind)


@given(st.lists(ids, min_size=1, max_size=3), texts, texts, st.sampled_from(["prose", "file name", "words"]))
@settings(max_examples=200)
def test_what_is_passed_over_holds_nothing(names: list[str], before: str, after: str, kind: Text):
    found = Mentions(dict.fromkeys([*names, "A1B2C3D4E5", "anna", "7"], "…"))
    for text in (before, f"{before}{names[0]}{after}", f"{before} A1-B2c3 D4E5{after}", f"{before}_anna", f"7/{after}"):
        assert found.possible([text]) or found.replaced(text, kind) == text
