"""Forward and backward recursions over one sequence: scaled, or on logarithms where that fails.

Scaled recursions (Rabiner 1989, section V.A) divide by ``c_t = p(x_t | x_1..x_(t-1))`` at each
step, and the probability of a state may underflow to zero. This is harmless while other states lead
to it; where none does, later observations may bring it back, and only its logarithm keeps how
unlikely it was. So the *predicted* probabilities are checked: where one is below ``LOST``, the
recursion continues on logarithms (Mann 2006) until all are above ``SOUND``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hft_py.hmm._types import Floats

# A scale below this has lost digits, and so has a predicted probability below LOST.
SMALL = 1e-120
LOST = 1e-160
# The logarithm of a predicted probability from which the scaled recursion is exact again.
SOUND = -230.0
# Rows that the scaled recursion computes before its predictions are checked.
BLOCK = 4096
# The largest backward variable: a state lost by the filter then weighs 1e-38 at most.
MAX_BETA = 1e150


class ImpossibleError(ValueError):
    """An observation that no reachable state can have emitted."""

    def __init__(self, index: int) -> None:
        super().__init__(
            f"observation {index} has probability zero under every reachable state: "
            "fit with emission_prior > 0, or without zeros in the transition matrix"
        )


@dataclass(frozen=True)
class ForwardBackward:
    """Both recursions over one sequence; ``alpha * beta == gamma``."""

    log_scale: Floats  # log p(x_t | x_1..x_(t-1)), (T,)
    beta: Floats  # p(x_(t+1)..x_T | z_t) / p(x_(t+1)..x_T | x_1..x_t), (T, K)
    gamma: Floats  # p(z_t | x_1..x_T), (T, K)
    xi: Floats  # p(z_t, z_(t+1) | x_1..x_T), (T - 1, K, K)


def log(probabilities: Floats) -> Floats:
    """Logarithms; minus infinity for zero."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(probabilities), dtype=np.float64)


def log_predict(log_alpha: Floats, log_transition: Floats) -> Floats:
    """Logarithms of ``p(z_(t+1) | x_1..x_t)``."""
    predicted: Floats = np.logaddexp.reduce(log_alpha[:, None] + log_transition, axis=0)
    return predicted


def log_update(log_predicted: Floats, log_b: Floats, index: int) -> tuple[Floats, float]:
    """Logarithms of ``p(z_t | x_1..x_t)``, and ``log p(x_t | x_1..x_(t-1))``; t is ``index``."""
    joint = log_predicted + log_b
    scale = float(np.logaddexp.reduce(joint))
    if scale == -np.inf:
        raise ImpossibleError(index)
    return joint - scale, scale


def forward(
    start: Floats, transition: Floats, log_b: Floats, first: int = 0
) -> tuple[Floats, Floats]:
    """Alpha and the logarithms of the scales; ``first`` is the index of the first observation.

    Which recursion computes a row depends on earlier rows only, so appended data change no row.
    """
    b, largest = _relative(log_b)
    n = len(b)
    alpha, log_scale = np.empty_like(b), np.empty(n)
    predicted, done = start, 0
    while done < n:
        rows = slice(done, min(n, done + BLOCK))
        alpha[rows], log_scale[rows], good = _forward(predicted, transition, b[rows], largest[rows])
        predicted = alpha[done + good - 1] @ transition if good else predicted
        done += good
        if done == rows.stop:
            continue
        log_predicted, log_transition = log(predicted), log(transition)
        while done < n:
            log_alpha, log_scale[done] = log_update(log_predicted, log_b[done], first + done)
            alpha[done] = np.exp(log_alpha)
            done += 1
            log_predicted = log_predict(log_alpha, log_transition)
            if log_predicted.min() >= SOUND:
                predicted = np.exp(log_predicted)
                break
    return alpha, log_scale


