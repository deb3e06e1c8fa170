"""What the name of a survey's column says of it: metadata, whose response it is, what could find a person.

A name counts as a whole, its letters and digits in small letters: ``Start Date`` and ``StartDate`` are one,
``research`` is no ``search``. What other makers of forms call their own columns counts only where two of their telling
names stand side by side, as ``ID`` or ``Mode`` may well be a question of somebody else's. Sources: Qualtrics'
"Understanding Your Dataset", LimeSurvey's manual ("Exporting results"), SoSci Survey's manual ("Additional variables in
the data set"), and exports of Google Forms, Microsoft Forms and SurveyMonkey.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DATES = ("recorded", "submitted", "ended", "started")  # the meanings of columns of dates, the most telling one first

METADATA: Mapping[str, str] = {
    "startdate": "started", "enddate": "ended", "recordeddate": "recorded", "recordedat": "recorded",
    "submittedat": "recorded", "finished": "finished", "progress": "progress", "status": "status",
    "responsetype": "status", "durationinseconds": "", "duration": "", "responseid": "", "recordid": "",
    "responseset": "", "distributionchannel": "channel", "userlanguage": "",
    "anfangsdatum": "started", "enddatum": "ended", "erfassungsdatum": "recorded", "antworttyp": "status",
    "aktuellerstand": "progress", "dauerinsekunden": "", "beendet": "finished", "antwortid": "",
    "verteilungskanal": "channel", "benutzersprache": "",
}  # fmt: skip
COMMON = frozenset({"status", "duration", "progress", "beendet"})  # in a plain table, these may well be answers
STAMPS = frozenset({  # the one column of its own that a form of Google's has, in its languages
    "timestamp", "zeitstempel", "horodateur", "horodatage", "marcatemporal", "marcadetiempo",
    "informazionicronologiche", "carimbodedatahora", "tijdstempel", "sygnaturaczasowa", "tidstämpel",
    "tidsstempel", "tidsstämpel", "aikaleima", "časovéoznačení", "zamandamgası", "отметкавремени",
    "позначкачасу", "タイムスタンプ", "时间戳记", "时间戳", "時間戳記", "타임스탬프",
})  # fmt: skip
TELLING = frozenset(METADATA) - {"recordedat", "submittedat"} - COMMON


@dataclass(frozen=True)
class Maker:
    """What the forms of one maker call their own columns.

    Args:
        telling: Names of which two together say that the table is of this maker.
        columns: What all of its names mean: as in ``METADATA``; ``id`` for what numbers or names a response.
    """

    telling: frozenset[str]
    columns: Mapping[str, str]


def _maker(telling: Mapping[str, str], more: Mapping[str, str]) -> Maker:
    return Maker(frozenset(telling), {**telling, **more})


MAKERS = (
    _maker(  # Microsoft Forms
        {
            **dict.fromkeys(("starttime", "startzeit", "heurededébut", "horadeinicio", "oradiinizio"), "started"),
            **dict.fromkeys(("begintijd", "horadeinício"), "started"),
            **dict.fromkeys(("completiontime", "fertigstellungszeit", "heuredefin", "horadefinalización"), "recorded"),
            **dict.fromkeys(("oradicompletamento", "tijdvanvoltooien", "horadeconclusão"), "recorded"),
        },
        {
            **dict.fromkeys(("lastmodifiedtime", "uhrzeitderletztenänderung", "heuredeladernièremodification"), ""),
            **dict.fromkeys(("horadelaúltimamodificación", "totalpoints", "quizfeedback", "language", "sprache"), ""),
            "id": "id",
        },
    ),
    _maker(  # LimeSurvey
        {
            "submitdate": "submitted", "datestamp": "ended", "lastpage": "", "startlanguage": "", "refurl": "",
            "ipaddr": "protected", "interviewtime": "", "datesubmitted": "submitted", "datelastaction": "ended",
            "lastpagedisplayed": "", "referrerurl": "", "totaltime": "",
        },
        {"startdate": "started", "datestarted": "started", "seed": "", "id": "id", "responseid": "id", "token": "id",
         "accesscode": "id"},
    ),
    _maker(  # SoSci Survey
        {"questnnr": "", "lastdata": "recorded", "timersi": "", "degtime": "", "maxpage": "", "missrel": "",
         "timesum": "", "qviewer": ""},
        {"case": "id", "serial": "id", "ref": "id", "mode": "channel", "started": "started", "finished": "finished",
         "lastpage": "", "missing": "", "mailsent": "", "language": ""},
    ),
    _maker(  # SurveyMonkey
        {"respondentid": "id", "collectorid": ""},
        {"startdate": "started", "enddate": "ended", "datemodified": "recorded", "datecreated": "started"},
    ),
)  # fmt: skip

_ASKED = r"(whatis|whats|please)?(enter|type|give|provide|state)?(in|us)?(your|ihre?|votre|su|tu)?"
_PROTECTED = re.compile(
    rf"{_ASKED}(ip|ipadd?ress?e?|(recipient)?(last|first|full|sur|middle|user)?name|(recipient)?e?mail(add?ress?e?)?"
    r"|(recipient|mobile|tele)?phone(number)?|(location)?(latitude|longitude|accuracy)|(postal|street)?address|gps"
    r"|(twitter|instagram|facebook|linkedin|skype|telegram|whatsapp|paypal)(handle|name|account|id|number|profile)?"
    r"|(date|day)ofbirth|birth(date|day)|dob|geburts(datum|tag)|datedenaissance|fechadenacimiento|datadinascita"
    r"|(nach|vor|nutzer|benutzer)name(des.*)?|nom(dutilisateur|defamille|complet)?|pr[eé]nom|nombre(deusuario|completo)?"
    r"|apellidos?|nome(cognome|completo)?|cognome|correo.*|courriel|adresse(email|mail|demessagerie|électronique)"
    r"|emaildes.*|(breiten|l[aä]ngen)grad.*|lat[iy]tude?.*|longitude?.*|indirizzoemail|endereçodeemail|(de|s)?mailadres)"
)
_KEY = re.compile(
    r"(amazon|mturk|amt|mechanicalturk|turk|prolific|crowd|platform)?(workers?|turkers?|participants?|annotators?)id"
    r"|(mturk|amt|turk|prolific|amazon)(p?id|workerid)|externaldatareference|externalreference"
)
_CODE = re.compile(r"(mturk|completion|survey|confirmation|confirm|validation|verification|random)+(code|id)")
_TIMER = re.compile(r".*_(first[ _]click|last[ _]click|page[ _]submit|click[ _]count)", re.I | re.DOTALL)
_TEXT_IQ = re.compile(r".* - (parent )?(topics|sentiment.*)|qid.*_text_[0-9a-f]{8,}.*", re.I | re.DOTALL)
_LIME_TIMER = re.compile(r"((question|group)[Tt]ime.*|.+[a-z0-9_]Time)", re.DOTALL)
_SOSCI_TIMER = re.compile(r"TIME\d{3}")
_OF_QUALTRICS = re.compile(
    r"Q_(RecaptchaScore|RelevantID\w*|BallotBoxStuffing|TotalDuration|Duplicate\w*|URL|R|CHL|DL|Lang\w*|Terminat\w*"
    r"|Quota\w*|StraightLining\w*|Unanswered\w*|Ambiguous\w*|DataPolicy\w*|Speed\w*|Meta\w*|Population\w*|UserAgent)",
    re.IGNORECASE,
)
_BROWSER = re.compile(
    r"browser meta info.*|qid\d+_(browser|version|os|resolution|user_agent)"
    r"|(.*_)(browser|version|operating system|resolution)",
    re.IGNORECASE | re.DOTALL,
)
_SCORE = re.compile(r"SC\d+")
_ORDER = re.compile(r"(.+)_DO(_.+)?|DO-(Q|BR|BL|FL)-.+", re.DOTALL)


def squash(name: str) -> str:
    """Return a name's letters and digits in small letters: ``Start Date`` and ``StartDate`` are one."""
    return "".join(c for c in name.casefold() if c.isalnum())


