"""One list of categories for two label sets, so that a class id means the same on both sides."""

from __future__ import annotations

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.wording import listed

NAMED = 6  # categories that a message names


def on_same_categories(reference: Dataset, predicted: Dataset, *, sharing: bool = True) -> tuple[Dataset, Dataset]:
    """Return two Datasets with the same categories: those of the first, then those that only the second has, by name.

    Categories of one name are one category. Colours and skeletons are those of whoever has it first.

    Args:
        reference: The first.
        predicted: The second.
        sharing: Whether they need a category that both have.

    Raises:
        InputError: If both have labels, and not one category of the same name where they need one.
    """
    first = reference.categories.unique("name", keep="first", maintain_order=True)
    more = predicted.categories.unique("name", keep="first", maintain_order=True)
    shared = more.filter(pl.col("name").is_in(first["name"].implode()))
    if sharing and not shared.height and reference.annotations.height and predicted.annotations.height:
        found, expected = (listed(each["name"].to_list(), NAMED) for each in (more, first))
        remedy = "Call the categories alike on both sides: --names A,B,C, where the files hold only numbers."
        raise InputError("no category stands on both sides", found=found, expected=expected, remedy=remedy)
    every = pl.concat([first, more.join(first, on="name", how="anti", maintain_order="left")])
    both = every.with_columns(class_id=pl.int_range(pl.len(), dtype=pl.Int64))
    return _moved(reference, both), _moved(predicted, both)


def _moved(dataset: Dataset, categories: pl.DataFrame) -> Dataset:
    """Return a Dataset on a list of categories that has all its names."""
    number = dict(categories.select("name", "class_id").iter_rows())
    new = {class_id: number[name] for class_id, name in dataset.categories.select("class_id", "name").iter_rows()}
    ids = pl.col("class_id").replace_strict(new, return_dtype=pl.Int64) if new else pl.col("class_id")
    moved = dataset.annotations.with_columns(ids)
    return dataset.replace(annotations=moved.clear()).replace(categories=categories).replace(annotations=moved)
