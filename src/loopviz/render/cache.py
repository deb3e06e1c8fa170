"""Finished segments on disk, by the hash of what they show.

A segment is two files: ``<key>.nut``, and ``<key>.json`` written after it, which holds its SHA-256, what it was made
for, and marks of those whom it shows, so that they can be forgotten. Without the second the first does not count; with
it, it is read back and compared before every use. Both appear by rename, so that a process killed at any moment leaves
a whole entry or none, and processes may share a cache freely. Nobody but its user may enter the folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loopviz.atomic import check_writable, sync
from loopviz.errors import OutputError
from loopviz.outputs import FOLDER_VARIABLE, private_folder
from loopviz.temp_folders import sweep, temp_folder

DEFAULT_LIMIT = 20 * 2**30  # bytes
ABANDONED = 24 * 3600  # seconds: nobody seals a segment that late
PRIVATE = 0o600


@dataclass(frozen=True)
class CacheEntry:
    """A kept segment.

    Attributes:
        key: The hash of what it shows.
        size_bytes: What it takes on disk.
        video: The name of the video that it was first made for.
        frames: That video's frames, the first and the one after the last.
        used_at: When it was last used, in seconds since 1970.
    """

    key: str
    size_bytes: int
    video: str
    frames: tuple[int, int]
    used_at: float


class SegmentCache:
    """Keeps segments up to a limit; those that were not used for longest go first.

    Args:
        folder: Where; made when the first segment comes.
        limit_bytes: How much is kept.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self.folder = folder
        self._limit = limit_bytes

    def take(self, key: str, target: Path, video: str = "") -> bool:
        """Put a kept segment under a name of one's own, where pruning cannot reach it.

        Args:
            key: Its key.
            target: The name.
            video: The name of what it will be part of.

        Returns:
            False if it is not kept, or what is kept is damaged; that is removed.
        """
        data, seal = self._files(key)
        try:
            _link(data, target)
        except OSError:  # it is not there, or the target's folder is not: then whoever writes to it says so
            return False
        told = _told(seal)
        whole = bool(told) and _sha256(target) == told["sha256"]
        with contextlib.suppress(OSError):  # a read-only cache is still a cache
            if not whole:
                target.unlink()
            elif video and video not in told["videos"]:
                told["videos"].append(video)
                _seal(seal, told, target.with_suffix(".kept"))
            else:
                os.utime(seal)
        if not whole:
            self._remove(key)
        return whole

    def keep(self, key: str, made: Path, video: str, frames: range, *, people: Iterable[str] | None = None) -> None:
        """Keep a finished segment; the file that was made stays where it is.

        Args:
            key: Its key.
            made: The file.
            video: The name of what it is part of.
            frames: That video's frames that it holds.
            people: The ids of those whom it shows, None where that is not known. Only marks are kept, by which they are
                known again.

        Raises:
            OutputError: If the cache cannot be written.
        """
        data, seal = self._files(key)
        aside = made.with_suffix(".kept")
        told: dict[str, Any] = {"videos": [video], "frames": [frames.start, frames.stop]}
        if people is not None:
            told["people"] = sorted(_mark(person, key) for person in people)
        try:
            told["sha256"] = _sha256(made)
            private_folder(self.folder)
            private_folder(data.parent)
            _link(made, aside)
            aside.chmod(PRIVATE)
            aside.replace(data)
            _seal(seal, told, aside)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def check_writable(self) -> None:
        """Refuse, and leave no trace, a cache where nothing can be kept.

        Raises:
            OutputError: If it is so.
        """
        try:
            check_writable(self.folder / "work")
        except OutputError as error:
            raise self._refusal(error.problem) from error

    @contextlib.contextmanager
    def workshop(self) -> Iterator[Path]:
        """Yield a folder in the cache to render in, from where segments are kept; it is gone in the end.

        Raises:
            OutputError: If the cache cannot be written; it is the cache that is named, not the folder in it.
        """
        with contextlib.ExitStack() as stack:
            try:
                private_folder(self.folder)
                folder = stack.enter_context(temp_folder(self.folder, "work"))
            except OSError as error:
                raise self._refusal(error.strerror or str(error)) from error
            try:
                yield folder
            except OutputError as error:
                if error.file is None or Path(error.file).parent != folder:
                    raise
                raise self._refusal(error.problem) from error

    def _refusal(self, reason: str) -> OutputError:
        return OutputError(
            f"segments cannot be kept here: {reason.removeprefix('cannot be written: ')}",
            file=self.folder,
            remedy=f"Make room, name another folder with {FOLDER_VARIABLE}, or render with --no-cache.",
        )

    def entries(self) -> list[CacheEntry]:
        """Return what is kept, the least recently used first.

        Raises:
            OutputError: If that cannot be seen: it is another user's.
        """
        self._check_readable()
        return sorted(self._entries(), key=lambda entry: (entry.used_at, entry.key))

    def prune(self, limit_bytes: int | None = None) -> list[CacheEntry]:
        """Remove the least recently used segments until the rest is within a limit; return what went.

        What killed processes worked on goes too, and segments that they could not seal, once they are a day old.

        Raises:
            OutputError: If one cannot be removed; what can be is.
        """
        limit = self._limit if limit_bytes is None else limit_bytes
        with contextlib.suppress(OSError):  # it is not there, or not ours
            sweep(self.folder, "work")
        self._remove_unsealed()
        entries = self.entries()
        size, gone, stuck = sum(entry.size_bytes for entry in entries), [], 0
        for entry in entries:
            if size <= limit:
                break
            if not self._remove(entry.key):
                stuck += 1
                continue
            size -= entry.size_bytes
            gone.append(entry)
        if stuck:
            raise OutputError(
                f"{stuck} of {len(entries)} segments cannot be removed",
                file=self.folder,
                remedy="Make the folder one that you may write to; then run it again.",
            )
        return gone

    def forget(self, names: Iterable[str]) -> tuple[int, tuple[str, ...]]:
        """Remove every segment that shows a person.

        Those of which nothing says whom they show go too: those of earlier versions, and what killed processes left.

        Args:
            names: What the person is called in labels: the platform's id, the alias.

        Returns:
            How many segments went, and the names of the videos that they were part of, which are still there.

        Raises:
            OutputError: If one cannot be removed.
        """
        wanted, gone, videos = list(names), 0, dict[str, None]()
        if self.folder.is_dir():
            sweep(self.folder, "work")
        self._remove_unsealed(0)
        for seal in sorted(self.folder.glob("??/*.json")):
            told = _told(seal)
            people = told.get("people")
            if people is not None and not any(_mark(name, seal.stem) in people for name in wanted):
                continue
            if not self._remove(seal.stem):
                raise OutputError(
                    "a segment that shows the person cannot be removed",
                    file=self._files(seal.stem)[0],
                    remedy="Remove it yourself, or make the folder one that you may write to; then run it again.",
                )
            gone += 1
            videos |= dict.fromkeys(told.get("videos", ()))
        return gone, tuple(videos)

    def _remove_unsealed(self, age: float = ABANDONED) -> None:
        for data in self.folder.glob("??/*.nut"):
            with contextlib.suppress(OSError):
                if not data.with_suffix(".json").exists() and time.time() - data.stat().st_mtime >= age:
                    data.unlink()

    def _check_readable(self) -> None:
        """Refuse a cache that cannot be looked through; one that is not there yet is empty."""
        try:
            for folder in (self.folder, *self.folder.glob("??")):
                os.listdir(folder)  # noqa: PTH208  (only whether that can be done)
        except FileNotFoundError:
            return  # or another process has removed a part of it
        except OSError as error:
            reason = (error.strerror or "unreadable").lower()
            raise OutputError(
                f"the cache cannot be read: {reason}",
                file=error.filename or self.folder,
                remedy=f"Make it yours, or name another folder with {FOLDER_VARIABLE}.",
            ) from error

    def _entries(self) -> Iterator[CacheEntry]:
        for seal in self.folder.glob("??/*.json"):
            with contextlib.suppress(OSError):  # another process may be pruning
                told = _told(seal)
                video, (start, stop) = told.get("videos", [""])[0], told.get("frames", (0, 0))
                size = seal.with_suffix(".nut").stat().st_size
                yield CacheEntry(seal.stem, size, video, (start, stop), seal.stat().st_mtime)

    def _files(self, key: str) -> tuple[Path, Path]:
        place = self.folder / key[:2] / key
        return place.with_suffix(".nut"), place.with_suffix(".json")

    def _remove(self, key: str) -> bool:
        """Remove a segment; return whether nothing of it is there any more."""
        for file in reversed(self._files(key)):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
        return not any(file.exists() for file in self._files(key))


def _mark(person: str, key: str) -> str:
    """Return by what a person is known again in a segment's seal; another in each, and no id can be read from it."""
    return hmac.new(key.encode(), person.encode(), hashlib.sha256).hexdigest()


def _told(seal: Path) -> dict[str, Any]:
    """Return what a seal says, nothing if it is damaged: whom a segment shows must not be misread."""
    try:
        told = json.loads(seal.read_text(encoding="utf-8"))
        whole = told.pop("seal") == _sum(told)
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}
    return told if whole else {}


def _sum(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _seal(seal: Path, told: Mapping[str, Any], aside: Path) -> None:
    """Write a seal, by way of another name."""
    aside.write_text(json.dumps({**told, "seal": _sum(told)}), encoding="utf-8")
    aside.chmod(PRIVATE)
    sync(aside)
    aside.replace(seal)


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk has no such thing."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        shutil.copyfile(source, target)
        sync(target)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
