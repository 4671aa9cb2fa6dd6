"""The terms of an Asian option."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo._validation import MAX_OBSERVATIONS, boolean, finite, integer, one_of

AVERAGES = ("arithmetic", "geometric")
KINDS = ("call", "put")
STRIKES = ("fixed", "floating")

# Flags of a kernel's row: what the average is, and of what.
ARITHMETIC, FLOATING, INCLUDES_SPOT = 1, 2, 4
# Of rate, dividend and variance over the life: what a price is made of is a product of such
# exponentials, of at most two at a time, and a double holds up to exp(709).
MAX_EXPONENT = 300.0
ROW = ("spot", "strike", "a", "b", "discount", "phi", "flags", "sigma")


@dataclass(frozen=True)
class AsianOption:
    """A European-style option on the average of a price at equally spaced times.

    The price follows a geometric Brownian motion under the risk-neutral measure,
    ``dS = (rate - dividend) S dt + volatility S dW``, and is observed at
    ``t_k = k maturity / observations``. With the average ``A`` over ``t_1 … t_n``
    (``t_0 … t_n`` with ``includes_spot``) the payoff at maturity is

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
        In years, greater than 0.
    observations
        Number of times at which the price is observed, 1 to 2**24: random numbers are
        numbered, and no more have a number of their own on every path.
    average
        ``"arithmetic"`` or ``"geometric"``.
    kind
        ``"call"`` or ``"put"``.
    strike_type
        ``"fixed"`` or ``"floating"``.
    includes_spot
        Whether today's price is one more term of the average.

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
    (True, 8)
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
    observations: int
    average: Literal["arithmetic", "geometric"] = "arithmetic"
    kind: Literal["call", "put"] = "call"
    strike_type: Literal["fixed", "floating"] = "fixed"
    includes_spot: bool = False

    def __post_init__(self) -> None:
        checked = {
            "spot": finite("spot", self.spot, above=0.0),
            "strike": finite("strike", self.strike, least=0.0),
            "rate": finite("rate", self.rate),
            "dividend": finite("dividend", self.dividend),
            "volatility": finite("volatility", self.volatility, least=0.0),
            "maturity": finite("maturity", self.maturity, above=0.0),
            "observations": integer("observations", self.observations, 1, MAX_OBSERVATIONS),
            "average": one_of("average", self.average, AVERAGES),
            "kind": one_of("kind", self.kind, KINDS),
            "strike_type": one_of("strike_type", self.strike_type, STRIKES),
            "includes_spot": boolean("includes_spot", self.includes_spot),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        for name in ("rate", "dividend"):
            self._bounded(name, f"|{name}| * maturity", abs(getattr(self, name)) * self.maturity)
        # A product, as a power raises where this is infinite.
        variance = self.volatility * self.volatility * self.maturity
        self._bounded("volatility", "volatility**2 * maturity", variance)

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
    def step(self) -> float:
        """Years between observations."""
        return self.maturity / self.observations

    @property
    def terms(self) -> int:
        """Prices in the average."""
        return self.observations + int(self.includes_spot)

    def twin(self) -> AsianOption:
        """The same option on the geometric average: the control variate of Kemna and Vorst."""
        return replace(self, average="geometric")

    def row(self) -> list[float]:
        """The option as a kernel takes it: the numbers named in ``ROW``.

        One step multiplies the price by ``exp(a + b z)``, ``z`` standard normal.
        """
        drift = self.rate - self.dividend - 0.5 * self.volatility**2
        flags = ARITHMETIC * (self.average == "arithmetic")
        flags += FLOATING * (self.strike_type == "floating")
        flags += INCLUDES_SPOT * self.includes_spot
        a, b = drift * self.step, self.volatility * math.sqrt(self.step)
        return [
            self.spot, self.strike, a, b, self.discount, self.phi, float(flags), self.volatility,
        ]  # fmt: skip


def expected_option(value: Any, name: str = "option") -> AsianOption:
    """``value``, if it is an option."""
    if not isinstance(value, AsianOption):
        raise TypeError(f"{name}={value!r}, expected an AsianOption")
    return value


def rows(options: list[AsianOption]) -> npt.NDArray[np.float64]:
    """Options as a kernel takes them, ``[m, 8]``."""
    return np.array([option.row() for option in options], dtype=np.float64).reshape(-1, len(ROW))
