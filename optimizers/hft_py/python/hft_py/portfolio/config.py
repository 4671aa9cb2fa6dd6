"""Settings of mean-variance portfolios, from Python, TOML or the environment.

>>> MVOConfig(long_only=True, max_weight=0.1).net_range
(1.0, 1.0)
"""

from __future__ import annotations

import dataclasses
import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hft_py import checks

ON_INFEASIBLE = ("raise", "least_violating")
LARGEST = 1e6  # of limits of weights: beside larger ones a solver loses the weights' own digits

# Names under which these settings were published, where they are not the field's in capitals.
PUBLISHED = {
    "MVO_RISK_LAMBDA": "risk_aversion",
    "MVO_COST_LAMBDA": "cost_aversion",
    "MAX_POSITION_WEIGHT": "max_weight",
    "LIQUIDITY_MAX_PCT_ADV": "max_pct_adv",
    "STARTING_CAPITAL": "capital",
    "NET_EXPOSURE": "net_exposure",
    "ALLOW_SHORTS": "allow_shorts",
}
_TRUE, _FALSE = ("1", "true", "yes", "y", "on"), ("0", "false", "no", "n", "off")
_NONE = ("none", "null", "")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MVOConfig:
    """What a mean-variance portfolio maximises, and its limits.

    Forecasts, covariances and limits on risk are per period, the time from one rebalance to the
    next; ``periods_per_year`` turns the annual settings into that period. None is no such limit.

    Parameters
    ----------
    use_mvo
        What :func:`build_portfolio` does: optimise, or weigh by rank.
    risk_aversion
        The utility is ``alpha'w - risk_aversion * w'(covariance)w - cost``, without a half.
    cost_aversion
        Multiplies trading costs in the utility; costs reported are not multiplied. Above 1, as
        forecasts are less certain than costs.
    long_only
        No weight below 0. Default: long and short.
    gross_leverage
        The most of ``sum |w|``.
    net_min, net_max
        Limits of ``sum w``. Default: ``gross_leverage`` for both where ``long_only``, else 0.
    min_weight, max_weight
        Limits of each weight; ``min_weight`` is 0 or ``-max_weight`` unless given.
    beta_min, beta_max
        Limits of ``betas'w``, where betas are given.
    turnover_limit_annual
        The most of ``sum |w - current|``, purchases and sales, over a year. A rebalance has
        its share, :attr:`turnover_limit`; the first purchase from cash is not limited.
    periods_per_year
        Rebalances in a year. Default 252: daily.
    max_pct_adv
        The most of a trade, as a share of the asset's average daily volume in currency.
    capital
        The portfolio's value in that currency.
    spread_bps, commission_bps
        Half a spread and a commission are paid on what is traded, in hundredths of a per cent.
    impact
        Market impact costs ``impact * deviation * sqrt(traded / volume)`` of what is traded (the
        square-root law), a power 3/2 of the trade. Default 0: none. About 1 is realistic.
    sector_min, sector_max
        Limits of each sector's net weight: a number for all or a mapping of some.
    max_tracking_error
        The most of the standard deviation of ``(w - benchmark)``, where a benchmark is given.
    max_volatility
        The most of the portfolio's standard deviation.
    max_positions
        The most assets with a weight, by rounding: the result tells the utility lost.
    top_n
        Names on either side of the heuristic portfolio.
    infeasible
        ``"raise"`` an :class:`InfeasiblePortfolioError`, or return the ``"least_violating"``
        portfolio. More than ``max_positions`` are an error either way.

    Examples
    --------
    >>> config = MVOConfig()
    >>> round(config.turnover_limit, 6), config.linear_cost
    (0.011905, 0.0004)
    >>> MVOConfig.from_environment({"MVO_RISK_LAMBDA": "10", "NET_EXPOSURE": "0.5"}).net_range
    (0.5, 0.5)
    """

    use_mvo: bool = True
    risk_aversion: float = 25.0
    cost_aversion: float = 5.0
    long_only: bool = False
    gross_leverage: float | None = 1.0
    net_min: float | None = None
    net_max: float | None = None
    min_weight: float | None = None
    max_weight: float = 0.03
    beta_min: float | None = -0.10
    beta_max: float | None = 0.10
    turnover_limit_annual: float | None = 3.0
    periods_per_year: float = 252.0
    max_pct_adv: float | None = 0.05
    capital: float = 100_000.0
    spread_bps: float = 7.0
    commission_bps: float = 0.5
    impact: float = 0.0
    sector_min: float | Mapping[str, float] | None = None
    sector_max: float | Mapping[str, float] | None = None
    max_tracking_error: float | None = None
    max_volatility: float | None = None
    max_positions: int | None = None
    top_n: int = 50
    infeasible: str = "raise"

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value in (math.inf, -math.inf) and "None" in str(type(self).__annotations__[name]):
                raise ValueError(f"{name}={value}, expected a finite number, or None for no limit")
        checks.flag("use_mvo", self.use_mvo)
        checks.flag("long_only", self.long_only)
        for name in ("risk_aversion", "cost_aversion", "spread_bps", "commission_bps", "impact"):
            checks.real_number(name, getattr(self, name), least=0)
        for name in ("periods_per_year", "capital"):
            checks.real_number(name, getattr(self, name), above=0)
        for name in ("gross_leverage", "turnover_limit_annual"):
            if getattr(self, name) is not None:
                checks.real_number(name, getattr(self, name), least=0, most=LARGEST)
        if self.max_pct_adv is not None:
            checks.real_number("max_pct_adv", self.max_pct_adv, least=0)
        for name in ("max_tracking_error", "max_volatility"):
            if getattr(self, name) is not None:
                checks.real_number(name, getattr(self, name), above=0)
        checks.real_number("max_weight", self.max_weight, least=-LARGEST, most=LARGEST)
        for name in ("net_min", "net_max", "min_weight", "beta_min", "beta_max",
                     "sector_min", "sector_max"):  # fmt: skip
            value = getattr(self, name)
            for one in value.values() if isinstance(value, Mapping) else [value]:
                if one is not None:
                    checks.real_number(name, one, least=-LARGEST, most=LARGEST)
        for low, high in (("min_weight", "max_weight"), ("net_min", "net_max"),
                          ("beta_min", "beta_max"), ("sector_min", "sector_max")):  # fmt: skip
            _in_order(low, getattr(self, low), high, getattr(self, high))
        if self.max_weight < 0 and (self.long_only or self.min_weight is None):
            raise ValueError(
                f"max_weight={self.max_weight} with long_only={self.long_only} and "
                f"min_weight={self.min_weight}, expected 0 or more, or a min_weight below it"
            )
        if self.max_positions is not None:
            checks.whole_number("max_positions", self.max_positions, least=1)
        checks.whole_number("top_n", self.top_n, least=1)
        checks.choice("infeasible", self.infeasible, ON_INFEASIBLE)

    @property
    def weight_range(self) -> tuple[float, float]:
        """The limits of each weight."""
        low = self.min_weight
        if low is None:
            low = 0.0 if self.long_only else -abs(self.max_weight)
        return (max(low, 0.0) if self.long_only else low), self.max_weight

    @property
    def net_range(self) -> tuple[float, float]:
        """The limits of the sum of weights."""
        standard = (self.gross_leverage or 1.0) if self.long_only else 0.0
        if self.net_min is None and self.net_max is None:
            return standard, standard
        return (
            -math.inf if self.net_min is None else self.net_min,
            math.inf if self.net_max is None else self.net_max,
        )

    @property
    def turnover_limit(self) -> float | None:
        """The most of ``sum |w - current|`` in one rebalance."""
        if self.turnover_limit_annual is None:
            return None
        return self.turnover_limit_annual / self.periods_per_year

    @property
    def linear_cost(self) -> float:
        """Half the spread and the commission, as a share of what is traded."""
        return (self.spread_bps / 2 + self.commission_bps) / 1e4

    def sector_range(self, sector: str) -> tuple[float, float]:
        """The limits of one sector."""
        low, high = (
            value.get(sector) if isinstance(value, Mapping) else value
            for value in (self.sector_min, self.sector_max)
        )
        return (-math.inf if low is None else low, math.inf if high is None else high)

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> MVOConfig:
        """Settings by the names of the fields or by the published names.

        Examples
        --------
        >>> MVOConfig.from_mapping({"MVO_COST_LAMBDA": 2.0}).cost_aversion
        2.0
        """
        if not isinstance(given, Mapping):
            raise TypeError(f"settings are {checks.short(given)}, expected names and values")
        fields = {field.name for field in dataclasses.fields(cls)}
        chosen: dict[str, Any] = {}
        for key, value in given.items():
            before = len(chosen)
            if not isinstance(key, str):
                raise TypeError(f"{key!r} is no name of a setting, expected a string")
            name = PUBLISHED.get(key.upper(), key.lower())
            if name == "net_exposure":
                chosen |= {"net_min": value, "net_max": value}
            elif name == "allow_shorts":
                chosen["long_only"] = not checks.flag(key, value)
            elif name in fields:
                chosen[name] = value
            else:
                known = ", ".join(sorted(fields | {n.lower() for n in PUBLISHED}))
                raise ValueError(f"{key} is no setting of a portfolio: expected one of {known}")
            if len(chosen) < before + (2 if name == "net_exposure" else 1):
                raise ValueError(f"{key} sets what another name has set, expected one of the two")
        return cls(**chosen)

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> MVOConfig:
        """Settings of the table ``[portfolio]`` in a TOML file, or of its top level without one."""
        with Path(path).open("rb") as file:
            read = tomllib.load(file)
        return cls.from_mapping(read.get("portfolio", read))

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> MVOConfig:
        """Settings of variables that have a published name, or a field's name in capitals.

        Other variables are ignored; ``none`` is no limit.

        Examples
        --------
        >>> MVOConfig.from_environment({"USE_MVO": "false", "BETA_MAX": "none"}).beta_max is None
        True
        """
        given = os.environ if environ is None else environ
        types = {field.name: str(field.type) for field in dataclasses.fields(cls)}
        types |= {"net_exposure": "float", "allow_shorts": "bool"}
        names = {name.upper(): name for name in types} | PUBLISHED
        found = {v: _parsed(v, given[v], types[n]) for v, n in names.items() if v in given}
        return cls.from_mapping(found)


