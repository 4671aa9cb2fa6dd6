"""Planning 100,000 parents, and Almgren and Chriss's frontier, against a user's own code.

Parents are orders of one session of New York; in the workloads of a month, with a holiday and an
early close, one in four goes on after a night. They are columns of arrays with rows of profiles for
symbols, or frames with names, made outside the clock. The pandas loop and the vectorised NumPy get
the sessions as arrays and check nothing; for a single session NumPy uses no calendar.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from hft_py._frames import kind_of
from hft_py.execution import (
    AlmgrenChriss,
    ExecutionConfig,
    TradingCalendar,
    VolumeProfiles,
    schedule_child_orders,
)
from hft_py.execution.study import schedule_peers
from hft_py.portfolio.study.group import Group
from qpp.study import Claim, Implementation, Workload

SLICES, NAMES, BINS = 8, 500, 26
STYLES = ("twap", "vwap", "is")
SMALL = tuple(f"{style.upper()}, 2,000 parents x 8" for style in STYLES)
LARGE = tuple(f"{style.upper()}, 100,000 parents x 8" for style in STYLES)
MONTH = tuple(f"{name}, a month" for name in LARGE)
EVERY = (*SMALL, *LARGE, *MONTH)
FRONTIER_SMALL, FRONTIER = "frontier, 20 points", "frontier, 1,000 points"
FRONTIERS = (FRONTIER_SMALL, FRONTIER)
LOOP_PARTS = 50  # of the large workloads, for the loop
COLUMNS = ("parent", "sequence", "release_time", "expiry", "quantity", "participation")
NYSE = TradingCalendar.named("NYSE", holidays=["2025-11-27"], half_days={"2025-11-28": "13:00"})
CONFIG = ExecutionConfig(calendar=NYSE, risk_aversion=1e-5, permanent_impact=0.0)


def parents(count: int, style: str, until: str = "2025-11-03", seed: int = 0) -> dict[str, Any]:
    """Parents of the 3rd of November 2025, or of more days, in 500 symbols.

    Profiles are of a quarter of an hour.
    """
    rng = np.random.default_rng(seed)
    first, last = np.array(["2025-11-03T12", f"{until}T12"], dtype="M8[ns]").astype(np.int64)
    sessions = NYSE.between(int(first), int(last))
    minute = 60 * 10**9
    length = rng.integers(30, 180, count) * minute
    start = rng.integers(0, (sessions.day_starts[-1] - length) // minute) * minute
    day = np.searchsorted(sessions.before, start + length, side="left") - 1
    end = sessions.opens[day] + start + length - sessions.before[day]
    shape = 1.0 + 2.0 * np.linspace(-1.0, 1.0, BINS) ** 2
    return {
        "task": "plan",
        "style": style,
        "columns": {
            "symbol": rng.integers(0, NAMES, count),
            "side": rng.integers(0, 2, count),
            "quantity": rng.integers(100, 100_000, count),
            "start": sessions.release(start).view("M8[ns]"),
            "end": end.view("M8[ns]"),
            "arrival_price": rng.uniform(5.0, 500.0, count),
            "volatility": rng.uniform(0.01, 0.05, count),
            "adv": rng.uniform(1e5, 1e7, count),
        },
        "volume": 1e5 * shape * rng.uniform(0.5, 1.5, (NAMES, BINS)),
        "sessions": np.column_stack([sessions.opens, sessions.closes]),
    }


def coded(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as they are, and the profiles."""
    names = [f"N{i:03d}" for i in range(NAMES)]
    profiles = VolumeProfiles.of(dict(zip(names, inputs["volume"], strict=True)))
    return {"trades": inputs["columns"], "style": inputs["style"], "profiles": profiles}


