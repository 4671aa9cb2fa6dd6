"""Almgren and Chriss's optimal execution: trajectories, their cost and risk, the frontier.

``X`` units are traded in ``N`` slices of length ``tau = T / N``. A trade of ``n`` moves the price
by ``gamma n`` for good and costs ``epsilon + eta n / tau`` a unit; in a slice the price also moves
by ``sigma sqrt(tau)``, at random. With ``x_k`` the holdings after slice ``k``, expected cost and
variance are (eq. 5 and 6, rearranged)

    E = gamma X^2 / 2 + epsilon X + (eta - gamma tau / 2) / tau  sum n_k^2
    V = sigma^2 tau sum x_k^2

and ``E + lambda V`` is least for holdings in proportion to ``sinh(kappa (T - t_k))`` (eq. 17). A
purchase is the mirror image of a sale.

Source: Almgren and Chriss, "Optimal execution of portfolio transactions", J. Risk 3(2), 2000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution._limited_trades import solve_trades
from hft_py.execution.trajectory import CostFrontier, Trajectory

__all__ = ["AlmgrenChriss"]

Floats = npt.NDArray[np.float64]
_MOST_TRADES = 100_000_000  # 800 MB


@dataclass(frozen=True)
class AlmgrenChriss:
    """The model of one order.

    Parameters
    ----------
    quantity
        What is bought or sold, more than 0.
    duration
        The time to do it, in days (or another unit, the same in all parameters).
    slices
        Pieces of equal length.
    volatility
        Of the price, in money for the square root of a day.
    temporary_impact
        ``eta``: money for a unit, by units a day.
    permanent_impact
        ``gamma``: money for a unit, by unit. Default: 0.
    fixed_cost
        ``epsilon``: half the spread and fees, money for a unit. Default: 0.

    Raises
    ------
    TypeError, ValueError
        For a value that makes no sense, or a permanent impact of a slice that exceeds its temporary
        one (``gamma tau >= 2 eta``): cost would have no minimum.

    Examples
    --------
    The example of the paper:

    >>> model = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6, 2.5e-7, 0.0625)
    >>> found = model.trajectory(1e-6)
    >>> found.trades.round(1).tolist()
    [458044.4, 252101.3, 141956.7, 85755.7, 62141.8]
    >>> round(found.expected_cost, 2), round(found.standard_deviation, 2), round(found.kappa, 6)
    (911226.99, 603430.67, 0.607076)
    """

    quantity: float
    duration: float
    slices: int
    volatility: float
    temporary_impact: float
    permanent_impact: float = 0.0
    fixed_cost: float = 0.0

    def __post_init__(self) -> None:
        checks.real_number("quantity", self.quantity, above=0.0, most=1e100)
        checks.real_number("duration", self.duration, above=0.0)
        checks.whole_number("slices", self.slices, least=1, most=1_000_000)
        checks.real_number("volatility", self.volatility, least=0.0)
        checks.real_number("temporary_impact", self.temporary_impact, above=0.0)
        checks.real_number("permanent_impact", self.permanent_impact, least=0.0)
        checks.real_number("fixed_cost", self.fixed_cost, least=0.0)
        if self._net_impact <= 0.0:
            raise ValueError(
                f"permanent_impact={self.permanent_impact} times half a slice exceeds "
                f"temporary_impact={self.temporary_impact}: take more slices, or a smaller impact"
            )

    @property
    def _tau(self) -> float:
        return self.duration / self.slices

    @property
    def _net_impact(self) -> float:
        """``eta - gamma tau / 2``: what is left of the temporary impact."""
        return self.temporary_impact - 0.5 * self.permanent_impact * self._tau

    def _urgency(self, risk_aversion: Floats) -> Floats:
        """``kappa tau``: from ``cosh(kappa tau) = 1 + lambda sigma^2 tau^2 / (2 eta~)``."""
        tilde = np.sqrt(risk_aversion / self._net_impact) * self.volatility
        found: Floats = 2.0 * np.arcsinh(0.5 * tilde * self._tau)
        return found

    def trajectory(self, risk_aversion: float) -> Trajectory:
        """The optimal schedule.

        Parameters
        ----------
        risk_aversion
            ``lambda``, in one over money, 0 or more: 0 is TWAP, a very large one trades at once.

        Examples
        --------
        >>> AlmgrenChriss(100.0, 1.0, 4, 0.1, 1e-3).trajectory(1e12).trades.round(6).tolist()
        [100.0, 0.0, 0.0, 0.0]
        """
        lam = checks.real_number("risk_aversion", risk_aversion, least=0.0)
        one = self.efficient_frontier([lam])
        urgency = self._urgency(np.array([lam]))
        return self._result(lam, one.trades[0], float(urgency[0]) / self._tau)

    def efficient_frontier(self, risk_aversion: Any = 100) -> CostFrontier:
        """Optimal schedules for many risk aversions.

        Parameters
        ----------
        risk_aversion
            The values, 0 or more; or how many: default 100, from 0 and then evenly in the
            logarithm over the range where ``kappa T`` goes from 0.1, almost TWAP, to ``4 N``,
            where one part in fifty is left after the first slice. Values times slices are at
            most a hundred million.

        Examples
        --------
        >>> frontier = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6).efficient_frontier(20)
        >>> bool((np.diff(frontier.expected_cost) > 0).all())
        True
        """
        if isinstance(risk_aversion, int | np.integer):
            most = max(_MOST_TRADES // self.slices, 2)
            lam = self._spread(
                checks.whole_number("risk_aversion", risk_aversion, least=2, most=most)
            )
        else:
            lam = checks.finite_array("risk_aversion", risk_aversion)
            if (lam < 0).any():
                raise ValueError(f"risk_aversion has {lam.min()}, expected 0 or more")
        n, urgency = self.slices, self._urgency(lam)[:, None]
        # sinh and cosh of large arguments overflow: powers of exp(-kappa tau) do not (eq. 18).
        k = np.arange(n)
        shape = np.exp(-urgency * k)
        shape += np.exp(-urgency * (2 * n - 1 - k))
        trades = shape * (self.quantity / shape.sum(axis=1, keepdims=True))
        cost, variance = self._moments(trades)
        return CostFrontier(lam, cost, variance, trades)

    def _spread(self, points: int) -> Floats:
        if self.volatility == 0.0:
            return np.linspace(0.0, 1.0, points)  # all of them are TWAP
        half = np.sinh(0.5 * np.array([0.1 / self.slices, 4.0]))
        low, high = self._net_impact * (2.0 * half / (self._tau * self.volatility)) ** 2
        return np.concatenate([[0.0], np.geomspace(low, high, points - 1)])

    def cost(self, trades: Any) -> Trajectory:
        """Expected cost and variance of a schedule of the user's.

        Parameters
        ----------
        trades
            What is traded in each slice, ``(N,)``; they add up to the quantity.

        Examples
        --------
        >>> model = AlmgrenChriss(10.0, 1.0, 2, 0.1, 1e-3)
        >>> model.cost([10.0, 0.0]).variance, model.cost([5.0, 5.0]).variance.__round__(6)
        (0.0, 0.125)
        """
        found = checks.finite_array("trades", trades)
        if len(found) != self.slices:
            raise ValueError(f"trades has length {len(found)}, expected {self.slices}")
        if abs(found.sum() - self.quantity) > 1e-9 * self.quantity:
            raise ValueError(f"trades add up to {found.sum()}, expected {self.quantity}")
        return self._result(float("nan"), found, float("nan"))

    def constrained(self, risk_aversion: float, max_trades: Any) -> Trajectory:
        """The optimum where no slice may trade more than a limit, by the solver Clarabel.

        Parameters
        ----------
        risk_aversion
            ``lambda``, 0 or more.
        max_trades
            The most of each slice, one for all or ``(N,)``: a participation times the volume.

        Raises
        ------
        ValueError
            The limits add up to less than the quantity: the message says by how much.
        ImportError
            Clarabel is missing: ``pip install 'hft-py[portfolio]'``.

        Examples
        --------
        >>> model = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6, 2.5e-7, 0.0625)
        >>> model.constrained(1e-6, 3e5).trades.round(1).tolist()
        [300000.0, 300000.0, 195900.9, 118343.2, 85755.9]
        """
        lam = checks.real_number("risk_aversion", risk_aversion, least=0.0)
        if np.ndim(max_trades) == 0:
            max_trades = np.full(self.slices, max_trades)
        limits = checks.finite_array("max_trades", max_trades)
        if len(limits) != self.slices:
            raise ValueError(f"max_trades has length {len(limits)}, expected {self.slices}")
        if (limits < 0).any():
            raise ValueError(f"max_trades has {limits.min()}, expected 0 or more")
        if limits.sum() < self.quantity:
            raise ValueError(
                f"max_trades add up to {limits.sum():g}, less than the quantity "
                f"{self.quantity:g}: take more slices, or trade less"
            )
        share = solve_trades(
            self._net_impact / self._tau, lam * self.volatility**2 * self._tau,
            limits / self.quantity,
        )  # fmt: skip
        return self._result(lam, share * self.quantity, float("nan"))

    def _moments(self, trades: Floats) -> tuple[Floats, Floats]:
        """Expected cost and variance of schedules in rows."""
        # Sums from the end: what is left is small where it is small.
        held = np.cumsum(trades[:, :0:-1], axis=1)
        cost = (
            0.5 * self.permanent_impact * self.quantity**2
            + self.fixed_cost * np.abs(trades).sum(axis=1)
            + self._net_impact / self._tau * np.einsum("ij,ij->i", trades, trades)
        )
        return cost, self.volatility**2 * self._tau * np.einsum("ij,ij->i", held, held)

    def _result(self, risk_aversion: float, trades: Floats, kappa: float) -> Trajectory:
        cost, variance = self._moments(trades[None])
        holdings = np.append(np.cumsum(trades[::-1])[::-1], 0.0)
        moments = float(cost[0]), float(variance[0])
        return Trajectory(risk_aversion, holdings, trades, *moments, kappa)
