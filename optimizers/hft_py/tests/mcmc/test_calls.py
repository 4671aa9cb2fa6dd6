"""Calls as users of earlier, published forms of the library write them."""

from __future__ import annotations

import logging
import pickle
import warnings
from typing import Any

import numpy as np
import pytest

from hft_py.errors import PoorMixingWarning, SampleShapeWarning
from hft_py.mcmc import (
    MCMCOptimizer,
    ParameterSpace,
    compute_autocorrelation_time,
    compute_effective_sample_size,
    compute_r_hat,
    mcmc_optimize,
)
from hft_py.named import NamedPoint
from hft_py.spaces import Spaces

SPACES = [
    ParameterSpace("entry_z", (1.5, 3.0), proposal_std=0.2),
    ParameterSpace("window", (5, 60), dtype=int),
    ParameterSpace("average", categories=("simple", "exponential", "hull")),
]


def sharpe(params: Any) -> float:
    """Best at an entry of 2, a window of 21 and an exponential average."""
    assert isinstance(params["window"], int)
    kind = {"simple": -1.0, "exponential": 0.0, "hull": -1.5}[params["average"]]
    return float(-20 * (params["entry_z"] - 2) ** 2 - 0.02 * (params["window"] - 21) ** 2 + kind)


def run(optimizer: MCMCOptimizer, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        return optimizer.optimize(n_iterations=4_000, seed=3, **options)


def test_an_objective_of_names() -> None:
    optimizer = MCMCOptimizer(SPACES, sharpe)
    result = run(optimizer)
    best = result.best_params
    assert best["entry_z"] == pytest.approx(2, abs=0.15) and best[0] == best["entry_z"]
    assert (best["window"], best["average"]) == (21, "exponential")
    assert result["acceptance_rate"] == result["acceptance"].mean() == optimizer.acceptance_rate
    assert optimizer.best_params_ == dict(best)
    window = optimizer.get_parameter_distribution("window")
    assert abs(window.mean - 21) < 1 and window.std == pytest.approx(5, rel=0.2)
    kinds = optimizer.get_parameter_distribution("average")
    # exp(-1), 1 and exp(-1.5) over their sum: 0.231, 0.629, 0.140
    expected = {"simple": 0.231, "exponential": 0.629, "hull": 0.140}
    assert kinds.frequencies == pytest.approx(expected, abs=0.06)
    assert np.isnan(kinds.mean) and kinds.quantiles == {}


def test_names_on_request_are_a_dict_and_a_vector_stays_one() -> None:
    seen = []

    def objective(given: Any) -> float:
        seen.append(type(given))
        return sharpe(given) if isinstance(given, dict) else -float(given @ given)

    run(MCMCOptimizer(SPACES, objective, named=True))
    assert set(seen) == {dict}
    seen.clear()
    run(MCMCOptimizer(SPACES, objective))
    assert set(seen) == {np.ndarray}

    def both(params: Any) -> float:
        entry, window, _ = params  # unpacks like a vector, reads like a mapping
        assert (entry, window) == (params["entry_z"], params["window"])
        assert params.keys() == {"entry_z", "window", "average"}
        return -float(params[0] ** 2) + 0 * params.sum()

    run(MCMCOptimizer(SPACES, both))


def test_starts_and_steps_by_name() -> None:
    start = {"entry_z": 2.0, "window": 20, "average": "hull"}
    first = run(MCMCOptimizer(SPACES, sharpe), initial_params=start)
    steps = {"entry_z": 0.2}
    bare = [ParameterSpace("entry_z", (1.5, 3.0)), *SPACES[1:]]
    second = run(MCMCOptimizer(bare, sharpe, proposal_std=steps), initial_params=[2.0, 20, "hull"])
    np.testing.assert_array_equal(first.samples, second.samples)
    again = run(MCMCOptimizer(SPACES, sharpe), initial_params=first.best_params)
    assert again.best_log_prob >= first.best_log_prob
    other = run(MCMCOptimizer(bare, sharpe), initial_params=start)
    assert (first.samples != other.samples).any()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"bounds": (0, 1), "categories": ("a", "b")}, ValueError, "neither bounds nor log"),
        ({"categories": ("a", "a")}, ValueError, "all different"),
        ({"categories": ("a",)}, ValueError, "expected two or more"),
        ({"categories": "ab"}, TypeError, "expected a list"),
        ({}, TypeError, "expected bounds, or categories"),
        ({"bounds": (0, 1), "dtype": "text"}, ValueError, "expected float or int"),
        ({"bounds": (0, 1), "integer": True, "dtype": float}, ValueError, "dtype"),
        ({"bounds": (0, 1), "proposal_std": 0}, ValueError, "proposal_std=0"),
        ({"bounds": (0.5, 1), "dtype": int}, ValueError, "whole numbers"),
    ],
)
def test_spaces_refuse(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ParameterSpace("a", **arguments)


def test_optimisers_refuse() -> None:
    with pytest.raises(TypeError, match="named=True is for a Python callable of one point"):
        MCMCOptimizer(SPACES, "gaussian", named=True)
    with pytest.raises(TypeError, match="named=1"):
        MCMCOptimizer(SPACES, sharpe, named=1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected one of them"):
        MCMCOptimizer(SPACES, sharpe, proposal_std=1.0, initial_scale=1.0)
    with pytest.raises(ValueError, match="names 'exit_z'"):
        MCMCOptimizer(SPACES, sharpe, proposal_std={"exit_z": 1.0})
    with pytest.raises(ValueError, match="average='weighted', expected one of"):
        run(MCMCOptimizer(SPACES, sharpe), initial_params=[2.0, 20, "weighted"])
    with pytest.raises(AttributeError, match="call optimize"):
        MCMCOptimizer(SPACES, sharpe).get_parameter_distribution("window")


def test_a_named_point_is_an_array() -> None:
    point = NamedPoint([2.0, 21.0, 1.0], tuple(s.name for s in SPACES), Spaces(SPACES))
    assert dict(point) == {"entry_z": 2.0, "window": 21, "average": "exponential"}
    assert type(point + 1) is np.ndarray and type(point.sum()) is np.float64
    assert type(point[:2]) is np.ndarray and point[1] == 21.0
    again = pickle.loads(pickle.dumps(point))
    assert dict(again) == dict(point) == dict(point.copy())
    assert point.get("exit_z", 0.5) == 0.5
    with pytest.raises(KeyError, match="'exit_z' is not a parameter: entry_z, window, average"):
        point["exit_z"]


def test_axes_of_draws_are_named() -> None:
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(1_000, 2))
    for measure in (compute_effective_sample_size, compute_r_hat, compute_autocorrelation_time):
        with pytest.warns(SampleShapeWarning, match=r"\(1000, 2\) are read as 1000 chains of 2"):
            measure(draws)
        found = measure(draws, chains=None)
        assert np.shape(found) == (2,)
        np.testing.assert_array_equal(found, measure(draws[None]))
    walkers = rng.normal(size=(500, 8, 3))
    np.testing.assert_array_equal(
        compute_effective_sample_size(walkers, chains=1),
        compute_effective_sample_size(walkers.swapaxes(0, 1)),
    )
    with pytest.warns(SampleShapeWarning):
        compute_effective_sample_size(walkers)
    with pytest.raises(ValueError, match="expected the axis of the chains"):
        compute_effective_sample_size(walkers, chains=None)
    with pytest.raises(ValueError, match="chains=2"):
        compute_effective_sample_size(walkers, chains=2)


def test_which_kernels_answered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")

    def broken(*_: Any, **__: Any) -> Any:
        raise rust.InternalError("on purpose")

    monkeypatch.setenv("HFT_PY_BACKEND", "auto")
    arguments: Any = (lambda x: -float(x @ x), [-5.0], [5.0], [0.5], 200, 100)
    with caplog.at_level(logging.INFO, "hft_py"), warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        assert mcmc_optimize(*arguments, seed=1).backend == "rust"
        monkeypatch.setattr(rust.mcmc, "adaptive_metropolis", broken)
        assert mcmc_optimize(*arguments, seed=1).backend == "python"
    assert "4 chains of 200 iterations (Rust backend)" in caplog.text
    assert "4 chains of 200 iterations (Python fallback)" in caplog.text
