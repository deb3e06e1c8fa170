"""Temporary folders go with what is in them, and what a killed process left is swept away."""

from __future__ import annotations

import errno
import fcntl
import tempfile
from pathlib import Path

import pytest

from loopviz.atomic import new_file
from loopviz.temp_folders import LOCK, temp_folder


def left_by_a_killed_process(parent: Path, name: str = ".mouse.mp4-loopviz-abcd1234") -> Path:
    folder = parent / name
    folder.mkdir()
    (folder / LOCK).touch()
    (folder / "segment_000001.nut").write_bytes(b"half")
    return folder


def test_it_goes_with_all_that_is_in_it(tmp_path: Path):
    with temp_folder(tmp_path / "new", "mouse.mp4") as folder:
        assert folder.parent == tmp_path / "new"
        assert folder.name.startswith(".")
        (folder / "deep").mkdir()
        (folder / "deep" / "file").touch()
    assert list((tmp_path / "new").iterdir()) == []


def test_it_goes_when_the_work_fails(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt), temp_folder(tmp_path, "mouse.mp4"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_was_killed_is_swept_away_and_what_is_at_work_is_not(tmp_path: Path):
    dead = left_by_a_killed_process(tmp_path)
    with temp_folder(tmp_path, "mouse.mp4") as first:
        assert not dead.exists()
        with temp_folder(tmp_path, "mouse.mp4") as second:
            assert first.is_dir()
            assert first != second
        assert first.is_dir()


def test_killed_before_it_could_lock(tmp_path: Path):
    (tmp_path / ".mouse.mp4-loopviz-abcd1234").mkdir()
    with temp_folder(tmp_path, "mouse.mp4") as folder:
        assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    "name", [".mouse.mp4-loopviz-abc", ".mouse.mp4-abcd1234", "mouse.mp4-loopviz-abcd1234", ".loopviz-abcd1234"]
)
def test_what_has_another_name_is_left_alone(tmp_path: Path, name: str):
    kept = left_by_a_killed_process(tmp_path, name)
    with temp_folder(tmp_path, "mouse.mp4"):
        assert (kept / "segment_000001.nut").exists()


@pytest.mark.parametrize("name", [".mouse.mp4-loopviz-abcd1234", ".cat.mp4-loopviz-abcd1234", ".work-loopviz-abcd1234"])
def test_what_was_killed_goes_with_the_next_write_of_anything(tmp_path: Path, name: str):
    dead = left_by_a_killed_process(tmp_path, name)
    with new_file(tmp_path / "notes.txt") as part:
        part.write_text("x")
    assert not dead.exists()
    assert (tmp_path / "notes.txt").exists()


def test_somebodys_folder_of_such_a_name_is_left_alone(tmp_path: Path):
    (tmp_path / ".a-loopviz-abcd1234").mkdir()
    (tmp_path / ".a-loopviz-abcd1234" / "mine.txt").touch()
    (tmp_path / ".b-loopviz-abcd1234").symlink_to(tmp_path / ".a-loopviz-abcd1234")
    with temp_folder(tmp_path, "mouse.mp4"):
        pass
    assert (tmp_path / ".a-loopviz-abcd1234" / "mine.txt").exists()
    assert (tmp_path / ".b-loopviz-abcd1234").is_symlink()
    assert not (tmp_path / ".a-loopviz-abcd1234" / LOCK).exists()


def test_swept_by_another_before_it_could_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made: list[str] = []
    original = tempfile.mkdtemp

    def made_and_lost(**options: object) -> str:
        made.append(original(**options))  # type: ignore[call-overload]
        if len(made) < 3:
            Path(made[-1]).rmdir()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", made_and_lost)
    with temp_folder(tmp_path, "mouse.mp4") as folder:
        assert str(folder) == made[2]


def test_a_disk_without_locks_is_worked_on_and_not_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    dead = left_by_a_killed_process(tmp_path)

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with temp_folder(tmp_path, "mouse.mp4") as folder:
        assert folder.is_dir()
    assert list(tmp_path.iterdir()) == [dead]
