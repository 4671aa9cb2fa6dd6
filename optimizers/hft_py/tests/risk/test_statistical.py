"""Statistical and time-series factors, diagnostics of forecasts, pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hft_py.risk import (
    RiskModel,
    StatisticalFactorModel,
    TimeSeriesFactorModel,
    bias_statistic,
    ewma_covariance,
    q_statistic,
)


@pytest.mark.parametrize("shape", [(400, 12), (20, 60)])
@pytest.mark.parametrize("decay", [1.0, 0.99])
def test_principal_components(shape: tuple[int, int], decay: float) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(shape[0], 2)) @ rng.normal(size=(2, shape[1])) + rng.normal(size=shape)
    fitted = StatisticalFactorModel(3, decay=decay).fit(x)
    weights = decay ** np.arange(shape[0])[::-1]
    weights /= weights.sum()
    centred = x - weights @ x
    covariance = (centred * weights[:, None]).T @ centred
    values, vectors = np.linalg.eigh(covariance)
    best = (vectors[:, -3:] * values[-3:]) @ vectors[:, -3:].T
    loadings = fitted.model_.exposures
    np.testing.assert_allclose(loadings @ loadings.T, best, atol=1e-9)
    np.testing.assert_allclose(np.diag(fitted.model_.covariance()), np.diag(covariance), rtol=1e-10)
    np.testing.assert_allclose(fitted.explained_, values[::-1][:3] / values.sum(), rtol=1e-9)
    assert (loadings.sum(axis=0) > 0).all()  # most assets gain with a factor
    f = fitted.factor_returns_
    np.testing.assert_allclose((f * weights[:, None]).T @ f, np.eye(3), atol=1e-9)


def test_the_number_of_factors_is_found() -> None:
    rng = np.random.default_rng(1)
    for count in (1, 4):
        x = rng.normal(size=(300, count)) @ rng.normal(size=(count, 80))
        fitted = StatisticalFactorModel().fit(x + rng.normal(size=x.shape))
        assert len(fitted.model_.factors) == count


@pytest.mark.parametrize("decay", [1.0, 0.98])
def test_betas_are_least_squares(decay: float) -> None:
    rng = np.random.default_rng(2)
    f = 0.01 * rng.normal(size=(250, 2))
    y = f @ rng.normal(size=(2, 5)) + 0.01 * rng.normal(size=(250, 5))
    y[:30, 4] = np.nan
    fitted = TimeSeriesFactorModel(decay=decay, factor_decay=0.9, newey_west_lags=1).fit(y, f)
    for j in range(5):
        seen = ~np.isnan(y[:, j])
        weight = (decay ** np.arange(250)[::-1])[seen]
        root = np.sqrt(weight)
        x = np.c_[np.ones(seen.sum()), f[seen]] * root[:, None]
        beta, squares, *_ = np.linalg.lstsq(x, y[seen, j] * root, rcond=None)
        np.testing.assert_allclose(fitted.model_.exposures[j], beta[1:], rtol=1e-9)
        assert fitted.alpha_[j] == pytest.approx(beta[0], rel=1e-9)
        variance = np.cov(y[seen, j], aweights=weight, ddof=0)
        left = squares[0] / weight.sum()
        assert fitted.r_squared_[j] == pytest.approx(1 - left / variance, rel=1e-9)
        effective = weight.sum() ** 2 / (weight**2).sum()  # as many dates as there are, unweighted
        assert fitted.model_.specific_variance[j] == pytest.approx(
            left * effective / (effective - 3), rel=1e-9
        )
    factors = ewma_covariance(f, 0.9, newey_west_lags=1, mean="weighted")
    np.testing.assert_allclose(fitted.model_.factor_covariance, factors, rtol=1e-12)
    y[:245, 4] = np.nan
    with pytest.raises(ValueError, match=r"returns of 4 has 5 numbers, expected 6 or more"):
        TimeSeriesFactorModel().fit(y, f)


def test_bias_and_q_find_the_right_volatility() -> None:
    rng = np.random.default_rng(3)
    truth = 0.01 * np.exp(0.5 * np.sin(np.arange(5_000) / 50))
    returns = truth * rng.normal(size=5_000)
    right = bias_statistic(returns, truth)
    assert right.lower < right.bias < right.upper
    assert right.bias == pytest.approx((returns / truth).std(ddof=1), rel=1e-12)
    assert (1 - right.lower, right.upper - 1) == pytest.approx((0.02, 0.02), rel=1e-9)
    assert bias_statistic(returns, 0.8 * truth).bias == pytest.approx(right.bias / 0.8, rel=1e-12)
    assert np.isnan(right.rolling[:251]).all()
    assert right.rolling[400] == pytest.approx((returns / truth)[149:401].std(ddof=1), rel=1e-12)
    flat = np.full(5_000, returns.std())
    assert abs(bias_statistic(returns, flat).bias - 1) < 0.01  # right on average
    assert q_statistic(returns, truth) < q_statistic(returns, flat) - 0.1  # and always too late
    assert q_statistic(returns, truth) == pytest.approx(2.27, abs=0.1)


def test_pictures(model: RiskModel, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: the extra `plot`")
    import matplotlib as mpl

    mpl.use("agg")
    from hft_py.risk import plotting

    rng = np.random.default_rng(0)
    long_short = model.decompose_risk(rng.normal(size=40), periods_per_year=252)
    nothing = model.decompose_risk(np.zeros(40))
    figures = [
        long_short.plot(),
        nothing.plot(),
        plotting.realised_against_predicted(0.01 * rng.normal(size=300), np.full(300, 0.01)),
    ]
    for place, figure in enumerate(figures):
        path = tmp_path / f"{place}.png"
        figure.savefig(path, dpi=30)
        plotting.pyplot().close(figure)
        assert path.stat().st_size > 1_500
