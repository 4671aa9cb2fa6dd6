"""Risk parity and minimum variance: optimality by code that did not solve, limits, bad input."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.portfolio import (
    compute_hierarchical_risk_parity_weights,
    compute_inverse_variance_weights,
    compute_inverse_volatility_weights,
    compute_minimum_variance_weights,
    compute_risk_parity_weights,
)
from hft_py.portfolio.baseline import moments as readable_moments

Floats = npt.NDArray[np.float64]
ALLOCATORS = [
    compute_hierarchical_risk_parity_weights,
    compute_inverse_variance_weights,
    compute_inverse_volatility_weights,
    compute_minimum_variance_weights,
    compute_risk_parity_weights,
]


def sample(seed: int, dates: int = 60, n: int = 6) -> Floats:
    rng = np.random.default_rng(seed)
    market = rng.normal(size=(dates, 1)) * rng.uniform(0.0, 2.0, n)
    returns: Floats = 0.01 * (market + rng.normal(size=(dates, n)) * rng.uniform(0.2, 3.0, n))
    return returns


def contributions(weights: Floats, covariance: Floats) -> Floats:
    parts: Floats = weights * (covariance @ weights)
    return parts / parts.sum()


@pytest.mark.parametrize("shape", [(2, 1), (3, 5), (127, 4), (128, 7), (1_000, 20)])
@pytest.mark.parametrize("offset", [0.0, 1e4])
@pytest.mark.usefixtures("rust_only")
def test_moments_of_any_layout(shape: tuple[int, int], offset: float) -> None:
    from hft_py import _rust

    wide = np.random.default_rng(1).normal(offset, 1.0, (shape[0] + 3, shape[1]))
    expected = np.cov(wide[3:].astype(np.longdouble), rowvar=False).reshape(shape[1], shape[1])
    for values in (wide[3:], np.asfortranarray(wide)[3:], np.asfortranarray(wide[3:])):
        mean, covariance = _rust.portfolio.moments(values)
        np.testing.assert_allclose(covariance, expected, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(mean, wide[3:].mean(axis=0), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(readable_moments(values)[1], covariance, rtol=1e-9, atol=1e-11)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 12), dates=st.integers(3, 40))
def test_risk_parity_contributes_its_budgets(seed: int, n: int, dates: int) -> None:
    returns = sample(seed, dates, n)  # singular where n >= dates
    covariance = np.atleast_2d(np.cov(returns, rowvar=False))
    budgets = np.random.default_rng(seed).uniform(0.1, 1.0, n)
    found = {}
    for backend in ("auto", "python"):
        for method in ("ccd", "newton"):
            weights = compute_risk_parity_weights(
                returns, budgets=budgets, method=method, backend=backend
            ).array()
            assert (weights > 0).all() and weights.sum() == pytest.approx(1, abs=1e-12)
            parts = contributions(weights, covariance)
            np.testing.assert_allclose(parts, budgets / budgets.sum(), atol=1e-10)
            found[backend, method] = weights
    for weights in found.values():
        np.testing.assert_allclose(weights, found["auto", "ccd"], rtol=1e-8, atol=1e-10)


def test_equal_risk_contributions_of_the_published_example(kernel_set: str) -> None:
    """The eight volatilities of convexfi's notebook, any correlations: equal to 1e-10."""
    volatility = np.array([5, 5, 7, 10, 15, 15, 15, 18]) / 100
    draws = np.random.default_rng(0).normal(size=(20, 8)) + np.linspace(0, 1, 20)[:, None]
    covariance = np.corrcoef(draws, rowvar=False) * np.outer(volatility, volatility)
    found = compute_risk_parity_weights(covariance=covariance, backend=kernel_set)
    np.testing.assert_allclose(contributions(found.array(), covariance), 1 / 8, atol=1e-10)
    assert found.details["converged"] and found.backend == kernel_set


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 9))
def test_bounded_risk_parity_is_optimal(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    covariance = np.cov(sample(seed, 60, n), rowvar=False)
    lower, upper = rng.uniform(0, 0.8 / n, n), rng.uniform(1.1 / n, 2 / n, n)
    results = [
        compute_risk_parity_weights(covariance=covariance, lower=lower, upper=upper, backend=b)
        for b in ("auto", "python")
    ]
    weights = results[0].array()
    np.testing.assert_allclose(weights, results[1].array(), atol=1e-9)
    assert (weights >= lower).all() and (weights <= upper).all()
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    parts = weights * (covariance @ weights)
    inside = (weights > lower + 1e-9) & (weights < upper - 1e-9)
    if inside.any():
        level = parts[inside].mean()
        np.testing.assert_allclose(parts[inside], level, rtol=1e-7)
        assert (parts[weights <= lower] >= level * (1 - 1e-7)).all()
        assert (parts[weights >= upper] <= level * (1 + 1e-7)).all()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 14),
    dates=st.integers(2, 40),
    twins=st.booleans(),
)
def test_minimum_variance_is_optimal(seed: int, n: int, dates: int, twins: bool) -> None:
    rng = np.random.default_rng(seed)
    returns = sample(seed, dates, n)
    if twins:
        returns[:, n // 2 :] = returns[:, : n - n // 2]
    covariance = np.atleast_2d(np.cov(returns, rowvar=False))
    lower, upper = rng.uniform(0, 0.9 / n, n), np.minimum(rng.uniform(1.01, 4.0, n) / n, 1.0)
    upper = np.maximum(upper, 1 / n)
    for backend in ("auto", "python"):
        weights = compute_minimum_variance_weights(
            returns, lower=lower, upper=upper, backend=backend
        ).array()
        assert (weights >= lower).all() and (weights <= upper).all()
        assert weights.sum() == pytest.approx(1, abs=1e-12)
        # Every move of weight from one asset to another that has room costs variance.
        gradient = covariance @ weights
        payers, takers = gradient[weights > lower], gradient[weights < upper]
        if len(payers) and len(takers):
            assert payers.max() - takers.min() <= 1e-10 * covariance.max()


def test_closed_form_minimum_variance(kernel_set: str) -> None:
    covariance = np.cov(sample(3), rowvar=False)
    inverse = np.linalg.inv(covariance).sum(axis=1)
    found = compute_minimum_variance_weights(
        covariance=covariance, long_only=False, backend=kernel_set
    )
    np.testing.assert_allclose(found.array(), inverse / inverse.sum(), rtol=1e-9)
    with pytest.raises(ValueError, match="singular matrix.*shrink it"):
        compute_minimum_variance_weights(sample(1, 5, 6), long_only=False, backend=kernel_set)


@pytest.mark.parametrize("allocate", ALLOCATORS)
def test_equivariance_and_limits(allocate: Any) -> None:
    returns = sample(5)
    weights = allocate(returns).array()
    order = np.random.default_rng(0).permutation(6)
    np.testing.assert_allclose(allocate(returns[:, order]).array(), weights[order], atol=1e-9)
    np.testing.assert_allclose(allocate(1e-3 * returns).array(), weights, atol=1e-9)
    assert (weights >= -1e-12).all()
    assert allocate(returns[:, :1]).array().tolist() == [1.0]
    same = allocate(np.repeat(returns[:, :1], 4, axis=1)).array()
    assert same.sum() == pytest.approx(1) and (same >= 0).all()
    wide = allocate(sample(1, 8, 30) + 10 * sample(2, 8, 1)).array()
    assert wide.sum() == pytest.approx(1) and (wide >= -1e-12).all()


@pytest.mark.parametrize("allocate", ALLOCATORS)
def test_frames_keep_their_labels(allocate: Any) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    values = sample(2)
    names = list("ABCDEF")
    dates = pandas.date_range("2020-01-01", periods=len(values))
    plain = allocate(values).array()
    frame = pandas.DataFrame(values, columns=names, index=dates)
    series = allocate(frame).weights
    assert series.index.tolist() == names and series.name == "weight"
    np.testing.assert_allclose(series, plain, rtol=1e-9)
    polar = allocate(polars.DataFrame(values, schema=names)).weights
    assert polar["asset"].to_list() == names
    np.testing.assert_allclose(polar["weight"], plain, rtol=1e-9)
    with pytest.raises(ValueError, match="dates"):
        allocate(frame.iloc[::-1])
    with pytest.raises(ValueError, match="'A' twice"):
        allocate(frame.rename(columns={"B": "A"}))


@pytest.mark.parametrize("allocate", ALLOCATORS)
@pytest.mark.parametrize("name", ["ewma", "ledoit_wolf", "oas"])
def test_covariances_by_name(allocate: Any, name: str) -> None:
    import hft_py.risk as risk

    returns = sample(4)
    matrix = getattr(risk, f"{name}_covariance")(returns)
    expected = allocate(covariance=matrix).array()
    np.testing.assert_allclose(allocate(returns, covariance=name).array(), expected, rtol=1e-9)


def spoiled(value: float) -> Floats:
    returns = sample(0)
    returns[3, 2] = value
    return returns


CONSTANT = sample(0)
CONSTANT[:, 1] = 0.1
BAD: list[tuple[dict[str, Any], str]] = [
    ({"returns": spoiled(np.nan)}, r"returns\[3, 2\] is nan"),
    ({"returns": spoiled(np.inf)}, r"returns\[3, 2\] is inf"),
    ({"returns": CONSTANT}, "returns of 1 never vary"),
    ({"returns": sample(0)[:1]}, "returns has length 1, expected 2"),
    ({}, "returns=None"),
    ({"returns": sample(0), "covariance": np.eye(6)}, "both given"),
    ({"returns": sample(0), "covariance": "garch"}, "covariance='garch'"),
    ({"covariance": [[1.0, 2.0], [2.0, 1.0]]}, "eigenvalue -1"),
    ({"covariance": [[1.0, 0.5], [0.2, 1.0]]}, "symmetric"),
    ({"covariance": [[0.0, 0.0], [0.0, 1.0]]}, "variance 0.0 for 0"),
]


@pytest.mark.parametrize("allocate", ALLOCATORS)
@pytest.mark.parametrize(("given", "message"), BAD)
def test_bad_input_is_refused(allocate: Any, given: dict[str, Any], message: str) -> None:
    for backend in ("auto", "python"):
        with pytest.raises(ValueError, match=message):
            allocate(**given, backend=backend)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"lower": 0.3}, "lower has the sum 1.8"),
        ({"upper": 0.1}, "upper has the sum 0.6"),
        ({"lower": 0.12, "upper": {0: 0.1}}, "lower of 0 is 0.12 and upper 0.1"),
        ({"lower": {"X": 0.1}}, "lower names 'X'"),
        ({"lower": -0.1}, "lower of 0 is -0.1, expected 0"),
        ({"upper": np.nan}, "upper"),
    ],
)
def test_contradictory_bounds_are_refused(given: dict[str, Any], message: str) -> None:
    for allocate in (compute_risk_parity_weights, compute_hierarchical_risk_parity_weights):
        with pytest.raises(ValueError, match=message):
            allocate(sample(0), **given)


