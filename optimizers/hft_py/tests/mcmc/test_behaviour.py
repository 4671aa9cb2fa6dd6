"""What a run does beside drawing: kinds of objective, trouble, progress, results, warnings."""

from __future__ import annotations

import ctypes
import itertools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import backend
from hft_py.errors import InvalidValuesWarning, ObjectiveError, PoorMixingWarning
from hft_py.mcmc import MCMCResult, mcmc_optimize
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


def test_what_the_objective_raises_arrives(sampler: str, quick_run: Run) -> None:
    class BrokenError(Exception):
        pass

    calls = []

    def broken(x: Any) -> float:
        calls.append(x)
        if len(calls) > 150:
            raise BrokenError("no more")
        return gaussian(x)

    with pytest.raises(BrokenError, match="no more") as caught:
        quick_run(broken, *BOX, **short(sampler))
    assert caught.traceback[-1].name == "broken"
    assert len(calls) == 151, "it stopped at once"


@pytest.mark.parametrize(
    ("returned", "error"),
    [("a", TypeError), (None, TypeError), ([1.0, 2.0], (TypeError, ValueError)), (1j, TypeError)],
)
def test_what_is_no_number(
    returned: Any, error: type[Exception], sampler: str, quick_run: Run
) -> None:
    with pytest.raises(error):
        quick_run(lambda x: returned, *BOX, **short(sampler))


def test_a_batch_of_the_wrong_shape(sampler: str, quick_run: Run) -> None:
    for wrong in (lambda p: p, lambda p: p[:-1, 0], lambda p: 1.0):
        with pytest.raises((ValueError, TypeError)):
            quick_run(wrong, *BOX, vectorized=True, **short(sampler))


def test_nan_is_no_density(sampler: str, quick_run: Run) -> None:
    def holed(x: Any) -> float:
        return float("nan") if x[0] < 0 else gaussian(x)

    with pytest.warns(InvalidValuesWarning, match="the objective was NaN at"):
        run = quick_run(holed, *BOX, **short(sampler))
    assert run.n_invalid > 10
    assert run.samples[:, :, 0].min() >= 0
    assert any("NaN" in text for text in run.warnings)
    assert np.isfinite(run.log_probs).all()


def test_minus_infinity_is_no_news(sampler: str, quick_run: Run) -> None:
    def walled(x: Any) -> float:
        return -np.inf if x[0] < 0 else gaussian(x)

    run = quick_run(walled, *BOX, **short(sampler))
    assert run.n_invalid == 0
    assert run.samples[:, :, 0].min() >= 0


def test_plus_infinity_is_refused(sampler: str, quick_run: Run) -> None:
    def spiked(x: Any) -> float:
        return np.inf if x[0] < 0.5 else gaussian(x)

    with pytest.raises(ObjectiveError, match=r"the objective is inf at \[.*expected less than"):
        quick_run(spiked, *BOX, **short(sampler))


@pytest.mark.parametrize("value", [-np.inf, np.nan])
def test_an_impossible_start(value: float, sampler: str, quick_run: Run) -> None:
    with pytest.raises(ValueError, match="-inf or NaN at initial_params"):
        quick_run(lambda x: value, *BOX, **short(sampler))
    with pytest.raises(ValueError, match="points drawn between the bounds"):
        quick_run(lambda x: value, *BOX[:2], **short(sampler))


def test_a_desert_with_one_oasis(quick_run: Run) -> None:
    def oasis(x: Any) -> float:
        return gaussian(x) if np.abs(x - 1.0).max() < 1e-9 else -np.inf

    run = quick_run(oasis, *BOX, **short("adaptive_metropolis"))
    assert np.abs(run.samples - 1.0).max() < 1e-9


CONTRACT = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_int64,
    ctypes.POINTER(ctypes.c_double),
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_void_p,
)


@pytest.mark.parametrize("threads", [1, 2])
def test_fatal_and_recoverable_codes(threads: int, sampler: str, quick_run: Run) -> None:
    def outside(wall: float, code: int) -> Any:
        def coded(n: int, x: Any, value: Any, data: Any) -> int:
            value[0] = -0.5 * (x[0] * x[0] + x[1] * x[1])
            return code if x[0] < wall else 0

        return CONTRACT(coded)

    options = short(sampler, threads=threads)
    with pytest.warns(InvalidValuesWarning):
        run = quick_run(outside(-1.0, 1), *BOX, **options)
    assert run.samples[:, :, 0].min() >= -1.0
    with pytest.raises(ObjectiveError, match="fatal code -7"):
        quick_run(outside(-0.2, -7), *BOX, **options)


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


def test_interrupted(sampler: str, quick_run: Run) -> None:
    calls = []

    def interrupted(x: Any) -> float:
        calls.append(1)
        if len(calls) == 200:
            raise KeyboardInterrupt
        return gaussian(x)

    with pytest.raises(KeyboardInterrupt):
        quick_run(interrupted, *BOX, **short(sampler))


def test_progress(sampler: str, quick_run: Run) -> None:
    seen: list[Progress] = []
    run = quick_run(gaussian, *BOX, progress=seen.append, **short(sampler))
    assert run.stop_reason == "completed"
    assert [p.done for p in seen] == list(range(4, 401, 4))
    assert {p.total for p in seen} == {400}
    assert all(a.best <= b.best for a, b in itertools.pairwise(seen))
    assert seen[-1].best == run.best_log_prob


def test_progress_may_stop(sampler: str, quick_run: Run) -> None:
    run = quick_run(gaussian, *BOX, progress=lambda p: p.done < 200, **short(sampler))
    whole = quick_run(gaussian, *BOX, **short(sampler))
    assert run.stop_reason == "stopped_by_callback"
    assert run.n_iterations == 200
    assert run.samples.shape[1] == 100
    np.testing.assert_array_equal(run.samples, whole.samples[:, :100])
    early = quick_run(gaussian, *BOX, progress=lambda p: False, **short(sampler))
    assert early.samples.shape[1] == 0
    assert np.isnan(early.r_hat).all()
    with pytest.raises(ZeroDivisionError):
        quick_run(gaussian, *BOX, progress=lambda p: 1 / 0, **short(sampler))


def test_poor_mixing_is_told() -> None:
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


def test_a_parameter_that_never_moves_is_told() -> None:
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


def test_no_news_is_good_news() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = mcmc_optimize(gaussian, *BOX, seed=1)
    assert run.warnings == ()


def test_the_result_reads_like_a_mapping(quick_run: Run) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    run = quick_run(gaussian, *BOX, param_names=["a", "b"], n_chains=3, thin=2,
                    **short("de_mc"))  # fmt: skip
    assert run["best_params"] is run.best_params
    assert "r_hat" in set(run.keys())
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


def test_the_active_backend_is_told(quick_run: Run) -> None:
    run = quick_run(gaussian, *BOX, n_iterations=20, burn_in=2, seed=1)
    assert run.backend == backend.active_backend()
