"""Whether forecasts of value at risk hold: how often they are exceeded, and whether in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.results import Result

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class VaRBacktest(Result):
    """Exceedances against their expected number, and three likelihood-ratio tests.

    Attributes
    ----------
    periods, exceedances, expected
        How many forecasts were tested, how many losses exceeded them, how many should have.
    kupiec, kupiec_p
        Unconditional coverage: is the share of exceedances ``1 - level``? (1 degree of freedom)
    independence, independence_p
        Does an exceedance today change the chance of one tomorrow? (1 degree)
    conditional_coverage, conditional_coverage_p
        Both together. (2 degrees)

    A small p-value speaks against the forecasts: :meth:`rejected`.
    """

    periods: int
    exceedances: int
    expected: float
    kupiec: float
    kupiec_p: float
    independence: float
    independence_p: float
    conditional_coverage: float
    conditional_coverage_p: float

    def rejected(self, significance: float = 0.05) -> tuple[str, ...]:
        """The tests that reject the forecasts at this significance; () if none does."""
        bound = checks.real_number("significance", significance, above=0.0, below=1.0)
        tests = ("kupiec", "independence", "conditional_coverage")
        return tuple(name for name in tests if getattr(self, f"{name}_p") < bound)


def backtest_value_at_risk(returns: Any, forecasts: Any, level: float = 0.95) -> VaRBacktest:
    """Test forecasts of value at risk against what happened.

    Parameters
    ----------
    returns
        ``(T,)``.
    forecasts
        ``(T,)``, positive for losses, each made before its period; NaN where there is none, at the
        beginning or the end.
    level
        That of the forecasts.

    Raises
    ------
    ValueError
        Lengths that differ, fewer than two forecasts, a NaN between forecasts.

    Notes
    -----
    Kupiec (1995), Techniques for verifying the accuracy of risk measurement models; Christoffersen
    (1998), Evaluating interval forecasts. The transitions start at the second forecast; conditional
    coverage is the sum of both statistics.

    Examples
    --------
    >>> returns = np.random.default_rng(1).normal(size=1000)
    >>> right = backtest_value_at_risk(returns, np.full(1000, 1.645))
    >>> wrong = backtest_value_at_risk(returns, np.full(1000, 1.2))
    >>> right.rejected(), wrong.rejected()
    ((), ('kupiec', 'conditional_coverage'))
    """
    from scipy.special import xlogy
    from scipy.stats import chi2

    share = 1.0 - checks.real_number("level", level, least=0.5, below=1.0)
    happened = checks.finite_array("returns", returns)
    expected = checks.finite_array("forecasts", forecasts, allow_nan=True)
    if len(happened) != len(expected):
        raise ValueError(
            f"forecasts has length {len(expected)}, expected {len(happened)} as returns"
        )
    there = np.flatnonzero(~np.isnan(expected))
    if len(there) < 2:
        raise ValueError(f"forecasts has {len(there)} numbers, expected 2 or more")
    if there[-1] - there[0] + 1 != len(there):
        gap = int(there[np.flatnonzero(np.diff(there) > 1)[0]]) + 1
        raise ValueError(f"forecasts[{gap}] is nan between forecasts, expected a number")
    hits = happened[there] < -expected[there]
    count, hit = len(hits), int(hits.sum())
    rate = hit / count
    kupiec = 2.0 * float(
        xlogy(hit, rate) + xlogy(count - hit, 1.0 - rate)
        - xlogy(hit, share) - xlogy(count - hit, 1.0 - share)
    )  # fmt: skip
    before, after = hits[:-1], hits[1:]
    after_hit, after_calm = int(before.sum()), int((~before).sum())
    both, first = int((before & after).sum()), int((~before & after).sum())
    pooled = (both + first) / (count - 1)
    independence = 2.0 * float(
        xlogy(both, _ratio(both, after_hit))
        + xlogy(after_hit - both, 1.0 - _ratio(both, after_hit))
        + xlogy(first, _ratio(first, after_calm))
        + xlogy(after_calm - first, 1.0 - _ratio(first, after_calm))
        - xlogy(both + first, pooled)
        - xlogy(count - 1 - both - first, 1.0 - pooled)
    )
    kupiec, independence = max(kupiec, 0.0), max(independence, 0.0)  # of rounding
    together = kupiec + independence
    return VaRBacktest(
        periods=count,
        exceedances=hit,
        expected=share * count,
        kupiec=kupiec,
        kupiec_p=float(chi2.sf(kupiec, 1)),
        independence=independence,
        independence_p=float(chi2.sf(independence, 1)),
        conditional_coverage=together,
        conditional_coverage_p=float(chi2.sf(together, 2)),
    )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
