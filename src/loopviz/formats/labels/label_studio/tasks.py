"""Tasks of Label Studio in one form, whichever export they come from.

The full export has ``data``, ``annotations`` (before 2021 ``completions``) and ``predictions``. The small one
(JSON_MIN) has an object for each annotation: what is in ``data``, and under each tag's name its regions, without their
type, which the key of their names says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from loopviz.paths import IMAGE_SUFFIXES

Entry = Mapping[str, Any]
VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi", ".m4v", ".mpg", ".mpeg", ".ogv"})
MEDIA = frozenset({"image", "img", "photo", "picture", "video"})  # what most call it
_KINDS = ("rectangle", "polygon", "ellipse", "brush", "keypoint", "vector")


class Annotation(NamedTuple):
    """What somebody, or a model, made of a task.

    Attributes:
        at: Where it stands.
        entries: What was drawn and chosen.
        worker: Who, None where nobody says.
        seconds: How long it took.
        submitted: When, as it is written.
        is_skipped: Whether the person skipped the task.
        score: How sure a model is.
    """

    at: str
    entries: Sequence[Any]
    worker: str | None = None
    seconds: object = None
    submitted: object = None
    is_skipped: bool = False
    score: object = None


class Task(NamedTuple):
    """A picture or a video, and what was made of it.

    Attributes:
        at: Where it stands.
        media: What could be its file.
        annotations: Of people.
        predictions: Of models.
    """

    at: str
    media: Sequence[str]
    annotations: Sequence[Annotation]
    predictions: Sequence[Annotation]


def task_of(task: Entry, at: str) -> Task | None:
    """Return a task, None where it is none."""
    data = task.get("data")
    if not isinstance(data, dict):
        return None if "data" in task or "annotation_id" not in task else _minimal(task, at)
    made: list[Annotation] = []
    for key in ("annotations", "completions"):
        made += _annotations(task.get(key), f"{at}.{key}")
    upload = task.get("file_upload")
    media = media_of(data) or ([upload] if isinstance(upload, str) else [])
    return Task(at, media, made, _annotations(task.get("predictions"), f"{at}.predictions"))


def media_of(data: Entry) -> list[str]:
    """Return the names of files that a task's data could be about: one, if it can be told."""
    known = IMAGE_SUFFIXES | VIDEO_SUFFIXES
    texts = {key: value for key, value in data.items() if isinstance(value, str) and value.strip()}
    names = {key: file_name(value) for key, value in texts.items()}
    files = {key: name for key, name in names.items() if PurePosixPath(name).suffix.lower() in known}
    addresses = {key: name for key, name in names.items() if "://" in texts[key] or texts[key].startswith("/")}
    usual = {key: name for key, name in names.items() if key.lower() in MEDIA}
    found = files or addresses or usual
    first = [found[key] for key in found if key in usual]
    return first if len(first) == 1 else list(dict.fromkeys(found.values()))


def file_name(address: str) -> str:
    """Return the name of a file at an address: without host and query; of Label Studio's local files its path."""
    if address.startswith("/data/upload/"):
        return address.rpartition("/")[2] or address
    if "?" not in address and "://" not in address:
        return address
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d") if "local-files" in parts.path else None
    return local[0] if local else unquote(parts.path).lstrip("/") or address


def _annotations(said: Any, at: str) -> list[Annotation]:
    if not isinstance(said, list):
        return []
    return [_annotation(one, f"{at}[{number}]") for number, one in enumerate(said) if isinstance(one, dict)]


def _annotation(said: Entry, at: str) -> Annotation:
    entries = said.get("result")
    return Annotation(
        at,
        entries if isinstance(entries, list) else [],
        worker_of(said.get("completed_by", said.get("created_username"))),
        said.get("lead_time"),
        said.get("created_at"),
        said.get("was_cancelled") is True or said.get("skipped") is True,
        said.get("score"),
    )


def worker_of(said: Any) -> str | None:
    """Return who somebody is: a number, a name, or an object with an id or an address."""
    if isinstance(said, dict):
        said = next((said[key] for key in ("id", "email", "username") if said.get(key) not in (None, "")), None)
    if isinstance(said, bool) or not isinstance(said, str | int):
        return None
    return str(said).strip() or None


def _minimal(task: Entry, at: str) -> Task:
    entries: list[Entry] = []
    for tag, value in task.items():
        for number, each in enumerate(value) if isinstance(value, list) else ():
            if isinstance(each, dict) and (kind := _kind(each)) is not None:
                entries.append({"type": kind, "from_name": tag, "id": f"{tag}[{number}]", "value": each, **_size(each)})
            elif isinstance(each, dict):
                entries.append({"type": tag})
    texts = {key: value for key, value in task.items() if isinstance(value, str) and key not in _ABOUT}
    worker = worker_of(task.get("annotator", task.get("completed_by")))
    made = Annotation(at, entries, worker, task.get("lead_time"), task.get("created_at"))
    return Task(at, media_of(texts), [made], [])


_ABOUT = frozenset({"created_at", "updated_at", "annotator", "lead_time", "id", "annotation_id"})


def _size(value: Entry) -> Entry:
    return {key: value[key] for key in ("original_width", "original_height") if key in value}


def _kind(value: Entry) -> str | None:
    """Return the type of a region of the small export, None where it is none."""
    if "sequence" in value:
        return "videorectangle"
    return next((f"{kind}labels" for kind in _KINDS if f"{kind}labels" in value), None)
