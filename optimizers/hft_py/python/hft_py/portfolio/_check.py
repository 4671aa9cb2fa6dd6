"""Every limit, computed again from trades, betas, volumes and the risk model as given.

Nothing here is shared with the code that builds the cone program: a mistake there shows here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio._inputs import Inputs
from hft_py.portfolio.config import MVOConfig

Floats = npt.NDArray[np.float64]

ABSOLUTE, RELATIVE = 1e-7, 1e-6  # a solver's feasibility, in units of a limit


@dataclass(frozen=True)
class Limit:
    """A limit of a portfolio, and what the portfolio has.

    Attributes
    ----------
    name
        ``"net_exposure"``, ``"gross_leverage"``, ``"weight bounds"``, ``"beta"``, ``"turnover"``,
        ``"max_pct_adv"``, ``"sector ..."``, ``"tracking_error"``, ``"volatility"``,
        ``"max_positions"``.
    value
        What the portfolio has; of limits on each asset, that of the one nearest to its limit.
    lower, upper
        The limit; infinite where there is none on that side.
    price
        The utility that raising the limit by a unit brings: 0 where it does not bind, negative
        where its lower end does. Of weight bounds, trade limits and the number of positions NaN:
        they have many or none.

    Examples
    --------
    >>> limit = Limit("gross_leverage", 1.25, 0.0, 1.0)
    >>> limit.violation, limit.violated
    (0.25, True)
    """

    name: str
    value: float
    lower: float
    upper: float
    price: float = math.nan

    @property
    def violation(self) -> float:
        """How far the value is outside; 0 inside."""
        return max(self.lower - self.value, self.value - self.upper, 0.0)

    @property
    def violated(self) -> bool:
        """Whether that is more than a solver's rounding."""
        near = self.lower if self.value < self.lower else self.upper
        return self.violation > ABSOLUTE + RELATIVE * abs(near)


def limits(
    inputs: Inputs,
    config: MVOConfig,
    weights: Floats,
    current: Floats | None,
    prices: Mapping[str, float] | None = None,
) -> tuple[Limit, ...]:
    """All that apply; ``current`` is None for a purchase from cash."""
    trades = np.abs(weights if current is None else weights - current)
    known = {} if prices is None else prices
    found: list[Limit] = []

    def add(name: str, value: Any, low: float | None, high: float | None) -> None:
        if low is not None or high is not None:
            ends = -math.inf if low is None else low, math.inf if high is None else high
            if math.isfinite(ends[0]) or math.isfinite(ends[1]):
                found.append(Limit(name, float(value), *ends, known.get(name, math.nan)))

    low, high = config.weight_range
    add("weight bounds", weights[np.argmax(np.maximum(weights - high, low - weights))], low, high)
    add("net_exposure", np.sum(weights), *config.net_range)
    add("gross_leverage", np.sum(np.abs(weights)), None, config.gross_leverage)
    if inputs.betas is not None:
        add("beta", np.sum(inputs.betas * weights), config.beta_min, config.beta_max)
    if current is not None:
        add("turnover", np.sum(trades), None, config.turnover_limit)
    if inputs.adv is not None:
        traded = trades > 0
        with np.errstate(divide="ignore"):  # without volume any trade is infinitely too large
            shares = trades[traded] * config.capital / inputs.adv[traded]
        add("max_pct_adv", np.max(shares, initial=0.0), None, config.max_pct_adv)
    if inputs.sectors is not None:
        totals: dict[str, float] = {}
        for sector, weight in zip(inputs.sectors, weights.tolist(), strict=True):
            totals[sector] = totals.get(sector, 0.0) + weight
        for sector in sorted(totals):
            add(f"sector {sector}", totals[sector], *config.sector_range(sector))
    if inputs.benchmark is not None and config.max_tracking_error is not None:
        variance = inputs.risk.variance(weights - inputs.benchmark)
        add("tracking_error", math.sqrt(max(variance, 0.0)), None, config.max_tracking_error)
    if config.max_volatility is not None:
        variance = inputs.risk.variance(weights)
        add("volatility", math.sqrt(max(variance, 0.0)), None, config.max_volatility)
    add("max_positions", np.count_nonzero(weights), None, config.max_positions)
    return tuple(found)
