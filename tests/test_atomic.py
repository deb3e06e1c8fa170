from __future__ import annotations

import contextlib
import errno
import os
import re
from pathlib import Path

import pytest

from loopviz import atomic
from loopviz.atomic import new_file, new_files, new_folder
from loopviz.errors import OutputError


def everything(folder: Path) -> dict[str, str]:
    """What stands in a folder, hidden things included, by its path; links by where they point."""
    return {
        path.relative_to(folder).as_posix(): f"-> {path.readlink()}" if path.is_symlink() else path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def kept_unless(replaced: bool) -> contextlib.AbstractContextManager[object]:
    return contextlib.nullcontext() if replaced else pytest.raises(OutputError, match="was kept")


class TestFiles:
    def test_two_appear_together(self, tmp_path: Path):
        with new_files(tmp_path / "new" / "a.txt", tmp_path / "new" / "b.txt") as parts:
            for part in parts:
                part.write_text(part.name)
            assert not list((tmp_path / "new").glob("*.txt"))
        assert everything(tmp_path) == {"new/a.txt": "a.txt", "new/b.txt": "b.txt"}

    @pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError, SystemExit])
    def test_nothing_is_left_of_what_fails_not_even_folders(self, tmp_path: Path, error: type[BaseException]):
        with pytest.raises(error), new_file(tmp_path / "new" / "deep" / "a.txt") as part:
            part.write_text("half")
            raise error
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("replace", [False, True])
    def test_what_stands_there(self, tmp_path: Path, replace: bool):
        target = tmp_path / "a.txt"
        target.write_text("old")
        with kept_unless(replace), new_file(target, replace=replace) as part:
            part.write_text("new")
        assert everything(tmp_path) == {"a.txt": "new" if replace else "old"}

    @pytest.mark.parametrize("replace", [False, True])
    def test_a_link_is_never_followed(self, tmp_path: Path, replace: bool):
        (tmp_path / "theirs").write_text("theirs")
        for name, target in (("a.txt", "theirs"), ("b.txt", "nowhere")):
            (tmp_path / name).symlink_to(target)
            with kept_unless(replace), new_file(tmp_path / name, replace=replace) as part:
                part.write_text("new")
        kept = {"a.txt": "-> theirs", "b.txt": "-> nowhere"}
        assert everything(tmp_path) == {"theirs": "theirs"} | (dict.fromkeys(kept, "new") if replace else kept)

    @pytest.mark.parametrize("name", ["a.txt.part", "a.txt.tmp", ".a.txt.part", ".a.txt-loopviz-mine"])
    def test_names_that_a_user_may_have_are_left_alone(self, tmp_path: Path, name: str):
        (tmp_path / name).write_text("mine")
        with new_file(tmp_path / "a.txt") as part:
            part.write_text("new")
        assert everything(tmp_path) == {"a.txt": "new", name: "mine"}

    def test_two_at_once_do_not_meet(self, tmp_path: Path):
        with new_file(tmp_path / "a.txt", replace=True) as one, new_file(tmp_path / "a.txt", replace=True) as other:
            one.write_text("one")
            other.write_text("other")
        assert everything(tmp_path) == {"a.txt": "one"}  # who ends last

    def test_who_comes_first_keeps_the_name(self, tmp_path: Path):
        with pytest.raises(OutputError, match="was kept"), new_file(tmp_path / "a.txt") as part:
            part.write_text("new")
            (tmp_path / "a.txt").write_text("somebody's")
        assert everything(tmp_path) == {"a.txt": "somebody's"}

    @pytest.mark.parametrize("taken", [False, True])
    def test_a_disk_without_hard_links(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool):
        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
        with kept_unless(not taken), new_file(tmp_path / "a.txt") as part:
            part.write_text("new")
            if taken:
                (tmp_path / "a.txt").write_text("somebody's")
        assert everything(tmp_path) == {"a.txt": "somebody's" if taken else "new"}

    def test_only_its_maker_looks_in_meanwhile_and_all_may_afterwards(self, tmp_path: Path):
        before = os.umask(0o022)
        try:
            with new_file(tmp_path / "a.txt") as part:
                part.write_text("new")
                assert part.parent.stat().st_mode & 0o777 == 0o700
        finally:
            os.umask(before)
        assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o644


class TestFolders:
    @pytest.mark.parametrize("old", [None, {}, {"x.txt": "old"}], ids=["none", "an empty one", "a full one"])
    @pytest.mark.parametrize("steps", [1, 2], ids=["exchanged", "renamed twice"])
    def test_what_stands_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: dict[str, str] | None, steps: int
    ):
        if steps == 2:
            monkeypatch.setattr(atomic, "_RENAME_EXCHANGE", 1 << 30)  # as a system that knows no such thing
        target = tmp_path / "out"
        if old is not None:
            target.mkdir()
            for name, text in old.items():
                (target / name).write_text(text)
        with new_folder(target, replace=bool(old)) as part:
            (part / "y.txt").write_text("new")
        assert everything(tmp_path) == {"out/y.txt": "new"}

    def test_a_full_folder_and_a_file_are_kept(self, tmp_path: Path):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "x.txt").write_text("old")
        (tmp_path / "file").write_text("old")
        for name in ("out", "file"):
            with pytest.raises(OutputError, match="was kept"), new_folder(tmp_path / name) as part:
                (part / "y.txt").write_text("new")
        assert everything(tmp_path) == {"file": "old", "out/x.txt": "old"}


@pytest.mark.parametrize(
    ("place", "said", "remedy"),
    [
        ("/proc/out/a.txt", "No such file or directory", "Choose another place for the output."),
        ("/proc/a.txt", "No such file or directory", "Choose another place for the output."),
        ("/sys/a.txt", "Operation not permitted|Permission denied|Read-only", "Choose a folder that you may write to."),
        (
            "FILE/a.txt",
            "Not a directory|File exists",
            "A part of the path is a file: choose another place for the output.",
        ),
        (f"FOLDER/{'x' * 300}/a.txt", "File name too long", "Choose a shorter name."),
        (f"FOLDER/{'x' * 300}", "File name too long", "Choose a shorter name."),
    ],
)
def test_places_that_cannot_be(tmp_path: Path, place: str, said: str, remedy: str):
    (tmp_path / "file").write_text("mine")
    target = Path(place.replace("FILE", str(tmp_path / "file")).replace("FOLDER", str(tmp_path)))
    with pytest.raises(OutputError) as caught, new_file(target) as part:
        part.write_text("new")
    assert re.search(said, caught.value.problem)
    assert (caught.value.file, caught.value.remedy) == (str(target), remedy)
    assert everything(tmp_path) == {"file": "mine"}
