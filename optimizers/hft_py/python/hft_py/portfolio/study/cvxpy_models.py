"""The same portfolios in CVXPY: as a user writes them, and as an expert does.

The user passes the covariance to ``quad_form``. The expert lifts the factors, so that no ``n x n``
matrix is formed, and for a row of rebalances declares what changes as parameters, in a form that
CVXPY compiles once (DPP).
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio import MVOConfig
from hft_py.portfolio.study.markets import Market

Floats = npt.NDArray[np.float64]


class Model:
    """A problem with what changes from one rebalance to the next in ``alpha``, ``current``, ...

    ``parameters`` makes these parameters of CVXPY; otherwise they are constants and
    :meth:`solve` builds the problem anew.
    """

    def __init__(
        self, market: Market, config: MVOConfig, *, lifted: bool, parameters: bool = False
    ) -> None:
        self._market, self._config, self._lifted = market, config, lifted
        self._parameters: dict[str, Any] | None = None
        values, vectors = np.linalg.eigh(market.risk.factor_covariance)
        self._loadings = market.risk.exposures @ (vectors * np.sqrt(values)) if lifted else None
        self._covariance = None if lifted else market.risk.covariance()
        if parameters:
            cp: Any = import_module("cvxpy")
            n = len(market.betas)
            names = ("alpha", "current", "lower", "upper")
            self._parameters = {name: cp.Parameter(n) for name in names}
            self._problem, self._weights = self._build(self._parameters)

    def solve(self, alpha: Floats, current: Floats) -> Floats:
        """Weights for these forecasts from these current weights."""
        config, market = self._config, self._market
        low, high = config.weight_range
        limit = (config.max_pct_adv or np.inf) * market.adv / config.capital
        data = {
            "alpha": alpha,
            "current": current,
            "lower": np.maximum(low, current - limit),
            "upper": np.minimum(high, current + limit),
        }
        if self._parameters is None:
            problem, weights = self._build(data)
        else:
            problem, weights = self._problem, self._weights
            for name, value in data.items():
                self._parameters[name].value = value
        problem.solve("CLARABEL", warm_start=True)
        found: Floats = weights.value
        return found

    def _build(self, data: dict[str, Any]) -> tuple[Any, Any]:
        cp: Any = import_module("cvxpy")
        market, config = self._market, self._config
        n = len(market.betas)
        weights = cp.Variable(n)
        trades = weights - data["current"]
        limits = [weights >= data["lower"], weights <= data["upper"]]
        if self._lifted:
            assert self._loadings is not None
            exposures = cp.Variable(self._loadings.shape[1])
            limits.append(exposures == self._loadings.T @ weights)
            deviations = np.sqrt(market.risk.specific_variance)
            own = cp.multiply(deviations, weights)
            variance = cp.sum_squares(exposures) + cp.sum_squares(own)
        else:
            variance = cp.quad_form(weights, self._covariance)
        if config.max_volatility is not None:
            if self._lifted:
                limits.append(cp.norm(cp.hstack([exposures, own])) <= config.max_volatility)
            else:
                limits.append(variance <= config.max_volatility**2)
        if config.max_tracking_error is not None:
            active = weights - market.benchmark
            if self._lifted:
                assert self._loadings is not None
                apart = exposures - self._loadings.T @ market.benchmark
                error = cp.norm(cp.hstack([apart, cp.multiply(deviations, active)]))
                limits.append(error <= config.max_tracking_error)
            else:
                error = cp.quad_form(active, self._covariance)
                limits.append(error <= config.max_tracking_error**2)
        net = cp.sum(weights)
        if config.net_range[0] == config.net_range[1]:
            limits.append(net == config.net_range[0])
        else:
            limits += [net >= config.net_range[0], net <= config.net_range[1]]
        limits.append(cp.norm1(weights) <= config.gross_leverage)
        limits += [
            market.betas @ weights <= config.beta_max,
            market.betas @ weights >= config.beta_min,
        ]
        names = np.array(market.sectors)
        for sector in sorted(set(market.sectors)):
            total = (names == sector).astype(float) @ weights
            low, high = config.sector_range(sector)
            limits += [total >= low, total <= high]
        limits.append(cp.norm1(trades) <= config.turnover_limit)
        cost = config.cost_aversion * config.linear_cost * cp.norm1(trades)
        borrow = (market.borrow_rates / config.periods_per_year) @ cp.neg(weights)
        utility = data["alpha"] @ weights - config.risk_aversion * variance - cost - borrow
        return cp.Problem(cp.Maximize(utility), limits), weights
