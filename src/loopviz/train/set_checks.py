"""What is wrong with a training set, said before an hour is spent on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from loopviz.dataset import Dataset
from loopviz.errors import InputError
from loopviz.notes import Note, note, warning
from loopviz.train.pictures import Hash, twins

# Words for the two sides of things, in the languages that categories are most often named in.
SIDES = (
    ("left", "right"),
    ("links", "rechts"),
    ("gauche", "droite"),
    ("gauche", "droit"),
    ("izquierda", "derecha"),
    ("izquierdo", "derecho"),
    ("sinistra", "destra"),
    ("sinistro", "destro"),
    ("esquerda", "direita"),
    ("l", "r"),
    ("lh", "rh"),
    ("lt", "rt"),
)
FEW = 0.1  # share of the held-out pictures
_WORDS = re.compile(r"[^\W\d_]+")
_HUMPS = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")


def sided(names: Sequence[str]) -> list[str]:
    """Return the categories that stand for one side of something, so that a mirrored picture would teach the other.

    Both of a pair must be there, in names that are the same but for the word: ``Left_Button`` and ``Right_Button``,
    ``handL`` and ``handR``. A name with ``left`` or ``right`` alone counts as well: its mirror image is no example.
    """
    words = {name: _words(name) for name in names}
    whole = {tuple(each) for each in words.values()}
    return [name for name, own in words.items() if {"left", "right"} & set(own) or _has_mirror(own, whole)]


def _words(name: str) -> list[str]:
    return [word.casefold() for word in _WORDS.findall(_HUMPS.sub(" ", name.replace("_", " ")))]


def _has_mirror(own: Sequence[str], whole: set[tuple[str, ...]]) -> bool:
    mirrored = (
        (*own[:place], other, *own[place + 1 :])
        for place, word in enumerate(own)
        for pair in SIDES
        for one, other in (pair, pair[::-1])
        if word == one
    )
    return any(name in whole for name in mirrored)


def cut_to_pictures(objects: pl.DataFrame, frames: pl.DataFrame) -> tuple[pl.DataFrame, list[Note]]:
    """Return the labels that lie in their pictures, at least in part, and how many do not.

    Args:
        objects: The labels.
        frames: The Dataset's frames, with their sizes.
    """
    sized = objects.join(frames.select("frame", "width", "height"), on="frame", how="left", maintain_order="left")
    across = pl.min_horizontal("x_max", "width") - pl.max_horizontal("x_min", 0)
    down = pl.min_horizontal("y_max", "height") - pl.max_horizontal("y_min", 0)
    seen = (across > 0) & (down > 0)
    beyond = (pl.min_horizontal("x_min", "y_min") < 0) | (pl.col("x_max") > pl.col("width"))
    beyond = beyond | (pl.col("y_max") > pl.col("height"))
    kept = sized.filter(seen.fill_null(value=True))
    count, gone = kept.filter(beyond).height, objects.height - kept.height
    notes = [warning("labels-outside", count=count, gone=gone)] if count or gone else []
    return kept.drop("width", "height"), notes


def check_set(dataset: Dataset, objects: pl.DataFrame, images: pl.DataFrame) -> list[Note]:
    """Return what a person should know before training on a set.

    Args:
        dataset: The Dataset that it is made of.
        objects: The labels that teach.
        images: Its ``frame`` and ``split``.

    Raises:
        InputError: If nothing can be learned from it, or nothing can be said of what was learned.
    """
    parts = images.join(objects.select("frame", "class_id"), on="frame", how="left")
    drawn = parts.drop_nulls("class_id")
    if not drawn.height:
        raise InputError(
            "no label teaches anything",
            found=f"{dataset.annotations.height} labels on {dataset.frames.height} frames, none of which counts",
            remedy="Take more of the work with --whose (whose), or review it first: loopviz crowd review.",
        )
    if images.height == 1:
        remedy = "Label more frames: what is learned from one picture fits that picture alone."
        raise InputError(
            "there is a single image to learn from", found="1 image", expected="some dozens", remedy=remedy
        )
    for part, what in (("train", "learn from"), ("val", "judge by")):
        if not drawn.filter(pl.col("split") == part).height:
            counts = images["split"].value_counts().sort("split").iter_rows()
            found = ", ".join(f"{name}: {count} images" for name, count in counts)
            remedy = "Split otherwise: a shorter --block (block), another --seed (seed) or --split (split)."
            raise InputError(f"no labelled frame is left to {what}", at=f"part {part}", found=found, remedy=remedy)
    return [*_categories(dataset, drawn), *_sides(dataset)]


def _categories(dataset: Dataset, drawn: pl.DataFrame) -> Iterable[Note]:
    names = dict(dataset.categories.select("class_id", "name").iter_rows())
    taught = set(drawn.filter(pl.col("split") == "train")["class_id"])
    if untaught := [name for class_id, name in names.items() if class_id not in taught]:
        yield warning("category-untaught", names=untaught)
    for part in drawn["split"].unique(maintain_order=True).to_list():
        judged = set(drawn.filter(pl.col("split") == part)["class_id"])
        lacking = [names[class_id] for class_id in sorted(taught - judged)]
        if part != "train" and lacking:
            yield warning("category-unjudged", part=part, names=lacking)


def _sides(dataset: Dataset) -> Iterable[Note]:
    names = sided(dataset.categories["name"].to_list())
    if names:
        yield note("sides-told-apart", names=names)


def check_twins(hashes: Mapping[int, Hash], images: pl.DataFrame) -> list[Note]:
    """Return how many held-out pictures look the same as one that trains.

    Args:
        hashes: By frame, ``loopviz.train.pictures.picture_hash``.
        images: The set's ``frame`` and ``split``.
    """
    trains = images.filter(pl.col("split") == "train")["frame"].to_list()
    held = images.filter(pl.col("split") != "train")["frame"].to_list()
    found = twins(hashes, held, trains)
    if not found:
        return []
    said = warning if len(found) > FEW * len(held) else note  # where two blocks meet there are always some
    return [said("twins", count=len(found), of=len(held), frame=found[0][0], other=found[0][1])]