def settings_of(config: Any) -> MVOConfig:
    """The configuration that was given; the default for None."""
    if config is not None and not isinstance(config, MVOConfig):
        raise TypeError(f"config is a {type(config).__name__}, expected an MVOConfig")
    return MVOConfig() if config is None else config


def _parsed(name: str, text: str, kind: str) -> Any:
    """A variable of the environment as a value of that type."""
    word = text.strip().lower()
    if kind == "str":
        return word
    if kind == "bool" and word in _TRUE + _FALSE:
        return word in _TRUE
    if "None" in kind and word in _NONE:
        return None
    try:
        if kind != "bool":
            number = int(word) if kind.startswith("int") else float(word)
            if math.isfinite(number):
                return number
    except ValueError:
        pass
    whole = "a whole number" if kind.startswith("int") else "a number"
    expected = "true or false" if kind == "bool" else whole
    raise ValueError(f"{name}={text!r} in the environment, expected {expected}")


def _in_order(low: str, lower: Any, high: str, upper: Any) -> None:
    if isinstance(lower, Mapping) or isinstance(upper, Mapping):
        lowers = lower if isinstance(lower, Mapping) else {}
        uppers = upper if isinstance(upper, Mapping) else {}
        for name in {**lowers, **uppers}:
            a = lowers.get(name) if isinstance(lower, Mapping) else lower
            b = uppers.get(name) if isinstance(upper, Mapping) else upper
            _in_order(f"{low} of {name}", a, f"{high} of {name}", b)
    elif lower is not None and upper is not None and lower > upper:
        raise ValueError(f"{low}={lower} is above {high}={upper}, expected at most that")
