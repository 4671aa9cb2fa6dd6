"""Formulas of the literature, and what becomes of points outside the box."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from hft_py import backend as backends
from hft_py.mle import cma_es_optimize
from hft_py.mle._cma_plan import BOUNDARIES
from hft_py.mle.baseline.bounds import folded, reflected, repaired, unfolded, whole
from hft_py.mle.baseline.classic import donor
from hft_py.mle.baseline.evolution import distinct

D = 6


def test_cma_constants_for_ten_dimensions(kernel_set: str) -> None:
    found = backends.kernels("mle", kernel_set).cma_constants(10, 10)
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


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_nothing_outside_is_evaluated(boundary: str, kernel_set: str) -> None:
    seen = []

    def cost(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        seen.append(points)
        return np.asarray(((points - 3.0) ** 2).sum(axis=1))

    found = cma_es_optimize(
        cost,
        [-2] * 4,
        [2] * 4,
        boundary=boundary,
        seed=4,
        max_evaluations=300,
        vectorized=True,
        backend=kernel_set,
    )
    points = np.concatenate(seen)
    assert len(points) == found.nfev
    assert (np.abs(points) <= 2.0).all()
    assert (points == found.x).all(axis=1).any()
    assert found.fun == cost(found.x[None])[0]


@pytest.mark.parametrize("boundary", ["fold", "reflect"])
def test_the_optimum_in_a_corner_is_found(boundary: str, kernel_set: str) -> None:
    found = cma_es_optimize(
        lambda points: ((points - 3.0) ** 2).sum(axis=1),
        [-2] * D,
        [2] * D,
        boundary=boundary,
        seed=4,
        vectorized=True,
        backend=kernel_set,
    )
    assert found.fun == pytest.approx(D, abs=1e-9)
    assert found.nfev < 4_000


def test_one_infinite_bound() -> None:
    found = cma_es_optimize(
        lambda x: (x[0] + 1.0) ** 2 + (x[1] - 2.0) ** 2, [0, -np.inf], [np.inf] * 2, [3, 0], seed=1
    )
    np.testing.assert_allclose(found.x, [0.0, 2.0], atol=1e-4)


@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (0.0, np.inf), (-np.inf, 2.0), (-np.inf, np.inf)])
def test_a_fold_is_undone(bounds: tuple[float, float]) -> None:
    for x in np.linspace(-3, 3, 61):
        if bounds[0] <= x <= bounds[1]:
            again = folded(unfolded(float(x), *bounds, 0.1), *bounds, 0.1)
            assert again == pytest.approx(x, abs=1e-14)
        assert bounds[0] <= folded(float(x), *bounds, 0.1) <= bounds[1]
