"""Portfolios in a row: the same as one by one, whatever was solved before; labels kept."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest

pytest.importorskip("clarabel", reason="clarabel is not installed")

from hft_py.portfolio import MVOConfig, MVORebalancer, build_portfolio, build_portfolio_mvo
from hft_py.portfolio import _sifting as sifting
from hft_py.risk import RiskModel

from .markets import market

CONFIG = MVOConfig(
    max_weight=0.05, beta_min=-0.1, beta_max=0.1, max_pct_adv=None, sector_min=-0.1, sector_max=0.1,
    turnover_limit_annual=6.0, periods_per_year=52.0, max_tracking_error=0.02,
)  # fmt: skip


def test_a_row_of_rebalances_equals_single_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices, working sets and solvers that are kept change no portfolio; nor does sifting."""
    m = market(150, k=5, seed=4)
    data: dict[str, Any] = {
        "betas": m.betas, "sectors": m.sectors, "benchmark": np.zeros(150),
        "borrow_rates": m.borrow_rates,
    }  # fmt: skip
    rebalancer = MVORebalancer(m.risk, config=CONFIG, **data)
    rng = np.random.default_rng(0)
    alpha, current = m.alpha, None
    free = []
    solve = sifting.Sifting.solve

    def watched(self: sifting.Sifting, problem: Any) -> Any:
        found = solve(self, problem)
        free.append(found.free if found else problem.n)
        return found

    for step in range(12):
        alpha = 0.9 * alpha + rng.normal(0.0, 0.0044, 150)
        monkeypatch.setattr(sifting.Sifting, "solve", watched)
        row = rebalancer.rebalance(alpha, step, current_weights=current)
        monkeypatch.setattr(sifting.Sifting, "solve", solve)
        single = build_portfolio_mvo(
            alpha, risk_model=m.risk, current_weights=current, config=CONFIG, **data
        )
        monkeypatch.setattr(sifting, "WHOLE", 1000)
        whole = build_portfolio_mvo(
            alpha, risk_model=m.risk, current_weights=current, config=CONFIG, **data
        )
        monkeypatch.undo()
        for other in (single, whole):
            np.testing.assert_allclose(row.weights, other.weights, atol=2e-6)
            assert row.utility == pytest.approx(other.utility, abs=1e-9)
        assert row.as_of == step
        current = row.weights
    assert min(free) < 50  # sifting did something


def test_appended_dates_change_nothing() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    m = market(12, seed=2)
    days = pd.date_range("2024-01-01", periods=6)
    alphas = pd.DataFrame(np.outer([1, -1, 2, 0.5, 1, 1], m.alpha), index=days)
    short = build_portfolio_mvo(alphas[:4], days[2], risk_model=m.risk)
    long = build_portfolio_mvo(alphas, days[2], risk_model=m.risk)
    pd.testing.assert_series_equal(short.weights, long.weights)
    np.testing.assert_allclose(
        long.weights, build_portfolio_mvo(2 * m.alpha, risk_model=m.risk).weights
    )
    between = build_portfolio_mvo(alphas, dt.datetime(2024, 1, 3, 12), risk_model=m.risk)
    pd.testing.assert_series_equal(between.weights, long.weights)
    for wrong in ("2023-12-31", "2024-01-07"):
        with pytest.raises(ValueError, match=f"as_of={wrong}.* is outside alpha's dates"):
            build_portfolio_mvo(alphas, wrong, risk_model=m.risk)
    with pytest.raises(ValueError, match="as_of is None"):
        build_portfolio_mvo(alphas, risk_model=m.risk)


def test_permuted_and_scaled_assets() -> None:
    m = market(90, k=4, seed=7)
    order = np.random.default_rng(1).permutation(90)
    mixed = RiskModel.build(
        m.risk.exposures[order], m.risk.factor_covariance, m.risk.specific_variance[order]
    )
    config = dataclasses.replace(CONFIG, max_tracking_error=None, sector_min=None, sector_max=None)
    first = build_portfolio_mvo(m.alpha, risk_model=m.risk, config=config, betas=m.betas)
    second = build_portfolio_mvo(
        m.alpha[order], risk_model=mixed, config=config, betas=m.betas[order]
    )
    np.testing.assert_allclose(first.weights[order], second.weights, atol=2e-6)
    # Forecasts, costs and covariance in other units: the same weights.
    scaled = RiskModel.build(
        m.risk.exposures, 100 * m.risk.factor_covariance, 100 * m.risk.specific_variance
    )
    third = build_portfolio_mvo(
        100 * m.alpha, risk_model=scaled, betas=m.betas,
        config=dataclasses.replace(config, cost_aversion=500.0),
    )  # fmt: skip
    np.testing.assert_allclose(first.weights, third.weights, atol=2e-6)


