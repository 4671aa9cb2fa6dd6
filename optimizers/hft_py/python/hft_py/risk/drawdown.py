"""Falls below the highest value so far: the deepest, the mean, the worst tail, the mean square.

``equity`` is the curve after each period, ``capital`` what it started from, which counts as a peak.
Of returns ``r`` the curve is ``numpy.cumprod(1 + r)`` with a capital of 1. A drawdown is equity
over its running maximum, less one: at most 0. The measures below are positive: the larger, the
worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.risk._inputs import series
from hft_py.risk.tail import lower_tail_mean

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall: ``depth`` <= 0 as a fraction of the peak before it.

    ``peak`` and ``trough`` are positions in the curve, ``recovery`` the first later one at or above
    the peak, None if there is none. ``peak`` is -1 where the fall began at the starting capital.
    Without any fall: depth 0, peak = trough = -1.

    Examples
    --------
    >>> max_drawdown([120.0, 90.0, 100.0, 130.0], 100.0)
    Drawdown(depth=-0.25, peak=0, trough=1, recovery=3)
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def drawdowns(equity: Any, capital: float = 1.0) -> Floats:
    """Equity over its running maximum (the starting capital included), less one; <= 0.

    Raises
    ------
    ValueError
        ``equity`` is empty or not finite, or ``capital`` is not above 0.

    Examples
    --------
    >>> drawdowns([80.0, 120.0, 90.0], 100.0).round(12).tolist()
    [-0.2, 0.0, -0.25]
    """
    curve = series("equity", equity)
    start = checks.real_number("capital", capital, above=0.0)
    found: Floats = curve / np.maximum(np.maximum.accumulate(curve), start) - 1.0
    return found


def max_drawdown(equity: Any, capital: float = 1.0) -> Drawdown:
    """The deepest drawdown and where it lies (the first one among equals).

    Examples
    --------
    >>> max_drawdown([80.0, 110.0], 100.0).depth
    -0.19999999999999996
    """
    falls = drawdowns(equity, capital)
    curve = np.asarray(equity, dtype=np.float64)
    trough = int(np.argmin(falls))
    if falls[trough] == 0:
        return Drawdown(0.0, -1, -1, None)
    before = curve[: trough + 1]
    peak = int(np.argmax(before)) if before.max() > capital else -1
    height = capital if peak < 0 else curve[peak]
    later = np.flatnonzero(curve[trough:] >= height)
    recovery = int(trough + later[0]) if later.size else None
    return Drawdown(float(falls[trough]), peak, trough, recovery)


def average_drawdown(equity: Any, capital: float = 1.0) -> float:
    """The mean fall below the peak over all periods, those at a peak included.

    Examples
    --------
    >>> round(average_drawdown([80.0, 120.0, 90.0], 100.0), 12)
    0.15
    """
    return float(-drawdowns(equity, capital).mean())


def conditional_drawdown_at_risk(equity: Any, capital: float = 1.0, level: float = 0.95) -> float:
    """CDaR: the mean of the deepest ``1 - level`` of all falls, one each period.

    A period that only partly belongs to the tail counts in part. The maximum drawdown as ``level``
    goes to 1, the average drawdown at 0.

    Notes
    -----
    Chekhlov, Uryasev, Zabarankin (2005), Drawdown measure in portfolio optimization, definition 4.

    Examples
    --------
    >>> round(conditional_drawdown_at_risk([80.0, 120.0, 90.0, 120.0], 100.0, level=0.5), 12)
    0.225
    """
    alpha = 1.0 - checks.real_number("level", level, least=0.0, below=1.0)
    return float(-lower_tail_mean(drawdowns(equity, capital)[None, :], alpha)[0])


def ulcer_index(equity: Any, capital: float = 1.0) -> float:
    """The root mean square of the falls: deep and long ones weigh most (Martin 1987).

    Examples
    --------
    >>> round(ulcer_index([80.0, 100.0], 100.0), 12)
    0.141421356237
    """
    return float(np.sqrt(np.mean(drawdowns(equity, capital) ** 2)))
