"""Forward and backward recursions over one sequence: scaled, or in logarithms where that fails.

Scaled recursions (Rabiner 1989, section V.A) divide by ``c_t = p(x_t | x_1..x_(t-1))`` at each
step. On that scale the probability of a state may underflow to zero. It does no harm while others
lead to that state; where none does, later observations may bring it back, and only its logarithm
remembers how far it was. So what is *predicted* is watched: where a state's share of it is all but
nothing, the same recursion runs on logarithms (Mann 2006) until every share is sound again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# A scale below this has lost digits.
SMALL = 1e-120
# So has a state's share of what is predicted; numbers end at 1e-308.
LOST = 1e-160
# The logarithm of the share from which the linear scale does again.
SOUND = -230.0
# Rows that are tried on the linear scale at a time.
BLOCK = 4096
# What a backward variable may grow to: a state that the past forgot then weighs 1e-38 at most.
MOST = 1e150


class ImpossibleError(ValueError):
    """An observation that no reachable state can have emitted."""

    def __init__(self, index: int) -> None:
        super().__init__(
            f"observation {index} has probability zero under every reachable state: "
            "fit with emission_prior > 0, or without zeros in the transition matrix"
        )
        self.index = index


@dataclass(frozen=True)
class Passes:
    """Both recursions over one sequence.

    Attributes
    ----------
    alpha
        ``p(z_t | x_1..x_t)``, ``(T, K)``: the filter.
    log_scale
        ``log p(x_t | x_1..x_(t-1))``, ``(T,)``.
    beta
        ``p(x_(t+1)..x_T | z_t) / p(x_(t+1)..x_T | x_1..x_t)``, so that alpha * beta = gamma.
    gamma
        ``p(z_t | x_1..x_T)``, ``(T, K)``.
    xi
        ``p(z_t, z_(t+1) | x_1..x_T)``, ``(T - 1, K, K)``.
    """

    alpha: Floats
    log_scale: Floats
    beta: Floats
    gamma: Floats
    xi: Floats


def forward(start: Floats, transition: Floats, log_b: Floats) -> tuple[Floats, Floats]:
    """Alpha and the logarithms of the scales; :class:`ImpossibleError` where there are none.

    A row depends on no later one, not by a rounding error: what it was computed by is decided by
    the rows up to it.
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
        state = _Careful(predicted, transition)
        while done < n:
            log_scale[done] = state.observe(log_b[done], done)
            alpha[done] = np.exp(state.alpha)
            done += 1
            state.advance()
            if state.predicted.min() >= SOUND:
                predicted = np.exp(state.predicted)
                break
    return alpha, log_scale


class _Careful:
    """The forward recursion on logarithms, from a prediction in which every share is sound."""

    def __init__(self, predicted: Floats, transition: Floats) -> None:
        with np.errstate(divide="ignore"):
            self.predicted, self.transition = np.log(predicted), np.log(transition)
        self.alpha = self.predicted

    def observe(self, log_b: Floats, index: int) -> float:
        """Take one observation; ``log p(x_t | past)``."""
        try:
            self.alpha, scale = beginning(self.predicted, log_b)
        except ImpossibleError:
            raise ImpossibleError(index) from None
        return scale

    def advance(self) -> None:
        """Predict the next row."""
        self.predicted = np.logaddexp.reduce(self.alpha[:, None] + self.transition, axis=0)


def log_filter(start: Floats, transition: Floats, log_b: Floats) -> Floats:
    """Logarithms of alpha, those included that are too small for alpha itself."""
    return _log_forward(start, transition, log_b)[0]


def following(log_alpha: Floats, transition: Floats, log_b: Floats) -> tuple[Floats, float]:
    """Logarithms of the next row of alpha, and ``log p(x_t | past)``."""
    with np.errstate(divide="ignore"):
        log_transition = np.log(transition)
    predicted = np.logaddexp.reduce(log_alpha[:, None] + log_transition, axis=0)
    return beginning(predicted, log_b)


def beginning(log_predicted: Floats, log_b: Floats) -> tuple[Floats, float]:
    """The same from a prediction."""
    joint = log_predicted + log_b
    scale = float(np.logaddexp.reduce(joint))
    if scale == -np.inf:
        raise ImpossibleError(0)
    return joint - scale, scale


def both(start: Floats, transition: Floats, log_b: Floats) -> Passes:
    """Both recursions, and the probabilities they give."""
    return _both_scaled(start, transition, log_b) or _both_logarithmic(start, transition, log_b)


def _relative(log_b: Floats) -> tuple[Floats, Floats]:
    """Densities over the largest of their row, and its logarithm."""
    largest = log_b.max(axis=1)
    with np.errstate(invalid="ignore"):
        b = np.exp(log_b - largest[:, None])
    return np.where(np.isneginf(largest)[:, None], 0.0, b), largest


def _forward(
    start: Floats, transition: Floats, b: Floats, largest: Floats
) -> tuple[Floats, Floats, int]:
    """Alpha, logarithms of the scales, and how many rows of them are good."""
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


def _both_scaled(start: Floats, transition: Floats, log_b: Floats) -> Passes | None:
    b, largest = _relative(log_b)
    alpha, log_scale = forward(start, transition, log_b)
    scale = np.exp(log_scale - largest)
    if scale.min() < SMALL:
        return None
    beta = np.ones_like(b)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(len(b) - 2, -1, -1):
            beta[t] = transition @ (b[t + 1] * beta[t + 1]) / scale[t + 1]
    if not beta.max() <= MOST:
        return None
    gamma = alpha * beta
    gamma /= gamma.sum(axis=1, keepdims=True)
    later = (b[1:] * beta[1:]) / scale[1:, None]
    xi = alpha[:-1, :, None] * transition * later[:, None, :]
    xi /= xi.sum(axis=(1, 2), keepdims=True)
    return Passes(alpha, log_scale, beta, gamma, xi)


def _log_forward(start: Floats, transition: Floats, log_b: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore"):
        predicted, log_transition = np.log(start), np.log(transition)
    log_alpha = np.empty_like(log_b)
    log_scale = np.empty(len(log_b))
    for t in range(len(log_b)):
        joint = predicted + log_b[t]
        log_scale[t] = np.logaddexp.reduce(joint)
        if np.isneginf(log_scale[t]):
            raise ImpossibleError(t)
        log_alpha[t] = joint - log_scale[t]
        predicted = np.logaddexp.reduce(log_alpha[t][:, None] + log_transition, axis=0)
    return log_alpha, log_scale


def _both_logarithmic(start: Floats, transition: Floats, log_b: Floats) -> Passes:
    log_alpha, log_scale = _log_forward(start, transition, log_b)
    with np.errstate(divide="ignore"):
        log_transition = np.log(transition)
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
        return Passes(np.exp(log_alpha), log_scale, np.exp(log_beta), gamma, xi)
