"""Writing ``metadata.json``: the answers of people, by worker or by image; see ``loopviz.formats.people.read``."""

from __future__ import annotations

import json
from typing import Any

from loopviz.dataset import Dataset
from loopviz.formats.align.frame_names import frame_names

PEOPLE_FILE = "metadata.json"


def people_by_worker(dataset: Dataset) -> str:
    """Return ``{"A1B2": {"Q1": "25 - 34", …}}`` as text, everybody once."""
    return _as_text({worker: flags | answers for worker, (flags, answers) in _people(dataset).items()})


def people_by_image(dataset: Dataset) -> str:
    """Return ``{"mouse_0001.png": {"worker_id": "A1B2", "form_responses": {…}}}`` as text.

    People without an image stand there by worker. So does everybody where several people worked on one image: an image
    can name one of them only.
    """
    pairs = dataset.assignments.select("frame", "worker_id").drop_nulls().unique(maintain_order=True)
    if pairs["frame"].is_duplicated().any():
        return people_by_worker(dataset)
    people, names = _people(dataset), frame_names(dataset)
    seen = set(pairs["worker_id"])
    keys = [(names[frame], worker) for frame, worker in pairs.sort("frame", maintain_order=True).iter_rows()]
    keys += [(worker, worker) for worker in people if worker not in seen]
    entries = {}
    for key, worker in keys:
        flags, answers = people[worker]
        entries[key] = {"worker_id": worker, **flags, "form_responses": answers}
    return _as_text(entries)


def _people(dataset: Dataset) -> dict[str, tuple[dict[str, bool], dict[str, str | None]]]:
    """Return everybody's flags and answers."""
    people: dict[str, tuple[dict[str, bool], dict[str, str | None]]] = {}
    for worker, consent, simulated in dataset.workers.select("worker_id", "consent", "simulated").iter_rows():
        flags = {"simulated": simulated, "consent": consent}
        people[worker] = ({flag: value for flag, value in flags.items() if value is not None}, {})
    for worker, question, answer in dataset.answers.select("worker_id", "question_id", "answer").iter_rows():
        people[worker][1][question] = answer
    return people


def _as_text(entries: dict[str, Any]) -> str:
    return json.dumps(entries, ensure_ascii=False, indent=2) + "\n"
