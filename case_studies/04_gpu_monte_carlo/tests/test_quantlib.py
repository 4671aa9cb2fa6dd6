"""Seasoned options on own dates against QuantLib, where it is installed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gpu_monte_carlo import AsianOption, geometric, levy, price

DAYS, PAST = (36, 55, 255), (90.0, 120.0, 95.0)


def quantlib(one: AsianOption, paid: int) -> Any:
    """The same option on dates, with an engine that has sensitivities where it is geometric."""
    ql = pytest.importorskip("QuantLib", reason="QuantLib is not installed")
    today, count = ql.Date(15, 5, 2026), ql.Actual365Fixed()
    ql.Settings.instance().evaluationDate = today
    rate, dividend = (
        ql.YieldTermStructureHandle(ql.FlatForward(today, x, count))
        for x in (one.rate, one.dividend)
    )
    volatility = ql.BlackConstantVol(today, ql.NullCalendar(), one.volatility, count)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(one.spot)),
        dividend,
        rate,
        ql.BlackVolTermStructureHandle(volatility),
    )
    is_geometric = one.average == "geometric"
    option = ql.DiscreteAveragingAsianOption(
        ql.Average.Geometric if is_geometric else ql.Average.Arithmetic,
        math.prod(one.past_fixings) if is_geometric else math.fsum(one.past_fixings),
        len(one.past_fixings),
        [today + day for day in DAYS],
        ql.PlainVanillaPayoff(ql.Option.Call if one.kind == "call" else ql.Option.Put, one.strike),
        ql.EuropeanExercise(today + paid),
    )
    engine = (
        ql.AnalyticDiscreteGeometricAveragePriceAsianEngine
        if is_geometric
        else ql.TurnbullWakemanAsianEngine  # of two moments: Levy's
    )
    option.setPricingEngine(engine(process))
    return option


@pytest.mark.filterwarnings("ignore:builtin type:DeprecationWarning")
@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("past", [(), PAST], ids=["nothing known", "past"])
@pytest.mark.parametrize("paid", [255, 365])
def test_prices_and_sensitivities(kind: Any, past: Any, paid: int) -> None:
    terms: tuple[float, ...] = (100.0, 98.0, 0.05, 0.02, 0.3, paid / 365)
    how: dict[str, Any] = {
        "kind": kind,
        "past_fixings": past,
        "fixing_times": [day / 365 for day in DAYS],
    }
    one = AsianOption(*terms, average="geometric", **how)
    other = quantlib(one, paid)
    assert geometric(one) == pytest.approx(other.NPV(), rel=1e-12)
    found = price(one, paths=400_000, seed=2, greeks=True)
    for name, value in found.greeks.items():
        error = found.greeks_standard_error[name]
        assert abs(value - getattr(other, name)()) <= 4 * error, name
    arithmetic = AsianOption(*terms, **how)
    assert levy(arithmetic) == pytest.approx(quantlib(arithmetic, paid).NPV(), rel=1e-12)
