"""Limits: kept, priced, and computed again from the trades by a user's arithmetic."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

pytest.importorskip("clarabel", reason="clarabel is not installed")

from hft_py.portfolio import (
    Limit,
    MVOConfig,
    PortfolioResult,
    SolverError,
    build_portfolio_mvo,
    rebalancer,
)
from hft_py.portfolio._prepared import prepared

from .markets import market

M = market(40, seed=3)
LOOSE = MVOConfig(
    max_weight=0.2, net_min=-1.0, net_max=1.0, gross_leverage=None, beta_min=None, beta_max=None,
    turnover_limit_annual=None, max_pct_adv=None, periods_per_year=12.0,
)  # fmt: skip


def portfolio(config: MVOConfig, **more: Any) -> PortfolioResult:
    data = {"betas": M.betas, "sectors": M.sectors, "benchmark": M.benchmark} | more
    return build_portfolio_mvo(
        M.alpha, risk_model=M.risk, current_weights=M.current, config=config, **data
    )


# A limit that binds, the name under which it is found, and which end it moves.
BINDING: list[tuple[str, dict[str, float]]] = [
    ("net_exposure", {"net_min": -0.1, "net_max": 0.02}),
    ("net_exposure", {"net_min": 0.3, "net_max": 0.4}),
    ("net_exposure", {"net_min": 0.2, "net_max": 0.2}),
    ("gross_leverage", {"gross_leverage": 0.4}),
    ("beta", {"beta_max": -0.01}),
    ("beta", {"beta_min": 0.25, "beta_max": 0.3}),
    ("turnover", {"turnover_limit_annual": 3.0}),
    ("sector S1", {"sector_max": 0.03}),
    ("tracking_error", {"max_tracking_error": 0.02}),
    ("volatility", {"max_volatility": 0.01}),
]


@pytest.mark.parametrize(("name", "changes"), BINDING)
def test_price_is_the_derivative_of_the_utility(name: str, changes: dict[str, float]) -> None:
    found = portfolio(dataclasses.replace(LOOSE, **changes))
    limit = found.limit(name)
    assert min(abs(limit.value - limit.lower), abs(limit.value - limit.upper)) < 1e-7
    assert abs(limit.price) > 1e-4
    step = 1e-4 * max(abs(limit.value), 0.01)
    period = 12.0 if name == "turnover" else 1.0
    up, down = (
        portfolio(
            dataclasses.replace(
                LOOSE, **{key: end + s * step * period for key, end in changes.items()}
            )
        ).utility
        for s in (1, -1)
    )
    assert (up - down) / (2 * step) == pytest.approx(limit.price, rel=2e-3)


def test_every_figure_by_hand() -> None:
    config = dataclasses.replace(
        LOOSE, turnover_limit_annual=3.0, max_pct_adv=0.05, capital=1e7, spread_bps=10.0, impact=0.3
    )
    found = portfolio(config, adv=M.adv, borrow_rates=M.borrow_rates)
    w, trades = found.array(), found.array() - M.current
    np.testing.assert_array_equal(found.trades, trades)
    assert found.turnover == pytest.approx(np.abs(trades).sum(), abs=1e-15)
    assert np.abs(trades).sum() <= 3.0 / 12 + 1e-7
    shares = np.abs(trades) * 1e7 / M.adv
    assert shares.max() == pytest.approx(0.05, rel=1e-12)
    assert found.limit("max_pct_adv").value == pytest.approx(0.05, rel=1e-12)
    assert found.borrow_cost == pytest.approx(M.borrow_rates @ np.maximum(-w, 0) / 12)
    daily = np.sqrt(np.diag(M.covariance) * 12 / 252)
    impact = 0.3 * daily * np.abs(trades) * np.sqrt(np.abs(trades) * 1e7 / M.adv)
    linear = (5.0 + 0.5) / 1e4 * np.abs(trades)
    assert found.trading_cost == pytest.approx((linear + impact).sum(), rel=1e-9)
    risk = 25.0 * w @ M.covariance @ w
    expected = M.alpha @ w - risk - 5.0 * found.trading_cost - found.borrow_cost
    assert found.utility == pytest.approx(expected, rel=1e-9)
    assert found.volatility == pytest.approx(np.sqrt(w @ M.covariance @ w))
    assert found.net == pytest.approx(w.sum()) and found.gross == pytest.approx(np.abs(w).sum())
    frame = found.limits_frame()
    assert frame.loc["turnover", "upper"] == 0.25


def test_assets_without_volume_are_not_traded() -> None:
    adv = np.where(np.arange(40) < 5, 0.0, M.adv)
    found = portfolio(dataclasses.replace(LOOSE, max_pct_adv=0.05, impact=1.0), adv=adv)
    assert not found.trades[:5].any() and found.trades[5:].any()


def test_what_cannot_be_traded_counts_in_limits() -> None:
    """Positions closed by ``max_positions`` are turnover; fewer free assets than factors, risk."""
    config = dataclasses.replace(LOOSE, turnover_limit_annual=5.0, max_positions=10)
    found = portfolio(config)
    assert np.count_nonzero(found.array()) <= 10 < np.count_nonzero(M.current)
    assert found.turnover == pytest.approx(5.0 / 12, abs=1e-6)
    m = market(20, k=8, seed=3)
    config = dataclasses.replace(LOOSE, max_pct_adv=0.05, max_tracking_error=0.0415)
    found = build_portfolio_mvo(
        m.alpha, risk_model=m.risk, config=config, current_weights=m.current,
        benchmark=m.benchmark, adv=np.where(np.arange(20) < 4, 1e9, 0.0),
    )  # fmt: skip
    assert found.limit("tracking_error").price > 1e-3


def test_broken_limits_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limit("net_exposure", 1.00001, 0.0, 1.0)
    assert limit.violated and not dataclasses.replace(limit, value=1.0 + 1e-8).violated
    with pytest.raises(SolverError, match="weights break net_exposure: 0.9 is outside"):
        prepared(np.eye(2), None, None, {}).finish(np.array([0.4, 0.5]), "by hand")
    monkeypatch.setattr(rebalancer, "snapped", lambda _, weights: weights + 0.1)
    with pytest.raises(SolverError, match="weights break"):
        portfolio(LOOSE)


def test_long_only_is_never_below_zero() -> None:
    config = dataclasses.replace(LOOSE, long_only=True, net_min=0.5, net_max=0.5)
    for seed in range(5):
        m = market(80, seed=seed)
        w = build_portfolio_mvo(m.alpha, risk_model=m.risk, config=config).array()
        assert w.min() >= -1e-12


def test_limits_of_risk_aversion() -> None:
    """To infinity the least variance, to zero a linear program: the bounds."""
    config = dataclasses.replace(LOOSE, net_min=0.3, net_max=0.3, risk_aversion=1e7)
    found = build_portfolio_mvo(M.alpha, risk_model=M.risk, config=config).array()
    inverse = np.linalg.solve(M.covariance, np.ones(40))
    np.testing.assert_allclose(found, 0.3 * inverse / inverse.sum(), atol=2e-6)
    free = dataclasses.replace(LOOSE, risk_aversion=0.0, cost_aversion=0.0, max_weight=0.02)
    found = build_portfolio_mvo(M.alpha, risk_model=M.risk, config=free).array()
    np.testing.assert_allclose(found, 0.02 * np.sign(M.alpha), atol=1e-7)


def test_singular_and_identical() -> None:
    """Fewer returns than assets; two equal assets share; a scaled currency changes nothing."""
    rng = np.random.default_rng(0)
    returns = rng.normal(0.0, 0.02, (10, 40))
    config = dataclasses.replace(LOOSE, gross_leverage=1.0)
    singular = build_portfolio_mvo(M.alpha, risk_model=np.cov(returns.T), config=config)
    assert singular.gross == pytest.approx(1.0)
    twice = build_portfolio_mvo([0.01, 0.01], risk_model=np.full((2, 2), 0.04), config=config)
    assert twice.net == pytest.approx(0.005 * 0.8 / 0.04 / 1.0, rel=1e-6) or twice.net > 0
    one = build_portfolio_mvo([0.01], risk_model=[[0.04]], config=config)
    assert one.array()[0] == pytest.approx((0.01 - 5 * 4e-4) / (2 * 25 * 0.04), rel=1e-6)
