"""The inputs: 20 real stocks, synthetic markets of 100 and of 500 assets, and a tiny one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from qpp.study import Inputs, Workload

Floats = npt.NDArray[np.float64]

# The rule, its name in tables, and its parameters. With more assets than observations a sample
# covariance is singular: there it is shrunk.
RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "EqualWeight": ("equal weight", {}),
    "Momentum": ("momentum", {"lookback_period": 60}),
    "InverseVolatility": ("inverse volatility", {"lookback_period": 60}),
    "MinimumVariance": ("minimum variance", {"lookback_period": 252}),
}
SHRINKAGE = 0.1

CALL = {rule: f"{words}, one call, 100 x 1,000" for rule, (words, _) in RULES.items()}
REAL = {rule: f"{words}, S&P 500 stocks, 20 x 7,854" for rule, (words, _) in RULES.items()}
WIDE = {rule: f"{words}, 500 x 2,000" for rule, (words, _) in RULES.items()}
WIDE["MinimumVariance"] += ", every 21 dates"
STEP = {WIDE["MinimumVariance"]: 21}
CALLS = "equal weight, 1,000 calls, 2 x 2"
N_CALLS = 1_000
QUICK = ("EqualWeight", "Momentum", "InverseVolatility")  # solvers take seconds to import


def market(assets: int, observations: int) -> Floats:
    """Prices ``(assets, observations)`` of a market factor and specific returns, from a seed."""
    rng = np.random.default_rng(1)
    shared = 0.01 * rng.normal(size=observations) * rng.uniform(0.5, 1.5, (assets, 1))
    own = rng.normal(size=(assets, observations)) * rng.uniform(0.005, 0.03, (assets, 1))
    return np.asarray(100 * np.exp(np.cumsum(shared + own, axis=1)))


def synthetic(*, rule: str, mode: str, assets: int, observations: int, step: int = 1) -> Inputs:
    """A rule, and how it runs: ``"call"``, ``"calls"`` or ``"rolling"``."""
    parameters = dict(RULES[rule][1])
    if rule == "MinimumVariance" and assets >= parameters["lookback_period"]:
        parameters["shrinkage"] = SHRINKAGE
    prices = market(assets, observations)
    return _inputs(rule, mode, parameters, prices, step)


def stocks(*, rule: str, mode: str) -> Inputs:
    """The 20 stocks, late 1991 to 2022; before that one of them did not move for 60 days."""
    from qpp.datasets import sp500_prices

    prices = np.ascontiguousarray(sp500_prices().tail(7_854).drop("date").to_numpy().T)
    return _inputs(rule, mode, RULES[rule][1], prices, 1)


def _inputs(rule: str, mode: str, parameters: dict[str, Any], prices: Floats, step: int) -> Inputs:
    return {
        "rule": rule,
        "mode": mode,
        "parameters": parameters,
        "prices": prices,
        "step": step,
    }


def workloads() -> list[Workload]:
    """All of them, the small ones first."""
    made = [Workload(CALLS, synthetic, quick=True, rule="EqualWeight", mode="calls", assets=2,
                     observations=2)]  # fmt: skip
    for rule, name in CALL.items():
        made.append(
            Workload(name, synthetic, quick=rule in QUICK, rule=rule, mode="call", assets=100,
                     observations=1_000)
        )  # fmt: skip
    for rule, name in REAL.items():
        quick = rule == "Momentum"
        made.append(Workload(name, stocks, quick=quick, needs="skfolio", rule=rule, mode="rolling"))
    for rule, name in WIDE.items():
        step = STEP.get(name, 1)
        made.append(
            Workload(name, synthetic, rule=rule, mode="rolling", assets=500, observations=2_000,
                     step=step)
        )  # fmt: skip
    return made
