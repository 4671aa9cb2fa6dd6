"""Sensitivities, prices already known, own dates, later exercise: against exact prices.

The oracles use nothing of the package but the terms of an option. Sensitivities are differences
of the fourth order of their prices, right to eight digits.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from gpu_monte_carlo import (
    AsianOption,
    bracket,
    curran_lower_bound,
    levy,
    likelihood_ratio_delta,
    parity,
    price,
    turnbull_wakeman,
)
from gpu_monte_carlo import geometric as closed_form

PAST, TIMES = (90.0, 120.0, 95.0), (0.1, 0.15, 0.7)
SHAPES = list(itertools.product(("call", "put"), ("fixed", "floating"), (False, True)))
STEPS = {"spot": 0.05, "volatility": 1e-3, "rate": 1e-3, "elapsed": 2e-4}
NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
Price = Callable[..., float]


def black(forward: np.ndarray, strike: np.ndarray, deviation: float, phi: float) -> np.ndarray:
    """Undiscounted, the forward's own value where the strike is not positive."""
    with np.errstate(divide="ignore", invalid="ignore"):
        d = np.log(forward / strike) / deviation + deviation / 2
        value = phi * (forward * norm.cdf(phi * d) - strike * norm.cdf(phi * (d - deviation)))
    return np.where(strike > 0, value, np.maximum(phi * (forward - strike), 0.0))


def geometric(
    one: AsianOption, spot: float, volatility: float, rate: float, elapsed: float
) -> float:
    """From means and covariances of the logarithms, term by term; dates come closer."""
    t = np.array(one.times) - elapsed
    life, m = one.maturity - elapsed, len(one.past_fixings) + one.includes_spot + len(t)
    drift = rate - one.dividend - volatility**2 / 2
    known = [*np.log(one.past_fixings), *[np.log(spot)] * one.includes_spot]
    mean = (sum(known) + sum(np.log(spot) + drift * x for x in t)) / m
    variance = volatility**2 * sum(min(x, y) for x in t for y in t) / m**2
    discount, average = np.exp(-rate * life), np.exp(mean + variance / 2)
    if one.strike_type == "fixed":
        return float(discount * black(average, one.strike, np.sqrt(variance), one.phi))
    last = spot * np.exp((rate - one.dividend) * life)
    covariance = volatility**2 * sum(t) / m
    spread = volatility**2 * life + variance - 2 * covariance
    return float(discount * black(last, average, np.sqrt(spread), one.phi))


def two_steps(
    one: AsianOption, spot: float, volatility: float, rate: float, elapsed: float
) -> float:
    """An arithmetic average: one integral over the first step, Black's formula for the second.

    Of two observations and a fixed strike, or one and an exercise of a floating one later.
    """
    ends = [*one.times, one.maturity][:2]
    first, second = ends[0] - elapsed, ends[1] - ends[0]
    drift = rate - one.dividend
    z, weight = 9 * NODES, 9 * WEIGHTS * norm.pdf(9 * NODES)
    now = spot * np.exp((drift - volatility**2 / 2) * first + volatility * np.sqrt(first) * z)
    m = len(one.past_fixings) + one.includes_spot + len(one.times)
    known = sum(one.past_fixings) + one.includes_spot * spot + now
    strike, share = (m * one.strike - known, 1 / m)
    if one.strike_type == "floating":
        strike, share = known / m, 1.0
    inner = black(now * np.exp(drift * second), strike, volatility * np.sqrt(second), one.phi)
    return float(np.exp(-rate * (one.maturity - elapsed)) * share * (weight @ inner))


def linear(one: AsianOption, spot: float, volatility: float, rate: float, elapsed: float) -> float:
    """Discounted mean less strike, of an arithmetic average that is exercised for certain."""
    t = np.array(one.times) - elapsed
    ahead = spot * (one.includes_spot + np.exp((rate - one.dividend) * t).sum())
    m = len(one.past_fixings) + one.includes_spot + len(t)
    gain = one.phi * ((sum(one.past_fixings) + ahead) / m - one.strike)
    return float(np.exp(-rate * (one.maturity - elapsed)) * max(gain, 0.0))


def figures(price: Price, one: AsianOption) -> dict[str, float]:
    """The price and all sensitivities."""
    point = {"spot": one.spot, "volatility": one.volatility, "rate": one.rate, "elapsed": 0.0}

    def at(name: str, k: int) -> float:
        return price(one, **{**point, name: point[name] + k * STEPS[name]})

    def slope(name: str) -> float:
        near, far = (at(name, k) - at(name, -k) for k in (1, 2))
        return (8 * near - far) / (12 * STEPS[name])

    near, far = (at("spot", k) + at("spot", -k) - 2 * at("spot", 0) for k in (1, 2))
    return {
        "price": at("spot", 0),
        "delta": slope("spot"),
        "vega": slope("volatility"),
        "gamma": (16 * near - far) / (12 * STEPS["spot"] ** 2),
        "theta": slope("elapsed"),
        "rho": slope("rate"),
    }


def made(**changes: Any) -> AsianOption:
    given: dict[str, Any] = {"past_fixings": PAST, "fixing_times": TIMES, **changes}
    return AsianOption(100.0, 98.0, 0.05, 0.02, 0.3, 1.0, **given)


