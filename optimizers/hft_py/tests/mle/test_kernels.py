"""Both kernel sets make the same generations."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.mle import baseline
from hft_py.mle.baseline.bounds import RULES

D = 6
POPULATION = np.random.default_rng(0).uniform(-2, 2, (24, D))
rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed").mle


def rosenbrock(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    x = points.T
    return np.asarray((100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(axis=0))


def evolution(strategy: str, boundary: str, **changes: Any) -> tuple[Any, Any]:
    """A search in either kernel set."""
    arguments = {
        "strategy": strategy,
        "mutation": (0.5, 1.0),
        "crossover": 0.7,
        "population": POPULATION,
        "lower": np.full(D, -2.0),
        "upper": np.full(D, 2.0),
        "integral": np.zeros(D, dtype=bool),
        "boundary": boundary,
        "seed": 3,
        "stream": 2,
        "max_iterations": 40,
        "max_evaluations": 10**6,
        "target": -1.0,
        "tolerance": 0.0,
        "absolute_tolerance": 0.0,
    }
    arguments |= changes
    return baseline.DifferentialEvolution(**arguments), rust.DifferentialEvolution(**arguments)


def cma(**changes: Any) -> tuple[Any, Any]:
    """A search in either kernel set."""
    arguments: dict[str, Any] = {
        "mean": np.full(D, 1.5),
        "sigma": 0.3,
        "lower": np.full(D, -2.0),
        "upper": np.full(D, 2.0),
        "offset": np.full(D, -2.0),
        "scale": np.full(D, 4.0),
        "population_size": 9,
        "active": True,
        "separable": False,
        "boundary": "resample",
        "seed": 4,
        "stream": 0,
        "max_iterations": 10**6,
        "max_evaluations": 10**6,
        "target": -1.0,
        "tolerance": 1e-12,
        "parameter_tolerance": 1e-12,
    }
    arguments |= changes
    return baseline.CMAES(**arguments), rust.CMAES(**arguments)


def generations(python: Any, compiled: Any, count: int, tolerance: float) -> None:
    """Both make the same generations from the same values."""
    for generation in range(count):
        ours, theirs = python.ask(), compiled.ask()
        np.testing.assert_allclose(theirs, ours, rtol=0, atol=tolerance, err_msg=str(generation))
        values = rosenbrock(ours)
        python.tell(ours, values)
        compiled.tell(theirs, values)
        assert python.stop_reason == compiled.stop_reason
        if python.stop_reason is not None:
            break


@pytest.mark.parametrize(
    ("strategy", "boundary"),
    [*((s, RULES[0]) for s in baseline.STRATEGIES), *(("lshade", rule) for rule in RULES[1:])],
)
def test_differential_evolution_agrees_in_every_bit(strategy: str, boundary: str) -> None:
    python, compiled = evolution(strategy, boundary)
    generations(python, compiled, 40, 0.0)
    for name, column in python.history().items():
        np.testing.assert_array_equal(compiled.history()[name], column, err_msg=name)


@pytest.mark.parametrize("strategy", ["rand1bin", "lshade"])
def test_whole_numbers_and_violations_agree(strategy: str) -> None:
    integral = np.arange(D) % 2 == 0
    population = np.where(integral, np.round(POPULATION), POPULATION)
    python, compiled = evolution(strategy, "reflect", integral=integral, population=population)
    while python.stop_reason is None:
        ours, theirs = python.ask(), compiled.ask()
        np.testing.assert_array_equal(theirs, ours)
        assert (ours[:, ::2] == np.round(ours[:, ::2])).all()
        violations = np.maximum(ours.sum(axis=1) - 1.0, 0.0)
        values = np.where(violations > 0, np.nan, rosenbrock(ours))
        python.tell(ours, values, violations)
        compiled.tell(theirs, values, violations)
        assert compiled.best[1:] == python.best[1:]
    assert compiled.stop_reason == python.stop_reason
    assert python.best[2] == 0.0
    assert python.n_invalid == compiled.n_invalid == 0


@pytest.mark.parametrize(
    ("active", "separable", "boundary"),
    [
        *((True, False, boundary) for boundary in ("fold", "reflect", "resample", "clip")),
        (False, False, "resample"),
        (True, True, "resample"),
        (False, True, "fold"),
    ],
)
def test_cma_agrees_generation_for_generation(active: bool, separable: bool, boundary: str) -> None:
    python, compiled = cma(active=active, separable=separable, boundary=boundary)
    generations(python, compiled, 80, 1e-9)
    for name in ("sigma", "axis_ratio", "mean"):
        np.testing.assert_allclose(
            compiled.history()[name], python.history()[name], rtol=1e-7, err_msg=name
        )


def test_cma_learns_from_the_point_it_is_told() -> None:
    python, compiled = cma()
    for _ in range(60):
        ours, theirs = np.round(python.ask(), 1), np.round(compiled.ask(), 1)
        np.testing.assert_allclose(theirs, ours, atol=1e-9)
        python.tell(ours, rosenbrock(ours))
        compiled.tell(theirs, rosenbrock(theirs))


@pytest.mark.parametrize("size", [2, 3, 10, 64])
@pytest.mark.parametrize("n", [1, 2, 30])
@pytest.mark.parametrize("separable", [False, True])
def test_constants_agree_and_keep_the_covariance_positive(
    n: int, size: int, separable: bool
) -> None:
    python = baseline.cma_constants(n, size, True, separable, 2023)
    compiled = rust.cma_constants(n, size, True, separable, 2023)
    for name in ("mu", "mu_eff", "c_sigma", "d_sigma", "c_c", "c_1", "c_mu", "chi"):
        assert getattr(compiled, name) == pytest.approx(getattr(python, name), rel=1e-14), name
    np.testing.assert_allclose(compiled.weights, python.weights, rtol=1e-13, atol=1e-16)
    assert python.weights[: python.mu].sum() == pytest.approx(1.0)
    assert (python.weights[python.mu :] <= 0).all()
    assert python.c_1 + python.c_mu <= 1.0
