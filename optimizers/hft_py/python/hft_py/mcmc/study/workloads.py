"""The densities that the study samples, in every kind, and the length of each run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qpp.study import Workload

Floats = npt.NDArray[np.float64]
RHO = 0.8

HEADLINE = "2-d normal, 10,000 iterations"
ENSEMBLE = "2-d normal, 10,000 iterations, ensemble"
DE_MC = "2-d normal, 10,000 iterations, de_mc"
TEMPERING = "2-d normal, 2,000 iterations, tempering"
TEN = "10-d normal, 10,000 iterations"
REAL = "Student-t, S&P 500, 5,000 iterations"
REAL_SHORT = "Student-t, S&P 500, 500 iterations"
EFFECTIVE = "2-d normal, until 1,000 effective draws"
EFFECTIVE_TEN = "10-d normal, until 250 effective draws"


@dataclass(frozen=True)
class Density:
    """One log-density: for Python, for a batch, and for compiled kernels.

    ``compiled()`` returns an objective that Rust calls by itself, and its data; ``decorated()`` one
    that numba compiles. Both are called once, outside every clock.
    """

    lower: Floats
    upper: Floats
    start: Floats
    scalar: Callable[[Floats], float]
    vectorized: Callable[[Floats], Floats]
    compiled: Callable[[], tuple[Any, Any]]
    decorated: Callable[[], tuple[Any, Any]] | None = None


def gaussian(dimension: int) -> Density:
    """Normal, neighbours correlated by 0.8."""
    order = np.arange(dimension)
    precision = np.linalg.inv(RHO ** np.abs(order[:, None] - order))

    def scalar(x: Floats) -> float:
        return -0.5 * float(x @ precision @ x)

    def vectorized(points: Floats) -> Floats:
        found: Floats = -0.5 * np.einsum("mi,ij,mj->m", points, precision, points)
        return found

    def compiled() -> tuple[Any, Any]:
        from hft_py import _rust

        # A C function by its address, as a user's own would be.
        return _rust.contract_address("quadratic"), precision

    def decorated() -> tuple[Any, Any]:
        from hft_py.objectives import compiled_objective

        return compiled_objective(data_ndim=2)(quadratic), precision

    bound = np.full(dimension, 10.0)
    start = np.full(dimension, 0.5)
    return Density(-bound, bound, start, scalar, vectorized, compiled, decorated)


def quadratic(x: Any, precision: Any) -> float:
    """What numba compiles: minus half the quadratic form."""
    total = 0.0
    for i in range(len(x)):
        row = 0.0
        for j in range(len(x)):
            row += precision[i, j] * x[j]
        total += x[i] * row
    return -0.5 * total


def student_t(returns: Floats) -> Density:
    """Location, scale and degrees of freedom of daily returns."""
    count = returns.size

    def scalar(x: Floats) -> float:
        mu, sigma, nu = x
        return float(_constant(sigma, nu, count) - _tail(returns, mu, sigma, nu))

    def vectorized(points: Floats) -> Floats:
        mu, sigma, nu = points.T[:, :, None]
        constant = _constant(sigma[:, 0], nu[:, 0], count)
        found: Floats = constant - _tail(returns, mu, sigma, nu)
        return found

    deviation = float(returns.std())
    return Density(
        np.array([-deviation, 0.1 * deviation, 1.0]),
        np.array([deviation, 5.0 * deviation, 30.0]),
        np.array([0.0, 0.6 * deviation, 4.0]),
        scalar,
        vectorized,
        lambda: ("student_t", returns),
    )


def _constant(sigma: Any, nu: Any, count: int) -> Any:
    from scipy.special import gammaln

    half = gammaln((nu + 1.0) / 2.0) - gammaln(nu / 2.0)
    return count * (half - 0.5 * np.log(np.pi * nu) - np.log(sigma))


def _tail(returns: Floats, mu: Any, sigma: Any, nu: Any) -> Any:
    scores = (returns - mu) / sigma
    return ((nu + 1.0) / 2.0 * np.log1p(scores * scores / nu)).sum(axis=-1)


def daily_returns() -> Floats:
    """The 5,030 daily returns of the S&P 500, 1999 to 2018, in per cent."""
    from qpp.datasets import sp500_ohlcv

    frame = sp500_ohlcv()
    close = frame["close"].to_numpy()
    returns: Floats = 100.0 * np.diff(np.log(np.asarray(close, dtype=float)))
    return returns


def workload(
    name: str,
    density: str,
    sampler: str,
    iterations: int,
    *,
    dimension: int = 0,
    effective: int = 0,
    quick: bool = False,
) -> Workload:
    """A density, a sampler, and how many iterations; or how many effective draws."""
    sizes = {"density": density, "sampler": sampler, "iterations": iterations}
    sizes |= {"dimension": dimension} if dimension else {}
    sizes |= {"effective": effective} if effective else {}
    needs = "arch" if density == "student_t" else ()
    return Workload(name, inputs, quick=quick, needs=needs, **sizes)


def inputs(
    *, density: str, sampler: str, iterations: int, effective: int = 0, dimension: int = 0
) -> dict[str, Any]:
    """The inputs of a workload; ``effective``: run until there are that many effective draws."""
    made = student_t(daily_returns()) if density == "student_t" else gaussian(dimension)
    return {
        "density": made,
        "sampler": sampler,
        "iterations": iterations,
        "effective": effective,
    }
