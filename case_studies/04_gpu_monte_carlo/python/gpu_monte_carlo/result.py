"""The estimate of a simulation: price, error, greeks, time."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np


class _ByValue(Mapping[str, Any]):
    """A mapping equal to another of the same figures, arrays and NaN compared by value."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return self.keys() == other.keys() and all(_same(self[k], other[k]) for k in self)


class Figures(_ByValue):
    """An immutable mapping of figures.

    Examples
    --------
    >>> Figures({"delta": 0.5})
    {'delta': 0.5}
    """

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = {name: _read_only(value) for name, value in held.items()}

    def __getitem__(self, name: str) -> Any:
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        return repr(self._held)

    def __reduce__(self) -> tuple[Any, ...]:
        # Constructed again: a pickled array is writeable.
        return Figures, (self._held,)


@dataclass(frozen=True, eq=False, repr=False)
class PriceEstimate(_ByValue):
    """The outcome of :func:`gpu_monte_carlo.price`.

    For one option the figures are floats; for a batch of ``m`` they are read-only arrays ``[m]``.
    An estimate is also a mapping: ``estimate["price"]``, ``estimate.items()``, ``dict(estimate)``.
    Two estimates with the same figures, ``seconds`` included, are equal.

    Attributes
    ----------
    price
        In currency.
    standard_error
        Of the price, in currency: the standard deviation of such an estimate over seeds.
    confidence_interval
        Two-sided 95 %: a pair, for a batch ``[m, 2]``.
    greeks
        By name: ``delta`` (per unit of spot), ``vega`` (per unit of volatility, so per
        100 points), ``gamma`` (per unit of spot, squared; NaN where its estimator does not
        hold: zero volatility), ``theta`` (a year that passes while all dates and today's
        price stay), ``rho`` (per unit of the rate, so per 100 points). Empty without
        ``greeks=True``.
    greeks_standard_error
        By the same names.
    paths
        Simulated, antithetic partners included.
    path_steps
        ``paths`` times their steps (a batch shares its paths).
    path_steps_per_second
        Over ``seconds``.
    seconds
        Wall time of the simulation.
    backend
        What ran: ``"auto"`` resolved.
    variance_reduction
        What was used: a control variate is no help to a geometric average, whose price
        it is, and Sobol points have no antithetic partners.
    sampling, precision, seed
        The arguments.
    target_error
        The argument, or ``None``.

    Examples
    --------
    >>> from gpu_monte_carlo import AsianOption, price
    >>> found = price(AsianOption(100, 100, 0.05, 0.0, 0.2, 1.0, 4), paths=1, backend="numpy")
    >>> found["price"] == found.price, found.path_steps_per_second > 0
    (True, True)
    >>> found.to_frame().columns.tolist()
    ['price', 'standard_error', 'low', 'high']
    """

    price: Any
    standard_error: Any
    confidence_interval: Any
    paths: int
    path_steps: int
    seconds: float
    backend: str
    variance_reduction: tuple[str, ...]
    sampling: str
    precision: str
    seed: int
    target_error: float | None = None
    greeks: Mapping[str, Any] = field(default_factory=dict)
    greeks_standard_error: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path_steps_per_second(self) -> float:
        """Path-steps over wall time."""
        return self.path_steps / self.seconds if self.seconds > 0 else float("inf")

    def __post_init__(self) -> None:
        for name in ("price", "standard_error", "confidence_interval"):
            object.__setattr__(self, name, _read_only(getattr(self, name)))
        for name in ("greeks", "greeks_standard_error"):
            object.__setattr__(self, name, Figures(getattr(self, name)))

    def __getitem__(self, name: str) -> Any:
        """One figure, by name."""
        names = list(self)
        if name not in names:
            raise KeyError(f"{name!r}: expected one of {', '.join(names)}")
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        """Names of all figures."""
        return iter([*(f.name for f in fields(self)), "path_steps_per_second"])

    def __len__(self) -> int:
        """Number of figures."""
        return len(list(iter(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        # Constructed again: a pickled array is writeable.
        return PriceEstimate, tuple(getattr(self, f.name) for f in fields(self))

    def to_frame(self) -> Any:
        """A pandas frame with one row an option: price, error, interval, greeks.

        Raises
        ------
        ImportError
            Without pandas, with the line that installs it.
        """
        try:
            pd: Any = importlib.import_module("pandas")
        except ImportError as error:
            raise ImportError(
                "to_frame needs pandas: pip install './case_studies/04_gpu_monte_carlo[frames]'"
            ) from error
        interval = np.atleast_2d(_host(self.confidence_interval))
        columns = {
            "price": np.atleast_1d(_host(self.price)),
            "standard_error": np.atleast_1d(_host(self.standard_error)),
            "low": interval[:, 0],
            "high": interval[:, 1],
        }
        for name, value in self.greeks.items():
            columns[name] = np.atleast_1d(_host(value))
            columns[f"{name}_standard_error"] = np.atleast_1d(
                _host(self.greeks_standard_error[name])
            )
        return pd.DataFrame(columns)

    def __repr__(self) -> str:
        prices = np.atleast_1d(_host(self.price))
        errors = np.atleast_1d(_host(self.standard_error))
        shown = [f"{p:.6g} ± {e:.2g}" for p, e in zip(prices[:4], errors[:4], strict=True)]
        if prices.size > 4:
            shown.append(f"… {prices.size} options")
        how = [self.backend, self.precision, f"{self.paths:,} paths", f"seed {self.seed}"]
        if self.sampling != "pseudo":
            how.insert(1, self.sampling)
        how += self.variance_reduction
        return f"PriceEstimate({', '.join(shown)}; {', '.join(how)})"


def _read_only(value: Any) -> Any:
    """A read-only copy of a NumPy array; anything else unchanged."""
    if isinstance(value, np.ndarray):
        value = value.copy()
        value.flags.writeable = False
    return value


def _same(one: Any, other: Any) -> bool:
    """Whether two figures are of the same shape and value; NaN is itself."""
    if isinstance(one, str | Mapping) or isinstance(other, str | Mapping):
        return bool(one == other)
    if one is None or other is None:
        return one is other
    a, b = np.asarray(_host(one)), np.asarray(_host(other))
    if a.dtype.kind in "fc" and b.dtype.kind in "fc":
        return np.array_equal(a, b, equal_nan=True)
    return np.array_equal(a, b)


def _host(value: Any) -> Any:
    """A device array as a NumPy array; anything else unchanged."""
    return value.get() if hasattr(value, "get") and hasattr(value, "device") else value
