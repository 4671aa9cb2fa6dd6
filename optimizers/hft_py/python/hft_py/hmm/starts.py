"""Where expectation maximisation starts: the same guesses for both kernel sets.

Start 0 is the likelier of two deterministic guesses: the observations split by level (good where
regimes differ in mean), or by local volatility (good for returns). Later starts are drawn: means
from the data, variances around the overall one, and chains of different stickiness.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.hmm.observations import Observations
from hft_py.rng import Stream

Floats = npt.NDArray[np.float64]
Start = tuple[Floats, Floats, Floats]

# A regime of a month of trading days is a usual first guess.
WINDOW = 21
STAY = 0.95
# The stream of restart r is r; what its numbers are for:
PURPOSE = 101


def reference_variances(x: Floats) -> Floats:
    """Variance of each column over all data, present rows only, and positive always.

    A column that does not vary takes ``1e-16`` of its squared size, an all-zero one 1.
    """
    present = x[~np.isnan(x).any(axis=1)]
    if not len(present):
        return np.ones(x.shape[1])
    variances = present.var(axis=0)
    sizes = np.abs(present).max(axis=0)
    flat = variances <= (1e-10 * sizes) ** 2
    return np.where(flat, np.where(sizes > 0, (1e-8 * sizes) ** 2, 1.0), variances)


def guesses(
    kind: str, data: Observations, n_states: int, n_init: int, seed: int, bins: int, kernels: Any
) -> tuple[Floats, Floats, Floats]:
    """Start probabilities, transitions and emissions of ``n_init`` starts, stacked."""
    found = [_deterministic(kind, data, n_states, bins, kernels)]
    for restart in range(1, n_init):
        found.append(_drawn(kind, data, n_states, bins, Stream(seed, restart, PURPOSE)))
    starts, transitions, thetas = (np.stack(part) for part in zip(*found, strict=True))
    return starts, transitions, thetas


def _deterministic(kind: str, data: Observations, n_states: int, bins: int, kernels: Any) -> Start:
    options = [
        _from_groups(kind, data, _split(key, n_states), n_states, bins)
        for key in (data.x[:, 0], _local_volatility(data))
    ]
    if n_states == 1:
        return options[0]
    scores = [kernels.score(kind, *option, data.x, data.lengths) for option in options]
    return options[int(np.argmax(scores))]


def _local_volatility(data: Observations) -> Floats:
    """Mean squared deviation of the first column, block by block of each sequence."""
    values = data.x[:, 0]
    known = ~np.isnan(values)
    squares = np.where(known, values - _nanmean(values), 0.0)
    squares *= squares
    stops = np.cumsum(data.lengths)
    pairs = zip(stops - data.lengths, stops, strict=True)
    blocks = np.concatenate([np.arange(start, stop, WINDOW) for start, stop in pairs])
    counts = np.add.reduceat(known.astype(np.int64), blocks)
    with np.errstate(invalid="ignore"):
        means = np.add.reduceat(squares, blocks) / counts
    return np.repeat(means, np.diff(np.append(blocks, len(values))))


def _nanmean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0


def _split(key: Floats, n_states: int) -> npt.NDArray[np.int64]:
    """Groups of equal size by rank; -1 where the key is missing."""
    groups = np.full(len(key), -1, dtype=np.int64)
    known = np.flatnonzero(~np.isnan(key))
    ranks = np.argsort(key[known], kind="stable")
    groups[known[ranks]] = np.arange(len(known)) * n_states // max(len(known), 1)
    return groups


def _from_groups(
    kind: str, data: Observations, groups: npt.NDArray[np.int64], n_states: int, bins: int
) -> Start:
    reference = reference_variances(data.x)
    present = ~np.isnan(data.x).any(axis=1)
    rows = []
    for k in range(n_states):
        chosen = data.x[present & (groups == k)]
        if not len(chosen):  # fewer observations than states
            chosen = data.x[present]
        if not len(chosen):
            chosen = np.zeros((1, data.x.shape[1]))
        mean = chosen.mean(axis=0)
        # Half of its own and half of all: no group starts too narrow to grow.
        variance = 0.5 * chosen.var(axis=0) + 0.5 * reference
        rows.append(_row(kind, mean, variance, chosen, bins))
    return _uniform(n_states), _sticky(n_states, STAY), np.stack(rows)


def _drawn(kind: str, data: Observations, n_states: int, bins: int, draws: Stream) -> Start:
    reference = reference_variances(data.x)
    present = data.x[~np.isnan(data.x).any(axis=1)]
    rows = []
    for _ in range(n_states):
        if len(present):
            # The mean of a few observations: one alone may be an outlier.
            mean = present[draws.integers(5, len(present))].mean(axis=0)
        else:
            mean = np.zeros(data.x.shape[1])
        variance = reference * np.exp(draws.normals(len(reference)))
        chosen = np.empty((0, 1))
        row = _row(kind, mean, variance, chosen, bins)
        if kind == "categorical":
            row = row * (0.5 + draws.uniforms(bins))
            row /= row.sum()
        rows.append(row)
    stay = 0.5 + 0.49 * draws.uniform()
    return _uniform(n_states), _sticky(n_states, stay), np.stack(rows)


def _row(kind: str, mean: Floats, variance: Floats, chosen: Floats, bins: int) -> Floats:
    if kind == "categorical":
        counts = np.bincount(chosen[:, 0].astype(np.int64), minlength=bins)
        return (counts + 1.0) / (len(chosen) + bins)
    if kind == "gaussian_full":
        return np.concatenate([mean, np.diag(variance).ravel()])
    if kind == "student_t":
        return np.array([mean[0], 0.75 * variance[0], 8.0])
    return np.concatenate([mean, variance])


def _uniform(n_states: int) -> Floats:
    return np.full(n_states, 1.0 / n_states)


def _sticky(n_states: int, stay: float) -> Floats:
    if n_states == 1:
        return np.ones((1, 1))
    leave = (1.0 - stay) / (n_states - 1)
    return np.full((n_states, n_states), leave) + (stay - leave) * np.eye(n_states)
