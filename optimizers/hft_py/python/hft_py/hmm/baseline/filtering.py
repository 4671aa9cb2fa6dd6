"""What is known of the state from the past alone: filter, likelihood, and one step of both."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from hft_py.hmm.baseline.emission import log_densities
from hft_py.hmm.baseline.recursions import LOST, ImpossibleError, beginning, following, log_filter
from hft_py.hmm.baseline.recursions import forward as _forward

Floats = npt.NDArray[np.float64]
Lengths = npt.NDArray[np.int64]


def sequences(lengths: Lengths) -> Iterator[slice]:
    """The rows of each sequence."""
    stop = 0
    for length in lengths:
        start, stop = stop, stop + int(length)
        yield slice(start, stop)


def forward(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Lengths
) -> tuple[Floats, Floats]:
    """``p(z_t | x_1..x_t)`` of shape ``(T, K)`` and ``log p(x_t | x_1..x_(t-1))``, ``(T,)``."""
    log_b = log_densities(kind, theta, x)
    alpha, log_scale = np.empty_like(log_b), np.empty(len(x))
    for rows in sequences(lengths):
        try:
            alpha[rows], log_scale[rows] = _forward(start, transition, log_b[rows])
        except ImpossibleError as error:
            raise ImpossibleError(rows.start + error.index) from None
    return alpha, log_scale


def filtered(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Lengths
) -> Floats:
    """``p(z_t | x_1..x_t)``, ``(T, K)``."""
    return forward(kind, start, transition, theta, x, lengths)[0]


def score(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Lengths
) -> float:
    """``log p(x)`` of all sequences; minus infinity where an observation is impossible."""
    try:
        log_scale = forward(kind, start, transition, theta, x, lengths)[1]
    except ImpossibleError:
        return -np.inf
    return float(log_scale.sum())


def last(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Lengths
) -> Floats:
    """``log p(z_T | x_1..x_T)`` at the end of the last sequence, ``(K,)``: what a filter goes on
    from. Logarithms, as a state that has all but vanished may come back.
    """
    first = int(lengths[:-1].sum())
    log_b = log_densities(kind, theta, x[first:])
    try:
        alpha, _ = _forward(start, transition, log_b)
    except ImpossibleError as error:
        raise ImpossibleError(first + error.index) from None
    if (alpha[-1] @ transition).min() < LOST:
        return np.asarray(log_filter(start, transition, log_b)[-1], dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(alpha[-1]), dtype=np.float64)


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
    if previous is not None:
        return following(previous, transition, log_b)
    with np.errstate(divide="ignore"):
        return beginning(np.log(start), log_b)
