"""What a user would pick instead, each at its best setting.

All price one plain option by a number of paths, in double precision, without variance reduction,
and return ``{"price", "price_standard_error"}``. Imports are inside: a peer that is not installed
is shown as such.
"""

from __future__ import annotations

import functools
import math
from importlib import import_module
from typing import Any

import numpy as np

from gpu_monte_carlo.option import AsianOption

SEED = 42
Found = dict[str, float]


def _plain(option: AsianOption) -> tuple[float, float]:
    """The step's drift and deviation, of the one kind of option that peers price."""
    other = option.includes_spot or option.past_fixings or option.fixing_times is not None
    if option.average != "arithmetic" or option.strike_type != "fixed" or other:
        raise ValueError("peers price the arithmetic average without today's price, fixed strike")
    return option.row()[2], option.row()[3]


def _found(option: AsianOption, total: float, squares: float, paths: int) -> Found:
    mean = total / paths
    variance = max(squares / paths - mean * mean, 0.0)
    error = option.discount * math.sqrt(variance / (paths - 1))
    return {"price": option.discount * mean, "price_standard_error": error}


def quantlib(option: AsianOption, paths: int, target: float | None = None) -> Found:
    """QuantLib's own engine for discrete arithmetic averages.

    Its fixings are dates: consecutive days, with rates and volatility scaled to a maturity of
    ``observations`` days, on which the price does not depend.
    """
    _plain(option)
    ql: Any = import_module("QuantLib")

    n = option.observations
    stretch = option.maturity * 365.0 / n
    today = ql.Date(2, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    count = ql.Actual365Fixed()

    def flat(rate: float) -> Any:
        return ql.YieldTermStructureHandle(ql.FlatForward(today, rate * stretch, count))

    deviation = option.volatility * math.sqrt(stretch)
    surface = ql.BlackConstantVol(today, ql.NullCalendar(), deviation, count)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(option.spot)),
        flat(option.dividend),
        flat(option.rate),
        ql.BlackVolTermStructureHandle(surface),
    )
    dates = [today + k for k in range(1, n + 1)]
    kind = ql.Option.Call if option.kind == "call" else ql.Option.Put
    payoff = ql.PlainVanillaPayoff(kind, option.strike)
    exercise = ql.EuropeanExercise(dates[-1])
    asian = ql.DiscreteAveragingAsianOption(ql.Average.Arithmetic, 0.0, 0, dates, payoff, exercise)
    engine = ql.MCDiscreteArithmeticAPEngine(
        process, "PseudoRandom", requiredSamples=int(paths), seed=SEED
    )
    asian.setPricingEngine(engine)
    return {"price": float(asian.NPV()), "price_standard_error": float(asian.errorEstimate())}


def numba(option: AsianOption, paths: int, target: float | None = None) -> Found:
    """A compiled loop with the running sum in a register and NumPy's ziggurat inside."""
    a, b = _plain(option)
    rng = np.random.Generator(np.random.SFC64(SEED))
    total, squares = _numba_kernel()(
        rng, paths, option.observations, option.spot, option.strike, option.phi, a, b
    )
    return _found(option, total, squares, paths)


@functools.cache
def _numba_kernel() -> Any:
    compiler: Any = import_module("numba")

    @compiler.njit(fastmath=True)  # type: ignore[untyped-decorator]
    def kernel(
        rng: Any, paths: int, n: int, spot: float, strike: float, phi: float, a: float, b: float
    ) -> Any:
        total = 0.0
        squares = 0.0
        for _ in range(paths):
            x = 0.0
            prices = 0.0
            for _ in range(n):
                x += a + b * rng.standard_normal()
                prices += math.exp(x)
            gain = phi * (spot * prices / n - strike)
            if gain > 0.0:
                total += gain
                squares += gain * gain
        return total, squares

    return kernel


def jax(option: AsianOption, paths: int, target: float | None = None) -> Found:
    """One compiled scan over the steps; XLA's own counter-based generator (``rbg``)."""
    a, b = _plain(option)
    xla: Any = import_module("jax")
    double = xla.enable_x64 if hasattr(xla, "enable_x64") else xla.experimental.enable_x64
    with double(True):
        kernel = _jax_kernel(option.observations)
        total = squares = 0.0
        key = xla.random.key(SEED, impl="rbg")
        chunk = 1 << 14
        for i in range(-(-paths // chunk)):
            mine = xla.random.fold_in(key, i)
            used = min(chunk, paths - i * chunk)
            parts = kernel(mine, chunk, used, option.spot, option.strike, option.phi, a, b)
            total += float(parts[0])
            squares += float(parts[1])
    return _found(option, total, squares, paths)


@functools.cache
def _jax_kernel(n: int) -> Any:
    xla: Any = import_module("jax")
    jnp, lax = xla.numpy, xla.lax

    def simulate(
        key: Any, chunk: int, used: Any, spot: Any, strike: Any, phi: Any, a: Any, b: Any
    ) -> Any:
        def step(state: Any, k: Any) -> Any:
            x, prices = state
            z = xla.random.normal(xla.random.fold_in(key, k), (chunk,), dtype=jnp.float64)
            x = x + a + b * z
            return (x, prices + jnp.exp(x)), None

        zero = jnp.zeros(chunk)
        (_, prices), _ = lax.scan(step, (zero, zero), jnp.arange(n))
        gain = jnp.maximum(phi * (spot * prices / n - strike), 0.0)
        gain = jnp.where(jnp.arange(chunk) < used, gain, 0.0)
        return gain.sum(), (gain * gain).sum()

    return xla.jit(simulate, static_argnums=1)
