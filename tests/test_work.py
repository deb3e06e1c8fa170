"""What work and labels say, where it is known and where it is not."""

from __future__ import annotations

import polars as pl
import pytest

from loopviz.work import HAS_AREA, IS_APPROVED, IS_CARRIED, IS_DISMISSED, IS_REJECTED, PAID_USD

SCHEMA = {"status": pl.String, "accepted": pl.Boolean, "reward_usd": pl.Float64}


@pytest.mark.parametrize(
    ("status", "accepted", "reward", "approved", "rejected", "dismissed", "paid"),
    [
        ("approved", None, 0.2, True, False, False, 0.2),
        ("approved", True, None, True, False, False, None),
        ("approved", False, 0.2, True, False, True, 0.2),  # paid, and its labels do not count all the same
        ("rejected", None, 0.2, False, True, True, 0.0),
        ("rejected", True, None, False, True, True, 0.0),
        ("submitted", None, 0.2, False, False, False, None),
        (None, None, 0.2, False, False, False, None),
        (None, False, None, False, False, True, None),
    ],
)
def test_work(
    status: str | None,
    accepted: bool | None,
    reward: float | None,
    approved: bool,
    rejected: bool,
    dismissed: bool,
    paid: float | None,
):
    rows = pl.DataFrame({"status": [status], "accepted": [accepted], "reward_usd": [reward]}, schema=SCHEMA)
    said = rows.select(a=IS_APPROVED, r=IS_REJECTED, d=IS_DISMISSED, p=PAID_USD).row(0)
    assert said == (approved, rejected, dismissed, paid)


def test_labels():
    rows = pl.DataFrame({"origin": ["worker", "interpolated", "gold", None]})
    assert rows.select(IS_CARRIED).to_series().to_list() == [False, True, False, False]


@pytest.mark.parametrize(("shape", "has"), [(None, True), ("rotated_box", True), ("points", False), ("line", False)])
def test_only_points_and_lines_have_no_area(shape: str | None, has: bool):
    assert pl.DataFrame({"shape": [shape]}, schema={"shape": pl.String}).select(HAS_AREA).item() is has
