"""The orders that fills belong to, checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.backend import kernels
from hft_py.execution import _columns
from hft_py.execution._cost_inputs import Fills, Orders, Units
from hft_py.execution._cost_reading import bought, whole_texts
from hft_py.execution.baseline import fills as kernel

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def read_orders(
    fills: Fills, ids: Any, parents: Any, units: Units, given: dict[str, Any], backend: str | None
) -> Orders:
    """The orders: of the frame, or of the fills and the arguments; arguments come first."""
    columns = set() if parents is None else set(parents.columns)
    buys = _sides(fills, ids, parents, backend)
    quantity = _quantities(fills, ids, parents, units, given["quantity"])

    def prices(name: str) -> tuple[Ints, Flags]:
        column = f"{name}_price"
        if given[name] is not None:
            found = labels.vector(name, given[name], list(ids))
        elif column in columns:
            name, found = f"parents[{column!r}]", _columns.numbers("parents", parents, column)
        else:
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
        known = ~np.isnan(found)
        remedy = "round it, or give a smaller unit"
        whole = _columns.whole(name, np.where(known, found, 0.0), units.price, "unit", remedy)
        return 2 * whole, known

    arrival, known = prices("arrival")
    if not known.all():
        order = ids[int(np.flatnonzero(~known)[0])]
        raise ValueError(
            f"arrival of order {order!r} is missing: give arrival=, or parents['arrival_price']"
        )
    decision, known = prices("decision")
    decision = np.where(known, decision, arrival)
    if (decision <= 0).any():
        row = int(np.flatnonzero(decision <= 0)[0])
        raise ValueError(
            f"decision price of order {ids[row]!r} is {decision[row] * units.price / 2}, expected "
            "more than 0"
        )
    final, final_known = prices("final")
    start = end = None
    if {"start", "end"} <= columns and fills.time is not None:
        zones = [frame[c] for frame, c in ((parents, "start"), (parents, "end"),
                                           (fills.frame, "time"))]  # fmt: skip
        if len({_columns.zone_of(zone) is None for zone in zones}) == 2:
            raise ValueError("some times of fills and parents have a zone and some not: give all")
        start, end = (_columns.times("parents", parents, c) for c in ("start", "end"))
    symbol, style = (
        _columns.positional(parents[c]) if c in columns else None for c in ("symbol", "style")
    )
    return Orders(
        ids, symbol, style, np.where(buys, np.int64(1), np.int64(-1)), quantity, decision, arrival,
        final, final_known, start, end,
        _columns.local_days(parents, "end") if "end" in columns else None,
    )  # fmt: skip


def _sides(fills: Fills, ids: Any, parents: Any, backend: str | None) -> Flags:
    """Which orders are purchases; an error where a fill is of the other side."""
    if parents is None:
        _columns.require("fills", fills.frame, ["side"])
    buys = np.zeros(len(ids), np.bool_) if parents is None else bought("parents", parents)
    if "side" not in fills.frame.columns:
        return buys
    column = fills.frame["side"]
    if parents is not None and whole_texts(column):
        row = kernels("execution", backend).other_side(column.rechunk(), fills.code, buys)
        if row < 0:
            return buys
    own = bought("fills", fills.frame)
    if parents is None:
        buys[fills.code] = own
    if (other := own != buys[fills.code]).any():
        row = int(np.flatnonzero(other)[0])
        order = ids[int(fills.code[row])]
        raise ValueError(f"fills['side'][{row}] is not the side of its order {order!r}")
    return buys


def _quantities(fills: Fills, ids: Any, parents: Any, units: Units, given: Any) -> Ints:
    """Quantities in units: those given, those of the frame, or what was filled."""
    found: npt.NDArray[Any]
    name = "quantity"
    if given is not None:
        found = labels.vector(name, given, list(ids))
    elif parents is not None:
        name, found = "parents['quantity']", _columns.numbers("parents", parents, "quantity")
    else:
        found = np.bincount(fills.code, fills.quantity, len(ids))
    quantity = _columns.whole(
        name, found, units.quantity, "quantity_unit", "round it, or give a smaller quantity_unit"
    )
    if (quantity <= 0).any():
        row = int(np.flatnonzero(quantity <= 0)[0])
        raise ValueError(f"quantity of order {ids[row]!r} is {found[row]}, expected more than 0")
    return quantity


def check_size(fills: Fills, orders: Orders, units: Units, price: int) -> None:
    """An error where amounts could pass 2^62 smallest units: integers hold 2^63.

    ``price`` is not below any price of the fills, in half units.
    """
    lots = float(fills.quantity.sum()) * units.scales[0] + orders.quantity.sum(dtype=np.float64)
    known = (int(np.abs(p).max(initial=0)) for p in (orders.decision, orders.arrival, orders.final))
    if not lots * max(price, *known) < 2.0**62:
        raise ValueError(
            f"unit={units.price}: amounts pass 2^62 of the smallest unit of money, {units.money}: "
            "give a larger unit, or analyse fewer fills at once"
        )


def check_fills(fills: Fills, orders: Orders, units: Units, sums: Ints) -> None:
    """An error for an order with fills above its quantity or outside its life, or no last price."""
    filled = sums[:, kernel.FILLED]
    if (filled > orders.quantity).any():
        row = int(np.flatnonzero(filled > orders.quantity)[0])
        raise ValueError(
            f"fills of order {orders.ids[row]!r} are {filled[row] * units.quantity} in all, above "
            f"its quantity {orders.quantity[row] * units.quantity}"
        )
    if orders.start is not None and orders.end is not None and fills.time is not None:
        early, late = sums[:, kernel.FIRST] < orders.start, sums[:, kernel.LAST] > orders.end
        if ((filled > 0) & (early | late)).any():
            start, end = orders.start[fills.code], orders.end[fills.code]
            row = int(np.flatnonzero((fills.time < start) | (fills.time > end))[0])
            raise ValueError(
                f"fills['time'][{row}] is {_columns.positional(fills.frame['time'])[row]}, outside "
                f"the life of order {orders.ids[int(fills.code[row])]!r}: correct it, or the start "
                "and end of parents"
            )
    missing = (filled < orders.quantity) & ~orders.final_known
    if missing.any():
        row = int(np.flatnonzero(missing)[0])
        raise ValueError(
            f"final price of order {orders.ids[row]!r} is missing, of which "
            f"{(orders.quantity[row] - filled[row]) * units.quantity} are not filled: give final=, "
            "or parents['final_price']"
        )


def unit_of(unit: Any, currency: str | None) -> Decimal:
    """The unit given, or that of the currency."""
    if isinstance(unit, dict):
        if currency not in unit:
            raise ValueError(f"unit={checks.short(unit)} has no unit of the currency {currency!r}")
        unit = unit[currency]
    return _columns.smallest("unit", unit)
