from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from loopviz.errors import InputError, OutputError
from loopviz.media import EncoderSettings, Finish, open_source
from loopviz.render import RenderOptions, SegmentCache, SegmentRenderer, plan_render, render_video
from loopviz.render import segment as segments
from loopviz.render.executors import executor_for, processes
from loopviz.render.plan import Segment

QUICK = RenderOptions(EncoderSettings(preset="ultrafast"), segment_seconds=0.125, overwrite=True)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, make_clip: Callable[..., Path]) -> Path:
    return make_clip(tmp_path_factory.mktemp("jobs") / "clip.mp4")


class Doomed(SegmentRenderer):
    """Its first process is killed in the middle of the second segment; with ``always``, every one is."""

    always = False

    def begin(self, segment: Segment, done: Callable[[], None] | None = None) -> Finish:
        mark = self.folder / "killed"
        if segment.index == 1 and multiprocessing.parent_process() and (self.always or not mark.exists()):
            assert done
            done()
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().begin(segment, done)


class AlwaysDoomed(Doomed):
    always = True


class Unlucky(SegmentRenderer):
    def begin(self, segment: Segment, done: Callable[[], None] | None = None) -> Finish:  # noqa: ARG002
        raise InputError("the frame is damaged", at=f"frame {segment.start}")


class Heavy(SegmentRenderer):
    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"ballast": bytes(10**6)}


class Unreadable(SegmentRenderer):
    """As one whose source has gone when a process opens it."""

    def __reduce__(self) -> tuple[object, ...]:
        return _gone, ()


def _gone() -> None:
    raise InputError("the file is gone")


def run(kind: type[SegmentRenderer], clip: Path, folder: Path, count: int) -> tuple[list[int], list[int]]:
    frames: list[int] = []
    finished: list[int] = []
    with open_source(clip) as source:
        plan = plan_render(source, None, QUICK)
        renderer = kind(source, None, plan, folder)
        executor_for(count).run(renderer, plan.segments, frames.append, lambda segment: finished.append(segment.index))
    return frames, finished


def test_several_processes_make_the_same_bytes(clip: Path, tmp_path: Path):
    with open_source(clip) as source:
        alone = render_video(source, None, tmp_path / "one.mp4", QUICK)
        options = RenderOptions(QUICK.settings, segment_seconds=0.125, jobs=2)
        together = render_video(source, None, tmp_path / "two.mp4", options)
    assert alone.rendered == together.rendered == together.segments == 4
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


@pytest.mark.parametrize("count", [1, 2, 9])
def test_every_executor_tells_every_frame_and_segment(clip: Path, tmp_path: Path, count: int):
    frames, finished = run(SegmentRenderer, clip, tmp_path, count)
    assert frames == [1] * 12
    assert sorted(finished) == [0, 1, 2, 3]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("error", [ImportError("no sem_open"), PermissionError(1, "no"), FileNotFoundError(2, "no")])
