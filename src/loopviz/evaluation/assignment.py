"""The best pairs of two sides: the assignment problem, solved by shortest augmenting paths.

H. Kuhn, "The Hungarian method for the assignment problem" (1955); R. Jonker and A. Volgenant, "A shortest augmenting
path algorithm for dense and sparse linear assignment problems" (1987).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def best_pairs(worth: Floats) -> list[tuple[int, int]]:
    """Return pairs of rows and columns, each in one at most, whose worth is the greatest in sum.

    Args:
        worth: ``(N, M)``: what a pair is worth, finite; one that is worth 0 or less is never made.
    """
    linked = worth > 0
    alone = linked & (linked.sum(axis=1, keepdims=True) == 1) & (linked.sum(axis=0, keepdims=True) == 1)
    found = [(int(row), int(column)) for row, column in np.argwhere(alone)]  # most, as a rule: there is no choice
    for rows, columns in _islands(linked & ~alone):
        part = np.maximum(worth[np.ix_(rows, columns)], 0.0)
        turned = part.shape[0] > part.shape[1]
        chosen = _assigned(-part.T if turned else -part)
        places = [(int(j), i) if turned else (i, int(j)) for i, j in enumerate(chosen)]
        found += [(int(rows[i]), int(columns[j])) for i, j in places if part[i, j] > 0]
    return sorted(found)


def _islands(linked: npt.NDArray[np.bool_]) -> list[tuple[Ints, Ints]]:
    """Return the rows and columns of each group that nothing links to another: they are solved apart."""
    left: npt.NDArray[np.bool_] = np.asarray(linked.any(axis=1))
    islands = []
    while left.any():
        rows, count = np.arange(len(left)) == np.argmax(left), 0
        while rows.sum() > count:
            count = int(rows.sum())
            columns = linked[rows].any(axis=0)
            rows = linked[:, columns].any(axis=1)
        islands.append((np.flatnonzero(rows), np.flatnonzero(columns)))
        left &= ~rows
    return islands


def _assigned(cost: Floats) -> Ints:
    """Return the column of each row at the least cost in sum; there are as many columns as rows, or more."""
    rows, columns = cost.shape
    of_row, of_column = np.zeros(rows + 1), np.zeros(columns + 1)  # the potentials; place 0 is nobody's
    holder, before = np.zeros(columns + 1, np.int64), np.zeros(columns + 1, np.int64)
    for row in range(1, rows + 1):
        holder[0], at = row, 0
        least, seen = np.full(columns + 1, np.inf), np.zeros(columns + 1, bool)
        while True:
            seen[at] = True
            reduced = cost[holder[at] - 1] - of_row[holder[at]] - of_column[1:]
            shorter = ~seen[1:] & (reduced < least[1:])
            least[1:][shorter], before[1:][shorter] = reduced[shorter], at
            at = 1 + int(np.argmin(np.where(seen[1:], np.inf, least[1:])))
            step = least[at]
            of_row[holder[seen]] += step
            of_column[seen] -= step
            least[~seen] -= step
            if holder[at] == 0:
                break
        while at:
            holder[at], at = holder[before[at]], before[at]
    chosen = np.zeros(rows, np.int64)
    taken = np.flatnonzero(holder[1:])
    chosen[holder[1:][taken] - 1] = taken
    return chosen
