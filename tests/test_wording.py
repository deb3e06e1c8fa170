"""Numbers and lists in sentences."""

from __future__ import annotations

import pytest

from loopviz.wording import listed, runs


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((), []), ((3,), [(3, 3)]), ((0, 1, 2), [(0, 2)]), ((0, 4, 5, 6, 9), [(0, 0), (4, 6), (9, 9)])],
)
def test_runs(numbers: tuple[int, ...], expected: list[tuple[int, int]]):
    assert runs(numbers) == expected


@pytest.mark.parametrize(("most", "text"), [(1, "a and 2 more"), (2, "a, b and 1 more"), (3, "a, b, c")])
def test_a_list_says_how_many_more_there_are(most: int, text: str):
    assert listed(["a", "b", "c"], most) == text
