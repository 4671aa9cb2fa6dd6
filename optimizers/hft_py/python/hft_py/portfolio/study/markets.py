"""Synthetic markets for portfolios: factor risk, persistent forecasts, volumes, sectors.

Annual figures are those of US stocks: market deviation 16 %, styles 4 %, specific 20 to 45 %;
volumes are log-normal around 20 million a day, and the portfolio is worth 500 million.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio import MVOConfig, build_portfolio_mvo
from hft_py.risk import RiskModel

Floats = npt.NDArray[np.float64]

SECTORS = 11
CAPITAL = 5e8


@dataclass(frozen=True, eq=False)
class Market:
    """Forecasts by rebalance (rows), risk per period and the rest of the inputs."""

    alphas: Floats
    risk: RiskModel
    betas: Floats
    adv: Floats
    sectors: list[str]
    benchmark: Floats
    borrow_rates: Floats

    def data(self) -> dict[str, Any]:
        """The inputs beside forecasts and risk, by the names of the arguments."""
        names = ("betas", "adv", "sectors", "benchmark", "borrow_rates")
        return {name: getattr(self, name) for name in names}


def market(n: int, k: int, rebalances: int, periods_per_year: float, seed: int = 1) -> Market:
    """``n`` assets, ``k`` factors; forecasts keep 97 % of themselves from day to day."""
    rng = np.random.default_rng(seed)
    year = 1.0 / periods_per_year
    exposures = np.column_stack([rng.normal(1.0, 0.25, n), rng.normal(0.0, 1.0, (n, k - 1))])
    deviation = np.concatenate([[0.16], np.full(k - 1, 0.04)])
    mixed = rng.normal(size=(k, 2 * k))
    correlation = np.corrcoef(mixed) * 0.3 + 0.7 * np.eye(k)
    factors = year * correlation * np.outer(deviation, deviation)
    specific = year * rng.uniform(0.20, 0.45, n) ** 2
    keep = 0.97 ** (252 * year)
    signal = rng.normal(size=n)
    signals = [signal]
    for _ in range(rebalances):
        signal = keep * signal + np.sqrt(1 - keep**2) * rng.normal(size=n)
        signals.append(signal)
    # A forecast of one deviation earns a tenth of the asset's own deviation over a month.
    size = 0.1 * np.sqrt(specific / year / 12) * 12 * year
    benchmark = np.exp(rng.normal(0.0, 1.2, n))
    return Market(
        alphas=np.array(signals) * size,
        risk=RiskModel.build(exposures, factors, specific),
        betas=exposures[:, 0],
        adv=np.exp(rng.normal(np.log(2e7), 1.0, n)),
        sectors=[f"sector {i}" for i in rng.integers(0, SECTORS, n)],
        benchmark=benchmark / benchmark.sum(),
        borrow_rates=rng.choice([0.0025, 0.01, 0.05], n, p=[0.8, 0.15, 0.05]),
    )


def extended(periods_per_year: float, **changes: Any) -> MVOConfig:
    """A 130/30 portfolio against a benchmark: every kind of limit, and costs."""
    settings: dict[str, Any] = {
        "net_min": 1.0,
        "net_max": 1.0,
        "gross_leverage": 1.6,
        "min_weight": -0.01,
        "max_weight": 0.03,
        "beta_min": 0.9,
        "beta_max": 1.1,
        "sector_max": 0.15,
        "sector_min": 0.03,
        "max_tracking_error": 0.08 / np.sqrt(periods_per_year),
        "periods_per_year": periods_per_year,
        "capital": CAPITAL,
    }
    return MVOConfig(**(settings | changes))


def neutral(periods_per_year: float, **changes: Any) -> MVOConfig:
    """A dollar-neutral portfolio, the defaults with limits on sectors and volatility."""
    settings: dict[str, Any] = {
        "sector_min": -0.05,
        "sector_max": 0.05,
        "max_volatility": 0.10 / np.sqrt(periods_per_year),
        "periods_per_year": periods_per_year,
        "capital": CAPITAL,
        "cost_aversion": 0.05 * 252 / periods_per_year,  # a position is held for a month
    }
    return MVOConfig(**(settings | changes))


def held(found: Market, config: MVOConfig) -> Floats:
    """The portfolio that the first forecasts lead to, without limits on turnover and volume."""
    free = replace(config, turnover_limit_annual=None, max_pct_adv=None)
    return build_portfolio_mvo(
        found.alphas[0], risk_model=found.risk, config=free, **found.data()
    ).array()
