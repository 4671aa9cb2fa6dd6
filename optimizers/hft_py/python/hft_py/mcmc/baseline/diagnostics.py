"""Convergence diagnostics: R-hat, effective sample sizes, standard errors.

Vehtari, Gelman, Simpson, Carpenter and Buerkner (2021, Bayesian Analysis 16). Draws have shape
``(chains, draws, parameters)``; results have shape ``(parameters,)``. NaN where a parameter never
moves, where a draw is not finite, and where there are fewer than four draws a chain.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy  # its parts are loaded when first used: scipy.stats takes a second

from hft_py.mcmc.baseline.target import Floats

LEAST_DRAWS = 4
TAIL = (0.05, 0.95)
LARGE, SHRINK = 2.0**300, 2.0**-600
_WINDOW = 5.0  # Sokal's window, in autocorrelation times


def split(draws: Floats) -> Floats:
    """Each chain as two: its first half and its last (of an odd number the middle draw is left)."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def rank_normalised(draws: Floats) -> Floats:
    """Normal scores of the ranks of all draws together (eq. 14; ties share their mean rank)."""
    rank = scipy.stats.rankdata(draws, method="average").reshape(draws.shape)
    scores: Floats = scipy.special.ndtri((rank - 0.375) / (draws.size + 0.25))
    return scores


def autocovariance(chains: Floats) -> Floats:
    """Autocovariance of each row at every lag, divided by the number of draws."""
    draws = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = scipy.fft.rfft(centred, n=scipy.fft.next_fast_len(2 * draws, real=True), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    found: Floats = scipy.fft.irfft(power, n=scipy.fft.next_fast_len(2 * draws, real=True), axis=1)
    scaled: Floats = found[:, :draws] / draws
    return scaled


def ess(chains: Floats) -> float:
    """Effective sample size of the mean over some chains, by Geyer's initial monotone sequence.

    Eqs. 10-13. Never above ``N log10 N``, as antithetic chains have no upper end.
    """
    if chains.min() == chains.max():  # of halves, where only a middle draw differs
        return np.nan
    count, draws = chains.shape
    covariance = autocovariance(chains).mean(axis=0)
    within = covariance[0] * draws / (draws - 1.0)
    variance = covariance[0]
    if count > 1:
        variance += chains.mean(axis=1).var(ddof=1)
    time = _geyer(1.0 - (within - covariance) / variance, count * draws)
    return float(count * draws / time)


def _geyer(correlation: Floats, total: int) -> float:
    """Integrated autocorrelation time of a sequence of autocorrelations."""
    correlation = correlation.copy()
    correlation[0] = 1.0
    draws = len(correlation)
    even, odd, last = 1.0, correlation[1], 1
    # Pairs are positive and fall: beyond the first that is not, all is noise.
    while last < draws - 3 and even + odd > 0.0:
        even, odd = correlation[last + 1], correlation[last + 2]
        if even + odd < 0.0:
            correlation[last + 2] = 0.0
            correlation[last + 1] = 0.0
        last += 2
    # Lags below the last pair are summed twice, its even one once: also where that is negative and
    # the draws end with this pair.
    end = last - 1
    tail = even if even > 0.0 else correlation[end]
    for lag in range(1, end - 2, 2):
        before = correlation[lag - 1] + correlation[lag]
        if correlation[lag + 1] + correlation[lag + 2] > before:
            correlation[lag + 1] = correlation[lag + 2] = before / 2.0
    time = -1.0 + 2.0 * correlation[:end].sum() + tail
    return float(max(time, 1.0 / np.log10(total)))


def quantile(draws: Floats, probability: float) -> float:
    """Linear interpolation between order statistics (type 7 of Hyndman and Fan)."""
    ordered = np.sort(draws, axis=None)
    place = ordered.size * probability + (1.0 - probability)
    below = int(np.clip(np.floor(place), 1, ordered.size - 1))
    weight = min(max(place - below, 0.0), 1.0)
    return float((1.0 - weight) * ordered[below - 1] + weight * ordered[below])


def ess_bulk(draws: Floats) -> float:
    """How many independent draws the location is worth."""
    return ess(rank_normalised(split(draws)))


def ess_tail(draws: Floats) -> float:
    """The lesser of the two at the 5 and the 95 per cent quantile."""
    sizes = []
    for probability in TAIL:
        below = split((draws <= quantile(draws, probability)).astype(float))
        sizes.append(float(below.size) if below.min() == below.max() else ess(below))
    return min(sizes)


def near_zero(draws: Floats) -> Floats:
    """Less the first draw: those far from zero lose no digits."""
    moved: Floats = draws - draws.flat[0]
    return moved


def ess_mean(draws: Floats) -> float:
    """How many independent draws the mean is worth."""
    return ess(near_zero(split(draws)))


def basic_r_hat(draws: Floats) -> float:
    """Gelman and Rubin's ratio, as it is: not split, not normalised."""
    if len(draws) < 2:
        return np.nan
    n, draws = draws.shape[1], near_zero(draws)
    still = (draws == draws[:, :1]).all(axis=1)
    means = np.where(still, draws[:, 0], draws.mean(axis=1))
    between = n * means.var(ddof=1)
    within = np.where(still, 0.0, draws.var(axis=1, ddof=1)).mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.sqrt((between / within + n - 1) / n))


