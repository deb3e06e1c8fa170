"""The words in which a question asks for consent: to taking part, to being shown, or to the use of what people answer.

Names and texts are read as whole words: ``Q3_consent_to_publish``, ``Consent (Q12)`` and ``Do you consent to being
shown?`` are all three about consent, ``consensus`` is not. A question that says no where others say yes (``I do not
consent …``, ``May we delete your answers?``) is told apart: what a yes to it means is for the user to say. So is a word
that is nearly one of consent, such as ``konsent``.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

from loopviz.paths import folded, id_key

LONGEST_TEXT = 4_000  # characters in which words are looked for
LONGEST_NAME = 3  # words beside a question's number; what is longer is a question's text
PREFIX = "consent_"  # before a question: the consent to its answer alone
NEAR = 0.8  # how alike a misspelt word is: one letter too many, too few, another or in another place
CONSENT = frozenset({
    "consent", "consented", "consentgiven", "informedconsent", "consents", "einwilligung", "zustimmung",
    "consentement", "consentimiento", "agree", "agreed", "iagree", "permission", "optin",
})  # fmt: skip
REFUSAL = frozenset({"optout", "optedout", "withdrawn", "withdrew", "refused", "consentwithdrawn", "consentrefused"})
BESIDE_CONSENT = frozenset({"date", "time", "timestamp", "at", "on", "version", "form", "text", "id", "url"})
_NOUNS = (
    "consent", "consents", "consented", "consenso", "consentement", "consentimiento", "consentimento", "toestemming",
    "einwilligung", "einverständnis", "einverstaendnis", "einwilligungserklärung", "einverständniserklärung",
    "datenschutzeinwilligung",
)  # fmt: skip
_NOT_MISSPELT = frozenset({
    "content", "contents", "contend", "context", "concept", "concert", "convent", "contest", "consist", "constant",
    "console", "concern", "consult", "consume", "concise", "conserve", "consequent", "nonsense", "consensus",
    "conscience", "consenting", "dissent", "present", "convince", "intent",
})  # fmt: skip
_NOUN = re.compile(
    rf"\b({'|'.join(_NOUNS)})\b|同意|동의|соглас(ие|ен|на)\b|\bzgod[aęy]\b|\bsouhlas|\bsamtyck|\bsamtykke|\bsuostumus"
)
_CONSENTING = re.compile(
    r"\b(informed consent|(i|you) (hereby |freely |voluntarily )?(do )?(not )?consent|my consent|your consent"
    r"|consent(ed|s|ing)? to|(agree|want|wish|willing|like) to (participate|take part)|(giv(e|es|ing)|gave) consent"
    r"|willige (.* )?ein|einverstanden|stimmen sie (.* )?teilnahme|stimme (.* )?teilnahme"
    r"|accept(e|ez.vous) de participer|souhait(e|ez.vous) participer|consens à|consentement (libre|éclairé)"
    r"|(acepto|aceptas?|deseo|deseas?) (usted )?participar|consentimiento informado|de acuerdo en participar"
    r"|acconsento|consenso informato|accett[aoi] di partecipare|aceit[ao] participar|consentimento (livre|informado)"
    r"|(ga|gaat) (u )?akkoord|(geef|geeft) (u )?toestemming)\b"
)
_PERHAPS = re.compile(r"\b(agreement|zustimmung|permission|gdpr|dsgvo|opt(ed)? in|release|datenschutz)\b")
_AGE = re.compile(r"\bage of consent\b")
# What may happen to a person or to what they made, and how somebody agrees to it.
_SHOW = r"(publish|show|display|exhibit|film|record|name|credit|quote|photograph|identify|share|disclose)"
_SHOWN = (
    r"(published|shown|displayed|exhibited|screened|filmed|recorded|named|credited|quoted|photographed|identified"
    r"|shared|disclosed)"
)
_SHOWING = re.compile(
    rf"\b(agree(s|d|ment|ing)?|permission|permit|allow(ed)?|willing|accept|happy|okay|ok|fine|comfortable|object)"
    rf"( not)? ((to|for|of|with|the|my|me|your|you|name|be|being|have|is|are) )*({_SHOWN}|publish(ing)?|publication)\b"
    rf"|\b(wish|want|like|prefer|mind)( not)? (to be|being) (\w+ )?{_SHOWN}\b"
    rf"|\b(do not|don't|never) {_SHOW}( me\b| us\b| my\b| publicly\b|$)"
    r"|\b(zustimmung|erlaubnis|erlaube|stimme|stimmen sie)\b.*\b(veröffentlich\w+|gezeigt|genannt|aufnahmen?|nutzung"
    r"|verwendung|weitergabe)\b"
    r"|\b(autoris\w+|accept\w+|acept\w+|autoriz\w+|autorizz\w+|accett\w+)\b.*\b(publicación|publicação|pubblicazione"
    r"|publication|diffusi?on\w*|difusión|publiée?s?|publicad[oa]s?|pubblicat[oaie]|montrée?s?|mostrad[oa]s?)\b"
)
_MAY_SHOW = re.compile(
    rf"\b(may|can|could|shall) (we|i|they) (\w+ )?{_SHOW} (you|your|me|my|this)\b|\bmay be {_SHOWN}\b"
    rf"|^{_SHOW} (me|my \w+|on (the )?screen|publicly|in public)\b"
    r"|\bdürfen wir\b.*\b(zeigen|nennen|veröffentlichen|verwenden|nutzen|aufnehmen)\b"
)
# What is said of people's answers, within one sentence and in either order.
_ANSWERS = (
    r"\b((your|my|our) (\w+ )?(answers?|responses?|replies|data)|(ihre|meine|deine) (antworten|daten|angaben)"
    r"|(vos|mes) (réponses|données)|(sus|tus|mis) (respuestas|datos)|(sue|tue|mie) risposte|(suoi|tuoi|miei) dati"
    r"|(suas|minhas) respostas|(seus|meus) dados|(uw|mijn|je) (antwoorden|gegevens))\b"
)
_USED = (
    r"\b(use|used|using|publish\w*|shar(e|ed)|includ\w*|keep|kept|stor(e|ed)|quot(e|ed)|process\w*|analy[sz]\w*"
    r"|remov\w*|delet\w*|eras\w*|withdraw\w*|exclud\w*|(ge|ver)?nutz\w*|verwend\w*|veröffentlich\w*|(ge)?speicher\w*"
    r"|verarbeit\w*|auswert\w*|(ge)?lösch\w*|utilis\w*|publi\w+|partag\w*|conserv\w*|supprim\w*|us(ar|en|emos|adas|ados)"
    r"|utili[zc]\w*|compart\w*|elimin\w*|usat[ei]|condivi\w*|gebruik\w*|gepubliceerd|gedeeld|verwijder\w*)\b"
)
_USE = re.compile(rf"{_ANSWERS}[^.?!]*{_USED}|{_USED}[^.?!]*{_ANSWERS}")
_REVERSED = re.compile(
    r"\b(not|don't|never|no consent|without consent|declin\w+|refus\w+|object|mind|withdr[ae]w\w*|remov\w*|delet\w*"
    r"|eras\w*|exclud\w*|opt\w* out|nicht|widerruf\w*|widersprech\w*|(ge)?lösch\w*|pas|supprim\w*|retir\w*"
    r"|no (acepto|consiento|deseo|quiero)|elimin\w*|borr(ar|en)|non|rifiut\w*|não|niet|verwijder\w*)\b"
)
_SENTENCE = re.compile(r"[.?!:;\n]\s+")
_PIECES = re.compile(r"[^\W_]+")
_HUMPS = re.compile(r"(?<=[a-zäöü])(?=[A-Z])|(?<=\d)(?=[A-Z][a-z])|(?<=[A-Z])(?=[A-Z][a-z])")
_QUESTION = re.compile(r"(?<![^\W_])(?:[A-Za-z]{1,4}\d+)+[a-z]?(?:[._]\d+)*(?![^\W_])")  # Q12, QID7, S2Q1, Q1_2


@lru_cache(maxsize=4096)
def squashed(key: str) -> str:
    """Return a key without case, blanks and signs: ``Worker ID`` and ``workerId`` are one."""
    return "".join(_PIECES.findall(id_key(key)))


@lru_cache(maxsize=4096)
def names_consent(column: str) -> bool:
    """Say whether a column's name is of a few words, and one of them is consent."""
    if len(column) > LONGEST_TEXT:
        return False
    text = _without_numbers(column)
    if squashed(text) in CONSENT | REFUSAL:
        return True
    if column.casefold().startswith(PREFIX) and squashed(text.removeprefix("consent")) not in BESIDE_CONSENT:
        return True
    words, rest = _PIECES.findall(text), set(_PIECES.findall(_NOUN.sub(" ", text)))
    if len(words) > LONGEST_NAME or _AGE.search(text) or (rest and rest <= BESIDE_CONSENT - {"form"}):
        return False
    return _NOUN.search(text) is not None


