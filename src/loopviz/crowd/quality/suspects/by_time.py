"""What speaks against labels by where objects are before and after: size, place, edges, a wrong name, one missed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from loopviz.crowd.quality.suspects.by_picture import COMMON, Picture, together
from loopviz.crowd.quality.suspects.expected import LEAST as LEAST_NEIGHBOURS
from loopviz.crowd.quality.suspects.expected import REACH, Expected, expected_at
from loopviz.geometry import paired_iou
from loopviz.schema import EDGES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LEAST = 1e-6  # of a side, that something can be a share of it
STEADY = 0.5  # of a side: what commonly lies further off does not move through time
FITS, BETTER = 0.5, 0.25  # least overlap with where another object should be, and how much more than with its own
SEEN = 0.75  # of the work around: an object that so much of it has should be in all of it
NAMED, MISSED = 8.0, 6.0  # deviations of a label that fits another object in full, and of what all others labelled
LONE, FEW = 6.0, 2  # deviations of a label that is there for so few frames that it is hardly an object
PAIRS = 1 << 20  # labels beside places at a time
FAR = 1.5  # deviations of an edge that the picture speaks against
MAINLY = 1.5  # times: a place is off, not a size, where it is off by so much more


class Scene(NamedTuple):
    """Labels, the objects that they are of, and where objects should be. Work is what one person did on one frame.

    Attributes:
        boxes: ``(N, 4)``: the labels.
        place: ``(N,)``: of each, which of the places is its own object's in its own work.
        work: ``(N,)``: the work that each is a part of.
        frames: ``(U,)``: the frame of each work, ascending.
        places: ``(P, 2)``: a work, and an object that is around then, by work.
        expected: ``(P, 4)``: where the object should be there; NaN where nobody can say.
        spread: ``(P, 4)``: how far it may lie off, in pixels.
        share: ``(P,)``: of how much of the work before and after the object is a part.
        classes: ``(C,)``: the objects' categories.
    """

    boxes: Floats
    place: Ints
    work: Ints
    frames: Ints
    places: Ints
    expected: Floats
    spread: Floats
    share: Floats
    classes: Ints


def by_time(labels: pl.DataFrame, picture: Picture | None = None) -> pl.DataFrame:
    """Return what is suspicious of labels, and of what is not there: columns as ``SUSPECTS``, and ``deviations``.

    Args:
        labels: Rows of annotations, with ``person`` and ``chain`` (which object each is of), sorted by frame.
        picture: What the picture says of their edges, if anything is known of it.
    """
    scene = scene_of(labels, labels["chain"].to_numpy())
    fits = _fits(scene)
    missed = _missed(scene, fits)
    named, lone = (pl.DataFrame(list(rows)) for rows in (_named(scene, fits), _lone(scene, missed)))
    said = pl.concat([named, lone, _placed(scene, picture)], how="diagonal_relaxed")
    about = labels.select("frame", "annotation_id", "class_id", *EDGES).with_columns(row=pl.int_range(pl.len()))
    first = said.unique("row", keep="first", maintain_order=True).sort("row")
    of_labels = first.join(about, on="row", maintain_order="left").drop("row")
    return pl.concat([of_labels, missed], how="diagonal_relaxed")


def scene_of(labels: pl.DataFrame, chain: Ints) -> Scene:
    """Return labels as ``Scene`` has them."""
    boxes = labels.select(EDGES).to_numpy().astype(np.float64)
    works = labels.select("frame", "person").unique(maintain_order=True).with_row_index("work")
    work = (
        labels.join(works, on=["frame", "person"], how="left", maintain_order="left")["work"]
        .to_numpy()
        .astype(np.int64)
    )
    frames = works["frame"].to_numpy().astype(np.int64)
    order = np.argsort(chain, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(chain[order])) + 1)
    around = [_around(work[rows], frames, boxes[rows]) for rows in parts]
    counts = [len(each[0]) for each in around]
    places = np.stack([np.concatenate([each[0] for each in around]), np.repeat(np.arange(len(parts)), counts)], axis=1)
    by_work = np.lexsort((places[:, 1], places[:, 0]))
    places = places[by_work]
    expected, spread, share = (np.concatenate([each[n] for each in around])[by_work] for n in (1, 2, 3))
    keys, count = places[:, 0] * len(parts) + places[:, 1], len(parts)
    own = np.searchsorted(keys, work * count + chain)
    classes = labels["class_id"].to_numpy().astype(np.int64)[[int(rows[0]) for rows in parts]]
    return Scene(boxes, own, work, frames, places, expected, spread, share, classes)


def _around(work: Ints, frames: Ints, boxes: Floats) -> tuple[Ints, Floats, Floats, Floats]:
    """Return an object's works, where it should be in each, how far off it may lie, and how much work around has it."""
    if len(work) <= LEAST_NEIGHBOURS:  # nobody can say where it should be
        own = np.unique(work)
        unknown = np.full((len(own), 4), np.nan)
        return own, unknown, unknown, np.zeros(len(own))
    times = frames[work].astype(np.float64)
    near = np.flatnonzero((frames >= times[0]) & (frames <= times[-1]))
    found = expected_at(times, boxes, work, frames[near].astype(np.float64), near)
    known = np.isfinite(found.boxes[:, 0])
    if known.any():  # ten neighbours say little of how far one may lie off: so does the object's whole way
        found = Expected(found.boxes, (found.spread + np.median(found.spread[known], axis=0)) / 2)
    rough = (found.spread / _sides(found.boxes))[known]
    if len(rough) and np.median(rough) > STEADY:  # pictures that have nothing to do with each other
        found = Expected(np.full_like(found.boxes, np.nan), found.spread)
    has = np.isin(near, work).astype(np.float64)
    sums, places = np.concatenate([[0.0], np.cumsum(has)]), np.arange(len(near))
    low, high = np.maximum(places - REACH, 0), np.minimum(places + REACH + 1, len(near))
    share = (sums[high] - sums[low] - has) / np.maximum(high - low - 1, 1)
    return near, found.boxes, found.spread, share


