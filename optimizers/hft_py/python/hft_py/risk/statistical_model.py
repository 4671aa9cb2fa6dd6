"""Factor models from returns alone: statistical factors, and factors that are traded.

:class:`StatisticalFactorModel` finds the factors by principal components: for assets of which only
prices are known. :class:`TimeSeriesFactorModel` is given the returns of factors (an index, factor
ETFs, rates) and estimates each asset's betas by regression over time: for macroeconomic and traded
factors. Both assume that exposures did not change over the dates used; with data of companies,
:class:`~hft_py.risk.FactorModel` follows them.

Sources: Connor and Korajczyk (1986), Performance measurement with the arbitrage pricing theory;
Bai and Ng (2002), Determining the Number of Factors in Approximate Factor Models.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py._estimator import FitEstimator
from hft_py.labels import Labelled
from hft_py.risk._inputs import returns_table
from hft_py.risk._products import exponential_weights, mirrored, unit_of
from hft_py.risk.covariance import ewma_covariance
from hft_py.risk.model import RiskModel

Floats = npt.NDArray[np.float64]


class StatisticalFactorModel(FitEstimator):
    """Principal components of the returns as factors.

    Parameters
    ----------
    n_factors
        How many, below the number of assets and of dates; or ``"bai_ng"``, the default: as many as
        minimise Bai and Ng's second criterion, 20 at most.
    decay
        The weight of a date relative to the next one; 1, the default, weighs all alike.
    missing
        ``"raise"`` or ``"complete"``.

    Attributes
    ----------
    model_
        The :class:`~hft_py.risk.RiskModel`: factors are uncorrelated and have variance 1, and the
        variance of each asset is that of the returns.
    factor_returns_
        ``(T, k)``.
    explained_
        The share of the summed variances that each factor explains.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> market = rng.normal(size=(500, 1))
    >>> returns = 0.01 * (market + rng.normal(size=(500, 30)))
    >>> fitted = StatisticalFactorModel().fit(returns)
    >>> fitted.model_.factors, bool(fitted.explained_[0] > 0.4)
    (('factor 1',), True)
    """

    def __init__(
        self, n_factors: Any = "bai_ng", *, decay: float = 1.0, missing: str = "raise"
    ) -> None:
        self._given = {"n_factors": n_factors, "decay": decay, "missing": missing}
        self.n_factors = (
            checks.choice("n_factors", n_factors, ("bai_ng",))
            if isinstance(n_factors, str)
            else checks.whole_number("n_factors", n_factors, least=1)
        )
        self.decay = checks.real_number("decay", decay, above=0.0, most=1.0)
        self.missing = missing

    def fit(self, returns: Any) -> Self:
        """Fit the model to returns ``(T, n)``, an array or a frame.

        Raises
        ------
        ValueError
            A NaN with ``missing="raise"``; as many factors as assets or dates, or more.

        Notes
        -----
        By the eigenvectors of the smaller of ``X X'`` and ``X' X``: ``O(T n min(T, n))``.
        """
        table, rows, _ = returns_table(returns, self.missing, allowed=("raise", "complete"))
        count, n = rows.shape
        most = min(count, n) - 1
        weights = exponential_weights(count, self.decay)
        weights /= weights.sum()
        root = np.sqrt(weights)[:, None]
        centred = rows - weights @ rows
        scaled = centred * root
        # Singular values by way of the smaller product.
        wide = n > count
        values, vectors = np.linalg.eigh(scaled @ scaled.T if wide else scaled.T @ scaled)
        values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
        k = _bai_ng(values, count, n, most) if self.n_factors == "bai_ng" else self.n_factors
        if not isinstance(k, int) or k > most:
            raise ValueError(
                f"n_factors={k}, expected at most {most}: returns has {count} dates and {n} assets"
            )
        deviation = np.sqrt(values[:k])
        divisor = np.where(deviation > 0, deviation, 1.0)
        axes = scaled.T @ vectors[:, :k] / divisor if wide else vectors[:, :k]
        # The sign of an eigenvector is arbitrary: most assets gain with the factor.
        axes = axes * np.where(axes.sum(axis=0) < 0, -1.0, 1.0)
        exposures = axes * deviation
        variances = (scaled * scaled).sum(axis=0)
        specific = np.maximum(variances - (exposures * exposures).sum(axis=1), 0.0)
        names = tuple(f"factor {j + 1}" for j in range(k))
        self.model_ = RiskModel(
            exposures, np.eye(k), specific, table.names, names, ("statistical",) * k
        )
        self.factor_returns_ = centred @ axes / divisor
        total = float(values.sum())
        self.explained_ = values[:k] / total if total > 0 else np.zeros(k)
        return self


class TimeSeriesFactorModel(FitEstimator):
    """Betas of assets to factors whose returns are known.

    Parameters
    ----------
    decay
        The weight of a date relative to the next one, of regressions and variances; 1, the default,
        weighs all alike.
    factor_decay
        Of the factor covariance; default: ``decay``.
    newey_west_lags
        Of the factor covariance.
    families
        The family of each factor, in order; default: ``"factor"`` for all.

    Attributes
    ----------
    model_
        The :class:`~hft_py.risk.RiskModel`.
    alpha_
        The intercepts, per period, ``(n,)``.
    r_squared_
        Of each asset's regression, ``(n,)``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> market = 0.01 * rng.normal(size=(500, 1))
    >>> returns = market * [0.5, 1.5] + 0.01 * rng.normal(size=(500, 2))
    >>> fitted = TimeSeriesFactorModel().fit(returns, market)
    >>> fitted.model_.exposures[:, 0].round(1).tolist()
    [0.5, 1.5]
    """

    def __init__(
        self,
        *,
        decay: float = 1.0,
        factor_decay: float | None = None,
        newey_west_lags: int = 0,
        families: Sequence[str] | None = None,
    ) -> None:
        self._given = {
            "decay": decay, "factor_decay": factor_decay, "newey_west_lags": newey_west_lags,
            "families": families,
        }  # fmt: skip
        self.decay = checks.real_number("decay", decay, above=0.0, most=1.0)
        self.factor_decay = (
            self.decay
            if factor_decay is None
            else checks.real_number("factor_decay", factor_decay, above=0.0, most=1.0)
        )
        self.families = None if families is None else tuple(map(str, families))
        self.newey_west_lags = checks.whole_number("newey_west_lags", newey_west_lags, least=0)

    def fit(self, returns: Any, factors: Any) -> Self:
        """Regress returns ``(T, n)`` on factor returns ``(T, k)`` of the same dates.

        A NaN in ``returns`` leaves that date out of that asset's regression; in ``factors`` it is
        an error.

        Raises
        ------
        ValueError
            Other dates, collinear factors, an asset with fewer dates than twice the factors.
        """
        table = labels.panel("returns", returns, least=2, allow_nan=True)
        given = labels.panel("factors", factors)
        y, f = table.values, given.values
        count, k = f.shape
        if len(y) != count:
            raise ValueError(f"factors has {count} rows, expected {len(y)} as returns")
        if not labels.same_dates(table.dates, given.dates):
            raise ValueError("factors has other dates than returns")
        # Columns of like size: a small factor is not a collinear one.
        units = np.array([1.0, *(unit_of(column) for column in f.T)])
        x = np.hstack([np.ones((count, 1)), f]) / units
        if np.linalg.matrix_rank(x) <= k:
            raise ValueError("factors are collinear, with each other or with a constant: leave out")
        families = ("factor",) * k if self.families is None else self.families
        if len(families) != k:
            raise ValueError(f"families has {len(families)} names, expected {k} as factors")
        weights = exponential_weights(count, self.decay)
        betas = np.empty((k + 1, y.shape[1]))
        variance, explained = np.empty(y.shape[1]), np.empty(y.shape[1])
        seen = ~np.isnan(y)
        whole = seen.all(axis=0)
        if whole.any():
            found = _regress(x, y[:, whole], weights)
            betas[:, whole], variance[whole], explained[whole] = found
        for j in np.flatnonzero(~whole):
            rows = seen[:, j]
            if rows.sum() < 2 * (k + 1):
                raise ValueError(
                    f"returns of {table.names[j]} has {int(rows.sum())} numbers, expected "
                    f"{2 * (k + 1)} or more for {k} factors: leave this asset out"
                )
            found = _regress(x[rows], y[rows, j : j + 1], weights[rows])
            betas[:, [j]], variance[[j]], explained[[j]] = found
        betas /= units[:, None]
        covariance = ewma_covariance(
            f, self.factor_decay, newey_west_lags=self.newey_west_lags, mean="weighted"
        )
        self.alpha_, self.r_squared_ = betas[0], explained
        self.model_ = RiskModel(
            np.ascontiguousarray(betas[1:].T), mirrored(covariance), variance, table.names,
            _factor_names(given), families,
        )  # fmt: skip
        return self


def _factor_names(given: Labelled) -> tuple[str, ...]:
    if given.kind == "numpy":
        return tuple(f"factor {j + 1}" for j in range(len(given.names)))
    return given.names


def _regress(x: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Coefficients, variances of what is left (degrees of freedom taken off), R squared."""
    root = np.sqrt(weights)[:, None]
    solved = np.linalg.lstsq(x * root, y * root, rcond=None)
    beta = np.asarray(solved[0], dtype=np.float64)
    total = weights.sum()
    # The effective number of dates, as many as there are where all weigh the same.
    effective = total**2 / float(weights @ weights)
    left: Floats = weights @ (y - x @ beta) ** 2
    centred: Floats = y - weights @ y / total
    spread: Floats = weights @ centred**2
    free = max(1.0 - x.shape[1] / effective, 1.0 / effective)
    explained = np.divide(left, spread, out=np.full(len(left), np.nan), where=spread > 0)
    return beta, left / total / free, 1.0 - explained


def _bai_ng(values: Floats, count: int, n: int, most: int) -> int:
    """The number of factors that minimises IC_p2 (Bai and Ng 2002, equation 9)."""
    limit = min(most, 20)
    left = np.maximum(values.sum() - np.cumsum(values[:limit]), np.finfo(float).tiny)
    penalty = (n + count) / (n * count) * math.log(min(n, count))
    return int(np.argmin(np.log(left / n) + penalty * np.arange(1, limit + 1))) + 1
