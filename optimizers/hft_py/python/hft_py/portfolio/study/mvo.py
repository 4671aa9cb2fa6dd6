"""Mean-variance portfolios: dense CVXPY, CVXPY with lifted factors, and ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.portfolio import MVOConfig, MVORebalancer
from hft_py.portfolio._assemble import assemble
from hft_py.portfolio._inputs import read_inputs
from hft_py.portfolio._solver import Part
from hft_py.portfolio.study.cvxpy_models import Model
from hft_py.portfolio.study.group import Group
from hft_py.portfolio.study.markets import Market, extended, held, market, neutral
from qpp.study import Claim, Implementation, Limit, Workload
from qpp.workload import missing

Floats = npt.NDArray[np.float64]

SMALL = "MVO, n=200, k=10, every limit"
ONE = "MVO, n=1,000, k=20, every limit"
BINDING = "MVO, n=1,000, k=20, tracking error binds"
LARGE = "MVO, n=5,000, k=100, every limit"
ROW = "250 daily rebalances, n=500, k=20"
HEADLINE = (ONE, "clarabel-sifted")
TARGET = "3 s"
CVXPY = not missing("cvxpy")
BASELINE = (
    "CVXPY with a dense covariance"
    if CVXPY
    else "Clarabel over all assets, with lifted factors (cvxpy is not installed)"
)

SINGLE = (SMALL, ONE, BINDING)
TASKS = ("mvo", "mvo_large", "mvo_row")
PARTS = 50  # of the row of rebalances, for the dense baseline


@functools.cache
def _market(n: int, k: int, rebalances: int, periods: float) -> Market:
    return market(n, k, rebalances, periods)


def single(n: int, k: int, tracking_error: float = 0.08) -> dict[str, Any]:
    """A month's rebalance of a 130/30 portfolio that was optimal a month ago."""
    found = _market(n, k, 1, 12.0)
    wide = max(1.0, 300 / n)
    config = extended(
        12.0,
        max_tracking_error=tracking_error / 12**0.5,
        max_weight=0.03 * wide,
        min_weight=-0.01 * wide,
    )
    return {
        "task": "mvo" if n <= 1_000 else "mvo_large",
        "market": found,
        "config": config,
        "current": held(found, config),
        "count": 1,
    }


def row(n: int, k: int, count: int) -> dict[str, Any]:
    """A year of daily rebalances of a dollar-neutral portfolio."""
    found = _market(n, k, count, 252.0)
    config = neutral(252.0)
    return {
        "task": "mvo_row",
        "market": found,
        "config": config,
        "current": held(found, config),
        "count": count,
    }


def ours(task: str, market: Market, config: MVOConfig, current: Floats, count: int) -> Any:
    """The rebalancer, built inside the clock."""
    assert task in TASKS
    rebalancer = MVORebalancer(market.risk, config=config, **market.data())

    def solve(alpha: Floats, start: Floats) -> Floats:
        return rebalancer.rebalance(alpha, current_weights=start).array()

    return _row(solve, market, config, current, count)


def cvxpy(lifted: bool, parameters: bool) -> Callable[..., Any]:
    """A model in CVXPY, built inside the clock."""

    def call(market: Market, config: MVOConfig, current: Floats, count: int, task: str = "") -> Any:
        model = Model(market, config, lifted=lifted, parameters=parameters)
        return _row(model.solve, market, config, current, count)

    return call


def whole(market: Market, config: MVOConfig, current: Floats, count: int) -> Any:
    """All assets given to the solver, which is built for each rebalance."""
    inputs = read_inputs(market.risk, **market.data())

    def solve(alpha: Floats, start: Floats) -> Floats:
        problem = replace(
            assemble(inputs, config), alpha=alpha, current=start, turnover=config.turnover_limit
        )
        found = Part(problem, np.arange(problem.n), start).solve(problem, start)
        assert found is not None
        return found[0]

    return _row(solve, market, config, current, count)


