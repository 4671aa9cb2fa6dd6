"""Every kind of objective gives the same values."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hft_py import objectives
from hft_py.errors import InvalidValuesWarning, ObjectiveError
from hft_py.objectives import references, resolve
from hft_py.objectives.invalid_values import warn_invalid

POINTS = np.random.default_rng(0).normal(size=(13, 3))
SPHERE = (POINTS**2).sum(axis=1)


def python_sphere(x: Any) -> float:
    return float((x**2).sum())


def vectorised_sphere(points: Any) -> Any:
    return (points**2).sum(axis=1)


def test_python_callables(values: Callable[..., Any]) -> None:
    np.testing.assert_allclose(values(resolve(python_sphere, 3), POINTS), SPHERE)
    handle = resolve(vectorised_sphere, 3, vectorized=True)
    np.testing.assert_allclose(values(handle, POINTS), SPHERE)
    assert handle.kind == "vectorized" and not handle.parallel


@pytest.mark.parametrize("vectorized", [False, True])
def test_executors(values: Callable[..., Any], vectorized: bool) -> None:
    function: Any = vectorised_sphere if vectorized else python_sphere
    with ThreadPoolExecutor(2) as executor:
        handle = resolve(function, 3, vectorized, executor)
        np.testing.assert_allclose(values(handle, POINTS), SPHERE)
        assert handle.kind == "executor"


def shifted_sphere(x: Any, data: Any) -> float:
    return float(((x - data) ** 2).sum())


def test_a_pool_of_processes(values: Callable[..., Any]) -> None:
    import multiprocessing

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        handle = resolve(np.linalg.norm, 3, executor=executor)
        np.testing.assert_allclose(values(handle, POINTS) ** 2, SPHERE)


def test_data_are_the_second_argument(values: Callable[..., Any]) -> None:
    shift = np.array([1.0, 0.0, -1.0])
    expected = ((POINTS - shift) ** 2).sum(axis=1)
    np.testing.assert_allclose(values(resolve(shifted_sphere, 3, data=shift), POINTS), expected)
    batch = resolve(
        lambda points, data: ((points - data) ** 2).sum(axis=1), 3, vectorized=True, data=shift
    )
    np.testing.assert_allclose(values(batch, POINTS), expected)
    with ThreadPoolExecutor(1) as executor:
        handle = resolve(shifted_sphere, 3, executor=executor, data=shift)
        np.testing.assert_allclose(values(handle, POINTS), expected)


@pytest.mark.parametrize("name", references.FUNCTIONS)
def test_functions_by_name(values: Callable[..., Any], name: str) -> None:
    for d in (2, 3, 10):
        points = np.random.default_rng(d).uniform(-3, 3, size=(20, d))
        expected = references.FUNCTIONS[name](points)
        np.testing.assert_allclose(values(resolve(name, d), points), expected, rtol=1e-12)


PARAMETERS = {
    "gaussian": [[0.0, 1.0], [0.3, 0.01]],
    "garch11": [[0.0, 1e-2, 0.1, 0.8], [0.1, 0.5, 0.0, 0.0], [0.0, 1e-3, 0.01, 0.98]],
    "ornstein_uhlenbeck": [[1.0, 0.0, 1.0], [1e-6, 5.0, 0.2], [40.0, -1.0, 3.0]],
    "student_t": [[0.0, 1.0, 4.0], [0.2, 0.3, 0.5], [0.0, 1.0, 1e6]],
}
OUTSIDE = {
    "gaussian": [0.0, -1.0],
    "garch11": [0.0, 0.1, 0.6, 0.6],
    "ornstein_uhlenbeck": [0.0, 0.0, 1.0],
    "student_t": [0.0, 1.0, -2.0],
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_likelihoods_by_name(values: Callable[..., Any], name: str) -> None:
    data = np.random.default_rng(1).standard_t(4, size=2_000)
    points = np.array([*PARAMETERS[name], OUTSIDE[name]])
    expected = references.log_likelihoods(name, points, data, 1.0)
    found = values(resolve(name, points.shape[1], data=data), points)
    np.testing.assert_allclose(found, expected, rtol=1e-11)
    assert np.isnan(found[-1]) and not np.isnan(found[:-1]).any()


def test_likelihoods_are_those_of_scipy() -> None:
    from scipy import stats

    data = np.random.default_rng(1).normal(size=300)
    assert references.gaussian(data, 0.2, 1.3) == pytest.approx(
        stats.norm(0.2, 1.3).logpdf(data).sum(), rel=1e-13
    )
    assert references.student_t(data, 0.2, 1.3, 3.5) == pytest.approx(
        stats.t(3.5, 0.2, 1.3).logpdf(data).sum(), rel=1e-13
    )


@pytest.mark.parametrize("scale", [1e-170, 1e-9, 1.0, 1e9, 1e170])
def test_no_scale_is_special(values: Callable[..., Any], scale: float) -> None:
    """Data and parameters in other units: the log-likelihood moves by ``n log(scale)``."""
    data = np.random.default_rng(5).normal(size=400)
    powers = {"gaussian": [1, 1], "student_t": [1, 1, 0], "ornstein_uhlenbeck": [0, 1, 1]}
    if 1e-100 < scale < 1e100:  # a variance beyond is no number
        powers["garch11"] = [1, 2, 0, 0]
    for name, units in powers.items():
        n = 399 if name == "ornstein_uhlenbeck" else 400
        point = np.array(PARAMETERS[name][:1])
        scaled = point * scale ** np.array(units, dtype=float)
        before = values(resolve(name, point.shape[1], data=data), point)
        after = values(resolve(name, point.shape[1], data=data * scale), scaled)
        np.testing.assert_allclose(after + n * np.log(scale), before, rtol=1e-10)


def test_student_t_of_many_degrees_is_gaussian(values: Callable[..., Any]) -> None:
    """To first order in 1 / nu, where the difference of two log-gammas has no digit left."""
    data = np.random.default_rng(0).normal(size=50)
    normal = references.gaussian(data, 0.0, 1.0)
    first = (0.25 * (data**4 - 2 * data**2 - 1)).sum()
    nu = np.array([1e6, 1e8, 1e10, 1e12, 1e15, 1e18, 1e100, 1e300])
    points = np.column_stack([np.zeros(8), np.ones(8), nu])
    found = values(resolve("student_t", 3, data=data), points)
    np.testing.assert_allclose(found, normal + first / nu, rtol=1e-12)


def test_a_path_with_little_noise(values: Callable[..., Any]) -> None:
    """What is left beside the drift is a millionth of a millionth of the path."""
    path = [5.0]
    for _ in range(200):
        path.append(path[-1] - np.expm1(-0.1) * (1e4 - path[-1]))
    points = np.array([[0.1, 1e4, sigma] for sigma in (1e-3, 1e-5, 1e-7)])
    found = values(resolve("ornstein_uhlenbeck", 3, data=path), points)
    np.testing.assert_allclose(found, [1207.59673801, 2128.63, 3049.66], rtol=1e-5)


@pytest.mark.parametrize("name", PARAMETERS)
def test_extremes_have_values_and_raise_nothing(values: Callable[..., Any], name: str) -> None:
    data = np.random.default_rng(0).normal(size=20)
    ends = [1e-320, 1e-200, 1e-9, 1.0, 1e200, 1.7e308]
    n = len(PARAMETERS[name][0])
    points = np.random.default_rng(1).choice(ends, size=(200, n))
    found = values(resolve(name, n, data=data), points)
    expected = references.log_likelihoods(name, points, data, 1.0)
    usual = np.abs(expected) < 1e300
    np.testing.assert_allclose(found[usual], expected[usual], rtol=1e-9)
    assert ((found[~usual] < -1e290) | np.isnan(found[~usual])).all()


def test_garch_is_its_recursion() -> None:
    data = np.random.default_rng(1).normal(size=50)
    mu, omega, alpha, beta = 0.1, 0.2, 0.15, 0.7
    square = variance = ((data - mu) ** 2).mean()
    total = 0.0
    for x in data:
        variance = omega + alpha * square + beta * variance
        square = (x - mu) ** 2
        total -= 0.5 * (np.log(2 * np.pi * variance) + square / variance)
    assert references.garch11(data, mu, omega, alpha, beta) == pytest.approx(total, rel=1e-13)


def test_the_time_step_of_ornstein_uhlenbeck(values: Callable[..., Any]) -> None:
    data = np.cumsum(np.random.default_rng(3).normal(size=500))
    spec = objectives.builtin("ornstein_uhlenbeck", data, time_step=1 / 252)
    daily = values(resolve("ornstein_uhlenbeck", 3, data=data), [[0.01, 1.0, 0.5]])
    yearly = values(resolve(spec, 3), [[2.52, 1.0, 0.5 * np.sqrt(252)]])
    np.testing.assert_allclose(yearly, daily, rtol=1e-12)


def test_data_are_copied(values: Callable[..., Any]) -> None:
    data = np.array([1.0, 3.0])
    handle = resolve(objectives.builtin("gaussian", data), 2)
    before = values(handle, [[2.0, 1.0]])
    data[:] = np.nan
    assert np.array_equal(values(handle, [[2.0, 1.0]]), before)


def test_negated(values: Callable[..., Any]) -> None:
    for given in ("sphere", python_sphere, objectives.negated(objectives.negated("sphere"))):
        np.testing.assert_allclose(values(resolve(objectives.negated(given), 3), POINTS), -SPHERE)
    handle = resolve("sphere", 3)
    assert resolve(handle, 3) is handle
    np.testing.assert_allclose(values(resolve(objectives.negated(handle), 3), POINTS), -SPHERE)


def test_replace_nan() -> None:
    points = np.arange(6.0).reshape(3, 2)
    found = np.array([1.0, np.nan, np.inf])
    assert objectives.replace_nan(points, found, "minimise") == 1
    assert found.tolist() == [1.0, np.inf, np.inf]
    found = np.array([1.0, np.nan, -np.inf])
    assert objectives.replace_nan(points, found, "density") == 1
    assert found.tolist() == [1.0, -np.inf, -np.inf]
    with pytest.raises(ObjectiveError, match=r"the objective is -inf at \[2, 3\]"):
        objectives.replace_nan(points, np.array([1.0, -np.inf, 0.0]), "minimise")
    with pytest.raises(ObjectiveError, match="is inf at .* expected less than infinity"):
        objectives.replace_nan(points, np.array([1.0, np.inf, 0.0]), "density")


def test_invalid_values_are_told_once() -> None:
    warn_invalid(0, 10)
    with pytest.warns(InvalidValuesWarning, match="NaN at 3 of 10 points"):
        warn_invalid(3, 10)
