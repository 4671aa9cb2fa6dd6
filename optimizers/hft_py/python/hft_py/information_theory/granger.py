"""Granger causality: whether the past of a source helps a linear forecast of a target.

The target is regressed on its own past, and on the past of both; an F test compares the two. For
normal variables the gain is transfer entropy (Barnett, Barrett, Seth, Phys. Rev. Lett. 103, 2009),
so this is the transfer entropy of a linear world: it needs few rows, has an exact test, and misses
what is not linear, the volatility of returns for instance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import f as f_distribution

from hft_py import checks, results
from hft_py.information_theory._linear import EPSILON, basis, even_scale, unit_columns, without
from hft_py.information_theory._validation import bits_to_base, same_length, variable
from hft_py.information_theory.result import InformationMatrix

Floats = npt.NDArray[np.float64]

__all__ = ["GrangerResult", "compute_granger_causality", "compute_granger_matrix"]


@dataclass(frozen=True, eq=False, repr=False)
class GrangerResult(results.Result):
    """A test that the past of a source does not help to forecast a target.

    Attributes
    ----------
    f_statistic, p_value
        Large, and small, where it does. NaN where the source's past is a linear function of the
        target's, or either forecast is perfect without it.
    df_num, df_denom
        Degrees of freedom.
    transfer_entropy
        Half the logarithm of the ratio of residual variances, to ``base``.
    lag
        How many past values of each series there are.
    names, base
        Source and target; the unit of ``transfer_entropy``.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=200)
    >>> found = compute_granger_causality(x, np.roll(x, 1) + x**2)
    >>> found.p_value < 1e-10, (found.df_num, found["df_denom"])
    (True, (1, 196))
    """

    f_statistic: float
    p_value: float
    df_num: int
    df_denom: int
    transfer_entropy: float
    lag: int
    names: tuple[str, ...]
    base: float


def compute_granger_causality(
    source: Any,
    target: Any,
    lag: int | str = 1,
    *,
    given: Any = None,
    max_lag: int = 10,
    base: float = 2.0,
) -> GrangerResult:
    """Test whether the past of ``source`` helps a linear forecast of ``target``.

    For the other direction exchange the two.

    Parameters
    ----------
    source, target
        Series of one length, stationary: returns rather than prices. NaN is an error.
    lag
        How many past values of each series the regressions have: steps 1 to ``lag`` back (unlike
        the single ``lag`` of transfer entropy). Or ``"aic"`` or ``"bic"``: the one up to
        ``max_lag`` for which that criterion of the target's regression on all is least.
    given
        Other series ``(n,)`` or ``(n, d)``, whose past both regressions have too.
    max_lag
        For ``"aic"`` and ``"bic"``. Default 10.
    base
        Of the logarithm of ``transfer_entropy``. Default 2: bits.

    Errors are those of :func:`compute_mutual_information`, a constant series, and too few rows for
    the lag.

    References
    ----------
    Granger, Econometrica 37 (1969). Equal to the test "ssr based F" of statsmodels'
    ``grangercausalitytests``, whose second column is the source.

    Examples
    --------
    The target is half the source's last value and noise; nothing flows back.

    >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
    >>> y = 0.5 * np.r_[0.0, x[:-1]] + noise
    >>> there, back = compute_granger_causality(x, y), compute_granger_causality(y, x)
    >>> round(there.f_statistic), back.p_value > 0.05
    (254, True)
    >>> compute_granger_causality(x, y, "bic").lag
    1
    """
    first = variable("source", source, ndim=(1,), least=4)
    second = variable("target", target, ndim=(1,), least=4)
    variables = [first, second] if given is None else [first, second, variable("given", given)]
    rows = same_length(variables)
    scale = bits_to_base(base)
    columns = [even_scale(one.floats(), 0) for one in variables]
    for one, values in zip(variables[:2], columns, strict=False):
        _refuse_constant(one.label, values[:, 0])
    known = np.hstack(columns[1:])
    order = _order(columns[0], known, lag, max_lag, rows)
    test = _Regression(known, order, order)
    found = test.gain(_past(columns[0], order, order))
    return GrangerResult(
        **found,
        transfer_entropy=_information(found) * scale,
        lag=order,
        names=(first.names[0], second.names[0]),
        base=float(base),
    )


def compute_granger_matrix(data: Any, lag: int = 1, *, base: float = 2.0) -> InformationMatrix:
    """:func:`compute_granger_causality` between every two of the columns of ``data``.

    Parameters
    ----------
    data
        Series in columns, ``(n, d)``: an array or a frame.
    lag, base
        As there; ``lag`` is a whole number.

    Returns
    -------
    InformationMatrix
        ``matrix[source, target]`` is the linear transfer entropy, ``p_values`` are those of the F
        tests, not corrected for their number; the diagonal is NaN. The F statistic is
        ``(n - 3 lag - 1) / lag * (base ** (2 matrix) - 1)``. ``plot("graph")`` draws the pairs that
        remain after Bonferroni's correction.

    Examples
    --------
    >>> x, noise = np.random.default_rng(0).normal(size=(2, 1000))
    >>> y = 0.5 * np.r_[0.0, x[:-1]] + noise
    >>> found = compute_granger_matrix(np.c_[x, y])
    >>> found.matrix.round(2).tolist(), bool(found.p_values[0, 1] < 1e-10)
    ([[nan, 0.16], [0.0, nan]], True)
    """
    series = variable("data", data, ndim=(2,), least=4)
    order, scale = checks.whole_number("lag", lag, least=1), bits_to_base(base)
    values = even_scale(series.floats(), 0)
    for index in range(values.shape[1]):
        _refuse_constant(series.column_label(index), values[:, index])
    _refuse_few(len(values), order, 2 * order)
    d = values.shape[1]
    matrix, p_values = np.full((d, d), np.nan), np.full((d, d), np.nan)
    pasts = [_past(values[:, [i]], order, order) for i in range(d)]
    for target in range(d):
        test = _Regression(values[:, [target]], order, order)
        for source in range(d):
            if source != target:
                found = test.gain(pasts[source])
                matrix[source, target] = _information(found) * scale
                p_values[source, target] = found["p_value"]
    return InformationMatrix(
        matrix=matrix,
        p_values=p_values,
        names=series.names,
        measure="linear transfer entropy",
        directed=True,
        base=float(base),
        estimator="least_squares",
        backend="python",
    )


class _Regression:
    """The first column of ``known`` on the past of all its columns."""

    def __init__(self, known: Floats, lag: int, start: int) -> None:
        self.explained = basis(_past(known, lag, start))
        now = known[start:, :1]
        self.rest = without(now - now.mean(), self.explained)
        # So small a sum of squares is rounding.
        self.nothing = (len(now) * EPSILON) ** 2 * float((now**2).sum())

    def gain(self, past: Floats) -> dict[str, Any]:
        """The F test of further regressors, centred columns of length 1."""
        added = basis(without(past, self.explained))
        rows, df_num = len(past), added.shape[1]
        df_denom = rows - 1 - self.explained.shape[1] - df_num
        less = float((self.rest**2).sum())
        least = float((without(self.rest, added) ** 2).sum())
        if df_num == 0 or less <= self.nothing:
            ratio = p_value = math.nan
        elif least <= self.nothing:
            ratio, p_value = math.inf, 0.0
        else:
            ratio = (less - least) / df_num / (least / df_denom)
            p_value = float(f_distribution.sf(ratio, df_num, df_denom))
        return {"f_statistic": ratio, "p_value": p_value, "df_num": df_num, "df_denom": df_denom}


def _information(found: dict[str, Any]) -> float:
    """Half the logarithm, to base 2, of the ratio of residual variances."""
    gain = found["f_statistic"] * found["df_num"] / found["df_denom"]
    return 0.5 * math.log2(1.0 + gain) if math.isfinite(gain) else gain


def _past(values: Floats, lag: int, start: int) -> Floats:
    """Values 1 to ``lag`` steps before each row from ``start`` on, centred, of length 1."""
    rows = len(values)
    return unit_columns(np.hstack([values[start - k : rows - k] for k in range(1, lag + 1)]))


def _order(source: Floats, known: Floats, lag: Any, max_lag: Any, rows: int) -> int:
    """The number of lags, as given or by a criterion on the rows that all of them have."""
    width = 1 + known.shape[1]
    if not isinstance(lag, str):
        order = checks.whole_number("lag", lag, least=1)
        _refuse_few(rows, order, order * width)
        return order
    criterion = checks.choice("lag", lag, ("aic", "bic"))
    most = checks.whole_number("max_lag", max_lag, least=1)
    _refuse_few(rows, most, most * width, "max_lag")
    used = rows - most
    each = 2.0 if criterion == "aic" else math.log(used)
    together = np.hstack([known, source])
    scores = []
    for order in range(1, most + 1):
        rest = _Regression(together, order, most).rest
        squares = max(float((rest**2).sum()), np.finfo(np.float64).tiny)
        scores.append(used * math.log(squares / used) + each * order * width)
    return 1 + int(np.argmin(scores))


def _refuse_few(rows: int, lag: int, regressors: int, name: str = "lag") -> None:
    if rows - lag <= regressors + 1:
        raise ValueError(
            f"{name}={lag} with {rows} rows: the regression has {regressors + 1} coefficients and "
            f"{max(0, rows - lag)} rows, expected more rows: give a smaller {name} or more data"
        )


def _refuse_constant(label: str, values: Floats) -> None:
    if (values == values[0]).all():
        raise ValueError(f"{label} is constant, expected a series that varies")
