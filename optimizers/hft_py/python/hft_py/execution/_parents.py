"""Parent orders read from a frame, checked and turned into whole lots and instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution import _columns
from hft_py.execution._sessions import Sessions
from hft_py.execution._tables import Table
from hft_py.execution.calendar import TradingCalendar
from hft_py.execution.config import STYLES, ExecutionConfig
from hft_py.execution.profiles import VolumeProfiles

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

REQUIRED = ("parent_id", "symbol", "side", "quantity", "start", "end")
MOST_LOTS = 10**11
_POV = STYLES.index("pov")


@dataclass(frozen=True, eq=False)
class Parents:
    """Parents as arrays, an element each.

    ``side`` is 1 for a purchase and -1 for a sale; ``style`` the place of a name in ``STYLES``.
    """

    table: Table
    side: npt.NDArray[np.int8]
    lots: Integers
    lot: Floats
    start: Integers
    end: Integers
    zone: str | None
    style: npt.NDArray[np.uint8]


def in_units(lots: Integers, lot: Floats, parent: Any = None) -> Any:
    """Lots times their size, rounded once: 3 lots of 0.1 are 0.3.

    ``parent`` are rows of ``lot``, for lots of children.
    """
    if not len(lots) or (lot == 1.0).all():
        return lots
    lot = lot if parent is None else lot[parent]
    if (lot == np.rint(lot)).all():
        return lots * lot.astype(np.int64)
    inverse = np.rint(1.0 / lot)
    whole = np.abs(inverse * lot - 1.0) < 1e-12
    return np.where(whole, lots / np.maximum(inverse, 1.0), lots * lot)


def read_parents(trades: Any, style: str | None) -> Parents:
    """The parents of a frame.

    Raises
    ------
    TypeError, ValueError
        A column missing or of the wrong type, an id missing or twice, an unknown side or style, a
        quantity that is not a positive number of lots, a window that ends before it starts.
    """
    needed = REQUIRED if style is not None else (*REQUIRED, "style")
    if style is not None:
        checks.choice("style", style, STYLES)
    # Arrays have no ids: their children name the row.
    named = not isinstance(trades, Mapping)
    table = Table("trades", trades, needed if named else needed[1:], key="parent_id")
    if not len(table):
        raise ValueError("trades has no rows, expected a parent order or more")
    if named:
        ids = table.frame["parent_id"]
        if (row := _columns.first_missing(ids)) is not None:
            raise ValueError(f"trades['parent_id'][{row}] is missing, expected an id")
        if (row := _columns.first_repeated(ids)) is not None:
            raise ValueError(f"trades has the parent_id {table.who(row)} twice, expected each once")
    side = _codes(table, "side", ("buy", "sell"))
    lot = table.numbers("lot", 1.0)
    table.check("lot", lot <= 0, "more than 0")
    lots = _whole_lots(table, lot)
    start, end = table.instants("start"), table.instants("end")
    if (table.zone("start") is None) != (table.zone("end") is None):
        raise ValueError("trades has a time zone in one of start and end, expected it in both")
    table.check("end", end <= start, "a time after its start")
    if style is None:
        styles = _codes(table, "style", STYLES)
    else:
        styles = np.full(len(table), STYLES.index(style), dtype=np.uint8)
    return Parents(
        table,
        1 - 2 * side.view(np.int8),
        lots,
        lot,
        start,
        end,
        table.zone("start"),
        styles,
    )


def _whole_lots(table: Table, lot: Floats) -> Integers:
    """Quantities in lots; whole numbers without a column of lots are borrowed."""
    counted = table.whole_numbers("quantity") if "lot" not in table else None
    if counted is not None:
        table.check("quantity", counted <= 0, "more than 0")
        table.check("quantity", counted > MOST_LOTS, f"at most {MOST_LOTS:,} lots")
        return counted
    quantity = table.numbers("quantity")
    table.check("quantity", quantity <= 0, "more than 0")
    wanted = quantity / lot
    lots = np.rint(wanted)
    off = (lots < 1) | (np.abs(wanted - lots) > 1e-9 * np.maximum(lots, 1.0))
    table.check("quantity", off, "a multiple of its lot (column lot, default 1)")
    table.check("quantity", lots > MOST_LOTS, f"at most {MOST_LOTS:,} lots")
    return lots.astype(np.int64)


def _codes(table: Table, column: str, names: Sequence[str]) -> npt.NDArray[np.uint8]:
    """A column of names as their places in ``names``."""
    places = table.places(column, names)
    table.check(column, places < 0, " or ".join(f'"{name}"' for name in names))
    return places.astype(np.uint8)


def sessions_of(parents: Parents, calendar: TradingCalendar | None) -> Sessions:
    """The sessions that the windows are in."""
    if calendar is None:
        calendar = TradingCalendar.always()
    elif parents.zone is None:
        _columns.require_zone("trades", parents.table.frame, "start")
    return calendar.between(int(parents.start.min()), int(parents.end.max()))


def expected_volumes(
    parents: Parents, config: ExecutionConfig, profiles: VolumeProfiles | None
) -> tuple[Floats, Floats, Integers, Floats]:
    """Cumulative profiles, auctions, the row of each parent, and lots in a unit of its volume.

    The last row is a flat profile of volume 1, for a parent with an ``adv`` and no profile.
    """
    table, n = parents.table, len(parents.lots)
    symbols = () if profiles is None else profiles.symbols
    flat = len(symbols)
    bins = 1 if profiles is None else profiles.volume.shape[1]
    cumulative, auctions = np.zeros((flat + 1, bins + 1)), np.zeros((flat + 1, 2))
    cumulative[flat] = np.linspace(0.0, 1.0, bins + 1)
    total = np.ones(flat + 1)
    rows = np.full(n, -1)
    if profiles is not None:
        np.cumsum(profiles.volume, axis=1, out=cumulative[:flat, 1:])
        both = np.column_stack([profiles.opening, profiles.closing])
        if config.include_auctions:
            auctions[:flat] = both
        total[:flat] = cumulative[:flat, -1] + both.sum(axis=1)
        total[total <= 0] = 1.0
        rows = table.places("symbol", symbols)
    unknown = rows < 0
    if unknown.any():
        missing = unknown & (parents.style == STYLES.index("vwap"))
        table.check("symbol", missing, "a symbol with a volume profile (profiles=)")
        rows = np.where(unknown, flat, rows)
    # A symbol's own average daily volume, where given, scales its profile.
    if "adv" in table:
        adv = table.numbers("adv")
        table.check("adv", adv <= 0, "more than 0")
        scale = total[rows]
        np.divide(adv, scale, out=scale)
    else:
        scale = np.where(rows < flat, 1.0, np.nan)
        limited = np.array([np.isfinite(config.most(style)) for style in STYLES])[parents.style]
        table.check(
            "adv",
            limited & np.isnan(scale),
            "its average daily volume (column adv) or a profile, which a participation needs",
        )
    if "lot" in table:
        scale /= parents.lot
    return cumulative, auctions, rows, scale


def shortfall_terms(parents: Parents, config: ExecutionConfig) -> tuple[Floats, float]:
    """``lambda sigma^2 / eta`` of each parent and ``gamma / (2 eta)``, in days.

    The first is empty where no parent has the style.

    With a price ``S``, a volatility ``v`` as a fraction, and a daily volume ``V``: ``sigma = v S``,
    ``eta = temporary_impact S / V`` and ``gamma = permanent_impact S / V``.
    """
    table = parents.table
    used = parents.style == STYLES.index("is")
    if not used.any():
        return np.empty(0), 0.0
    urgency = np.full(len(used), config.risk_aversion / config.temporary_impact)
    for column in ("volatility", "adv", "arrival_price"):
        if column not in table:
            raise ValueError(f"trades has no column {column!r}, which the style 'is' needs")
        values = table.numbers(column)
        if column == "volatility":
            table.check(column, used & (values < 0), "0 or more")
            urgency *= values
        else:
            table.check(column, used & (values <= 0), "more than 0")
        urgency *= values
    return urgency, 0.5 * config.permanent_impact / config.temporary_impact


def limit_prices(parents: Parents, config: ExecutionConfig) -> Floats | None:
    """The limit of each parent's children: its own, and its collar; NaN for a market order.

    None where no parent has one.
    """
    table, side = parents.table, parents.side
    if "limit_price" not in table and config.price_collar is None:
        return None
    limit = np.full(len(side), np.nan)
    if "limit_price" in table:
        limit = table.numbers("limit_price", allow_nan=True).copy()
        table.check("limit_price", ~(np.isnan(limit) | (limit > 0)), "more than 0")
    if config.price_collar is not None:
        if "arrival_price" not in table:
            raise ValueError("trades has no column 'arrival_price', which price_collar needs")
        arrival = table.numbers("arrival_price")
        table.check("arrival_price", arrival <= 0, "more than 0")
        collar = arrival * (1.0 + side * config.price_collar * 1e-4)
        limit = np.where(side > 0, np.fmin(limit, collar), np.fmax(limit, collar))
    if config.tick is not None:
        steps = limit / config.tick
        near = np.rint(steps)
        steps = np.where(np.abs(steps - near) < 1e-9 * np.maximum(near, 1.0), near,
                         np.where(side > 0, np.floor(steps), np.ceil(steps)))  # fmt: skip
        limit = steps * config.tick
    return limit
