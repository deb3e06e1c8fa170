"""Whom and which images the labels know: what the keys of a file about people are compared with.

Ids are the same whatever their case, blanks, signs and invisible characters, unless that makes two people one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from loopviz.dataset import Dataset
from loopviz.formats.label_names import split_worker
from loopviz.formats.people.consent_words import squashed
from loopviz.paths import NameIndex, folders_and_name, id_key, stem_of

_SIGNS = re.compile(r"[\W_]+")
NEARLY = 2  # characters that ids of one kind may differ in length
_TELLING = 5  # characters: a shorter word of a name, or a number, may be anything


@dataclass(frozen=True)
class KnownNames:
    """What the labels know.

    Args:
        exact: Workers' ids, by ``id_key``.
        loose: Workers' ids, by ``squashed``.
        workers: The ids of people, and those that end the names of frames that nobody is assigned to.
        assigned: The workers of each frame that has some.
        names: Every frame that has a name.
        index: Finds frames by name.
    """

    exact: Mapping[str, str]
    loose: Mapping[str, str]
    workers: frozenset[str]
    assigned: Mapping[int, list[str]]
    names: Mapping[int, str]
    index: NameIndex

    @classmethod
    def of(cls, labels: Dataset) -> KnownNames:
        """Return what some labels know."""
        assigned: dict[int, list[str]] = {}
        for frame, worker in labels.assignments.select("frame", "worker_id").drop_nulls().iter_rows():
            assigned.setdefault(frame, []).append(worker)
        names = dict(labels.frames.select("frame", "file").drop_nulls().iter_rows())
        loose = (split_worker(stem_of(name))[1] for frame, name in names.items() if frame not in assigned)
        people = [*labels.workers["worker_id"], *labels.assignments["worker_id"].drop_nulls()]
        ids = dict.fromkeys([*people, *filter(None, loose)])
        index = NameIndex((name, frame) for frame, name in names.items())
        return cls(_unique(ids, id_key), _unique(ids, squashed), frozenset(people), assigned, names, index)

    def frame(self, key: str) -> int | None:
        """Return the frame that a key names, or None."""
        return self.index.find(key)

    def same(self, worker: str) -> str:
        """Return an id as the labels spell it; one that they do not have as it is."""
        return self.exact.get(id_key(worker)) or self.loose.get(squashed(worker)) or worker

    def is_worker(self, key: str) -> bool:
        """Say whether a key is surely a worker's id."""
        found = self.same(key)
        if found in self.workers:
            return True
        return id_key(key) in self.exact and len(key) >= _TELLING and any(map(str.isdecimal, key))

    def knows(self, key: str) -> bool:
        """Say whether a key is a worker's id or an image's name."""
        return self.same(key) in self.exact.values() or self.frame(key) is not None

    def named(self, people: Iterable[str]) -> list[tuple[int, str]]:
        """Return the frames that nobody is assigned to, and whose name or folder holds the id of one of some people.

        Where names end with such ids, another one that does like them is somebody's too: who is not in the file worked
        all the same, and their id is one.
        """
        ids = _unique(dict.fromkeys(people), squashed)
        free = {frame: unquote(name) for frame, name in self.names.items() if not self.assigned.get(frame)}
        found: dict[int, str] = {}
        for frame, name in free.items():
            worker = next((ids[part] for part in _parts(name) if part in ids), None)
            found |= {} if worker is None else {frame: worker}
        kinds = {_kind(worker) for worker in found.values()}
        for frame, name in free.items():
            tail = split_worker(stem_of(name))[1]
            if frame not in found and tail is not None and any(_alike(_kind(tail), kind) for kind in kinds):
                found[frame] = tail
        return sorted(found.items())


def _kind(text: str) -> tuple[bool, bool, int]:
    """Return whether there are digits and letters in an id, and how long it is."""
    return any(map(str.isdecimal, text)), any(map(str.isalpha, text)), len(text)


def _alike(one: tuple[bool, bool, int], other: tuple[bool, bool, int]) -> bool:
    return one[:2] == other[:2] and abs(one[2] - other[2]) <= NEARLY


def _unique(ids: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Return ids by a key; those that share one are left out."""
    groups: dict[str, list[str]] = {}
    for name in ids:
        groups.setdefault(key(name), []).append(name)
    return {name: group[0] for name, group in groups.items() if name and len(group) == 1}


def _parts(name: str) -> Iterator[str]:
    """Yield what may be an id in a file's name: what follows an underscore or another sign to the end, and folders."""
    *folders, last = folders_and_name(name) or [""]
    stem = stem_of(last)
    for sign, telling in (("_", 0), (None, _TELLING)):
        pieces = stem.split(sign) if sign else _SIGNS.split(stem)
        for start in range(1, len(pieces)):
            tail = squashed("_".join(pieces[start:]))
            if len(tail) >= telling:
                yield tail
    for folder in folders:
        part = squashed(folder)
        if not part.isdecimal() or len(part) >= _TELLING:
            yield part
