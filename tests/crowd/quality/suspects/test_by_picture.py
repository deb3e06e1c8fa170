"""The picture's edges around labels' edges: where they are, and what they say of suspects."""

from __future__ import annotations

import numpy as np
import pytest
from support import box

from loopviz.crowd.quality.suspects import Evidence, picture_edges, suspects
from loopviz.crowd.quality.suspects.by_picture import Pixels, shifts
from loopviz.dataset import Dataset
from loopviz.schema import table

WIDE, HIGH = 400, 320


def picture(*box: int, ground: int = 190, of: int = 60) -> Pixels:
    """One rectangle on a calm ground."""
    made = np.full((HIGH, WIDE, 3), ground, dtype=np.uint8)
    x0, y0, x1, y1 = box
    made[y0:y1, x0:x1] = of
    return made


def row(*edges: float, polygons: list[list[float]] | None = None) -> dict[str, object]:
    return {**box(*edges), "polygons": polygons, "mask_rle": None}


class TestShifts:
    @pytest.mark.parametrize("off", [-8, -3, 0, 5, 9])
    def test_edges_are_found_on_both_sides(self, off: int):
        label = row(60 - off, 40 - off, 140 + off, 100 + off)
        (found,) = shifts(picture(60, 40, 140, 100), [label])
        sides = np.array([80 + 2 * off, 60 + 2 * off] * 2)
        assert found * sides == pytest.approx([off, off, -off, -off], abs=1.6)

    def test_each_edge_by_itself(self):
        (found,) = shifts(picture(60, 40, 140, 100), [row(60, 40, 150, 100)])
        assert found * np.array([90, 60, 90, 60]) == pytest.approx([0, 0, -10, 0], abs=1.6)

    def test_of_polygons_too(self):
        diamond = [[100.0, 30, 150, 80, 100, 130, 50, 80]]
        made = np.full((HIGH, WIDE, 3), 200, dtype=np.uint8)
        ys, xs = np.mgrid[:HIGH, :WIDE]
        made[np.abs(xs + 0.5 - 100) + np.abs(ys + 0.5 - 80) <= 40] = 30
        (found,) = shifts(made, [row(50, 30, 150, 130, polygons=diamond)])
        assert found * 100 == pytest.approx([7, 7, -7, -7], abs=2)  # along the normal: 10 / sqrt(2)

    @pytest.mark.parametrize("kind", ["flat", "noisy", "stripes"])
    def test_flat_and_textured_pictures_say_nothing(self, kind: str):
        random = np.random.default_rng(0)
        made = np.full((HIGH, WIDE, 3), 128, dtype=np.uint8)
        if kind == "noisy":
            made = random.integers(0, 255, made.shape, dtype=np.uint8)
        if kind == "stripes":
            made[:, :, :] = (np.indices((HIGH, WIDE)).sum(axis=0) % 6 * 40)[:, :, None]
        assert np.isnan(shifts(made, [row(60, 40, 140, 100), row(20, 20, 90, 120)])).all()

    @pytest.mark.parametrize(
        "edges", [(0, 0, 200, 160), (-30, -30, 5, 5), (300, 300, 320, 330), (50, 50, 50, 50), (9, 9, 11, 12)]
    )
    def test_odd_boxes_do_no_harm(self, edges: tuple[float, ...]):
        assert shifts(picture(60, 40, 140, 100), [row(*edges)]).shape == (1, 4)


def unrelated(seed: int = 0, wrong: int = 30) -> tuple[Dataset, list[tuple[int, Pixels]]]:
    """Forty pictures that have nothing to do with each other: of one, the right edge is far off."""
    random = np.random.default_rng(seed)
    rows, pictures = [], []
    for frame in range(40):
        wide, high = random.integers(40, 70, 2)
        left, top = random.integers(20, WIDE - 90), random.integers(20, HIGH - 90)
        true = np.array([left, top, left + wide, top + high])
        pictures.append((frame, picture(*true.tolist(), ground=int(random.integers(150, 250)))))
        edges = true + random.normal(0, 1, 4)
        edges[2] += 14 if frame == wrong else 0
        rows.append({"annotation_id": frame, "frame": frame, "class_id": 0, "is_crowd": False, **box(*edges.tolist())})
    names = {"class_id": [0], "name": ["thing"]}
    frames = table("frames", {"frame": range(40), "width": [WIDE] * 40, "height": [HIGH] * 40})
    return Dataset(frames, table("categories", names), table("annotations", rows)), pictures


class TestSuspects:
    def test_an_edge_that_no_other_label_tells_is_told_by_the_picture(self):
        dataset, pictures = unrelated()
        found = suspects(dataset, Evidence(edges=picture_edges(pictures, dataset.annotations)))
        first, second = found.head(2).rows(named=True)
        assert (first["kind"], first["frame"]) == ("edges", 30)
        assert first["picture_pixels"] == pytest.approx(14, abs=4)
        assert first["score"] > second["score"] + 0.1

    def test_where_all_edges_are_right_none_is_a_strong_suspect(self):
        dataset, pictures = unrelated(wrong=-1)
        found = suspects(dataset, Evidence(edges=picture_edges(pictures, dataset.annotations)))
        assert found["score"].max() < 0.6

    def test_pictures_that_say_nothing_change_nothing(self):
        dataset, pictures = unrelated()
        noise = np.random.default_rng(0).integers(0, 255, (HIGH, WIDE, 3), dtype=np.uint8)
        edges = picture_edges(((frame, noise) for frame, _ in pictures), dataset.annotations)
        assert suspects(dataset, Evidence(edges=edges)).equals(suspects(dataset))

    def test_frames_without_a_picture_are_left_out(self):
        dataset, pictures = unrelated()
        edges = picture_edges(pictures[5:30], dataset.annotations)
        assert sorted(edges["annotation_id"]) == list(range(5, 30))
        assert suspects(dataset, Evidence(edges=edges)).height == suspects(dataset).height
