"""Forward and backward recursions over one sequence: scaled, or in logarithms where that fails.

Scaled recursions (Rabiner 1989, section V.A) divide by ``c_t = p(x_t | x_1..x_(t-1))`` at each
step. Densities are first divided by the largest of their row, so that ``c_t`` vanishes only where
no reachable state explains the observation nearly as well as an unreachable one: there the same
recursion runs on logarithms (Mann 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# A scale below this has lost digits.
SMALL = 1e-290


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
    """Alpha and the logarithms of the scales; :class:`ImpossibleError` where there are none."""
    scaled = _forward(start, transition, *_relative(log_b))
    if scaled is not None:
        return scaled
    log_alpha, log_scale = _log_forward(start, transition, log_b)
    return np.exp(log_alpha), log_scale


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
) -> tuple[Floats, Floats] | None:
    alpha = np.empty_like(b)
    scale = np.empty(len(b))
    predicted = start
    for t in range(len(b)):
        joint = predicted * b[t]
        scale[t] = joint.sum()
        if not scale[t] > SMALL:
            return None
        alpha[t] = joint / scale[t]
        predicted = alpha[t] @ transition
    return alpha, np.log(scale) + largest


def _both_scaled(start: Floats, transition: Floats, log_b: Floats) -> Passes | None:
    b, largest = _relative(log_b)
    found = _forward(start, transition, b, largest)
    if found is None:
        return None
    alpha, log_scale = found
    scale = np.exp(log_scale - largest)
    beta = np.ones_like(b)
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(len(b) - 2, -1, -1):
            beta[t] = transition @ (b[t + 1] * beta[t + 1]) / scale[t + 1]
    if not np.isfinite(beta).all():
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
    later = (log_b[1:] + log_beta[1:]) - log_scale[1:, None]
    xi = np.exp(log_alpha[:-1, :, None] + log_transition + later[:, None, :])
    xi /= xi.sum(axis=(1, 2), keepdims=True)
    with np.errstate(over="ignore"):
        return Passes(np.exp(log_alpha), log_scale, np.exp(log_beta), gamma, xi)
