"""`MCMCOptimizer`: parameters by name."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCOptimizer, ParameterSpace


def spaces() -> list[ParameterSpace]:
    return [
        ParameterSpace("entry_z", (1.5, 3.0)),
        ParameterSpace("window", (5, 60), integer=True),
        ParameterSpace("cost", (1e-5, 1e-2), log=True),
    ]


def density(x: Any) -> float:
    entry, window, cost = x
    assert window == int(window)
    return float(-20 * (entry - 2) ** 2 - 0.02 * (window - 21) ** 2 - 2 * (np.log(cost) + 7) ** 2)


def test_optimize(sampler: str) -> None:
    optimizer = MCMCOptimizer(spaces(), density, seed=3, sampler=sampler)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        run = optimizer.optimize(n_iterations=3_000)
    assert run is optimizer.result_
    assert run.param_names == ("entry_z", "window", "cost")
    best = optimizer.best_params_
    assert best["window"] == 21
    assert isinstance(best["window"], int)
    assert best["entry_z"] == pytest.approx(2, abs=0.15)
    assert 0 < optimizer.acceptance_rate < 1
    assert optimizer.acceptance_rate == pytest.approx(run.acceptance.mean())


def test_starts() -> None:
    optimizer = MCMCOptimizer(spaces(), density, seed=3)
    options: dict[str, Any] = {"n_iterations": 20, "burn_in": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        by_name = optimizer.optimize({"cost": 1e-3, "window": 20, "entry_z": 2.0}, **options)
        in_order = optimizer.optimize([2.0, 20, 1e-3], **options)
    assert by_name == in_order


def test_refusals() -> None:
    with pytest.raises(ValueError, match="unknown 'exit_z'"):
        MCMCOptimizer(spaces(), density).optimize({"exit_z": 1})
    with pytest.raises(ValueError, match="'window' missing"):
        MCMCOptimizer(spaces(), density).optimize({"entry_z": 2, "cost": 1e-3})
    with pytest.raises(TypeError, match="bounds_lower is given by param_spaces"):
        MCMCOptimizer(spaces(), density, bounds_lower=[0])
    with pytest.raises(AttributeError, match=r"call optimize\(\) first"):
        MCMCOptimizer(spaces(), density).acceptance_rate  # noqa: B018
