"""The words in which a question asks for consent: to taking part, or to the use of what people answer.

A question that says no where others say yes (``I do not consent …``, ``May we delete your answers?``) is told apart:
what a yes to it means is for the user to say.
"""

from __future__ import annotations

import re

from loopviz.formats.people_flags import CONSENT, REFUSAL, squashed
from loopviz.paths import folded

LONGEST_TEXT = 4_000  # characters in which words are looked for
LONGEST_NAME = 3  # words; what is longer is a question's text
_NOUNS = (
    "consent|einwilligung|einverständnis|einverstaendnis|einwilligungserklärung|einverständniserklärung"
    "|datenschutzeinwilligung|consentement|consentimiento|consentimento|consenso|toestemming"
)
_NOUN = re.compile(
    rf"\b({_NOUNS})\b|同意|동의|соглас(ие|ен|на)\b|\bzgod[aęy]\b|\bsouhlas|\bsamtyck|\bsamtykke|\bsuostumus"
)
_CONSENTING = re.compile(
    r"\b(informed consent|(i|you) (hereby |freely |voluntarily )?(do )?(not )?consent|my consent|your consent"
    r"|consent to|(agree|want|wish|willing|like) to (participate|take part)|(give|gave|giving) consent"
    r"|willige (.* )?ein|einverstanden|stimmen sie (.* )?teilnahme|stimme (.* )?teilnahme"
    r"|accept(e|ez.vous) de participer|souhait(e|ez.vous) participer|consens à|consentement (libre|éclairé)"
    r"|(acepto|aceptas?|deseo|deseas?) (usted )?participar|consentimiento informado|de acuerdo en participar"
    r"|acconsento|consenso informato|accett[aoi] di partecipare|aceit[ao] participar|consentimento (livre|informado)"
    r"|(ga|gaat) (u )?akkoord|(geef|geeft) (u )?toestemming)\b"
)
_AGE = re.compile(r"\bage of consent\b")
# What is said of people's answers, within one sentence and in either order.
_ANSWERS = (
    r"\b((your|my|our) (\w+ )?(answers?|responses?|replies|data)|(ihre|meine|deine) (antworten|daten|angaben)"
    r"|(vos|mes) (réponses|données)|(sus|tus|mis) (respuestas|datos)|(sue|tue|mie) risposte|(suoi|tuoi|miei) dati"
    r"|(suas|minhas) respostas|(seus|meus) dados|(uw|mijn|je) (antwoorden|gegevens))\b"
)
_USED = (
    r"\b(use|used|using|publish\w*|shar(e|ed|ing)|includ\w*|keep|kept|stor(e|ed)|quot(e|ed)|process\w*|analy[sz]\w*"
    r"|remov\w*|delet\w*|eras\w*|withdraw\w*|exclud\w*|(ge|ver)?nutz\w*|verwend\w*|veröffentlich\w*|(ge)?speicher\w*"
    r"|verarbeit\w*|auswert\w*|(ge)?lösch\w*|utilis\w*|publi\w+|partag\w*|conserv\w*|supprim\w*|us(ar|en|emos|adas|ados)"
    r"|utili[zc]\w*|compart\w*|elimin\w*|usat[ei]|condivi\w*|gebruik\w*|gepubliceerd|gedeeld|verwijder\w*)\b"
)
_USE = re.compile(rf"{_ANSWERS}[^.?!]*{_USED}|{_USED}[^.?!]*{_ANSWERS}")
_REVERSED = re.compile(
    r"\b(not|don't|never|declin\w+|refus\w+|object|withdraw\w*|remov\w*|delet\w*|eras\w*|exclud\w*|opt\w* out|nicht"
    r"|widerruf\w*|widersprech\w*|(ge)?lösch\w*|pas|supprim\w*|retir\w*|no (acepto|consiento|deseo|quiero)|elimin\w*"
    r"|borr(ar|en)|non|rifiut\w*|não|niet|verwijder\w*)\b"
)
_SENTENCE = re.compile(r"[.?!:;\n]\s+")


def names_consent(column: str) -> bool:
    """Say whether a column's name is of a few words, and one of them is consent."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", folded(column)))
    text = " ".join(words).casefold()
    named = len(words) <= LONGEST_NAME and _NOUN.search(text) is not None and not _AGE.search(text)
    return named or squashed(column) in CONSENT | REFUSAL


def asks_consent(text: str) -> bool:
    """Say whether a text asks for consent, or gives it."""
    plain = plain_words(text)
    return _CONSENTING.search(plain) is not None and not _AGE.search(plain)


def mentions_consent(text: str) -> bool:
    """Say whether a text has a word for consent."""
    return _NOUN.search(plain_words(text)) is not None


def asks_for_use(text: str) -> bool:
    """Say whether a text is about the use of what people answer: ``May we publish your answers?``."""
    return _USE.search(plain_words(text)) is not None


def is_reversed(text: str) -> bool:
    """Say whether a yes to a question may be a no to the use of answers, by its last sentence that speaks of it."""
    if squashed(text) in REFUSAL:
        return True
    sentences = [plain_words(part) for part in _SENTENCE.split(text[:LONGEST_TEXT])]
    about = [s for s in sentences if _CONSENTING.search(s) or _NOUN.search(s) or _USE.search(s)]
    return bool(about) and not about[-1].startswith("if ") and _REVERSED.search(about[-1]) is not None


def plain_words(text: str) -> str:
    """Return a text's words in small letters, one blank between them."""
    return " ".join(folded(text[:LONGEST_TEXT]).replace("’", "'").casefold().split())
