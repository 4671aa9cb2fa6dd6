"""A strategy with its parameters, ready to be called: one in Python, or a compiled one.

Both kinds of runner have the same methods, so an allocator need not know which it has. They are
given prices that were checked, and check the weights.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from allocation_o2.errors import StrategyError
from hft_py import checks

Floats = npt.NDArray[np.float64]
Report = Callable[[int, int], None]
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Schedule:
    """Observations at which weights are made: ``count`` of them, from ``first``, every ``step``.

    ``window`` is how many observations a strategy is given, 0 for all so far.
    """

    first: int
    step: int
    window: int
    count: int

    @property
    def rows(self) -> slice:
        """Those observations."""
        return slice(self.first, self.first + (self.count - 1) * self.step + 1, self.step)


class Runner(Protocol):
    """What an allocator calls."""

    def min_observations(self) -> int:
        """Observations that the strategy needs."""

    def predict(self, values: Floats, current: Floats | None) -> Floats:
        """Weights from prices ``(n_assets, n_observations)``, and from those held now."""

    def rolling(
        self, values: Floats, out: Floats, when: Schedule, threads: int, report: Report | None
    ) -> None:
        """Weights at the dates of ``when`` into the rows of ``out``."""


class PythonRunner:
    """A strategy written in Python, or a class of another extension."""

    def __init__(
        self, strategy_class: Any, given: dict[str, Any], *, cash: bool, uses_current: bool
    ) -> None:
        self._name = getattr(strategy_class, "__name__", "the strategy")
        self._cash, self._uses_current = cash, uses_current
        self._strategy = _made(strategy_class, given)

    def min_observations(self) -> int:
        """From the strategy's attribute or method of that name; 1 where it has none."""
        found = getattr(self._strategy, "min_observations", 1)
        found = found() if callable(found) else found
        return checks.whole_number(f"min_observations of {self._name}", found, least=1)

    def predict(self, values: Floats, current: Floats | None) -> Floats:
        """As :class:`Runner`."""
        found = (
            self._strategy.predict(values, current)
            if self._uses_current
            else self._strategy.predict(values)
        )
        return self._checked(found, len(values))

    def rolling(
        self, values: Floats, out: Floats, when: Schedule, threads: int, report: Report | None
    ) -> None:
        """As :class:`Runner`, in one thread: the interpreter runs one strategy at a time."""
        current = np.zeros(len(values)) if self._uses_current else None
        for k in range(len(out)):
            end = when.first + k * when.step + 1
            seen = values[:, end - when.window if when.window else 0 : end]
            try:
                if current is not None and k:
                    before = values[:, end - when.step - 1]
                    current = drifted(self._name, out[k - 1], before, values[:, end - 1])
                out[k] = self.predict(seen, current)
            except Exception as error:
                if isinstance(error, StrategyError):
                    error.row = k  # type: ignore[attr-defined]  # as compiled strategies have it
                error.add_note(f"at observation {end - 1}, row {k} of the weights")
                raise
            if report is not None:
                report(k + 1, len(out))

    def _checked(self, found: Any, count: int) -> Floats:
        try:
            weights = np.array(found)  # a copy: the strategy may write into its own again
        except (TypeError, ValueError):
            weights = np.empty(0, dtype=object)
        if weights.dtype.kind not in "iuf" or isinstance(found, np.ma.MaskedArray):
            raise StrategyError(
                f"{self._name} returned {checks.short(found)}, expected {count} real numbers"
            )
        if weights.shape != (count,):
            raise StrategyError(
                f"{self._name} returned weights of shape {weights.shape}, expected ({count},), one "
                "an asset"
            )
        return portfolio(self._name, weights.astype(np.float64, copy=False), cash=self._cash)


class NativeRunner:
    """A compiled strategy."""

    def __init__(
        self, strategy: Any, given: dict[str, Any], *, cash: bool, uses_current: bool
    ) -> None:
        self._name: str = strategy.name
        self._cash = cash
        self._instance = strategy.create(given)

    def min_observations(self) -> int:
        """As :class:`Runner`."""
        return int(self._instance.min_observations())

    def predict(self, values: Floats, current: Floats | None) -> Floats:
        """As :class:`Runner`."""
        weights = np.zeros(len(values)) if current is None else current.copy()
        self._instance.predict(values, weights)
        return portfolio(self._name, weights, cash=self._cash)

    def rolling(
        self, values: Floats, out: Floats, when: Schedule, threads: int, report: Report | None
    ) -> None:
        """As :class:`Runner`, without the interpreter lock, in so many threads."""
        self._instance.rolling(values, out, when.first, when.step, when.window, threads, report)


def portfolio(name: str, weights: Floats, *, cash: bool) -> Floats:
    """``weights`` where they are finite and their sum is one, with ``cash`` zero to one."""
    with np.errstate(invalid="ignore"):
        total = float(weights.sum())  # NaN or infinite where a weight is
    if abs(total - 1.0) <= TOLERANCE or (cash and -TOLERANCE <= total <= 1.0 + TOLERANCE):
        return weights
    bad = np.flatnonzero(~np.isfinite(weights))
    if len(bad):
        raise StrategyError(
            f"{name} returned the weight {weights[bad[0]]:g} for asset {bad[0]}, expected a finite "
            "number"
        )
    expected = "0 to 1" if cash else f"1 within {TOLERANCE:g}"
    raise StrategyError(f"{name} returned weights with the sum {total:.10g}, expected {expected}")


def drifted(name: str, weights: Floats, before: Floats, now: Floats) -> Floats:
    """What weights have become when prices have moved; what they leave of one is cash."""
    with np.errstate(over="ignore", invalid="ignore"):
        values = weights * (now / before)
        total = 1.0 - weights.sum() + values.sum()
    if not 0.0 < total < np.inf:
        raise StrategyError(
            f"{name} holds weights that made {total:.10g} of 1 since the date before, expected "
            "more than 0: the portfolio is ruined"
        )
    return np.asarray(values / total)


def _made(strategy_class: Any, given: dict[str, Any]) -> Any:
    """The strategy built with its parameters: by keyword, or in order where it takes no names."""
    try:
        signature = inspect.signature(strategy_class)
    except ValueError:  # a class of an extension without a signature
        try:
            return strategy_class(**given)
        except TypeError:
            return strategy_class(*given.values())
    try:
        signature.bind(**given)
    except TypeError:
        own = signature.parameters.values()
        if any(one.kind in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL) for one in own):
            return strategy_class(*given.values())
        raise TypeError(
            f"{strategy_class.__name__}{signature} cannot be built with the parameters "
            f"{list(given)}: name them in param_info as its constructor does"
        ) from None
    return strategy_class(**given)
