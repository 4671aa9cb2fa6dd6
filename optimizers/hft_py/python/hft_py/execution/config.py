"""The settings of schedules, each with its default and the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

from hft_py import checks
from hft_py.execution.calendar import TradingCalendar

__all__ = ["STYLES", "ExecutionConfig"]

STYLES = ("twap", "vwap", "is", "pov")
_CATCH_UP = 1.5


@dataclass(frozen=True)
class ExecutionConfig:
    """What parents are planned with.

    Parameters
    ----------
    calendar
        When the venue is open. Default: always, as for crypto-currencies; times may then be naive.
    vwap_lookback_days, vwap_method
        Prior days of a volume profile, and ``"median"`` (one day of exceptional volume does not
        count) or ``"mean"`` of them.
    include_auctions
        Whether the volume of opening and closing auctions counts to the slices that touch them.
        Default: False, as continuous trading cannot have it.
    participation_rate
        The share of the volume that POV trades.
    max_participation
        The largest share of a slice's expected volume in one child; the rest goes to other slices,
        and what fits in none is said. Default: no limit, for POV one and a half times its rate, so
        that it can catch up.
    risk_aversion
        Almgren and Chriss's lambda in one over the unit of money. Default: theirs, 1e-6.
    temporary_impact, permanent_impact
        The change of the price, as a fraction of it, when a whole day's volume is traded within a
        day. Defaults 0.25 and 0.025: those of the paper's example, where 1 % of the daily volume
        costs a spread of 0.25 %, and 10 % of it moves the price by a spread for good.
    price_collar
        How far from the arrival price a child may trade, in basis points. Default: no collar.
    tick
        Limit prices of children are rounded to a multiple of it, away from the market. Default:
        they are not rounded.
    randomise
        TWAP only: the part of a slice within which the release moves, and by which sizes move
        either way, at random. From 0, the default, to 1.
    seed
        Of the random numbers. Default: drawn from the system.

    Raises
    ------
    TypeError, ValueError
        For a value that makes no sense.

    Examples
    --------
    >>> ExecutionConfig(participation_rate=0.5).most("pov")
    0.75
    """

    calendar: TradingCalendar | None = None
    vwap_lookback_days: int = 20
    vwap_method: str = "median"
    include_auctions: bool = False
    participation_rate: float = 0.1
    max_participation: float | None = None
    risk_aversion: float = 1e-6
    temporary_impact: float = 0.25
    permanent_impact: float = 0.025
    price_collar: float | None = None
    tick: float | None = None
    randomise: float = 0.0
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.calendar is not None and not isinstance(self.calendar, TradingCalendar):
            raise TypeError(f"calendar={self.calendar!r}, expected a TradingCalendar")
        checks.whole_number("vwap_lookback_days", self.vwap_lookback_days, least=1)
        checks.choice("vwap_method", self.vwap_method, ("median", "mean"))
        checks.flag("include_auctions", self.include_auctions)
        checks.real_number("participation_rate", self.participation_rate, above=0.0, most=1.0)
        if self.max_participation is not None:
            checks.real_number("max_participation", self.max_participation, above=0.0, most=1.0)
        checks.real_number("risk_aversion", self.risk_aversion, least=0.0)
        checks.real_number("temporary_impact", self.temporary_impact, above=0.0)
        checks.real_number("permanent_impact", self.permanent_impact, least=0.0)
        if self.price_collar is not None:
            checks.real_number("price_collar", self.price_collar, least=0.0, below=10_000.0)
        if self.tick is not None:
            checks.real_number("tick", self.tick, above=0.0)
        checks.real_number("randomise", self.randomise, least=0.0, most=1.0)
        if self.seed is not None:
            checks.seed_number(self.seed)

    def most(self, style: str) -> float:
        """The largest participation of a child of that style; infinite for none."""
        if self.max_participation is not None:
            return float(self.max_participation)
        return min(_CATCH_UP * self.participation_rate, 1.0) if style == "pov" else float("inf")
