"""Sampler runs: starting points, progress, results, warnings about convergence."""

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
from hft_py.progress import Progress

Run = Callable[..., MCMCResult]
BOX = ([-5.0, -5.0], [5.0, 5.0], [1.0, 1.0])


def gaussian(x: Any) -> float:
    return -0.5 * float(x @ x)


def short(sampler: str, **more: Any) -> dict[str, Any]:
    return {
        "sampler": sampler,
        "n_iterations": 400,
        "burn_in": 100,
        "seed": 1,
        **more,
    }


@pytest.mark.parametrize("value", [-np.inf, np.nan])
def test_an_impossible_start(value: float, sampler: str, quick_run: Run) -> None:
    with pytest.raises(ValueError, match="-inf or NaN at initial_params"):
        quick_run(lambda x: value, *BOX, **short(sampler))
    with pytest.raises(ValueError, match="points drawn between the bounds"):
        quick_run(lambda x: value, *BOX[:2], **short(sampler))


def test_one_point_of_positive_density(quick_run: Run) -> None:
    def isolated(x: Any) -> float:
        return gaussian(x) if np.abs(x - 1.0).max() < 1e-9 else -np.inf

    run = quick_run(isolated, *BOX, **short("adaptive_metropolis"))
    assert np.abs(run.samples - 1.0).max() < 1e-9


def test_a_built_in_likelihood(quick_run: Run) -> None:
    returns = np.random.default_rng(0).normal(0.5, 2.0, 500)
    run = quick_run(
        "gaussian",
        [-5, 0.1],
        [5, 10],
        [0, 1],
        data=returns,
        log_scale=[False, True],
        seed=1,
        n_iterations=5_000,
    )
    mean, deviation = run.samples.mean(axis=(0, 1))
    assert mean == pytest.approx(returns.mean(), abs=0.03)
    assert deviation == pytest.approx(returns.std(), rel=0.03)


def test_progress_may_stop(sampler: str, quick_run: Run) -> None:
    seen: list[Progress] = []
    whole = quick_run(gaussian, *BOX, progress=seen.append, **short(sampler))
    assert whole.stop_reason == "completed"
    assert [p.done for p in seen] == list(range(4, 401, 4))
    run = quick_run(gaussian, *BOX, progress=lambda p: p.done < 200, **short(sampler))
    assert run.n_iterations == 200
    assert run.samples.shape[1] == 100
    early = quick_run(gaussian, *BOX, progress=lambda p: False, **short(sampler))
    assert early.samples.shape[1] == 0
    assert np.isnan(early.r_hat).all()


def test_poor_mixing_is_warned_of() -> None:
    with pytest.warns(PoorMixingWarning, match="chains have not mixed: R-hat"):
        run = mcmc_optimize(
            lambda x: float(np.logaddexp(-50 * (x[0] - 2) ** 2, -50 * (x[0] + 2) ** 2)),
            [-5],
            [5],
            [[-2], [-2], [2], [2]],
            seed=1,
            initial_scale=0.1,
            n_iterations=2_000,
        )
    assert len(run.warnings) == 2
    assert run.r_hat[0] > 1.5


def test_a_parameter_that_never_moves_is_warned_of() -> None:
    with pytest.warns(PoorMixingWarning, match="never moved: x1"):
        mcmc_optimize(
            lambda x: gaussian(x[:1]),
            [-5, 0],
            [5, 10],
            np.tile([0.0, 5.0], (4, 1)),
            seed=1,
            integrality=[False, True],
            initial_scale=[1.0, 1e-12],
            adaptation="haario",
            n_iterations=2_000,
            burn_in=0,
        )


def test_a_run_that_mixes_has_no_warnings() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = mcmc_optimize(gaussian, *BOX, seed=1)
    assert run.warnings == ()


def test_results_and_frames(quick_run: Run) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    run = quick_run(gaussian, *BOX, param_names=["a", "b"], n_chains=3, thin=2,
                    **short("de_mc"))  # fmt: skip
    assert run.samples.shape == (3, 150, 2)
    assert run.log_probs.shape == (3, 150)
    assert run.acceptance.shape == (3,)
    np.testing.assert_allclose(
        run.log_probs, -0.5 * (run.samples**2).sum(axis=2), rtol=1e-12, atol=1e-15
    )
    frame = run.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["a", "b", "log_prob"]
    assert frame.index.names == ["chain", "draw"]
    assert frame.loc[(2, 149), "b"] == run.samples[2, 149, 1]
    table = run.summary()
    assert list(table.index) == ["a", "b"]
    assert table.loc["a", "mean"] == pytest.approx(run.samples[:, :, 0].mean())
    assert repr(run).startswith("MCMCResult(best_params=[")


def test_to_arviz(quick_run: Run) -> None:
    arviz = pytest.importorskip("arviz", reason="arviz is not installed")
    run = quick_run(gaussian, *BOX, param_names=["a", "b"], **short("de_mc"))
    data = run.to_arviz()
    np.testing.assert_array_equal(data.posterior["b"].values, run.samples[:, :, 1])
    np.testing.assert_array_equal(data.sample_stats["lp"].values, run.log_probs)
    assert float(arviz.rhat(data)["a"]) == pytest.approx(run.r_hat[0], rel=1e-8)


def spike(points: Any) -> Any:
    """A mode a millionth of the box wide: eight levels do not reach from it to the whole box."""
    return -0.5 * (((points - 0.3) / 1e-6) ** 2).sum(axis=1)


def test_levels_that_do_not_exchange_states() -> None:
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


def test_the_default_of_four_chains_grows_for_an_ensemble(quick_run: Run) -> None:
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
    with pytest.raises(TypeError, match="bounds_lower is given by param_spaces"):
        optimizer.optimize(bounds_lower=[0.0])
