"""Prices already known, own dates and exercise after the last of them, in every formula."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import (
    AsianOption,
    backends,
    curran_lower_bound,
    levy,
    price,
    simulate_paths,
    turnbull_wakeman,
)
from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.approximations import central_moments
from gpu_monte_carlo.closed_form import arithmetic_forward, black
from gpu_monte_carlo.moments import chunk_moments
from gpu_monte_carlo.option import rows
from gpu_monte_carlo.payoff import payoffs
from gpu_monte_carlo.philox import normals

PAST, TIMES = (90.0, 120.0, 95.0), (0.1, 0.15, 0.7)


def made(**changes: Any) -> AsianOption:
    given: dict[str, Any] = {"past_fixings": PAST, "fixing_times": TIMES, **changes}
    return AsianOption(100.0, 98.0, 0.05, 0.02, 0.3, 1.0, **given)


@pytest.mark.parametrize("average", ["arithmetic", "geometric"])
def test_dates_that_are_equal_change_no_bit(average: str, backend: str) -> None:
    how: dict[str, Any] = {"paths": 1, "seed": 2, "backend": backend, "greeks": True}
    equal = made(fixing_times=None, observations=12, average=average)
    own = replace(equal, fixing_times=np.linspace(0, 1, 13)[1:], observations=0)
    assert dict(price(own, **how).greeks) == dict(price(equal, **how).greeks)
    assert curran_lower_bound(replace(own, average="arithmetic")) == pytest.approx(
        curran_lower_bound(replace(equal, average="arithmetic")), rel=1e-12
    )


def test_known_prices_reduce_the_strike(backend: str) -> None:
    """Three of six prices are known: half of the option on the other three."""
    seasoned, how = made(), {"paths": 50_000, "seed": 5, "backend": backend}
    rest = made(past_fixings=())
    plain = replace(rest, strike=2 * 98.0 - 305 / 3)
    assert price(seasoned, **how).price == pytest.approx(price(plain, **how).price / 2, rel=1e-12)
    for formula in (levy, turnbull_wakeman, curran_lower_bound):
        assert formula(seasoned) == pytest.approx(formula(plain) / 2, rel=1e-12)


@pytest.mark.parametrize("includes_spot", [False, True])
def test_approximations_on_own_dates(includes_spot: bool) -> None:
    one = made(past_fixings=(), includes_spot=includes_spot)
    best = price(one, paths=400_000, seed=1)
    assert curran_lower_bound(one) == pytest.approx(best.price, abs=0.01)
    assert curran_lower_bound(one) <= best.price + 4 * best.standard_error
    assert turnbull_wakeman(one) == pytest.approx(best.price, rel=0.01)
    # Levy's law has the mean and the second moment of the average, term by term.
    t = [*[0.0] * includes_spot, *TIMES]
    forwards = [100.0 * math.exp(0.03 * x) for x in t]
    square = sum(
        f * g * math.exp(0.09 * min(x, y))
        for f, x in zip(forwards, t, strict=True)
        for g, y in zip(forwards, t, strict=True)
    )
    deviation = math.sqrt(math.log(square / sum(forwards) ** 2))
    value = one.discount * black(sum(forwards) / len(t), 98.0, deviation, 1.0)
    assert levy(one) == pytest.approx(value, rel=1e-12)
    z = np.random.default_rng(3).standard_normal((3, 400_000))
    free = replace(one, strike=0.0)
    average = np.concatenate([payoffs(free, z), payoffs(free, -z)]) / one.discount
    relative = average / arithmetic_forward(one) - 1.0
    for p, moment in enumerate(central_moments(one), start=2):
        power = relative**p
        assert abs(power.mean() - moment) <= 5 * power.std() / math.sqrt(power.size)


@pytest.mark.skipif(backends.unavailable_reason("rust") is not None, reason="no extension")
@pytest.mark.parametrize("antithetic", [False, True])
@pytest.mark.parametrize("later", [False, True])
def test_the_compiled_kernel_is_the_baseline_on_its_normals(later: bool, antithetic: bool) -> None:
    times = (0.05, 0.2, 0.3, 0.7, 0.75, *([] if later else [0.9]))
    options = [
        made(average=average, kind=kind, includes_spot=spot, past_fixings=past, fixing_times=times)
        for average in ("arithmetic", "geometric")
        for kind, spot, past in (("call", False, PAST), ("put", True, PAST), ("put", True, ()))
    ]
    strike: Any = "floating" if later else "fixed"
    options = [replace(one, strike_type=strike) for one in options]
    lengths = tuple(options[0].lengths.tolist())  # type: ignore[union-attr]
    simulation = Simulation(7, 6, antithetic, True, True, lengths=lengths, unobserved=later)
    found = backends.rust_block_sums(rows(options), simulation, 3, 1)[0]
    z = normals(np, 7, 3 * BLOCK, BLOCK, 6, "float64").T.copy()
    expected = chunk_moments(np, z, rows(options), simulation)
    scale = np.abs(expected).max(axis=0) + 1
    np.testing.assert_allclose(found / scale, expected / scale, atol=1e-9)


def test_paths_end_where_the_option_is_exercised(backend: str) -> None:
    one = made(strike_type="floating")
    paths = simulate_paths(one, paths=40_000, seed=3, backend=backend)
    assert paths.shape == (40_000, 5)
    ends = np.array([*TIMES, 1.0])
    logs = np.log(paths[:, 1:] / 100.0)
    spread = 0.3 * np.sqrt(ends)
    assert (abs(logs.mean(axis=0) - (0.03 - 0.045) * ends) <= 4 * spread / 200).all()
    assert logs.std(axis=0) == pytest.approx(spread, rel=0.02)
    assert simulate_paths(made(), paths=10, backend=backend).shape == (10, 4)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"fixing_times": (0.2, 0.1)}, "fixing_times[1]=0.1 after 0.2, expected ascending"),
        ({"fixing_times": (0.0, 0.1)}, "fixing_times[0]=0.0, expected a finite number > 0"),
        ({"fixing_times": (0.2, 1.5)}, "fixing_times[1]=1.5, expected at most 1.0"),
        ({"fixing_times": (0.2, math.nan)}, "fixing_times[1]=nan"),
        ({"fixing_times": 0.2}, "fixing_times=0.2, expected a sequence of numbers"),
        ({"observations": 5}, "observations=5 with 3 fixing_times, expected the same or none"),
        ({"fixing_times": None}, "observations=0, expected 1 to"),
        ({"fixing_times": (), "past_fixings": ()}, "fixing_times is empty without past_fixings"),
        ({"past_fixings": (90.0, -1.0)}, "past_fixings[1]=-1.0, expected a finite number > 0"),
        ({"past_fixings": "90"}, "past_fixings='90', expected a sequence of numbers"),
    ],
)
def test_bad_dates(changes: Any, text: str) -> None:
    with pytest.raises((TypeError, ValueError)) as caught:
        made(**changes)
    assert text in str(caught.value)
