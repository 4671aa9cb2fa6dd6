"""A portfolio whose weights drift between rebalances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def drift(
    returns: Floats, rows: list[int], targets: Floats, costs: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Equity, turnover and cost of each date from the first trade on, and the weights then.

    From one trade to the next, the value of a position is a product of returns. The cost of a
    trade is taken from the position it leaves, and from cash where it leaves none; nothing is left
    after ruin.
    """
    first, (_, n) = rows[0], returns.shape
    count = len(returns) - first
    equity, turnover, paid = np.zeros(count), np.zeros(count), np.zeros(count)
    weights = np.zeros((count, n))
    values, total = np.zeros(n), 1.0
    for start, end, target in zip(rows, [*rows[1:], len(returns)], targets, strict=True):
        wanted = target * total
        trade = np.abs(wanted - values)
        fees = costs * trade
        held = wanted != 0
        cash = total - wanted.sum() - fees[~held].sum()
        growth = 1.0 + returns[start:end, held]
        if np.isnan(growth).any():
            row, column = (int(k) for k in np.argwhere(np.isnan(growth))[0])
            raise ValueError(
                f"prices=NaN in row {start + row + 1} of column {np.flatnonzero(held)[column]}, "
                "which is held, expected a price for every asset held"
            )
        path = np.empty((end - start + 1, int(held.sum())))
        path[0], path[1] = wanted[held], wanted[held] * growth[0] - fees[held]
        path[2:] = path[1] * np.cumprod(growth[1:], axis=0)
        totals = cash + path.sum(axis=1)
        totals[0] = total
        place = slice(start - first, end - first)
        turnover[start - first], paid[start - first] = trade.sum() / total, fees.sum() / total
        ruined = np.flatnonzero(totals <= 0)
        alive = int(ruined[0]) if len(ruined) else len(totals)
        equity[place][: alive - 1] = totals[1:alive]
        weights[start - first : start - first + min(alive, end - start), held] = (
            path[:-1][:alive] / totals[:-1][:alive, None]
        )
        if alive < len(totals):
            break
        values = np.zeros(n)
        values[held], total = path[-1], float(totals[-1])
    return equity, turnover, paid, weights
