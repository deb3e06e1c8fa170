"""What a file about people says beside their answers: who they are, whether they agree, whether they are invented."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from loopviz.formats.yes_no import is_yes
from loopviz.paths import id_key

NUMBERS = {"1": True, "1.0": True, "0": False, "0.0": False}  # of a flag; in a survey they number its choices
WORKER_KEYS = (
    "workerid", "turkerid", "annotatorid", "participantid", "respondentid", "contributorid", "labelerid", "labellerid",
    "subjectid", "prolificid", "prolificpid", "userid", "personid", "studentid", "pid",
)  # fmt: skip
# What says who it is where there is no key that does; with a key, they may well be questions.
ROW_KEYS = (*WORKER_KEYS, "id", "worker", "annotator", "participant", "respondent", "user", "person", "student")
IMAGE_KEYS = ("filename", "file", "imagename", "image", "imagefile", "imagepath")
WORK_KEYS = frozenset({"assignmentid", "hitid", "hittypeid", "taskid", "submissionid", "responseid"})
SIMULATED = frozenset({"simulated"})
CONSENT = frozenset({
    "consent", "consented", "consentgiven", "informedconsent", "consents", "einwilligung", "zustimmung",
    "consentement", "consentimiento", "agree", "agreed", "iagree", "permission", "optin",
})  # fmt: skip
REFUSAL = frozenset({"optout", "optedout", "withdrawn", "withdrew", "refused", "consentwithdrawn", "consentrefused"})
FLAGS = SIMULATED | CONSENT | REFUSAL
_BESIDE_CONSENT = frozenset({"date", "time", "timestamp", "at", "on", "version", "form", "text", "id", "url"})
_SENTENCE = re.compile(r"\S+\s.*\b(consent|einwillig|zustimm)|\b(consent|einwillig|zustimm)\w*\s+\S", re.I | re.DOTALL)
_ONE_CONSENT = re.compile(r"consent[_ -](.+)", re.I | re.DOTALL)
_PIECES = re.compile(r"[^\W_]+")


@lru_cache(maxsize=4096)
def squashed(key: str) -> str:
    """Return a key without case, blanks and signs: ``Worker ID`` and ``workerId`` are one."""
    return "".join(_PIECES.findall(id_key(key)))


def yes_or_no(value: object) -> bool | None:
    """Return what a flag says, in words or numbers; None where it is null.

    Raises:
        ValueError: If it says neither.
    """
    if value is None or isinstance(value, bool):
        return value
    word = str(value).strip() if isinstance(value, str | int | float) else ""
    said = NUMBERS.get(word, is_yes(word))
    if said is not None:
        return said
    raise ValueError("neither yes nor no")


def consent_of_answer(key: str) -> str | None:
    """Return the question that a key such as ``consent_Q4`` gives or refuses consent for, or None."""
    found = _ONE_CONSENT.fullmatch(key.strip())
    if found is None or squashed(key) in FLAGS or squashed(found[1]) in _BESIDE_CONSENT or _SENTENCE.search(key):
        return None
    return found[1].strip()


def is_flag(key: str) -> bool:
    """Say whether a key says something of the person: also in a sentence, such as ``Do you consent?``."""
    return squashed(key) in FLAGS or is_about_consent(key)


def is_about_consent(key: str) -> bool:
    """Say whether a key asks whether a person agrees."""
    return squashed(key) in CONSENT or (_SENTENCE.search(key) is not None and consent_of_answer(key) is None)


def given(entry: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """Return the first text or number under one of some keys, however they are spelt, as text."""
    values = {squashed(key): value for key, value in reversed(list(entry.items()))}
    for key in keys:
        value = values.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def shape(text: str) -> str:
    """Return what an id looks like without telling it: ``AAA-000`` for ``xyz-117``."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "0", text[:24]))
