"""A full disk, a folder that may not be written to or goes, a source that goes or changes, a clock that jumps.

Whatever happens during a render: a clear error, what stood there before is intact byte for byte, and nothing half done
is left.
"""

from __future__ import annotations

import errno
import fnmatch
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import av
import av.error
import pytest

from loopviz.errors import InputError, LoopvizError, OutputError
from loopviz.media import Finish, VideoSpec
from loopviz.outputs import MARKER
from loopviz.project import pipeline
from loopviz.project.discover import configure
from loopviz.project.render_options import Effort
from loopviz.render import RenderResult, finish, segment

Run = Callable[..., tuple[int, str, str]]
NO_SPACE = "No space left on device"
QUICK = {"encoder.preset": "ultrafast", "encoder.crf": 35}
KEEP = "Make room, name another folder with LOOPVIZ_CACHE, or render with --no-cache."
ROOM = "Free some space, or choose another place for the output."


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def no_mess(folder: Path) -> bool:
    hidden = (f for f in folder.rglob("*") if f.name.startswith(".") or f.suffix in {".part", ".kept"})
    return not [f for f in hidden if f.name != MARKER]


@pytest.fixture
def project(crowd: Path, tmp_path: Path) -> Path:
    """A project of two segments, and what it made yesterday."""
    folder = tmp_path / "mouse"
    shutil.copytree(crowd, folder)
    (folder / "out").mkdir()
    (folder / "out" / "mouse.mp4").write_bytes(b"yesterday")
    return folder


def render(
    project: Path, *, cache: bool = True, progress: Any = None, jobs: int = 1, frames: str = "0:12"
) -> RenderResult:
    config = configure(project, QUICK)[0]
    return pipeline.run(config, frames=frames, overwrite=True, effort=Effort(jobs, cache), progress=progress)


def refused(kind: type[LoopvizError], project: Path, own_cache: Path, **how: Any) -> str:
    """The message of a render that must fail, and leave everything as it was."""
    before = files_of(project / "out")
    with pytest.raises(kind) as caught:
        render(project, **how)
    assert type(caught.value) is kind
    if (project / "out").exists():  # else the test removed it
        assert files_of(project / "out") == before
    assert no_mess(project)
    assert no_mess(own_cache)
    return str(caught.value).replace(str(own_cache), "CACHE").replace(str(project), "PROJECT")


