"""Polishing: within the budget, by the same rules for values, recorded in the history."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.errors import InvalidValuesWarning, ObjectiveError
from hft_py.mle import cma_es_optimize, differential_evolution_optimize

Points = npt.NDArray[np.float64]
LOW, HIGH = [-5.0] * 3, [5.0] * 3
METHODS = pytest.mark.parametrize("polish", [True, "Nelder-Mead"])


def cost(x: Points) -> float:
    return float((x * x).sum())


def polished(objective: Any = cost, **options: Any) -> Any:
    options = {"polish": True, "seed": 1} | options
    return cma_es_optimize(objective, LOW, HIGH, **options)


@METHODS
def test_the_budget_holds_with_polishing(polish: Any, kernel_set: str) -> None:
    calls = 0

    def counted(x: Points) -> float:
        nonlocal calls
        calls += 1
        return cost(x)

    for budget in (50, 53, 60, 400):
        calls = 0
        found = polished(counted, max_evaluations=budget, polish=polish, backend=kernel_set)
        assert calls == found.nfev <= budget
        assert found.fun == cost(found.x)


@METHODS
def test_a_better_point_is_the_last_row_of_the_history(polish: Any) -> None:
    rough = polished(max_iterations=10, polish=False)
    fine = polished(max_iterations=10, polish=polish)
    assert fine.fun < rough.fun
    assert len(fine.history.best) == len(rough.history.best) + 1
    assert fine.history.best[-1] == fine.fun
    assert fine.history.evaluations[-1] == fine.nfev > rough.nfev
    np.testing.assert_array_equal(fine.history.best_params[-1], fine.x)
    assert fine.stop_reason == rough.stop_reason == "max_iterations"
    assert len(fine.to_frame()) == len(fine.history.best)


@METHODS
def test_values_mean_what_they_mean_in_the_search(polish: Any) -> None:
    def hole(x: Points) -> float:
        value = cost(x)
        return -math.inf if value < 1e-6 else value

    def gap(x: Points) -> float:
        value = cost(x)
        return math.nan if value < 1e-6 else value

    with pytest.raises(ObjectiveError, match="more than minus infinity"):
        polished(hole, max_evaluations=300, polish=polish, max_iterations=12)
    with pytest.warns(InvalidValuesWarning, match="the objective was NaN at"):
        found = polished(gap, max_iterations=12, polish=polish)
    assert found.n_invalid > 0
    assert 1e-6 <= found.fun < math.inf


def test_a_run_that_was_stopped_is_not_polished() -> None:
    calls = 0

    def counted(x: Points) -> float:
        nonlocal calls
        calls += 1
        return cost(x)

    found = polished(counted, progress=lambda now: False)
    assert found.stop_reason == "stopped_by_callback"
    assert calls == found.nfev


def test_exceptions_of_the_polish_are_not_wrapped() -> None:
    calls = 0

    def failing(x: Points) -> float:
        nonlocal calls
        calls += 1
        if calls > 30:
            raise KeyError("late")
        return cost(x)

    with pytest.raises(KeyError, match="late"):
        differential_evolution_optimize(failing, LOW, HIGH, 10, 2, polish=True, seed=1)
