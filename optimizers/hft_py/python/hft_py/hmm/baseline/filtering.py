"""What is known of the state from the past alone: filter, likelihood, and one step of both."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from hft_py.hmm.baseline.emission import log_densities
from hft_py.hmm.baseline.recursions import ImpossibleError
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


def step(
    kind: str,
    start: Floats,
    transition: Floats,
    theta: Floats,
    previous: Floats | None,
    x: Floats,
) -> tuple[Floats, float]:
    """One step of the filter in ``O(K^2)``: probabilities, and ``log p(x_t | past)``.

    ``previous`` are the probabilities before, None at the first observation; ``x`` is ``(D,)``.
    """
    predicted = start if previous is None else previous @ transition
    log_b = log_densities(kind, theta, x[None, :])[0]
    largest = log_b.max()
    joint = predicted * np.exp(log_b - largest) if np.isfinite(largest) else np.zeros_like(log_b)
    total = float(joint.sum())
    if total > 0:
        return joint / total, float(np.log(total) + largest)
    # The state that explains it is out of reach: logarithms weigh what is left.
    with np.errstate(divide="ignore"):
        log_joint = np.log(predicted) + log_b
    scale = float(np.logaddexp.reduce(log_joint))
    if scale == -np.inf:
        raise ImpossibleError(0)
    return np.exp(log_joint - scale), scale
