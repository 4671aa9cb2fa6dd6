"""Starts of expectation maximisation: the same for both kernel sets.

Start 0 is the likeliest of a few deterministic guesses: the observations split by level (good where
regimes differ in mean; of several columns by each, and along their first principal component), or
by local volatility (good for returns). Later starts are drawn: means from the data, variances
around the overall one, and chains of different persistence.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from hft_py.hmm._degenerate import find_duplicate
from hft_py.hmm._types import Floats, Ints
from hft_py.hmm._validation import Observations, column_sizes
from hft_py.rng import Stream

Start = tuple[Floats, Floats, Floats]

# A month of trading days: the length of the blocks whose volatilities are compared.
WINDOW = 21
# Probability of staying in a state, in a deterministic start.
STAY = 0.95
# Columns whose levels are tried, each alone.
MAX_COLUMNS = 8
# A variance of so many times the robust one is made up of a few outliers: fat tails and regimes
# have ten times at most. States then start, and have their floor, in units of the robust one.
OUTLIERS = 100.0
# A column whose middle is so many volatilities from 0 is centred first.
FAR = 1e4
# Rows that robust estimates read.
ROBUST_ROWS = 1_000
# Restart r draws from stream r of the seed, for this purpose: see hft_py.rng.
PURPOSE = 101


def known_rows(x: Floats) -> Floats:
    """The rows with a number; ``x`` itself where all have one."""
    missing = np.isnan(x).all(axis=1)
    return x[~missing] if missing.any() else x


def filled_rows(x: Floats) -> Floats:
    """``x`` where the mean of its column replaces a missing value, except in rows without any."""
    absent = np.isnan(x)
    some = absent & ~absent.all(axis=1, keepdims=True)
    if not some.any():
        return x
    known = np.where(absent, 0.0, x)
    return np.where(some, known.sum(axis=0) / np.maximum((~absent).sum(axis=0), 1), x)


def column_units(known: Floats) -> tuple[Floats, Floats]:
    """What a fit subtracts from each column, and its unit of variances.

    Subtracted is the middle of a column that is far from 0, else 0: squares of numbers like
    1e9 + 0.01 hold no digit of what varies in them. The unit is the variance, or a robust one if
    outliers make it up; of a column without variation 1e-16 of its squared size, of zeros 1.
    """
    if np.isnan(known).any():  # each column from the numbers that it has
        columns = (column[~np.isnan(column)][:, None] for column in known.T)
        pairs = [column_units(column) for column in columns]
        return np.concatenate([o for o, _ in pairs]), np.concatenate([u for _, u in pairs])
    offsets: Floats = np.zeros(known.shape[1])
    if not len(known):
        return offsets, np.ones(known.shape[1])
    middles, robust = _robust_moments(known)
    far = np.abs(middles) > FAR * np.sqrt(robust)
    if far.any():
        rounding = 16 * np.finfo(np.float64).eps * column_sizes(known)
        offsets = np.where(far & (np.ptp(known, axis=0) > rounding), middles, offsets)
        known = known - offsets
    variances = known.var(axis=0)
    sizes = column_sizes(known)
    flat = variances <= (1e-10 * sizes) ** 2
    variances = np.where(variances > OUTLIERS * robust, robust, variances)
    return offsets, np.where(flat, np.where(sizes > 0, (1e-8 * sizes) ** 2, 1.0), variances)


def _robust_moments(known: Floats) -> tuple[Floats, Floats]:
    """The middle between each column's quartiles, and what they say of its variance if normal.

    Where the quartiles are equal, the variance is that of the next wider of the ranges between
    quantiles ``2^-k`` and ``1 - 2^-k``; infinite where all of them are empty. Long columns are read
    at evenly spaced rows.
    """
    rows = np.sort(known[:: -(-len(known) // ROBUST_ROWS)], axis=0)
    quarter = len(rows) // 4
    middles: Floats = 0.5 * (rows[quarter] + rows[-1 - quarter])
    found = np.zeros(known.shape[1])
    for k in range(2, max(3, len(rows).bit_length())):
        place = len(rows) >> k
        width = 2 * NormalDist().inv_cdf(1 - 0.5**k)
        found = np.where(found > 0, found, (rows[-1 - place] - rows[place]) / width)
        if (found > 0).all():
            break
    return middles, np.where(found > 0, found**2, np.inf)


def initial_guesses(
    kind: str,
    data: Observations,
    n_states: int,
    n_init: int,
    seed: int,
    n_symbols: int,
    kernels: Any,
    initial: Start | None,
) -> tuple[Floats, Floats, Floats]:
    """Start probabilities, transitions, emissions of all starts, stacked; ``initial`` is first."""
    x = filled_rows(data.x)
    known = known_rows(x)
    found = [initial or _deterministic(kind, data, x, known, n_states, n_symbols, kernels)]
    reference = column_units(known)[1] if n_init > 1 else np.empty(0)
    for restart in range(1, n_init):
        draws = Stream(seed, restart, PURPOSE)
        found.append(_drawn(kind, known, reference, n_states, n_symbols, draws))
    starts, transitions, thetas = (np.stack(part) for part in zip(*found, strict=True))
    return starts, transitions, thetas


def _deterministic(
    kind: str,
    data: Observations,
    x: Floats,
    known: Floats,
    n_states: int,
    n_symbols: int,
    kernels: Any,
) -> Start:
    scaled = _standardised(x, known)
    groups = [
        option
        for level in _levels(scaled)
        for option in _by_level_both_ways(level, n_states, kind == "categorical")
    ]
    if n_states > 1:
        groups.append(_by_volatility(scaled, data, n_states))
    options = [_from_groups(kind, x, known, g, n_states, n_symbols) for g in groups]
    # EM never separates two states that start alike.
    options = [option for option in options if not find_duplicate(option[2])] or options
    if len(options) == 1:
        return options[0]
    scores = [kernels.score(kind, *option, data.x, data.lengths) for option in options]
    return options[int(np.argmax(scores))]


def _standardised(x: Floats, known: Floats) -> Floats:
    """Each column less its mean, in units of its standard deviation; rows with NaN stay so."""
    if not len(known):
        return np.full(x.shape, np.nan)
    found: Floats = (x - known.mean(axis=0)) / np.sqrt(column_units(known)[1])
    if x.shape[1] > 1:
        found[np.isnan(found).any(axis=1)] = np.nan
    return found


def _levels(scaled: Floats) -> list[Floats]:
    """Each of the first columns, and the first principal component."""
    columns = list(scaled.T[:MAX_COLUMNS])
    if len(columns) == 1:
        return columns
    known = known_rows(scaled)
    axis = np.linalg.eigh(known.T @ known)[1][:, -1]
    # The sign of an eigenvector is arbitrary: its largest component is made positive.
    return [*columns, scaled @ (axis * np.sign(axis[np.argmax(np.abs(axis))]))]


def _by_level_both_ways(key: Floats, n_states: int, binned: bool) -> list[Ints]:
    """:func:`_by_level`, and the same from above where equal values make that another split.

    Without the second ``x`` and ``-x`` would start apart. Bins are tied always; elsewhere a
    difference of one row, as where the rows are no multiple of the states, is none.
    """
    up, down = _by_level(key, n_states), n_states - 1 - _by_level(-key, n_states)
    down[np.isnan(key)] = n_states - 1
    sizes = np.bincount(up, minlength=n_states) - np.bincount(down, minlength=n_states)
    return [up, down] if np.abs(sizes).max() > (not binned) else [up]


def _by_level(key: Floats, n_states: int) -> Ints:
    """Groups of about equal size by value, NaN in the last; of distinct values if one is empty."""
    places = np.arange(1, n_states) * len(key) // n_states
    groups = np.zeros(len(key), dtype=np.int64)
    for threshold in np.partition(key, places)[places]:
        groups += ~(key < threshold)
    if np.bincount(groups, minlength=n_states).min() == 0:
        values, places = np.unique(key, return_inverse=True)
        groups = places * n_states // len(values)
    return groups


def _by_volatility(scaled: Floats, data: Observations, n_states: int) -> Ints:
    """Groups of about equal size by the mean squared deviation of blocks of each sequence."""
    known = ~np.isnan(scaled[:, 0])
    values = np.where(known[:, None], scaled, 0.0)
    squares = np.einsum("td,td->t", values, values)
    stops = np.cumsum(data.lengths)
    pairs = zip(stops - data.lengths, stops, strict=True)
    blocks = np.concatenate([np.arange(start, stop, WINDOW) for start, stop in pairs])
    counts = np.add.reduceat(known.astype(np.int64), blocks)
    means = np.add.reduceat(squares, blocks) / np.maximum(counts, 1)
    ranks = np.empty(len(blocks), dtype=np.int64)
    ranks[np.argsort(means, kind="stable")] = np.arange(len(blocks)) * n_states // len(blocks)
    return np.repeat(ranks, np.diff(np.append(blocks, len(squares))))


def _from_groups(
    kind: str, x: Floats, known: Floats, groups: Ints, n_states: int, n_symbols: int
) -> Start:
    reference = column_units(known)[1]
    rows = []
    for k in range(n_states):
        chosen = known_rows(x[groups == k])
        if not len(chosen):  # fewer observations than states
            chosen = known if len(known) else np.zeros((1, x.shape[1]))
        mean = chosen.mean(axis=0)
        # Half its own and half the overall variance: no group starts too narrow to grow.
        variance = 0.5 * chosen.var(axis=0) + 0.5 * reference
        rows.append(_row(kind, mean, variance, chosen, n_symbols))
    return *_chain(n_states, STAY), np.stack(rows)


def _drawn(
    kind: str, known: Floats, reference: Floats, n_states: int, n_symbols: int, draws: Stream
) -> Start:
    columns = len(reference)
    rows = []
    for _ in range(n_states):
        mean = np.zeros(columns)
        if len(known):  # the mean of a few observations: one alone may be an outlier
            mean = known[draws.integers(5, len(known))].mean(axis=0)
        variance = reference * np.exp(draws.normals(columns))
        row = _row(kind, mean, variance, np.empty((0, 1)), n_symbols)
        if kind == "categorical":
            row = row * (0.5 + draws.uniforms(n_symbols))
            row /= row.sum()
        rows.append(row)
    return *_chain(n_states, 0.5 + 0.49 * draws.uniform()), np.stack(rows)


def _row(kind: str, mean: Floats, variance: Floats, chosen: Floats, n_symbols: int) -> Floats:
    if kind == "categorical":
        counts = np.bincount(chosen[:, 0].astype(np.int64), minlength=n_symbols)
        return (counts + 1.0) / (len(chosen) + n_symbols)
    if kind == "gaussian_full":
        return np.concatenate([mean, np.diag(variance).ravel()])
    if kind == "student_t":
        return np.array([mean[0], 0.75 * variance[0], 8.0])
    return np.concatenate([mean, variance])


def _chain(n_states: int, stay: float) -> tuple[Floats, Floats]:
    """Uniform start probabilities, and transitions that stay with probability ``stay``."""
    leave = (1.0 - stay) / max(n_states - 1, 1)
    transition = np.full((n_states, n_states), leave) + (stay - leave) * np.eye(n_states)
    return np.full(n_states, 1.0 / n_states), transition if n_states > 1 else np.ones((1, 1))