def _sides(boxes: Floats) -> Floats:
    """Return ``(N, 4)``: the side that each edge moves along: the width, the height, and both again."""
    return np.tile(np.maximum(boxes[..., 2:] - boxes[..., :2], LEAST), 2)


def _placed(scene: Scene, picture: Picture | None) -> pl.DataFrame:
    """Return labels and how far they lie from where their object should be, by time and by the picture."""
    should, within = _together(scene, picture)
    away = np.nan_to_num((scene.boxes - should) / within)
    moved = np.abs(away[:, :2] + away[:, 2:]).max(axis=1) / 2
    grown = np.abs(away[:, 2:] - away[:, :2]).max(axis=1) / 2
    total = np.sqrt((away**2).sum(axis=1))  # two edges that are off say more than one
    known = np.isfinite(should)
    should = np.where(known, should, scene.boxes)
    kinds = [moved > MAINLY * grown, grown > MAINLY * moved]
    kind = np.select(kinds, ["jump", "size"], "edges")
    seen = np.where(kind == "edges", _seen(scene, picture), np.nan)
    found = np.select(kinds, [_off(scene.boxes, should), _grown(scene.boxes, should)], paired_iou(scene.boxes, should))
    columns = {"kind": kind, "deviations": total, "found": found, "usual": np.where(kind == "jump", 0.0, 1.0)}
    table = pl.DataFrame({"row": np.arange(len(kind)), **columns, "picture_pixels": seen})
    return table.with_columns(pl.col("picture_pixels").fill_nan(None)).filter(pl.Series(known.any(axis=1)))


def _together(scene: Scene, picture: Picture | None) -> tuple[Floats, Floats]:
    """Return where edges should be, by time and by the picture, and how far they may be off."""
    should = scene.expected[scene.place]
    within = COMMON * _sides(should) + scene.spread[scene.place]
    if picture is None:
        return should, within
    off, within = together(should - scene.boxes, within, picture)
    return scene.boxes + off, within


def _seen(scene: Scene, picture: Picture | None) -> Floats:
    """Return how many pixels the picture's edge lies from that of a label's edges that is the furthest off, if far."""
    if picture is None:
        return np.full(len(scene.boxes), np.nan)
    off = np.abs(picture.off)
    far = np.where(off > FAR * picture.within, off, 0.0).max(axis=1)
    return np.where(far > 0, far, np.nan)


def _grown(boxes: Floats, should: Floats) -> Floats:
    """Return ``(N,)``: which share boxes are of the size that they should have."""
    sides = np.maximum(should[:, 2:] - should[:, :2], LEAST)
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1) / sides.prod(axis=1))


def _off(boxes: Floats, should: Floats) -> Floats:
    """Return ``(N,)``: how far boxes' middles are from where they should be, in sides."""
    sides = np.maximum(should[:, 2:] - should[:, :2], LEAST)
    middles = (boxes[:, :2] + boxes[:, 2:] - should[:, :2] - should[:, 2:]) / 2
    return np.asarray((np.abs(middles) / sides).max(axis=1))


class Fits(NamedTuple):
    """Labels and places of their work that overlap: which label, which place, and how much."""

    label: Ints
    place: Ints
    overlap: Floats


