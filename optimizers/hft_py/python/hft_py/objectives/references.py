"""The built-in objectives in NumPy: readable, and what the Rust ones are compared with.

Test functions take points of shape ``(n, d)`` and return ``(n,)``; their minimum is 0 unless said.
Sources: Hansen and others, "Real-parameter black-box optimization benchmarking 2010" for the
ellipsoid and the cigar; Jamil and Yang, "A literature survey of benchmark functions", 2013.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.signal import lfilter
from scipy.special import gammaln

from hft_py.objectives.handle import Floats

#: Parameters of the log-likelihoods.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "gaussian": ("mu", "sigma"),
    "garch11": ("mu", "omega", "alpha", "beta"),
    "ornstein_uhlenbeck": ("theta", "mu", "sigma"),
    "student_t": ("mu", "sigma", "nu"),
}


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


def gaussian(x: Floats, mu: float, sigma: float) -> float:
    """Independent normals; NaN unless ``sigma > 0``."""
    if not sigma > 0:
        return math.nan
    squares = float(((x - mu) ** 2).sum())
    return -len(x) * (0.5 * math.log(2 * math.pi) + math.log(sigma)) - 0.5 * squares / sigma**2


def garch11(x: Floats, mu: float, omega: float, alpha: float, beta: float) -> float:
    """Bollerslev 1986: ``h_t = omega + alpha e_(t-1)^2 + beta h_(t-1)``, normal residuals.

    Before the data both the square and the variance are the mean square of the residuals. NaN
    unless ``omega > 0``, ``alpha, beta >= 0`` and ``alpha + beta < 1``.
    """
    if not (omega > 0 and alpha >= 0 and beta >= 0 and alpha + beta < 1):
        return math.nan
    squares = (x - mu) ** 2
    before = squares.mean()
    driven = omega + alpha * np.concatenate([[before], squares[:-1]])
    variance, _ = lfilter([1.0], [1.0, -beta], driven, zi=[beta * before])
    terms = math.log(2 * math.pi) + np.log(variance) + squares / variance
    return -0.5 * float(terms.sum())


def ornstein_uhlenbeck(
    x: Floats, theta: float, mu: float, sigma: float, time_step: float = 1.0
) -> float:
    """``dx = theta (mu - x) dt + sigma dW`` by its exact transition density, given the first value.

    NaN unless ``theta, sigma > 0``.
    """
    if not (theta > 0 and sigma > 0):
        return math.nan
    variance = sigma**2 * -math.expm1(-2 * theta * time_step) / (2 * theta)
    residuals = np.diff(x) - math.expm1(-theta * time_step) * (x[:-1] - mu)
    squares = float((residuals**2).sum())
    return -0.5 * (len(residuals) * math.log(2 * math.pi * variance) + squares / variance)


def student_t(x: Floats, mu: float, sigma: float, nu: float) -> float:
    """Independent Student's t of location ``mu``; NaN unless ``sigma, nu > 0``."""
    if not (sigma > 0 and nu > 0):
        return math.nan
    constant = float(gammaln(0.5 * (nu + 1)) - gammaln(0.5 * nu))
    constant -= 0.5 * math.log(nu * math.pi) + math.log(sigma)
    logs = float(np.log1p(((x - mu) / sigma) ** 2 / nu).sum())
    return len(x) * constant - 0.5 * (nu + 1) * logs


def log_likelihoods(name: str, points: Floats, data: Floats, time_step: float) -> Floats:
    """The log-likelihood of that name at every row of ``points``."""
    if name == "ornstein_uhlenbeck":
        return np.array(
            [ornstein_uhlenbeck(data, p[0], p[1], p[2], time_step) for p in points.tolist()]
        )
    models: dict[str, Callable[..., float]] = {
        "gaussian": gaussian,
        "garch11": garch11,
        "student_t": student_t,
    }
    return np.array([models[name](data, *p) for p in points.tolist()])
