"""The result of a backtest: frozen, readable as a mapping, as a frame and as a figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from polars_vs_pandas import _validation as validation
from polars_vs_pandas import metrics
from polars_vs_pandas._arrays import Floats, Positions
from polars_vs_pandas._benchmark import align
from polars_vs_pandas._panel import Dates
from polars_vs_pandas.metrics import Capm

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, repr=False)
class BacktestResult:
    """The outcome of :func:`polars_vs_pandas.run_backtest`.

    D = T - W - 1 days, N assets. Row j belongs to ``dates[j]``, the day on which the
    position in ``positions[j]``, decided at the close of the day before, earns its
    return.

    Attributes
    ----------
    equity
        ``[D]``, portfolio value at the close, in units of ``capital``.
    returns
        ``[D]``, simple return on the equity before; the first on ``capital``.
    positions
        ``[D, N]`` int8 in {-1, 0, 1}.
    turnover
        ``[D]``, capital that changed side over the equity before it: the sum over assets
        of capital * |change of position|; a portfolio that flips entirely shows 2. 0 where
        nothing is left.
    traded
        ``[D]``, the same in currency.
    dates
        ``[D]``, from the frames, without the time zone where they had one; row numbers of the
        input where it had none.
    start
        The date of the first decision, on which the equity is ``capital``.
    assets
        Names of the columns.
    window, k_long, k_short, cost, capital
        The rule, as validated.
    implementation
        What computed it: ``"auto"`` resolved.
    periods_per_year
        Rows a year by which annual figures scale: as given, or judged by the dates; NaN where
        these do not tell.
    benchmark
        ``[D]`` benchmark returns, where ``run_backtest`` was given some.
    zone, instants
        The time zone of ``dates`` (as given) and, ``[D]``, the same in UTC; ``None`` without one.

    Reads like a mapping, too: ``result["equity"]``, ``result["sharpe"]``, ``dict(result)``.

    Examples
    --------
    >>> from polars_vs_pandas import run_backtest
    >>> signal, returns = 0.01 * np.random.default_rng(0).standard_normal((2, 300, 4))
    >>> result = run_backtest(signal, returns, window=50)
    >>> result["sharpe"] == result.metrics["sharpe"], "positions" in result.keys()
    (True, True)
    >>> result.to_frame().columns[:3], result.capm(returns[51:, 0]).days
    (['date', 'equity', 'return'], 249)
    >>> len(result.plot().axes)
    2
    """

    equity: Floats
    returns: Floats
    positions: Positions
    turnover: Floats
    traded: Floats
    dates: Dates
    start: Any
    assets: tuple[str, ...]
    window: int
    k_long: float
    k_short: float
    cost: float
    capital: float
    implementation: str
    periods_per_year: float = metrics.DAILY
    benchmark: Floats | None = None
    zone: Any = None
    instants: Dates | None = None

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Every figure of :mod:`polars_vs_pandas.metrics`, computed when first read.

        ``periods_per_year``, ``total_return``, ``cagr``, ``volatility``, ``sharpe``,
        ``sortino``, ``max_drawdown`` and the dates of its peak, trough and recovery (``None``
        where there is none), ``hit_rate``, ``mean_turnover``, ``costs_paid``; with a benchmark
        also ``alpha``, ``beta``, ``alpha_t``, ``beta_t``, ``r_squared`` (NaN where it cannot be
        regressed on, see :func:`polars_vs_pandas.metrics.capm`).
        """
        figures: dict[str, Any] = dict(
            metrics.summary(
                self.equity,
                self.returns,
                self.traded,
                self.capital,
                self.cost,
                self.periods_per_year,
            )
        )
        fall = metrics.max_drawdown(self.equity, self.capital)
        figures["max_drawdown_peak"] = self._date(fall.peak)
        figures["max_drawdown_trough"] = self._date(fall.trough)
        figures["max_drawdown_recovery"] = self._date(fall.recovery)
        if self.benchmark is not None:
            fit = metrics.capm(self.returns, self.benchmark, periods_per_year=self.periods_per_year)
            names = ("alpha", "beta", "alpha_t", "beta_t", "r_squared")
            figures.update({name: getattr(fit, name) for name in names})
        return figures

    def capm(
        self, benchmark: Any, risk_free: float = 0.0, *, periods_per_year: float | None = None
    ) -> Capm:
        """Alpha and beta against a benchmark's simple returns.

        ``benchmark``: a pandas Series (by its index), a Polars frame with one date and one
        number column, or an array with one value for each of ``dates``. ``risk_free`` is
        a rate per row. ``periods_per_year`` scales alpha, by default that of the result.
        ``ValueError`` where dates or values are missing; NaN where the values do not vary.
        """
        yearly = self.periods_per_year
        if periods_per_year is not None:
            yearly = validation.positive("periods_per_year", periods_per_year)
        instants = self.dates if self.instants is None else self.instants
        against = align(benchmark, instants, self.zone)
        return metrics.capm(self.returns, against, risk_free, yearly)

    def to_frame(self) -> pl.DataFrame:
        """A Polars frame, one row for each of ``dates``.

        Columns ``date``, ``equity``, ``return``, ``drawdown``, ``turnover``, ``traded``, then
        one int8 column per asset, ``position_<asset>``. ``date`` has the time zone of the input,
        where Polars knows it by name.
        """
        columns: dict[str, Any] = {
            "date": self._dates(),
            "equity": self.equity,
            "return": self.returns,
            "drawdown": metrics.drawdowns(self.equity, self.capital),
            "turnover": self.turnover,
            "traded": self.traded,
        }
        held = {
            f"position_{asset}": np.ascontiguousarray(self.positions[:, i])
            for i, asset in enumerate(self.assets)
        }
        return pl.DataFrame({**columns, **held})

    def plot(self) -> Figure:
        """A matplotlib figure: equity, and the drawdown beneath it.

        Belongs to no pyplot state: show it in a notebook, or ``figure.savefig(...)``. The
        equity axis is logarithmic where the curve spans more than a factor of three. Labels
        that are neither dates nor numbers give way to the numbers of the input's rows.
        """
        from polars_vs_pandas.plotting import draw

        return draw(self)

    def keys(self) -> list[str]:
        """Names that ``result[...]`` understands: fields, then metrics."""
        return [f.name for f in fields(self)] + list(self.metrics)

    def __getitem__(self, key: str) -> Any:
        if key in self.metrics:
            return self.metrics[key]
        if key in {f.name for f in fields(self)}:
            return getattr(self, key)
        raise KeyError(f"{key!r}: expected one of {', '.join(self.keys())}")

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __contains__(self, key: object) -> bool:
        return key in self.keys()

    def __repr__(self) -> str:
        m = self.metrics
        first, last = self.dates[0], self.dates[-1]
        rows, assets = self.positions.shape
        yearly = f"at {self.periods_per_year:g} periods a year"
        if math.isnan(self.periods_per_year):
            yearly = "give periods_per_year"
        return "\n".join(
            [
                f"BacktestResult by {self.implementation}: {rows} rows, {assets} assets, "
                f"{_day(first)} to {_day(last)}",
                f"  rule      window {self.window}, k {self.k_long:g} / {self.k_short:g}, "
                f"cost {self.cost:g}",
                f"  equity    {self.capital:,.0f} -> {self.equity[-1]:,.0f}  "
                f"({m['total_return']:+.2%}, {m['cagr']:+.2%} a year)",
                f"  risk      volatility {m['volatility']:.2%}, Sharpe {m['sharpe']:.2f}, "
                f"Sortino {m['sortino']:.2f}, {yearly}",
                f"  drawdown  {m['max_drawdown']:.2%}, {_day(m['max_drawdown_peak'])} to "
                f"{_day(m['max_drawdown_trough'])}",
                f"  trading   turnover {m['mean_turnover']:.1%} a row, "
                f"costs {m['costs_paid']:,.0f}, hit rate {m['hit_rate']:.1%}",
            ]
        )

    def _dates(self) -> pl.Series:
        if self.zone is not None and self.instants is not None:
            unit: Any = np.datetime_data(self.instants.dtype)[0]
            with suppress(pl.exceptions.ComputeError):  # an offset, or a zone of somebody's own
                return pl.Series(self.instants).cast(pl.Datetime(unit, str(self.zone)))
        objects = self.dates.dtype == object  # text, times of a day
        return pl.Series(self.dates.tolist() if objects else self.dates)

    def _date(self, position: int | None) -> Any:
        if position is None:
            return None
        return self.start if position < 0 else self.dates[position]


def _day(date: Any) -> str:
    if isinstance(date, np.datetime64):
        text = str(date)
        return text[:10] if text[10:].strip("T0:.") == "" else text[:19]
    return "-" if date is None else str(date)