class TestFullDisk:
    """``/dev/full`` stands in for FFmpeg's files, an error for Python's own."""

    @pytest.fixture
    def fill(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        """A function after which nothing can be written to files whose path matches a pattern."""

        def full(pattern: str) -> None:
            opened, written = av.open, Path.write_text

            def fake_open(file: str, mode: str = "r", **options: Any) -> Any:
                return opened("/dev/full" if mode == "w" and fnmatch.fnmatch(file, pattern) else file, mode, **options)

            def fake_write(path: Path, *words: Any, **options: Any) -> int:
                if fnmatch.fnmatch(str(path), pattern):
                    raise OSError(errno.ENOSPC, NO_SPACE)
                return written(path, *words, **options)

            monkeypatch.setattr(av, "open", fake_open)
            monkeypatch.setattr(Path, "write_text", fake_write)

        return full

    @pytest.mark.parametrize(
        ("pattern", "cache", "message"),
        [
            pytest.param(
                "*/out/*.nut",
                False,
                f"PROJECT/out/mouse.mp4: cannot be written: {NO_SPACE}. {ROOM}",
                id="a segment",
            ),
            pytest.param(
                "*/whole.mp4",
                True,
                f"PROJECT/out/mouse.mp4: cannot be written: {NO_SPACE}. {ROOM}",
                id="the whole",
            ),
            pytest.param(
                "*/cache*.nut",
                True,
                f"CACHE: segments cannot be kept here: {NO_SPACE}. {KEEP}",
                id="a kept segment",
            ),
            pytest.param(
                "*.kept", True, f"CACHE: segments cannot be kept here: {NO_SPACE}. {KEEP}", id="a segment's seal"
            ),
        ],
    )
    def test_while_rendering(
        self, project: Path, own_cache: Path, fill: Callable[[str], None], pattern: str, cache: bool, message: str
    ):
        fill(pattern)
        assert refused(OutputError, project, own_cache, cache=cache) == message

    def test_a_still(self, project: Path, tmp_path: Path, loopviz: Run, monkeypatch: pytest.MonkeyPatch):
        def full(*_: Any, **__: Any) -> None:
            raise OSError(errno.ENOSPC, NO_SPACE)

        monkeypatch.setattr("PIL.Image.Image.save", full)
        still = tmp_path / "still.png"
        still.write_bytes(b"yesterday")
        code, _, said = loopviz("run", project, "--preview", "0", "-o", still, "--overwrite", "-q")
        assert (code, said) == (5, f"loopviz: {still}: cannot be written: {NO_SPACE}. {ROOM}\n")
        assert still.read_bytes() == b"yesterday"

    def test_frames(self, project: Path, tmp_path: Path, loopviz: Run, monkeypatch: pytest.MonkeyPatch):
        written = Path.write_bytes

        def full(path: Path, data: bytes) -> int:
            if path.name == "frame_000003.png":
                raise OSError(errno.ENOSPC, NO_SPACE)
            return written(path, data)

        frames = tmp_path / "frames"
        assert loopviz("split", project / "clip.mp4", frames, "--range", "0:2", "-q")[0] == 0
        before = files_of(frames)
        monkeypatch.setattr(Path, "write_bytes", full)
        code, _, said = loopviz("split", project / "clip.mp4", frames, "--overwrite")
        assert (code, said) == (5, f"loopviz: {frames}: cannot be written: {NO_SPACE}. {ROOM}\n")
        assert files_of(frames) == before
        assert sorted(p.name for p in tmp_path.iterdir()) == ["frames", "mouse"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A function that makes a file system of some kilobytes."""
    made: list[Path] = []

    def make(kilobytes: int) -> Path:
        place = tmp_path / f"disk{len(made)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", str(place)]
        if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("only root can make a small disk to fill")
        made.append(place)
        return place

    yield make
    for place in made:  # lazily: PyAV never closes a file whose header did not fit on the disk
        subprocess.run(["umount", "--lazy", str(place)], check=True)


class TestSmallDisk:
    """A disk of every size from too small for anything to large enough: it may run full at any moment."""

    SIZES = (4, 8, 16, 24, 32, 48, 80, 512)  # kilobytes

    @pytest.mark.parametrize("what", ["output", "cache", "output without a cache", "both"])
    def test_of_any_size(
        self,
        project: Path,
        own_cache: Path,
        small_disk: Callable[[int], Path],
        monkeypatch: pytest.MonkeyPatch,
        what: str,
    ):
        expected = render(project, cache=False, frames="0:48").path.read_bytes()
        outcomes = set()
        for size in self.SIZES:
            disk = small_disk(size)
            cache = disk / "cache" if what in {"cache", "both"} else own_cache
            target = project / "out" / "v.mp4" if what == "cache" else disk / "v.mp4"
            shutil.rmtree(own_cache, ignore_errors=True)
            target.write_bytes(b"yesterday")
            monkeypatch.setenv("LOOPVIZ_CACHE", str(cache))
            config = configure(project, {**QUICK, "output": target})[0]
            try:
                pipeline.run(config, overwrite=True, effort=Effort(1, what != "output without a cache"))
                assert target.read_bytes() == expected
                outcomes.add("done")
            except OutputError as error:
                assert target.read_bytes() == b"yesterday"
                said = str(error).replace(str(cache), "CACHE").replace(str(target), "OUTPUT")
                outcomes.add(said)
            assert no_mess(target.parent)
            assert not cache.exists() or no_mess(cache)
        full = {
            "OUTPUT": f"OUTPUT: cannot be written: {NO_SPACE}. {ROOM}",
            "CACHE": f"CACHE: segments cannot be kept here: {NO_SPACE}. {KEEP}",
        }
        allowed = {"cache": {full["CACHE"]}, "both": set(full.values())}.get(what, {full["OUTPUT"]})
        assert "done" in outcomes
        assert len(outcomes) > 1
        assert outcomes <= {"done", *allowed}


@pytest.fixture(scope="module")
def loaded(crowd: Path, loopviz: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everything that a render loads is: nobody may not be allowed to read it."""
    place = tmp_path_factory.mktemp("loaded")
    assert loopviz("run", crowd, "-o", place / "video.mp4", "--range", "0:2", "-q")[0] == 0
    assert loopviz("run", crowd, "-o", place / "still.png", "--preview", "0", "-q")[0] == 0
    assert loopviz("split", crowd / "clip.mp4", place / "frames", "--range", "0:1", "-q")[0] == 0


@pytest.mark.usefixtures("loaded")
class TestReadOnly:
    """Folders that may not be written to. Root, whom nothing is forbidden, becomes nobody meanwhile."""

    @pytest.fixture
    def closed(self, crowd: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A project in which only ``free/`` may be written to; its output stands in ``out/``, and names nobody."""
        place = Path(tempfile.mkdtemp(dir="/tmp"))  # pytest's own folders are closed to nobody
        project, root = place / "mouse", os.geteuid() == 0
        shutil.copytree(crowd, project)
        for name in ("out", "cache", "free"):
            (project / name).mkdir()
        (project / "out" / "mouse.mp4").write_bytes(b"yesterday")
        with (project / "loopviz.yaml").open("a") as config:
            config.write("identity: hidden\n")
        for folder in (place, project, *(f for f in project.rglob("*") if f.is_dir())):
            folder.chmod(0o777 if folder.name == "free" else 0o555)
        monkeypatch.setenv("LOOPVIZ_CACHE", str(project / "free" / "segments"))
        try:
            if root:
                os.seteuid(65534)
            yield project
        finally:
            if root:
                os.seteuid(0)
            for folder in (place, project, *project.rglob("*")):
                if folder.is_dir():
                    folder.chmod(0o755)
            shutil.rmtree(place)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            pytest.param(("run", "."), "out/mouse.mp4: cannot be written: Permission denied.", id="the output"),
            pytest.param(
                ("run", ".", "-o", "new/video.mp4"),
                "new/video.mp4: cannot be written: Permission denied.",
                id="its folder",
            ),
            pytest.param(
                ("run", ".", "--preview", "0", "-o", "out/still.png"),
                "out/still.png: cannot be written: Permission denied.",
                id="a still",
            ),
            pytest.param(
                ("split", "clip.mp4", "out/frames"), "out/frames: cannot be written: Permission denied.", id="frames"
            ),
        ],
    )
    def test_where_the_output_goes(
        self, closed: Path, loopviz: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
    ):
        monkeypatch.chdir(closed)
        before = files_of(closed)
        more = ("--overwrite", "--range", "0:6") if "--preview" not in arguments else ()
        code, _, said = loopviz(*arguments, *more, "-q")
        assert (code, said) == (5, f"loopviz: {message} Choose a folder that you may write to.\n")
        assert files_of(closed) == before

    def test_where_segments_go(self, closed: Path, loopviz: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("LOOPVIZ_CACHE", str(closed / "cache"))
        command = ("run", closed, "-o", closed / "free" / "video.mp4", "--range", "0:6", "-q")
        code, _, said = loopviz(*command)
        assert (code, said) == (
            5, f"loopviz: {closed}/cache: segments cannot be kept here: Permission denied. {KEEP}\n"
        )  # fmt: skip
        assert list((closed / "free").iterdir()) == []
        assert loopviz(*command, "--dry-run") == (5, "", said)
        assert loopviz(*command, "--no-cache", "--dry-run")[0] == 0
        assert loopviz(*command, "--no-cache")[0] == 0

    def test_where_the_secret_goes(self, closed: Path, loopviz: Run, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("XDG_CONFIG_HOME", str(closed / "cache"))
        output = closed / "free" / "video.mp4"
        code, _, said = loopviz("run", closed, "-o", output, "--identity", "alias", "-q")
        assert (code, said) == (
            5,
            f"loopviz: {closed}/cache/loopviz/salt: the secret behind the aliases cannot be kept: permission denied. "
            "Name one with 'salt_file:' in the project file, or choose 'identity: hidden'.\n",
        )
        assert list((closed / "free").iterdir()) == []


class TestSourceThatGoes:
    """What is rendered of two sources is neither of them."""

    @pytest.fixture(params=[True, False], ids=["kept", "not kept"])
    def how(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"cache": request.param}

    @pytest.mark.parametrize("how", [{"cache": True}, {"cache": False}, {"jobs": 2}], ids=str)
    def test_removed(self, project: Path, own_cache: Path, how: dict[str, Any]):
        clip = project / "clip.mp4"
        said = refused(InputError, project, own_cache, progress=lambda *_: clip.unlink(missing_ok=True), **how)
        assert said == "PROJECT/clip.mp4: the source was removed while it was in use. Put it back, then run it again."

    @pytest.mark.parametrize("way", ["replaced", "written to"])
    def test_changed(
        self, project: Path, own_cache: Path, how: dict[str, Any], way: str, make_clip: Callable[..., Path]
    ):
        other = make_clip(project / "other.mp4", frames=60)
        clip = project / "clip.mp4"
        data = clip.read_bytes()

        def change(*_: int) -> None:
            if other.exists() and way == "replaced":
                other.replace(clip)
            elif other.exists():
                clip.write_bytes(other.read_bytes())
                other.unlink()

        said = refused(InputError, project, own_cache, progress=change, **how)
        assert said.startswith("PROJECT/clip.mp4: ")
        if way == "replaced":
            assert said == (
                "PROJECT/clip.mp4: the source was changed while it was in use. "
                "Wait until nothing writes to it any more, then run it again."
            )
        # Nothing of the other one was kept under the name of the first.
        clip.write_bytes(data)
        assert render(project, cache=True).path.read_bytes() == render(project, cache=False).path.read_bytes()

    def test_before_its_sound_is_read(self, project: Path, own_cache: Path):
        clip = project / "clip.mp4"

        def at_the_end(done: int, total: int) -> None:
            if done == total:
                clip.unlink()

        assert "was removed" in refused(InputError, project, own_cache, progress=at_the_end)

    @pytest.mark.parametrize("which", [1, 11])
    def test_an_image_of_many(self, project: Path, own_cache: Path, loopviz: Run, which: int, how: dict[str, Any]):
        frames = project / "frames"
        assert loopviz("split", project / "clip.mp4", frames, "-q")[0] == 0
        (project / "loopviz.yaml").write_text(
            (project / "loopviz.yaml").read_text().replace("source: clip.mp4", "source: frames")
        )
        image = frames / f"frame_{which:06d}.png"
        said = refused(InputError, project, own_cache, progress=lambda *_: image.unlink(missing_ok=True), **how)
        assert said.startswith(f"PROJECT/frames/{image.name}")


class TestClock:
    @pytest.mark.parametrize("jump", [-(10.0**9), -3600.0, 3600.0, 10.0**9])
    def test_that_jumps(
        self, project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, loopviz: Run, jump: float
    ):
        expected = render(project, cache=False).path.read_bytes()
        assert own_cache.exists()
        now, ticks, calls = time.time, time.monotonic, [0]

        def jumping() -> float:
            calls[0] += 1
            return now() + (jump if calls[0] % 2 else 0)

        monkeypatch.setattr(time, "time", jumping)
        monkeypatch.setattr(time, "monotonic", lambda: ticks() + (max(jump, 0) if calls[0] % 3 else 0))
        for rendered in (2, 0):
            code, log, said = loopviz(
                "run", project, "--overwrite", "--range", "0:12", "--preset", "ultrafast", "--crf", "35", "--json"
            )
            assert (code, said) == (0, "")
            events = [json.loads(line) for line in log.splitlines()]
            assert events[-1]["rendered"] == rendered
            assert events[-2]["done"] == events[-2]["total"] == 12
            assert (project / "out" / "mouse.mp4").read_bytes() == expected

    def test_files_from_the_future(self, project: Path, own_cache: Path):
        expected = render(project).path.read_bytes()
        for file in [*own_cache.rglob("*"), *project.rglob("*")]:
            os.utime(file, (2**33, 2**33))
        again = render(project)
        assert (again.rendered, again.path.read_bytes()) == (0, expected)


def test_a_file_that_appears_meanwhile_is_kept(project: Path, own_cache: Path):
    target = project / "out" / "other.mp4"
    config = configure(project, {**QUICK, "output": target})[0]
    with pytest.raises(OutputError) as caught:
        pipeline.run(config, frames="0:12", progress=lambda *_: target.write_bytes(b"somebody's"))
    said = f"{target}: the output exists and was kept. Pass --overwrite, or choose another name."
    assert (str(caught.value), target.read_bytes()) == (said, b"somebody's")
    assert no_mess(project)
    target.unlink()
    assert pipeline.run(config, frames="0:12").rendered == 0  # no work was lost
    assert no_mess(own_cache)


def tidy(folder: Path) -> None:
    """Remove a folder, whoever writes to it meanwhile: it is gone in one step."""
    aside = Path(tempfile.mkdtemp()) / "aside"
    folder.rename(aside)
    shutil.rmtree(aside.parent, ignore_errors=True)


class Moments:
    """Something happens at one moment of a render of two segments, whichever thread is how far.

    The encoder's thread is held up where that is needed, so that each moment is met on every machine.
    """

    NAMES = ("the first is open", "the first is whole", "the second is whole", "joining", "checking")

    def __init__(self, patch: pytest.MonkeyPatch, when: str, happen: Callable[[], None]) -> None:
        self._patch, self._happen, self.encoded = patch, happen, 0
        happens_in = {"joining": "join_segments", "checking": "verify_video"}.get(when)
        if happens_in:
            self._before(happens_in)
        else:
            self._while_encoding(self.NAMES.index(when))

    def _before(self, name: str) -> None:
        usual = getattr(finish, name)

        def happening(*given: Any, **more: Any) -> Any:
            self._happen()
            return usual(*given, **more)

        self._patch.setattr(finish, name, happening)

    def _while_encoding(self, whole: int) -> None:
        """In the encoder's thread: when so many segments are whole; with none, between two of the first's pictures."""
        usual = segment.begin_segment

        def begin(pictures: Iterable[av.VideoFrame], target: Path, spec: VideoSpec) -> Finish:
            finish = usual(self._interrupted(pictures) if whole == 0 and self.encoded == 0 else pictures, target, spec)

            def ended() -> int:
                count = finish()
                self.encoded += 1
                if self.encoded == whole:
                    self._happen()
                return count

            return ended

        self._patch.setattr(segment, "begin_segment", begin)

    def _interrupted(self, pictures: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        for number, picture in enumerate(pictures):
            if number == 2:
                self._happen()
            yield picture


class TestFolderThatGoes:
    """Somebody tidies up while a render is under way. What is told does not depend on who meets it first."""

    OUTPUT = (
        "PROJECT/out/mouse.mp4: cannot be written: No such file or directory. "
        "A folder was removed meanwhile: run it again."
    )
    CACHE = f"CACHE: segments cannot be kept here: No such file or directory. {KEEP}"

    @pytest.mark.parametrize("when", Moments.NAMES)
    def test_the_outputs_while_segments_are_not_kept(
        self, project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, when: str
    ):
        with monkeypatch.context() as patch:
            Moments(patch, when, lambda: tidy(project / "out"))
            assert refused(OutputError, project, own_cache, cache=False) == self.OUTPUT
        assert not (project / "out").exists()  # and nothing made it again
        assert render(project).rendered == 2

    @pytest.mark.parametrize("when", Moments.NAMES)
    def test_the_outputs_while_they_are(
        self, project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, when: str
    ):
        expected = render(project, cache=False).path.read_bytes()
        with monkeypatch.context() as patch:
            Moments(patch, when, lambda: tidy(project / "out"))
            if when in {"joining", "checking"}:
                assert refused(OutputError, project, own_cache) == self.OUTPUT
            else:
                assert render(project).path.read_bytes() == expected
        assert render(project).path.read_bytes() == expected
        assert no_mess(project / "out")
        assert no_mess(own_cache)

    @pytest.mark.parametrize("when", ["the first is open", "the first is whole", "the second is whole", "joining"])
    def test_the_caches(self, project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, when: str):
        with monkeypatch.context() as patch:
            Moments(patch, when, lambda: tidy(own_cache))
            assert refused(OutputError, project, own_cache) == self.CACHE
        assert render(project).rendered == 2

    @pytest.mark.parametrize("cache", [True, False])
    @pytest.mark.parametrize(("jobs", "done"), [(1, 1), (1, 6), (1, 7), (1, 12), (2, 7)])
    def test_as_progress_is_heard(self, project: Path, own_cache: Path, jobs: int, cache: bool, done: int):
        def remove(so_far: int, _: int) -> None:
            if so_far == done:
                tidy(own_cache if cache else project / "out")

        said = refused(OutputError, project, own_cache, progress=remove, cache=cache, jobs=jobs)
        assert said == (self.CACHE if cache else self.OUTPUT)


@pytest.mark.parametrize("when", Moments.NAMES)
class TestAtEveryMoment:
    """One trouble, one wording, at whichever moment it comes."""

    @pytest.mark.parametrize("cache", [True, False])
    def test_a_source_that_goes_and_a_folder_with_it(
        self, project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, when: str, cache: bool
    ):
        def remove() -> None:
            (project / "clip.mp4").unlink()
            tidy(project / "out")

        Moments(monkeypatch, when, remove)
        said = refused(InputError, project, own_cache, cache=cache)
        assert said == "PROJECT/clip.mp4: the source was removed while it was in use. Put it back, then run it again."

    def test_a_folder_that_nobody_may_enter(
        self, project: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch, when: str
    ):
        """Of a user without rights: what may not be written to is not what was removed."""
        opened = av.open
        closed: list[bool] = []

        def open_if_free(file: str, *given: Any, **more: Any) -> Any:
            if closed and "/out/" in file:
                raise PermissionError(errno.EACCES, "Permission denied", file)
            return opened(file, *given, **more)

        monkeypatch.setattr(av, "open", open_if_free)
        Moments(monkeypatch, when, lambda: closed.append(True))
        said = refused(OutputError, project, own_cache, cache=False)
        assert said == (
            "PROJECT/out/mouse.mp4: cannot be written: Permission denied. Choose a folder that you may write to."
        )


@pytest.mark.parametrize(("cache", "jobs"), [(True, 1), (False, 1), (False, 2)])
@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, NO_SPACE),
        FileNotFoundError(errno.ENOENT, "No such file or directory", "log.txt"),
        av.error.InvalidDataError(1, "invalid"),
        OutputError("cannot be written: something", file="theirs.txt"),
        OutputError("it has no file"),
        InputError("theirs"),
        KeyboardInterrupt(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_callers_progress_raises_is_theirs(
    project: Path, own_cache: Path, error: BaseException, cache: bool, jobs: int
):
    """Even where it comes with trouble of ours: the folder has gone, and the encoder meets that."""
    file = getattr(error, "file", None)

    def fail(done: int, _: int) -> None:
        if done == 7:
            tidy(own_cache if cache else project / "out")
            raise error

    with pytest.raises(type(error)) as caught:
        render(project, progress=fail, cache=cache, jobs=jobs)
    assert caught.value is error
    assert getattr(error, "file", None) == file
    assert no_mess(project)
    assert no_mess(own_cache)