def named(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The columns with the names of sides and symbols."""
    made = coded(inputs)
    columns = dict(made["trades"])
    columns["symbol"] = np.array(made["profiles"].symbols)[columns["symbol"]]
    columns["side"] = np.array(["buy", "sell"])[columns["side"]]
    return {**made, "trades": columns}


def in_frames(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a pandas frame with ids."""
    import pandas as pd

    made = named(inputs)
    trades = pd.DataFrame(made["trades"])
    trades.insert(0, "parent_id", [f"P{i:06d}" for i in range(len(trades))])
    for name in ("start", "end"):
        trades[name] = trades[name].dt.tz_localize("UTC")
    return {**made, "trades": trades}


def in_polars(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The same as a Polars frame with ids."""
    import polars as pl

    made = named(inputs)
    ids = pl.Series("parent_id", [f"P{i:06d}" for i in range(len(made["trades"]["side"]))])
    trades = pl.DataFrame({name: pl.Series(list(v) if v.dtype.kind == "U" else v)
                           for name, v in made["trades"].items()})  # fmt: skip
    zoned = pl.col("start", "end").dt.replace_time_zone("UTC")
    return {**made, "trades": trades.with_columns(zoned).insert_column(0, ids)}


def with_ids(package: str) -> Any:
    """Preparation for the peers that make frames: the inputs, and the ids of parents."""

    def prepare(inputs: Mapping[str, Any]) -> dict[str, Any]:
        count = len(inputs["columns"]["side"])
        series = importlib.import_module(package).Series
        return {**inputs, "ids": series([f"P{i:06d}" for i in range(count)])}

    return prepare


def ours(trades: Any, style: str, profiles: Any, backend: str = "rust", threads: int = 1) -> Any:
    """The public function: checks, calendar, children."""
    return schedule_child_orders(
        trades, style, SLICES, config=CONFIG, profiles=profiles, backend=backend, threads=threads
    )


def compared(children: Any) -> dict[str, Any]:
    """What is compared; times as numbers, ids as the rows they name."""
    if "parent" in children:
        whole = ("release_time", "expiry")
        return {name: children[name].view(np.int64) if name in whole else children[name]
                for name in COLUMNS}  # fmt: skip
    found = {}
    for name in COLUMNS[1:]:
        column = children[name]
        if name in ("release_time", "expiry"):
            pandas = kind_of(children) == "pandas"
            column = column.dt.tz_localize(None) if pandas else column.dt.replace_time_zone(None)
            found[name] = column.to_numpy().astype("M8[ns]").view(np.int64)
        else:
            found[name] = column.to_numpy()
    ids = children["parent_id"].to_list()
    return {"parent": np.array([int(one[1:]) for one in ids]), **found}


def first_parents(inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """One part in fifty of many parents, for the loop; a tenth of a frontier."""
    if inputs["task"] == "frontier":
        values = inputs["risk_aversion"]
        parts = 10 if len(values) >= 1_000 else 1
        return {**inputs, "risk_aversion": values[: len(values) // parts]}, parts
    count = len(inputs["columns"]["side"])
    if count < LOOP_PARTS * 1_000:
        return inputs, 1
    columns = {name: one[: count // LOOP_PARTS] for name, one in inputs["columns"].items()}
    return {**inputs, "columns": columns}, LOOP_PARTS


def frontier(points: int, slices: int = 50) -> dict[str, Any]:
    """Risk aversions of the paper's order over one day, in a time scale of its own."""
    model = AlmgrenChriss(1e6, 5.0, slices, 0.95, 2.5e-6, 2.5e-7, 0.0625)
    return {
        "task": "frontier",
        "model": model,
        "risk_aversion": np.geomspace(1e-8, 1e-5, points),
    }


def closed_form(model: AlmgrenChriss, risk_aversion: Any, task: str) -> dict[str, Any]:
    """The frontier of this library."""
    found = model.efficient_frontier(risk_aversion)
    return {"cost": found.expected_cost, "variance": found.variance}


def _ours(name: str, prepare: Any, only: Any = EVERY, **more: Any) -> Implementation:
    options = {key: more[key] for key in ("backend", "threads") if key in more}
    more.pop("backend", None)
    call = functools.partial(ours, **options)
    return Implementation(name, call, prepare=prepare, collect=compared, only=only, **more)


GROUP = Group(
    workloads=[
        *(Workload(name, parents, quick=True, count=2_000, style=style)
          for name, style in zip(SMALL, STYLES, strict=True)),
        *(Workload(name, parents, count=100_000, style=style)
          for name, style in zip(LARGE, STYLES, strict=True)),
        *(Workload(name, parents, count=100_000, style=style, until="2025-11-30")
          for name, style in zip(MONTH, STYLES, strict=True)),
        Workload(FRONTIER_SMALL, frontier, quick=True, needs="cvxpy", points=20),
        Workload(FRONTIER, frontier, needs="cvxpy", points=1_000),
    ],
    baseline={"plan": schedule_peers.loop, "frontier": schedule_peers.cvxpy_frontier},
    optimised=[
        _ours("plan-rust", coded, note="schedule_child_orders of columns; arrays, no ids"),
        _ours("plan-rust-2-threads", coded, (*LARGE, *MONTH), threads=2),
        _ours("plan-rust-polars", in_polars, note="of a Polars frame, with child ids"),
        _ours("plan-rust-pandas", in_frames, note="of a pandas frame, with child ids"),
        _ours("plan-python", coded, SMALL, backend="python", note="the Python kernels"),
        Implementation("closed-form", closed_form, only=FRONTIERS, note="NumPy, all at once"),
    ],
    peers=[
        Implementation("plan-numpy", schedule_peers.vectorised, only=EVERY,
                       note="vectorised; arrays, no ids; no checks"),
        Implementation("plan-numpy-polars", schedule_peers.vectorised_polars,
                       prepare=with_ids("polars"), collect=compared, only=EVERY,
                       note="the same, made a Polars frame with child ids"),
        Implementation("plan-numpy-pandas", schedule_peers.vectorised_pandas,
                       prepare=with_ids("pandas"), collect=compared, only=EVERY,
                       note="the same, made a pandas frame with child ids"),
    ],
    claims=[
        Claim("plan-rust", over="baseline", at_least=50, on=list(LARGE)),
        Claim("plan-rust", over="plan-numpy", at_least=5, on=list(LARGE)),
        Claim("plan-rust", over="plan-numpy", at_least=5, on=list(MONTH)),
        Claim("plan-rust-polars", over="plan-numpy-polars", at_least=1, on=list(LARGE)),
        Claim("plan-rust-pandas", over="plan-numpy-pandas", at_least=1, on=list(LARGE)),
        Claim("plan-rust-pandas", over="baseline", at_least=50, on=list(LARGE)),
        Claim("plan-rust", metric="resident_per_output", at_most=1.2, on=list(LARGE)),
        Claim("closed-form", over="baseline", at_least=20, on=FRONTIER),
    ],
    analysis=(
        "A parent's eight slices are one vector: trading times, a profile read at nine places, "
        "shares, their remainders ranked by comparison with each other. What is written, 40 bytes "
        "a child, is nearly all the memory there is. NumPy makes a pass over 800,000 numbers for "
        "each of these steps and sorts the remainders; over a month it looks each time up in the "
        "calendar. With frames, most of the time is the 800,000 ids of the children: both sides "
        "make them alike, and the ratio falls to what is left."
    ),
)  # fmt: skip
