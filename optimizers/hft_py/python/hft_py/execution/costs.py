"""Transaction costs: implementation shortfall in parts that add up exactly.

An order of side ``s`` (1 to buy, -1 to sell) and quantity ``Q`` is decided at the price ``d`` and
arrives at the price ``a``; ``q_i`` are traded at ``p_i`` while the mid is ``m_i``, and ``R``, the
rest, are not when the order ends at the price ``f``. Its shortfall against a paper portfolio that
trades all of ``Q`` at ``d`` for nothing (Perold) is the sum of

===============  ==================================  =============================================
``delay``        ``s Q (a - d)``                     the market before the order arrives
``timing``       ``s sum q_i (m_i - a)``             the market, moved by the order too, meanwhile
``spread``       ``s sum q_i (t_i - m_i)``           to the price limited to bid and ask, ``t_i``:
                                                     negative where a resting order earned it
``impact``       ``s sum q_i (p_i - t_i)``           beyond the best price: negative if better
``opportunity``  ``s R (f - a)``                     what was not traded
``fees``         as they are
===============  ==================================  =============================================

A lasting effect of the order on the mid is part of ``timing``: the fills alone do not tell it from
the market's own movement. Prices, quantities and money are whole numbers of smallest units inside,
so the parts add up to the last one, and a sell is the mirror image of a buy.

Linear in the fills. For a forecast of costs see :mod:`hft_py.execution.impact`.

Sources: A. Perold, "The implementation shortfall", Journal of Portfolio Management 14 (1988);
W. Wagner and M. Edwards, "Best execution", Financial Analysts Journal 49 (1993); R. Kissell, "The
Science of Algorithmic Trading and Portfolio Management" (2013), chapter 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.execution import _columns, benchmarks, cost_groups
from hft_py.execution._cost_inputs import Fills, Orders, Units
from hft_py.execution._cost_orders import check_fills, check_size, read_orders, unit_of
from hft_py.execution._cost_reading import read_fills
from hft_py.execution.baseline import fills as kernel
from hft_py.execution.cost_groups import PARTS
from hft_py.execution.cost_result import ExecutionCosts

__all__ = ["analyze_execution"]

Ints = npt.NDArray[np.int64]


def analyze_execution(
    fills: Any,
    decision: Any = None,
    arrival: Any = None,
    *,
    parents: Any = None,
    quantity: Any = None,
    final: Any = None,
    market: Any = None,
    unit: Any = "0.0001",
    quantity_unit: Any = 1,
    threads: int = 1,
    backend: str | None = None,
) -> ExecutionCosts:
    """The cost of fills against their orders.

    Parameters
    ----------
    fills
        A pandas or Polars frame with a row an execution: ``quantity`` and ``price``; with several
        orders ``parent_id``; and as far as there are any: ``side`` (needed without ``parents``),
        ``time``, ``fee`` (a rebate is negative), ``bid`` and ``ask`` at the time of the fill,
        ``currency``, ``execution_id`` (each once), ``broker``, ``style`` and other columns to group
        by.
    decision, arrival
        Prices at the decision and at the arrival of the order: one for all, or by order id (a
        mapping or series). Default: the columns ``decision_price`` and ``arrival_price`` of
        ``parents``; the decision's default is the arrival price, which makes ``delay`` 0.
    parents
        A frame with a row an order: ``parent_id``, ``side``, ``quantity``, and as far as there are
        any: ``decision_price``, ``arrival_price``, ``final_price``, ``start`` and ``end`` (fills
        outside are an error), ``symbol``, ``style``, ``currency``. Default: the orders that the
        fills name.
    quantity
        Quantities of the orders, one for all or by order id. Default: that of ``parents``; without
        them what was filled.
    final
        Price at the end of the order, needed where it is not filled. Default: ``final_price``.
    market
        A frame of trades or bars, in the order of time: ``time``, ``price`` (of a bar the close),
        and as far as there are any ``volume`` and ``symbol``. With it there are the benchmarks
        interval VWAP and TWAP, from ``start`` to the last fill (to ``end`` where a part was not
        filled), and open and close of the day.
    unit
        The smallest step of all prices, or ``{currency: step}``. Default 0.0001: US shares trade
        in steps of 0.01 and below one dollar in steps of 0.0001. A price between two steps is an
        error; benchmarks are rounded to them.
    quantity_unit
        The smallest step of quantities, default 1.
    threads
        For finding the orders of fills and for the sums of the compiled kernels; default 1, 0 for
        all cores. The result is the same.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Notes
    -----
    Without ``bid`` and ``ask`` price less arrival is ``impact``, and ``timing`` and ``spread`` are
    0, which ``notes`` says. Prices and quantities must not be missing.

    Raises
    ------
    TypeError
        Not a frame, a column of another type.
    ValueError
        A column or price is missing; off the grid; an execution twice; fills of an unknown order,
        of the other side, outside the order's life or above its quantity; several currencies.

    Examples
    --------
    >>> import pandas as pd
    >>> fills = pd.DataFrame({"quantity": [700], "price": [40.05], "side": ["buy"], "fee": [17.0]})
    >>> costs = analyze_execution(fills, 40.00, 40.04, quantity=1000, final=40.08)
    >>> float(costs.total), round(costs.basis_points, 9)
    (76.0, 19.0)
    """
    columns, ids = read_fills(fills, parents, backend, checks.thread_count(threads))
    units = Units(
        unit_of(unit, columns.currency), _columns.smallest("quantity_unit", quantity_unit)
    )
    given = {"decision": decision, "arrival": arrival, "quantity": quantity, "final": final}
    orders = read_orders(columns, ids, parents, units, given, backend)
    sums, price = columns.sums(columns.code, len(orders), units, backend)
    check_size(columns, orders, units, price)
    check_fills(columns, orders, units, sums)
    detail = cost_groups.Detail(columns, orders, units, sums, parents, backend)
    amounts = detail.order_amounts()
    totals = np.sum([amounts[part] for part in PARTS], axis=0)
    parts = {part: int(amounts[part].sum()) * units.money for part in PARTS}
    notional = int((orders.quantity * orders.decision).sum())
    total = int(totals.sum())
    notes = []
    if columns.bid is None:
        notes.append(
            "fills have no bid and ask: impact is price less arrival, timing and spread are 0"
        )
    if decision is None and (parents is None or "decision_price" not in parents.columns):
        notes.append("no decision price is given: delay is 0")
    compared, more = benchmarks.compare(columns, orders, units, sums, market)
    return ExecutionCosts(
        total=total * units.money,
        parts=parts,
        notional=notional * units.money,
        basis_points=1e4 * total / notional,
        parts_bp={part: 1e4 * int(amounts[part].sum()) / notional for part in PARTS},
        orders=_order_frame(columns, orders, units, sums, amounts, totals, parents),
        benchmarks=compared,
        amounts=amounts,
        unit=units.money,
        currency=columns.currency,
        notes=(*notes, *more),
        _detail=detail,
    )


def _order_frame(
    fills: Fills, orders: Orders, units: Units, sums: Ints, amounts: dict[str, Ints], totals: Ints,
    parents: Any,
) -> Any:  # fmt: skip
    """A row an order, in money and quantities."""
    scale, price = float(1 / units.money), 2.0 * units.scales[1]
    filled = sums[:, kernel.FILLED]
    data: dict[str, Any] = {"parent_id": orders.ids}
    texts = {"symbol": orders.symbol, "style": orders.style}
    data |= {name: values for name, values in texts.items() if values is not None}
    with np.errstate(invalid="ignore", divide="ignore"):
        data |= {
            "side": np.where(orders.side > 0, "buy", "sell")
            if parents is None
            else _columns.positional(parents["side"]),
            "quantity": orders.quantity / units.scales[0],
            "filled": filled / units.scales[0],
            "fills": sums[:, kernel.COUNT],
            "decision_price": orders.decision / price,
            "arrival_price": orders.arrival / price,
            "average_price": sums[:, kernel.PAID] / filled / price,
        }
    data |= {part: amounts[part] / scale for part in PARTS}
    data["total"] = totals / scale
    data["total_bp"] = 1e4 * totals / (orders.quantity * orders.decision)
    return _columns.frame_like(fills.kind, data)
