"""Where chains start: walkers in all directions, and where the density is positive."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.mcmc import mcmc_optimize
from hft_py.mle import differential_evolution_optimize

T = np.linspace(-1.0, 1.0, 8)


def normal(x: Any) -> float:
    return -0.5 * float(x @ x)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (np.stack([T, 2 * T], axis=1), "the walkers lie on a line or plane"),
        (np.stack([T, 2 * T + 0.1], axis=1), "the walkers lie on a line or plane"),
        (np.stack([T, np.full(8, 0.1)], axis=1), "the walkers agree in x1"),
        (np.stack([T, T**2, 3 - T - 2 * T**2], axis=1), "the walkers lie on a line or plane"),
    ],
)
def test_an_ensemble_on_a_line_or_plane_is_refused(start: Any, message: str) -> None:
    d = start.shape[1]
    with pytest.raises(ValueError, match=f"initial_params: {message}.*expected points that differ"):
        mcmc_optimize(normal, [-9] * d, [9] * d, start, 50, 10, n_chains=8, sampler="ensemble")


def test_on_a_line_in_logarithms_only(quick_run: Any) -> None:
    """What counts are the coordinates that the walkers move in."""
    curve = np.stack([np.exp(T), np.exp(2 * T)], axis=1)
    box: Any = (lambda x: 0.0, [0.1] * 2, [9.0] * 2, curve, 50, 10)
    options: Any = {"n_chains": 8, "sampler": "ensemble", "seed": 1}
    quick_run(*box, **options)
    with pytest.raises(ValueError, match="lie on a line"):
        quick_run(*box, log_scale=[True, True], **options)


def test_small_and_distant_starts_are_good_ones(quick_run: Any) -> None:
    """Neither units nor widths matter: a ball of 1e-9, one parameter in units of 1e-12."""
    ball = np.random.default_rng(0).normal(size=(8, 2)) * [1e-9, 1e-21] + [1.0, 3e-12]
    run = quick_run(
        lambda x: normal((x - [1.0, 3e-12]) / [1.0, 1e-12]),
        [-9.0, -1e-11],
        [9.0, 2e-11],
        ball,
        3_000,
        1_000,
        n_chains=8,
        sampler="ensemble",
        seed=1,
    )
    np.testing.assert_allclose(np.std(run.samples, axis=(0, 1)), [1.0, 1e-12], rtol=0.15)


def test_a_start_of_our_own_is_never_on_a_line(quick_run: Any) -> None:
    def at_one_point(x: Any) -> float:
        return 0.0 if (x == 1.0).all() else -np.inf

    def in_a_sliver(x: Any) -> float:
        return 0.0 if abs(x[0] - x[1]) < 1e-6 else -np.inf

    options: Any = {"sampler": "ensemble", "seed": 1}
    with pytest.raises(ValueError, match="agree in x0.*expected one around which"):
        mcmc_optimize(at_one_point, [0.0] * 2, [2.0] * 2, [1.0, 1.0], 50, 10, **options)
    run = quick_run(in_a_sliver, [0.0] * 2, [2.0] * 2, [1.0, 1.0], 2_000, 500, **options)
    assert np.ptp(run.samples[..., 0] - run.samples[..., 1]) > 1e-6
    with pytest.raises(ValueError, match="the first past states agree in x0"):
        mcmc_optimize(
            normal, [0.0], [1e9], [1e8], 50, 10, initial_scale=1e-12, sampler="de_mc", seed=1
        )


@pytest.mark.parametrize("sampler", ["adaptive_metropolis", "de_mc", "parallel_tempering"])
def test_other_samplers_leave_a_line(sampler: str, kernel_set: str, quick_run: Any) -> None:
    run = quick_run(
        normal,
        [-9.0] * 2,
        [9.0] * 2,
        np.stack([T, 2 * T], axis=1),
        3_000,
        1_000,
        n_chains=8,
        sampler=sampler,
        n_temperatures=3,
        seed=1,
        backend=kernel_set,
    )
    covariance = np.cov(run.samples.reshape(-1, 2).T)
    np.testing.assert_allclose(covariance, np.eye(2), atol=0.15)


def test_differential_evolution_needs_individuals_that_differ() -> None:
    init = np.random.default_rng(0).uniform(-5, 5, (20, 2))
    init[:, 1] = 0.0

    def cost(x: Any) -> float:
        return float((x[0] - 1) ** 2 + (x[1] - 2) ** 2)

    with pytest.raises(ValueError, match=r"init\[:, 1\] is 0.0 in every row"):
        differential_evolution_optimize(cost, [-5] * 2, [5] * 2, init=init)
    found = differential_evolution_optimize(
        cost, [-5] * 2, [5] * 2, init=init, x0=[0.0, 1.0], seed=1
    )
    np.testing.assert_allclose(found.x, [1.0, 2.0], atol=1e-3)


def test_chains_that_found_density_seed_the_others(
    sampler: str, kernel_set: str, quick_run: Any
) -> None:
    """Uniform on 4 per cent of the box: one chain in fourteen finds it in no draw of its own."""

    def uniform(x: Any) -> Any:
        return np.where((np.abs(x - [0.3, -0.2]) < 0.2).all(axis=1), 0.0, -np.inf)

    for seed in range(10):
        run = quick_run(
            uniform,
            [-1] * 2,
            [1] * 2,
            n_iterations=3,
            burn_in=0,
            sampler=sampler,
            vectorized=True,
            seed=seed,
            backend=kernel_set,
        )
        assert np.isfinite(run.log_probs).all()


def test_no_density_anywhere_is_refused() -> None:
    with pytest.raises(ValueError, match="at 256 points drawn between the bounds"):
        mcmc_optimize(lambda x: -np.inf, [-1] * 2, [1] * 2, seed=1)
