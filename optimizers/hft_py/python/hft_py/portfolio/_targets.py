"""What a backtest trades into on each rebalance."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.labels import Labelled
from hft_py.portfolio import _schedule
from hft_py.portfolio.result import Weights, plain

Floats = npt.NDArray[np.float64]


def targets_by_row(
    weights: Any,
    market: Labelled,
    returns: Floats,
    rebalance: int | str | None,
    lookback: int,
    expanding: bool,
) -> tuple[list[int], Floats]:
    """Rows of trades, and what is traded into on each."""
    if callable(weights) or hasattr(weights, "fit"):
        window = checks.whole_number("lookback", lookback, least=2, most=len(returns))
        rows = _schedule.rows(rebalance, market.dates, len(market.values), window)
        whole = checks.flag("expanding", expanding)
        found = [
            _allocated(weights, market, returns[0 if whole else row - window : row]) for row in rows
        ]
        return rows, np.array(found)
    if isinstance(weights, Weights):
        weights = weights.weights
    kind = labels.kind_of(weights)
    dated = kind != "numpy" and hasattr(weights, "columns")
    if kind == "polars" and dated:
        dated = any(weights.schema[c].is_temporal() for c in weights.columns)
    if not dated and not (kind == "numpy" and np.ndim(weights) == 2):
        rows = _schedule.rows(rebalance, market.dates, len(market.values), 0)
        target = labels.vector("weights", weights, market.assets, default=0.0)
        return rows, np.tile(target, (len(rows), 1))
    if rebalance is not None:
        raise ValueError(
            "rebalance with weights by date, expected None: their dates are the trades"
        )
    given = labels.panel("weights", weights, allow_nan=True)
    if dated:
        rows = _schedule.matching(given.dates, market.dates)
        columns = [_column(label, given.assets) for label in market.assets]
        for label in given.assets:
            _column(label, market.assets, "weights name", "prices")
        targets = given.values[:, columns]
    else:
        if given.values.shape != market.values.shape:
            raise ValueError(
                f"weights has shape {given.values.shape}, expected {market.values.shape} as prices"
            )
        rows = [int(i) for i in np.flatnonzero(~np.isnan(given.values).all(axis=1))]
        targets = given.values[rows]
    kept = [i for i, row in enumerate(rows) if row < len(market.values) - 1]
    rows, targets = [rows[i] for i in kept], np.ascontiguousarray(targets[kept])
    if not rows:
        raise ValueError("weights have no date before the last one of prices: nothing is traded")
    if np.isnan(targets).any():
        i, j = (int(k) for k in np.argwhere(np.isnan(targets))[0])
        raise ValueError(f"weights of {market.assets[j]!r} is nan at trade {i}, expected a number")
    return rows, targets


def _allocated(allocator: Any, market: Labelled, window: Floats) -> Floats:
    """What an allocator makes of the returns of assets that have them all."""
    there = np.asarray(~np.isnan(window).any(axis=0))
    target = np.zeros(len(there))
    if not there.any():
        return target
    names = [label for label, here in zip(market.assets, there, strict=True) if here]
    given = labels.panel_like(market.kind, names, np.ascontiguousarray(window[:, there]), None)
    if hasattr(allocator, "fit"):
        found = allocator.fit(given).weights_
    else:
        call: Callable[[Any], Any] = allocator
        found = call(given)
    found = getattr(found, "weights", found)
    if market.kind != "numpy" and labels.by_label("the allocator's weights", found) is not None:
        found = labels.vector("the allocator's weights", found, names, default=0.0)
    found = plain(found)
    if found.shape != (len(names),) or not np.isfinite(found).all():
        raise ValueError(
            f"the allocator returned {checks.short(found)}, expected {len(names)} finite weights"
        )
    target[there] = found
    return target


def _column(
    label: Hashable, known: tuple[Hashable, ...], who: str = "prices name", other: str = "weights"
) -> int:
    try:
        return known.index(label)
    except ValueError:
        raise ValueError(f"{who} {label!r}, which {other} do not have") from None
