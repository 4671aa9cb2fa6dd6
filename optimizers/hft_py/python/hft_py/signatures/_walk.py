"""What an allocation earns: shares held between trades, costs taken from the wealth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hft_py.signatures._constraints import towards
from hft_py.signatures._inputs import Floats


class Walk(NamedTuple):
    """From the first trade to the last price, ``T`` days with a return."""

    returns: Floats  # (T,), after costs
    costs: Floats  # (T,), of the wealth
    turnover: Floats  # (trades,), bought plus sold, of the wealth
    weights: Floats  # (trades, n), after each trade


def walk(
    prices: Floats,
    trades: npt.NDArray[np.intp],
    wishes: Floats,
    cost: float,
    most: float | None = None,
) -> Walk:
    """Trade at the close of the days ``trades`` to the ``wishes``, one after the other.

    Wealth is 1 in cash before the first trade. Each trade costs ``cost`` times what is bought and
    sold, and at most ``most`` of the wealth is, after the first.
    """
    growth = prices[1:] / prices[:-1]
    begin = int(trades[0])
    wealth, held = 1.0, np.zeros(prices.shape[1])
    at = {int(day): i for i, day in enumerate(trades)}
    returns, costs, turnover, weights = [], [], [], []
    for day in range(begin, len(prices)):
        before = wealth
        if day > begin:
            parts = held * growth[day - 1]
            earned = parts.sum()
            wealth, held = wealth * earned, parts / earned
        paid = 0.0
        if day in at:
            wish = towards(held, wishes[at[day]], most if day > begin else None)
            turnover.append(np.abs(wish - held).sum())
            paid = cost * turnover[-1]
            wealth, held = wealth * (1.0 - paid), wish
            weights.append(held)
        costs.append(paid)
        returns.append(wealth / before - 1.0)
    return Walk(*(np.array(column) for column in (returns, costs, turnover, weights)))
