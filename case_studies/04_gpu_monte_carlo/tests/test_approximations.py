"""Analytic approximations where they are hard: tiny and large volatility, far strikes."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpu_monte_carlo import AsianOption, curran_lower_bound, levy, parity, turnbull_wakeman
from gpu_monte_carlo.approximations import central_moments
from gpu_monte_carlo.bounds import bracket
from gpu_monte_carlo.closed_form import arithmetic_forward
from gpu_monte_carlo.payoff import payoffs

APPROXIMATIONS = (levy, turnbull_wakeman, curran_lower_bound)


@pytest.mark.parametrize("n", [12, 252])
@pytest.mark.parametrize("volatility", [1e-9, 1e-5, 3e-4, 1e-2])
def test_they_meet_as_volatility_vanishes(option: Any, volatility: float, n: int) -> None:
    """All differ from the price by less than volatility**2 of it."""
    one = option(rate=0.0, volatility=volatility, observations=n)
    exact = volatility * 100.0 * _bachelier(n)
    for approximation in APPROXIMATIONS:
        assert approximation(one) == pytest.approx(exact, rel=volatility**2 + 1e-6), approximation


def _bachelier(n: int) -> float:
    """At the money, over volatility and spot: the standard deviation by ``sqrt(2 pi)``."""
    return math.sqrt((n + 1) * (2 * n + 1) / (6 * n * n) / (2 * math.pi))


@pytest.mark.parametrize(
    ("volatility", "maturity", "rate", "n"),
    [(0.005, 1 / 365, 0.0, 24), (0.001, 1 / 12, 0.0, 21), (0.1, 1 / 8760, 0.05, 252)],
)
def test_short_lives(option: Any, volatility: float, maturity: float, rate: float, n: int) -> None:
    one = option(volatility=volatility, maturity=maturity, rate=rate, observations=n)
    assert turnbull_wakeman(one) == pytest.approx(curran_lower_bound(one), rel=1e-7)
    assert levy(one) == pytest.approx(curran_lower_bound(one), rel=1e-6)


def test_no_step_where_the_series_begins(option: Any) -> None:
    below, above = (option(volatility=v, rate=0.0) for v in (0.9999999e-7, 1.0000001e-7))
    assert turnbull_wakeman(above) == pytest.approx(turnbull_wakeman(below), rel=1e-6)


@pytest.mark.parametrize("volatility", [1.01, 3.0, 17.0])
def test_a_series_that_diverges_is_refused(option: Any, volatility: float) -> None:
    one = option(volatility=volatility, observations=12)
    with pytest.raises(ValueError, match=rf"volatility={volatility}.*maturity=1.0.*at most 1") as e:
        turnbull_wakeman(one)
    assert "take curran_lower_bound or price" in str(e.value)
    assert 0.0 < curran_lower_bound(one) <= levy(one) <= 100.0


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("strike", [0.0, 5e-324, 1e-150, 1e150])
def test_extreme_strikes_have_their_limit(option: Any, strike: float, kind: str) -> None:
    one = option(strike=strike, kind=kind, observations=12)
    limit = max(one.phi * parity(replace(one, kind="call")), 0.0)
    for approximation in APPROXIMATIONS:
        assert approximation(one) == pytest.approx(limit, rel=1e-12, abs=1e-300), approximation


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("includes_spot", [False, True])
@pytest.mark.parametrize("volatility", [0.0, 1e-320, 1e-160, 1e-9])
@pytest.mark.parametrize("strike", [99.0, 150.0])
def test_tiny_volatility_is_certain(
    option: Any, kind: str, includes_spot: bool, volatility: float, strike: float
) -> None:
    one = option(
        rate=0.0,
        volatility=volatility,
        strike=strike,
        kind=kind,
        includes_spot=includes_spot,
        observations=12,
    )
    for approximation in APPROXIMATIONS:
        certain = max(one.phi * (100.0 - strike), 0.0)
        assert approximation(one) == pytest.approx(certain, rel=1e-12), approximation


def test_zero_volatility_at_the_money_is_nothing(option: Any) -> None:
    for approximation in APPROXIMATIONS:
        assert approximation(option(rate=0.0, volatility=0.0)) == pytest.approx(0.0, abs=1e-12)


def test_a_put_far_out_of_the_money_keeps_its_digits(option: Any) -> None:
    """Against the mean over paths drawn around those that pay."""
    one = option(rate=0.0, strike=60.0, kind="put", observations=12)
    rng = np.random.default_rng(2)
    z, shift = rng.standard_normal((12, 200_000)), -1.3
    weight = np.exp(-shift * z.sum(axis=0) - 6 * shift**2)
    y = payoffs(one, z + shift) * weight
    assert curran_lower_bound(one) == pytest.approx(
        y.mean(), rel=0.05, abs=4 * y.std() / math.sqrt(y.size)
    )
    deeper = [curran_lower_bound(replace(one, strike=k)) for k in (50.0, 40.0, 30.0, 20.0, 1.0)]
    assert all(a > b >= 0.0 for a, b in itertools.pairwise(deeper))


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        AsianOption,
        spot=st.just(100.0),
        strike=st.floats(0.0, 500.0),
        rate=st.floats(-0.2, 0.2),
        dividend=st.floats(-0.2, 0.2),
        volatility=st.floats(0.0, 1.0),
        maturity=st.floats(1e-6, 1.0),
        observations=st.integers(1, 30),
        kind=st.sampled_from(["call", "put"]),
        includes_spot=st.booleans(),
    )
)
@example(AsianOption(100, 60, 0, 0, 0.2, 1, 252, kind="put"))
def test_never_an_arbitrage(one: AsianOption) -> None:
    least = max(one.phi * parity(replace(one, kind="call")), 0.0)
    for approximation in APPROXIMATIONS:
        assert approximation(one) >= least * (1 - 1e-12), approximation
    lower, upper = bracket(one)
    assert lower * (1 - 1e-9) - 1e-12 <= curran_lower_bound(one) <= upper * (1 + 1e-9) + 1e-12


@pytest.mark.parametrize("includes_spot", [False, True])
def test_moments_are_those_of_paths(option: Any, includes_spot: bool) -> None:
    one = option(observations=3, volatility=0.4, includes_spot=includes_spot, strike=0.0, rate=0.1)
    z = np.random.default_rng(3).standard_normal((3, 400_000))
    average = np.concatenate([payoffs(one, z), payoffs(one, -z)]) / one.discount
    relative = average / arithmetic_forward(one) - 1.0
    for p, moment in enumerate(central_moments(one), start=2):
        power = relative**p
        assert abs(power.mean() - moment) <= 5 * power.std() / math.sqrt(power.size)


def test_moments_of_two_prices_by_hand(option: Any) -> None:
    """``A / E[A] - 1`` of two prices without drift, expanded; no digit lost at a millionth."""
    one = option(rate=0.0, observations=2, volatility=1e-6, maturity=2.0)
    v = 1e-12  # a step's variance: A - 1 is x + y / 2 to first order
    second, third, fourth = central_moments(one)
    assert second == pytest.approx(v * (1 + 0.25), rel=1e-11)
    assert fourth == pytest.approx(3 * second**2, rel=1e-10)
    # E[(x + y/2 + xy/2)^3] = E x^3 + E y^3 / 8 + 6 E[x y/2 xy/2]
    assert third == pytest.approx(v * v * (3 + 3 / 8 + 6 / 4), rel=1e-10)
