from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loopviz.media import x264_cpu as processor


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    processor._instructions.cache_clear()
    yield
    processor._instructions.cache_clear()


AVX2 = "fpu avx avx2 fma bmi1 bmi2"
AVX512 = f"{AVX2} avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(
    ("said", "width", "words"),
    [
        pytest.param(f"flags\t\t: {AVX512}\n", 1920, ":asm=avx512", id="AVX-512 and whole rows"),
        pytest.param(f"flags\t\t: {AVX512}\n", 1906, ":asm=avx512", id="the last macroblock of a row is cut"),
        pytest.param(f"flags\t\t: {AVX512}\n", 1922, ":asm=avx2", id="a row of one macroblock more"),
        pytest.param(f"flags\t\t: {AVX512}\n", 96, ":asm=avx2", id="a row of less than eight"),
        pytest.param(f"flags\t\t: {AVX2} avx512f\n", 1920, ":asm=avx2", id="a part of AVX-512"),
        pytest.param(f"flags\t\t: {AVX2}\n", 1920, "", id="AVX2"),
        pytest.param("flags\t\t: fpu avx avx512f\n", 1920, "", id="AVX2 is not said"),
        pytest.param("Features\t: fp asimd\n", 1920, "", id="another architecture"),
        pytest.param("", 1920, "", id="nothing"),
    ],
)
def test_instructions_are_those_that_are_steady(
    said: str, width: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\n{said}")
    monkeypatch.setattr(processor, "PROCESSOR", file)
    assert processor.steady_instructions(width) == words


def test_a_system_that_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processor, "PROCESSOR", tmp_path / "none")
    assert processor.steady_instructions(1920) == ""
