"""Maximum likelihood: known estimates, standard errors, intervals, criteria, and warnings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hft_py.mle import MLEOptimizer, MLEResult, ParameterSpace
from hft_py.mle._log_scale import LogScaled
from hft_py.mle.information import covariance_of, observed_information
from hft_py.mle.optimizer import METHODS
from hft_py.objectives import builtin, resolve

X = np.random.default_rng(12).normal(0.4, 1.7, size=500)
SPACES = [ParameterSpace("mu", (-3, 3)), ParameterSpace("sigma", (0.05, 20), log=True)]


def gaussian(p: Any) -> float:
    return float(-0.5 * ((X - p[0]) ** 2).sum() / p[1] ** 2 - X.size * math.log(p[1]))


@pytest.mark.parametrize("method", ["cma_es", "differential_evolution", None])
def test_a_gaussian_in_closed_form(method: str | None, kernel_set: str) -> None:
    fit = MLEOptimizer(SPACES, "gaussian", data=X, backend=kernel_set).optimize(method, seed=1)
    n, mean, deviation = X.size, X.mean(), X.std()
    np.testing.assert_allclose(fit.best_params, [mean, deviation], rtol=1e-5)
    errors = [deviation / math.sqrt(n), deviation / math.sqrt(2 * n)]
    np.testing.assert_allclose(fit.standard_errors, errors, rtol=1e-4)
    assert fit.covariance[0, 1] == pytest.approx(0.0, abs=1e-6)
    top = -0.5 * n * (1 + math.log(2 * math.pi)) - n * math.log(deviation)
    assert fit.log_likelihood == pytest.approx(top, rel=1e-9)
    assert fit.aic == pytest.approx(4 - 2 * top)
    assert fit.bic == pytest.approx(2 * math.log(n) - 2 * top)
    assert fit.success
    assert fit.warnings == ()
    assert fit.params == {"mu": fit.best_params[0], "sigma": fit.best_params[1]}
    low, high = fit.confidence_intervals[0]
    assert (high - low) / 2 == pytest.approx(1.959964 * errors[0], rel=1e-4)
    low, high = fit.confidence_intervals[1]
    assert low * high == pytest.approx(fit.best_params[1] ** 2)  # symmetric in the logarithm


def test_a_callable_and_wider_intervals() -> None:
    fit = MLEOptimizer(SPACES, gaussian).optimize(seed=1, n_observations=500)
    narrow, wide = fit.interval(0.5), fit.interval(0.99)
    assert (wide[:, 0] < narrow[:, 0]).all()
    assert (wide[:, 1] > narrow[:, 1]).all()
    assert MLEOptimizer(SPACES, gaussian).optimize(seed=1).bic != fit.bic
    frame = fit.to_frame()
    assert list(frame.index) == ["mu", "sigma"]
    assert isinstance(fit, MLEResult)
    assert "log_likelihood" in repr(fit)
    with pytest.raises(ValueError, match="confidence=2"):
        fit.interval(2)


def test_units_do_not_matter() -> None:
    """The step of the differences follows the parameter, not a guess of its scale."""
    for unit in (1e-6, 1.0, 1e6):
        data = X * unit
        spaces = [
            ParameterSpace("mu", (-3 * unit, 3 * unit)),
            ParameterSpace("sigma", (0.05 * unit, 20 * unit), log=True),
        ]
        fit = MLEOptimizer(spaces, "gaussian", data=data).optimize(seed=1)
        expected = data.std() / math.sqrt(data.size)
        assert fit.standard_errors[0] == pytest.approx(expected, rel=1e-3)


def test_an_estimate_on_its_bound_has_no_standard_error() -> None:
    spaces = [ParameterSpace("mu", (1.0, 3.0)), SPACES[1]]
    fit = MLEOptimizer(spaces, "gaussian", data=X).optimize(seed=1)
    assert fit.params["mu"] == pytest.approx(1.0)
    assert math.isnan(fit.standard_errors[0])
    assert fit.standard_errors[1] > 0
    assert any("mu" in doubt and "bound" in doubt for doubt in fit.warnings)


def test_a_flat_direction_has_no_standard_error() -> None:
    spaces = [ParameterSpace("used", (-3, 3)), ParameterSpace("unused", (-3, 3))]
    fit = MLEOptimizer(spaces, lambda p: -float(p[0] ** 2)).optimize(seed=1)
    assert math.isnan(fit.standard_errors[1])
    assert fit.standard_errors[0] == pytest.approx(math.sqrt(0.5), rel=1e-4)
    assert any("unused" in doubt for doubt in fit.warnings)


def test_parameters_that_cannot_be_told_apart() -> None:
    spaces = [ParameterSpace("a", (-3, 3)), ParameterSpace("b", (-3, 3))]
    fit = MLEOptimizer(spaces, lambda p: -float((p[0] + p[1] - 1) ** 2)).optimize(seed=1)
    assert np.isnan(fit.standard_errors).all()
    assert any("distinguished" in doubt for doubt in fit.warnings)


def test_whole_numbers_have_no_standard_error() -> None:
    spaces = [ParameterSpace("lag", (1, 9), integer=True), ParameterSpace("x", (-2, 2))]
    fit = MLEOptimizer(spaces, lambda p: -float((p[0] - 4.3) ** 2 + p[1] ** 2)).optimize(seed=1)
    assert fit.params["lag"] == 4
    assert isinstance(fit.params["lag"], int)
    assert math.isnan(fit.standard_errors[0])
    assert fit.standard_errors[1] == pytest.approx(math.sqrt(0.5), rel=1e-4)


def test_impossible_parameters_are_no_warning() -> None:
    """NaN is how a likelihood says that there is no such model."""
    returns = np.random.default_rng(1).normal(size=400)
    spaces = [
        ParameterSpace("mu", (-1, 1)),
        ParameterSpace("omega", (1e-4, 5), log=True),
        ParameterSpace("alpha", (0, 1)),
        ParameterSpace("beta", (0, 1)),
    ]
    fit = MLEOptimizer(spaces, "garch11", data=returns).optimize(seed=1)
    assert fit.search.n_invalid > 0
    assert fit.params["alpha"] + fit.params["beta"] < 1


@pytest.mark.parametrize("method", [None, *METHODS])
def test_options_of_another_method(method: str | None) -> None:
    wrong = "phi" if method == "cma_es" else "sigma"
    fit = MLEOptimizer(SPACES, gaussian).optimize
    with pytest.raises(TypeError, match=f"{wrong} is not an argument of method"):
        fit(method, seed=1, **{wrong: 0.01})
    for value in (True, False):
        with pytest.raises(TypeError, match=f"maximize={value}: leave it out"):
            fit(method, seed=1, maximize=value)


def test_starts_by_name() -> None:
    fit = MLEOptimizer(SPACES, gaussian).optimize(
        "cma_es", seed=1, sigma=0.01, initial_params={"mu": 0.4, "sigma": 1.7}
    )
    assert fit.params["mu"] == pytest.approx(X.mean(), abs=1e-5)
    first = fit.search.history.best_params[0]
    np.testing.assert_allclose(first, np.array([0.4, 1.7]), rtol=0.3)


def test_a_saddle_is_no_covariance() -> None:
    covariance, definite = covariance_of(np.array([[-1.0, 0.0], [0.0, 2.0]]))
    assert not definite
    assert np.isnan(covariance).all()


def test_coverage_of_the_intervals() -> None:
    """Nominal 90 % intervals hold the truth in about 90 % of samples."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(100):
        data = rng.normal(0.4, 1.7, size=200)
        fit = MLEOptimizer(SPACES, "gaussian", data=data).optimize(
            "cma_es", seed=1, confidence=0.9, restarts=None
        )
        low, high = fit.confidence_intervals[0]
        held += low <= 0.4 <= high
    assert 80 <= held <= 98


