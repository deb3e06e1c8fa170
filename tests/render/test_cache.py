from __future__ import annotations

import errno
import json
import os
import time
from pathlib import Path

import pytest

from loopviz.cli import main
from loopviz.cli.results import cache_facts, cache_lines
from loopviz.errors import OutputError
from loopviz.render import SegmentCache, cache_folder

KEY, OTHER, THIRD = "ab" * 32, "cd" * 32, "ef" * 32


@pytest.fixture
def cache(tmp_path: Path) -> SegmentCache:
    return SegmentCache(tmp_path / "cache", limit_bytes=25)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "cache" / "work"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def made(tmp_path: Path) -> Path:
    file = tmp_path / "made.nut"
    file.write_bytes(b"0123456789")
    return file


def keep(cache: SegmentCache, work: Path, key: str, content: bytes = b"0123456789") -> None:
    made = work / f"{key}.nut"
    made.write_bytes(content)
    cache.keep(key, made, "mouse.mp4", range(6))


def test_what_was_kept_is_taken(cache: SegmentCache, work: Path):
    keep(cache, work, KEY)
    assert cache.take(KEY, work / "mine.nut")
    assert (work / "mine.nut").read_bytes() == b"0123456789"
    assert [(e.key, e.size_bytes, e.video, e.frames) for e in cache.entries()] == [(KEY, 10, "mouse.mp4", (0, 6))]


def test_what_was_not_kept_is_not_taken(cache: SegmentCache, work: Path):
    assert not cache.take(KEY, work / "mine.nut")
    assert not (work / "mine.nut").exists()


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda data, _: data.write_bytes(b"012345678"), id="truncated"),
        pytest.param(lambda data, _: data.write_bytes(b"012345678X"), id="a byte changed"),
        pytest.param(lambda data, _: data.unlink(), id="gone"),
        pytest.param(lambda _, seal: seal.write_text("{"), id="a broken seal"),
        pytest.param(lambda _, seal: seal.write_text("[]"), id="a seal of another kind"),
        pytest.param(lambda _, seal: seal.unlink(), id="no seal"),
    ],
)
def test_what_is_damaged_is_noticed_and_removed(cache: SegmentCache, work: Path, harm):
    keep(cache, work, KEY)
    (work / f"{KEY}.nut").unlink()  # the maker's own name for the same bytes
    place = cache.folder / KEY[:2] / KEY
    harm(place.with_suffix(".nut"), place.with_suffix(".json"))
    assert not cache.take(KEY, work / "mine.nut")
    assert not (work / "mine.nut").exists()
    assert cache.entries() == []
    keep(cache, work, KEY)
    assert cache.take(KEY, work / "mine.nut")


def test_what_was_not_used_for_longest_goes_first(cache: SegmentCache, work: Path):
    for age, key in ((3, KEY), (2, OTHER), (1, THIRD)):
        keep(cache, work, key)
        then = time.time() - 1000 * age
        os.utime(cache.folder / key[:2] / f"{key}.json", (then, then))
    cache.take(KEY, work / "mine.nut")  # now it is the latest used
    assert [entry.key for entry in cache.prune()] == [OTHER]
    assert {entry.key for entry in cache.entries()} == {KEY, THIRD}
    assert len(cache.prune(0)) == 2
    assert cache.entries() == []


def test_pruning_takes_nothing_from_who_has_it(cache: SegmentCache, work: Path):
    keep(cache, work, KEY)
    cache.take(KEY, work / "mine.nut")
    cache.prune(0)
    assert (work / "mine.nut").read_bytes() == b"0123456789"


def test_keeping_twice_is_keeping_once(cache: SegmentCache, work: Path):
    keep(cache, work, KEY)
    keep(cache, work, KEY)
    assert len(cache.entries()) == 1


