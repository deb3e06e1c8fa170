from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import OutputError
from loopviz.outputs import MARKER, Origin, check_file, check_folder, own_files, own_folder

SAME = Origin.of("film", Path("clip.mp4"), Path("labels"))
OTHER = Origin.of("film", Path("clip.mp4"), Path("other"))


def part(start: int, stop: int) -> Origin:
    return Origin.of("film", Path("clip.mp4"), Path("labels"), frames=range(start, stop))


def write_file(target: Path, origin: Origin | None, text: str = "ours", *, overwrite: bool = False) -> None:
    with own_files(target, origin=origin, overwrite=overwrite) as (new,):
        new.write_text(text)


def write_folder(target: Path, origin: Origin, text: str = "ours", *, overwrite: bool = False) -> None:
    with own_folder(target, origin, overwrite=overwrite) as new:
        (new / "deep").mkdir()
        (new / "deep" / "a.txt").write_text(text)
        (new / "b.txt").write_text(text)


@pytest.mark.parametrize(
    ("earlier", "later", "why"),
    [
        (SAME, SAME, None),
        (part(0, 10), part(0, 10), None),
        (part(0, 10), SAME, None),
        (part(2, 8), part(0, 10), None),
        (SAME, part(0, 10), ": it holds more frames"),
        (part(0, 10), part(2, 8), ": it holds more frames"),
        (part(0, 10), part(5, 15), ": it holds more frames"),
        (SAME, OTHER, ": it was made of something else"),
        (SAME, Origin.of("still", Path("clip.mp4"), Path("labels")), ": it was made of something else"),
        (SAME, Origin("film"), ""),
        (Origin("film"), Origin("film"), ""),
        (SAME, None, ""),
        (None, SAME, ""),
    ],
)
def test_the_same_is_made_again(tmp_path: Path, earlier: Origin | None, later: Origin | None, why: str | None):
    def refused() -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext() if why is None else pytest.raises(OutputError, match=f"was kept{why}")

    write_file(tmp_path / "a.mp4", earlier, "first")
    with refused():
        check_file(tmp_path / "a.mp4", later)
    with refused():
        write_file(tmp_path / "a.mp4", later, "second")
    assert (tmp_path / "a.mp4").read_text() == ("second" if why is None else "first")
    write_file(tmp_path / "a.mp4", later, "third", overwrite=True)
    assert (tmp_path / "a.mp4").read_text() == "third"
    if earlier is None or later is None:
        return
    write_folder(tmp_path / "out", earlier)
    with refused():
        write_folder(tmp_path / "out", later, "second")
    write_folder(tmp_path / "out", later, "third", overwrite=True)
    assert (tmp_path / "out" / "b.txt").read_text() == "third"


TOUCHED = [
    pytest.param(lambda out: (out / "mine.txt").write_text("mine"), "mine.txt", id="a file added"),
    pytest.param(lambda out: (out / "deep" / "mine.txt").write_text("mine"), "deep/mine.txt", id="a file added below"),
    pytest.param(lambda out: (out / ".hidden").write_text("mine"), ".hidden", id="a hidden file added"),
    pytest.param(lambda out: (out / "mine").mkdir(), "mine", id="a folder added"),
    pytest.param(lambda out: (out / "mine").symlink_to(out / "deep"), "mine", id="a link added"),
    pytest.param(lambda out: (out / "b.txt").write_text("longer than it was"), "b.txt", id="a file changed"),
    pytest.param(lambda out: os.utime(out / "b.txt", (1, 1)), "b.txt", id="a file of another time"),
    pytest.param(lambda out: (out / "b.txt").rename(out / "c.txt"), "c.txt", id="a file renamed"),
]


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(("touch", "name"), TOUCHED)
def test_a_folder_that_somebody_touched_is_never_replaced(
    tmp_path: Path, touch: Callable[[Path], object], name: str, overwrite: bool
):
    out = tmp_path / "out"
    write_folder(out, SAME)
    touch(out)
    before = sorted(out.rglob("*"))
    with pytest.raises(OutputError, match=f"since loopviz made it.*found '{name}'"):
        write_folder(out, SAME, overwrite=overwrite)
    assert sorted(out.rglob("*")) == before


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    "marker",
    [None, "", "{}", "[]", json.dumps({"made_by": "somebody", "files": {}}), json.dumps({"made_by": "loopviz"})],
)
def test_a_persons_own_folder_is_never_replaced(tmp_path: Path, marker: str | None, overwrite: bool):
    (tmp_path / "mine" / "labels").mkdir(parents=True)
    (tmp_path / "mine" / "labels" / "a.txt").write_text("0 .5 .5 .1 .1")
    if marker is not None:
        (tmp_path / "mine" / MARKER).write_text(marker)
    with pytest.raises(OutputError, match="holds other things and was kept"):
        write_folder(tmp_path / "mine", SAME, overwrite=overwrite)
    assert (tmp_path / "mine" / "labels" / "a.txt").read_text() == "0 .5 .5 .1 .1"


