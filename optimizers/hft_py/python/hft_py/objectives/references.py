"""The built-in objectives in NumPy: readable, and what the Rust ones are compared with.

Test functions take points of shape ``(n, d)`` and return ``(n,)``; their minimum is 0 unless said.
Sources: Hansen and others, "Real-parameter black-box optimization benchmarking 2010" for the
ellipsoid and the cigar; Jamil and Yang, "A literature survey of benchmark functions", 2013.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy  # its parts are loaded when first used: scipy.signal takes a second

from hft_py.objectives.base import Floats

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)

#: Parameters of the log-likelihoods.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "gaussian": ("mu", "sigma"),
    "garch11": ("mu", "omega", "alpha", "beta"),
    "ornstein_uhlenbeck": ("theta", "mu", "sigma"),
    "student_t": ("mu", "sigma", "nu"),
}


def parameter_names(objective: Any, count: int) -> tuple[str, ...]:
    """The names of a built-in log-likelihood's parameters; of others ``x0``, ``x1``, ..."""
    name = getattr(objective, "name", objective)
    own = PARAMETERS.get(name, ()) if isinstance(name, str) else ()
    return own if len(own) == count else tuple(f"x{i}" for i in range(count))


def total(terms: Floats) -> Floats:
    """The sum over the coordinates of every point."""
    sums: Floats = terms.sum(axis=1)
    return sums


def mean(terms: Floats) -> Floats:
    """The mean over the coordinates of every point."""
    means: Floats = terms.mean(axis=1)
    return means


def sphere(x: Floats) -> Floats:
    """``sum x_i^2``."""
    return total(x**2)


def rosenbrock(x: Floats) -> Floats:
    """``sum 100 (x_(i+1) - x_i^2)^2 + (1 - x_i)^2``, minimum at ones."""
    return total(100 * (x[:, 1:] - x[:, :-1] ** 2) ** 2 + (1 - x[:, :-1]) ** 2)


def rastrigin(x: Floats) -> Floats:
    """``10 n + sum x_i^2 - 10 cos(2 pi x_i)``."""
    return total(x**2 + 10 * (1 - np.cos(2 * np.pi * x)))


def ackley(x: Floats) -> Floats:
    """``-20 exp(-0.2 sqrt(mean x_i^2)) - exp(mean cos(2 pi x_i)) + 20 + e``."""
    hill = 20 * (1 - np.exp(-0.2 * np.sqrt(mean(x**2))))
    return hill + (math.e - np.exp(mean(np.cos(2 * np.pi * x))))


def griewank(x: Floats) -> Floats:
    """``1 + sum x_i^2 / 4000 - prod cos(x_i / sqrt(i))``."""
    roots = np.sqrt(np.arange(1, x.shape[1] + 1))
    waves: Floats = np.cos(x / roots).prod(axis=1)
    return total(x**2) / 4000 + (1 - waves)


def ellipsoid(x: Floats) -> Floats:
    """``sum 10^(6 (i-1)/(n-1)) x_i^2``: condition number a million."""
    n = x.shape[1]
    return total(10 ** (6 * np.arange(n) / max(n - 1, 1)) * x**2)


def rotated_cigar(x: Floats) -> Floats:
    """``y_1^2 + 10^6 sum_(i>1) y_i^2``, ``y = Q x``, ``Q`` a rotation.

    The first row of ``Q`` is ``(1, ..., 1) / sqrt(n)``; all such rotations give
    ``n m^2 + 10^6 sum (x_i - m)^2``, ``m`` the mean.
    """
    centre = mean(x)
    along: Floats = x.shape[1] * np.square(centre)
    return along + 1e6 * total((x - centre[:, None]) ** 2)


def styblinski_tang(x: Floats) -> Floats:
    """``sum (x_i^4 - 16 x_i^2 + 5 x_i) / 2``, minimum -39.16616570377142 n at -2.903534027771."""
    return 0.5 * total(x**4 - 16 * x**2 + 5 * x)


def schwefel(x: Floats) -> Floats:
    """``418.9828872724339 n - sum x_i sin(sqrt |x_i|)``, minimum at 420.968746 in [-500, 500]."""
    return total(418.9828872724339 - x * np.sin(np.sqrt(np.abs(x))))


FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    function.__name__: function
    for function in (
        sphere,
        rosenbrock,
        rastrigin,
        ackley,
        griewank,
        ellipsoid,
        rotated_cigar,
        styblinski_tang,
        schwefel,
    )
}


def gaussian(x: Floats, mu: Any, sigma: Any) -> Any:
    """Independent normals; NaN unless ``sigma > 0``."""
    if not sigma > 0:
        return math.nan
    squares = np.square((x - mu) / sigma).sum()
    return -len(x) * (HALF_LOG_TAU + np.log(sigma)) - 0.5 * squares


def garch11(x: Floats, mu: Any, omega: Any, alpha: Any, beta: Any) -> Any:
    """Bollerslev 1986: ``h_t = omega + alpha e_(t-1)^2 + beta h_(t-1)``, normal residuals.

    Before the data both the square and the variance are the mean square of the residuals. NaN
    unless ``omega > 0``, ``alpha, beta >= 0`` and ``alpha + beta < 1``.
    """
    if not (omega > 0 and alpha >= 0 and beta >= 0 and alpha + beta < 1):
        return math.nan
    squares = np.square(x - mu)
    before = squares.mean()
    driven = omega + alpha * np.concatenate([[before], squares[:-1]])
    variance, _ = scipy.signal.lfilter([1.0], [1.0, -beta], driven, zi=[beta * before])
    return -0.5 * (2 * HALF_LOG_TAU + np.log(variance) + squares / variance).sum()


def ornstein_uhlenbeck(x: Floats, theta: Any, mu: Any, sigma: Any, time_step: float = 1.0) -> Any:
    """``dx = theta (mu - x) dt + sigma dW`` by its exact transition density, given the first value.

    NaN unless ``theta, sigma > 0``.
    """
    if not (theta > 0 and sigma > 0):
        return math.nan
    deviation = sigma * np.sqrt(-np.expm1(-2 * theta * time_step) / 2 / theta)
    residuals = np.diff(x) - np.expm1(-theta * time_step) * (x[:-1] - mu)
    squares = np.square(residuals / deviation).sum()
    return -len(residuals) * (HALF_LOG_TAU + np.log(deviation)) - 0.5 * squares


def student_t(x: Floats, mu: Any, sigma: Any, nu: Any) -> Any:
    """Independent Student's t of location ``mu``; NaN unless ``sigma, nu > 0``."""
    if not (sigma > 0 and nu > 0):
        return math.nan
    off = np.abs((x - mu) / sigma / np.sqrt(nu))
    logs = np.where(off < 1e100, np.log1p(off * off), 2 * np.log(off)).sum()
    constant = half_step(0.5 * nu) - HALF_LOG_TAU - np.log(sigma)
    return len(x) * constant - 0.5 * (nu + 1) * logs


def half_step(a: Any) -> Any:
    """``ln Gamma(a + 1/2) - ln Gamma(a) - ln(a) / 2``, by its series where ``a`` is large.

    There the two logarithms have no digit of their difference left (Tricomi and Erdélyi 1951).
    """
    if a < 50:
        return scipy.special.gammaln(a + 0.5) - scipy.special.gammaln(a + 1) + 0.5 * np.log(a)
    square = 1 / a / a
    series = 1 / 192 + square * (-1 / 640 + square * (17 / 14_336))
    return (-1 / 8 + square * series) / a


MODELS: dict[str, Callable[..., Any]] = {
    "gaussian": gaussian,
    "garch11": garch11,
    "ornstein_uhlenbeck": ornstein_uhlenbeck,
    "student_t": student_t,
}


def log_likelihoods(name: str, points: Floats, data: Floats, time_step: float) -> Floats:
    """The log-likelihood of that name at every row of ``points``.

    What overflows is infinite and what has no value NaN, without a word: the caller counts them.
    """
    more = {"time_step": time_step} if name == "ornstein_uhlenbeck" else {}
    with np.errstate(all="ignore"):
        return np.array([MODELS[name](data, *p, **more) for p in points], dtype=np.float64)
