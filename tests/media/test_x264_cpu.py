from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from loopviz.media import x264_cpu as processor


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    processor.steady_instructions.cache_clear()
    yield
    processor.steady_instructions.cache_clear()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param("flags\t\t: fpu avx avx2 avx512f avx512bw\n", ":asm=avx2", id="AVX-512"),
        pytest.param("flags\t\t: fpu avx avx2\n", "", id="AVX2"),
        pytest.param("Features\t: fp asimd\n", "", id="another architecture"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_only_avx_512_is_held_back(said: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\n{said}")
    monkeypatch.setattr(processor, "PROCESSOR", file)
    assert processor.steady_instructions() == words


def test_a_system_that_does_not_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processor, "PROCESSOR", tmp_path / "none")
    assert processor.steady_instructions() == ""
