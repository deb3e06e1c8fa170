"""Which names and texts speak of consent: whole words, in the spellings of forms, tables and files about people."""

from __future__ import annotations

import pytest

from loopviz.formats.people.consent_words import (
    about_question,
    asks_consent,
    asks_for_use,
    is_reversed,
    mentions_consent,
    names_consent,
    nearly_names_consent,
)

SURELY = (
    "consent", "Consent?", "Q1 consent", "Q1Consent", "Consent (Q12)", "Q1. Consent", "Q3_consent_to_publish",
    "consent_Q1", "consentToPublish", "has_consented", "consented", "informed consent", "GDPR consent",
    "consent (yes/no)", "consent1", "Einverständnis", "EINVERSTÄNDNIS", "Einverständnis Q4",
    "Einwilligung zur Veröffentlichung", "consentement éclairé", "Zustimmung zur Veröffentlichung", "Q2 Zustimmung",
    "Einverstanden?", "agree to publication", "agree_to_publication", "Do you consent to being shown?",
    "Do you agree to publication?", "I agree to take part", "permission to publish",
    "Are you OK with being shown on screen?", "I wish to be named", "opt_out", "Q7 opt out", "do_not_show",
    "I do not wish to be shown", "consent_how you wish to be credited in the film",
)  # fmt: skip
PERHAPS = (
    "May we show your name?", "show_on_screen", "May we publish your answers?", "Dürfen wir Ihre Bilder zeigen?",
    "DSGVO", "photo release", "The consent form was easy to understand.", "agreement", "My name may be shown",
)  # fmt: skip
MISSPELT = (
    "konsent", "consnet", "concent", "Consennt", "cosent", "conset", "Q1 konsent", "Einwiligung", "einverstandnis",
)  # fmt: skip
NOTHING = (
    "content", "context", "Q1", "consensus", "consenting age", "What is the age of consent where you live?",
    "concert", "consent_date", "consent version", "Do you search the web?", "The pay is fair.",
    "How many hours do you work?", "Would you take part in further research?", "research", "Is there no consensus?",
    "Did you like the display?", "I would like to share a story", "What is shown?",
    "Which brand names did you see?", "nonsense", "occluded", "",
)  # fmt: skip


@pytest.mark.parametrize("name", SURELY)
def test_surely(name: str) -> None:
    assert names_consent(name) or asks_consent(name)


@pytest.mark.parametrize("name", PERHAPS)
def test_perhaps(name: str) -> None:
    assert mentions_consent(name) or asks_for_use(name)
    assert not names_consent(name)
    assert not asks_consent(name)


@pytest.mark.parametrize("name", MISSPELT)
def test_misspelt(name: str) -> None:
    assert nearly_names_consent(name)
    assert mentions_consent(name)


@pytest.mark.parametrize("name", [*SURELY, *NOTHING])
def test_no_more_is_misspelt(name: str) -> None:
    assert not nearly_names_consent(name)


@pytest.mark.parametrize("name", NOTHING)
def test_nothing(name: str) -> None:
    assert not (names_consent(name) or asks_consent(name) or asks_for_use(name))
    assert not mentions_consent(name) or "consent" in name  # a longer text that has the word, or a date beside it


@pytest.mark.parametrize(
    ("name", "questions"),
    [
        ("consent_Q4", {"q4"}),
        ("Q4 consent", {"q4"}),
        ("Consent (Q12)", {"q12"}),
        ("Q3_consent_to_publish", {"q3", "q3topublish"}),
        ("age_consent", {"age"}),
        ("consent", set()),
        ("consent_date", set()),
        ("Q4", set()),
    ],
)
def test_the_question_that_it_is_about(name: str, questions: set[str]) -> None:
    assert about_question(name) == questions


@pytest.mark.parametrize(
    ("name", "turned"),
    [
        ("opt_out", True), ("Q7 opt out", True), ("I do not wish to be shown", True), ("no consent", True),
        ("do_not_show", True), ("Do you object to being shown?", True), ("consent withdrawn", True),
        ("Do you consent to being shown?", False), ("Q1 consent", False), ("agree to publication", False),
    ],
)  # fmt: skip
def test_put_the_other_way_about(name: str, turned: bool) -> None:
    assert is_reversed(name) is turned
