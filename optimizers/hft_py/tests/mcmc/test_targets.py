"""What is drawn is what was asked for: moments, distributions, bounds, modes, evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from hft_py.mcmc import MCMCResult, compute_autocorrelation_time
from hft_py.mcmc.baseline import draws as draws_module
from hft_py.mcmc.baseline.target import Target

Run = Callable[..., MCMCResult]
CHAINS = {"n_chains": 32, "n_iterations": 2_500, "burn_in": 500, "seed": 3, "vectorized": True}
COVARIANCE = np.array([[1.0, 0.9], [0.9, 4.0]])
PRECISION = np.linalg.inv(COVARIANCE)


def distribution_distance(draws: Any, cdf: Callable[[Any], Any]) -> tuple[float, float]:
    """Kolmogorov and Smirnov's distance of ``(chain, draw)``, and its p-value.

    The p-value is of as many independent draws as the effective ones.
    """
    flat = np.sort(np.ravel(draws))
    distance = float(stats.kstest(flat, cdf).statistic)
    worth = flat.size / max(1.0, float(compute_autocorrelation_time(draws, backend="python")))
    return distance, float(stats.kstwobign.sf(distance * np.sqrt(worth)))


def is_a_sample(draws: Any, cdf: Callable[[Any], Any]) -> bool:
    """Whether draws may come from a distribution: what the negative controls must fail."""
    distance, p_value = distribution_distance(draws, cdf)
    return distance < 0.05 and p_value > 1e-4


def gaussian(points: Any) -> Any:
    return -0.5 * np.einsum("mi,ij,mj->m", points, PRECISION, points)


def options(sampler: str) -> dict[str, Any]:
    fewer = {"n_chains": 8} if sampler == "parallel_tempering" else {}
    return {**CHAINS, **fewer, "sampler": sampler}


def control(sampler: str) -> dict[str, Any]:
    """On the Python kernels, a part of which is replaced."""
    shorter = {"n_iterations": 1_000, "burn_in": 250, "n_temperatures": 3}
    return {**options(sampler), **shorter, "backend": "python"}


def test_moments_and_distribution(sampler: str, quick_run: Run) -> None:
    run = quick_run(gaussian, [-20, -20], [20, 20], [1, 1], **options(sampler))
    assert (np.abs(run.samples.mean(axis=(0, 1))) < 5 * run.mcse).all()
    found = np.cov(run.samples.reshape(-1, 2).T)
    np.testing.assert_allclose(found, COVARIANCE, rtol=0.12, atol=0.12)
    for p, deviation in enumerate((1.0, 2.0)):
        assert is_a_sample(run.samples[:, :, p], stats.norm(scale=deviation).cdf)
    assert sampler == "ensemble" or not run.warnings
    assert run.best_log_prob == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("adaptation", ["ram", "haario"])
@pytest.mark.parametrize("initial_scale", [1e-4, 1e3])
def test_adaptation_finds_the_scale(adaptation: str, initial_scale: float, quick_run: Run) -> None:
    run = quick_run(
        gaussian,
        [-np.inf, -np.inf],
        [np.inf, np.inf],
        np.tile([1.0, 1.0], (32, 1)),
        initial_scale=initial_scale,
        adaptation=adaptation,
        **{**options("adaptive_metropolis"), "burn_in": 1_500, "n_iterations": 3_500},
    )
    assert run.acceptance.mean() == pytest.approx(0.234, abs=0.05)
    assert is_a_sample(run.samples[:, :, 0], stats.norm.cdf)


@pytest.mark.parametrize("target_acceptance", [0.15, 0.44, 0.6])
def test_acceptance_is_what_was_asked(target_acceptance: float, quick_run: Run) -> None:
    run = quick_run(
        gaussian,
        [-20, -20],
        [20, 20],
        [1, 1],
        target_acceptance=target_acceptance,
        **options("adaptive_metropolis"),
    )
    assert run.acceptance.mean() == pytest.approx(target_acceptance, abs=0.04)


def test_up_to_the_bound(sampler: str, quick_run: Run) -> None:
    """Densities that are highest at a bound: rejection leaves them as they are."""

    def falling(points: Any) -> Any:
        return -points.sum(axis=1)

    run = quick_run(falling, [0, 0], [3, 3], [1, 1], **options(sampler))
    assert run.samples.min() >= 0
    assert run.samples.max() <= 3
    for p in (0, 1):
        assert is_a_sample(run.samples[:, :, p], stats.truncexpon(3).cdf)


def test_whole_numbers(sampler: str, quick_run: Run) -> None:
    weights = np.array([1.0, 4.0, 2.0, 8.0, 3.0])

    def looked_up(points: Any) -> Any:
        assert (points == np.floor(points)).all()
        return np.log(weights[points[:, 0].astype(int) - 1])

    run = quick_run(
        looked_up,
        [1],
        [5],
        [4],
        integrality=[True],
        **{**options(sampler), "n_iterations": 4_000},
    )
    found = np.bincount(run.samples.ravel().astype(int), minlength=6)[1:] / run.samples.size
    np.testing.assert_allclose(found, weights / weights.sum(), atol=0.015)


def test_detailed_balance(quick_run: Run) -> None:
    """Flows between any two states of a bounded target are equal both ways."""
    weights = np.array([1.0, 4.0, 2.0, 8.0, 3.0, 1.0])
    for sampler in ("adaptive_metropolis", "de_mc"):
        run = quick_run(
            lambda points: np.log(weights[points[:, 0].astype(int)]),
            [0],
            [5],
            [3],
            integrality=[True],
            **{**options(sampler), "n_iterations": 4_000},
        )
        states = run.samples[:, :, 0].astype(int)
        flows = np.zeros((6, 6))
        np.add.at(flows, (states[:, :-1].ravel(), states[:, 1:].ravel()), 1)
        difference = np.abs(flows - flows.T)
        assert (difference <= 4.5 * np.sqrt(flows + flows.T) + 32).all()
        assert (flows > 0).sum() >= 20, "most pairs are connected"


@pytest.mark.parametrize("log", [False, True])
def test_logarithms_change_no_distribution(log: bool, sampler: str, quick_run: Run) -> None:
    def density(points: Any) -> Any:
        return np.log(points[:, 0]) - points[:, 0]  # gamma, shape 2

    run = quick_run(density, [1e-6], [60], [1], log_scale=[log], **options(sampler))
    assert is_a_sample(run.samples[:, :, 0], stats.gamma(2).cdf)


def test_banana(sampler: str, quick_run: Run) -> None:
    def banana(points: Any) -> Any:
        x, y = points.T
        return -0.5 * (x**2 / 4 + (y + 0.5 * (x**2 - 4)) ** 2)

    longer = {"n_iterations": 5_000, "burn_in": 1_000}
    if sampler == "parallel_tempering":  # many replicas, and little correlation
        longer = {"n_iterations": 2_500, "burn_in": 500}

    run = quick_run(
        banana,
        [-30, -60],
        [30, 30],
        [0, 2],
        **{**options(sampler), **longer},
    )
    assert is_a_sample(run.samples[:, :, 0], stats.norm(scale=2).cdf)
    straightened = run.samples[:, :, 1] + 0.5 * (run.samples[:, :, 0] ** 2 - 4)
    assert is_a_sample(straightened, stats.norm.cdf)


def bimodal(points: Any) -> Any:
    """Two narrow modes far apart, of weights 1 to 3."""
    near = -0.5 * ((points + 5) ** 2).sum(axis=1) / 0.25
    far = np.log(3.0) - 0.5 * ((points - 5) ** 2).sum(axis=1) / 0.25
    return np.logaddexp(near, far)


def test_tempering_finds_both_modes(quick_run: Run) -> None:
    run = quick_run(
        bimodal,
        [-10, -10],
        [10, 10],
        [-5, -5],
        sampler="parallel_tempering",
        n_temperatures=10,
        n_chains=8,
        n_iterations=4_000,
        seed=2,
        vectorized=True,
    )
    right = (run.samples[:, :, 0] > 0).mean()
    assert right == pytest.approx(0.75, abs=0.05)
    assert run.round_trips is not None
    assert (run.round_trips > 20).all()
    exact = np.log(4 * 2 * np.pi * 0.25)
    assert run.log_evidence == pytest.approx(exact, abs=0.15)
    stuck = quick_run(
        bimodal, [-10, -10], [10, 10], [-5, -5], n_chains=4, seed=2, vectorized=True,
        initial_scale=0.1,
    )  # fmt: skip
    assert stuck.samples.max() < 0, "the control: a random walk stays in its mode"


@pytest.mark.parametrize(("dimension", "width"), [(1, 1.0), (6, 1.0), (1, 1e-2)])
def test_evidence_of_a_gaussian(dimension: int, width: float, quick_run: Run) -> None:
    run = quick_run(
        lambda points: -0.5 * ((points / width) ** 2).sum(axis=1),
        [-8.0] * dimension,
        [8.0] * dimension,
        [0.5 * width] * dimension,
        **{**options("parallel_tempering"), "n_temperatures": 10},
    )
    assert run.warnings == ()
    exact = dimension * np.log(width * np.sqrt(2 * np.pi))
    assert 0 < run.log_evidence_error < 0.1
    assert abs(run.log_evidence - exact) < 5 * run.log_evidence_error


def test_the_ladder_rejects_alike(quick_run: Run) -> None:
    run = quick_run(gaussian, [-20, -20], [20, 20], [1, 1], **options("parallel_tempering"))
    ladder, rejection = run.inverse_temperatures, run.swap_rejection
    assert ladder is not None
    assert rejection is not None
    assert (ladder[:, 0] == 0).all()
    assert (ladder[:, -1] == 1).all()
    assert (np.diff(ladder, axis=1) > 0).all()
    assert rejection.max() - rejection.min() < 0.2


@pytest.mark.parametrize("scale", [2.0**-26, 1.0, 2.0**26])  # exact in binary
def test_affine_invariance(scale: float, quick_run: Run) -> None:
    """The ensemble moves alike in stretched coordinates."""
    points = np.random.default_rng(0).normal(size=(16, 2))
    stretched = points * [scale, 1.0]
    walls = np.array([scale, 1.0]) * 50
    plain, found = (
        quick_run(
            lambda x, by=by: -0.5 * ((x / by) ** 2).sum(axis=1),
            -50 * by,
            50 * by,
            start,
            sampler="ensemble",
            n_chains=16,
            n_iterations=300,
            burn_in=0,
            seed=1,
            vectorized=True,
        )
        for by, start in ((np.ones(2), points), (walls / 50, stretched))
    )
    np.testing.assert_array_equal(found.samples / [scale, 1.0], plain.samples)


def test_negative_control_acceptance(
    sampler: str, quick_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sampler that accepts whatever it proposes fails the same tests."""
    if sampler == "parallel_tempering":
        pytest.skip("its levels exchange: the next control is for it")
    take = draws_module.Draws.take
    last = {"adaptive_metropolis": None, "de_mc": None, "ensemble": 2}[sampler]

    def eager(self: Any) -> Any:
        drawn = take(self)
        if last is None:
            return drawn * 1e-300 if self.count == 1 else drawn
        return np.concatenate([drawn[:, :last], drawn[:, last:] * 1e-300], axis=1)

    monkeypatch.setattr(draws_module.Draws, "take", eager)
    run = quick_run(gaussian, [-20, -20], [20, 20], [1, 1], **control(sampler))
    assert not is_a_sample(run.samples[:, :, 0], stats.norm.cdf)


def test_negative_control_jacobian(
    sampler: str, quick_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sampler that forgets the change of variables fails the same tests."""
    monkeypatch.setattr(Target, "log_jacobian", lambda self, x: np.zeros(x.shape[:-1]))
    run = quick_run(
        lambda points: np.log(points[:, 0]) - points[:, 0],
        [1e-6],
        [60],
        [1],
        log_scale=[True],
        **control(sampler),
    )
    assert not is_a_sample(run.samples[:, :, 0], stats.gamma(2).cdf)


def test_the_distribution_test_detects_differences() -> None:
    normal = np.random.default_rng(0).normal(size=(8, 4_000))
    assert is_a_sample(normal, stats.norm.cdf)
    assert not is_a_sample(normal * 1.15, stats.norm.cdf)
    assert not is_a_sample(normal + 0.1, stats.norm.cdf)
    assert distribution_distance(normal, stats.norm.cdf)[0] < 0.01