def test_known_information_matrices() -> None:
    """A quadratic: the covariance is the inverse, off the diagonal too. An exponential: n / r^2."""
    information = np.array([[4.0, 1.5, 0.2], [1.5, 2.0, -0.3], [0.2, -0.3, 0.5]])
    centre = np.array([0.3, -1.0, 2.0])

    def quadratic(p: Any) -> float:
        return float(-0.5 * (p - centre) @ information @ (p - centre))

    spaces = [ParameterSpace(name, (-20, 20)) for name in "abc"]
    fit = MLEOptimizer(spaces, quadratic).optimize(seed=1)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(information), rtol=1e-5, atol=1e-6)
    waits = np.random.default_rng(8).exponential(0.25, size=900)
    rate = ParameterSpace("rate", (0.01, 100), log=True)
    fit = MLEOptimizer([rate], lambda p: waits.size * math.log(p[0]) - p[0] * waits.sum()).optimize(
        seed=1
    )
    assert fit.params["rate"] == pytest.approx(1 / waits.mean(), rel=1e-6)
    assert fit.standard_errors[0] == pytest.approx(fit.params["rate"] / 30, rel=1e-4)


def test_the_location_of_student_t_has_the_information_of_theory() -> None:
    """Lange, Little and Taylor 1989: n (nu + 1) / ((nu + 3) sigma^2), within sampling error."""
    data = np.random.default_rng(9).standard_t(5, size=20_000)
    spaces = [
        ParameterSpace("mu", (-1, 1)),
        ParameterSpace("sigma", (0.1, 10), log=True),
        ParameterSpace("nu", (2.1, 50), log=True),
    ]
    fit = MLEOptimizer(spaces, "student_t", data=data).optimize(seed=1)
    sigma, nu = fit.params["sigma"], fit.params["nu"]
    expected = sigma * math.sqrt((nu + 3) / (nu + 1) / data.size)
    assert fit.standard_errors[0] == pytest.approx(expected, rel=0.02)


