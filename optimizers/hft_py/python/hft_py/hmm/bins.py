"""Bins of a binned emission: their edges, the symbols they make of data, and moments."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.hmm.params import HMMParams

Floats = npt.NDArray[np.float64]


def edges_of(x: Floats, n_bins: int, given: Any, initial: HMMParams | None) -> Floats:
    """Edges between bins: given, those of a model to start from, or quantiles of the data."""
    if given is not None:
        edges = checks.finite_array("bin_edges", given)
        if (np.diff(edges) <= 0).any():
            raise ValueError("bin_edges must rise from each to the next")
        return edges
    if initial is not None and initial.bin_edges is not None:
        return initial.bin_edges
    known = x[~np.isnan(x)]
    if not len(known):
        return np.empty(0)
    inner: Floats = np.unique(np.quantile(known, np.arange(1, n_bins) / n_bins))
    chosen: Floats = inner[inner > known.min()]
    return chosen


def symbols(x: Floats, edges: Floats) -> Floats:
    """Bins of observations ``(T, 1)``, as the kernels take symbols; NaN stays NaN."""
    bins = np.searchsorted(edges, x, side="right").astype(np.float64)
    bins[np.isnan(x)] = np.nan
    return bins


def middles(edges: Floats) -> Floats:
    """A value inside each bin: its middle, the outer bins taken as wide as their neighbours."""
    if not len(edges):
        return np.zeros(1)
    if len(edges) == 1:
        half = 0.5 * max(abs(float(edges[0])), 1e-3)
        return np.array([edges[0] - half, edges[0] + half])
    wide = np.diff(edges)
    outer = np.concatenate([[edges[0] - wide[0]], edges, [edges[-1] + wide[-1]]])
    found: Floats = 0.5 * (outer[1:] + outer[:-1])
    return found


def moments(theta: Floats, x: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Moments of the data in each bin, weighted by each state's probabilities."""
    known = x[~np.isnan(x)]
    bins = np.searchsorted(edges, known, side="right")
    size = theta.shape[1]
    counts = np.maximum(np.bincount(bins, minlength=size), 1)
    first = np.bincount(bins, weights=known, minlength=size) / counts
    second = np.bincount(bins, weights=(known - first[bins]) ** 2, minlength=size) / counts
    means = theta @ first
    return means, ((first[None, :] - means[:, None]) ** 2 * theta).sum(axis=1) + theta @ second