def test_a_marker_that_is_a_link_says_nothing(tmp_path: Path):
    write_folder(tmp_path / "out", SAME)
    (tmp_path / "out" / MARKER).rename(tmp_path / "marker")
    (tmp_path / "out" / MARKER).symlink_to(tmp_path / "marker")
    with pytest.raises(OutputError, match="holds other things"):
        write_folder(tmp_path / "out", SAME, overwrite=True)


def test_what_was_taken_away_is_no_hindrance(tmp_path: Path):
    write_folder(tmp_path / "out", SAME)
    (tmp_path / "out" / "b.txt").unlink()
    write_folder(tmp_path / "out", SAME)
    assert (tmp_path / "out" / "b.txt").exists()


def test_an_empty_folder_is_written_into(tmp_path: Path):
    (tmp_path / "out").mkdir()
    write_folder(tmp_path / "out", SAME)
    assert (tmp_path / "out" / "b.txt").exists()


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_is_neither_file_nor_folder_is_never_replaced(tmp_path: Path, overwrite: bool):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    for name, said in (("pipe", "a device or a pipe"), ("folder", "a folder"), ("link", "a folder")):
        with pytest.raises(OutputError, match=f"the output is {said}"):
            write_file(tmp_path / name, SAME, overwrite=overwrite)
    with pytest.raises(OutputError, match="the output is a device or a pipe"):
        check_file(Path("/dev/null"), SAME, overwrite=overwrite)
    for name, said in (("pipe", "a file"), ("link", "a link")):
        with pytest.raises(OutputError, match=f"the output is {said}"):
            write_folder(tmp_path / name, SAME, overwrite=overwrite)


def test_a_file_that_was_touched_needs_to_be_told(tmp_path: Path):
    write_file(tmp_path / "a.txt", SAME)
    (tmp_path / "a.txt").write_text("edited")
    with pytest.raises(OutputError, match=r"exists and was kept\. Pass --overwrite"):
        write_file(tmp_path / "a.txt", SAME)
    write_file(tmp_path / "a.txt", SAME, overwrite=True)
    assert (tmp_path / "a.txt").read_text() == "ours"


def test_a_file_that_moved_is_a_strangers(tmp_path: Path):
    write_file(tmp_path / "a.txt", SAME)
    shutil.copy2(tmp_path / "a.txt", tmp_path / "b.txt")
    with pytest.raises(OutputError, match="exists and was kept"):
        check_file(tmp_path / "b.txt", SAME)


def test_without_a_memory_it_is_a_strangers(tmp_path: Path, own_cache: Path):
    write_file(tmp_path / "a.txt", SAME)
    check_file(tmp_path / "a.txt", SAME)
    shutil.rmtree(own_cache)
    with pytest.raises(OutputError, match="exists and was kept"):
        check_file(tmp_path / "a.txt", SAME)


def test_two_files_stand_or_fall_together(tmp_path: Path):
    (tmp_path / "b.txt").write_text("mine")
    with (
        pytest.raises(OutputError, match=r"b\.txt: the output exists"),
        own_files(tmp_path / "a.txt", tmp_path / "b.txt", origin=SAME),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


def test_what_is_noted_names_no_place(tmp_path: Path, own_cache: Path):
    write_file(tmp_path / "a.txt", SAME)
    write_folder(tmp_path / "out", SAME)
    notes = [(tmp_path / "out" / MARKER).read_text(), *(f.read_text() for f in own_cache.rglob("*") if f.is_file())]
    assert len(notes) == 2
    assert (own_cache / "outputs").stat().st_mode & 0o077 == 0
    assert not [note for note in notes if "clip" in note or str(tmp_path) in note]


def test_a_folder_that_appears_meanwhile_is_kept(tmp_path: Path):
    out = tmp_path / "out"
    with pytest.raises(OutputError, match="holds other things and was kept"), own_folder(out, SAME):
        out.mkdir()
        (out / "mine.txt").write_text("mine")
    assert (out / "mine.txt").read_text() == "mine"
    check_folder(tmp_path / "none", SAME)
