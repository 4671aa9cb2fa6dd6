"""Objectives and constraints of a portfolio of strategies, each to be minimised."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hft_py.portfolio.baseline.moments import moments

Floats = npt.NDArray[np.float64]
LEAST_FALL = 1e-9  # falls are at least this in a Calmar ratio
# Less of the deviations of the weights is the rounding of a portfolio of one asset, which has none.
NO_DRIFT = 1e-6


@dataclass(eq=False)
class Task:
    """What portfolios are judged by."""

    returns: Floats
    objectives: list[str]
    groups: Floats
    limits: Floats
    concentration: float
    periods: float
    trading_cost: float
    current: Floats | None

    def __post_init__(self) -> None:
        self.mean, self.covariance = moments(self.returns)
        self.deviation = np.sqrt(np.diag(self.covariance))

    def evaluate(self, weights: Floats) -> tuple[Floats, Floats]:
        """Objectives ``(N, M)`` and summed violations ``(N,)`` of portfolios ``(N, D)``."""
        return (
            np.array([self.values(w) for w in weights]),
            np.array([self.violation(w) for w in weights]),
        )

    def values(self, w: Floats) -> list[float]:
        """The objectives of one portfolio."""
        marginal = self.covariance @ w
        variance = max(float(w @ marginal), 0.0)
        earned, risk = self.periods * float(w @ self.mean), math.sqrt(self.periods * variance)
        found = {"return": -earned, "risk": risk, "sharpe": -earned / risk if risk > 0 else 0.0}
        found["diversification"] = (
            -float(np.abs(w) @ self.deviation) / math.sqrt(variance) if variance > 0 else -1.0
        )
        if "drawdown" in self.objectives or "calmar" in self.objectives:
            growth = np.maximum(1.0 + self.returns @ w, 0.0)  # nothing is left after ruin
            value = np.cumprod(growth)
            peak = np.maximum(np.maximum.accumulate(value), 1.0)
            fall = max(float((1.0 - value / peak).max()), 0.0)
            years = len(value) / self.periods
            found["drawdown"] = fall
            found["calmar"] = -(float(value[-1]) ** (1.0 / years) - 1.0) / max(fall, LEAST_FALL)
        # What keeping weights constant trades, were returns normal.
        apart = np.sqrt(np.maximum(self.deviation**2 - 2.0 * marginal + variance, 0.0))
        drift = float(np.abs(w) @ apart)
        if drift < NO_DRIFT * float(np.abs(w) @ self.deviation):
            drift = 0.0
        yearly = self.periods * math.sqrt(2.0 / math.pi) * drift
        once = 0.0 if self.current is None else float(np.abs(w - self.current).sum())
        found["cost"] = self.trading_cost * (yearly + once)
        return [found[name] for name in self.objectives]

    def violation(self, w: Floats) -> float:
        """By how much limits are exceeded beyond rounding, in all."""
        over = self.groups @ np.abs(w) - self.limits
        total = float(over[over > 1e-9].sum())
        gross = float(np.abs(w).sum())
        if self.concentration < 1.0 and gross > 0:
            excess = float(w @ w) / gross**2 - self.concentration
            total += excess if excess > 1e-9 else 0.0
        return total