def test_labels_in_and_out() -> None:
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    pl = pytest.importorskip("polars", reason="polars is not installed")
    m = market(4, seed=5)
    names = ["D", "A", "C", "B"]
    risk = RiskModel.build(
        m.risk.exposures, m.risk.factor_covariance, m.risk.specific_variance, assets=names
    )
    betas = dict(zip(names, m.betas, strict=True))
    config = MVOConfig(max_weight=0.5, gross_leverage=1.0)
    expected = build_portfolio_mvo(m.alpha, risk_model=risk, config=config, betas=betas).weights
    alpha = pd.Series(m.alpha, index=names)
    for shuffled in itertools.islice(itertools.permutations(names), 4):
        found = build_portfolio_mvo(
            alpha[list(shuffled)], risk_model=risk, config=config, betas=betas,
            current_weights={"A": 0.0},
        )  # fmt: skip
        assert list(found.weights.index) == list(shuffled)
        np.testing.assert_allclose(found.weights[names], expected, atol=0.5)
        found = build_portfolio_mvo(
            alpha[list(shuffled)], risk_model=risk, config=config, betas=betas
        )
        np.testing.assert_allclose(found.weights[names], expected, atol=1e-6)
    frame = pl.DataFrame({"asset": names, "alpha": m.alpha})
    polars = build_portfolio_mvo(frame, risk_model=risk, config=config, betas=betas).weights
    assert polars.columns == ["asset", "weight"] and polars["asset"].to_list() == names
    np.testing.assert_allclose(polars["weight"], expected, atol=1e-6)
    part = build_portfolio_mvo(alpha[["A", "B"]], risk_model=risk, config=config)
    assert part.assets == ("A", "B")
    covariance = pd.DataFrame(risk.covariance(), index=names, columns=names)
    dense = build_portfolio_mvo(alpha, risk_model=covariance, config=config, betas=betas)
    np.testing.assert_allclose(dense.weights, expected, atol=1e-6)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"alpha": {"A": 0.1, "C": 0.1}}, "alpha names 'C', which the risk model does not have"),
    ({"alpha": {"A": np.nan, "B": 0.1}}, "alpha of 'A' is nan"),
    ({"alpha": [0.1, 0.1, 0.1]}, "alpha has length 3, expected 2"),
    ({"adv": {"A": -1.0, "B": 1.0}}, "adv of 'A' is -1.0, expected 0 or more"),
    ({"borrow_rates": [-0.1, 0.0]}, "borrow_rates of 'A' is -0.1"),
    ({"betas": {"A": 1.0}}, "betas has no value for 'B'"),
    ({"sectors": ["x"]}, "sectors has length 1, expected 2"),
    ({"sectors": {"A": "x"}}, "sectors has no value for 'B'"),
    ({"benchmark": {"Z": 1.0}}, "benchmark names 'Z'"),
    ({"current_weights": {"Z": 1.0}}, "current_weights names 'Z'"),
    ({"risk_model": [[1.0, 2.0], [2.0, 1.0]]}, "risk_model has the eigenvalue -1"),
    ({"risk_model": [[1.0, 0.0], [0.0, 0.0]]}, "variance 0.0"),
    ({"risk_model": [[1.0, 0.5], [0.0, 1.0]]}, "symmetric"),
]


@pytest.mark.parametrize(("changes", "message"), BAD)
def test_bad_input_names_the_argument(changes: dict[str, Any], message: str) -> None:
    risk = RiskModel.build(np.ones((2, 1)), [[0.01]], [0.01, 0.02], assets=["A", "B"])
    arguments: dict[str, Any] = {"alpha": {"A": 0.1, "B": 0.0}, "risk_model": risk} | changes
    if isinstance(arguments["risk_model"], list):
        arguments["alpha"] = [0.1, 0.0]
    with pytest.raises(ValueError, match=message):
        build_portfolio_mvo(**arguments)


def test_other_risk_models() -> None:
    m = market(70, k=4, seed=8)
    other = RiskModel.build(
        m.risk.exposures, 2 * m.risk.factor_covariance, m.risk.specific_variance
    )
    config = MVOConfig(impact=1.0, max_pct_adv=None, periods_per_year=12.0)
    rebalancer = MVORebalancer(m.risk, config=config, adv=m.adv)
    rebalancer.rebalance(m.alpha)
    rebalancer.update_risk(other)
    np.testing.assert_allclose(
        rebalancer.rebalance(m.alpha).weights,
        build_portfolio_mvo(m.alpha, risk_model=other, config=config, adv=m.adv).weights,
        atol=1e-7,
    )


def test_heuristic_moves_within_turnover_and_volume() -> None:
    m = market(40, seed=6)
    config = MVOConfig(use_mvo=False, top_n=5, max_weight=0.2, periods_per_year=12.0, capital=1e6)
    first = build_portfolio(m.alpha, config=config)
    order = np.argsort(m.alpha)
    assert (first.weights[order[-5:]] == 0.1).all() and (first.weights[order[:5]] == -0.1).all()
    assert first.gross == pytest.approx(1.0) and first.net == pytest.approx(0.0)
    second = build_portfolio(
        -m.alpha, config=config, current_weights=first.weights, adv=m.adv, risk_model=m.risk
    )
    assert second.turnover == pytest.approx(0.25) or second.turnover < 0.25
    assert (np.abs(second.trades) * 1e6 <= 0.05 * m.adv * (1 + 1e-9)).all()
    assert second.method == "heuristic" and second.volatility > 0 and np.isnan(first.volatility)
    with pytest.raises(ValueError, match="risk_model is None"):
        build_portfolio(m.alpha)
