"""Columns of numbers as a script can hold them."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

Columns = dict[str, npt.NDArray[Any]]


def in_base64(values: npt.NDArray[Any]) -> str:
    """Return a column's bytes, little-endian as browsers' typed arrays are on every machine of today."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return base64.b64encode(little.tobytes()).decode("ascii")
