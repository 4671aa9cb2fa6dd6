"""Whether forecasts of value at risk hold: how often they are exceeded, and whether in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.results import Result
from hft_py.risk._coverage_tests import asymptotic, conditional_ratio, coverage_ratio, exact
from hft_py.risk._inputs import pair


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
        Both together: the sum of the statistics. (2 degrees)

    A small p-value speaks against the forecasts: :meth:`rejected`.

    Examples
    --------
    >>> backtest_value_at_risk([-2.0, 0.0, 0.0], [1.0, 1.0, 1.0], level=0.75).exceedances
    1
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


def backtest_value_at_risk(
    returns: Any, forecasts: Any, level: float = 0.95, *, p_values: str = "exact"
) -> VaRBacktest:
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
    p_values
        ``"exact"``, the default: from the distribution of the statistics for this number of
        periods; the test of independence given the number of exceedances. ``"asymptotic"``: from
        the chi-squared distribution, which rejects right forecasts too often where exceedances are
        few: independence at 5 % in about 8 % of cases for 1,000 periods.

    Raises
    ------
    ValueError
        Lengths that differ, fewer than two forecasts, a NaN between forecasts.

    Notes
    -----
    Kupiec (1995), Techniques for verifying the accuracy of risk measurement models; Christoffersen
    (1998), Evaluating interval forecasts. Transitions start at the second period.

    Examples
    --------
    >>> returns = np.random.default_rng(1).normal(size=1000)
    >>> right = backtest_value_at_risk(returns, np.full(1000, 1.645))
    >>> wrong = backtest_value_at_risk(returns, np.full(1000, 1.2))
    >>> right.rejected(), wrong.rejected()
    ((), ('kupiec', 'conditional_coverage'))
    """
    share = 1.0 - checks.real_number("level", level, least=0.5, below=1.0)
    kind = checks.choice("p_values", p_values, ("exact", "asymptotic"))
    happened, expected = pair(("returns", returns), ("forecasts", forecasts))
    there = np.flatnonzero(~np.isnan(expected))
    if len(there) < 2:
        raise ValueError(f"forecasts has {len(there)} numbers, expected 2 or more")
    if there[-1] - there[0] + 1 != len(there):
        gap = int(there[np.flatnonzero(np.diff(there) > 1)[0]]) + 1
        raise ValueError(f"forecasts[{gap}] is nan between forecasts, expected a number")
    hits = happened[there] < -expected[there]
    count, hit = len(hits), int(hits.sum())
    before, after = hits[:-1], hits[1:]
    kupiec = float(coverage_ratio(count, hit, share))
    independence = float(
        conditional_ratio(
            (before & after).sum(), before.sum(), (~before & after).sum(), (~before).sum()
        )
    )
    p = (exact if kind == "exact" else asymptotic)(count, hit, share, kupiec, independence)
    return VaRBacktest(
        periods=count,
        exceedances=hit,
        expected=share * count,
        kupiec=kupiec,
        kupiec_p=p[0],
        independence=independence,
        independence_p=p[1],
        conditional_coverage=kupiec + independence,
        conditional_coverage_p=p[2],
    )
