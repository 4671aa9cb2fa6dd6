"""Every published price, by every backend that can run here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import (
    curran_lower_bound,
    geometric,
    levy,
    price,
    turnbull_wakeman,
)
from gpu_monte_carlo.backends import unavailable_reason
from gpu_monte_carlo.study import references

HERE = [name for name in ("numpy", "rust", "cupy", "cuda") if not unavailable_reason(name)]
# Discrete, S = 100, r = 0.05, q = 0, T = 1, n = 252, average over t_1 … t_252.
DISCRETE = [
    (r.option.volatility, r.option.strike, r.price)
    for r in references.DISCRETE
    if not r.option.includes_spot
]
WITH_SPOT = next(r.price for r in references.DISCRETE if r.option.includes_spot)
ROUNDING = references.DISCRETE[0].rounding


@pytest.mark.parametrize(
    ("backend", "volatility", "strike", "expected"),
    [  # every one by the compiled twin where it is there, NumPy at the money
        (backend, *reference)
        for backend in HERE
        for reference in (DISCRETE[1::3] if backend == "numpy" else DISCRETE)
    ],
)
def test_discrete(
    option: Any, backend: str, volatility: float, strike: float, expected: float
) -> None:
    """Four seeds together: they share no number, so their scores add up to a normal one."""
    one = option(volatility=volatility, strike=strike)
    found = [price(one, paths=32_768, seed=seed, backend=backend) for seed in range(4)]
    mean = np.mean([f.price for f in found])
    error = np.sqrt(np.mean([f.standard_error**2 for f in found]) / 4)
    assert abs(mean - expected) <= 4 * error + ROUNDING
    assert error < 2e-3


def test_today_in_the_average(option: Any, backend: str) -> None:
    found = price(option(includes_spot=True), paths=32_768, seed=12, backend=backend)
    assert abs(found.price - WITH_SPOT) <= 4 * found.standard_error + ROUNDING


def test_geometric_closed_form_is_exact(option: Any) -> None:
    exact = geometric(option(rate=0.06, dividend=0.03, observations=10))
    assert exact == pytest.approx(5.3425606635, abs=5e-11)


@pytest.mark.parametrize("reference", references.CONTINUOUS, ids=lambda r: f"{r.price:g}")
def test_continuous(reference: references.Reference) -> None:
    """Discrete averages tend to the continuous one as 1/n: extrapolated, they meet it."""
    terms, expected = reference.option, reference.price
    many = {n: curran_lower_bound(replace(terms, observations=n)) for n in (500, 1000, 2000)}
    limit = 2 * many[2000] - many[1000]
    assert 0 <= expected - limit < 1e-3 * terms.spot * terms.volatility**2
    assert abs(many[2000] - expected) < abs(many[1000] - expected) < abs(many[500] - expected)
    found = price(replace(terms, observations=500), paths=2**16, seed=5)
    # What the bound lacks does not depend on n to this accuracy.
    simulated = found.price + (limit - many[500])
    assert abs(simulated - expected) <= 4 * found.standard_error + 1e-3 * (limit - many[500])


def test_approximations_are_near(option: Any) -> None:
    for volatility, strike, expected in DISCRETE:
        one = option(volatility=volatility, strike=strike)
        assert abs(levy(one) - expected) < 0.1
        assert abs(turnbull_wakeman(one) - expected) < (0.01 if volatility == 0.2 else 0.1)
        assert 0 <= expected - curran_lower_bound(one) < 2e-3


def test_float32_bias_is_bounded(option: Any, backend: str) -> None:
    for volatility, strike, expected in DISCRETE[:: 3 if backend == "numpy" else 1]:
        one = option(volatility=volatility, strike=strike)
        found = price(one, paths=32_768, seed=13, backend=backend, precision="float32")
        if backend == "rust":  # the same paths in both precisions: what is left is rounding
            twin = price(one, paths=32_768, seed=13, backend=backend)
            assert abs(found.price - twin.price) < 1e-6 * one.spot
        assert abs(found.price - expected) <= 4 * found.standard_error + 1e-5 * one.spot


def test_sobol_meets_the_references(option: Any) -> None:
    found = price(option(strike=110), paths=2**12, seed=2, sampling="sobol")
    assert abs(found.price - 2.003958) <= 5 * found.standard_error + ROUNDING
    how: dict[str, Any] = {"paths": 2**14, "seed": 2, "variance_reduction": ()}
    monthly = option(observations=12)
    plain, quasi = price(monthly, **how), price(monthly, sampling="sobol", **how)
    assert quasi.standard_error < plain.standard_error / 4


def test_errors_are_those_over_seeds(option: Any, backend: str) -> None:
    """The spread of prices over seeds is the standard error they report."""
    one = option(observations=4)
    found = [price(one, paths=1, seed=seed, backend=backend) for seed in range(150)]
    spread = np.std([f.price for f in found], ddof=1)
    reported = np.sqrt(np.mean([f.standard_error**2 for f in found]))
    assert abs(spread / reported - 1) <= 4 / np.sqrt(2 * 150)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("seeds", "settings"),
    [
        *((200, {"paths": 1, "backend": name}) for name in HERE),
        (100, {"paths": 2**11, "sampling": "sobol"}),
    ],
    ids=[*HERE, "sobol"],
)
def test_coverage_of_the_interval(option: Any, seeds: int, settings: dict[str, Any]) -> None:
    """The 95 % interval contains the price for about 95 of 100 seeds."""
    one = option(observations=4, strike=105.0)
    exact = price(one, paths=2**23, seed=10**9).price
    inside = 0
    for seed in range(seeds):
        found = price(one, seed=seed, variance_reduction=("control",), **settings)
        low, high = found.confidence_interval
        inside += low <= exact <= high
    # Four standard deviations of a binomial.
    assert abs(inside / seeds - 0.95) <= 4 * np.sqrt(0.95 * 0.05 / seeds)
