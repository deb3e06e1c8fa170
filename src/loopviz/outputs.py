"""What stands where something is to be written, and whether it gives way: one rule for every output.

- Where nothing stands, or an empty folder, it is written.
- What loopviz made of the same, and nobody has touched since, is made again.
- Anything else is kept without ``--overwrite``. With it a file gives way, and a folder only if loopviz made it and
  nobody has added or changed anything in it. A device, a pipe, a folder in a file's place never do.

A folder says by a file in it what it is and what loopviz wrote there; a single file is remembered beside the segments
that are kept (``LOOPVIZ_CACHE``), by the hash of its path. Where that is lost, nothing is taken for ours.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from loopviz.atomic import new_file, new_files, new_folder, not_written, writing
from loopviz.errors import OutputError

MARKER = ".loopviz"
_OF_A_CACHE = re.compile(r"[0-9a-f]{2}|[0-9a-f]{64}(\.nut|\.json)?|outputs|\..+-loopviz-\w+")
FOLDER_VARIABLE = "LOOPVIZ_CACHE"
OVERWRITE, ANOTHER = "Pass --overwrite, or choose another name.", "Choose another name, or remove it yourself."


@dataclass(frozen=True)
class Origin:
    """What an output is made of: one of the same origin is the same thing, made again.

    Attributes:
        kind: What it is: ``"film"``, ``"still"``, ``"frames"`` …
        made_of: The paths that it is made of, and choices that make it another thing.
        frames: The frames that it holds, where that is not the whole: what holds more never gives way to less.
    """

    kind: str
    made_of: tuple[str, ...] = ()
    frames: range | None = None

    @classmethod
    def of(cls, kind: str, *made_of: Path | str | None, frames: range | None = None) -> Origin:
        """Return the origin of what is made of some paths, wherever they are named from."""
        names = (os.path.abspath(each) if isinstance(each, Path) else str(each) for each in made_of)  # noqa: PTH100
        return cls(kind, tuple(names), frames)

    def note(self) -> dict[str, object]:
        """Return what is kept of it: no path, and no name."""
        digest = hashlib.sha256(json.dumps([self.kind, *self.made_of]).encode()).hexdigest()
        return {"origin": digest, "frames": None if self.frames is None else [self.frames.start, self.frames.stop]}

    def renews(self, note: object) -> bool:
        """Say whether what was noted of an earlier output is of this origin, and holds no frame that this one lacks."""
        own = self.note()
        if not self.made_of or not isinstance(note, dict) or note.get("origin") != own["origin"]:
            return False
        if self.frames is None:
            return True
        match note.get("frames"):
            case [int(start), int(stop)]:
                return self.frames.start <= start and stop <= self.frames.stop
        return False


def cache_folder() -> Path:
    """Return where segments, and notes of what was made, lie: ``LOOPVIZ_CACHE``, or the user's own cache folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("loopviz") / "segments"


