"""Where few paths pay, or none: the error must not come from the sample alone."""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from gpu_monte_carlo import _blocks, black_scholes, curran_lower_bound, price
from gpu_monte_carlo.bounds import bracket

FEW = "too few pay"


def quietly(*args: Any, **how: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return price(*args, **how)


@pytest.mark.parametrize(
    ("strike", "seed"), [(160.0, 136), (165.0, 31), (170.0, 201), (175.0, 205)]
)
def test_no_coefficient_is_fitted_to_one_payoff(
    option: Any, backend: str, strike: float, seed: int
) -> None:
    one = option(strike=strike, observations=12)
    low, high = bracket(one)
    with pytest.warns(RuntimeWarning, match=FEW):
        found = price(one, paths=2**15, seed=seed, backend=backend)
    assert low <= found.price <= high
    assert found.standard_error >= max(found.price - low, high - found.price)


@pytest.mark.thorough
def test_intervals_hold_the_price_where_it_is_rare(option: Any) -> None:
    """Of the seeds whose estimate comes without a warning, 95 in 100 hold the price."""
    for strike, paths in ((140.0, 2**17), (150.0, 2**17)):
        one = option(strike=strike, observations=4)
        exact = price(one, paths=2**24, seed=10**9).price
        inside = [
            low <= exact <= high
            for low, high in (
                quietly(one, paths=paths, seed=seed).confidence_interval for seed in range(150)
            )
        ]
        assert np.mean(inside) > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 150)


@pytest.mark.parametrize("sampling", ["pseudo", "sobol"])
def test_a_target_is_not_met_without_payoffs(option: Any, sampling: str) -> None:
    one = option(strike=180.0, observations=12)
    with pytest.warns(RuntimeWarning, match=FEW):
        found = price(one, target_error=1e-6, paths=2**17, sampling=sampling)
    assert abs(found.price - curran_lower_bound(one)) <= found.standard_error
    # Worth less than the target for certain: no path is needed to know it.
    far = option(strike=400.0, observations=12)
    assert quietly(far, target_error=1e-3, sampling=sampling).paths <= 2**17


def test_volatile_calls_do_not_lose_what_was_never_sampled(option: Any, backend: str) -> None:
    one = option(rate=0.0, volatility=15.0, observations=1)
    found = quietly(one, backend=backend, paths=2**15)
    assert found.price == pytest.approx(black_scholes(one), rel=1e-12)
    long = option(rate=0.0, volatility=0.8, maturity=100.0, observations=12)
    found = quietly(long, backend=backend, paths=2**16)
    assert found.price + 2 * found.standard_error >= curran_lower_bound(long)


def test_what_overflows_is_an_error(option: Any, backend: str) -> None:
    one = option(rate=3.0, maturity=31.0, observations=2)
    for target in (None, 1e-3):
        with pytest.raises(OverflowError, match="precision='float64'"):
            price(one, precision="float32", paths=2**15, target_error=target, backend=backend)
    assert math.isfinite(quietly(one, paths=2**15, backend=backend).price)


@pytest.mark.parametrize("spot", [1e-170, 1e39])
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_price_scales_with_the_spot(
    option: Any, backend: str, spot: float, precision: str
) -> None:
    how: dict[str, Any] = {"paths": 2**15, "backend": backend, "precision": precision}
    small = price(option(observations=2, spot=1.0, strike=1.1), greeks=True, **how)
    large = price(option(observations=2, spot=spot, strike=1.1 * spot), greeks=True, **how)
    assert large.price == pytest.approx(small.price * spot, rel=1e-6)
    assert large.standard_error == pytest.approx(small.standard_error * spot, rel=1e-4)
    assert large.greeks["delta"] == pytest.approx(small.greeks["delta"], rel=1e-6)
    assert large.greeks["vega"] == pytest.approx(small.greeks["vega"] * spot, rel=1e-6)
    assert large.greeks["gamma"] == pytest.approx(small.greeks["gamma"] / spot, rel=1e-6)


def test_sums_over_blocks_are_exact_for_any_split() -> None:
    rng = np.random.default_rng(8)
    sums = rng.normal(size=(200, 2, 6)) * 10.0 ** rng.integers(-200, 200, size=(200, 2, 6))
    whole = _blocks.Totals()
    whole.add(sums)
    for cut in (1, 3, 100, 199):
        cut_up = _blocks.Totals()
        for at in range(0, 200, cut):
            cut_up.add(sums[at : at + cut])
        np.testing.assert_array_equal(cut_up.value(), whole.value())
    exact = [math.fsum(column) for column in sums.reshape(200, 12).T]
    np.testing.assert_array_equal(whole.value().ravel(), exact)
    assert max(len(column) for column in whole.columns) < 40
    beyond = _blocks.Totals()
    beyond.add(np.full((2, 1, 6), 1.7e308))
    assert np.isnan(beyond.value()).all()


class FailsFirst(ThreadPoolExecutor):
    """The first piece fails, the others wait for a worker."""

    def __init__(self) -> None:
        super().__init__(1)
        self.begun = 0

    def submit(self, task: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        def counted() -> Any:
            self.begun += 1
            if self.begun == 1:
                raise ArithmeticError("the first piece failed")
            time.sleep(0.05)
            return task(*args, **kwargs)

        return super().submit(counted)


def test_a_failed_piece_cancels_the_others(option: Any) -> None:
    with FailsFirst() as executor, pytest.raises(ArithmeticError, match="first piece"):
        price(option(observations=2), paths=2**21, executor=executor, parts=64)
    assert executor.begun < 10


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interruption_stops_the_kernel(backend: str) -> None:
    code = (
        "from gpu_monte_carlo import AsianOption, price\n"
        "print('ready', flush=True)\n"
        "price(AsianOption(100, 100, .05, 0, .2, 1, 252), paths=2**40, threads=1,"
        f" backend={backend!r})\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(1.0)
    child.send_signal(signal.SIGINT)
    try:
        _, error = child.communicate(timeout=60)
    finally:
        child.kill()
    assert "KeyboardInterrupt" in error


def test_an_error_that_is_not_a_number_stays_nan() -> None:
    sums = np.array([[100.0, np.inf, np.inf, 1.0, 1.0, 1.0]])
    with np.errstate(invalid="ignore"):
        for control in (False, True):
            found = _blocks.finish(np, sums, np.ones(1), control=control)
            assert np.isnan(found["standard_error"]).all()
