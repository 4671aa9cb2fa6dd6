"""The equicharacteristic matrix of two variables: what MIC_e and TIC_e are made of.

Its entry ``(k, l)`` is the mutual information of the best grid with ``k`` columns and ``l`` rows,
of which the more numerous hold equal numbers of points, over the logarithm of the smaller number.
The best boundary of two others is found among all; those of more by dynamic programming over groups
of points: those that follow each other in one row are never separated, and there are at most
``clumps`` times as many groups as columns.

Source: Reshef et al., Science 334 (2011), supplement, algorithms 1 to 3; Reshef, Reshef, Finucane,
Sabeti, Mitzenmacher, JMLR 17 (2016), section 4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def equicharacteristic_matrix(
    x: Floats, y: Floats, boxes: int, clumps: int, threads: int
) -> Floats:
    """The matrix, flat: entry ``(k - 2, l - 2)`` where ``k l <= boxes``, NaN elsewhere.

    One thread is used, whatever ``threads`` is.
    """
    side = boxes // 2 - 1
    matrix = np.full((side, side), np.nan)
    for columns, rows, entries in ((x, y, matrix), (y, x, matrix.T)):
        order = np.argsort(columns)
        # Where a run of equal values ends.
        ends = np.append(np.flatnonzero(np.diff(columns[order])) + 1, len(x))
        for many in range(2, boxes // 2 + 1):
            most = min(many, boxes // many)
            row_of = _equal_numbers(rows, many)[order]
            # How many points of each row there are before each place.
            before = np.zeros((len(x) + 1, many))
            np.cumsum(row_of[:, None] == np.arange(many), axis=0, out=before[1:])
            found = _best(before, _groups(row_of, ends, clumps * most), most)
            # One boundary, anywhere.
            left, whole = before[ends], before[-1]
            one = _cost(whole) - (_cost(left) + _cost(whole - left)).min()
            found[0] = max(found[0], one / len(x))
            shares = np.clip(found / np.log(np.arange(2, most + 1)), 0.0, 1.0)
            # A square grid is searched both ways.
            entries[: most - 1, many - 2] = np.fmax(entries[: most - 1, many - 2], shares)
    return matrix.ravel()


def _cost(counts: Floats) -> Floats:
    """Points times entropy of the row, for counts of the rows in the last axis."""
    points = counts.sum(axis=-1)
    cost = xlogy(points, points) - xlogy(counts, counts).sum(axis=-1)
    found: Floats = np.maximum(cost, 0.0)
    return found


def _best(before: Floats, bounds: Integers, most: int) -> Floats:
    """The mutual information of column and row for the best 2, 3, ..., ``most`` columns."""
    at = before[bounds]
    # Of the column between two bounds; columns without points are ruled out.
    costs = _cost(np.maximum(at[None, :] - at[:, None], 0.0))
    costs[np.tril_indices(len(at))] = np.inf
    least = costs[0]
    whole, found = least[-1], []
    for _ in range(2, most + 1):
        least = np.minimum(least, (least[:, None] + costs).min(axis=0))
        found.append(float(whole - least[-1]))
    return np.array(found) / len(before[1:])


def _equal_numbers(values: Floats, parts: int) -> Integers:
    """The part of each point where ``parts`` hold numbers as equal as possible."""
    order = np.argsort(values)
    ends = np.append(np.flatnonzero(np.diff(values[order])) + 1, len(values))
    bounds = _equal_parts(ends, parts)
    part_of = np.empty(len(values), dtype=np.int64)
    part_of[order] = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    return part_of


def _groups(row_of: Integers, ends: Integers, most: int) -> Integers:
    """Bounds of the groups that columns do not separate: in one row, or of one value."""
    starts = np.append(0, ends[:-1])
    low = np.minimum.reduceat(row_of, starts)
    # A run of equal values in several rows is a group of its own.
    row = np.where(low == np.maximum.reduceat(row_of, starts), low, -1 - np.arange(len(ends)))
    clumps = np.append(ends[:-1][np.diff(row) != 0], ends[-1])
    if len(clumps) > most:
        return _equal_parts(clumps, most)
    return np.append(0, clumps)


def _equal_parts(ends: Integers, parts: int) -> Integers:
    """Bounds of at most ``parts`` parts of nearly equal length, none of which cuts a run.

    Algorithm 3 of the supplement of 2011: a run joins a part that it brings nearer to its length.
    """
    bounds, total = [0], int(ends[-1])
    wanted, place = total / parts, 0
    for end in ends.tolist():
        length = place - bounds[-1]
        if length and abs(end - bounds[-1] - wanted) >= abs(length - wanted):
            bounds.append(place)
            wanted = (total - place) / (parts - len(bounds) + 1)
        place = end
    return np.array([*bounds, total])
