"""Costs by order, day, style or broker, with bootstrap intervals.

A group by an attribute of fills has a part of each order; parts of all groups, what was not
executed among them, add up to the total exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.execution import _columns
from hft_py.execution._cost_inputs import Fills, Orders, Units
from hft_py.execution.baseline import fills as kernel

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: The parts of the shortfall, in the order in which they arise.
PARTS = ("delay", "timing", "spread", "impact", "opportunity", "fees")


@dataclass(frozen=True, eq=False)
class Detail:
    """What the costs were computed from."""

    fills: Fills
    orders: Orders
    units: Units
    sums: Ints
    parents: Any
    backend: str | None

    def executed(self, sums: Ints, order: Ints) -> dict[str, Ints]:
        """Parts of the executed quantity; ``sums`` of fills of the orders ``order``."""
        orders, side = self.orders, self.orders.side[order]
        filled, paid = sums[:, kernel.FILLED], sums[:, kernel.PAID]
        at_arrival = filled * orders.arrival[order]
        mid = touch = at_arrival
        if self.fills.bid is not None:
            mid, touch = sums[:, kernel.MID], sums[:, kernel.TOUCH]
        return {
            "delay": side * filled * (orders.arrival - orders.decision)[order],
            "timing": side * (mid - at_arrival),
            "spread": side * (touch - mid),
            "impact": side * (paid - touch),
            "opportunity": np.zeros_like(filled),
            "fees": sums[:, kernel.FEES],
        }

    def remainder(self) -> dict[str, Ints]:
        """Parts of what was not executed, order by order."""
        orders = self.orders
        rest = orders.quantity - self.sums[:, kernel.FILLED]
        parts = {part: np.zeros_like(rest) for part in PARTS}
        parts["delay"] = orders.side * rest * (orders.arrival - orders.decision)
        parts["opportunity"] = orders.side * rest * (orders.final - orders.arrival)
        return parts

    def order_amounts(self) -> dict[str, Ints]:
        """The parts of each order."""
        executed = self.executed(self.sums, np.arange(len(self.orders)))
        remainder = self.remainder()
        return {part: executed[part] + remainder[part] for part in PARTS}


@dataclass(frozen=True, eq=False)
class _Table:
    """Clusters, each the part of an order in a group."""

    group: Ints
    order: Ints
    labels: Any
    parts: dict[str, Ints]
    filled: Ints
    count: Ints
    notional: Ints

    @property
    def total(self) -> Ints:
        total: Ints = np.sum([self.parts[part] for part in PARTS], axis=0)
        return total


def by(
    detail: Detail, key: str, *, confidence: float, resamples: int, least: int, seed: int
) -> Any:
    """See :meth:`hft_py.execution.ExecutionCosts.by`."""
    if not isinstance(key, str):
        raise TypeError(f"key={checks.short(key)}, expected one name")
    table = _clusters(detail, key)
    groups = len(table.labels)
    price = float(1 / detail.units.money)

    def sums(values: Ints) -> Ints:
        found = np.zeros(groups, dtype=np.int64)
        np.add.at(found, table.group, values)
        return found

    total, notional = sums(table.total), sums(table.notional)
    orders = sums(np.ones_like(table.group))
    name = "parent_id" if key == "order" else key
    data: dict[str, Any] = {
        name: table.labels,
        "orders": orders,
        "fills": sums(table.count),
        "filled": sums(table.filled) / detail.units.scales[0],
        "notional": notional / price,
    }
    data |= {part: sums(table.parts[part]) / price for part in PARTS}
    with np.errstate(invalid="ignore", divide="ignore"):
        data["total"], data["total_bp"] = total / price, 1e4 * total / notional
        each = 1e4 * table.total / table.notional
        centred = each - (np.bincount(table.group, each, groups) / orders)[table.group]
        squares = np.bincount(table.group, centred**2, groups)
        data["sd_bp"] = np.where(orders > 1, np.sqrt(squares / (orders - 1)), np.nan)
    sizes, what = (data["fills"], "fills") if key == "order" else (orders, "orders")
    enough = (sizes >= least) & (resamples > 0)
    low, high = np.full(groups, np.nan), np.full(groups, np.nan)
    if enough.any():
        tails = [(1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0]
        ratios = _ratios(detail, table, enough, key, resamples, seed)
        low[enough], high[enough] = np.quantile(ratios, tails, axis=1)
    data["low_bp"], data["high_bp"] = low, high
    data["interval"] = [
        "" if there else "no resamples" if not resamples else f"{size} {what}, {least} needed"
        for there, size in zip(enough, sizes.tolist(), strict=True)
    ]
    return _columns.frame_like(detail.fills.kind, data)


def _ratios(
    detail: Detail, table: _Table, enough: npt.NDArray[np.bool_], key: str, resamples: int,
    seed: int,
) -> Floats:  # fmt: skip
    """Resampled costs in basis points of the groups with enough rows, ``(groups, resamples)``."""
    share: Floats = np.ones((int(enough.sum()), 1))
    fixed: Floats = np.zeros_like(share)
    if key == "order":
        fills, orders = detail.fills, detail.orders
        quantity, price, fee = detail.units.scales
        owner: npt.NDArray[Any] = fills.code
        under = fills.quantity * quantity * orders.decision[owner]
        paid = fills.quantity * quantity * fills.price * 2.0 * price
        above = orders.side[owner] * (paid - under)
        if fills.fee is not None:
            above = above + fills.fee * fee
        rest = detail.remainder()
        whole = (orders.quantity * orders.decision)[enough]
        fixed = (1e4 * (rest["delay"] + rest["opportunity"])[enough] / whole)[:, None]
        share = (table.filled / orders.quantity)[enough][:, None]
    else:
        owner = table.group
        above, under = table.total.astype(np.float64), table.notional.astype(np.float64)
    kept = np.flatnonzero(enough[owner])
    kept = kept[np.argsort(owner[kept], kind="stable")]
    sizes = np.bincount(owner[kept], minlength=len(enough))[enough]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    drawn = kernels("execution", detail.backend).resampled_ratios(
        above[kept], under[kept], offsets, resamples, seed
    )
    found: Floats = fixed + 1e4 * share * drawn
    return found


def _clusters(detail: Detail, key: str) -> _Table:
    """The table of a key: an attribute of orders, or of fills."""
    orders, fills = detail.orders, detail.fills
    place = np.arange(len(orders))
    if key == "order":
        return _of_orders(detail, place, orders.ids)
    if key == "day":
        if fills.time is None:
            raise ValueError("fills has no column 'time', expected one to group by day")
        return _of_fills(detail, _columns.local_days(fills.frame, "time"), None, orders.end_day)
    if detail.parents is not None and key in detail.parents.columns:
        code, labels = _columns.codes(detail.parents[key])
        missing = code < 0
        if missing.any():
            code, labels = np.where(missing, len(labels), code), [*labels, None]
        return _of_orders(detail, code, labels)
    if key in fills.frame.columns:
        code, labels = _columns.codes(fills.frame[key])
        return _of_fills(detail, code, labels, None)
    raise ValueError(f'key={key!r}, expected "order", "day" or a column of parents or fills')


def _of_orders(detail: Detail, group: Ints, labels: Any) -> _Table:
    orders = detail.orders
    return _Table(
        group, np.arange(len(orders)), labels, detail.order_amounts(),
        detail.sums[:, kernel.FILLED], detail.sums[:, kernel.COUNT],
        orders.quantity * orders.decision,
    )  # fmt: skip


def _of_fills(detail: Detail, code: Ints, labels: Any, rest_code: Ints | None) -> _Table:
    """Parts of orders by a number of each fill; without labels the number is a day."""
    orders, fills = detail.orders, detail.fills
    rest = detail.remainder()
    left = orders.quantity - detail.sums[:, kernel.FILLED]
    open_orders = np.flatnonzero(left > 0)
    rest_group = np.full(len(open_orders), -1) if rest_code is None else rest_code[open_orders]
    values = np.unique(np.concatenate([code, rest_group]))
    if labels is not None and values[0] < 0:  # the missing key comes last
        values = np.append(values[1:], -1)
    place = np.argsort(values)
    group = place[np.searchsorted(values[place], np.concatenate([code, rest_group]))]
    owner = np.concatenate([fills.code.astype(np.int64), open_orders])
    pairs, pair = np.unique(owner * len(values) + group, return_inverse=True)
    order = pairs // len(values)
    executed, unexecuted = pair[: len(code)].astype(np.int32), pair[len(code) :]
    sums, _ = fills.sums(executed, len(pairs), detail.units, detail.backend)
    filled = sums[:, kernel.FILLED]
    parts, notional = detail.executed(sums, order), filled * orders.decision[order]
    for part in PARTS:
        parts[part] = parts[part].copy()
        parts[part][unexecuted] += rest[part][open_orders]
    notional[unexecuted] += left[open_orders] * orders.decision[open_orders]
    if labels is None:
        names = [np.datetime64(int(v), "D").item() if v >= 0 else None for v in values]
    else:
        names = [labels[int(v)] if v >= 0 else None for v in values]
    return _Table(pairs % len(values), order, names, parts, filled, sums[:, kernel.COUNT], notional)
