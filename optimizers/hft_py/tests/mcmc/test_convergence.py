"""Doubts about a run are told: mixing, ladders, evidence; and nothing where there are none."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCOptimizer, MCMCResult, ParameterSpace, mcmc_optimize
from hft_py.mcmc.convergence import evidence_error, mean_evidence

Run = Callable[..., MCMCResult]


def spike(points: Any) -> Any:
    """A mode a millionth of the box wide: eight levels do not reach from it to the whole box."""
    return -0.5 * (((points - 0.3) / 1e-6) ** 2).sum(axis=1)


def test_a_ladder_that_is_parted() -> None:
    with pytest.warns(PoorMixingWarning, match="the levels do not mix.* a pair rejects 100.0%"):
        run = mcmc_optimize(
            spike,
            [0.0] * 3,
            [1.0] * 3,
            sampler="parallel_tempering",
            n_iterations=2_000,
            seed=1,
            vectorized=True,
        )
    exact = 3 * math.log(1e-6 * math.sqrt(2 * math.pi))
    assert abs(run.log_evidence - exact) > 100, "it is wrong"
    assert run.log_evidence_error > 10, "and says so"


@pytest.mark.parametrize("width", [1.0, 1e-2])
def test_a_ladder_that_holds(width: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = mcmc_optimize(
            lambda points: -0.5 * ((points / width) ** 2).sum(axis=1),
            [-5.0],
            [5.0],
            sampler="parallel_tempering",
            n_iterations=4_000,
            seed=1,
            vectorized=True,
        )
    assert run.warnings == ()
    assert 0 < run.log_evidence_error < 0.1
    exact = math.log(width * math.sqrt(2 * math.pi))
    assert abs(run.log_evidence - exact) < 5 * run.log_evidence_error


def test_the_error_of_an_evidence() -> None:
    close = np.log([1.0, 1.1, 0.9, 1.0])
    expected = np.std([1.0, 1.1, 0.9, 1.0], ddof=1) / 2.0
    assert evidence_error(close) == pytest.approx(expected, rel=1e-12)
    assert mean_evidence(close) == pytest.approx(0.0, abs=1e-12)
    apart = np.array([-5_000.0, 0.0, -20_000.0, -1.0])
    assert evidence_error(apart) == pytest.approx(apart.std(ddof=1) / 2.0)
    assert evidence_error(np.array([0.0, -np.inf])) == np.inf
    assert np.isnan(evidence_error(np.array([0.0])))


@pytest.mark.parametrize("sampler", ["adaptive_metropolis", "parallel_tempering"])
def test_one_start_a_chain(sampler: str, quick_run: Run) -> None:
    starts = np.array([[1.0, 1.0], [-1.0, 2.0], [0.0, 0.0], [2.0, -2.0]])
    run = quick_run(
        lambda x: -0.5 * float(x @ x),
        [-5, -5],
        [5, 5],
        starts,
        n_iterations=2,
        burn_in=0,
        sampler=sampler,
        initial_scale=1e-9,
        seed=1,
    )
    if sampler == "adaptive_metropolis":
        np.testing.assert_allclose(run.samples[:, 0], starts, atol=1e-6)
    assert run.samples.shape == (4, 2, 2)


def test_names_of_a_built_in(quick_run: Run) -> None:
    returns = np.random.default_rng(0).normal(size=100)
    box = ([-5, 0.1], [5, 10], [0, 1])
    options = {"data": returns, "n_iterations": 50, "burn_in": 10}
    assert quick_run("gaussian", *box, **options).param_names == ("mu", "sigma")
    named = quick_run("gaussian", *box, **options, param_names=["a", "b"])
    assert named.param_names == ("a", "b")
    plain = quick_run(lambda x: 0.0, [0, 0], [1, 1], n_iterations=50, burn_in=10)
    assert plain.param_names == ("x0", "x1")


def test_four_chains_are_as_many_walkers_as_it_takes(quick_run: Run) -> None:
    options: dict[str, Any] = {"n_iterations": 20, "burn_in": 5}
    for dimension, expected in ((1, 4), (2, 4), (3, 8), (5, 12)):
        run = quick_run(
            lambda x: 0.0, [0.0] * dimension, [1.0] * dimension, sampler="ensemble", **options
        )
        assert run.samples.shape[0] == expected


def test_warnings_point_at_the_caller() -> None:
    spaces = [ParameterSpace("a", (0.0, 1.0))]
    optimizer = MCMCOptimizer(spaces, lambda x: 0.0, n_iterations=50, burn_in=10, seed=1)
    with pytest.warns(PoorMixingWarning) as caught:
        optimizer.optimize()
    assert caught[0].filename == __file__
    with pytest.raises(TypeError, match="bounds_lower is told by param_spaces"):
        optimizer.optimize(bounds_lower=[0.0])
