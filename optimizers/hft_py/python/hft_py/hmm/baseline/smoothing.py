"""The state given the whole sequence, or given a few observations after it."""

from __future__ import annotations

import numpy as np

from hft_py.hmm._types import Floats, Ints
from hft_py.hmm.baseline.emission import log_densities
from hft_py.hmm.baseline.filtering import forward, sequences
from hft_py.hmm.baseline.recursions import (
    LOST,
    ForwardBackward,
    forward_backward,
    log,
    log_forward,
)


def passes(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> list[ForwardBackward]:
    """Both recursions over each sequence."""
    log_b = log_densities(kind, theta, x)
    return [
        forward_backward(start, transition, log_b[rows], rows.start) for rows in sequences(lengths)
    ]


def backward(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> Floats:
    """``p(future | z_t) / p(future | x_1..x_t)``, ``(T, K)``."""
    found = passes(kind, start, transition, theta, x, lengths)
    return np.concatenate([p.beta for p in found])


def smoothed(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> tuple[Floats, Floats, float]:
    """``p(z_t | x)``, the expected number of each transition ``(K, K)``, and ``log p(x)``."""
    found = passes(kind, start, transition, theta, x, lengths)
    gamma = np.concatenate([p.gamma for p in found])
    transitions = sum((p.xi.sum(axis=0) for p in found), start=np.zeros_like(transition))
    return gamma, transitions, float(sum(p.log_scale.sum() for p in found))


def pairwise(
    kind: str, start: Floats, transition: Floats, theta: Floats, x: Floats, lengths: Ints
) -> Floats:
    """``p(z_t, z_(t+1) | x)``, ``(T - 1, K, K)``; zero between two sequences."""
    found = np.zeros((max(len(x) - 1, 0), len(start), len(start)))
    all_passes = passes(kind, start, transition, theta, x, lengths)
    for rows, of in zip(sequences(lengths), all_passes, strict=True):
        found[rows.start : rows.stop - 1] = of.xi
    return found


def fixed_lag(
    kind: str,
    start: Floats,
    transition: Floats,
    theta: Floats,
    x: Floats,
    lengths: Ints,
    lag: int,
) -> Floats:
    """``p(z_t | x_1..x_(t+lag))``, ``(T, K)``: ``O(T lag K^2)``, vectorised over times."""
    log_b = log_densities(kind, theta, x)
    alpha, _ = forward(kind, start, transition, theta, x, lengths)
    log_transition = log(transition)
    result = np.empty_like(alpha)
    for rows in sequences(lengths):
        b, n = log_b[rows], rows.stop - rows.start
        lost = alpha[rows].min() < LOST
        log_alpha = log_forward(start, transition, b)[0] if lost else log(alpha[rows])
        log_beta = np.zeros_like(b)
        for ahead in range(min(lag, n - 1), 0, -1):
            seen = n - ahead
            later = (b[ahead:] + log_beta[:seen])[:, None, :] + log_transition
            log_beta[:seen] = np.logaddexp.reduce(later, axis=2)
        joint = log_alpha + log_beta
        result[rows] = np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None])
    return result
