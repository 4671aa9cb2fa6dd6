"""Contradictory limits: named, irreducible, and violated least on request."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

pytest.importorskip("clarabel", reason="clarabel is not installed")

from hft_py.portfolio import InfeasiblePortfolioError, MVOConfig, build_portfolio_mvo

from .markets import market

M = market(30, seed=1)
LONG = MVOConfig(
    long_only=True, max_weight=0.1, beta_min=None, beta_max=None, periods_per_year=12.0
)

CASES: list[tuple[dict[str, Any], dict[str, Any], set[str]]] = [
    ({"max_weight": 0.02}, {}, {"net_exposure", "weight bounds"}),
    ({"net_min": 1.5, "net_max": 2.0, "max_weight": 1.0}, {}, {"net_exposure", "gross_leverage"}),
    ({"beta_max": 0.1}, {"betas": M.betas}, {"net_exposure", "beta", "weight bounds"}),
    ({"sector_max": 0.2}, {"sectors": M.sectors},
     {"net_exposure", "sector S0", "sector S1", "sector S2"}),
    ({"max_volatility": 1e-3}, {}, {"net_exposure", "volatility"}),
    ({"max_tracking_error": 1e-3, "sector_max": {"S0": 0.1}},
     {"benchmark": M.benchmark, "sectors": M.sectors}, {"tracking_error", "sector S0"}),
    ({}, {"current_weights": np.zeros(30)}, {"net_exposure", "turnover"}),
    ({}, {"adv": np.full(30, 1e4)}, {"net_exposure", "max_pct_adv"}),
    ({"max_weight": 0.1, "turnover_limit_annual": None, "net_min": -9.0, "net_max": 9.0},
     {"current_weights": np.eye(30)[0], "adv": np.full(30, 1e6)},
     {"weight bounds", "max_pct_adv"}),
]  # fmt: skip


def without(config: MVOConfig, name: str) -> MVOConfig:
    """The settings without one limit."""
    free: dict[str, dict[str, Any]] = {
        "net_exposure": {"net_min": -99.0, "net_max": 99.0},
        "weight bounds": {"max_weight": 99.0, "min_weight": -99.0, "long_only": False},
        "gross_leverage": {"gross_leverage": None},
        "beta": {"beta_min": None, "beta_max": None},
        "turnover": {"turnover_limit_annual": None},
        "max_pct_adv": {"max_pct_adv": None},
        "volatility": {"max_volatility": None},
        "tracking_error": {"max_tracking_error": None},
    }
    if name.startswith("sector"):
        values = {s: 0.2 for s in ("S0", "S1", "S2") if f"sector {s}" != name}
        if isinstance(config.sector_max, dict):
            values = {}
        return dataclasses.replace(config, sector_max=values or None)
    return dataclasses.replace(config, **free[name])


@pytest.mark.parametrize(("changes", "data", "expected"), CASES)
def test_conflicts_are_named_and_irreducible(
    changes: dict[str, Any], data: dict[str, Any], expected: set[str]
) -> None:
    config = dataclasses.replace(LONG, **changes)
    with pytest.raises(InfeasiblePortfolioError, match="no portfolio satisfies") as caught:
        build_portfolio_mvo(M.alpha, risk_model=M.risk, config=config, **data)
    assert set(caught.value.conflicts) == expected
    assert set(caught.value.violations) & expected  # there may be other conflicts
    assert all(name in str(caught.value) for name in expected)
    for name in expected:  # without any one of them there is a portfolio
        build_portfolio_mvo(M.alpha, risk_model=M.risk, config=without(config, name), **data)


@pytest.mark.parametrize(("changes", "data", "expected"), CASES)
def test_least_violating(changes: dict[str, Any], data: dict[str, Any], expected: set[str]) -> None:
    config = dataclasses.replace(LONG, infeasible="least_violating", **changes)
    found = build_portfolio_mvo(M.alpha, risk_model=M.risk, config=config, **data)
    assert set(found.conflicts) == expected
    assert set(found.violated) & expected


def test_the_least_violation_by_hand() -> None:
    """30 weights of at most 0.02 sum to 0.6: the net exposure misses 0.4 of 1, or the bounds 67 %.

    In units of the limits the first is less.
    """
    config = dataclasses.replace(LONG, max_weight=0.02, infeasible="least_violating")
    found = build_portfolio_mvo(M.alpha, risk_model=M.risk, config=config)
    assert found.violated == ("net_exposure",)
    np.testing.assert_allclose(found.array(), 0.02, atol=1e-6)


def test_two_separate_conflicts_are_told_one_at_a_time() -> None:
    config = dataclasses.replace(LONG, max_weight=0.02, beta_min=3.0, beta_max=4.0)
    with pytest.raises(InfeasiblePortfolioError) as caught:
        build_portfolio_mvo(M.alpha, risk_model=M.risk, config=config, betas=M.betas)
    assert set(caught.value.conflicts) in (
        {"weight bounds", "net_exposure"}, {"weight bounds", "beta"}, {"beta", "gross_leverage"}
    )  # fmt: skip
