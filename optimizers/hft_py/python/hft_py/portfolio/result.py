"""What the allocators return."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import labels, results
from hft_py.labels import Kind
from hft_py.portfolio._check import Limit

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Weights(results.Result):
    """Portfolio weights with their labels.

    Attributes
    ----------
    weights
        One weight an asset, in the package of the input: a pandas series, a Polars frame with the
        columns ``asset`` and ``weight``, or an array.
    assets
        The labels, in the order of the weights.
    method
        What made them.
    volatility
        Predicted standard deviation of the return over a period of the covariance; NaN where no
        covariance was given.
    details
        Figures of this method alone, by name.
    backend
        Which kernels or solver answered.

    Examples
    --------
    >>> found = Weights(np.array([0.5, 0.5]), ("A", "B"), "equal", 0.1)
    >>> found.method, found["volatility"], found.by_asset()["A"]
    ('equal', 0.1, 0.5)
    """

    weights: Any
    assets: tuple[Hashable, ...]
    method: str
    volatility: float = float("nan")
    details: Mapping[str, Any] = field(default_factory=dict)
    backend: str = field(default="python", compare=False)

    def array(self) -> Floats:
        """The weights as a plain array."""
        return plain(self.weights)

    def by_asset(self) -> dict[Hashable, float]:
        """The weights as a dict."""
        return dict(zip(self.assets, map(float, self.array()), strict=True))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class PortfolioResult(Weights):
    """A portfolio with what it trades, costs and keeps.

    All figures are per period, the time from one rebalance to the next.

    Attributes
    ----------
    trades
        Weights less current weights, labelled as they are.
    as_of
        The date of the forecasts; None if none was given.
    expected_return
        ``alpha'w``, before costs.
    utility
        What was maximised, at these weights.
    trading_cost, borrow_cost
        As shares of the capital, not multiplied by ``cost_aversion``.
    gross, net, turnover
        ``sum |w|``, ``sum w``, ``sum |trades|``.
    limits
        Every limit that applies, computed again from the weights.
    not_applied
        Settings without effect, each with its reason.
    conflicts
        Limits that contradict each other, where the least violating portfolio was asked for.
    cardinality_loss
        The utility given up by rounding to ``max_positions``; an upper bound of the distance to
        the best portfolio of so few names.
    iterations
        The solver's, over all its runs.

    Examples
    --------
    >>> from hft_py.portfolio import MVOConfig, build_portfolio_mvo
    >>> settings = MVOConfig(max_weight=0.5)
    >>> covariance = [[0.04, 0.0], [0.0, 0.04]]
    >>> found = build_portfolio_mvo([0.1, -0.1], risk_model=covariance, config=settings)
    >>> found.weights.round(6).tolist(), round(found.volatility, 6), found.violated
    ([0.049, -0.049], 0.013859, ())
    """

    trades: Any
    as_of: Any = None
    expected_return: float = float("nan")
    utility: float = float("nan")
    trading_cost: float = float("nan")
    borrow_cost: float = 0.0
    gross: float = float("nan")
    net: float = float("nan")
    turnover: float = float("nan")
    limits: tuple[Limit, ...] = ()
    not_applied: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    cardinality_loss: float = 0.0
    iterations: int = 0

    @property
    def violated(self) -> tuple[str, ...]:
        """The names of limits that are not kept."""
        return tuple(limit.name for limit in self.limits if limit.violated)

    def limit(self, name: str) -> Limit:
        """One limit by name."""
        for one in self.limits:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.limits)
        raise KeyError(f"{name!r} is not a limit of this portfolio: {known}")

    def limits_frame(self) -> Any:
        """One row a limit: value, lower, upper, price, violation (a pandas frame)."""
        columns = ("value", "lower", "upper", "price", "violation")
        rows = [[getattr(one, name) for name in columns] for one in self.limits]
        index = [one.name for one in self.limits]
        return results.pandas().DataFrame(rows, index=index, columns=list(columns))


@dataclass(frozen=True, eq=False, repr=False)
class Frontier(results.Result):
    """Portfolios from the least volatility to the highest expected return.

    Attributes
    ----------
    expected_returns, volatilities
        One a portfolio, ascending; per period.
    weights
        A row a portfolio, ``(points, n)``.
    assets
        The labels of the columns.
    slopes
        The expected return that a unit more of variance brings; infinite at the first portfolio.

    Examples
    --------
    >>> from hft_py.portfolio import efficient_frontier
    >>> found = efficient_frontier([0.01, 0.02], [[0.01, 0.0], [0.0, 0.04]], points=3)
    >>> found.expected_returns.round(6).tolist(), found.weights[-1].tolist()
    ([0.012, 0.016, 0.02], [0.0, 1.0])
    """

    expected_returns: Floats
    volatilities: Floats
    weights: Floats
    assets: tuple[Any, ...]
    slopes: Floats
    kind: Kind = "numpy"

    def to_frame(self) -> Any:
        """A row a portfolio: expected return, volatility and weights, a frame as alpha was."""
        columns = ["expected_return", "volatility", *map(str, self.assets)]
        table = np.column_stack([self.expected_returns, self.volatilities, self.weights])
        kind: Kind = "pandas" if self.kind == "numpy" else self.kind
        if kind == "pandas":
            results.pandas()
        return labels.panel_like(kind, columns, table, None)

    def plot(self, **more: Any) -> Any:
        """A matplotlib figure: the curve, and the weights along it; ``more`` to the curve."""
        from hft_py.portfolio.plotting import frontier

        return frontier(self, **more)


def plain(weights: Any) -> Floats:
    """Weights of any package as an array."""
    if hasattr(weights, "columns"):
        weights = weights["weight"]
    return np.asarray(weights, dtype=np.float64)
