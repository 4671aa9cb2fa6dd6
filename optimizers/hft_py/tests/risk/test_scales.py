"""Risk does not depend on the unit of returns, weights and styles, however small or large."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.risk import (
    FactorModel,
    RiskModel,
    TimeSeriesFactorModel,
    backtest_value_at_risk,
    conditional_value_at_risk,
    decompose_risk,
    ewma_covariance,
    ledoit_wolf_covariance,
    max_drawdown,
    metrics,
    oas_covariance,
    rolling_value_at_risk,
    sample_covariance,
    value_at_risk,
)
from hft_py.risk.tail import METHODS

RNG = np.random.default_rng(3)
X = RNG.standard_t(4, size=(80, 6)) * 0.01
SCALES = [1e-100, 1e-20, 1e20, 1e100]
ESTIMATORS: list[Callable[[Any], Any]] = [
    sample_covariance, ewma_covariance, oas_covariance, ledoit_wolf_covariance,
    lambda x: ledoit_wolf_covariance(x, "constant_correlation"),
    lambda x: ledoit_wolf_covariance(x, "single_factor"),
]  # fmt: skip


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=range(len(ESTIMATORS)))
def test_covariances(estimator: Callable[[Any], Any], scale: float) -> None:
    np.testing.assert_allclose(estimator(X * scale) / scale / scale, estimator(X), rtol=1e-11)


@pytest.mark.parametrize("scale", [1e-160, 1e155])
def test_squares_that_no_number_holds(scale: float) -> None:
    for estimator in ESTIMATORS:
        with pytest.raises(ValueError, match=r"returns are up to .*, expected 1e-150 to 1e\+150"):
            estimator(X * scale)


@pytest.mark.parametrize("scale", [1e-160, *SCALES, 1e155])
@pytest.mark.parametrize("method", METHODS)
def test_tails(method: str, scale: float) -> None:
    returns = X[:, 0]
    for measure in (value_at_risk, conditional_value_at_risk):
        expected = measure(returns, 0.9, method)
        assert measure(returns * scale, 0.9, method) / scale == pytest.approx(expected, rel=1e-11)


def test_tails_of_equal_returns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for method in METHODS:
            found = value_at_risk(np.full(60, 0.1), method=method)
            assert found == pytest.approx(-0.1, rel=1e-12)


def test_arguments_are_checked_before_they_matter() -> None:
    with pytest.raises(ValueError, match="level=7"):
        rolling_value_at_risk(X[:, 0], 80, 7.0)
    with pytest.raises(ValueError, match=r"decay=2\.0"):
        rolling_value_at_risk(X[:, 0], 80, 0.95, "filtered_historical", decay=2.0)
    with pytest.raises(TypeError, match="repair=1, expected True or False"):
        sample_covariance(X, repair=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", [1e-160, *SCALES, 1e160])
def test_weights(scale: float) -> None:
    model = RiskModel.build(RNG.normal(size=(6, 2)), np.eye(2), np.ones(6))
    weights = RNG.normal(size=6)
    expected, found = model.decompose_risk(weights), model.decompose_risk(weights * scale)
    assert found.total / scale == pytest.approx(expected.total, rel=1e-12)
    assert model.volatility(weights * scale) / scale == pytest.approx(expected.total, rel=1e-12)
    np.testing.assert_allclose(found.marginal, expected.marginal, rtol=1e-12)
    np.testing.assert_allclose(found.component / scale, expected.component, rtol=1e-11)


@pytest.mark.parametrize("scale", SCALES)
def test_small_factors_are_not_collinear(scale: float) -> None:
    expected = TimeSeriesFactorModel().fit(X[:, :4], X[:, 4:])
    found = TimeSeriesFactorModel().fit(X[:, :4], X[:, 4:] * [scale, 1.0])
    np.testing.assert_allclose(found.model_.covariance(), expected.model_.covariance(), rtol=1e-10)


@pytest.mark.parametrize("backend", ["rust", "python"])
@pytest.mark.parametrize("scale", SCALES)
def test_styles(backend: str, scale: float) -> None:
    if backend == "rust":
        pytest.importorskip("hft_py._rust", reason="the extension is not built")
    style = RNG.normal(size=X.shape)

    def fitted(values: Any) -> Any:
        model = FactorModel(min_assets=3, min_observations=5, backend=backend)
        return model.fit(X, styles={"illiquidity": values}).factor_returns_

    np.testing.assert_allclose(fitted(style * scale), fitted(style), rtol=1e-9, atol=1e-15)


def test_series_in_the_order_of_time() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    days = pd.date_range("2024-01-01", periods=80)
    late = pd.Series(X[:, 0], days[::-1])
    for call in (value_at_risk, max_drawdown):
        with pytest.raises(ValueError, match="increasing dates: sort them"):
            call(late)
    forecasts = pd.Series(0.01, days + pd.Timedelta("1D"))
    with pytest.raises(ValueError, match="forecasts has other dates than returns"):
        backtest_value_at_risk(pd.Series(X[:, 0], days), forecasts)


def test_what_is_no_risk_model() -> None:
    fitted = TimeSeriesFactorModel().fit(X[:, :4], X[:, 4:])
    assert decompose_risk(np.ones(4), fitted) == fitted.model_.decompose_risk(np.ones(4))
    with pytest.raises(TypeError, match="model is a ndarray, expected a RiskModel"):
        decompose_risk(np.ones(4), np.eye(4))


def test_metrics() -> None:
    returns = X[:, 0]
    for scale in (1e-160, 1e150):
        for measure in (metrics.sharpe, metrics.sortino):
            assert measure(returns * scale) == pytest.approx(measure(returns), rel=1e-12)
    assert metrics.cagr([0.5, -2.0], 1.0) == metrics.cagr([0.5, 0.0], 1.0) == -1.0
