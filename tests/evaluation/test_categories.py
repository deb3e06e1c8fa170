from __future__ import annotations

import pytest
from support import box

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.evaluation.categories import on_same_categories
from loopviz.schema import table


def named(*names: str, classes: tuple[int, ...] = ()) -> Dataset:
    rows = [box(0, 0, 4, 4, annotation_id=i, frame=0, class_id=c) for i, c in enumerate(classes)]
    return Dataset(
        frames=table("frames", {"frame": [0]}),
        categories=table("categories", {"class_id": range(len(names)), "name": names}),
        annotations=table("annotations", rows),
    )


@pytest.mark.parametrize(
    ("one", "other", "names", "first", "second"),
    [
        pytest.param(("a", "b"), ("a", "b"), ["a", "b"], [0, 1], [0, 1], id="the same"),
        pytest.param(("a", "b"), ("b", "a"), ["a", "b"], [0, 1], [1, 0], id="in another order"),
        pytest.param(("a", "b"), ("b", "c"), ["a", "b", "c"], [0, 1], [1, 2], id="one of each is the other's"),
        pytest.param(("a", "a"), ("a", "b"), ["a", "b"], [0, 0], [0, 1], id="two of one name"),
    ],
)
def test_ids_mean_the_same(
    one: tuple[str, ...], other: tuple[str, ...], names: list[str], first: list[int], second: list[int]
) -> None:
    left, right = on_same_categories(named(*one, classes=(0, 1)), named(*other, classes=(0, 1)))
    assert left.categories.equals(right.categories)
    assert left.categories["name"].to_list() == names
    assert left.annotations["class_id"].to_list() == first
    assert right.annotations["class_id"].to_list() == second


def test_labels_of_other_things_are_not_compared() -> None:
    with pytest.raises(InputError) as raised:
        on_same_categories(named("a", classes=(0,)), named("A", classes=(0,)))
    assert (raised.value.found, raised.value.expected) == ("'A'", "a")


def test_a_side_without_labels_has_nothing_to_differ_in() -> None:
    left, _ = on_same_categories(named("a"), named("b", classes=(0,)))
    assert left.categories["name"].to_list() == ["a", "b"]
