"""What a simulation found: a price, how sure it is, and what it took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class PriceEstimate:
    """The outcome of :func:`gpu_monte_carlo.price`.

    For one option the figures are floats; for a batch of ``m`` they are arrays ``[m]``.
    Reads like a mapping, too: ``estimate["price"]``, ``dict(estimate)``.

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
        hold: zero volatility, an average that includes today's price). Empty unless asked for.
    greeks_standard_error
        By the same names.
    paths
        Simulated, antithetic partners included.
    path_steps
        ``paths`` times observations (a batch shares its paths).
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
        As asked.
    target_error
        As asked, or ``None``.
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

    def keys(self) -> list[str]:
        """Names of everything known."""
        return [*(f.name for f in fields(self)), "path_steps_per_second"]

    def __getitem__(self, name: str) -> Any:
        """One figure, by name."""
        if name not in self.keys():
            raise KeyError(f"{name!r}: expected one of {', '.join(self.keys())}")
        return getattr(self, name)

    def __iter__(self) -> Iterator[str]:
        """Names, as of a mapping."""
        return iter(self.keys())

    def __len__(self) -> int:
        """Number of figures."""
        return len(self.keys())

    def __contains__(self, name: object) -> bool:
        """Whether a figure of that name exists."""
        return name in self.keys()

    def to_frame(self) -> Any:
        """A pandas frame with one row an option: price, error, interval, greeks."""
        import pandas as pd

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


def _host(value: Any) -> Any:
    """A device array as NumPy's; anything else as it is."""
    return value.get() if hasattr(value, "get") and hasattr(value, "device") else value
