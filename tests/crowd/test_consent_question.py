"""Which question is consent: found by its words and listed, set, or asked for; never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pytest

from loopviz.crowd.consent_question import Consent, ConsentAsked, find_consent
from loopviz.errors import ConfigError

SENTENCE = "I give my informed consent to participate in this study."


def find(
    answers: Mapping[str, Sequence[str | None]], texts: Mapping[str, str] | None = None, **asked: object
) -> Consent:
    table = pl.DataFrame(
        {name: list(given) for name, given in answers.items()}, schema=dict.fromkeys(answers, pl.String)
    )
    told = dict.fromkeys(answers, "") | dict(texts or {})
    return find_consent(Path("survey.csv"), table, told, ConsentAsked(**asked))  # type: ignore[arg-type]


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
    assert (found.column, found.means) == (column, means)
    (line,) = found.taken
    assert line.startswith(f"consent: {column}")
    assert all(f"{answer!r} = {'yes' if agrees else 'no'} (1)" in line for answer, agrees in means.items())


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
        pytest.param({"consent": ["yes"], "informed consent": ["yes"]}, {}, ("several", "--consent COLUMN"), id="two"),
        pytest.param(
            {"Consent": ["yes"], "Q2": ["no"]}, {"Q2": "Do you agree to take part again?"}, ("Q2",), id="name and text"
        ),
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
    assert found.means == {SENTENCE: True, "Rather not": False, "yes": False}
    assert "'Rather not' = no (1)" in found.taken[0]
    assert "no answer = no (1)" in found.taken[0]
    assert find({"Consent": ["1", "2"]}, question="Consent", yes=("1",)).means == {"1": True, "2": False}
    assert find({"Consent": ["no"]}, yes=("1",)).means == {"no": False}  # everybody may have refused
    with pytest.raises(ConfigError, match="nobody gave the answer"):
        find({"Consent": ["yes"]}, yes=("I agree",))


def test_a_question_the_other_way_about_counts_as_the_user_says() -> None:
    words = "Do you want your answers to be removed?"
    assert find({words: ["No", "Yes"]}, question=words, yes=("No",)).means == {"No": True, "Yes": False}
    with pytest.raises(ConfigError, match="a yes may be a no"):
        find({words: ["No", "Yes"]}, question=words)


def test_what_the_user_did_not_choose_is_said_to_be_an_answer() -> None:
    texts = {"Q2": "I consent to being quoted", "Q3": "May we share your data?", "Q4": "Do you like cats?"}
    answers = {"Consent": ["yes"], "Q2": ["no"], "Q3": ["no"], "Q4": ["no"], "consent_Q4": ["no"]}
    chosen, other = (
        find(answers, texts, question="Consent").taken[0],
        find(answers, texts, question="Consent").taken[-1],
    )
    assert chosen.startswith("consent: Consent")
    assert other.startswith("answers, and not as consent: Q2 ") and "Q3" in other and "Q4" not in other


def test_nobody_was_asked() -> None:
    found = find({"Consent": [SENTENCE], "Consent form": ["1"]}, question="none")
    assert (found.column, found.single) == (None, {})
    assert "nobody was asked" in found.taken[0]


def test_consent_to_one_answer() -> None:
    found = find({"Q1": ["x", "y"], "CONSENT_q1": ["Yes", "No"]})
    assert (found.column, found.columns) == (None, ("CONSENT_q1",))
    assert found.single == {"Q1": ("CONSENT_q1", {"Yes": True, "No": False})}


def test_a_hundred_answers_are_cut() -> None:
    listed = find({"Consent": [f"word {n}" for n in range(100)]}, yes=("word 7",)).taken[0]
    assert "and 94 more answers" in listed