def test_bad_budgets_and_riskless_portfolios(kernel_set: str) -> None:
    with pytest.raises(ValueError, match="budgets of 1 is 0.0, expected more than 0"):
        compute_risk_parity_weights(covariance=np.eye(2), budgets=[1.0, 0.0])
    hedge = [[1.0, -1.0], [-1.0, 1.0]]
    with pytest.raises(ValueError, match="some long-only portfolio has no risk"):
        compute_risk_parity_weights(covariance=hedge, backend=kernel_set)
    with pytest.raises(ValueError, match="some long-only portfolio has no risk"):
        compute_risk_parity_weights(sample(1, 8, 30), backend=kernel_set)
    with pytest.warns(RuntimeWarning, match="not converged"):
        compute_risk_parity_weights(sample(0), max_iterations=1, backend=kernel_set)


def test_risk_parity_where_the_bounds_leave_one_portfolio() -> None:
    """The bounds are the weights, without a warning."""
    one = {"covariance": np.diag([0.01, 0.02, 0.04]), "lower": [1.0, 0.0, 0.0]}
    assert compute_risk_parity_weights(**one).array().tolist() == [1.0, 0.0, 0.0]
    found = compute_risk_parity_weights(covariance=one["covariance"], lower=[0.5, 0.3, 0.2])
    assert found.array().tolist() == [0.5, 0.3, 0.2]
