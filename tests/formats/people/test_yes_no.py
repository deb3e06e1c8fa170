"""What is a yes, what is a no, and what is neither that is known."""

from __future__ import annotations

import pytest

from loopviz.formats.people.yes_no import is_yes


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "yes",
            "Yes",
            " YES. ",
            "y",
            "true",
            "on",
            "I agree",
            "i agree.",
            "I consent!",
            "Yes, I agree",
            "Yes - I accept",
        ),
        *(
            "Yes I consent",
            "Ja",
            "ja, ich stimme zu",
            "Einverstanden",
            "Oui",
            "J’accepte",
            "J'accepte",
            "Oui, j'accepte",
        ),
        *("Sí", "SI", "Acepto", "Sí, acepto", "Sì, acconsento", "Sim", "\u200byes", "ye\u00ads"),
    ],
)
def test_yes(answer: str) -> None:
    assert is_yes(answer) is True


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "no",
            "No.",
            "n",
            "false",
            "off",
            "I do not agree",
            "I don't consent",
            "I don’t agree",
            "No, I do not consent",
        ),
        *("No, thanks", "Nein", "Ich stimme nicht zu", "Nicht einverstanden", "Non", "Je n’accepte pas", "No acepto"),
        *("I disagree", "Declined", "Nein, ich stimme nicht zu"),
    ],
)
def test_no(answer: str) -> None:
    assert is_yes(answer) is False


@pytest.mark.parametrize(
    "answer",
    [
        *(
            None,
            "",
            " ",
            "1",
            "2",
            "0",
            "maybe",
            "yes and no",
            "Yes, no",
            "no problem",
            "Yes, but not my name",
            "November",
        ),
        *(
            "I agree to nothing",
            "I do not agree to be named",
            "I give my informed consent to participate in this study.",
        ),
        *("Nobody", "Norway", "yesterday", "I agree that I was not asked", "Japan", "n/a", "Not sure"),
    ],
)
def test_neither(answer: str | None) -> None:
    assert is_yes(answer) is None
