"""Bins of a binned emission: their edges, the bin of each observation, and moments."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._types import Floats


def validate_bin_edges(given: Any, least: int = 1) -> Floats:
    """``bin_edges`` as an array that rises."""
    edges = checks.finite_array("bin_edges", given, least=least)
    if (np.diff(edges) <= 0).any():
        raise ValueError("bin_edges must be strictly increasing")
    return edges


def quantile_edges(x: Floats, n_bins: int) -> Floats:
    """Edges at quantiles of the data, always between two distinct values, at most ``n_bins - 1``.

    Up to ``n_bins`` distinct values have a bin each. The edges of ``-x`` are those of ``x`` with
    the other sign: no value lies on an edge, where the bin would depend on the sign.
    """
    known = np.sort(x[~np.isnan(x)])
    starts = np.flatnonzero(np.diff(known)) + 1  # where a new value begins
    if len(starts) < n_bins:
        return _middles(known, starts)
    quantiles = np.quantile(known, np.arange(1, n_bins) / n_bins)
    edges: dict[int, float] = {}  # by the row above them
    beside, both = set[int](), set[int]()
    for i, quantile in enumerate(quantiles.tolist(), 1):
        row, rest = divmod(i * (len(known) - 1), n_bins)
        if not rest or known[row] == known[row + 1]:  # the quantile is a value
            sides = _nearest_sides(known, row, i, n_bins)
            (both if len(sides) > 1 else beside).update(sides)
        elif known[row] < quantile < known[row + 1]:
            edges[row + 1] = quantile
        else:
            beside.add(row + 1)
    if len(beside | both | set(edges)) < n_bins:
        beside |= both
    for row in beside - set(edges):
        edges[row] = float(_middles(known, [row])[0])
    return np.array([edges[row] for row in sorted(edges)])


def _middles(known: Floats, rows: Any) -> Floats:
    """The middle between each of these rows and the row before."""
    index = np.asarray(rows, dtype=np.intp)
    below, above = known[index - 1], known[index]
    middles = below + 0.5 * (above - below)
    return np.asarray(np.where(middles > below, middles, above), dtype=np.float64)


def _nearest_sides(known: Floats, row: int, i: int, n_bins: int) -> list[int]:
    """Where to split for the quantile ``i / n_bins`` if it is a value: below or above its copies.

    The side whose share of the data is nearer to the quantile; of two equally near the wider gap;
    of two equally wide both.
    """
    ends = np.searchsorted(known, known[row]), np.searchsorted(known, known[row], side="right")
    sides = [int(end) for end in ends if 0 < end < len(known)]
    # Whole numbers, so that no rounding error prefers a side.
    ranks = [(abs(s * n_bins - i * len(known)), known[s - 1] - known[s]) for s in sides]
    return [side for side, rank in zip(sides, ranks, strict=True) if rank == min(ranks)]


def bin_numbers(x: Floats, edges: Floats) -> Floats:
    """The bin of each observation, as floats: the kernels' categorical emission; NaN stays NaN."""
    bins = np.searchsorted(edges, x, side="right").astype(np.float64)
    bins[np.isnan(x)] = np.nan
    return bins


def bin_middles(edges: Floats) -> Floats:
    """The middle of each bin, the outer bins taken as wide as their neighbours."""
    if not len(edges):
        return np.zeros(1)
    if len(edges) == 1:
        half = 0.5 * max(abs(float(edges[0])), 1e-3)
        return np.array([edges[0] - half, edges[0] + half])
    widths = np.diff(edges)
    outer = np.concatenate([[edges[0] - widths[0]], edges, [edges[-1] + widths[-1]]])
    return np.asarray(0.5 * (outer[1:] + outer[:-1]), dtype=np.float64)


def binned_moments(probabilities: Floats, x: Floats, edges: Floats) -> dict[str, Floats]:
    """Moments of the data in each bin, weighted by each state's probabilities ``(K, B)``."""
    known = x[~np.isnan(x)]
    bins = np.searchsorted(edges, known, side="right")
    size = probabilities.shape[1]
    counts = np.maximum(np.bincount(bins, minlength=size), 1)
    first = np.bincount(bins, weights=known, minlength=size) / counts
    second = np.bincount(bins, weights=(known - first[bins]) ** 2, minlength=size) / counts
    means = probabilities @ first
    spread = ((first[None, :] - means[:, None]) ** 2 * probabilities).sum(axis=1)
    return {"means": means, "variances": spread + probabilities @ second}
