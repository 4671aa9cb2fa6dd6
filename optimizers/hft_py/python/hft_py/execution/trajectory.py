"""Results of Almgren and Chriss's model: a schedule with its cost, and the frontier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.results import Result

__all__ = ["CostFrontier", "Trajectory"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory(Result):
    """A schedule with its cost and risk.

    Attributes
    ----------
    risk_aversion
        The lambda it is optimal for.
    holdings
        What is left after each slice, from the whole to 0, ``(N + 1,)``.
    trades
        What is traded in each slice, ``(N,)``.
    expected_cost, variance
        In money and its square. Costs are positive.
    kappa
        The rate at which holdings decay, in one over the unit of time; NaN where limits bind.

    Examples
    --------
    >>> from hft_py.execution import AlmgrenChriss
    >>> AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6).trajectory(0.0).trades.tolist()
    [200000.0, 200000.0, 200000.0, 200000.0, 200000.0]
    """

    risk_aversion: float
    holdings: Floats
    trades: Floats
    expected_cost: float
    variance: float
    kappa: float

    @property
    def standard_deviation(self) -> float:
        """The standard deviation of the cost, in money."""
        return float(np.sqrt(self.variance))

    @property
    def e_folding_time(self) -> float:
        """The time ``1 / kappa`` in which holdings fall to 1/e of themselves; no half-life."""
        return 1.0 / self.kappa if self.kappa else float("inf")


@dataclass(frozen=True, eq=False, repr=False)
class CostFrontier(Result):
    """The least expected cost for each variance: a point for each risk aversion.

    Attributes
    ----------
    risk_aversion, expected_cost, variance
        ``(points,)``.
    trades
        ``(points, N)``.

    Examples
    --------
    >>> from hft_py.execution import AlmgrenChriss
    >>> frontier = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6).efficient_frontier([0.0, 1e-6])
    >>> frontier.trades.shape
    (2, 5)
    """

    risk_aversion: Floats
    expected_cost: Floats
    variance: Floats
    trades: Floats

    @property
    def standard_deviation(self) -> Floats:
        """Standard deviations of the cost, ``(points,)``."""
        found: Floats = np.sqrt(self.variance)
        return found

    def plot(self, ax: Any = None) -> Any:
        """Expected cost against its standard deviation; the axes are returned."""
        from hft_py.execution.plotting import plot_frontier

        return plot_frontier(self, ax=ax)
