"""The results of commands, for machines and for people."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopviz.project.check.checkup import Checkup
    from loopviz.project.check.findings import Finding
    from loopviz.project.doctor import Diagnosis
    from loopviz.project.forecast import Forecast
    from loopviz.project.inspect import Inspection
    from loopviz.render import CacheEntry, RenderResult

SHOWN_PLACES = 3  # of one finding
KEPT_PLACES = 20  # in a report; see loopviz.project.check.findings


def columns(pairs: Mapping[str, object], indent: str = "") -> list[str]:
    """Return names and values as two columns."""
    width = max((len(name) for name in pairs), default=0)
    return [f"{indent}{name:<{width}}  {_word(value)}" for name, value in pairs.items()]


def result_data(result: RenderResult) -> dict[str, object]:
    """Return what a render made, as plain values."""
    width, height = result.canvas_size
    return {
        "output": str(result.path),
        "frames": result.frames,
        "duration_seconds": round(result.duration_seconds, 6),
        "width": width,
        "height": height,
        "segments": result.segments,
        "rendered": result.rendered,
        "notes": [note.line for note in result.notes],
        "repetitions": result.repetitions,
        "sidecars": list(map(str, result.sidecars)),
        "seam_score": None if result.seam is None else round(result.seam.score, 3),
    }


def result_lines(result: RenderResult) -> list[str]:
    """Return what a render made, for a person."""
    width, height = result.canvas_size
    seconds = f"{result.duration_seconds:.3f} seconds"
    kept = result.segments - result.rendered
    work = f"; rendered {result.rendered} of {result.segments} segments, kept {kept}" if kept else ""
    notes = (note.line for note in result.notes)
    seam = [] if result.seam is None else [f"seam score: {result.seam.score:.2f} (1 is a step like those around it)"]
    return [
        *notes,
        *seam,
        *map(near, result.sidecars),
        f"{near(result.path)}: {result.frames} frames, {width}x{height}, {seconds}{_times(result.repetitions)}{work}",
    ]


def _times(count: int) -> str:
    return f" ({count} times)" if count > 1 else ""


def forecast_lines(forecast: Forecast) -> list[str]:
    """Return what a render would do, for a person."""
    return [
        "Nothing was written. This would be made:",
        *columns(
            {
                "source": near(forecast.source),
                "output": near(forecast.output) + (" (exists, and is replaced)" if forecast.exists else ""),
                "picture": f"{forecast.width}x{forecast.height}",
                "frames": forecast.frames,
                "duration": f"{forecast.duration_seconds:.3f} seconds{_times(forecast.repetitions)}",
                "segments": forecast.segments,
                "encoder": forecast.encoder,
                "sound": forecast.sound,
                "labels": f"{forecast.annotations} on {forecast.labelled_frames} frames",
                "workers": forecast.workers,
            },
            "  ",
        ),
    ]


def inspection_lines(found: Inspection) -> Iterator[str]:
    """Return what something is, for a person: the counts first, the problems last."""
    facts = found.as_json()
    categories, notes, _ = (facts.pop(name, None) for name in ("categories", "notes", "problems"))
    yield from columns({name.replace("_", " "): value for name, value in facts.items()})
    if isinstance(categories, dict):
        yield "categories"
        yield from columns(categories, "  ")
    problems = [f"{problem.line} ({problem.code})" for problem in getattr(found, "problems", ())]
    for name, lines in (("problems", problems), ("notes", notes)):
        if isinstance(lines, list) and lines:
            yield name
            yield from (f"  {line}" for line in lines)


def checkup_lines(report: Checkup) -> Iterator[str]:
    """Return what a check found, for a person: the worst first, the sum last."""
    for part, path in report.parts.items():
        yield f"{part}: {near(path)}"
    for each in report.findings:
        yield from _finding(each)
    counts = [f"{count} {kind if count != 1 else kind[:-1]}" for kind, count in report.counts.items() if count]
    yield f"{', '.join(counts)}." if counts else "Nothing is wrong."


def _finding(each: Finding) -> Iterator[str]:
    times = f" ({each.count})" if each.count > 1 else ""
    yield f"{each.severity} {each.code}{times}: {each.message}"
    shown = (replace(place, file=place.file and near(place.file)) for place in each.places[:SHOWN_PLACES])
    places = [text for place in shown if (text := str(place))]
    yield from (f"    {text}" for text in places)
    one_each = len(each.places) == min(each.count, KEPT_PLACES)  # a run of frames is one place
    if places and len(each.places) > len(places):
        yield f"    and {each.count - len(places)} more" if one_each else "    and more"
    yield f"  {each.remedy}"


def doctor_lines(report: Diagnosis) -> Iterator[str]:
    """Return what works here and what to install, for a person."""
    for check in report.checks:
        state = "ok      " if check.ok else "missing " if check.required else "without "
        yield f"{state} {check.name}: {check.found}"
        if not check.ok and check.remedy:
            yield f"         {check.remedy}"
    missing = [check.name for check in report.checks if check.required and not check.ok]
    yield (
        f"loopviz needs what is missing: {', '.join(missing)}." if missing else "Everything that loopviz needs is here."
    )


def cache_facts(entry: CacheEntry) -> dict[str, object]:
    """Return a kept segment as plain values."""
    start, stop = entry.frames
    made_for = f"{entry.video}, frames {start}–{stop - 1}" if entry.video else None  # its seal is damaged
    return {"key": entry.key, "size_bytes": entry.size_bytes, "made_for": made_for, "used_at": entry.used_at}


def cache_lines(folder: Path, entries: Sequence[CacheEntry]) -> Iterator[str]:
    """Return what is kept for which video, and how large it is, for a person."""
    from loopviz.wording import counted  # here: help is to come at once

    videos: dict[str, list[CacheEntry]] = {}
    for entry in entries:
        videos.setdefault(entry.video or "of no known video", []).append(entry)
    for video, kept in sorted(videos.items()):
        used = time.strftime("%Y-%m-%d %H:%M", time.localtime(max(entry.used_at for entry in kept)))
        yield f"{video}: {counted(len(kept), 'segment')}, {size(sum(e.size_bytes for e in kept))}, last used {used}"
    yield f"{near(folder)}: {counted(len(entries), 'segment')}, {size(sum(entry.size_bytes for entry in entries))}"


def size(count: int) -> str:
    """Return a number of bytes in the unit that suits it: ``4.7 MB``."""
    value, units = float(count), ["bytes", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value, units = value / 1000, units[1:]
    return f"{value:.0f} bytes" if units[0] == "bytes" else f"{value:.1f} {units[0]}"


def near(path: object) -> str:
    """Return a path as a person would type it here."""
    try:
        here = Path.cwd()
    except OSError:  # the working folder was removed
        return str(path)
    place = here / str(path)
    return str(place.relative_to(here) if place.is_relative_to(here) else path)


def _word(value: object) -> str:
    words = {True: "yes", False: "no", None: "unknown"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
