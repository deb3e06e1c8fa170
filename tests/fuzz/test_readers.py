"""Readers given arbitrary bytes and spoiled files: nothing but our own errors."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.targets import CORPUS, TARGETS, feed, seeds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# What a text may hold that a reader may trip over.
TOKENS = [
    *(
        b'"',
        b"'",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b",",
        b"\n",
        b"\r\n",
        b"\t",
        b" ",
        b"- ",
        b"#",
        b"&a ",
        b"*a",
        b"!!python/none ",
    ),
    *(b"null", b"true", b"nan", b"NaN", b"1e999", b"-1", b"0", b"1.5", b"9" * 30, b"9" * 5000, b"1_0", b"0x1f", b"~"),
    *(b"\0", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", "٣".encode(), "\u202e".encode(), "\u2028".encode()),
    *(
        b"../",
        b"/etc/passwd",
        b"C:\\",
        b"{{ 7*7 }}",
        b"{% for x in [1] %}",
        b"{{ ''.__class__ }}",
        b"__proto__",
        b"[" * 2000,
    ),
    *(b"2024-05-01T12:00:00Z", b"9999-12-31T23:59:59-23:59", b"id", b"names", b"Q1", b"worker_id", b"file", b"frame"),
]
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from(TOKENS) | st.binary(max_size=6)), max_size=4
)
RELAXED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def spoiled(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """The bytes with some cut out and others put in their place; the end is cut off where an edit says nothing."""
    for place, cut, token in edits:
        at = round(place * len(data))
        data = data[:at] + token + data[at + cut :] if token or cut else data[:at]
    return data


@pytest.mark.parametrize("name", TARGETS)
@RELAXED
@given(data=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_arbitrary_bytes(name: str, data: bytes, tmp_path: Path) -> None:
    feed(name, data, tmp_path)


@pytest.mark.parametrize("name", TARGETS)
@RELAXED
@given(choice=st.integers(0, 99), edits=EDITS)
def test_spoiled_files(name: str, choice: int, edits: list[tuple[float, int, bytes]], tmp_path: Path) -> None:
    known = seeds(name)
    feed(name, spoiled(known[choice % len(known)], edits), tmp_path)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*/*")), ids=lambda file: f"{file.parent.name}-{file.name}")
def test_the_corpus(file: Path, tmp_path: Path) -> None:
    feed(file.parent.name, file.read_bytes(), tmp_path)


@pytest.mark.parametrize("name", TARGETS)
def test_each_reader_has_a_file_that_it_accepts(name: str, tmp_path: Path) -> None:
    TARGETS[name]((CORPUS / name / "valid").read_bytes(), tmp_path)