def test_parameters_of_a_built_in_in_another_order_are_refused() -> None:
    spaces = [ParameterSpace(name, (1e-3, 0.9)) for name in ("alpha", "beta", "mu", "omega")]
    message = "order alpha, beta, mu, omega, expected mu, omega, alpha, beta"
    for objective, data in (("garch11", X), (builtin("garch11", X), None)):
        with pytest.raises(ValueError, match=message):
            MLEOptimizer(spaces, objective, data=data)
    renamed = [ParameterSpace(name, (1e-3, 0.9)) for name in "abcd"]
    assert MLEOptimizer(renamed, "garch11", data=X).spaces.names


BOX = [ParameterSpace("mu", (-5, 5)), ParameterSpace("sigma", (0.1, 10))]


def test_a_kink_is_doubtful() -> None:
    """The Laplace density: the log-likelihood has a kink at every observation."""
    warned = 0
    for seed in range(6):
        x = np.random.default_rng(seed).laplace(size=1_000)

        def laplace(p: Any, x: Any = x) -> float:
            return float(-x.size * math.log(2 * p[1]) - np.abs(x - p[0]).sum() / p[1])

        fit = MLEOptimizer(BOX, laplace).optimize("cma_es", seed=1)
        warned += any("mu" in doubt and "kink" in doubt for doubt in fit.warnings)
        assert not any("sigma" in doubt for doubt in fit.warnings)
    assert warned >= 4


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


def test_a_point_beside_the_maximum_is_warned_of() -> None:
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


def test_an_interval_as_wide_as_the_space_is_warned_of() -> None:
    spaces = [ParameterSpace("known", (-1, 1)), ParameterSpace("hardly", (-1, 1))]
    fit = MLEOptimizer(spaces, lambda p: -500 * p[0] ** 2 - 0.1 * p[1] ** 2).optimize(seed=1)
    found = [doubt for doubt in fit.warnings if "the whole space" in doubt]
    assert found == ["hardly: the interval is the whole space; the data do not determine it"]
