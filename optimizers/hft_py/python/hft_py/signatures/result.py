"""What a walk-forward evaluation of a signature portfolio found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hft_py import results
from hft_py.signatures._inputs import Floats

YEAR = 252


class Performance(NamedTuple):
    """Of daily returns, a year of 252 of them."""

    annual_return: float
    volatility: float
    sharpe: float
    max_drawdown: float


def performance(returns: Floats) -> Performance:
    """The figures of a series of daily returns; Sharpe without an interest rate, NaN if constant.

    >>> performance(np.array([0.01, -0.01, 0.02, 0.0])).max_drawdown
    -0.01
    """
    wealth = np.cumprod(1.0 + returns)
    annual = wealth[-1] ** (YEAR / len(returns)) - 1.0
    deviation = returns.std(ddof=1) if len(returns) > 1 else 0.0
    sharpe = returns.mean() / deviation * np.sqrt(YEAR) if deviation > 0 else float("nan")
    peak = np.maximum.accumulate(np.concatenate([[1.0], wealth]))[1:]
    drawdown = round(float((wealth / peak - 1.0).min()), 12)
    return Performance(
        float(annual), float(deviation * np.sqrt(YEAR)), float(sharpe), min(drawdown, 0.0)
    )


@dataclass(frozen=True, eq=False, repr=False)
class SignaturePortfolioResult(results.Result):
    """Weights and returns of a walk-forward run, beside those of doing nothing clever.

    ``T`` days from the first trade on, ``n`` assets, ``D`` decisions.

    Attributes
    ----------
    returns
        After costs, ``(T,)``; the first is the cost of the first purchase.
    equal_weight, buy_and_hold
        The same of two alternatives, ``(T,)``: all assets alike, traded back to that on the same
        days, at the same cost; and the same first purchase, held.
    costs
        Paid each day, of the wealth, ``(T,)``.
    weights
        After each trade, ``(D, n)``.
    predictions
        What each decision was made from, ``(D, n)``: the expected return over the horizon less the
        mean of all assets, in units of its standard deviation; or the expected best weight less
        ``1/n``.
    turnover
        Bought plus sold at each trade, of the wealth, ``(D,)``.
    decision_days, trade_days
        Rows of the prices: the last that a decision knew, and the one it was traded at.
    dates
        Of the ``T`` days, as they were given, or rows of the prices.
    assets
        Names, ``(n,)``.
    equal_weight_turnover
        Bought plus sold at each trade of that alternative.
    backend
        Which kernels computed the signatures.

    Examples
    --------
    >>> from hft_py.signatures import SignaturePortfolio
    >>> steps = np.random.default_rng(0).normal(0.0004, 0.01, (400, 4))
    >>> run = SignaturePortfolio(min_decisions=20).backtest(np.exp(steps.cumsum(axis=0)))
    >>> run.weights.shape[1], run.assets, bool(np.allclose(run.weights.sum(axis=1), 1))
    (4, ('0', '1', '2', '3'), True)
    >>> sorted(run.performance())
    ['buy_and_hold', 'equal_weight', 'signature']
    """

    returns: Floats
    equal_weight: Floats
    buy_and_hold: Floats
    costs: Floats
    weights: Floats
    predictions: Floats
    turnover: Floats
    decision_days: npt.NDArray[np.intp]
    trade_days: npt.NDArray[np.intp]
    dates: npt.NDArray[Any]
    assets: tuple[str, ...]
    equal_weight_turnover: Floats
    backend: str

    @property
    def wealth(self) -> Floats:
        """Of 1 before the first trade, after each day, ``(T,)``."""
        return np.asarray(np.cumprod(1.0 + self.returns), dtype=np.float64)

    @property
    def t_statistic(self) -> float:
        """Of the mean daily difference to equal weights; beyond 2 it would be worth a look.

        NaN where the difference is constant.
        """
        difference = self.returns - self.equal_weight
        deviation = difference.std(ddof=1) if len(difference) > 1 else 0.0
        if deviation == 0.0:
            return float("nan")
        return float(difference.mean() / deviation * np.sqrt(len(difference)))

    def performance(self) -> dict[str, Performance]:
        """Return, volatility, Sharpe ratio and drawdown of the portfolio and the alternatives."""
        return {
            "signature": performance(self.returns),
            "equal_weight": performance(self.equal_weight),
            "buy_and_hold": performance(self.buy_and_hold),
        }

    def to_frame(self) -> Any:
        """Daily returns of the three as a pandas frame, indexed by date."""
        columns = ("returns", "equal_weight", "buy_and_hold")
        return results.pandas().DataFrame({name: self[name] for name in columns}, index=self.dates)

    def summary(self) -> Any:
        """A pandas frame: one row each, with the turnover of a year."""
        frame = results.pandas().DataFrame.from_dict(
            {name: found._asdict() for name, found in self.performance().items()}, orient="index"
        )
        years = len(self.returns) / YEAR
        frame["turnover"] = [self.turnover.sum() / years, self.equal_weight_turnover.sum() / years,
                             1.0 / years]  # fmt: skip
        return frame

    def plot(self) -> Any:
        """A matplotlib figure: wealth of the three, their difference, and the weights."""
        from hft_py.signatures.plotting import plot_portfolio

        return plot_portfolio(self)
