from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from loopviz.media import ColorTags, EncoderSettings, VideoSpec
from loopviz.render.executors import capacity
from loopviz.render.executors.capacity import overlap_helps, processes_that_help

SPEC = VideoSpec(1920, 1080, Fraction(24), Fraction(1, 24), ColorTags("bt709", False, 1, 1, 1), EncoderSettings())
LONG = 10_000  # frames


@pytest.mark.parametrize(
    ("processors", "quota", "free_gib", "frames", "processes"),
    [
        pytest.param(1, "", 100, LONG, 1, id="one processor"),
        pytest.param(2, "", 100, LONG, 1, id="two, which one process keeps busy"),
        pytest.param(16, "", 100, LONG, 8, id="many"),
        pytest.param(16, "max 100000", 100, LONG, 8, id="a container without a limit"),
        pytest.param(16, "400000 100000", 100, LONG, 2, id="a container with a limit"),
        pytest.param(16, "50000 100000", 100, LONG, 1, id="a container of half a processor"),
        pytest.param(16, "", 2, LONG, 2, id="little memory"),
        pytest.param(16, "", 0, LONG, 1, id="no memory"),
        pytest.param(16, "", 100, 20, 1, id="a moment"),
        pytest.param(16, "", 100, 300, 3, id="some seconds"),
    ],
)
def test_processes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    processors: int,
    quota: str,
    free_gib: int,
    frames: int,
    processes: int,
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)))
    monkeypatch.setattr(capacity, "CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(capacity, "MEMORY", tmp_path / "meminfo")
    (tmp_path / "cpu.max").write_text(quota)
    (tmp_path / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {free_gib << 20} kB\n")
    assert processes_that_help(SPEC, frames) == processes


def test_a_containers_memory_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    monkeypatch.setattr(capacity, "CONTROL_GROUP", tmp_path)
    (tmp_path / "memory.max").write_text(str(3 << 30))
    (tmp_path / "memory.current").write_text(str(1 << 30))
    assert processes_that_help(SPEC, LONG) <= 2


def test_a_machine_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    monkeypatch.setattr(capacity, "CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(capacity, "MEMORY", tmp_path / "meminfo")
    assert processes_that_help(SPEC, LONG) == 8


@pytest.mark.parametrize(
    ("free_gib", "limited", "preset", "helps"),
    [
        pytest.param(16, False, "medium", True, id="enough"),
        pytest.param(16, False, "slow", True, id="more to look ahead"),
        pytest.param(16, False, "veryfast", False, id="little to look ahead"),
        pytest.param(2, False, "medium", False, id="little memory"),
        pytest.param(16, True, "medium", False, id="a limit of this process"),
        pytest.param(None, False, "medium", True, id="a machine that says nothing"),
    ],
)
def test_a_second_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_gib: int | None, limited: bool, preset: str, helps: bool
):
    monkeypatch.setattr(capacity, "CONTROL_GROUP", tmp_path)
    monkeypatch.setattr(capacity, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(capacity, "is_limited", lambda: limited)
    if free_gib is not None:
        (tmp_path / "meminfo").write_text(f"MemAvailable: {free_gib << 20} kB\n")
    assert overlap_helps(replace(SPEC, settings=EncoderSettings(preset=preset))) == helps
