"""What allocators are given: returns, from which a covariance is estimated, or a covariance."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.backend import KernelSet
from hft_py.labels import Kind
from hft_py.portfolio import _validation
from hft_py.portfolio.result import Weights

Floats = npt.NDArray[np.float64]

ESTIMATORS = ("sample", "ewma", "ledoit_wolf", "oas", "semi")


@dataclass(frozen=True, eq=False)
class Estimate:
    """A covariance ``(n, n)`` with the labels of what it came from; ``index`` is that of pandas."""

    covariance: Floats
    assets: tuple[Hashable, ...]
    kind: Kind
    index: Any
    kernels: KernelSet

    def result(self, weights: Floats, method: str, **details: Any) -> Weights:
        """Weights with their labels."""
        labelled: Any = weights
        if self.kind == "pandas" and self.index is not None:
            series = sys.modules["pandas"].Series
            labelled = series(weights, index=self.index, name="weight", copy=False)
        elif self.kind != "numpy":
            labelled = labels.vector_like(self.kind, self.assets, weights)
        variance = float(weights @ self.covariance @ weights)
        return Weights(
            labelled,
            self.assets,
            method,
            max(variance, 0.0) ** 0.5,
            details,
            self.kernels.name,
        )


def estimate(returns: Any, covariance: Any, kernels: KernelSet) -> Estimate:
    """The covariance of returns by an estimator, or the one that is given.

    Parameters
    ----------
    returns
        ``(T, n)``, or None.
    covariance
        The name of an estimator, a callable of ``returns``, or a matrix; then ``returns`` is None.
    """
    if isinstance(covariance, str) or callable(covariance):
        if returns is None:
            raise ValueError("returns=None, expected returns, or a matrix as covariance")
        if isinstance(covariance, str):
            if checks.choice("covariance", covariance, ESTIMATORS) == "sample":
                return _sample(returns, kernels)
            covariance = _estimator(covariance)
        given = covariance(returns)
    elif returns is not None:
        raise ValueError(
            "returns and a matrix as covariance are both given, expected one of them: name an "
            "estimator of the covariance, or leave out the returns"
        )
    else:
        given = covariance
    found = _validation.covariance(given, definite=False)
    try:
        # Quicker than eigenvalues, which decide where it fails.
        np.linalg.cholesky(found.values + 1e-9 * np.diag(np.diag(found.values)))
    except np.linalg.LinAlgError:
        found = _validation.covariance(given)
    index = given.columns if found.kind == "pandas" else None
    return Estimate(found.values, found.assets, found.kind, index, kernels)


def _estimator(name: str) -> Callable[[Any], Any]:
    from hft_py import risk

    found: Callable[[Any], Any] = getattr(risk, f"{name}_covariance")
    return found


def _sample(returns: Any, kernels: KernelSet) -> Estimate:
    """The sample covariance; a kernel reads the returns once, so NaN shows in what it found."""
    values, assets, kind, index = _numbers(returns)
    mean, covariance = kernels.moments(values)
    if not np.isfinite(covariance).all():
        labels.panel("returns", returns)
        raise ValueError(f"returns have the mean {checks.short(mean)}: too large to square")
    variances = covariance.diagonal()
    if not (variances > 0).all():
        asset = assets[int(np.flatnonzero(~(variances > 0))[0])]
        raise ValueError(
            f"returns of {asset!r} never vary (variance 0), expected some: leave the asset out"
        )
    return Estimate(covariance, assets, kind, index, kernels)


def _numbers(returns: Any) -> tuple[Floats, tuple[Hashable, ...], Kind, Any]:
    """Returns, by rows or by columns: nothing is copied where either lie in one piece."""
    kind = labels.kind_of(returns)
    ready = False
    values, index = returns, None
    assets: tuple[Hashable, ...] = ()
    if kind == "pandas" and returns.ndim == 2:
        values, index, dates = returns.to_numpy(), returns.columns, returns.index
        assets = tuple(index)
        ready = index.is_unique and dates.is_unique and dates.is_monotonic_increasing
    elif type(returns) is np.ndarray and returns.ndim == 2:
        assets, ready = tuple(range(returns.shape[1])), True
    if index is not None and index.dtype == object:
        ready = ready and len(set(map(str, assets))) == len(assets)  # 1 and "1" are one name
    ready = ready and values.dtype == np.float64 and len(values) > 1 and bool(assets)
    if not ready:
        found = labels.panel("returns", returns, least=2)
        return found.values, found.assets, found.kind, index
    # A frame whose first rows were cut off still has its columns in one piece.
    if not values.flags.c_contiguous and values.strides[0] != values.itemsize:
        values = np.ascontiguousarray(values)
    return values, assets, kind, index


def bounds(
    lower: Any, upper: Any, assets: tuple[Hashable, ...], *, least: float = 0.0
) -> tuple[Floats, Floats]:
    """Bounds of each weight, finite, whose sums allow a total of one.

    Raises
    ------
    ValueError
        A lower bound below ``least`` or above the upper one; sums that leave out one; a label that
        is unknown.
    """
    if (type(lower), type(upper)) == (float, float) and (lower, upper, least) == (0.0, 1.0, 0.0):
        return np.zeros(len(assets)), np.ones(len(assets))
    low = labels.vector("lower", lower, assets, default=max(least, 0.0))
    high = labels.vector("upper", upper, assets, default=1.0)
    if (low < least).any():
        i = int(np.flatnonzero(low < least)[0])
        raise ValueError(f"lower of {assets[i]!r} is {low[i]}, expected {least:g} or more")
    if (low > high).any():
        i = int(np.flatnonzero(low > high)[0])
        raise ValueError(
            f"lower of {assets[i]!r} is {low[i]} and upper {high[i]}, expected lower <= upper"
        )
    for name, side, wrong in (("lower", low, 1), ("upper", high, -1)):
        if wrong * (side.sum() - 1) > 1e-12:
            word = "at most" if wrong > 0 else "at least"
            raise ValueError(
                f"{name} has the sum {side.sum():.6g}, expected {word} 1, the total of the weights"
            )
    return low, high
