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
        raise ValueError("bin_edges must rise from each to the next")
    return edges


def quantile_edges(x: Floats, n_bins: int) -> Floats:
    """Edges at quantiles of the data, equal ones merged."""
    known = x[~np.isnan(x)]
    if not len(known):
        return np.empty(0)
    inner = np.unique(np.quantile(known, np.arange(1, n_bins) / n_bins))
    return np.asarray(inner[inner > known.min()], dtype=np.float64)


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
