"""Which label format a path holds, told from its files without reading them whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from loopviz.errors import InputError
from loopviz.formats.format import Candidate, Evidence, Format, use
from loopviz.formats.registry import FORMATS


def detect_format(path: str | Path) -> str | None:
    """Return the name of the label format that a path holds, one of ``loopviz.formats.registry``; None: none of them.

    Every format says how sure it is; the surest wins. Formats of other packages are asked where none of ours fits.

    Raises:
        InputError: If two formats are equally sure, or the files cannot be looked at.
    """
    candidate = Candidate(Path(path))
    found = _surest(candidate, FORMATS)
    if found is None:
        from loopviz.formats.plugins import plugins

        found = _surest(candidate, [each.part for each in plugins() if each.part])
    return found


def _surest(candidate: Candidate, formats: Iterable[Format]) -> str | None:
    found: dict[str, list[tuple[Format, Evidence]]] = {"certain": [], "likely": [], "no": []}
    trouble: InputError | None = None
    for form in formats:
        if form.detect is None or not _may_hold(candidate, form):
            continue
        try:
            evidence = use(form.detect)(candidate)
            found[evidence.confidence].append((form, evidence))
        except InputError as error:  # of no weight where another format is certain
            error.file = error.file or str(candidate.path)
            trouble = trouble or error
    if trouble is not None and not found["certain"]:
        raise trouble
    best = found["certain"] or found["likely"]
    if found["certain"]:
        best = best + [each for each in found["likely"] if _lies_apart(candidate, each[1], found["certain"])]
    if len(best) > 1:
        raise _several(candidate.path, best)
    return None if not best else best[0][1].name or best[0][0].name


def _lies_apart(candidate: Candidate, evidence: Evidence, sure: list[tuple[Format, Evidence]]) -> bool:
    """Say whether a file speaks for a format, and others for those that are sure: one would be left aside."""
    names = [evidence.reason, *(each.reason for _, each in sure)]
    return names[0] not in names[1:] and all((candidate.path / name).is_file() for name in names)


def _may_hold(candidate: Candidate, form: Format) -> bool:
    if candidate.path.is_dir():
        return form.folders
    return candidate.suffix in form.suffixes and candidate.path.is_file()


def _several(path: Path, found: list[tuple[Format, Evidence]]) -> InputError:
    reasons = " and ".join(evidence.reason for _, evidence in found)
    remedy = f"Give the folder of one, or name the format: {' or '.join(form.name for form, _ in found)}."
    return InputError("label sets of several formats", file=path, found=reasons, remedy=remedy)
