"""What holds for every option: parity, limits, invariances."""

from __future__ import annotations

import itertools
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import (
    AsianOption,
    baseline,
    black_scholes,
    curran_lower_bound,
    geometric,
    levy,
    likelihood_ratio_delta,
    parity,
    price,
    simulate_paths,
    turnbull_wakeman,
)
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.moments import chunk_moments
from gpu_monte_carlo.option import rows
from gpu_monte_carlo.payoff import payoffs

SHAPES = list(
    itertools.product(
        ("arithmetic", "geometric"), ("call", "put"), ("fixed", "floating"), (False, True)
    )
)


def shaped(one: AsianOption, shape: tuple[str, str, str, bool]) -> AsianOption:
    average, kind, strike_type, includes_spot = shape
    changes: dict[str, Any] = {
        "average": average,
        "kind": kind,
        "strike_type": strike_type,
        "includes_spot": includes_spot,
    }
    return replace(one, **changes)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("antithetic", [False, True])
def test_moments_are_those_of_the_payoffs(option: Any, shape: Any, antithetic: bool) -> None:
    """The chunked sums against the definition, path by path."""
    one = shaped(option(observations=7, dividend=0.02), shape)
    z = np.random.default_rng(3).standard_normal((7, 500))
    y, c = payoffs(one, z), payoffs(one.twin(), z)
    if antithetic:
        y, c = (y + payoffs(one, -z)) / 2, (c + payoffs(one.twin(), -z)) / 2
    sums = chunk_moments(np, z.copy(), rows([one]), Simulation(0, 7, antithetic, control=True))[0]
    expected = [500, y.sum(), y @ y, c.sum(), c @ c, y @ c]
    np.testing.assert_allclose(sums, expected, rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_greeks_are_derivatives_of_each_path(option: Any, shape: Any) -> None:
    """Delta and vega against differences on the same normals; the kinks are rare."""
    one = shaped(option(observations=7, dividend=0.02), shape)
    z = np.random.default_rng(4).standard_normal((7, 20_000))
    sums = chunk_moments(np, z.copy(), rows([one]), Simulation(0, 7, greeks=True))[0]
    for column, name, size in ((6, "spot", 1e-4), (8, "volatility", 1e-6)):
        up = replace(one, **{name: getattr(one, name) + size})
        down = replace(one, **{name: getattr(one, name) - size})
        slope = (payoffs(up, z) - payoffs(down, z)) / (2 * size)
        assert sums[column] / 20_000 == pytest.approx(
            slope.mean(), abs=2e-3 * (1 + abs(slope).max())
        )


@pytest.mark.parametrize("shape", [s for s in SHAPES if s[1] == "call"], ids=str)
def test_parity_path_by_path(option: Any, shape: Any) -> None:
    call = shaped(option(observations=12, dividend=0.01, strike=95.0), shape)
    z = np.random.default_rng(8).standard_normal((12, 1000))
    difference = payoffs(call, z) - payoffs(replace(call, kind="put"), z)
    paths = call.spot * np.exp(np.cumsum(z * call.row()[3] + call.row()[2], axis=0))
    seen = np.vstack([np.full(1000, call.spot), paths]) if call.includes_spot else paths
    average = (
        seen.mean(axis=0) if call.average == "arithmetic" else np.exp(np.log(seen).mean(axis=0))
    )
    gain = (paths[-1] - average) if call.strike_type == "floating" else (average - call.strike)
    np.testing.assert_allclose(difference, call.discount * gain, atol=1e-11)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("average", ["arithmetic", "geometric"])
def test_one_observation_is_black_scholes(
    option: Any, backend: str, kind: str, average: str
) -> None:
    one = option(observations=1, kind=kind, average=average, strike=103.0, dividend=0.01)
    assert geometric(one) == pytest.approx(black_scholes(one), rel=1e-13)
    plain = price(one, paths=200_000, seed=4, backend=backend, variance_reduction=("antithetic",))
    assert abs(plain.price - black_scholes(one)) <= 4 * plain.standard_error
    if average == "arithmetic":
        controlled = price(one, paths=50_000, seed=4, backend=backend)
        assert controlled.price == pytest.approx(black_scholes(one), abs=1e-9)
        assert controlled.standard_error < 1e-6


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_zero_volatility(option: Any, backend: str, shape: Any) -> None:
    one = shaped(option(observations=12, volatility=0.0, strike=99.0, dividend=0.02), shape)
    expected = max(one.phi * parity(replace(one, kind="call")), 0.0)
    found = price(one, paths=40_000, seed=6, backend=backend, greeks=True)
    assert found.price == pytest.approx(expected, abs=1e-10)
    assert found.standard_error == 0.0
    assert np.isnan(found.greeks["gamma"])
    assert found.greeks["delta"] == pytest.approx(found.greeks["delta"])


@pytest.mark.parametrize("shape", [s for s in SHAPES if s[0] == "geometric"], ids=str)
def test_geometric_simulation_is_its_closed_form(option: Any, backend: str, shape: Any) -> None:
    one = shaped(option(observations=12, dividend=0.01, strike=97.0), shape)
    found = price(one, paths=200_000, seed=7, backend=backend)
    assert found.variance_reduction == ("antithetic",)
    assert abs(found.price - geometric(one)) <= 4 * found.standard_error


@pytest.mark.parametrize("strike", [1.0, 40.0, 250.0, 1000.0])
@pytest.mark.filterwarnings("ignore:after .* too few pay:RuntimeWarning")
def test_deep_in_and_out_of_the_money(option: Any, backend: str, strike: float) -> None:
    call = option(strike=strike, observations=12)
    put = replace(call, kind="put")
    found = price([call, put], paths=100_000, seed=8, backend=backend)
    assert (found.price >= -1e-12).all()
    slack = 4 * np.hypot(*found.standard_error) + 1e-9
    assert found.price[0] - found.price[1] == pytest.approx(parity(call), abs=slack)
    for one, value in zip((call, put), found.price, strict=True):
        assert value >= max(one.phi * parity(call), 0.0) - slack


@pytest.mark.parametrize(
    "reduction", [(), ("antithetic",), ("control",), ("antithetic", "control")]
)
def test_variance_reduction_is_unbiased(option: Any, backend: str, reduction: Any) -> None:
    one = option(observations=12)
    found = price(one, paths=100_000, seed=9, backend=backend, variance_reduction=reduction)
    best = price(one, paths=2**18, seed=10, backend=backend)
    error = np.hypot(found.standard_error, best.standard_error)
    assert abs(found.price - best.price) <= 4 * error
    assert found.variance_reduction == reduction


def test_variance_reduction_reduces(option: Any, backend: str) -> None:
    how: dict[str, Any] = {"paths": 32_768, "seed": 1, "backend": backend}
    errors = [
        price(option(), variance_reduction=r, **how).standard_error
        for r in ((), ("antithetic",), ("control",))
    ]
    assert errors[1] < errors[0]
    # Kemna and Vorst: about 1,300 times less variance at the money.
    assert 600 < (errors[0] / errors[2]) ** 2 < 3000


def test_threads_chunks_and_splits_change_no_bit(option: Any, backend: str) -> None:
    how: dict[str, Any] = {"paths": 200_000, "seed": 21, "backend": backend, "greeks": True}
    one = option(observations=6)
    whole = price(one, **how)
    same = [price(one, threads=3, **how)]
    if backend in ("numpy", "rust"):
        with ThreadPoolExecutor(3) as executor:
            same += [price(one, executor=executor, parts=p, **how) for p in (1, 2, 5)]
    for other in same:
        assert other.price == whole.price
        assert other.standard_error == whole.standard_error
        assert dict(other.greeks) == dict(whole.greeks)


@pytest.mark.thorough
def test_processes_change_no_bit(option: Any) -> None:
    import multiprocessing

    one = option(observations=6)
    how: dict[str, Any] = {"paths": 70_000, "seed": 22, "backend": "numpy"}
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert price(one, executor=executor, **how).price == price(one, **how).price
        quasi = {"paths": 2**12, "sampling": "sobol", "seed": 1}
        assert price(one, executor=executor, **quasi).price == price(one, **quasi).price


def test_seeds_differ_and_repeat(option: Any, backend: str) -> None:
    one = option(observations=6)
    found = [price(one, paths=20_000, seed=s, backend=backend).price for s in (1, 1, 2, 2**64 - 1)]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_a_batch_is_its_options(option: Any, backend: str) -> None:
    options = [
        option(observations=12),
        option(observations=6, kind="put"),
        option(observations=12, strike=90.0, average="geometric"),
        option(observations=12, strike_type="floating"),
    ]
    how: dict[str, Any] = {"paths": 40_000, "seed": 2, "backend": backend, "greeks": True}
    together = price(options, **how)
    assert together.price.shape == (4,)
    assert together.confidence_interval.shape == (4, 2)
    for i, one in enumerate(options):
        alone = price(one, **how)
        assert together.price[i] == pytest.approx(alone.price, rel=1e-12)
        assert together.standard_error[i] == pytest.approx(alone.standard_error, rel=1e-6)
        for name in ("delta", "vega", "gamma"):
            assert together.greeks[name][i] == pytest.approx(alone.greeks[name], rel=1e-9)


def test_greeks_of_one_observation_are_black_scholes(option: Any, backend: str) -> None:
    from math import exp, log, pi, sqrt

    one = option(observations=1)
    d1 = (log(100 / 100) + 0.05 + 0.02) / 0.2
    density = exp(-0.5 * d1**2) / sqrt(2 * pi)
    from gpu_monte_carlo.closed_form import normal_cdf

    exact = {"delta": normal_cdf(d1), "vega": 100 * density, "gamma": density / 20}
    found = price(one, paths=400_000, seed=5, backend=backend, greeks=True)
    for name, value in exact.items():
        assert abs(found.greeks[name] - value) <= 4 * found.greeks_standard_error[name]


def test_likelihood_ratio_agrees_with_pathwise(option: Any) -> None:
    one = option(observations=4)
    pathwise = price(one, paths=200_000, seed=5, backend="numpy", greeks=True)
    ratio = likelihood_ratio_delta(one, paths=400_000, seed=6)
    error = np.hypot(ratio.standard_error, pathwise.greeks_standard_error["delta"])
    assert abs(ratio.value - pathwise.greeks["delta"]) <= 4 * error
    assert ratio.standard_error > pathwise.greeks_standard_error["delta"]


def test_target_error_is_met(option: Any, backend: str) -> None:
    found = price(option(), target_error=1e-3, seed=1, backend=backend)
    assert found.standard_error <= 1e-3
    assert abs(found.price - 5.781824) <= 4.5 * found.standard_error
    quasi = price(option(observations=12), target_error=2e-4, seed=1, sampling="sobol")
    assert quasi.standard_error <= 2e-4
    for sampling in ("pseudo", "sobol"):
        with pytest.warns(RuntimeWarning, match="target_error=1e-09"):
            price(
                option(observations=6),
                target_error=1e-9,
                paths=40_000,
                backend=backend if sampling == "pseudo" else "auto",
                sampling=sampling,
            )


def test_more_observations_tend_to_the_continuous_average(option: Any) -> None:
    bounds = [curran_lower_bound(option(observations=n)) for n in (10, 40, 160, 640, 2560)]
    gaps = -np.diff(bounds)
    assert (gaps > 0).all()
    np.testing.assert_allclose(gaps[:-1] / gaps[1:], 4.0, rtol=0.05)


def test_approximations_have_parity_and_limits(option: Any) -> None:
    for approximation in (levy, turnbull_wakeman, curran_lower_bound):
        for with_spot in (False, True):
            call = option(strike=95.0, dividend=0.02, includes_spot=with_spot)
            put = replace(call, kind="put")
            assert approximation(call) - approximation(put) == pytest.approx(
                parity(call), abs=1e-10
            )
        with pytest.raises(ValueError, match="strike_type='floating'"):
            approximation(option(strike_type="floating"))
    one = option(observations=1)
    assert levy(one) == pytest.approx(black_scholes(one), rel=1e-9)
    assert curran_lower_bound(one) == pytest.approx(black_scholes(one), rel=1e-9)
    assert turnbull_wakeman(one) == pytest.approx(black_scholes(one), rel=1e-6)


def test_paths_are_martingales_and_repeat(option: Any, backend: str) -> None:
    one = option(observations=5, dividend=0.01)
    paths = simulate_paths(one, paths=40_000, seed=3, backend=backend)
    assert paths.shape == (40_000, 6)
    assert (paths[:, 0] == 100.0).all()
    discounted = paths * np.exp(-0.04 * np.linspace(0, 1, 6))
    error = discounted[:, 1:].std(axis=0) / 200
    assert (abs(discounted.mean(axis=0)[1:] - 100) <= 4 * error).all()
    again = simulate_paths(one, paths=10, seed=3, backend="numpy")
    np.testing.assert_allclose(again, paths[:10], rtol=1e-12)
    single = simulate_paths(one, paths=10, seed=3, backend=backend, precision="float32")
    assert single.dtype == np.float32


def test_the_price_is_that_of_the_paths(option: Any, backend: str) -> None:
    """Of the counter-based backends: the average of the very paths shown."""
    if backend not in ("rust", "cuda"):
        assert backend in ("numpy", "cupy")  # their generators are their libraries' own
        return
    one = option(observations=5)
    found = price(one, paths=1, seed=4, backend=backend, variance_reduction=())
    paths = simulate_paths(one, paths=found.paths, seed=4, backend=backend)
    payoff = one.discount * np.maximum(paths[:, 1:].mean(axis=1) - one.strike, 0.0)
    assert found.price == pytest.approx(payoff.mean(), rel=1e-12)


def test_chunks_of_the_baseline_divide_a_block() -> None:
    from gpu_monte_carlo._blocks import BLOCK

    for observations in (1, 2, 12, 252, 10_000, 10**6):
        for itemsize in (4, 8):
            chunk = baseline.chunk_paths(observations, itemsize)
            assert BLOCK % chunk == 0
            assert chunk == BLOCK or chunk * observations * itemsize <= max(
                baseline.CHUNK_BYTES, 16 * observations * itemsize
            )
