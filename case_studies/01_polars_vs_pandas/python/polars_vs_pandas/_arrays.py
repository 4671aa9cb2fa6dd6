"""Types shared by every implementation: what goes in, what comes out.

T rows, N assets, W rows of window. Results are dated by rows W+1 .. T-1,
the days on which a position decided the day before earns its return.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Positions: TypeAlias = npt.NDArray[np.int8]
Rule: TypeAlias = tuple[float, float, float]
"""``(k_long, k_short, cost)``"""


class Run(NamedTuple):
    """What one backtest is run with, besides its two tables; already validated."""

    window: int
    k_long: float
    k_short: float
    cost: float
    capital: float


Output: TypeAlias = tuple[Floats, Floats, Floats, Positions]
"""``(equity, daily_returns, traded, positions)``.

The first three have length T - W - 1; ``positions`` is ``[T - W - 1, N]`` in {-1, 0, 1}.
``equity`` and ``traded`` are in units of the starting capital. Row j belongs to the
position decided at row W + j: it is traded then (``traded`` is the capital that changed
side, a flip counting twice) and earns the return of row W + j + 1.
"""


def daily_returns(equity: Floats, capital: float) -> Floats:
    """Return of each day on the equity before it; 0 once everything is lost.

    Examples
    --------
    >>> daily_returns(np.array([110.0, 99.0, 0.0, 0.0]), 100.0).round(12).tolist()
    [0.1, -0.1, -1.0, 0.0]
    """
    previous = np.empty_like(equity)
    previous[0] = capital
    previous[1:] = equity[:-1]
    alive = previous > 0
    result = np.divide(equity, previous, out=np.ones_like(equity), where=alive)
    result -= 1.0
    return result
