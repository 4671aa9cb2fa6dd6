"""What every allocator does: checked parameters, labelled weights, runs through dates."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from allocation_o2 import _prices, evaluation
from allocation_o2._parameters import Parameter
from allocation_o2._prices import Prices
from allocation_o2._rolling import rolling, schedule
from allocation_o2._runner import NativeRunner, PythonRunner, Runner, Schedule
from allocation_o2.errors import StrategyError
from hft_py import labels

if TYPE_CHECKING:
    from hft_py.portfolio import WeightsBacktest

__all__ = ["Allocator"]


class Allocator:
    """Base of the classes that :func:`create_allocator_class` makes; none is made of itself.

    ``get_params``, ``set_params``, ``repr`` and ``sklearn.base.clone`` work as in scikit-learn, and
    parameters are attributes too. An allocator can be pickled where its strategy can.

    Parameters
    ----------
    **given
        The parameters of the strategy, by name; each has its default.

    Raises
    ------
    TypeError, ValueError
        A parameter that the strategy does not have, of another type, or outside its range.

    Examples
    --------
    >>> from allocation_o2 import Momentum
    >>> Momentum(lookback_period=20).lookback_period
    20
    """

    strategy: ClassVar[Any] = None
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    allow_cash: ClassVar[bool] = False
    uses_current: ClassVar[bool] = False
    _native: ClassVar[bool] = False
    _restore: ClassVar[Any] = None
    _recipe: ClassVar[Any] = None

    def __init__(self, **given: Any) -> None:
        if self.strategy is None:
            raise TypeError("Allocator has no strategy: make a class by create_allocator_class")
        self._given = self._checked(given)
        self._runner = self._built(self._given)

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        for name in given:
            if name not in self.parameters:
                raise TypeError(self._unknown(name))
        return {
            name: one.check(name, given[name]) if name in given else one.default
            for name, one in self.parameters.items()
        }

    def _unknown(self, name: str) -> str:
        known = ", ".join(self.parameters) or "none"
        return f"{type(self).__name__} has no parameter {name!r}, its own: {known}"

    def _built(self, given: dict[str, Any]) -> Runner:
        make = NativeRunner if self._native else PythonRunner
        return make(self.strategy, given, cash=self.allow_cash, uses_current=self.uses_current)

    def __getattr__(self, name: str) -> Any:
        given = self.__dict__.get("_given", {})  # none while an instance is unpickled
        if name in given:
            return given[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.parameters:
            self.set_params(**{name: value})
        else:
            super().__setattr__(name, value)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name. ``deep`` is scikit-learn's and changes nothing.

        >>> from allocation_o2 import Momentum
        >>> Momentum(lookback_period=20).get_params()
        {'lookback_period': 20}
        """
        return dict(self._given)

    def set_params(self, **params: Any) -> Self:
        """Change parameters; where one is refused, with the constructor's errors, none is changed.

        >>> from allocation_o2 import Momentum
        >>> Momentum().set_params(lookback_period=5)
        Momentum(lookback_period=5)
        """
        for name in params:
            if name not in self.parameters:
                raise ValueError(self._unknown(name))
        given = self._checked({**self._given, **params})
        self._given, self._runner = given, self._built(given)
        return self

    def __repr__(self) -> str:
        changed = (
            f"{name}={value!r}"
            for name, value in self._given.items()
            if value != self.parameters[name].default
        )
        return f"{type(self).__name__}({', '.join(changed)})"

    def __reduce__(self) -> Any:
        cls = type(self)
        found: Any = sys.modules.get(cls.__module__)
        for part in cls.__qualname__.split("."):
            found = getattr(found, part, None)
        recipe = None if found is cls else self._recipe
        return cls._restore[0], (cls if recipe is None else None, recipe, self._given)

    @property
    def min_observations(self) -> int:
        """Observations that the strategy needs with these parameters, 2 at least.

        >>> from allocation_o2 import Momentum
        >>> Momentum(lookback_period=20).min_observations
        21
        """
        return max(2, self._runner.min_observations())

    def predict(self, prices: Any, current: Any = None) -> Any:
        """Weights from prices up to now.

        Parameters
        ----------
        prices
            An array ``(n_assets, n_observations)``, oldest first, or a frame of pandas or Polars
            with assets in columns and dates in rows. All of it is checked; an array of float64
            whose rows each lie in one piece is not copied.
        current
            The weights held now, for a strategy that uses them: by position or label; default none.

        Returns
        -------
        weights
            ``(n_assets,)``: an array, or for a frame a series with its labels (of Polars a frame).

        Raises
        ------
        TypeError, ValueError
            Prices that are not finite and positive, too few, transposed, or out of order.
        StrategyError
            The strategy has no weights for these prices, or its weights are no portfolio.

        Examples
        --------
        >>> from allocation_o2 import Momentum
        >>> Momentum(lookback_period=2).predict([[1.0, 1.0, 1.1], [1.0, 2.0, 1.3]]).round(6)
        array([0.25, 0.75])
        """
        found = _prices.read(prices)
        _prices.require(found, self.min_observations, self)
        held = self._held(found, current)
        try:
            return found.vector(self._runner.predict(found.values, held))
        except StrategyError as error:
            raise found.naming(error) from error.__cause__

    def _held(self, prices: Prices, current: Any) -> Any:
        if not self.uses_current:
            if current is not None:
                raise ValueError(f"current is given, but {type(self).__name__} does not use it")
            return None
        if current is None:
            return np.zeros(len(prices.values))
        return labels.vector("current", current, prices.labels, default=0.0)

    def predict_rolling(
        self,
        prices: Any,
        *,
        window: int | None = None,
        step: int = 1,
        threads: int = 1,
        progress: Any = False,
    ) -> Any:
        """Weights for every date, each made from prices up to that date only.

        Parameters
        ----------
        prices
            As in :meth:`predict`; checked once. A strategy is given views of them.
        window
            Observations that the strategy is given at each date. Default: all so far.
        step
            Dates from one row of weights to the next.
        threads
            For compiled strategies, which need no interpreter; 0 for every core. A Python strategy
            runs in one thread, and so does one that uses the weights held.
        progress
            True for a bar, or a callable that is given a ``hft_py.progress.Progress`` and stops the
            run by returning False.

        Returns
        -------
        weights
            ``(n_dates, n_assets)``: the first row at observation ``window - 1``, by default at
            ``min_observations - 1``, then one every ``step`` observations. For a frame a frame with
            those dates. Memory: this, and what one date takes. A strategy that uses the weights
            held starts with none; from date to date they drift with the prices.

        Raises
        ------
        TypeError, ValueError
            As :meth:`predict`.
        StrategyError
            At the first date at which the strategy fails; the message names it.
        RollingStoppedError
            ``progress`` returned False.

        Examples
        --------
        >>> from allocation_o2 import InverseVolatility
        >>> prices = np.exp(np.cumsum(np.random.default_rng(0).normal(size=(3, 100)), axis=1) / 100)
        >>> InverseVolatility(lookback_period=60).predict_rolling(prices, step=10).shape
        (4, 3)
        """
        found = _prices.read(prices)
        when = self._schedule(found, window, step)
        return found.panel(self._weights(found, when, threads, progress), when.rows)

    def _schedule(
        self, prices: Prices, window: int | None, step: int, first: int | None = None
    ) -> Schedule:
        needed = self.min_observations
        _prices.require(prices, needed, self)
        return schedule(needed, prices.values.shape[1], window, step, first)

    def _weights(self, prices: Prices, when: Schedule, threads: int, progress: Any) -> Any:
        try:
            return rolling(self._runner, prices.values, when, threads, progress, repr(self))
        except StrategyError as error:
            raise prices.naming(error) from error.__cause__

    def evaluate(
        self,
        prices: Any,
        *,
        cost: Any = 0.0,
        window: int | None = None,
        step: int = 1,
        capital: float = 1.0,
        periods_per_year: float = 252.0,
        threads: int = 1,
        progress: Any = False,
    ) -> WeightsBacktest:
        """Equity, turnover and metrics of a portfolio that follows the allocator.

        Weights decided at a close are traded at that close and earn from the next one on, by
        :func:`hft_py.portfolio.backtest_weights`; between trades they drift.

        Parameters
        ----------
        prices, window, threads, progress
            As in :meth:`predict_rolling`.
        cost
            Per unit of value traded, 0.001 for ten basis points; one for all, or by asset.
        step
            Dates from one trade to the next: 21 for about a month of daily prices.
        capital
            To start with, in currency.
        periods_per_year
            By which annual figures scale. Default: daily prices.

        Examples
        --------
        >>> from allocation_o2 import EqualWeight
        >>> found = EqualWeight().evaluate([[1.0, 1.0, 1.1], [1.0, 1.0, 1.3]], cost=0.01)
        >>> found.equity.round(3).tolist(), round(found.metrics["costs_paid"], 3)
        ([1.19], 0.01)
        """
        found = _prices.read(prices)
        when = self._schedule(found, window, step)
        weights = self._weights(found, when, threads, progress)
        return evaluation.backtest(
            found, weights, when.rows, cost, capital=capital, periods_per_year=periods_per_year
        )
