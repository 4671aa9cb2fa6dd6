"""A caller's frames of parents, children and fills as values in the order of the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.execution.orders import OrderState
from hft_py.execution.store._checked import Checked

Values = list[list[Any]]
"""Checked, each with a value a row."""

_CHILD = ("parent_id", "child_id", "sequence", "release_time", "expiry", "quantity")
_FILL = ("execution_id", "child_id", "parent_id", "symbol", "side", "quantity", "price", "time")


def parent_values(parents: Any) -> Values:
    """All columns of the table of parents, new ones."""
    need = ("parent_id", "symbol", "side", "quantity", "start", "end")
    columns = Checked("parents", parents, need)
    lot = np.array(columns.real("lot", default=1.0), dtype=np.float64)
    if not (lot > 0).all():
        raise ValueError(f"parents['lot'] has {lot.min():g}, expected more than 0")
    start, end = columns.times("start"), columns.times("end")
    columns.ordered("start", start, "end", end)
    n = columns.rows
    return [
        columns.keys("parent_id"),
        columns.text("symbol"),
        columns.sides(),
        columns.whole("quantity", lot, "a positive number"),
        lot.tolist(),
        start,
        end,
        *(columns.real(name) for name in ("limit_price", "arrival_price", "volatility", "adv")),
        columns.text("style", optional=True),
        columns.times("decision_time", optional=True),
        columns.real("decision_price"),
        columns.text("currency", optional=True),
        [OrderState.NEW.value] * n,
        [0] * n,
        [None] * n,
    ]


def child_columns(children: Any) -> Checked:
    """The frame, with the columns that it needs."""
    return Checked("children", children, _CHILD)


def child_values(columns: Checked, parents: Mapping[str, Any]) -> Values:
    """All columns of the table of children, new ones of these parents."""
    owners = columns.text("parent_id")
    release, expiry = columns.times("release_time"), columns.times("expiry")
    columns.ordered("release_time", release, "expiry", expiry)
    n = columns.rows
    return [
        columns.keys("child_id"),
        owners,
        columns.whole("sequence"),
        release,
        expiry,
        columns.whole("quantity", _lot(parents, owners), "a positive number"),
        columns.real("limit_price"),
        columns.real("participation"),
        [OrderState.NEW.value] * n,
        [0] * n,
        *([None] * n for _ in ("closed", "released", "holder")),
    ]


def fill_columns(fills: Any) -> Checked:
    """The frame, with the columns that it needs."""
    return Checked("fills", fills, _FILL)


def fill_values(columns: Checked, parents: Mapping[str, Any], now: int) -> Values:
    """All columns of the table of fills."""
    owners = columns.text("parent_id")
    return [
        columns.keys("execution_id"),
        columns.text("child_id"),
        owners,
        columns.text("symbol"),
        columns.sides(),
        columns.whole("quantity", _lot(parents, owners), "a positive number"),
        columns.real("price", optional=False),
        columns.times("time"),
        columns.real("fee", default=0.0),
        *(columns.text(name, optional=True) for name in ("currency", "broker", "style")),
        [now] * columns.rows,
        [None] * columns.rows,
    ]


def _lot(parents: Mapping[str, Any], owners: Sequence[Any]) -> npt.NDArray[np.float64]:
    lots = {name: row.lot for name, row in parents.items()}
    return np.array([lots[name] for name in owners], dtype=np.float64)
