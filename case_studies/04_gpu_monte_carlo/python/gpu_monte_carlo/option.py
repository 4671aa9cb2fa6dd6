"""The terms of an Asian option."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo._validation import (
    MAX_OBSERVATIONS,
    ascending,
    boolean,
    finite,
    integer,
    numbers,
    one_of,
)

Doubles = npt.NDArray[np.float64]

AVERAGES = ("arithmetic", "geometric")
KINDS = ("call", "put")
STRIKES = ("fixed", "floating")

# Flags of a kernel's row: what the average is, and of what.
ARITHMETIC, FLOATING, INCLUDES_SPOT = 1, 2, 4
# Of rate, dividend and variance over the life: what a price is made of is a product of such
# exponentials, of at most two at a time, and a double holds up to exp(709).
MAX_EXPONENT = 300.0
ROW = (
    *("spot", "strike", "a", "b", "discount", "phi", "flags", "sigma"),
    *("past", "weight", "level", "power", "rate", "unit", "maturity"),
)


@dataclass(frozen=True)
class AsianOption:
    """A European-style option on the average of a price at given times.

    The price follows a geometric Brownian motion under the risk-neutral measure,
    ``dS = (rate - dividend) S dt + volatility S dW``, and is observed at
    ``t_k = k maturity / observations`` or at times of your own. With the average ``A`` over
    ``t_1 … t_n``, today with ``includes_spot``, and the prices already fixed, all with the
    same weight, the payoff at maturity ``T`` is

    ========== ================= =================
    strike     call              put
    ========== ================= =================
    fixed      ``(A - K)+``      ``(K - A)+``
    floating   ``(S_T - A)+``    ``(A - S_T)+``
    ========== ================= =================

    Parameters
    ----------
    spot
        Price today, in currency; greater than 0.
    strike
        In currency, at least 0; of no effect where ``strike_type="floating"``.
    rate, dividend
        Continuously compounded, a year; of either sign, each at most 300 in size times
        ``maturity``: beyond that discount factors and forwards leave the range of a double.
    volatility
        A year, at least 0; ``volatility**2 maturity`` at most 300, for the same reason.
    maturity
        In years from today, greater than 0: when the option is exercised and paid.
    observations
        Number of times at which the price is still to be observed, 1 to 2**24: random numbers
        are numbered, and no more have a number of their own on every path. With
        ``fixing_times`` it may be left out.
    average
        ``"arithmetic"`` or ``"geometric"``.
    kind
        ``"call"`` or ``"put"``.
    strike_type
        ``"fixed"`` or ``"floating"``.
    includes_spot
        Whether today's price is one more term of the average.
    past_fixings
        Prices of the average that are already known, in currency, greater than 0; in any order.
    fixing_times
        Own times ``t_1 < … < t_n`` of the observations, in years from today, greater than 0 and
        no later than ``maturity``; by default equally spaced, the last one at maturity. May be
        empty where other prices make the average: nothing is left to be observed.

    Raises
    ------
    ValueError, TypeError
        Naming the argument, its value and what was expected.

    Examples
    --------
    >>> option = AsianOption(100, 95, 0.05, 0.0, 0.2, 1.0, 252)
    >>> option.twin().average, option.phi, option.terms, round(option.discount, 4)
    ('geometric', 1.0, 252, 0.9512)
    >>> option.step == 1 / 252, len(option.row())
    (True, 15)
    >>> seasoned = AsianOption(
    ...     100, 95, 0.05, 0.0, 0.2, 1.0, past_fixings=[98, 103], fixing_times=[0.2, 0.7]
    ... )
    >>> seasoned.observations, seasoned.ahead, seasoned.terms, seasoned.past
    (2, 2, 4, 50.25)
    >>> seasoned.reduced_strike, seasoned.reduced().strike, seasoned.times
    (89.5, 89.5, array([0.2, 0.7]))
    >>> seasoned.exercised_later, seasoned.steps, seasoned.lengths
    (False, 2, array([0.4, 1. ]))
    >>> AsianOption(100, 95, 0.05, 0.0, float("nan"), 1.0, 252)
    Traceback (most recent call last):
        ...
    ValueError: volatility=nan, expected a finite number >= 0
    """

    spot: float
    strike: float
    rate: float
    dividend: float
    volatility: float
    maturity: float
    observations: int = 0
    average: Literal["arithmetic", "geometric"] = "arithmetic"
    kind: Literal["call", "put"] = "call"
    strike_type: Literal["fixed", "floating"] = "fixed"
    includes_spot: bool = False
    past_fixings: Sequence[float] = ()
    fixing_times: Sequence[float] | None = None

    def __post_init__(self) -> None:
        checked = {
            "spot": finite("spot", self.spot, above=0.0),
            "strike": finite("strike", self.strike, least=0.0),
            "rate": finite("rate", self.rate),
            "dividend": finite("dividend", self.dividend),
            "volatility": finite("volatility", self.volatility, least=0.0),
            "maturity": finite("maturity", self.maturity, above=0.0),
            "observations": self._observations(),
            "average": one_of("average", self.average, AVERAGES),
            "kind": one_of("kind", self.kind, KINDS),
            "strike_type": one_of("strike_type", self.strike_type, STRIKES),
            "includes_spot": boolean("includes_spot", self.includes_spot),
            "past_fixings": numbers("past_fixings", self.past_fixings),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        for name in ("rate", "dividend"):
            self._bounded(name, f"|{name}| * maturity", abs(getattr(self, name)) * self.maturity)
        # A product, as a power raises where this is infinite.
        variance = self.volatility * self.volatility * self.maturity
        self._bounded("volatility", "volatility**2 * maturity", variance)

    def _observations(self) -> int:
        """Their number; their own times are checked, too."""
        if self.fixing_times is None:
            return integer("observations", self.observations, 1, MAX_OBSERVATIONS)
        times = ascending("fixing_times", self.fixing_times, finite("maturity", self.maturity))
        object.__setattr__(self, "fixing_times", times)
        given = integer("observations", self.observations, 0, MAX_OBSERVATIONS)
        if given not in (0, len(times)) or len(times) > MAX_OBSERVATIONS:
            raise ValueError(
                f"observations={given} with {len(times)} fixing_times, expected the same or none"
            )
        if not (times or self.past_fixings or self.includes_spot):
            raise ValueError("fixing_times is empty without past_fixings, expected some price")
        return len(times)

    def _bounded(self, name: str, product: str, exponent: float) -> None:
        if not exponent <= MAX_EXPONENT:
            raise ValueError(
                f"{name}={getattr(self, name)!r} with maturity={self.maturity!r}: {product} is "
                f"{exponent:g}, expected at most {MAX_EXPONENT:g}, as its exponential leaves the "
                "range of a double"
            )

    @property
    def phi(self) -> float:
        """+1 for a call, -1 for a put."""
        return 1.0 if self.kind == "call" else -1.0

    @property
    def discount(self) -> float:
        """``exp(-rate maturity)``."""
        return math.exp(-self.rate * self.maturity)

    @property
    def ahead(self) -> int:
        """Prices in the average from today on."""
        return self.observations + int(self.includes_spot)

    @property
    def terms(self) -> int:
        """Prices in the average."""
        return self.ahead + len(self.past_fixings)

    @property
    def past(self) -> float:
        """What the prices already known add to an arithmetic average."""
        return math.fsum(self.past_fixings) / self.terms

    @property
    def reduced_strike(self) -> float:
        """Strike of the option on the arithmetic average of the prices ahead alone.

        ``(A - K)+`` is ``ahead / terms`` of that option; at 0 or below, exercise is certain.
        """
        past = len(self.past_fixings)
        if not past:
            return self.strike
        mean = math.fsum(self.past_fixings) / past
        return self.strike + past / self.ahead * (self.strike - mean)

    def reduced(self) -> AsianOption:
        """The option of ``reduced_strike``: of a fixed strike on an arithmetic average."""
        return replace(self, strike=self.reduced_strike, past_fixings=())

    @cached_property
    def times(self) -> Doubles:
        """Of the observations, in years, ``[observations]``."""
        if self.fixing_times is not None:
            return np.array(self.fixing_times, dtype=np.float64)
        return self.step * np.arange(1, self.observations + 1, dtype=np.float64)

    @property
    def exercised_later(self) -> bool:
        """Whether the payoff depends on a price after the last observation."""
        times = self.fixing_times
        floating = self.strike_type == "floating"
        return floating and times is not None and (not times or times[-1] < self.maturity)

    @property
    def steps(self) -> int:
        """Of a path: to each observation, and to maturity where the option is exercised later."""
        return self.observations + int(self.exercised_later)

    @cached_property
    def _own(self) -> tuple[float, Doubles | None]:
        """Unit of time of a path, and the steps in it where they are not all equal to it."""
        if self.fixing_times is None:
            return self.maturity / self.observations, None
        ends = np.array([*self.fixing_times, *[self.maturity] * self.exercised_later])
        if ends.size == 0:
            return self.maturity, None
        equal = np.arange(1, ends.size + 1) * (ends[-1] / ends.size)
        if np.allclose(ends, equal, rtol=0.0, atol=4e-16 * float(ends[-1])):
            return float(ends[-1]) / ends.size, None
        lengths = np.diff(ends, prepend=0.0)
        unit = float(lengths.max())
        return unit, lengths / unit

    @property
    def step(self) -> float:
        """Years of a step of a path: of the longest one, where they differ."""
        return self._own[0]

    @property
    def lengths(self) -> Doubles | None:
        """Steps of a path in units of ``step``, ``[steps]``; ``None`` where all are equal."""
        return self._own[1]

    def twin(self) -> AsianOption:
        """The same option on the geometric average: the control variate of Kemna and Vorst."""
        return replace(self, average="geometric")

    def row(self) -> list[float]:
        """The option as a kernel takes it: the numbers named in ``ROW``.

        One step of the unit's length multiplies the price by ``exp(a + b z)``, ``z`` standard
        normal. From prices over the spot, the arithmetic average is ``past + weight spot`` times
        their mean from today on, the geometric one ``level spot`` times that of their logarithms
        to the ``power``.
        """
        drift = self.rate - self.dividend - 0.5 * self.volatility**2
        arithmetic, floating = self.average == "arithmetic", self.strike_type == "floating"
        flags = ARITHMETIC * arithmetic + FLOATING * floating + INCLUDES_SPOT * self.includes_spot
        a, b = drift * self.step, self.volatility * math.sqrt(self.step)
        past, weight = self.past, self.ahead / self.terms
        # The geometric average of all prices, or that of the prices ahead where a fixed strike
        # is reduced by the others.
        reduced = arithmetic and not floating
        logs = math.fsum(math.log(price) - math.log(self.spot) for price in self.past_fixings)
        level, power = (weight, 1.0) if reduced else (math.exp(logs / self.terms), weight)
        return [
            self.spot, self.strike - past * reduced, a, b, self.discount, self.phi, float(flags),
            self.volatility, past * (arithmetic and floating), weight, level, power, self.rate,
            self.step, self.maturity,
        ]  # fmt: skip


def expected_option(value: Any, name: str = "option") -> AsianOption:
    """``value``, if it is an option."""
    if not isinstance(value, AsianOption):
        raise TypeError(f"{name}={value!r}, expected an AsianOption")
    return value


def rows(options: list[AsianOption]) -> npt.NDArray[np.float64]:
    """Options as a kernel takes them, ``[m, 15]``."""
    return np.array([option.row() for option in options], dtype=np.float64).reshape(-1, len(ROW))
