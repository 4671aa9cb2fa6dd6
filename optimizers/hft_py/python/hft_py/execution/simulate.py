"""Fills of child orders in a recorded market: an order book, or bars.

Every child trades against the recording as it is: the market does not react to it, so the costs
found have spread and queue in them but no lasting impact. To compare styles, plan parents from many
starts with each style, simulate them all on one recording, and group the costs by style.

**Order book** (a recording of :mod:`hft_orderbook`). A child arrives ``latency`` after its release
and joins the best level of its side, behind what is there, or a worse one that its limit allows. It
advances as the level shrinks (:func:`hft_py.execution.baseline.resting.rest_orders`) for the part
``patience`` of its life; then it takes what the other side displays, level by level, within its
limit. Linear in the messages of the children's lives.

**Bars**. At most a share of each bar's volume is filled, from the first bar that begins when the
child has arrived: at the middle of the bar's high and low and half a spread, or, while it rests, at
its own price in bars that trade through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution import _columns, _simulate_bars, _simulate_book
from hft_py.execution._cost_reading import bought
from hft_py.execution._simulation import Children, Fill
from hft_py.execution._tables import Table
from hft_py.execution.cost_result import ExecutionCosts
from hft_py.execution.costs import analyze_execution
from hft_py.results import Result

__all__ = ["SimulatedExecution", "simulate_execution"]

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedExecution(Result):
    """What children got in a recorded market.

    Attributes
    ----------
    fills
        A frame with a row an execution: ``execution_id``, ``child_id``, ``parent_id``, ``side``,
        ``quantity``, ``price``, ``time``, ``bid`` and ``ask`` then, and ``liquidity``, which is
        ``"taken"`` or ``"rested"``.
    children
        The children with ``filled``, what each got.
    parents
        The parents with ``filled``, ``arrival_price`` (the mid at their start) and ``final_price``
        (at their end).

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2024-06-03 10:00", periods=3, freq="min", tz="UTC")
    >>> bars = pd.DataFrame({"time": times, "high": 10.02, "low": 9.98, "volume": 5_000})
    >>> parents = pd.DataFrame({"parent_id": ["A"], "side": ["sell"], "quantity": [600],
    ...                         "start": times[:1], "end": times[-1:]})
    >>> children = parents.assign(child_id="A-1").rename(
    ...     columns={"start": "release_time", "end": "expiry"})
    >>> found = simulate_execution(children, parents, bars, half_spread=0.01)
    >>> float(found.costs().parts["spread"])
    6.0
    """

    fills: Any
    children: Any
    parents: Any
    price_unit: Decimal
    quantity_unit: Decimal

    def costs(self, **options: Any) -> ExecutionCosts:
        """The costs by :func:`~hft_py.execution.analyze_execution`, which takes the options."""
        units = {"unit": self.price_unit, "quantity_unit": self.quantity_unit}
        return analyze_execution(self.fills, parents=self.parents, **(units | options))


def simulate_execution(
    children: Any,
    parents: Any,
    market: Any,
    *,
    latency: float = 0.0,
    patience: float = 0.0,
    traded: float = 0.5,
    tick_size: Any = None,
    lot_size: Any = None,
    origin: Any = None,
    half_spread: float = 0.0,
    max_participation: float = 0.1,
    backend: str | None = None,
) -> SimulatedExecution:
    """Fill child orders in a recorded market.

    Parameters
    ----------
    children
        A frame of :func:`~hft_py.execution.schedule_child_orders`: ``parent_id``, ``child_id``,
        ``release_time``, ``expiry``, ``quantity`` and, as far as there are any, ``limit_price`` and
        ``participation``.
    parents
        The frame that they were planned from: ``parent_id``, ``side``, ``quantity``, ``start``,
        ``end``.
    market
        A recording of an order book, from ``hft_orderbook.load_binance`` or ``load_lobster``, or
        its events (an array of ``hft_orderbook.EVENT``, with ``tick_size`` and ``lot_size``). Or a
        frame of bars: ``time`` (their ends), ``high``, ``low``, ``volume``, in the order of time.
    latency
        Seconds from release to arrival at the venue; a child that arrives after its expiry is not
        filled. Default 0.
    patience
        The part of its life for which a child rests before it takes: 0, the default, takes on
        arrival; 1 never takes.
    traded
        The part of a level's decrease that is traded, not cancelled, where the recording does not
        tell. Default a half.
    tick_size, lot_size
        Of prices and quantities; default those of the recording; for bars 0.01 and 1.
    origin
        The time that the times of events count from, with a zone: midnight in New York for a
        recording of LOBSTER. Default 1970 in UTC.
    half_spread
        For bars: half of bid and ask's distance, in the unit of prices.
    max_participation
        For bars: the share of a bar's volume that one parent gets, where the child's
        ``participation`` does not say less. Default 0.1.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Raises
    ------
    TypeError, ValueError
        A column is missing; a child of an unknown parent, or outside the recording; a quantity or
        limit off the grid; times with a zone and others without.
    ImportError
        An order book without :mod:`hft_orderbook`.

    Notes
    -----
    Quantities are conserved: what is filled and what is not add up to the child's, no fill takes
    more than is displayed. Children of one parent share the room in a bar; in a book each child is
    alone.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2024-06-03 10:00", periods=5, freq="min", tz="UTC")
    >>> bars = pd.DataFrame({"time": times, "high": 10.02, "low": 9.98, "volume": 5_000})
    >>> parents = pd.DataFrame({"parent_id": ["A"], "side": ["buy"], "quantity": [600],
    ...                         "start": times[:1], "end": times[-1:]})
    >>> children = pd.DataFrame({"parent_id": ["A"], "child_id": ["A-1"], "quantity": [600],
    ...                          "release_time": times[:1], "expiry": times[-1:]})
    >>> found = simulate_execution(children, parents, bars, half_spread=0.01)
    >>> found.fills[["quantity", "price"]].values.tolist()
    [[500.0, 10.01], [100.0, 10.01]]
    """
    latency = checks.real_number("latency", latency, least=0.0)
    patience = checks.real_number("patience", patience, least=0.0, most=1.0)
    traded = checks.real_number("traded", traded, least=0.0, most=1.0)
    for name, frame in (("children", children), ("parents", parents)):
        _columns.frame_kind(name, frame)
    plans = Table("children", children, ["parent_id", "child_id", "release_time", "expiry",
                                         "quantity"], "child_id")  # fmt: skip
    orders = Table(
        "parents", parents, ["parent_id", "side", "quantity", "start", "end"], "parent_id"
    )
    if plans.kind != orders.kind:
        raise TypeError(f"parents is no {plans.kind} frame, expected one as children is")
    start, end = orders.instants("start"), orders.instants("end")
    bars = hasattr(market, "columns")
    if market is None:
        raise TypeError("market is None, expected a recorded order book or a frame of bars")
    if bars:
        tick_size, lot_size = tick_size or "0.01", lot_size or 1
        source: Any = _simulate_bars.Bars.read(
            market, _columns.smallest("tick_size", tick_size), half_spread, max_participation
        )
        zones = plans.zone("release_time"), orders.zone("start"), _columns.zone_of(market["time"])
        if None in zones and zones != (None, None, None):
            raise ValueError(
                "some times of children, parents and market have a zone and some not: give all"
            )
    else:
        if orders.zone("start") is None:
            raise ValueError("parents['start'] has no zone, expected one with an order book")
        source = _simulate_book.Book.read(market, tick_size, lot_size, origin)
        tick_size, lot_size = source.tick_size, source.lot_size
    tick, lot = _columns.smallest("tick_size", tick_size), _columns.smallest("lot_size", lot_size)
    work = _read_children(plans, orders, tick, lot, round(latency * 1e9))
    arrival, final = source.mids(start, orders), source.mids(end, orders)
    fills = source.run(work, patience, traded, backend)
    frame = _fill_frame(plans, orders, work, fills, tick, lot)
    filled = np.zeros(len(plans), dtype=np.int64)
    np.add.at(filled, [f.child for f in fills], [f.lots for f in fills])
    whole = np.zeros(len(orders), dtype=np.int64)
    np.add.at(whole, work.parent, filled)
    size = float(1 / lot)
    return SimulatedExecution(
        fills=frame,
        children=_with(plans, {"filled": filled / size}),
        parents=_with(
            orders,
            {
                "filled": whole / size,
                "arrival_price": arrival / (2.0 * float(1 / tick)),
                "final_price": final / (2.0 * float(1 / tick)),
            },
        ),
        price_unit=tick / 2,
        quantity_unit=lot,
    )


def _read_children(
    plans: Table, orders: Table, tick: Decimal, lot: Decimal, latency: int
) -> Children:
    parent = _columns.look_up(plans.frame["parent_id"], orders.frame["parent_id"])
    plans.check("parent_id", parent < 0, "an id of parents")
    lots = _columns.whole("children['quantity']", plans.numbers("quantity"), lot, "lot_size",
                          "round it")  # fmt: skip
    plans.check("quantity", lots <= 0, "more than 0")
    side = np.where(bought("parents", orders.frame), 1, -1)[parent]
    limit, limited = np.zeros(len(plans), np.int64), np.zeros(len(plans), np.bool_)
    if "limit_price" in plans:
        given = _columns.numbers("children", plans.frame, "limit_price")
        limited = ~np.isnan(given)
        # A limit between two ticks allows no more than the tick before it.
        ticks = np.where(limited, given, 0.0) * float(1 / tick)
        near = np.rint(ticks)
        inside = np.where(side > 0, np.floor(ticks), np.ceil(ticks))
        limit = np.where(np.abs(ticks - near) < 1e-6, near, inside).astype(np.int64)
    share = None
    if "participation" in plans:
        share = _columns.numbers("children", plans.frame, "participation")
    release, expiry = plans.instants("release_time"), plans.instants("expiry")
    plans.check("expiry", expiry < release, "at or after release_time")
    return Children(
        parent, side, lots, release + latency, expiry, limit, limited, share,
        plans.values("child_id"),
    )  # fmt: skip


def _fill_frame(
    plans: Table, orders: Table, work: Children, fills: list[Fill], tick: Decimal, lot: Decimal
) -> Any:
    child = np.array([f.child for f in fills], dtype=np.int64)
    ids = work.ids
    seen: dict[int, int] = {}
    numbers = []
    for f in fills:
        seen[f.child] = seen.get(f.child, 0) + 1
        numbers.append(seen[f.child])
    parent_ids, price = orders.values("parent_id"), float(1 / tick)
    columns: dict[str, Any] = {
        "execution_id": [f"{ids[f.child]}/{k}" for f, k in zip(fills, numbers, strict=True)],
        "child_id": [ids[f.child] for f in fills],
        "parent_id": [parent_ids[i] for i in work.parent[child]],
        "side": np.where(work.side[child] > 0, "buy", "sell"),
        "quantity": np.array([f.lots for f in fills], dtype=np.int64) / float(1 / lot),
        "price": np.array([f.tick for f in fills], dtype=np.float64) / (2.0 * price),
        "time": _columns.times_like(
            plans.kind, np.array([f.time for f in fills], dtype=np.int64), orders.zone("start")
        ),
        "bid": np.array([f.bid for f in fills], dtype=np.float64) / (2.0 * price),
        "ask": np.array([f.ask for f in fills], dtype=np.float64) / (2.0 * price),
        "liquidity": np.where([f.taken for f in fills], "taken", "rested"),
    }
    return _columns.frame_like(plans.kind, columns)


def _with(table: Table, columns: dict[str, Any]) -> Any:
    """The frame with further columns."""
    if table.kind == "polars":
        import polars

        return table.frame.with_columns(
            [polars.Series(name, values) for name, values in columns.items()]
        )
    return table.frame.assign(**columns)
