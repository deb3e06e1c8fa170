"""Whether an answer is a yes or a no, in the languages of the forms that come in; anything else is neither.

Only whole answers are known: a word, or a short phrase such as ``I agree``, and two of one meaning side by side
(``Yes, I agree``). A sentence is not weighed word by word: ``I agree to nothing`` holds a yes, and is none. Numbers
mean what a form numbered first, and are neither.
"""

from __future__ import annotations

import re

from loopviz.paths import folded


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))


_YES = _phrases("""
    yes | y | yes please | true | on | checked | ticked | agree | agreed | accept | accepted | consent | consented
    | i agree | i do agree | i accept | i do accept | i consent | i do consent | i do | yes i do
    | ja | j | jawohl | wahr | einverstanden | ich bin einverstanden | ich stimme zu | stimme zu | zugestimmt
    | ich willige ein | willige ein | eingewilligt
    | oui | vrai | j'accepte | accepté | j'y consens | je consens | je suis d'accord | d'accord
    | sí | si | verdadero | acepto | estoy de acuerdo | de acuerdo | consiento
    | sì | vero | accetto | acconsento | sono d'accordo | d'accordo
    | sim | verdadeiro | aceito | concordo | estou de acordo | consinto
    | akkoord | ik ga akkoord | ik stem toe | waar
    | да | согласен | согласна | tak | zgadzam się | はい | 同意する | 同意します | 是 | 是的 | 同意 | 我同意 | 네 | 예
""")
_NO = _phrases("""
    no | n | no thanks | no thank you | false | off | unchecked | not checked | disagree | disagreed | decline
    | declined | does not agree | does not consent | did not agree | did not consent | not consented | no consent
    | refuse | refused | withdrawn | i disagree | i decline | i refuse | i do not | i don't
    | i do not agree | i do not accept | i do not consent | i don't agree | i don't accept | i don't consent
    | do not agree | do not accept | do not consent | don't agree | don't accept | don't consent | not agreed
    | nein | falsch | nicht einverstanden | ich bin nicht einverstanden | ich stimme nicht zu | stimme nicht zu
    | ich willige nicht ein | abgelehnt | ich lehne ab
    | non | faux | je refuse | refusé | je n'accepte pas | je ne consens pas | je n'y consens pas
    | je ne suis pas d'accord | pas d'accord
    | falso | no acepto | no estoy de acuerdo | no consiento | rechazo
    | non accetto | non acconsento | non sono d'accordo | rifiuto
    | não | nao | não aceito | não concordo | não consinto | recuso
    | nee | niet akkoord | ik ga niet akkoord | onwaar
    | нет | не согласен | не согласна | nie | nie zgadzam się | いいえ | 同意しない | 同意しません | 否 | 不同意
    | 我不同意 | 아니요 | 아니오
""")
_POLITE = _phrases("thanks | thank you | please | danke | bitte | merci | gracias | por favor | grazie")
_MARKS = " .,;:!\"'„“”«»()[]-–—"
_FIRST = re.compile(r"[\s,.;:!]")
_PARTS = re.compile(r"[,;:.!–—]|\s-\s")


def is_yes(answer: str | None) -> bool | None:
    """Return True where an answer is a yes, False where it is a no, None where it is neither that is known."""
    text = _plain(answer or "")
    known = _meaning(text)
    if known is not None:
        return known
    first, _, rest = text.partition(" ")
    parts = [part for part in map(_plain, _PARTS.split(text)) if part and part not in _POLITE]
    for split in (parts, [first, rest]):
        meanings = {_meaning(part) for part in split}
        if meanings in ({True}, {False}):
            return meanings.pop()
    return None


def first_word(answer: str) -> str:
    """Return an answer up to its first blank or sign: the ``No`` of ``No, not with my name``."""
    return _FIRST.split(answer.strip(), maxsplit=1)[0]


def _meaning(text: str) -> bool | None:
    return True if text in _YES else False if text in _NO else None


def _plain(text: str) -> str:
    shown = folded(text).replace("’", "'").replace("`", "'").replace("´", "'")
    return " ".join(shown.casefold().split()).strip(_MARKS)
