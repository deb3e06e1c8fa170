"""Plates at rest, measured on the sample at its own pace, and on labels that move as they are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from loopviz.project.discover import configure
from loopviz.project.load import load
from loopviz.scene import Scene, build_scene, load_theme
from loopviz.scene.layout import Area
from loopviz.scene.plates import edges, touch
from loopviz.scene.resting import EASED, RESTS, Ground, Pace, Stretch, place_all
from loopviz.scene.widgets.plates import PlatesWidget

ROOT = Path(__file__).parents[2]
GROUND = Ground(Area(0, 0, 1000, 800), 2, 4, 1000)
OWN_PACE = Pace(6.0, 12, eases=True)
HELD = Pace(3.0, 1, eases=False)


@pytest.fixture(scope="module")
def sample() -> Iterator[Scene]:
    config, _ = configure(ROOT / "configs" / "house.yaml")
    with load(config) as project:
        info = project.source.info
        yield build_scene(project.dataset, load_theme("house"), (info.width, info.height))


def found(scene: Scene, frame: int) -> dict[int, np.ndarray]:
    """Where each mark's plate stands."""
    (widget,) = (each for each in scene._widgets if isinstance(each, PlatesWidget))
    return {number: np.array(spot) for number, spot in widget._plates.key(frame)}


class TestTheSample:
    FRAMES = range(296)

    def test_every_label_has_its_plate_in_the_picture_and_apart(self, sample: Scene):
        picture = sample.layout.picture
        for frame in self.FRAMES:
            spots = list(found(sample, frame).values())
            assert len(spots) == len(sample.marks(frame))
            for number, (x0, y0, x1, y1) in enumerate(spots):
                assert picture.x <= x0 < x1 <= picture.right
                assert picture.y <= y0 < y1 <= picture.bottom
                assert not any(touch(spots[number], other) for other in spots[:number])

    def test_while_a_box_rests_its_plate_does(self, sample: Scene):
        width, steps = sample.layout.picture.width, 0
        for frame in self.FRAMES[1:]:
            before, now = (
                {mark.class_id: (np.array(mark.box), spots[number][:2]) for number, mark in enumerate(marks)}
                for marks, spots in ((sample.marks(each), found(sample, each)) for each in (frame - 1, frame))
            )
            for class_id in before.keys() & now.keys():
                (box, spot), (new_box, new_spot) = before[class_id], now[class_id]
                if np.abs(new_box - box).max() < 0.01 * width:
                    steps += 1
                    assert np.abs(new_spot - spot).max() < 0.01 * width, frame
        assert steps > 400

    def test_hardly_one_is_on_another_boxs_line(self, sample: Scene):
        hits = plates = 0
        for frame in self.FRAMES:
            boxes = np.array([mark.box for mark in sample.marks(frame)]).reshape(-1, 4)
            for number, spot in found(sample, frame).items():
                plates += 1
                hits += bool(touch(spot, edges(np.delete(boxes, number, axis=0), 5)).any())  # 4 and its casing
        assert hits <= 0.01 * plates


def stretch(boxes: np.ndarray, *others: np.ndarray, wide: float = 60) -> Stretch:
    """A label's way, among others; it is absent where its box is NaN."""
    own = np.where(np.isnan(boxes[:, 0]), -1, 0)
    return Stretch(boxes, own, np.stack([boxes, *others], axis=1), np.tile([wide, 20.0], (len(boxes), 1)))


def still(box: tuple[float, ...], frames: int = 60) -> np.ndarray:
    return np.tile(np.array(box, np.float64), (frames, 1))


LOW = Ground(Area(0, 0, 300, 200), 2, 4, 1000)
WIDE = (20, 90, 280, 112)


def barred(until: int, since: int, frames: int = 60) -> list[np.ndarray]:
    """Bars over all that is above a wide box until some frame, and over all that is below it from another one on."""
    bars = []
    for y in (*range(2, 80, 12), *range(118, 194, 12)):
        bar = still((0, y, 300, y + 6), frames)
        if y < 100:
            bar[until:] = np.nan
        else:
            bar[:since] = np.nan
        bars.append(bar)
    return bars


def way(boxes: np.ndarray, others: list[np.ndarray], pace: Pace = OWN_PACE) -> np.ndarray:
    return place_all([stretch(boxes, *others)], LOW, pace, [(-1, -1)])[0, :, :2]


def test_what_passes_moves_no_plate():
    passing = still((0, 0, 300, 199))
    passing[:30], passing[31:] = np.nan, np.nan
    found = way(still(WIDE), [passing])
    assert (found == found[0]).all()


def test_after_half_a_second_of_need_it_glides_elsewhere_and_slowly_while_its_box_rests():
    found = way(still(WIDE), barred(22, 38))
    steps = np.abs(np.diff(found, axis=0)).max(axis=1)
    assert found[0, 1] > 110
    assert found[-1, 1] < 90
    assert (steps < RESTS * 1000).all()
    assert (steps > 0).sum() >= EASED
    assert (found[-10:] == found[-1]).all()


def test_with_a_box_that_moves_it_takes_six_frames():
    boxes = still(WIDE)
    boxes[1::2] += (12, 0, 12, 0)  # it does not rest
    beside = (way(boxes, barred(22, 38)) - boxes[:, :2])[:, 1]
    moving = np.flatnonzero(np.diff(beside))
    assert len(moving) == np.ptp(moving) + 1 == EASED
    assert (np.diff(beside)[moving] < 0).all()


def test_what_is_needed_for_less_than_half_a_second_is_not_followed():
    assert (np.diff(way(still(WIDE), barred(55, 56))[:, 1]) == 0).all()


def test_held_frames_have_no_way_between_places():
    assert len(np.unique(way(still(WIDE), barred(22, 38), HELD), axis=0)) == 2


def test_a_label_that_is_absent_has_no_plate_and_what_bars_a_place_is_another_plate():
    boxes = still((300, 400, 500, 600))
    boxes[10:20] = np.nan
    one, other = stretch(boxes, still((300, 400, 500, 600))), stretch(still((300, 400, 500, 600)), boxes)
    spots = place_all([one, other], GROUND, OWN_PACE, [(-1, -1)] * 2)
    assert np.isnan(spots[0, 10:20]).all()
    assert not np.isnan(np.delete(spots, slice(10, 20), axis=1)).any()
    assert not touch(spots[0], spots[1]).any()


def test_pins_are_kept():
    boxes = still((300, 400, 500, 600))
    free = place_all([stretch(boxes)], GROUND, OWN_PACE, [(-1, -1)])[0]
    pinned = place_all([stretch(boxes)], GROUND, OWN_PACE, [(3, 0)])[0]
    assert pinned[0, :2].tolist() == [440, 602]
    assert pinned[-1].tolist() == free[-1].tolist()


def test_no_labels_no_plates():
    assert place_all([], GROUND, OWN_PACE, []).shape[0] == 0
