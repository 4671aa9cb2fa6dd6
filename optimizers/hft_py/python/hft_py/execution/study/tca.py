"""Costs of executions: a pandas loop over the orders, vectorised pandas, Polars, and ours.

All start from frames of fills and orders with ids as texts, made outside the clock, and give the
six parts of the shortfall of each order in money. Ours also checks the fills: that no execution is
there twice, that each has a known order, its side, a time within its life, and a quantity and
prices on their grids; the alternatives trust them.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py.execution import analyze_execution
from hft_py.execution.cost_groups import PARTS
from hft_py.execution.study import tca_peers
from hft_py.portfolio.study.group import Group
from qpp.study import Claim, Implementation, Workload

SMALL, LARGE = "TCA, 20,000 fills in 1,000 orders", "TCA, 1,000,000 fills in 50,000 orders"
BOTH = (SMALL, LARGE)
LOOP_PARTS = 50  # of the large workload, for the loop


def day_of_fills(fills: int, orders: int, seed: int = 0) -> dict[str, Any]:
    """Orders of one day, and fills in the order of time, a fifth of the orders left in part.

    Prices are in whole cents around 50.00; quotes are one to three cents apart.
    """
    rng = np.random.default_rng(seed)
    start = np.datetime64("2026-03-02T14:30", "ns").astype(np.int64)
    minute = 60 * 10**9
    begin = np.sort(rng.integers(0, 330 * minute, orders)) + start
    owner = np.concatenate([np.arange(orders), rng.integers(0, orders, fills - orders)])
    time = begin[owner] + rng.integers(0, 60 * minute, fills)
    order = np.argsort(time, kind="stable")
    owner, time = owner[order], time[order]
    quantity = rng.integers(1, 500, fills)
    left = np.where(rng.random(orders) < 0.2, rng.integers(1, 5_000, orders), 0)
    middle = 5_000 + rng.integers(-50, 51, fills)
    width = rng.integers(1, 4, fills)
    bid, ask = middle - width // 2, middle - width // 2 + width
    side = rng.integers(0, 2, orders)
    price = np.where(side[owner] == 0, ask, bid) + rng.integers(-1, 2, fills)
    marks = 5_000 + rng.integers(-40, 41, (3, orders))
    return {
        "task": "tca",
        "orders": {
            "side": side,
            "quantity": np.bincount(owner, quantity, orders).astype(np.int64) + left,
            "start": begin,
            "end": begin + 60 * minute,
            "decision_price": marks[0] / 100,
            "arrival_price": marks[1] / 100,
            "final_price": marks[2] / 100,
        },
        "fills": {
            "owner": owner,
            "quantity": quantity,
            "price": price / 100,
            "bid": bid / 100,
            "ask": ask / 100,
            "fee": np.round(0.003 * quantity, 3),
            "time": time,
        },
    }


def columns(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of the fills and of the orders, ids and sides as texts."""
    orders, fills = dict(inputs["orders"]), dict(inputs["fills"])
    owner = fills.pop("owner")
    names = np.array([f"P{i:06d}" for i in range(len(orders["side"]))], dtype=object)
    sides = np.array(["buy", "sell"], dtype=object)[orders.pop("side")]
    for one in (orders, fills):
        for name in {"start", "end", "time"} & one.keys():
            one[name] = one[name].view("M8[ns]")
    return (
        {
            "execution_id": [f"E{i:08d}" for i in range(len(owner))],
            "parent_id": names[owner].tolist(),
            "side": sides[owner].tolist(),
            **fills,
        },
        {"parent_id": names.tolist(), "side": sides.tolist(), **orders},
    )