def _row(
    solve: Callable[[Floats, Floats], Floats],
    market: Market,
    config: MVOConfig,
    current: Floats,
    count: int,
) -> dict[str, Any]:
    """Rebalances in a row; the utility of each, by its definition, in hundredths of a per cent."""
    utilities = []
    for step in range(1, count + 1):
        weights = solve(market.alphas[step], current)
        trades = np.abs(weights - current)
        cost = config.cost_aversion * config.linear_cost * trades.sum()
        borrow = market.borrow_rates @ np.maximum(-weights, 0.0) / config.periods_per_year
        risk = config.risk_aversion * market.risk.variance(weights)
        utilities.append(1e4 * (market.alphas[step] @ weights - risk - cost - borrow))
        current = weights
    return {"utility": np.array(utilities)}


def first_rebalances(inputs: Any) -> tuple[Any, int]:
    """A row of rebalances in parts; a single one is whole."""
    if inputs.get("task") != "mvo_row":
        return inputs, 1
    return {**inputs, "count": inputs["count"] // PARTS}, PARTS


OVER_CVXPY = [  # the baseline
    Claim("clarabel-sifted", over="baseline", at_least=50, on=(ONE, ROW)),
    Claim("clarabel-sifted", over="baseline", at_least=5, on=(LARGE,)),
    Claim("clarabel-sifted", over="baseline", metric="resident_memory", at_least=6, on=(ONE,)),
]

_workload = functools.partial(Workload, needs="clarabel")

GROUP = Group(
    workloads=[
        _workload(SMALL, single, quick=True, n=200, k=10),
        _workload(ONE, single, n=1_000, k=20),
        _workload(BINDING, single, n=1_000, k=20, tracking_error=0.03),
        _workload(LARGE, single, n=5_000, k=100),
        _workload(ROW, row, n=500, k=20, count=250),
    ],
    baseline={
        task: cvxpy(lifted=task == "mvo_large", parameters=False) if CVXPY else whole
        for task in TASKS
    },
    optimised=[
        Implementation(
            "clarabel-sifted",
            ours,
            note="MVORebalancer: Clarabel over the assets that trade; every limit checked after",
            only=(*SINGLE, LARGE, ROW),
        ),
    ],
    peers=[
        Implementation(
            "cvxpy-lifted",
            cvxpy(lifted=True, parameters=False),
            needs="cvxpy",
            note="factors lifted, problem built anew",
            only=SINGLE,
        ),
        Implementation(
            "cvxpy-dpp",
            cvxpy(lifted=True, parameters=True),
            needs="cvxpy",
            note="factors lifted, compiled once, parameters updated",
            only=(ROW,),
        ),
    ],
    limits=[Limit(TARGET, lambda inputs, bandwidth: 3.0, "the bar for 5,000", "target", (LARGE,))],
    claims=[
        Claim("clarabel-sifted", over="cvxpy-lifted", at_least=5, on=(ONE,)),
        Claim("clarabel-sifted", over="cvxpy-lifted", at_least=1, on=(BINDING,)),
        Claim("clarabel-sifted", over="cvxpy-dpp", at_least=10, on=(ROW,)),
        Claim("clarabel-sifted", metric="resident_bytes", at_most=1e9, on=(LARGE,)),
        Claim("clarabel-sifted", over=TARGET, at_least=1, on=(LARGE,)),
        Claim("clarabel-sifted", over="cvxpy-dpp", metric="resident_memory", at_least=6, on=(ROW,)),
        *(OVER_CVXPY if CVXPY else ()),
    ],
    analysis=(
        "A covariance of n assets has n^2 numbers, a factor model n k; CVXPY with the former "
        "spends its time on the matrix before the solver starts. With lifted factors both give it "
        "the same kind of problem, and what is left is its size: costs and turnover limits leave "
        "most weights as they are, so the solver is given the assets that trade, and the "
        "multipliers prove that the others stay. Where a limit on risk binds, hundreds of small "
        "positions move, nearly the whole problem goes to the solver, and little is gained over "
        "the lifted problem."
    ),
)
