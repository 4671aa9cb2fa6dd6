"""Mean-variance portfolios: optimal by the conditions of Karush, Kuhn and Tucker."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("clarabel", reason="clarabel is not installed")

from hft_py.portfolio import MVOConfig, build_portfolio_mvo

from .kkt import distance_to_optimality, slackness
from .markets import Market, market

TOLERANCE = 5e-6  # forecasts are about 0.01; ten times that where the cost has a square root


def optimal(m: Market, config: MVOConfig, current: Any = None, **data: Any) -> Any:
    """The portfolio of a market, its optimality checked."""
    found = build_portfolio_mvo(
        m.alpha, risk_model=m.risk, current_weights=current, config=config, **data
    )
    start = np.zeros(len(m.alpha)) if current is None else current
    gap = distance_to_optimality(found, m.alpha, m.covariance, config, start, **data)
    assert gap.max() < TOLERANCE * (10 if config.impact else 1), (gap.argmax(), gap.max())
    assert slackness(found) < TOLERANCE
    assert found.violated == ()
    return found


@settings(max_examples=40)
@given(st.data())
def test_optimal_whatever_the_limits(data: Any) -> None:
    """Small and large universes (whole and sifted), any set of limits, with and without trades."""
    n = data.draw(st.sampled_from([1, 2, 12, 150]))
    m = market(n, k=min(4, n), seed=data.draw(st.integers(0, 10**6)))
    long_only = data.draw(st.booleans())

    def pick(*choices: Any) -> Any:
        return data.draw(st.sampled_from(choices))

    config = MVOConfig(
        risk_aversion=pick(0.0, 1.0, 25.0),
        cost_aversion=pick(0.0, 5.0),
        long_only=long_only,
        gross_leverage=pick(None, 1.0),
        net_min=pick(-0.05, 0.2) if not long_only else 0.2,
        net_max=pick(0.2, 0.6),
        max_weight=max(0.05, 1.5 / n),
        beta_min=pick(None, -2.0),
        beta_max=pick(None, 2.0),
        turnover_limit_annual=pick(None, 3.0),
        periods_per_year=pick(2.0, 12.0),
        max_tracking_error=pick(None, 0.2),
        max_volatility=pick(None, 0.3),
        sector_max=pick(None, 0.6),
        impact=pick(0.0, 0.0, 0.5),
        max_pct_adv=None,
    )
    current = pick(None, m.current)
    optimal(m, config, current, betas=m.betas, sectors=m.sectors, adv=m.adv,
            benchmark=m.benchmark, borrow_rates=m.borrow_rates)  # fmt: skip


def test_the_conditions_notice_a_wrong_portfolio() -> None:
    """A negative control: weights that are not optimal, and multipliers of another problem."""
    m = market(12, seed=3)
    config = MVOConfig(max_weight=0.4, max_pct_adv=None)
    found = optimal(m, config)
    held = found.array()
    i, j = np.argsort(-held)[:2]
    moved = held.copy()
    moved[[i, j]] += (-1e-3, 1e-3)
    wrong = dataclasses.replace(found, weights=moved)
    assert distance_to_optimality(wrong, m.alpha, m.covariance, config, 0 * held).max() > 1e-4
    free = dataclasses.replace(config, gross_leverage=None)
    assert (
        distance_to_optimality(
            dataclasses.replace(found, limits=found.limits[:1]),
            m.alpha,
            m.covariance,
            free,
            0 * held,
        ).max()
        > 1e-4
    )
