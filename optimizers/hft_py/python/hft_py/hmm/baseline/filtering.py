"""The state given the past alone: filter, likelihood, and one step of both."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hft_py.hmm._types import Floats, Ints
from hft_py.hmm.baseline import recursions
from hft_py.hmm.baseline.emission import log_densities
from hft_py.hmm.baseline.recursions import (
    LOST,
    ImpossibleError,
    log,
    log_forward,
    log_predict,
    log_update,
)


def sequences(lengths: Ints) -> Iterator[slice]:
    """The rows of each sequence."""
    stop = 0
    for length in lengths:
        start, stop = stop, stop + int(length)
        yield slice(start, stop)


def forward(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> tuple[Floats, Floats]:
    """``p(z_t | x_1..x_t)`` of shape ``(T, K)`` and ``log p(x_t | x_1..x_(t-1))``, ``(T,)``."""
    log_b = log_densities(kind, theta, x)
    alpha, log_scale = np.empty_like(log_b), np.empty(len(x))
    for rows in sequences(lengths):
        found = recursions.forward(start, transition, log_b[rows], rows.start)
        alpha[rows], log_scale[rows] = found
    return alpha, log_scale


def filtered(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> Floats:
    """``p(z_t | x_1..x_t)``, ``(T, K)``."""
    return forward(kind, start, transition, theta, x, lengths)[0]


def score(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> float:
    """``log p(x)`` of all sequences; minus infinity where an observation is impossible."""
    try:
        log_scale = forward(kind, start, transition, theta, x, lengths)[1]
    except ImpossibleError:
        return -np.inf
    return float(log_scale.sum())


def last(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> Floats:
    """``log p(z_T | x_1..x_T)`` at the end of the last sequence, ``(K,)``.

    A filter continues from it. Logarithms, as the probability of a state may underflow and recover.
    """
    first = int(lengths[:-1].sum())
    log_b = log_densities(kind, theta, x[first:])
    alpha, _ = recursions.forward(start, transition, log_b, first)
    if (alpha[-1] @ transition).min() < LOST:
        log_alpha, _ = log_forward(start, transition, log_b, first)
        return np.asarray(log_alpha[-1], dtype=np.float64)
    return log(alpha[-1])


def step(
    kind: str,
    start: Floats,
    transition: Floats,
    theta: Floats,
    previous: Floats | None,
    x: Floats,
) -> tuple[Floats, float]:
    """One step of the filter: logarithms of the probabilities, and ``log p(x_t | past)``.

    ``previous`` are the logarithms before, None at the first observation; ``x`` is ``(D,)``.
    """
    log_b = log_densities(kind, theta, x[None, :])[0]
    predicted = log(start) if previous is None else log_predict(previous, log(transition))
    return log_update(predicted, log_b, 0)
