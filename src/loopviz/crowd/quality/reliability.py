"""How far people agree: the whole, each category, person, pair and stretch of time, by Krippendorff's alpha.

Two alphas are told apart. That of *names* looks only at objects that two people or more drew: whether they call them
the same. That of *finding* counts who saw the frame and did not draw an object as one more value: whether people see
the same objects and call them the same. Where people drew shapes, a third one tells of single pixels how far they are
given to the same categories (``pixel_alpha``). Agreement is not correctness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.crowd.quality.alpha import SAMPLES, Floats, Sums, alpha, interval, sums_of
from loopviz.crowd.quality.pixel_alpha import pixel_sums, pooled
from loopviz.crowd.quality.units import Matcher, Units
from loopviz.dataset import Dataset

OVERLAP = 0.5
STRETCHES = 50  # at most
FIGURES = {"alpha_found": pl.Float64, "alpha_names": pl.Float64}
PIXELS = "alpha_pixels"
_BOUNDS = {f"{name}_{end}": pl.Float64 for name in FIGURES for end in ("low", "high")}
_PIXELS = {PIXELS: pl.Float64, f"{PIXELS}_low": pl.Float64, f"{PIXELS}_high": pl.Float64}


@dataclass(frozen=True, eq=False)
class Reliability:
    """How far people agree; figures are null where nothing says them.

    Attributes:
        whole: One row: the alphas with intervals, and how many units, frames and workers the first two are of.
        categories: A row for each: ``alpha_found`` of being that category or not, ``alpha_pixels`` of its pixels.
        people: A row for each person who shares a frame with another: both alphas on their frames, and how much alpha
            of the whole falls without them (``vitality_found``, ``vitality_names``; negative: it rises).
        pairs: A row for two people who share a frame: on how many frames, how many objects both drew, how many of these
            they call the same, and how many only one of them drew.
        stretches: A row for each stretch of frames: both alphas.
    """

    whole: pl.DataFrame
    categories: pl.DataFrame
    people: pl.DataFrame
    pairs: pl.DataFrame
    stretches: pl.DataFrame


def reliability(dataset: Dataset, overlap: float = OVERLAP, samples: int = SAMPLES, seed: int = 0) -> Reliability:
    """Return how far a Dataset's people agree.

    Args:
        dataset: The Dataset.
        overlap: How much two labels of one object overlap at least, as intersection over union.
        samples: How many samples of the frames the intervals are of.
        seed: Of the samples.
    """
    matcher = Matcher(dataset, overlap)
    units, ids = matcher.units(), dataset.categories["class_id"].to_list()
    counted = _Counted(*units.counts(ids))
    pixels = pixel_sums(dataset)
    whole = [
        {
            **counted.figures(),
            **counted.bounds(samples, seed),
            **_of_pixels(pooled(pixels), samples, seed),
            **_size_of(units, counted),
        }
    ]
    people = list(_people(matcher, units, counted, ids))
    names = dict(dataset.categories.select("class_id", "name").iter_rows())
    return Reliability(
        pl.DataFrame(
            whole, schema={**FIGURES, **_BOUNDS, **_PIXELS, "units": pl.Int64, "frames": pl.Int64, "workers": pl.Int64}
        ),
        pl.DataFrame(
            list(_categories(counted, ids, names, pixels)),
            schema={"name": pl.String, "alpha_found": pl.Float64, PIXELS: pl.Float64, "units": pl.Int64},
        ),
        pl.DataFrame(
            people,
            schema={
                "worker": pl.String,
                "frames": pl.Int64,
                "labels": pl.Int64,
                **FIGURES,
                "vitality_found": pl.Float64,
                "vitality_names": pl.Float64,
            },
        ),
        pairs_of(units),
        _stretches(dataset, counted, STRETCHES),
    )


def stretches_of(dataset: Dataset, count: int = STRETCHES, overlap: float = OVERLAP) -> pl.DataFrame:
    """Return how far people agree over time: ``Reliability.stretches`` alone.

    Args:
        dataset: The Dataset.
        count: How many stretches there are at most.
        overlap: How much two labels of one object overlap at least, as intersection over union.
    """
    ids = dataset.categories["class_id"].to_list()
    return _stretches(dataset, _Counted(*Matcher(dataset, overlap).units().counts(ids)), count)


@dataclass(frozen=True)
class _Counted:
    """How often units were called what, and missed: their frames, and the counts with those who missed them last."""

    frames: npt.NDArray[np.int64]
    found: Floats

    @property
    def names(self) -> Floats:
        return self.found[:, :-1]

    def figures(self, part: npt.NDArray[np.bool_] | slice = slice(None)) -> dict[str, float | None]:
        """Return both alphas of some units."""
        return {
            "alpha_found": alpha(sums_of(self.frames[part], self.found[part])),
            "alpha_names": alpha(sums_of(self.frames[part], self.names[part])),
        }

    def bounds(self, samples: int, seed: int) -> dict[str, float | None]:
        """Return the intervals of both."""
        found: dict[str, float | None] = {}
        for name, counts in (("alpha_found", self.found), ("alpha_names", self.names)):
            ends = interval(sums_of(self.frames, counts), samples, seed)
            found |= dict(zip((f"{name}_low", f"{name}_high"), ends or (None, None), strict=True))
        return found

    def with_part(self, part: _Counted, frames: npt.NDArray[np.int64]) -> _Counted:
        """Return the same with what some frames have replaced."""
        rest = ~np.isin(self.frames, frames)
        return _Counted(
            np.concatenate([self.frames[rest], part.frames]), np.concatenate([self.found[rest], part.found])
        )


def _size_of(units: Units, counted: _Counted) -> dict[str, int]:
    shared = counted.found.sum(axis=1) >= 2
    frames = np.unique(counted.frames[shared])
    seen = units.seen.filter(pl.col("frame").is_in(frames.tolist()))
    return {"units": int(shared.sum()), "frames": len(frames), "workers": seen["worker"].n_unique()}


def _of_pixels(sums: Sums | None, samples: int, seed: int) -> dict[str, float | None]:
    """Return alpha over pixels with its interval."""
    if sums is None:
        return dict.fromkeys(_PIXELS)
    return dict(zip(_PIXELS, (alpha(sums), *(interval(sums, samples, seed) or (None, None))), strict=True))


def _categories(
    counted: _Counted, ids: Sequence[int], names: dict[int, str], pixels: Mapping[int, Sums]
) -> Iterator[dict[str, Any]]:
    """Yield alpha of being a category or not; a unit is of a category if anybody calls it so."""
    for place, each in enumerate(ids):
        mine = counted.found[:, place]
        two: Floats = np.stack([mine, counted.found.sum(axis=1) - mine], axis=1)
        drawn = int(((mine > 0) & (two.sum(axis=1) >= 2)).sum())
        figure = alpha(sums_of(counted.frames, two)) if drawn else None
        of_pixels = alpha(pixels[each]) if each in pixels else None
        yield {"name": names[each], "alpha_found": figure, PIXELS: of_pixels, "units": drawn}


def _people(matcher: Matcher, units: Units, counted: _Counted, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    shared = units.seen.filter(pl.col("worker").len().over("frame") > 1)
    whole = counted.figures()
    drawn = dict(units.labels.group_by("worker").len().iter_rows())
    for worker in shared["worker"].unique(maintain_order=True):
        frames = units.seen.filter(pl.col("worker") == worker)["frame"].to_numpy()
        rest = counted.with_part(_Counted(*matcher.units(without=worker).counts(ids)), frames).figures()
        vitality = {
            f"vitality_{name.removeprefix('alpha_')}": _less(whole[name], rest[name])
            for name in ("alpha_found", "alpha_names")
        }
        mine = counted.figures(np.isin(counted.frames, frames))
        yield {"worker": worker, "frames": len(frames), "labels": drawn.get(worker, 0), **mine, **vitality}


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def pairs_of(units: Units) -> pl.DataFrame:
    """Return what each two people who share a frame have in common; see ``Reliability``."""
    order = pl.col("worker") < pl.col("other")
    with_other = units.seen.join(units.seen.rename({"worker": "other"}), on="frame").filter(order)
    shared = with_other.group_by("worker", "other").agg(frames=pl.len())
    both = units.labels.join(units.labels.rename({"worker": "other", "class_id": "called"}), on=["frame", "unit"])
    both = (
        both.filter(order)
        .group_by("worker", "other")
        .agg(both=pl.len(), same=(pl.col("class_id") == pl.col("called")).sum())
    )
    labels = units.labels.group_by("frame", "worker").agg(drawn=pl.len())
    found = with_other.join(labels, on=["frame", "worker"], how="left")
    found = found.join(labels.rename({"worker": "other", "drawn": "others"}), on=["frame", "other"], how="left")
    sums = found.group_by("worker", "other").agg(pl.col("drawn", "others").fill_null(0).sum())
    table = shared.join(sums, on=["worker", "other"]).join(both, on=["worker", "other"], how="left")
    table = table.with_columns(pl.col("both", "same").fill_null(0))
    table = table.with_columns(
        only_worker=pl.col("drawn") - pl.col("both"), only_other=pl.col("others") - pl.col("both")
    )
    columns = [pl.col(name).cast(pl.Int64) for name in ("frames", "both", "same", "only_worker", "only_other")]
    return table.select("worker", "other", *columns).sort("worker", "other")


def _stretches(dataset: Dataset, counted: _Counted, count: int) -> pl.DataFrame:
    """Return both alphas of equal stretches of the frames, those without a unit too."""
    frames = dataset.frames["frame"].sort().to_numpy()
    rows = []
    for part in np.array_split(frames, min(count, len(frames))) if len(frames) else ():
        inside = np.isin(counted.frames, part)
        shared = np.unique(counted.frames[inside & (counted.found.sum(axis=1) >= 2)])
        figures = counted.figures(inside)
        rows.append({"first": int(part[0]), "last": int(part[-1]), "frames": len(shared), **figures})
    return pl.DataFrame(rows, schema={"first": pl.Int64, "last": pl.Int64, "frames": pl.Int64, **FIGURES})