@lru_cache(maxsize=4096)
def asks_consent(text: str) -> bool:
    """Say whether a text asks for consent, or gives it."""
    plain = name_words(text)
    return (_CONSENTING.search(plain) or _SHOWING.search(plain)) is not None and not _AGE.search(plain)


@lru_cache(maxsize=4096)
def mentions_consent(text: str) -> bool:
    """Say whether a text has a word for consent, or its few words have one that is nearly it or may mean it."""
    short = len(_PIECES.findall(text[:LONGEST_TEXT])) <= LONGEST_NAME + 1
    may_mean = short and _PERHAPS.search(name_words(text)) is not None
    return _NOUN.search(name_words(text)) is not None or may_mean or nearly_names_consent(text)


@lru_cache(maxsize=4096)
def nearly_names_consent(column: str) -> bool:
    """Say whether a name of a few words has one that is a misspelt word for consent: ``konsent``, ``consnet``."""
    text = _without_numbers(column[:LONGEST_TEXT])
    words = [] if _CONSENTING.search(text) else _PIECES.findall(text)
    return len(words) <= LONGEST_NAME and any(map(_is_misspelt, words))


def _is_misspelt(word: str) -> bool:
    if word in _NOT_MISSPELT or word in _NOUNS or len(word) < 6 or word.startswith("consens"):
        return False
    return bool(difflib.get_close_matches(word, _NOUNS, n=1, cutoff=NEAR))