def private_folder(folder: Path) -> None:
    """Make the cache, or a folder in it, so that nobody but its user may enter: what lies there shows people.

    A folder that was there before, with other things in it, keeps its rights; what is made in it has these.

    Raises:
        OSError: If it cannot be made.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.stat()
    if status.st_mode & 0o077 and status.st_uid == os.geteuid() and _is_the_caches(folder):
        folder.chmod(0o700)


def _is_the_caches(folder: Path) -> bool:
    """Say whether nothing lies in a folder but what a cache has."""
    return all(_OF_A_CACHE.fullmatch(name) for name in os.listdir(folder))  # noqa: PTH208  (names are all we need)


def check_no_folder(target: Path, example: str | None = None) -> None:
    """Refuse a folder, or a link to one, where a file is to be written.

    Args:
        target: What was given.
        example: What a file in it could be called.

    Raises:
        OutputError: If it is one.
    """
    if os.path.isdir(target):  # noqa: PTH112 - of a name that cannot be it says no
        such = f", as {target / example}" if example else ""
        raise OutputError("the output is a folder", file=target, remedy=f"Give the name of a file{such}.")


def check_file(target: Path, origin: Origin | None = None, *, overwrite: bool = False) -> None:
    """Refuse, before any work is done, a file that must be kept.

    Raises:
        OutputError: If it is so, or the name is none that a file can have.
    """
    status = _status(target)
    if status is None:
        return
    check_no_folder(target)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
        raise OutputError("the output is a device or a pipe", file=target, remedy="Give the name of a file.")
    if overwrite:
        return
    note = _remembered(target, status)
    if origin is None or not origin.renews(note):
        raise _kept("output", target, origin, note)


def check_folder(folder: Path, origin: Origin | None = None, *, overwrite: bool = False) -> None:
    """Refuse, before any work is done, a folder that must be kept.

    Raises:
        OutputError: If it is so, or it is no folder, or the name is none that a folder can have.
    """
    status = _status(folder)
    if status is None:
        return
    if not stat.S_ISDIR(status.st_mode):
        what = "a link" if stat.S_ISLNK(status.st_mode) else "a file"
        raise OutputError(f"the output is {what}", file=folder, remedy="Give the name of a new folder.")
    listed = _files(folder)
    if not listed:
        return
    told = _told(folder)
    if told is None:
        raise OutputError(
            "the folder holds other things and was kept", file=folder, found=next(iter(listed)), remedy=ANOTHER
        )
    foreign = next((name for name, state in listed.items() if told["files"].get(name) != state), None)
    if foreign is not None:
        what = "was changed" if foreign in told["files"] else "was added"
        raise OutputError(
            f"something in the folder {what} since loopviz made it, and the folder was kept",
            file=folder, found=foreign, remedy=ANOTHER,
        )  # fmt: skip
    if not overwrite and (origin is None or not origin.renews(told)):
        raise _kept("folder", folder, origin, told)


@contextlib.contextmanager
def own_files(*targets: Path, origin: Origin | None = None, overwrite: bool = False) -> Iterator[tuple[Path, ...]]:
    """Yield a path for each of some files of one folder; see ``new_files``, and the rule above.

    Raises:
        OutputError: If one of the targets must be kept, or cannot be written.
    """
    for target in targets:
        check_file(target, origin, overwrite=overwrite)
    replaced = any(map(os.path.lexists, targets))
    with new_files(*targets, replace=replaced) as parts:
        yield parts
        for target in targets if replaced else ():  # somebody may have put something there meanwhile
            check_file(target, origin, overwrite=overwrite)
    for target in targets:
        remember(target, origin)


@contextlib.contextmanager
def own_folder(folder: Path, origin: Origin, *, overwrite: bool = False, checked: bool = False) -> Iterator[Path]:
    """Yield a folder to write into; see ``new_folder``, and the rule above.

    Args:
        folder: The folder.
        origin: What it is made of.
        overwrite: Replace what loopviz made there of something else.
        checked: The caller has seen to it that nothing of anybody's is lost.

    Raises:
        OutputError: If what stands there must be kept, or cannot be written.
    """
    if not checked:
        check_folder(folder, origin, overwrite=overwrite)
    with new_folder(folder, replace=True) as part:
        yield part
        note = {"made_by": "loopviz", "kind": origin.kind, **origin.note(), "files": _files(part)}
        with writing(folder):
            (part / MARKER).write_text(json.dumps(note) + "\n", encoding="utf-8")
        if not checked:
            check_folder(folder, origin, overwrite=overwrite)


def renote(folder: Path, *names: str) -> None:
    """Note how files of a folder stand now that loopviz has changed itself: what others changed stays so.

    Raises:
        OutputError: If that cannot be written.
    """
    told = _told(folder)
    if told is None:
        return
    told["files"] |= {name: state for name, state in _files(folder).items() if name in names}
    with new_file(folder / MARKER, replace=True) as part, writing(folder / MARKER):
        part.write_text(json.dumps(told) + "\n", encoding="utf-8")


def remember(file: Path, origin: Origin | None) -> None:
    """Note that a file was made, as it stands now."""
    if origin is None:
        return
    note = _note(file)
    with contextlib.suppress(OSError, OutputError):  # not worth failing for: the next run asks for --overwrite
        data = {"state": _state(file.lstat()), **origin.note()}
        private_folder(cache_folder())
        private_folder(note.parent)
        with new_file(note, replace=True) as part:
            part.write_text(json.dumps(data), encoding="utf-8")
            part.chmod(0o600)


def _remembered(file: Path, status: os.stat_result) -> dict[str, object] | None:
    """Return what was noted of a file, if it is still as it was made."""
    with contextlib.suppress(OSError, ValueError):
        note = json.loads(_note(file).read_text(encoding="utf-8"))
        if isinstance(note, dict) and note.get("state") == _state(status):
            return note
    return None


def _kept(what: str, target: Path, origin: Origin | None, note: object) -> OutputError:
    """Return what to say of what stands there; of what loopviz made, and nobody touched, why it is not made again."""
    why = ""
    if origin is not None and origin.made_of and isinstance(note, dict):
        same = note.get("origin") == origin.note()["origin"]
        why = ": it holds more frames" if same else ": it was made of something else"
    return OutputError(f"the {what} exists and was kept{why}", file=target, remedy=OVERWRITE)


def _told(folder: Path) -> dict[str, dict[str, list[int]]] | None:
    """Return what a folder's marker says; None if there is none that we wrote."""
    with contextlib.suppress(OSError, ValueError):
        marker = folder / MARKER
        told = json.loads(marker.read_text(encoding="utf-8")) if not marker.is_symlink() else None
        if isinstance(told, dict) and told.get("made_by") == "loopviz" and isinstance(told.get("files"), dict):
            return told
    return None


def _files(folder: Path) -> dict[str, list[int]]:
    """Return the state of everything in a folder but its marker, by its path in it; folders count if they are empty."""
    found: dict[str, list[int]] = {}
    for place, folders, names in os.walk(folder, onerror=_refused):
        inside = Path(place).relative_to(folder)
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*names, *links]):
            found[(inside / name).as_posix()] = _state((Path(place) / name).lstat())
        if not names and not folders and place != str(folder):
            found[inside.as_posix()] = []
    found.pop(MARKER, None)
    return found


def _refused(error: OSError) -> None:
    raise not_written(error, Path(error.filename))


def _state(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns]


def _status(target: Path) -> os.stat_result | None:
    """Return what stands under a name; None if nothing does."""
    try:
        return target.lstat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise not_written(error, target) from error


def _note(file: Path) -> Path:
    place = file.parent.resolve() / file.name
    return cache_folder() / "outputs" / hashlib.sha256(os.fsencode(place)).hexdigest()
