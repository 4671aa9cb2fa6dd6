"""Standard errors where they mean little: told, not hidden."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hft_py.mle import MLEOptimizer, ParameterSpace
from hft_py.mle._log_scale import LogScaled
from hft_py.mle.information import observed_information
from hft_py.objectives import builtin, resolve

BOX = [ParameterSpace("mu", (-5, 5)), ParameterSpace("sigma", (0.1, 10))]


def test_a_kink_is_doubtful() -> None:
    """The Laplace density: the log-likelihood has a kink at every observation."""
    told = 0
    for seed in range(6):
        x = np.random.default_rng(seed).laplace(size=1_000)

        def laplace(p: Any, x: Any = x) -> float:
            return float(-x.size * math.log(2 * p[1]) - np.abs(x - p[0]).sum() / p[1])

        fit = MLEOptimizer(BOX, laplace).optimize(seed=1)
        told += any("mu" in doubt and "kink" in doubt for doubt in fit.warnings)
        assert not any("sigma" in doubt for doubt in fit.warnings)
    assert told >= 4


def test_smooth_likelihoods_are_not_doubted() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        heavy = 0.01 * rng.standard_t(5, size=1_500)
        spaces = [
            ParameterSpace("mu", (-0.1, 0.1)),
            ParameterSpace("sigma", (1e-4, 1), log=True),
            ParameterSpace("nu", (2.1, 100), log=True),
        ]
        assert MLEOptimizer(spaces, "student_t", data=heavy).optimize(seed=1).warnings == ()
        few = MLEOptimizer(BOX, "gaussian", data=rng.normal(size=12)).optimize(seed=1)
        assert few.warnings == ()


def test_an_active_constraint_takes_the_standard_error() -> None:
    data = np.random.default_rng(0).normal(size=400)
    fit = MLEOptimizer(BOX, "gaussian", data=data).optimize(
        seed=1, constraints=lambda p: p[0] + 0.5
    )
    assert fit.params["mu"] == pytest.approx(-0.5, abs=1e-3)
    assert math.isnan(fit.standard_errors[0])
    assert any("mu: no standard error, the log-likelihood rises" in d for d in fit.warnings)


def test_a_point_beside_the_maximum_is_told() -> None:
    bound, whole = np.array([9.0]), np.zeros(1, dtype=bool)
    quadratic = resolve(lambda x: -0.5 * float(x[0] ** 2), 1)
    for place, problem, doubt in ((0.0, False, False), (0.5, False, True), (2.0, True, False)):
        found = observed_information(quadratic, np.array([place]), -bound, bound, whole)
        assert (found.problems[0] is not None) is problem
        assert (found.doubts[0] is not None) is doubt
        assert np.isnan(found.hessian[0, 0]) == problem


@pytest.mark.parametrize("threads", [1, 2])
def test_a_search_in_logarithms_is_evaluated_by_the_compiled_objective(threads: int) -> None:
    pytest.importorskip("hft_py._rust", reason="the extension is not installed")
    data = np.random.default_rng(0).normal(scale=0.01, size=300)
    inner = resolve(builtin("gaussian", data), 2)
    lower, upper = np.array([-1.0, 1e-6]), np.array([1.0, 1.0])
    log = np.array([False, True])
    scaled = LogScaled(inner.negative(), log, lower, upper, threads)
    points = np.array([[0.0, math.log(0.01)], [0.001, math.log(0.02)]])
    expected = -inner.native.evaluate(np.column_stack([points[:, 0], np.exp(points[:, 1])]))
    np.testing.assert_array_equal(scaled.native.evaluate(points), expected)
    np.testing.assert_allclose(scaled.batch(points), expected, rtol=1e-12)
    np.testing.assert_array_equal(scaled.negative().native.evaluate(points), -expected)


def test_an_interval_as_wide_as_the_space_is_told() -> None:
    spaces = [ParameterSpace("known", (-1, 1)), ParameterSpace("hardly", (-1, 1))]
    fit = MLEOptimizer(spaces, lambda p: -500 * p[0] ** 2 - 0.1 * p[1] ** 2).optimize(seed=1)
    told = [doubt for doubt in fit.warnings if "the whole space" in doubt]
    assert told == ["hardly: the interval is the whole space, the data do not tell it"]