def test_where_processes_can_share_nothing_one_renders(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def refuse(_: object) -> None:
        raise error

    monkeypatch.setattr(multiprocessing.context.BaseContext, "Lock", refuse)
    assert run(SegmentRenderer, clip, tmp_path, 2) == ([1] * 12, [0, 1, 2, 3])


def test_a_process_that_dies_is_replaced(clip: Path, tmp_path: Path):
    frames, finished = run(Doomed, clip, tmp_path, 2)
    assert sum(frames) == 12  # what the dead one had done is taken back
    assert min(frames) < 0
    assert sorted(finished) == [0, 1, 2, 3]


def test_a_process_that_dies_between_two_segments_is_replaced(clip: Path, tmp_path: Path):
    finished: list[int] = []

    def kill(segment: Segment) -> None:
        finished.append(segment.index)
        if len(finished) == 1:
            for process in multiprocessing.active_children():
                process.kill()
                process.join()

    with open_source(clip) as source:
        plan = plan_render(source, None, QUICK)
        renderer = SegmentRenderer(source, None, plan, tmp_path)
        executor_for(2).run(renderer, plan.segments, lambda _: None, kill)
    assert sorted(finished) == [0, 1, 2, 3]


def test_a_segment_that_kills_twice_is_named(clip: Path, tmp_path: Path):
    with pytest.raises(OutputError, match=r"segment 1, frames 3 to 5: a process died twice.*exit code -9"):
        run(AlwaysDoomed, clip, tmp_path, 2)
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_before_it_hears_of_a_segment(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is sent to it then is a broken pipe, and no fault of the disk."""
    start = multiprocessing.context.SpawnProcess.start

    def begun(process: multiprocessing.context.SpawnProcess) -> None:
        start(process)
        process.kill()
        process.join()

    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", begun)
    with pytest.raises(OutputError, match=r"segment [01], .*died twice while rendering.*exit code -9"):
        run(SegmentRenderer, clip, tmp_path, 2)


def test_a_process_that_never_starts(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It reads nothing of what it is sent, and that is more than a pipe holds."""
    monkeypatch.setattr("multiprocessing.spawn._python_exe", b"/bin/false")
    with pytest.raises(OutputError, match=r"segment [01], .*died twice while rendering.*exit code 1"):
        run(Heavy, clip, tmp_path, 2)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("count", [1, 2])
def test_what_rendering_raises_is_raised(clip: Path, tmp_path: Path, count: int):
    with pytest.raises(InputError, match="the frame is damaged"):
        run(Unlucky, clip, tmp_path, count)
    assert multiprocessing.active_children() == []


def test_what_goes_wrong_when_a_process_opens_the_source_is_raised(clip: Path, tmp_path: Path):
    with pytest.raises(InputError, match="the file is gone"):
        run(Unreadable, clip, tmp_path, 2)
    assert multiprocessing.active_children() == []


def test_an_interrupt_leaves_no_process(clip: Path, tmp_path: Path):
    def interrupt(_: Segment) -> None:
        raise KeyboardInterrupt

    with open_source(clip) as source:
        plan = plan_render(source, None, QUICK)
        renderer = SegmentRenderer(source, None, plan, tmp_path)
        with pytest.raises(KeyboardInterrupt):
            executor_for(2).run(renderer, plan.segments, lambda _: None, interrupt)
    assert multiprocessing.active_children() == []


def test_only_what_is_missing_is_rendered(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache = SegmentCache(tmp_path / "cache")
    target = tmp_path / "out.mp4"
    with open_source(clip) as source:
        first = render_video(source, None, target, QUICK, cache=cache)
        whole = target.read_bytes()
        monkeypatch.setattr(segments, "begin_render", None)  # nothing may call it
        again = render_video(source, None, target, QUICK, cache=cache)
        part = RenderOptions(QUICK.settings, segment_seconds=0.125, frames=range(3, 9), overwrite=True)
        piece = render_video(source, None, tmp_path / "part.mp4", part, cache=cache)
    assert (first.rendered, again.rendered, piece.rendered) == (4, 0, 0)
    assert piece.segments == 2
    assert target.read_bytes() == whole


def test_what_was_done_before_a_failure_is_kept(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    cache, target = SegmentCache(tmp_path / "cache"), tmp_path / "out.mp4"
    begin = segments.begin_render

    def third_fails(source, compositor, plan, segment, *rest, **more):
        if segment.index == 2:
            raise KeyboardInterrupt
        return begin(source, compositor, plan, segment, *rest, **more)

    with open_source(clip) as source:
        monkeypatch.setattr(segments, "begin_render", third_fails)
        with pytest.raises(KeyboardInterrupt):
            render_video(source, None, target, QUICK, cache=cache)
        assert not target.exists()
        monkeypatch.setattr(segments, "begin_render", begin)
        result = render_video(source, None, target, QUICK, cache=cache)
    assert (result.rendered, result.segments) == (2, 4)
    assert not [entry for entry in (tmp_path / "cache").iterdir() if entry.name.startswith(".")]


def test_an_interrupt_that_another_thread_hears_waits_until_a_process_is_begun():
    begun, finished = threading.Event(), False

    def hear() -> None:  # a thread from before: it does not inherit what is blocked
        begun.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    other = threading.Thread(target=hear)
    other.start()
    with pytest.raises(KeyboardInterrupt), processes._interrupts_held_back():
        begun.set()
        other.join()
        finished = True
    assert finished
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


class Encoding(SegmentRenderer):
    """Notes the order in which segments are begun and ended; the third cannot be composed if ``fails``."""

    fails = False

    def begin(self, segment: Segment, done: Callable[[], None] | None = None) -> Finish:
        if self.fails and segment.index == 2:
            raise InputError("the frame is damaged")
        finish = super().begin(segment, done)
        self.said.append(f"composed {segment.index}")
        composed = self.composed[segment.index + 1]
        self.composed[segment.index].set()

        def ended() -> int:
            # The last one has no next; the one before a damaged one waits for none.
            if segment.index < (1 if self.fails else 3):
                composed.wait()
            self.said.append(f"encoded {segment.index}")
            return finish()

        return ended


class Damaged(Encoding):
    fails = True


@pytest.mark.parametrize("kind", [Encoding, Damaged])
def test_a_segment_is_composed_while_the_one_before_is_encoded(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Encoding]
):
    """Each is encoded to its end only when the next one is composed, which would wait for ever one after the other."""
    finished: list[int] = []
    monkeypatch.setattr("loopviz.render.executors.serial.overlap_helps", lambda _: True)
    with open_source(clip) as source:
        plan = plan_render(source, None, QUICK)
        renderer = kind(source, None, plan, tmp_path)
        renderer.said, renderer.composed = [], [threading.Event() for _ in range(5)]
        trouble = pytest.raises(InputError, match="damaged") if kind.fails else contextlib.nullcontext()
        with trouble:
            executor_for(1).run(renderer, plan.segments, lambda _: None, lambda each: finished.append(each.index))
    assert finished == ([0, 1] if kind.fails else [0, 1, 2, 3])  # what was done before is kept
    assert renderer.said[:3] == ["composed 0", "composed 1", "encoded 0"]


def test_with_little_memory_one_encoder_works_at_a_time(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("loopviz.render.executors.serial.overlap_helps", lambda _: False)
    order: list[str] = []
    begin = segments.begin_render

    def told(*given: object, **more: object) -> Finish:
        order.append("composed")
        finish = begin(*given, **more)
        return lambda: (order.append("encoded"), finish())[1]

    monkeypatch.setattr(segments, "begin_render", told)
    run(SegmentRenderer, clip, tmp_path, 1)
    assert order == ["composed", "encoded"] * 4