def agrees(one: AsianOption, exact: Price, backend: str) -> None:
    """Every figure within four standard errors of the oracle's."""
    found = price(one, paths=400_000, seed=11, backend=backend, greeks=True)
    expected = figures(exact, one)
    for name, value in expected.items():
        mine = found.price if name == "price" else found.greeks[name]
        errors = found.greeks_standard_error
        error = found.standard_error if name == "price" else errors[name]
        assert abs(mine - value) <= 4 * error + 1e-7, (name, mine, value, error)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    "dates",
    [
        {},
        {"past_fixings": ()},
        {"fixing_times": None, "observations": 3},
    ],
    ids=["past and own dates", "own dates", "past"],
)
def test_geometric_averages(shape: Any, dates: Any, backend: str) -> None:
    kind, strike_type, includes_spot = shape
    one = made(
        kind=kind,
        strike_type=strike_type,
        includes_spot=includes_spot,
        average="geometric",
        **dates,
    )
    assert closed_form(one) == pytest.approx(figures(geometric, one)["price"], rel=1e-11)
    assert closed_form(replace(one, kind="call")) - closed_form(
        replace(one, kind="put")
    ) == pytest.approx(parity(one), rel=1e-11)
    agrees(one, geometric, backend)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("past", [(), PAST], ids=["nothing known", "past"])
def test_arithmetic_averages(shape: Any, past: Any, backend: str) -> None:
    """Paid, or exercised, after the last observation."""
    kind, strike_type, includes_spot = shape
    one = made(
        kind=kind,
        strike_type=strike_type,
        includes_spot=includes_spot,
        past_fixings=past,
        fixing_times=(0.1, 0.7) if strike_type == "fixed" else (0.4,),
    )
    agrees(one, two_steps, backend)
    low, high = bracket(one)
    exact = figures(two_steps, one)["price"]
    assert low * (1 - 1e-9) <= exact <= high * (1 + 1e-9)
    assert exact - low < 0.02 * exact or strike_type == "floating"


def test_today_in_the_average_is_black_scholes_of_another_strike(backend: str) -> None:
    """One observation more: half of what the European option with ``2 K - S_0`` pays."""
    one = made(past_fixings=(), fixing_times=None, observations=1, includes_spot=True)

    def european(_: AsianOption, spot: float, **rest: float) -> float:
        plain = replace(one, strike=2 * one.strike - spot, includes_spot=False)
        return geometric(plain, spot=spot, **rest) / 2

    agrees(one, european, backend)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("includes_spot", [False, True])
def test_exercise_that_is_certain_has_no_error(
    kind: str, includes_spot: bool, backend: str
) -> None:
    one = made(kind=kind, includes_spot=includes_spot, past_fixings=(250.0, 240.0, 220.0))
    others = [made(), replace(one, strike=165.0)]
    found = price([others[0], one, others[1]], paths=1, backend=backend, greeks=True)
    for name, value in figures(linear, one).items():
        mine, error = (
            (found.price, found.standard_error)
            if name == "price"
            else (found.greeks[name], found.greeks_standard_error[name])
        )
        assert mine[1] == pytest.approx(value, rel=1e-8, abs=1e-9)
        assert error[1] == 0.0
        assert error[0] > 0.0
    alone = price(one, backend=backend)
    assert (alone.price, alone.paths, alone.variance_reduction) == (found.price[1], 0, ())
    for formula in (levy, turnbull_wakeman, curran_lower_bound, lambda o: bracket(o)[1]):
        assert formula(one) == pytest.approx(alone.price, rel=1e-12)


@pytest.mark.parametrize("average", ["arithmetic", "geometric"])
def test_nothing_left_to_be_observed(average: str, backend: str) -> None:
    """A fixed strike is settled; a floating one is a European option on the average."""
    changes: dict[str, Any] = {"average": average, "fixing_times": ()}
    mean = 305 / 3 if average == "arithmetic" else math.prod(PAST) ** (1 / 3)
    settled = made(**changes)
    assert price(settled, backend=backend).price == pytest.approx(
        math.exp(-0.05) * (mean - 98.0), rel=1e-12
    )
    one = made(strike_type="floating", **changes)
    plain = AsianOption(100, mean, 0.05, 0.02, 0.3, 1.0, 1)
    agrees(one, lambda _, **at: geometric(plain, **at), backend)
    assert bracket(one)[0] == bracket(one)[1] == pytest.approx(closed_form(plain), rel=1e-12)
    with pytest.raises(ValueError, match="observations=0, expected at least 1"):
        likelihood_ratio_delta(one)


def test_scrambled_points_and_single_precision() -> None:
    one = made(includes_spot=True, average="geometric")
    exact = figures(geometric, one)
    quasi = price(one, paths=2**17, sampling="sobol", greeks=True)
    for name in ("delta", "vega", "gamma", "theta", "rho"):
        error = quasi.greeks_standard_error[name]
        assert abs(quasi.greeks[name] - exact[name]) <= 4.5 * error + 1e-7, name
    how: dict[str, Any] = {"paths": 50_000, "greeks": True}
    double, single = price(one, **how), price(one, precision="float32", **how)
    for name, value in double.greeks.items():
        assert single.greeks[name] == pytest.approx(value, rel=2e-3, abs=2e-3), name
