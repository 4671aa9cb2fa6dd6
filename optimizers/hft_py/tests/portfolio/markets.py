"""Markets to build portfolios of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hft_py.risk import RiskModel

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Market:
    """Forecasts, risk and the rest, over a month."""

    alpha: Floats
    risk: RiskModel
    betas: Floats
    sectors: list[str]
    adv: Floats
    benchmark: Floats
    borrow_rates: Floats
    current: Floats

    @property
    def covariance(self) -> Floats:
        """Formed for checks."""
        return self.risk.covariance()


def market(n: int, k: int = 3, seed: int = 0) -> Market:
    """``n`` assets and ``k`` factors, with a portfolio that keeps moderate limits."""
    rng = np.random.default_rng(seed)
    exposures = np.c_[rng.normal(1.0, 0.3, n), rng.normal(0.0, 1.0, (n, k - 1))]
    root = rng.normal(0.0, 0.02, (k, k))
    factors = root @ root.T + np.diag(np.r_[0.002, np.full(k - 1, 0.0002)])
    current = rng.uniform(0.0, 1.0, n) * (rng.random(n) < 0.5)
    current[0] += 0.5
    return Market(
        alpha=rng.normal(0.0, 0.01, n),
        risk=RiskModel.build(exposures, factors, rng.uniform(0.002, 0.012, n)),
        betas=exposures[:, 0],
        sectors=[f"S{i % 3}" for i in range(n)],
        adv=np.exp(rng.normal(14.0, 1.0, n)),
        benchmark=np.full(n, 1.0 / n),
        borrow_rates=rng.uniform(0.0, 0.05, n),
        current=0.3 * current / current.sum(),
    )