def test_a_disk_without_links_is_no_obstacle(cache: SegmentCache, work: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    keep(cache, work, KEY)
    assert cache.take(KEY, work / "mine.nut")


def test_a_cache_that_cannot_be_written_says_so(cache: SegmentCache, work: Path):
    (cache.folder / KEY[:2]).write_text("in the way")
    with pytest.raises(OutputError, match=r"cannot be kept here.*LOOPVIZ_CACHE.*--no-cache"):
        keep(cache, work, KEY)


def test_the_seal_names_the_video_and_no_place(cache: SegmentCache, work: Path):
    keep(cache, work, KEY)
    seal = json.loads((cache.folder / KEY[:2] / f"{KEY}.json").read_text())
    assert sorted(seal) == ["frames", "seal", "sha256", "videos"]


def test_the_variable_names_the_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("LOOPVIZ_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("LOOPVIZ_CACHE")
    assert cache_folder().name == "segments"


@pytest.mark.parametrize(("age_hours", "stays"), [(1, True), (30, False)])
def test_what_was_never_sealed_goes_after_a_day(cache: SegmentCache, work: Path, age_hours: int, stays: bool):
    for key in (KEY, OTHER):
        keep(cache, work, key)
    data = cache.folder / KEY[:2] / f"{KEY}.nut"
    data.with_suffix(".json").unlink()
    then = time.time() - 3600 * age_hours
    os.utime(data, (then, then))
    assert cache.prune() == []
    assert data.exists() == stays
    assert [entry.key for entry in cache.entries()] == [OTHER]


def test_pruning_takes_what_killed_processes_worked_on_and_nothing_of_others(cache: SegmentCache):
    dead = cache.folder / ".work-loopviz-abcd1234"
    with cache.workshop() as busy:
        dead.mkdir()
        (dead / "segment_000001.nut").write_bytes(b"0123456789")
        (busy / "segment_000001.nut").write_bytes(b"0123456789")
        cache.prune(0)
        assert not dead.exists()
        assert (busy / "segment_000001.nut").exists()


def test_pruning_counts_only_what_went(cache: SegmentCache, work: Path, monkeypatch: pytest.MonkeyPatch):
    keep(cache, work, KEY)
    keep(cache, work, OTHER)
    unlink = Path.unlink

    def refuse(file: Path, *, missing_ok: bool = False) -> None:
        if file.stem == KEY:
            raise OSError(errno.EROFS, "Read-only file system")
        unlink(file, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(OutputError, match="1 of 2 segments cannot be removed"):
        cache.prune(0)
    assert [entry.key for entry in cache.entries()] == [KEY]


def test_trouble_in_the_workshop_is_the_caches(cache: SegmentCache):
    with pytest.raises(OutputError) as caught, cache.workshop() as folder:
        raise OutputError("cannot be written: No space left on device", file=folder / "segment_000001.nut.part")
    assert str(caught.value) == (
        f"{cache.folder}: segments cannot be kept here: No space left on device. "
        "Make room, name another folder with LOOPVIZ_CACHE, or render with --no-cache."
    )
    with pytest.raises(OutputError, match=r"^out\.mp4: something else\.$"), cache.workshop():
        raise OutputError("something else", file="out.mp4")
    assert list(cache.folder.iterdir()) == []


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_nobody_else_may_enter_or_read(tmp_path: Path, made: Path, umask: int):
    before = os.umask(umask)
    try:
        cache = SegmentCache(tmp_path / "new" / "cache")
        with cache.workshop():
            cache.keep(KEY, made, "out.mp4", range(6))
    finally:
        os.umask(before)
    entries = list(cache.folder.rglob("*"))
    assert {mode(entry) for entry in entries if entry.is_file()} == {0o600}
    assert {mode(entry) for entry in (cache.folder, *entries) if entry.is_dir()} == {0o700}


def test_a_cache_of_an_earlier_version_is_closed_and_a_folder_of_other_things_is_not(tmp_path: Path, made: Path):
    for name, other in (("cache", "outputs"), ("home", "letters")):
        (tmp_path / name / other).mkdir(parents=True)
        (tmp_path / name).chmod(0o755)
        SegmentCache(tmp_path / name).keep(KEY, made, "out.mp4", range(6))
    assert (mode(tmp_path / "cache"), mode(tmp_path / "home")) == (0o700, 0o755)
    assert mode(tmp_path / "home" / KEY[:2]) == 0o700


class TestForgetting:
    def test_only_what_shows_the_person_goes(self, cache: SegmentCache, made: Path, tmp_path: Path):
        cache.keep(KEY, made, "a.mp4", range(6), people=["HER", "HIM"])
        cache.keep(OTHER, made, "a.mp4", range(6, 12), people=["HIM"])
        assert cache.take(KEY, tmp_path / "taken.nut", "b.mp4")
        assert cache.forget(["HER", "Worker 0417"]) == (1, ("a.mp4", "b.mp4"))
        assert [entry.key for entry in cache.entries()] == [OTHER]
        assert cache.forget(["HER"]) == (0, ())

    def test_who_is_shown_cannot_be_read(self, cache: SegmentCache, made: Path):
        cache.keep(KEY, made, "a.mp4", range(6), people=["HER"])
        cache.keep(OTHER, made, "a.mp4", range(6, 12), people=["HER"])
        seals = [json.loads(file.read_text()) for file in cache.folder.glob("??/*.json")]
        assert "HER" not in str(seals)
        assert seals[0]["people"] != seals[1]["people"]

    @pytest.mark.parametrize("told", [{"sha256": "x", "made_for": "old.mp4, frames 0–5"}, "damaged", {"people": 3}])
    def test_what_does_not_say_whom_it_shows_goes_too(self, cache: SegmentCache, made: Path, told: object):
        cache.keep(KEY, made, "a.mp4", range(6))
        (cache.folder / KEY[:2] / f"{KEY}.json").write_text(json.dumps(told))
        gone, videos = cache.forget(["HER"])
        assert (gone, list(cache.folder.glob("??/*"))) == (1, [])
        assert videos == ()

    @pytest.mark.parametrize("part", ["people", "videos", "frames", "sha256"])
    def test_a_seal_that_was_changed_says_nothing(self, cache: SegmentCache, made: Path, part: str, tmp_path: Path):
        cache.keep(KEY, made, "a.mp4", range(6), people=["HIM"])
        seal = cache.folder / KEY[:2] / f"{KEY}.json"
        told = json.loads(seal.read_text())
        seal.write_text(json.dumps(told | {part: told[part][:-1]}))
        (entry,) = cache.entries()
        assert (entry.video, cache_facts(entry)["made_for"]) == ("", None)
        assert any("of no known video: 1 segment" in line for line in cache_lines(cache.folder, [entry]))
        assert cache.forget(["HER"]) == (1, ())
        assert not cache.take(KEY, tmp_path / "taken.nut")

    def test_what_a_killed_process_left_goes_too(self, cache: SegmentCache, made: Path):
        cache.keep(KEY, made, "a.mp4", range(6), people=["HIM"])
        seal = cache.folder / KEY[:2] / f"{KEY}.json"
        seal.unlink()
        (cache.folder / ".work-loopviz-abcd1234").mkdir()
        (cache.folder / ".work-loopviz-abcd1234" / "segment_000001.nut").write_bytes(b"her")
        cache.forget(["HER"])
        assert not [file for file in cache.folder.rglob("*") if file.is_file()]

    def test_what_cannot_be_removed_is_said(self, cache: SegmentCache, made: Path, monkeypatch: pytest.MonkeyPatch):
        cache.keep(KEY, made, "a.mp4", range(6), people=["HER"])

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(Path, "unlink", refuse)
        with pytest.raises(OutputError, match=r"cannot be removed.*run it again"):
            cache.forget(["HER"])

    def test_a_cache_that_is_not_there(self, tmp_path: Path):
        assert SegmentCache(tmp_path / "none").forget(["HER"]) == (0, ())
        assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("command", [["cache", "list"], ["cache", "prune"]])
def test_a_cache_that_cannot_be_read_is_not_called_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
):
    place = tmp_path / "cache"
    monkeypatch.setenv("LOOPVIZ_CACHE", str(place))
    assert main(command) == 0  # it is not there yet
    place.write_text("a file")
    assert main(command) == 5
    assert "the cache cannot be read: not a directory" in capsys.readouterr().err
    place.unlink()
    (place / "ab").mkdir(parents=True)
    original = os.listdir

    def closed(folder: Path) -> list[str]:
        if folder == place / "ab":
            raise PermissionError(errno.EACCES, "Permission denied", str(folder))
        return original(folder)

    monkeypatch.setattr(os, "listdir", closed)
    assert main(command) == 5
    assert f"{place}/ab: the cache cannot be read: permission denied" in capsys.readouterr().err
