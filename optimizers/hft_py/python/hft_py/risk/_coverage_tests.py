"""Likelihood ratios of exceedances, and their distributions where the forecasts are right.

Right forecasts are exceeded independently with a known probability ``p``, so the number ``x`` of
exceedances among ``n`` periods is binomial, and given ``x`` every arrangement is as likely as every
other. The statistics depend on an arrangement by the number ``r`` of runs of exceedances and by
whether it begins and ends with one; arrangements with these are counted by splitting ``x`` into
``r`` parts and ``n - x`` into the gaps. The p-values of both kinds are sums over these counts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, xlogy
from scipy.stats import chi2

Floats = npt.NDArray[np.float64]


def coverage_ratio(count: Any, hit: Any, share: float) -> Any:
    """Twice the logarithm of the likelihood ratio: any share of exceedances against ``share``."""
    rate = hit / count
    free = xlogy(hit, rate) + xlogy(count - hit, 1.0 - rate)
    return np.maximum(2.0 * (free - xlogy(hit, share) - xlogy(count - hit, 1.0 - share)), 0.0)


def conditional_ratio(again: Any, after_hit: Any, new: Any, after_calm: Any) -> Any:
    """The same: a probability after an exceedance and another one otherwise, against one for both.

    ``again`` of ``after_hit`` periods after an exceedance have one, ``new`` of ``after_calm``.
    """
    first = again / np.maximum(after_hit, 1)
    second = new / np.maximum(after_calm, 1)
    total, all_hits = after_hit + after_calm, again + new
    pooled = all_hits / total
    free = xlogy(again, first) + xlogy(after_hit - again, 1.0 - first)
    free = free + xlogy(new, second) + xlogy(after_calm - new, 1.0 - second)
    held = xlogy(all_hits, pooled) + xlogy(total - all_hits, 1.0 - pooled)
    return np.maximum(2.0 * (free - held), 0.0)


def asymptotic(
    count: int, hit: int, share: float, kupiec: float, independence: float
) -> tuple[float, float, float]:
    """p-values of coverage, independence, and both, from chi-squared distributions."""
    return (
        float(chi2.sf(kupiec, 1)),
        float(chi2.sf(independence, 1)),
        float(chi2.sf(kupiec + independence, 2)),
    )


def exact(
    count: int, hit: int, share: float, kupiec: float, independence: float
) -> tuple[float, float, float]:
    """The same from the distributions for this number of periods."""
    hits, weights, first, second = _distribution(count, share)
    edge = 1.0 - 1e-9  # equal statistics differ by rounding
    covered = weights[first >= kupiec * edge].sum()
    both = weights[first + second >= (kupiec + independence) * edge].sum()
    given = hits == hit
    if not given.any():  # so many exceedances do not happen
        return float(covered), 1.0, float(both)
    alike = weights[given]
    apart = alike[second[given] >= independence * edge].sum() / alike.sum()
    return float(min(covered, 1.0)), float(min(apart, 1.0)), float(min(both, 1.0))


@lru_cache(maxsize=16)
def _distribution(count: int, share: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Every kind of arrangement: exceedances, probability, both statistics.

    Numbers of exceedances whose probability is below 1e-15 are left out.
    """
    numbers = np.arange(count + 1.0)
    log_binomial = _choose(count, numbers) + xlogy(numbers, share)
    log_binomial += xlogy(count - numbers, 1.0 - share)
    parts: list[list[Floats]] = []
    for x in numbers[log_binomial > np.log(1e-15)]:
        calm = count - x
        if x == 0 or calm == 0:
            logs, second = np.zeros(1), np.zeros(1)
        else:
            runs, begins, ends = (
                a.ravel() for a in np.meshgrid(np.arange(1.0, x + 1.0), [0.0, 1.0], [0.0, 1.0])
            )
            gaps = runs + 1.0 - begins - ends
            possible = (gaps >= 1) & (gaps <= calm)
            runs, begins, ends, gaps = (a[possible] for a in (runs, begins, ends, gaps))
            logs = _choose(x - 1.0, runs - 1.0) + _choose(calm - 1.0, gaps - 1.0)
            logs -= _choose(count, x)
            second = conditional_ratio(x - runs, x - ends, runs - begins, calm - 1.0 + ends)
        weights = np.exp(logs + log_binomial[int(x)])
        same = np.full(len(weights), x)
        parts.append([same, weights, coverage_ratio(count, same, share), second])
    hits, weights, first, second = (np.concatenate(p) for p in zip(*parts, strict=True))
    return hits, weights, first, second


def _choose(n: Any, k: Any) -> Any:
    """Logarithms of binomial coefficients."""
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
