"""A mean-variance problem as plain arrays, the form in which solver and checks receive it.

Over the weights ``w`` with trades ``x = w - current``, minimise::

    risk_aversion * w' (L L' + D) w - alpha' w
        + linear_cost' |x| + power_cost' |x|^(3/2) + borrow' max(-w, 0)

subject to the limits below, each of which has a name. ``L`` are the loadings of the factors after
their covariance was factorised, ``D`` the diagonal of specific variances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hft_py.risk._products import unit_of

Floats = npt.NDArray[np.float64]

BOUNDS, LIQUIDITY = "weight bounds", "max_pct_adv"
GROSS, TURNOVER = "gross_leverage", "turnover"
TRACKING, VOLATILITY = "tracking_error", "volatility"


@dataclass(frozen=True, eq=False)
class Ranges:
    """Linear limits ``lower <= matrix @ w <= upper``, one a name; an infinite side is none."""

    names: tuple[str, ...]
    matrix: Floats
    lower: Floats
    upper: Floats

    def plus(self, names: Sequence[str], rows: Floats, lower: Floats, upper: Floats) -> Ranges:
        """These and others."""
        return Ranges(
            (*self.names, *names),
            np.vstack([self.matrix, rows]),
            np.concatenate([self.lower, lower]),
            np.concatenate([self.upper, upper]),
        )


@dataclass(frozen=True, eq=False)
class Problem:
    """The arrays of one problem over ``n`` assets and ``k`` factors; None is no such limit."""

    alpha: Floats
    loadings: Floats
    specific: Floats
    current: Floats
    lower: Floats
    upper: Floats
    linear_cost: Floats
    power_cost: Floats
    borrow: Floats
    ranges: Ranges
    benchmark: Floats
    risk_aversion: float
    trade_limit: Floats | None = None
    gross: float | None = None
    turnover: float | None = None
    tracking_error: float | None = None
    volatility: float | None = None

    @property
    def n(self) -> int:
        """The number of assets."""
        return len(self.alpha)

    def in_units(self) -> tuple[Problem, float]:
        """The same problem with volatilities near 1, and the power of two they are divided by.

        A solver's tolerances are absolute: in the caller's units the weights would depend on them.
        """
        ends = [self.loadings.min(initial=0.0), self.loadings.max(initial=0.0)]
        unit = unit_of(np.append(ends, np.sqrt(self.specific.max(initial=0.0))))
        limits = (self.tracking_error, self.volatility)
        tracking, volatility = (None if limit is None else limit / unit for limit in limits)
        return replace(
            self,
            loadings=self.loadings / unit,
            specific=self.specific / unit / unit,
            risk_aversion=self.risk_aversion * unit * unit,
            tracking_error=tracking,
            volatility=volatility,
        ), unit

    def box(self) -> tuple[Floats, Floats]:
        """Weight bounds and trade limits together; empty where a lower end is above the upper."""
        if self.trade_limit is None:
            return self.lower, self.upper
        low, high = self.trade_box()
        return np.maximum(self.lower, low), np.minimum(self.upper, high)

    def trade_box(self) -> tuple[Floats, Floats]:
        """The weights that the trade limits allow."""
        if self.trade_limit is None:
            return np.full(self.n, -np.inf), np.full(self.n, np.inf)
        return self.current - self.trade_limit, self.current + self.trade_limit

    def variance(self, weights: Floats) -> float:
        """``w' (L L' + D) w``."""
        exposure = self.loadings.T @ weights
        return float(exposure @ exposure + self.specific @ (weights * weights))

    def cost(self, weights: Floats) -> float:
        """Trading and borrowing, as the objective has them."""
        trades = np.abs(weights - self.current)
        return float(
            self.linear_cost @ trades
            + self.power_cost @ trades**1.5
            + self.borrow @ np.maximum(-weights, 0.0)
        )

    def utility(self, weights: Floats) -> float:
        """What is maximised: the objective's negative."""
        risk = self.risk_aversion * self.variance(weights)
        return float(self.alpha @ weights) - risk - self.cost(weights)