def split_r_hat(draws: Floats) -> float:
    """The ratio over half chains."""
    return basic_r_hat(split(draws))


def rank_r_hat(draws: Floats) -> float:
    """The larger of the split ratios of rank-normalised draws and of folded ones."""
    halves = split(draws)
    folded = np.abs(halves - np.median(halves))
    location = basic_r_hat(rank_normalised(halves))
    scale = basic_r_hat(rank_normalised(folded))
    return max(location, scale) if scale == scale else location


def sokal(draws: Floats) -> float:
    """Integrated autocorrelation time with Sokal's automatic window, over all chains."""
    moving = draws[draws.min(axis=1) < draws.max(axis=1)]
    covariance = autocovariance(near_zero(moving))
    covariance = covariance[covariance[:, 0] > 0.0]
    correlation = (covariance / covariance[:, :1]).mean(axis=0)
    time = 2.0 * np.cumsum(correlation) - 1.0
    closed = np.arange(len(time)) >= _WINDOW * time
    return float(time[np.argmax(closed) if closed.any() else len(time) - 1])


def factor(draws: Floats) -> float:
    """What draws are multiplied by where their squares would overflow or underflow, else 1.

    A power of two, which changes no digit.
    """
    largest = np.abs(draws).max()
    if largest > LARGE:
        return SHRINK
    return 1.0 / SHRINK if largest < 1.0 / LARGE else 1.0


def deviation(draws: Floats) -> float:
    """The standard deviation of all draws, divisor one less than their number; NaN of one."""
    if draws.size < 2:
        return np.nan
    scale = factor(draws)
    return float(near_zero(draws * scale).std(ddof=1) / scale)


def _each(measure: Callable[[Floats], float], samples: Floats) -> Floats:
    return np.array([_of(measure, samples[:, :, p]) for p in range(samples.shape[2])])


def _of(measure: Callable[[Floats], float], draws: Floats) -> float:
    if draws.shape[1] < LEAST_DRAWS or not np.isfinite(draws).all() or draws.min() == draws.max():
        return np.nan
    return measure(draws * factor(draws))


ESS = {"bulk": ess_bulk, "tail": ess_tail, "mean": ess_mean}
R_HAT = {"rank": rank_r_hat, "split": split_r_hat, "basic": basic_r_hat}


def effective_sample_size(samples: Floats, kind: str) -> Floats:
    """``"bulk"``, ``"tail"`` or ``"mean"``."""
    return _each(ESS[kind], samples)


def r_hat(samples: Floats, kind: str) -> Floats:
    """``"rank"``, ``"split"`` or ``"basic"``."""
    return _each(R_HAT[kind], samples)


def autocorrelation_time(samples: Floats, kind: str) -> Floats:
    """``"geyer"`` (all draws over the effective ones of the mean) or ``"sokal"``."""
    if kind == "sokal":
        return _each(sokal, samples)
    total = 2 * (samples.shape[1] // 2) * samples.shape[0]
    times: Floats = total / effective_sample_size(samples, "mean")
    return times


def diagnose(samples: Floats, threads: int = 1) -> dict[str, Any]:
    """All of a run's at once."""
    chains, draws, _ = samples.shape
    mean = effective_sample_size(samples, "mean")
    return {
        "r_hat": r_hat(samples, "rank"),
        "ess_bulk": effective_sample_size(samples, "bulk"),
        "ess_tail": effective_sample_size(samples, "tail"),
        "mcse": np.array([deviation(samples[:, :, p]) for p in range(len(mean))]) / np.sqrt(mean),
        "autocorr_time": 2 * (draws // 2) * chains / mean,
    }