def is_worker_key(name: str) -> bool:
    """Say whether a column's name says that it holds workers' ids."""
    return _KEY.fullmatch(squash(name)) is not None


def is_code(name: str) -> bool:
    """Say whether a column's name says that it holds the code that people hand in when they are done."""
    return _CODE.fullmatch(squash(name)) is not None


def is_protected(name: str) -> bool:
    """Say whether a column's name says that it holds a person's name, e-mail, address or whereabouts."""
    return _PROTECTED.fullmatch(squash(name)) is not None


def is_machine(names: Iterable[str], others: frozenset[str], *, qualtrics: bool) -> bool:
    """Say whether a column is the form's own record: a timer, the order of display, the browser, a score of a machine.

    Args:
        names: What the column is called: its import id, its field id, its text.
        others: The names of all columns; in a plain table a name's ending counts only beside its siblings.
        qualtrics: Whether the header is Qualtrics'.
    """
    return any(
        _TIMER.fullmatch(name)
        or _TEXT_IQ.fullmatch(name)
        or _OF_QUALTRICS.fullmatch(name)
        or (qualtrics and _SCORE.fullmatch(name))
        or _is_order(name, others, qualtrics=qualtrics)
        or _is_browser(name, others)
        for name in names
    )


def makers_columns(names: Iterable[str]) -> dict[str, str]:
    """Return what the columns of the makers that a table is of mean, by name as it stands there."""
    listed = list(names)
    squashed = {name: _codes(name) for name in listed}
    found: dict[str, str] = {}
    for maker in MAKERS:
        known = {name: next((c for c in codes if c in maker.columns), None) for name, codes in squashed.items()}
        if len({code for code in known.values() if code in maker.telling}) > 1:
            found |= {name: maker.columns[code] for name, code in known.items() if code is not None}
            timer = _LIME_TIMER if "interviewtime" in known.values() else _SOSCI_TIMER
            found |= {name: "" for name in listed if name not in found and timer.fullmatch(name.split(". ")[0])}
    return found


def _codes(name: str) -> tuple[str, ...]:
    """Return a name, and what stands before and after its full stop: ``submitdate. Date submitted``."""
    before, _, after = name.partition(". ")
    return tuple(filter(None, map(squash, (name, before, after) if after else (name,))))


def _is_order(name: str, others: frozenset[str], *, qualtrics: bool) -> bool:
    found = _ORDER.fullmatch(name)
    if found is None or qualtrics or found[1] is None:
        return found is not None
    return any(other == found[1] or other.startswith(f"{found[1]}_") for other in others if other != name)


def _is_browser(name: str, others: frozenset[str]) -> bool:
    found = _BROWSER.fullmatch(name)
    if found is None or found[2] is None:
        return found is not None
    return {f"{found[2]}Browser", f"{found[2]}Operating System"} <= others
