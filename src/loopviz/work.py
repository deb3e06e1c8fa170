"""What the Dataset says of work and of labels, as expressions over its columns: one rule for every room.

What is not known counts as neither: work without a status is not rejected, and not paid.
"""

from __future__ import annotations

import polars as pl

# Of assignments.
IS_REJECTED = (pl.col("status") == "rejected").fill_null(value=False)
IS_APPROVED = (pl.col("status") == "approved").fill_null(value=False)
IS_DISMISSED = IS_REJECTED | ~pl.col("accepted").fill_null(value=True)  # rejected, or its labels do not count
PAID_USD = pl.when(IS_REJECTED).then(0.0).when(IS_APPROVED).then(pl.col("reward_usd"))

# Of frames.
MOST_PEOPLE = 4  # who can be told apart by their labels

# Of annotations.
IS_GOLD = (pl.col("origin") == "gold").fill_null(value=False)  # a known answer
IS_MODELS = (pl.col("origin") == "model").fill_null(value=False)  # a detection
IS_CARRIED = (pl.col("origin") == "interpolated").fill_null(value=False)  # nobody drew it on this frame
# Points and lines have none: the box around them is no region that could be compared, counted in pixels, or learned.
HAS_AREA = ~pl.col("shape").is_in(["points", "line"]).fill_null(value=False)