def log_forward(
    start: Floats, transition: Floats, log_b: Floats, first: int = 0
) -> tuple[Floats, Floats]:
    """Logarithms of alpha, also where alpha underflows, and of the scales."""
    log_predicted, log_transition = log(start), log(transition)
    log_alpha, log_scale = np.empty_like(log_b), np.empty(len(log_b))
    for t in range(len(log_b)):
        log_alpha[t], log_scale[t] = log_update(log_predicted, log_b[t], first + t)
        log_predicted = log_predict(log_alpha[t], log_transition)
    return log_alpha, log_scale


def forward_backward(
    start: Floats, transition: Floats, log_b: Floats, first: int = 0
) -> ForwardBackward:
    """Both recursions; ``first`` is the index of the first observation."""
    scaled = _scaled(start, transition, log_b, first)
    return scaled or _logarithmic(start, transition, log_b, first)


def _relative(log_b: Floats) -> tuple[Floats, Floats]:
    """Densities over the largest of their row, and its logarithm."""
    largest = log_b.max(axis=1)
    with np.errstate(invalid="ignore"):
        b = np.exp(log_b - largest[:, None])
    return np.where(np.isneginf(largest)[:, None], 0.0, b), largest


def _forward(
    start: Floats, transition: Floats, b: Floats, largest: Floats
) -> tuple[Floats, Floats, int]:
    """Alpha, logarithms of the scales, and how many of their rows are exact."""
    alpha = np.empty_like(b)
    scale = np.ones(len(b))
    predicted = start
    good = len(b)
    for t in range(len(b)):
        joint = predicted * b[t]
        total = joint.sum()
        if not total > SMALL:
            good = t
            break
        scale[t] = total
        alpha[t] = joint / total
        predicted = alpha[t] @ transition
    lost = np.flatnonzero((alpha[:good] @ transition).min(axis=1) < LOST)
    return alpha, np.log(scale) + largest, int(lost[0]) if len(lost) else good


def _scaled(start: Floats, transition: Floats, log_b: Floats, first: int) -> ForwardBackward | None:
    b, largest = _relative(log_b)
    alpha, log_scale = forward(start, transition, log_b, first)
    scale = np.exp(log_scale - largest)
    if scale.min() < SMALL:
        return None
    beta = np.ones_like(b)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(len(b) - 2, -1, -1):
            beta[t] = transition @ (b[t + 1] * beta[t + 1]) / scale[t + 1]
    if not beta.max() <= MAX_BETA:
        return None
    gamma = alpha * beta
    gamma /= gamma.sum(axis=1, keepdims=True)
    later = (b[1:] * beta[1:]) / scale[1:, None]
    xi = alpha[:-1, :, None] * transition * later[:, None, :]
    xi /= xi.sum(axis=(1, 2), keepdims=True)
    return ForwardBackward(log_scale, beta, gamma, xi)


def _logarithmic(start: Floats, transition: Floats, log_b: Floats, first: int) -> ForwardBackward:
    log_alpha, log_scale = log_forward(start, transition, log_b, first)
    log_transition = log(transition)
    log_beta = np.zeros_like(log_b)
    for t in range(len(log_b) - 2, -1, -1):
        later = log_transition + log_b[t + 1] + log_beta[t + 1]
        log_beta[t] = np.logaddexp.reduce(later, axis=1) - log_scale[t + 1]
    log_gamma = log_alpha + log_beta
    gamma = np.exp(log_gamma - np.logaddexp.reduce(log_gamma, axis=1)[:, None])
    log_xi = log_alpha[:-1, :, None] + log_transition + (log_b + log_beta)[1:, None, :]
    log_xi -= log_xi.max(axis=(1, 2), keepdims=True)
    xi = np.exp(log_xi)
    xi /= xi.sum(axis=(1, 2), keepdims=True)
    with np.errstate(over="ignore"):
        return ForwardBackward(log_scale, np.exp(log_beta), gamma, xi)