def _fits(scene: Scene) -> Fits:
    """Return how much each label overlaps with where each object should be in its work, some labels at a time."""
    starts = np.searchsorted(scene.places[:, 0], scene.work, side="left")
    counts = np.searchsorted(scene.places[:, 0], scene.work, side="right") - starts
    cuts = np.searchsorted(np.cumsum(counts), np.arange(PAIRS, counts.sum(), PAIRS))
    found = [Fits(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for rows in np.split(np.arange(len(scene.boxes)), cuts):
        many = counts[rows]
        label = np.repeat(rows, many)
        place = np.arange(many.sum()) + np.repeat(starts[rows] - np.cumsum(many) + many, many)
        overlap = paired_iou(scene.boxes[label], scene.expected[place])
        there = overlap > 0
        found.append(Fits(label[there], place[there], overlap[there]))
    return Fits(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _own(scene: Scene, fits: Fits) -> Floats:
    """Return ``(N,)``: how much each label overlaps with where its own object should be."""
    own = np.zeros(len(scene.boxes))
    is_own = fits.place == scene.place[fits.label]
    own[fits.label[is_own]] = fits.overlap[is_own]
    return own


def _named(scene: Scene, fits: Fits) -> Iterator[dict[str, Any]]:
    """Yield labels that lie where another object should be, and not where their own should."""
    own = _own(scene, fits)
    category = scene.classes[scene.places[:, 1]]
    wrong = (category[fits.place] != category[scene.place[fits.label]]) & (fits.overlap >= FITS)
    wrong &= fits.overlap >= own[fits.label] + BETTER
    best: dict[int, tuple[float, int]] = {}
    for label, place, overlap in zip(*(each[wrong].tolist() for each in fits), strict=True):
        best[label] = max(best.get(label, (0.0, -1)), (overlap, place))
    taken = {(int(scene.work[label]), int(scene.place[label])): place for label, (_, place) in best.items()}
    for label, (overlap, place) in best.items():
        back = taken.get((int(scene.work[label]), place)) == int(scene.place[label])
        yield {
            "row": label,
            "kind": "swapped" if back else "category",
            "deviations": NAMED + NAMED * (overlap - float(own[label])),
            "other_class_id": int(category[place]),
            "found": overlap,
            "usual": float(own[label]),
        }


def _missed(scene: Scene, fits: Fits) -> pl.DataFrame:
    """Return objects that work lacks, and that nearly all work around it has."""
    taken = np.zeros(len(scene.places), dtype=np.bool_)
    taken[scene.place] = True
    # What lies there rather than where it should be itself: its name is wrong, or its place.
    taken[fits.place[(fits.overlap >= FITS) & (fits.overlap > _own(scene, fits)[fits.label])]] = True
    lacking = ~taken & (scene.share >= SEEN) & np.isfinite(scene.expected[:, 0])
    (work, number), share = scene.places[lacking].T, scene.share[lacking]
    should, spread = scene.expected[lacking], scene.spread[lacking]
    steady = 1 / (1 + (spread / _sides(should)).max(axis=1, initial=0.0))
    columns = {"kind": ["missed"] * len(share), "deviations": MISSED * share**2 * steady, "found": share}
    about = {"frame": scene.frames[work], "class_id": scene.classes[number]}
    return pl.DataFrame({**columns, **about, **dict(zip(EDGES, should.T, strict=True))}).with_columns(
        usual=pl.lit(SEEN), annotation_id=pl.lit(None, pl.Int64)
    )


def _lone(scene: Scene, missed: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield labels that nothing of their category is near before and after, where its objects commonly stay.

    Where one of these is missed on the same frame, the label may be its own, far off.
    """
    counts = np.bincount(scene.places[scene.place, 1], minlength=len(scene.classes))
    few, stays = counts <= FEW, np.zeros(int(scene.classes.max(initial=0)) + 1, dtype=np.bool_)
    for class_id in np.unique(scene.classes).tolist():
        of = scene.classes == class_id
        stays[class_id] = counts[of & ~few].sum() >= SEEN * counts[of].sum()
    elsewhere = {(row[0], row[1]): row[2:] for row in missed.select("frame", "class_id", *EDGES).iter_rows()}
    numbers = scene.places[scene.place, 1]
    inside = (scene.work >= LEAST_NEIGHBOURS) & (scene.work < len(scene.frames) - LEAST_NEIGHBOURS)
    for row in np.flatnonzero(few[numbers] & stays[scene.classes[numbers]] & inside).tolist():
        other = elsewhere.get((int(scene.frames[scene.work[row]]), int(scene.classes[numbers[row]])))
        if other is None:
            yield {"row": row, "kind": "lone", "deviations": LONE, "found": 0.0, "usual": 1.0}
        else:
            found = float(_off(scene.boxes[row : row + 1], np.array([other]))[0])
            yield {"row": row, "kind": "jump", "deviations": NAMED, "found": found, "usual": 0.0}
