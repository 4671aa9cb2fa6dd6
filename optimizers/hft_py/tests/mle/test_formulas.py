"""Formulas of the literature, and what becomes of points outside the box."""

from __future__ import annotations

import numpy as np
import pytest

from hft_py import backend as backends
from hft_py.mle.kernels.bounds import reflected, repaired, whole
from hft_py.mle.kernels.classic import donor
from hft_py.mle.kernels.evolution import distinct

D = 6


def test_cma_constants_for_ten_dimensions(backend: str) -> None:
    found = backends.kernels("mle", backend).cma_constants(10, 10)
    expected = {
        "mu": 5,
        "mu_eff": 3.1672993,
        "c_1": 0.01528382,
        "c_mu": 0.02015428,
        "c_sigma": 0.28442859,
        "d_sigma": 1.28442859,
        "c_c": 0.29499038,
        "chi": 3.08472657,
    }
    for name, value in expected.items():
        assert getattr(found, name) == pytest.approx(value, abs=5e-8), name


def test_donors_of_the_literature() -> None:
    population = [np.array([0.1 * k]) for k in range(1, 8)]
    best, others = population[0], population[2:7]
    expected = {
        "best1bin": (2, 0.05),
        "rand1bin": (3, 0.25),
        "best2bin": (4, -0.1),
        "rand2bin": (5, 0.1),
        "rand_to_best1": (3, 0.15),
    }
    for strategy, (count, value) in expected.items():
        found = donor(strategy, 0.5, population[1], best, others[:count])
        assert found[0] == pytest.approx(value, abs=1e-15), strategy


def test_distinct_indices_are_distinct_and_evenly_spread() -> None:
    rng = np.random.default_rng(1)
    counts = np.zeros((3, 6))
    for row in rng.uniform(size=(6_000, 3)):
        chosen = distinct(row.tolist(), 6, [2])
        assert len({*chosen, 2}) == 4
        for place, index in enumerate(chosen):
            counts[place, index] += 1
    assert (counts[:, 2] == 0).all()
    spread = np.delete(counts, 2, axis=1) - 1_200
    # Three tests of chi squared with 4 degrees of freedom: 23.5 is the 1e-4 quantile.
    assert ((spread**2 / 1_200).sum(axis=1) < 23.5).all()


def test_reflection() -> None:
    assert reflected(1.25, -1.0, 1.0) == 0.75
    assert reflected(-1.25, -1.0, 1.0) == -0.75
    assert reflected(5.0, -1.0, 1.0) == 1.0
    assert reflected(-1.0, 0.0, np.inf) == 1.0
    assert reflected(3.0, -np.inf, 2.0) == 1.0
    for value in (1e300, -1e300, np.inf, np.nan):
        assert -1.0 <= reflected(value, -1.0, 1.0) <= 1.0
    assert repaired("midpoint", 7.0, 0.0, 1.0, 0.5, 0.3) == 0.75
    assert repaired("resample", 7.0, 0.0, 1.0, 0.5, 0.3) == 0.3
    assert repaired("clip", 7.0, 0.0, 1.0, 0.5, 0.3) == 1.0
    assert whole(2.6, 0.5, 2.9) == 2.0


@pytest.mark.parametrize("boundary", ["resample", "reflect", "clip"])
def test_the_point_told_is_the_point_evaluated(boundary: str, backend: str) -> None:
    """Nothing outside is evaluated, and the optimum on the bound is found."""
    kernels = backends.kernels("mle", backend)
    search = kernels.CMAES(
        mean=np.zeros(D),
        sigma=0.3,
        lower=np.full(D, -2.0),
        upper=np.full(D, 2.0),
        offset=np.full(D, -2.0),
        scale=np.full(D, 4.0),
        population_size=9,
        active=True,
        separable=False,
        boundary=boundary,
        seed=4,
        stream=0,
        max_iterations=10**6,
        max_evaluations=6_000,
        target=-1.0,
        tolerance=1e-12,
        parameter_tolerance=1e-12,
    )
    while search.stop_reason is None:
        points = search.ask()
        assert (np.abs(points) <= 2.0).all()
        search.tell(points, ((points - 3.0) ** 2).sum(axis=1))
    # Reflection comes near the bound only, as it leaves no point on it.
    assert search.best[1] == pytest.approx(D, abs=1e-3)
