"""What a check finds: a stable code, how bad it is, where it is first met, and what to do about it.

Trouble of one kind is one finding, however often it is met: it counts, and shows the first places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import groupby

from loopviz.errors import InputError, LoopvizError, shown, shown_plain
from loopviz.formats.types import Problem
from loopviz.notes import Severity
from loopviz.project.check.finding_codes import CODES, Kind

SHOWN_PLACES = 20
UNKNOWN_REMEDY = "Ask those who made the package that reads the format."
ORDER: Mapping[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Place:
    """Where something was met; what is not known is None.

    Attributes:
        file: The file or the folder, or the image that a label set names.
        frame: The frame, from 0: the source's where there is one, else the label set's.
        at: The place in it, such as ``"line 3"`` or ``"annotation 12, Wheel"``.
        detail: What stands there.
    """

    file: str | None = None
    frame: int | None = None
    at: str | None = None
    detail: str | None = None

    def __str__(self) -> str:
        frame = None if self.frame is None else f"frame {self.frame}"
        place = ", ".join(part for part in (self.file, frame, self.at) if part)
        return ": ".join(part for part in (place, self.detail) if part)


@dataclass(frozen=True)
class Finding:
    """Trouble of one kind.

    Attributes:
        code: A stable word, one of ``loopviz.project.check.finding_codes``.
        severity: ``"error"`` for what a render refuses or shows wrongly, ``"warning"`` for what is likely a mistake,
            ``"note"`` for what is worth knowing.
        message: A sentence without its full stop.
        remedy: What to do about it.
        count: How often it was met.
        places: Where it was met first, at most ``SHOWN_PLACES``.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    count: int = 1
    places: tuple[Place, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the finding as plain values."""
        return {**asdict(self), "places": [asdict(place) for place in self.places]}


def finding(
    code: str, places: Iterable[Place] = (), *, count: int | None = None, message: str | None = None
) -> Finding:
    """Return a finding of a known kind.

    Args:
        code: Its code.
        places: Where it was met.
        count: How often, if not as often as there are places.
        message: What to say instead of the kind's own words.
    """
    kind, met = CODES[code], tuple(places)
    number = max(1, len(met)) if count is None else count
    return Finding(code, kind.severity, message or kind.message, kind.remedy, number, met[:SHOWN_PLACES])


def from_error(code: str, error: LoopvizError | OSError) -> Finding:
    """Return an error as a finding: what it says is worth more than the kind's own words."""
    if isinstance(error, OSError):
        error = InputError((error.strerror or "it cannot be read").lower(), file=error.filename)
    facts = (("found", error.found), ("expected", error.expected))
    detail = "; ".join(f"{name} {value}" for name, value in facts if value is not None)
    place = Place(error.file, None, error.at, detail or None)
    found = finding(code, [place] if str(place) else [], message=error.problem)
    return replace(found, remedy=error.remedy or found.remedy)


def from_problems(problems: Iterable[Problem]) -> Iterator[Finding]:
    """Yield what readers tolerated or left out, one finding a code."""
    for code, group in groupby(sorted(problems, key=lambda problem: problem.code), key=lambda problem: problem.code):
        met = list(group)
        placed = [_place(problem) for problem in met if not problem.more]
        count = len(placed) + sum(problem.more for problem in met)
        # Of a code of another package's format, what it says is all that is known.
        kind = CODES.get(code) or Kind(met[0].severity or "note", met[0].statement, UNKNOWN_REMEDY)
        # What the reader advises of all of them is better than the kind's own words, and the same as a render says.
        remedies = {problem.remedy for problem in met}
        remedy = (remedies.pop() or kind.remedy) if len(remedies) == 1 else kind.remedy
        yield Finding(code, kind.severity, kind.message, remedy, count, tuple(placed[:SHOWN_PLACES]))


def grouped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with those of one code and one message joined, the worst first."""
    joined: dict[tuple[str, str], Finding] = {}
    for each in findings:
        before = joined.setdefault((each.code, each.message), each)
        if before is not each:
            places = (*before.places, *each.places)[:SHOWN_PLACES]
            joined[each.code, each.message] = replace(before, count=before.count + each.count, places=places)
    return tuple(sorted(joined.values(), key=lambda each: ORDER[each.severity]))


def quoted(text: str | None) -> str:
    """Return a stranger's text as a place may show it."""
    return shown(text or "")


def _place(problem: Problem) -> Place:
    kind = CODES.get(problem.code)
    said = None if kind and problem.statement == kind.message else shown_plain(problem.statement)
    return Place(problem.file or problem.at, None, problem.at if problem.file else None, said)
