"""From the entries of a file about people to persons: who each is, what they answered, and what they agreed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from loopviz.errors import InputError, shown_plain
from loopviz.formats.label_names import split_worker
from loopviz.formats.people.answers import Answered, read_answers
from loopviz.formats.people.consent_words import questions_meant, squashed
from loopviz.formats.people.entries import Entry, Found
from loopviz.formats.people.flags import FLAGS, SIMULATED, WORKER_KEYS, agrees, given, is_about_consent, yes_or_no
from loopviz.formats.people.known_ids import KnownNames
from loopviz.formats.people.tables import Person, strictest
from loopviz.formats.types import Report
from loopviz.mentions import looks_like_an_id
from loopviz.paths import id_key, stem_of

LISTED = 8  # keys in a note
_WORDS = {True: "yes", False: "no", None: "no answer"}


def read_persons(
    found: Found, known: KnownNames, file: Path, report: Report
) -> tuple[list[Person], list[tuple[int, str]]]:
    """Return the persons of a file, and the frames that they are assigned to by its keys.

    Args:
        found: The file's entries.
        known: What the labels know.
        file: The file, for messages.
        report: Decides whether an entry that cannot be used ends the reading. Without one, whoever does not clearly
            agree counts as having refused.

    Raises:
        InputError: If an entry or a flag cannot be used.
    """
    reader = _Reader(found, known, file, report)
    people: list[Person] = []
    pairs: list[tuple[int, str]] = []
    for entry in found.entries:
        try:
            person, frame = reader.person(entry)
        except InputError as error:
            report.bad("bad-person", error)
            continue
        people.append(person)
        if frame is not None and person.worker_id not in known.assigned.get(frame, []):
            pairs.append((frame, person.worker_id))
    note_taken(reader.said, file, report)
    aside = [key for key in dict.fromkeys([*found.aside, *reader.aside]) if not looks_like_an_id(key)]
    if aside:
        report.note("people-left-aside", file, keys=aside[:LISTED])
    return settled(people), pairs


def settled(people: Iterable[Person]) -> list[Person]:
    """Return people in whom consent to what no question is called is consent to all of it."""
    everybody = list(people)
    questions = {squashed(question) for person in everybody for question in person.answers}
    result = []
    for person in everybody:
        whole = {said for key, said in person.consents.items() if not questions & questions_meant(key)}
        result.append(replace(person, consent=strictest(whole | {person.consent})))
    return result


def heard(said: Answered) -> Iterator[tuple[str, bool | None]]:
    """Yield what was taken for consent, and does not call itself just so, with what it says."""
    for key, value in {**said.person, **said.consents}.items():
        if squashed(key) not in FLAGS and is_about_consent(key, value):
            with suppress(ValueError):
                yield key, agrees(key, value)


def note_taken(said: Mapping[tuple[str, bool | None], int], file: Path, report: Report) -> None:
    """Note which questions of a file were taken for consent, and how many said what."""
    answers: dict[str, dict[str, int]] = {}
    for (key, agreed), count in said.items():
        answers.setdefault(key, {})[_WORDS[agreed]] = count
    if answers:
        report.note("consent-taken", file, answers=answers)


def as_person(worker: str, said: Answered, at: str, file: Path, report: Report) -> Person:
    """Return what was read of a person; where consent is unclear and that may be, it counts as refused.

    Raises:
        InputError: If a flag says neither yes nor no.
    """
    consents = {key: _agrees(key, value, at, file, report) for key, value in said.consents.items()}
    return Person(
        worker,
        said.answers,
        str(file),
        at,
        consent=_consent(said.person, at, file, report),
        simulated=_simulated(said.person, f"{at}.simulated", file),
        texts=said.texts,
        consents=consents,
    )


@dataclass
class _Reader:
    found: Found
    known: KnownNames
    file: Path
    report: Report
    aside: list[str] = field(default_factory=list)
    said: Counter[tuple[str, bool | None]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        keys = [entry.key for entry in self.found.entries if entry.key is not None]
        self._by_image = any(self.known.frame(key) is not None or stem_of(key) != key for key in keys)
        self._spelt: dict[str, str] = {}
        self._simulated = _simulated(self.found.flags, "simulated", self.file)
        self._consent = _consent(self.found.flags, "", self.file, self.report)

    def person(self, entry: Entry) -> tuple[Person, int | None]:
        """Return what an entry says of whom, and the frame that it is of, if it names one."""
        try:
            if not isinstance(entry.value, dict | list):
                expected = "a person's answers by question"
                raise InputError("an entry is not an object", found=entry.value, expected=expected)
            said = read_answers(entry.value, self.known.is_worker)
            frame = None if entry.key is None else self.known.frame(entry.key)
            worker = self._worker(entry, frame)
        except InputError as error:
            error.file, error.at = str(self.file), ", ".join(filter(None, (entry.place, error.at)))
            raise
        self.aside += said.aside
        self.said.update(heard(said))
        person = as_person(self._spelt.setdefault(id_key(worker), worker), said, entry.place, self.file, self.report)
        consent = self._consent if person.consent is None else person.consent
        return replace(person, consent=consent, simulated=person.simulated or self._simulated), frame

    def _worker(self, entry: Entry, frame: int | None) -> str:
        """Return whom an entry is about: the id in it, its image's worker, the id in the image's name, or its key."""
        named = given(entry.value, WORKER_KEYS) if isinstance(entry.value, dict) else None
        if named is not None:
            return self.known.same(named)
        if entry.key is None:
            expected, remedy = "a worker_id, or an image's name", "Add it, or leave the entry out."
            raise InputError("nothing says who this is", expected=expected, remedy=remedy)
        assigned = [] if frame is None else self.known.assigned.get(frame, [])
        if len(assigned) == 1:
            return assigned[0]
        stem = stem_of(entry.key)
        return self.known.same((split_worker(stem)[1] or stem) if self._by_image else entry.key)


def _consent(flags: Mapping[str, object], at: str, file: Path, report: Report) -> bool | None:
    """Return whether somebody agrees by all that is said of it: one no is a no."""
    asked = {key: value for key, value in flags.items() if squashed(key) not in SIMULATED}
    return strictest([_agrees(key, value, at, file, report) for key, value in asked.items()])


def _agrees(key: str, value: object, at: str, file: Path, report: Report) -> bool | None:
    try:
        return agrees(key, value)
    except ValueError as error:
        expected = "true or false, yes or no, 1 or 0, or null where nobody asked"
        place = f"{at}.{shown_plain(key)}".lstrip(".")
        remedy = "Say it so under the key 'consent'; a question that is about something else needs another name."
        problem = InputError(f"{error}", file=file, at=place, found=value, expected=expected, remedy=remedy)
        report.bad("bad-consent", problem)
        return False


def _simulated(flags: Mapping[str, object], at: str, file: Path) -> bool | None:
    said = set()
    for key, value in flags.items():
        if squashed(key) in SIMULATED:
            try:
                said.add(yes_or_no(value))
            except ValueError as error:
                expected = "true or false, yes or no, 1 or 0, or null"
                raise InputError(f"{error}", file=file, at=at, found=value, expected=expected) from None
    return True if True in said else False if False in said else None
