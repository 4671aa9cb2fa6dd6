"""The constants of CMA-ES: recombination weights, learning rates, damping.

Names and equation numbers are those of Hansen, "The CMA Evolution Strategy: A Tutorial",
arXiv:1604.00772 (2016, second edition 2023). The separable variant multiplies both learning rates
of the covariance by ``(n + 2) / 3``: Ros and Hansen, PPSN X (2008).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from hft_py.mle.baseline.loop import Array


@dataclass(frozen=True)
class Constants:
    """What a run of CMA-ES is governed by.

    Attributes
    ----------
    weights
        Recombination weights of all points, best first; those of the worse half are negative, and
        zero without the active update.
    mu
        Points with positive weight.
    mu_eff
        Variance effective selection mass.
    c_sigma, d_sigma
        Rate and damping of the step size.
    c_c, c_1, c_mu
        Rates of the evolution path, the rank-one and the rank-mu update.
    chi
        Expected length of a standard normal vector.
    """

    weights: Array
    mu: int
    mu_eff: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    chi: float


def cma_constants(
    dimension: int,
    population_size: int,
    active: bool = True,
    separable: bool = False,
    edition: int = 2016,
) -> Constants:
    """The tutorial's defaults for a dimension and a population size.

    ``edition=2023`` is its second edition, which adds 1/4 to the numerator of ``c_mu`` (58) and so
    learns a little faster; runs use it.

    Examples
    --------
    >>> constants = cma_constants(10, 10)
    >>> round(constants.mu_eff, 7), round(constants.c_1, 8), round(constants.c_mu, 8)
    (3.1672993, 0.01528382, 0.02015428)
    """
    n, size = float(dimension), population_size
    mu = size // 2
    raw = [math.log((size + 1) / 2) - math.log(i + 1) for i in range(size)]  # (49)
    positive, negative = raw[:mu], raw[mu:]
    mu_eff = sum_of(positive) ** 2 / sum_of([w * w for w in positive])
    spread = sum_of([w * w for w in negative])
    mu_eff_minus = sum_of(negative) ** 2 / spread if spread > 0.0 else 0.0

    c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0)  # (55)
    d_sigma = 1.0 + 2.0 * max(0.0, math.sqrt((mu_eff - 1.0) / (n + 1.0)) - 1.0) + c_sigma
    c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n)  # (56)
    offset = 0.25 if edition >= 2023 else 0.0
    c_1 = 2.0 / ((n + 1.3) ** 2 + mu_eff)  # (57)
    c_mu = 2.0 * (offset + mu_eff - 2.0 + 1.0 / mu_eff) / ((n + 2.0) ** 2 + mu_eff)  # (58)
    if separable:
        c_1 = min(1.0, c_1 * (n + 2.0) / 3.0)
        c_mu = c_mu * (n + 2.0) / 3.0
    c_mu = min(1.0 - c_1, c_mu)

    weights = [w / sum_of(positive) for w in positive]
    limits = [1.0 + c_1 / c_mu if c_mu > 0.0 else 1.0]  # (50)
    limits.append(1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0))  # (51)
    if c_mu > 0.0:
        limits.append((1.0 - c_1 - c_mu) / (n * c_mu))  # (52)
    scale = min(limits) if active else 0.0
    lost = -sum_of([w for w in negative if w < 0.0])
    weights += [w * scale / lost if w < 0.0 and lost > 0.0 else 0.0 for w in negative]
    chi = math.sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n))
    return Constants(np.array(weights), mu, mu_eff, c_sigma, d_sigma, c_c, c_1, c_mu, chi)


def sum_of(numbers: list[float]) -> float:
    """The sum from the first to the last, as the compiled kernels take it."""
    total = 0.0
    for number in numbers:
        total += number
    return total
