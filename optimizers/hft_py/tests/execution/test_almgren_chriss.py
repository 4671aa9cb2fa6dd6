"""Almgren and Chriss's model against the paper, a solver and limits; impact models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from hft_py.execution import (
    AlmgrenChriss,
    calibrate_impact,
    linear_impact,
    square_root_impact,
)

PAPER = AlmgrenChriss(1e6, 5.0, 5, 0.95, 2.5e-6, 2.5e-7, 0.0625)


def test_the_example_of_the_paper() -> None:
    found = PAPER.trajectory(1e-6)
    np.testing.assert_allclose(
        found.trades, [458044.4, 252101.3, 141956.7, 85755.7, 62141.8], atol=0.05
    )
    np.testing.assert_allclose(found.expected_cost, 911_226.99, atol=0.005)
    np.testing.assert_allclose(found.standard_deviation, 603_430.67, atol=0.005)
    np.testing.assert_allclose(found.kappa, 0.607076, atol=5e-7)
    calm = PAPER.trajectory(0.0)
    assert calm.trades.tolist() == [200_000.0] * 5 and calm.e_folding_time == float("inf")
    assert round(calm.expected_cost) == 662_500 and round(calm.standard_deviation) == 1_040_673


@settings(max_examples=25, deadline=None)
@given(
    slices=st.integers(1, 40),
    risk_aversion=st.floats(0, 1e3),
    permanent=st.sampled_from([0.0, 2.5e-7]),
)
def test_no_schedule_is_better(slices: int, risk_aversion: float, permanent: float) -> None:
    model = AlmgrenChriss(1e6, 5.0, slices, 0.95, 2.5e-6, permanent, 0.0625)
    best = model.trajectory(risk_aversion)
    np.testing.assert_allclose(best.trades.sum(), 1e6, rtol=1e-12)
    assert (best.trades >= 0).all() and (np.diff(best.trades) <= 1e-9).all()
    np.testing.assert_allclose(best.holdings[:-1] - best.holdings[1:], best.trades, atol=1e-6)
    value = best.expected_cost + risk_aversion * best.variance
    rng = np.random.default_rng(slices)
    for _ in range(10):
        other = np.maximum(best.trades + 1e5 * rng.normal(size=slices), 0.0)
        if not other.any():
            continue
        moved = model.cost(other * (1e6 / other.sum()))
        assert moved.expected_cost + risk_aversion * moved.variance >= value * (1 - 1e-12)


def test_the_frontier_is_convex_and_ends_at_twap_and_at_once() -> None:
    frontier = PAPER.efficient_frontier(200)
    cost, variance = frontier.expected_cost, frontier.variance
    assert (np.diff(cost) > 0).all() and (np.diff(variance) < 0).all()
    slope = np.diff(cost) / np.diff(variance)
    assert (np.diff(slope) < 0).all()
    # The slope is the risk aversion: dE/dV = -lambda.
    middle = np.sqrt(frontier.risk_aversion[1:-1] * frontier.risk_aversion[2:])
    np.testing.assert_allclose(-slope[1:], middle, rtol=1e-3)
    assert PAPER.trajectory(1e30).trades.round(9).tolist() == [1e6, 0, 0, 0, 0]


def test_holdings_far_out_keep_their_digits() -> None:
    one = AlmgrenChriss(1.0, 1.0, 400, 1.0, 1e-6).trajectory(1.0)
    ratio = one.holdings[1:300] / one.holdings[:299]
    np.testing.assert_allclose(ratio, np.exp(-one.kappa / 400), rtol=1e-9)


def test_limits_against_another_solver() -> None:
    loose = PAPER.constrained(1e-6, 1e6)
    np.testing.assert_allclose(loose.trades, PAPER.trajectory(1e-6).trades, rtol=1e-7)
    limits = np.array([2.5e5, 1e5, 4e5, 4e5, 1e5])
    found = PAPER.constrained(1e-6, limits)

    def value(share: np.ndarray) -> float:
        one = PAPER.cost(share / share.sum() * 1e6)
        return (one.expected_cost + 1e-6 * one.variance) / 1e6

    other = minimize(
        value, limits / limits.sum(), method="SLSQP", bounds=[(0, one / 1e6) for one in limits],
        constraints={"type": "eq", "fun": lambda share: share.sum() - 1.0}, options={"ftol": 1e-15},
    )  # fmt: skip
    np.testing.assert_allclose(found.trades, other.x * 1e6, rtol=1e-4)
    assert (found.trades <= limits).all()
    assert found.expected_cost + 1e-6 * found.variance <= other.fun * 1e6 * (1 + 1e-9)
    with pytest.raises(ValueError, match="add up to 500000, less than the quantity 1e"):
        PAPER.constrained(1e-6, 1e5)


def test_bad_models() -> None:
    with pytest.raises(ValueError, match="take more slices, or a smaller impact"):
        AlmgrenChriss(1e6, 5.0, 1, 0.95, 1e-7, 2.5e-7)
    with pytest.raises(ValueError, match="risk_aversion=-1.0, expected at least 0"):
        PAPER.trajectory(-1.0)
    with pytest.raises(ValueError, match="trades add up to 5.0"):
        PAPER.cost(np.ones(5))
    with pytest.raises(ValueError, match="quantity=0.0"):
        AlmgrenChriss(0.0, 5.0, 5, 0.95, 2.5e-6)


def orders(n: int, seed: int, exponent: float = 0.5) -> pd.DataFrame:
    """Executed orders whose cost is ``0.7 sigma (Q / V)^exponent`` with noise."""
    rng = np.random.default_rng(seed)
    quantity, adv = 10 ** rng.uniform(3, 6, n), 10 ** rng.uniform(6, 7, n)
    sigma = rng.uniform(0.005, 0.05, n)
    sign = rng.choice([1.0, -1.0], n)
    cost = 0.7 * sigma * (quantity / adv) ** exponent + 0.3 * sigma * rng.normal(size=n)
    return pd.DataFrame({
        "side": np.where(sign > 0, "buy", "sell"), "quantity": quantity, "adv": adv,
        "volatility": sigma, "arrival_price": 40.0, "price": 40.0 * (1 + sign * cost),
        "duration": rng.uniform(0.1, 1.0, n),
    })  # fmt: skip


def test_calibrated_coefficients_and_their_errors() -> None:
    found = calibrate_impact(orders(3_000, 0, 0.6), "power")
    assert (np.abs(found.coefficients - [0.7, 0.6]) < 4 * found.standard_errors).all()
    # Errors are those of repeated experiments.
    fits = [calibrate_impact(orders(200, seed)) for seed in range(200)]
    values = np.array([fit.coefficients[0] for fit in fits])
    assert abs(values.mean() - 0.7) < 4 * values.std() / np.sqrt(200)
    assert abs(np.mean([fit.standard_errors[0] for fit in fits]) / values.std() - 1) < 0.2


def test_linear_impact_is_least_squares() -> None:
    frame = orders(500, 2)
    found = calibrate_impact(frame, "linear", fixed=True)
    share = (frame["quantity"] / frame["adv"]).to_numpy()
    x = np.column_stack([share / frame["duration"], 0.5 * share, np.ones(500)])
    sign = np.where(frame["side"] == "buy", 1.0, -1.0)
    y = (sign * (frame["price"] / 40.0 - 1.0)).to_numpy()
    theta, left = np.linalg.lstsq(x, y, rcond=None)[:2]
    np.testing.assert_allclose(found.coefficients, theta, rtol=1e-5)
    covariance = left[0] / 497 * np.linalg.inv(x.T @ x)
    np.testing.assert_allclose(found.standard_errors, np.sqrt(np.diag(covariance)), rtol=1e-5)
    assert found.names == ("temporary", "permanent", "fixed")


def test_impact_models() -> None:
    assert square_root_impact([0.0, 4e4], 0.02, 1e6).tolist() == [0.0, 0.02 * 0.2]
    # A slow, even trade in many slices costs what the model of slices says.
    model = AlmgrenChriss(1e6, 5.0, 100_000, 0.95, 2.5e-6, 2.5e-7, 0.0625)
    whole = model.trajectory(0.0).expected_cost
    each = linear_impact(1e6, 5.0, 2.5e-6, 2.5e-7, 0.0625)
    np.testing.assert_allclose(each * 1e6, whole, rtol=1e-5)
    with pytest.raises(ValueError, match="quantity"):
        square_root_impact(-1.0, 0.02, 1e6)
    with pytest.raises(ValueError, match="quantity"):
        linear_impact(-1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="fills has 1 orders, expected more than 1"):
        calibrate_impact(orders(1, 0))
