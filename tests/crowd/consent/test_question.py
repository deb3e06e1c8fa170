"""Which question is consent: found by its words and listed, set, or asked for; never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from loopviz.crowd.consent.question import Consent, ConsentAsked, find_consent
from loopviz.errors import ConfigError
from loopviz.notes import note

SENTENCE = "I give my informed consent to participate in this study."


def find(
    answers: Mapping[str, Sequence[str | None]], texts: Mapping[str, str] | None = None, **asked: object
) -> Consent:
    table = pl.DataFrame(
        {name: list(given) for name, given in answers.items()}, schema=dict.fromkeys(answers, pl.String)
    )
    told = dict.fromkeys(answers, "") | dict(texts or {})
    return find_consent(Path("survey.csv"), table, told, ConsentAsked(**asked))  # type: ignore[arg-type]


def agrees(found: Consent) -> dict[str, bool]:
    (means,) = found.whole.values()
    return dict(means)


@pytest.mark.parametrize(
    ("answers", "texts", "means"),
    [
        pytest.param({"Consent": ["yes", "No"]}, {}, {"yes": True, "No": False}, id="its name"),
        pytest.param({"informed_consent": ["Ja", "Nein"]}, {}, {"Ja": True, "Nein": False}, id="a word of its name"),
        pytest.param({"consentForm": ["I agree"]}, {}, {"I agree": True}, id="a word in capitals"),
        pytest.param({"Einwilligung": ["Ja"]}, {}, {"Ja": True}, id="German"),
        pytest.param({"Q1": ["Oui"]}, {"Q1": "J'accepte de participer"}, {"Oui": True}, id="French"),
        pytest.param({"Q1": ["No"]}, {"Q1": "Consentimiento informado"}, {"No": False}, id="Spanish"),
        pytest.param(
            {"Q35": ["Yes"]}, {"Q35": "I want to participate in this research."}, {"Yes": True}, id="its text"
        ),
        pytest.param({"Do you consent to the use of your answers?": ["No"]}, {}, {"No": False}, id="a plain table"),
        pytest.param({"consent_form": ["true", "false"]}, {}, {"true": True, "false": False}, id="no question"),
        pytest.param({"¿Acepta participar en este estudio?": ["Sí"]}, {}, {"Sí": True}, id="Spanish, as a question"),
        pytest.param({"Acceptez-vous de participer ?": ["Non"]}, {}, {"Non": False}, id="French, as a question"),
        pytest.param({"同意しますか": ["はい", "いいえ"]}, {}, {"はい": True, "いいえ": False}, id="Japanese"),
        pytest.param(
            {"Q1": ["Yes"]},
            {"Q1": "You may withdraw at any time, and refuse to answer. Do you agree to take part?"},
            {"Yes": True},
            id="a sheet that speaks of withdrawing",
        ),
    ],
)
def test_found_and_listed(answers: dict[str, list[str]], texts: dict[str, str], means: dict[str, bool]) -> None:
    found = find(answers | {"Q9": ["25"] * len(next(iter(answers.values())))}, texts)
    (column,) = answers
    assert found.whole == {column: means}
    (taken,) = found.taken
    assert (taken.code, str(taken.values["question"]).startswith(column)) == ("consent", True)
    assert {(answer, agrees, 1) for answer, agrees in means.items()} <= set(taken.values["meanings"])


@pytest.mark.parametrize(
    ("answers", "texts"),
    [
        pytest.param({"Q1": ["Yes", "No"]}, {"Q1": "Do you search the web?"}, id="another question"),
        pytest.param({"consenting age": ["18"]}, {}, id="another word"),
        pytest.param({"Q1": ["18"]}, {"Q1": "What is the age of consent where you live?"}, id="an age"),
        pytest.param({"Q1": ["nice", "long"]}, {"Q1": "What did you think of the consent form?"}, id="an opinion"),
        pytest.param({"Q1": ["Yes"]}, {"Q1": "Is there no consensus?"}, id="a longer word"),
        pytest.param({"Q1": ["Agree", "Disagree"]}, {"Q1": "The pay is fair."}, id="a scale"),
        pytest.param({"Q1": ["Yes", "No"]}, {"Q1": "Would you take part in further research?"}, id="another time"),
        pytest.param({"Q1": ["daily", "never"]}, {"Q1": "How often do you share your data?"}, id="no yes and no"),
    ],
)
def test_not_taken(answers: dict[str, list[str]], texts: dict[str, str]) -> None:
    assert find(answers, texts) == Consent()


@pytest.mark.parametrize(
    ("answers", "texts", "named"),
    [
        pytest.param({"Consent": [SENTENCE]}, {}, (SENTENCE, "--consent-yes"), id="a sentence"),
        pytest.param({"Consent": ["1", "2"]}, {}, ("'1' (1)", "'2' (1)", "--consent-yes"), id="numbers"),
        pytest.param({"Consent": ["yes", "I do not agree to be named"]}, {}, ("to be named' (1)",), id="one of them"),
        pytest.param({"Q1": [SENTENCE, "Rather not"]}, {}, (SENTENCE, "Rather not"), id="its answers speak of it"),
        pytest.param({"Consent": [None, " "]}, {}, ("nobody answered",), id="nothing"),
        pytest.param({"Konsent": ["No"]}, {}, ("a question may be", "Konsent"), id="misspelt"),
        pytest.param({"consnet": ["1", "2"]}, {}, ("consnet",), id="misspelt, in numbers"),
        pytest.param({"consent": ["yes"], "Q2 cosent": ["no"]}, {}, ("several", "Q2 cosent"), id="beside one"),
        pytest.param({"May we show your name?": ["X", None]}, {}, ("May we show",), id="a tick"),
        pytest.param({"show_on_screen": ["No"]}, {}, ("show_on_screen",), id="to be shown"),
        pytest.param(
            {"Q1": ["Agree", "Disagree"]}, {"Q1": "The consent form was easy."}, ("Q1", "--consent none"), id="perhaps"
        ),
        pytest.param({"Q1": ["Yes", "No"]}, {"Q1": "May we publish your answers?"}, ("Q1",), id="use of answers"),
        pytest.param(
            {"Q1": ["Oui"]}, {"Q1": "Acceptez-vous que vos réponses soient utilisées ?"}, ("Q1",), id="use, in French"
        ),
        pytest.param({"Dürfen wir Ihre Antworten verwenden?": ["Ja, gern"]}, {}, ("Dürfen",), id="use, in German"),
        pytest.param(
            {"Consent": ["yes"], "Q2": ["no"]}, {"Q2": "May we share your data?"}, ("several", "Q2"), id="part and use"
        ),
        pytest.param(
            {"I do not consent to the use of my answers": ["Yes", "No"]},
            {},
            ("a yes may be a no", "--consent-yes"),
            id="the other way about",
        ),
        pytest.param({"opt_out": ["yes", "no"]}, {}, ("opt_out", "a yes may be a no"), id="opting out"),
        pytest.param({"Consent": ["yes"], "Q1": ["x"], "consent_Q1": ["2"]}, {}, ("consent_Q1", "'2'"), id="of one"),
    ],
)
def test_asked_for(answers: dict[str, list[str | None]], texts: dict[str, str], named: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        find(answers, texts)
    assert all(word in str(caught.value) for word in named)


def test_what_is_named_counts_and_every_other_answer_is_a_no() -> None:
    answers = {"Consent": [SENTENCE, "Rather not", None, "yes"]}
    found = find(answers, yes=(SENTENCE,))
    assert agrees(found) == {SENTENCE: True, "Rather not": False, "yes": False}
    assert {("Rather not", False, 1), (None, False, 1)} <= set(found.taken[0].values["meanings"])
    assert agrees(find({"Consent": ["1", "2"]}, questions=("Consent",), yes=("1",))) == {"1": True, "2": False}
    assert agrees(find({"Consent": ["no"]}, yes=("1",))) == {"no": False}  # everybody may have refused
    with pytest.raises(ConfigError, match="nobody gave the answer"):
        find({"Consent": ["yes"]}, yes=("I agree",))


def test_a_question_the_other_way_about_counts_as_the_user_says() -> None:
    words = "Do you want your answers to be removed?"
    assert agrees(find({words: ["No", "Yes"]}, questions=(words,), yes=("No",))) == {"No": True, "Yes": False}
    with pytest.raises(ConfigError, match="a yes may be a no"):
        find({words: ["No", "Yes"]}, questions=(words,))


def test_what_the_user_did_not_choose_is_said_to_be_an_answer() -> None:
    texts = {"Q2": "I consent to being quoted", "Q3": "May we share your data?", "Q4": "Do you like cats?"}
    answers = {"Consent": ["yes"], "Q2": ["no"], "Q3": ["no"], "Q4": ["no"], "consent_Q4": ["no"]}
    chosen, *_, other = find(answers, texts, questions=("Consent",)).taken
    assert (chosen.code, chosen.values["question"]) == ("consent", "Consent")
    assert (other.code, [named[:2] for named in other.values["questions"]]) == ("consent-not", ["Q2", "Q3"])


def test_nobody_was_asked() -> None:
    found = find({"Consent": [SENTENCE], "Consent form": ["1"]}, questions=("none",))
    assert (found.whole, found.single) == ({}, {})
    assert [taken.code for taken in found.taken] == ["consent-nobody"]


def test_consent_to_one_answer() -> None:
    found = find({"Q1": ["x", "y"], "CONSENT_q1": ["Yes", "No"]})
    assert (found.whole, found.columns) == ({}, ("CONSENT_q1",))
    assert found.single == {"Q1": ("CONSENT_q1", {"Yes": True, "No": False})}


def test_a_hundred_answers_are_cut() -> None:
    (taken,) = find({"Consent": [f"word {n}" for n in range(100)]}, yes=("word 7",)).taken
    assert len(taken.values["meanings"]) == 100
    assert "and 94 more answers, yes (1), no (93)" in str(taken)


@pytest.mark.parametrize(
    ("answers", "texts"),
    [
        pytest.param({"Q1 consent": ["No"], "Consent (Q12)": ["yes"]}, {}, id="names with numbers"),
        pytest.param({"Q3_consent_to_publish": ["no"], "consent": ["yes"]}, {}, id="to what"),
        pytest.param({"consent": ["yes"], "informed consent": ["yes"]}, {}, id="a word before it"),
        pytest.param(
            {"Consent": ["yes"], "Q2": ["no"]}, {"Q2": "Do you agree to take part again?"}, id="name and text"
        ),
        pytest.param(
            {"Q1": ["Ja"], "Q2": ["Nein"], "Q3": ["No"]},
            {"Q1": "Einverständnis", "Q2": "Einwilligung zur Veröffentlichung", "Q3": "Do you agree to publication?"},
            id="three",
        ),
    ],
)
def test_several_are_all_listed_and_all_must_be_a_yes(answers: dict[str, list[str]], texts: dict[str, str]) -> None:
    found = find({**answers, "Q9": ["x"]}, texts)
    assert list(found.whole) == list(answers)
    assert [taken.code for taken in found.taken] == ["consent"] * len(answers) + ["consent-all"]


def test_some_of_several_are_named() -> None:
    answers = {"Consent": ["yes"], "Consent to publish": ["no"], "Would you be named?": ["no"]}
    found = find(answers, questions=("Consent", "Would you be named?"))
    assert list(found.whole) == ["Consent", "Would you be named?"]
    assert found.taken[-1] == note("consent-not", questions=["Consent to publish"])


def test_what_is_named_stands_elsewhere() -> None:
    answers = {"consent": ["yes", "no"], "consent to show": ["yes", None], "May we share your data?": ["no", "yes"]}
    found = find(answers, questions=("Q12",))
    assert list(found.whole) == ["consent", "consent to show"]  # a no here is one all the same
    assert found.taken[-1] == note("consent-not", questions=["May we share your data?"])


BOX = "I do not wish to be shown"


@pytest.mark.parametrize(
    ("column", "cells", "asked", "means"),
    [
        pytest.param(BOX, ["X", None], {"empty": True}, {"X": False, "": True}, id="who left it empty agrees"),
        pytest.param(BOX, ["X", None], {"empty": False}, {"X": False}, id="who left it empty does not"),
        pytest.param(BOX, [None, None], {"empty": True}, {"": True}, id="nobody ticked it"),
        pytest.param("Q7", [None, None], {"empty": True, "questions": ("Q7",)}, {"": True}, id="nor one that is named"),
        pytest.param("Q7", ["x ", None], {"empty": True}, {"x ": False, "": True}, id="found by its answers"),
        pytest.param(BOX, ["X", "x", None], {"empty": True}, {"X": False, "x": False, "": True}, id="in either case"),
        pytest.param("Consent", ["yes", "X"], {}, {"yes": True, "X": False}, id="a no in a word of its own"),
        pytest.param("Consent", ["yes", "no", None], {"empty": True}, {"yes": True, "no": False}, id="no tick box"),
        pytest.param(BOX, ["X", "-"], {"yes": ("-",)}, {"X": False, "-": True}, id="both are named"),
    ],
)
def test_a_tick_that_means_a_no(
    column: str, cells: list[str | None], asked: dict[str, object], means: dict[str, bool]
) -> None:
    assert agrees(find({column: cells}, no=("X",), **asked)) == means


@pytest.mark.parametrize(
    ("cells", "asked", "message"),
    [
        pytest.param(["X", None], {}, "a yes may be a no", id="a tick"),
        pytest.param(["X", None], {"no": ("X",)}, "left empty mean", id="what is empty"),
        pytest.param(["X", "?"], {"no": ("X",), "empty": True}, "'\\?'", id="another answer"),
        pytest.param([None], {}, "nobody answered", id="nothing said"),
        pytest.param(["X"], {"empty": True}, "nothing says what is a no", id="an empty yes alone"),
        pytest.param(["X"], {"no": ("X",), "yes": ("x",)}, "a yes and a no", id="both"),
        pytest.param(["X"], {"questions": ("none", "Q1")}, "nobody was asked", id="nobody and one"),
    ],
)
def test_an_empty_answer_is_never_a_yes_in_silence(
    cells: list[str | None], asked: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        find({BOX: cells}, **asked)