def in_pandas(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Both frames in pandas."""
    import pandas as pd

    fills, orders = columns(inputs)
    return {"fills": pd.DataFrame(fills), "orders": pd.DataFrame(orders)}


def in_polars(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Both frames in Polars."""
    import polars as pl

    fills, orders = columns(inputs)
    return {"fills": pl.DataFrame(fills), "orders": pl.DataFrame(orders)}


def first_orders(inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """The fills of the first orders, one part in fifty, where there are many."""
    count = len(inputs["orders"]["side"])
    if count < LOOP_PARTS * 1_000:
        return inputs, 1
    kept = count // LOOP_PARTS
    rows = inputs["fills"]["owner"] < kept
    orders = {name: values[:kept] for name, values in inputs["orders"].items()}
    fills = {name: values[rows] for name, values in inputs["fills"].items()}
    return {"task": inputs["task"], "orders": orders, "fills": fills}, LOOP_PARTS


def loop(orders: Any, fills: Any) -> Any:
    """The baseline: frames made from the arrays, then a loop over the orders."""
    return tca_peers.loop(**in_pandas({"orders": orders, "fills": fills}))


def ours(fills: Any, orders: Any, backend: str, threads: int = 1) -> Any:
    """The whole analysis: reading, checks, parts, frames of orders and of benchmarks."""
    return analyze_execution(fills, parents=orders, backend=backend, threads=threads)


def parts(costs: Any) -> dict[str, Any]:
    """What is compared."""
    return {part: costs.amounts[part] / float(1 / costs.unit) for part in PARTS}


def _ours(name: str, frames: Any, backend: str = "rust", **more: Any) -> Implementation:
    call = functools.partial(ours, backend=backend, threads=more.get("threads", 1))
    return Implementation(name, call, prepare=frames, collect=parts, only=BOTH, **more)


GROUP = Group(
    workloads=[
        Workload(SMALL, day_of_fills, quick=True, fills=20_000, orders=1_000),
        Workload(LARGE, day_of_fills, fills=1_000_000, orders=50_000),
    ],
    baseline={"tca": loop},
    optimised=[
        _ours("costs-polars", in_polars, note="analyze_execution of Polars frames"),
        _ours("costs-polars-2-threads", in_polars, threads=2),
        _ours("costs-pandas", in_pandas, note="analyze_execution of pandas frames"),
        _ours("costs-numpy", in_polars, backend="python", note="the Python kernels"),
    ],
    peers=[
        Implementation(
            "pandas-merged", tca_peers.pandas_merged, prepare=in_pandas, only=BOTH,
            note="vectorised: the fills meet their orders, then a group-by",
        ),
        Implementation(
            "pandas-summed", tca_peers.pandas_summed, prepare=in_pandas, only=BOTH,
            note="vectorised: a group-by, then 50,000 sums meet the orders",
        ),
        Implementation(
            "polars", tca_peers.polars, prepare=in_polars, collect=tca_peers.arrays,
            only=BOTH, note="lazy: one group-by, then a join of the orders",
        ),
        Implementation(
            "polars-2-threads", tca_peers.polars, prepare=in_polars, collect=tca_peers.arrays,
            only=BOTH, threads=2, note="the same query",
        ),
    ],
    claims=[
        Claim("costs-polars", over="baseline", at_least=50, on=LARGE),
        Claim("costs-polars", over="pandas-merged", at_least=5, on=LARGE),
        Claim("costs-polars", over="pandas-summed", at_least=5, on=LARGE),
        Claim("costs-polars", over="polars", at_least=1, on=LARGE,
              note="with the checks, which the query does not make"),
        Claim("costs-polars-2-threads", over="polars-2-threads", at_least=1, on=LARGE,
              note="likewise"),
    ],
    analysis=(
        "The analysis of a million fills reads 96 bytes of each: 48 are three texts (execution, "
        "order, side), which are compared where they lie, and 48 are numbers, which it adds to the "
        "cache line of the order as eight whole numbers. A third of the time goes to that sum, a "
        "third to finding the order of each fill and to seeing that no execution is there twice; "
        "the alternatives read 56 bytes, as they check nothing. "
    ),
)  # fmt: skip
