"""The bracket contains every price and has no width where the price is known."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_monte_carlo import (
    AsianOption,
    _dates,
    black_scholes,
    curran_lower_bound,
    geometric,
    parity,
    price,
)
from gpu_monte_carlo.bounds import bracket
from gpu_monte_carlo.payoff import payoffs

OPTIONS = st.builds(
    AsianOption,
    spot=st.sampled_from([1e-3, 100.0, 1e6]),
    strike=st.sampled_from([0.0, 1.0, 50.0, 90.0, 100.0, 110.0, 200.0, 1e4]),
    rate=st.floats(-0.1, 0.2),
    dividend=st.floats(-0.1, 0.2),
    volatility=st.one_of(st.just(0.0), st.floats(1e-9, 1e-3), st.floats(1e-3, 1.5)),
    maturity=st.floats(0.01, 4.0),
    observations=st.integers(1, 12),
    average=st.sampled_from(["arithmetic", "geometric"]),
    kind=st.sampled_from(["call", "put"]),
    strike_type=st.sampled_from(["fixed", "floating"]),
    includes_spot=st.booleans(),
).map(lambda one: replace(one, strike=one.strike * one.spot / 100.0))
NORMALS = np.random.default_rng(20).standard_normal((12, 20_000))


@settings(max_examples=100, deadline=None)
@given(OPTIONS)
def test_simulation_is_inside(one: AsianOption) -> None:
    """For many options at once, on the same paths."""
    lower, upper = bracket(one)
    assert 0.0 <= lower <= upper
    z = NORMALS[: one.observations]
    y = (payoffs(one, z) + payoffs(one, -z)) / 2
    error = y.std() / math.sqrt(y.size)
    # What rare paths would add is in no error: allowed where few pay, or few pay most of it.
    slack = 5 * error + 1e-9 * (one.spot + one.strike)
    known = np.count_nonzero(y) >= 100 and one.volatility * math.sqrt(one.maturity) <= 0.5
    forward = replace(one, strike=0.0, kind="call", strike_type="fixed")
    most = max(float(payoffs(forward, np.abs(z) + 1.0).max()), one.discount * one.strike)
    rare = 0.0 if known else 10 / y.size * most
    assert lower - slack - rare <= y.mean() <= upper + slack


@settings(max_examples=100, deadline=None)
@given(OPTIONS)
def test_parity_holds_between_the_brackets(one: AsianOption) -> None:
    """What the call's bounds say of the put does not contradict the put's own."""
    call, put = replace(one, kind="call"), replace(one, kind="put")
    (low, high), (put_low, put_high) = bracket(call), bracket(put)
    slack = 1e-11 * (one.spot + one.strike)
    assert low - parity(call) <= put_high + slack
    assert high - parity(call) >= put_low - slack


@settings(max_examples=60, deadline=None)
@given(OPTIONS)
def test_equal_where_nothing_is_uncertain(one: AsianOption) -> None:
    still = replace(one, volatility=0.0)
    lower, upper = bracket(still)
    assert lower == upper
    certain = max(still.phi * parity(replace(still, kind="call")), 0.0)
    assert lower == pytest.approx(certain, abs=1e-13 * (one.spot + one.strike))
    geometric_one = replace(one, average="geometric")
    assert bracket(geometric_one) == (geometric(geometric_one),) * 2
    free = replace(one, strike=0.0, strike_type="fixed", average="arithmetic")
    assert bracket(free)[0] == pytest.approx(bracket(free)[1], rel=1e-12)


def test_one_price_is_black_scholes(option: Any) -> None:
    for kind in ("call", "put"):
        one = option(observations=1, strike=120.0, kind=kind)
        assert list(bracket(one)) == pytest.approx([black_scholes(one)] * 2, rel=1e-12)


@pytest.mark.parametrize("strike", [1e-300, 60.0, 185.0, 1e300])
@pytest.mark.parametrize("volatility", [1e-12, 0.2, 17.0])
@pytest.mark.parametrize("kind", ["call", "put"])
def test_far_away(option: Any, strike: float, volatility: float, kind: str) -> None:
    """Finite, in order, and no further apart than the option's own largest value."""
    one = option(strike=strike, volatility=volatility, kind=kind, observations=12)
    lower, upper = bracket(one)
    assert 0.0 <= lower <= upper < math.inf
    most = (
        parity(replace(one, kind="call", strike=0.0)) if kind == "call" else (one.discount * strike)
    )
    assert upper <= most * (1 + 1e-12)


def test_known_prices_are_inside(option: Any) -> None:
    for strike, value in ((90.0, 12.611299), (100.0, 5.781824), (110.0, 2.003958)):
        lower, upper = bracket(option(strike=strike))
        assert lower <= value <= upper
        assert value - lower < 2e-2  # the rule of the geometric option is nearly the best


def test_large_volatility_has_a_price_though_no_path_pays(option: Any) -> None:
    """Where a simulation without a change of measure finds a third of the price."""
    one = option(rate=0.0, volatility=0.8, maturity=100.0, observations=12)
    lower, upper = bracket(one)
    assert 70.0 < lower < curran_lower_bound(one) < upper < 97.0


def test_floating_strikes_by_simulation(option: Any) -> None:
    for kind in ("call", "put"):
        for includes_spot in (False, True):
            one = option(
                strike_type="floating", kind=kind, includes_spot=includes_spot, observations=12
            )
            lower, upper = bracket(one)
            found = price(one, paths=100_000, backend="numpy")
            assert lower - 4 * found.standard_error <= found.price <= upper
            assert found.price - lower < 0.05 < upper - lower


@pytest.mark.parametrize("strike_type", ["fixed", "floating"])
def test_chunks_change_nothing(
    option: Any, strike_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = option(strike_type=strike_type, includes_spot=True)
    whole = bracket(one)
    monkeypatch.setattr(_dates, "CHUNK", 7)
    assert bracket(one) == pytest.approx(whole, rel=1e-13)