@lru_cache(maxsize=4096)
def asks_for_use(text: str) -> bool:
    """Say whether a text is about the use of what people answer: ``May we publish your answers?``."""
    plain = name_words(text)
    return (_USE.search(plain) or _MAY_SHOW.search(plain)) is not None


@lru_cache(maxsize=4096)
def is_reversed(text: str) -> bool:
    """Say whether a yes to a question may be a no to the use of answers, by its last sentence that speaks of it."""
    if names_refusal(text):
        return True
    sentences = [name_words(part) for part in _SENTENCE.split(text[:LONGEST_TEXT])]
    about = [s for s in sentences if any(p.search(s) for p in (_CONSENTING, _SHOWING, _MAY_SHOW, _NOUN, _USE))]
    return bool(about) and not about[-1].startswith("if ") and _REVERSED.search(about[-1]) is not None


def names_refusal(column: str) -> bool:
    """Say whether a column is called as what notes that somebody refused: ``opt_out``."""
    return squashed(_without_numbers(column[:LONGEST_TEXT])) in REFUSAL


@lru_cache(maxsize=4096)
def about_question(column: str) -> frozenset[str]:
    """Return which questions a column may be the consent for, ``squashed``: ``q4`` for ``consent_Q4``, ``Q4 consent``.

    It is that only where there is such a question: in ``Q1 consent`` the number may be its own.
    """
    if len(column) > LONGEST_TEXT or not (_NOUN.search(name_words(column)) or names_consent(column)):
        return frozenset()
    found = {squashed(number) for number in _QUESTION.findall(_HUMPS.sub(" ", column))}
    rest = squashed(_NOUN.sub(" ", name_words(column), count=1))
    return frozenset({*found, rest} - {"", *BESIDE_CONSENT})


def questions_meant(key: str) -> frozenset[str]:
    """Return which questions a key of consent may be about, ``squashed``: its own name among them."""
    return about_question(key) | {squashed(key)}


def name_words(text: str) -> str:
    """Return a text's words in small letters: ``consentToPublish`` and ``consent_to_publish`` are one."""
    return plain_words(_HUMPS.sub(" ", text[:LONGEST_TEXT]).replace("_", " "))


def plain_words(text: str) -> str:
    """Return a text's words in small letters, one blank between them."""
    return " ".join(folded(text[:LONGEST_TEXT]).replace("’", "'").casefold().split())


def _without_numbers(column: str) -> str:
    """Return the words of a name but for the number of its question: ``consent`` of ``Q12: Consent``."""
    words = name_words(_QUESTION.sub(" ", _HUMPS.sub(" ", column)))
    return " ".join(re.sub(r"\d+", " ", words).split())
