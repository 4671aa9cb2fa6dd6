"""The study: workloads, implementations, bounds, claims."""

from __future__ import annotations

from typing import Any

from polars_vs_pandas._kernels import as_polars, kernel
from polars_vs_pandas.study import peers
from polars_vs_pandas.study.workloads import (
    as_dated_pandas,
    first_days,
    in_frames,
    name_outputs,
    seconds_to_move,
    sp500,
    synthetic,
)
from qpp.study import Agreement, Claim, Implementation, Limit, Scaling, Study, Workload

HEADLINE = "3000 x 100, W=100"
SIZES = ("500 x 10, W=50", "1500 x 50, W=100", HEADLINE, "10,000 x 1,000, W=100")
WINDOWS = {w: HEADLINE if w == 100 else f"3000 x 100, W={w}" for w in (20, 50, 100, 200, 500)}
FRAME = "a {} frame outside the clock"
RUST: dict[str, Any] = {"needs": "polars_vs_pandas._rust", "install": "maturin develop --release"}


def ours(name: str, module: str = "", *, threads: int = 1, **options: Any) -> Implementation:
    """An implementation of this package, by its module's name where it is another."""
    fixed = {} if threads == 1 else {"threads": threads}
    call = kernel(module or name, **fixed)
    return Implementation(name, call, collect=name_outputs, threads=threads, **options)


def headline(faster: str, slower: str, ratio: float, **more: Any) -> Claim:
    """A ratio of times at the headline's size."""
    return Claim(faster, over=slower, at_least=ratio, on=HEADLINE, **more)


study = Study(
    name="polars_vs_pandas",
    title="Rolling-window backtest: Polars, NumPy and Rust against pandas",
    question="How fast can a rolling long/short backtest be, to the same answer?",
    headline=(HEADLINE, "rust_fused"),
    workloads=[
        Workload(SIZES[0], synthetic, quick=True, rows=500, assets=10, window=50),
        Workload(SIZES[1], synthetic, rows=1500, assets=50, window=100),
        Workload(HEADLINE, synthetic, quick=True, rows=3000, assets=100, window=100),
        Workload(
            "S&P 500 stocks 2011-2022, W=100",
            sp500,
            quick=True,
            needs="skfolio",
            window=100,
            since=2011,
        ),
        Workload("S&P 500 stocks 1990-2022, W=100", sp500, needs="skfolio", window=100),
        *(
            Workload(name, synthetic, rows=3000, assets=100, window=w)
            for w, name in WINDOWS.items()
            if name != HEADLINE
        ),
        Workload(SIZES[3], synthetic, rows=10_000, assets=1_000, window=100),
    ],
    baseline=ours(
        "baseline",
        prepare=in_frames(as_dated_pandas),
        quick_part=first_days,
        note=f"naive pandas loop; {FRAME.format('dated pandas')}",
    ),
    optimised=[
        ours("polars_numpy", prepare=in_frames(as_polars), note=FRAME.format("Polars")),
        ours("rust_fused", **RUST, note="NumPy arrays, borrowed"),
        ours("rust_parallel", "rust_fused", threads=0, **RUST, note="rust_fused on all cores"),
    ],
    peers=[
        ours(
            "pandas_vectorised",
            prepare=in_frames(as_dated_pandas),
            note=FRAME.format("dated pandas"),
        ),
        ours(
            "numba_fused",
            needs="numba",
            note="compiled before the clock; the error bound of rust_fused",
        ),
        Implementation(
            "vectorbt",
            peers.positions,
            needs="vectorbt",
            compare=("positions",),
            note="stage: rolling deviation and positions only, so less work; best engine",
        ),
        Implementation(
            "vectorbt_portfolio",
            peers.portfolio,
            needs="vectorbt",
            compare=("positions",),
            note="whole chain under its own fee rule; positions compared",
        ),
    ],
    limits=[
        Limit(
            "memory bandwidth",
            seconds_to_move,
            note="signal and returns read once, outputs written once",
        )
    ],
    agreement=Agreement(
        atol=6e-8,
        rtol=6e-14,
        outputs={"daily_returns": Agreement(atol=1e-12), "positions": Agreement()},
    ),
    claims=[
        headline(
            "polars_numpy",
            "baseline",
            615,
            kind="published",
            note="the loop is pandas calls, whose cost differs between processors and versions",
        ),
        Claim("polars_numpy", over="pandas_vectorised", at_least=1),
        headline("rust_fused", "pandas_vectorised", 25),
        headline("rust_fused", "polars_numpy", 8),
        headline("rust_fused", "vectorbt", 3),
        headline("rust_fused", "numba_fused", 1),
        Claim(
            "polars_numpy",
            over="pandas_vectorised",
            metric="python_memory",
            at_least=1 / (1 - 0.19),
            on=HEADLINE,
            kind="published",
            note="published as 19 % less memory; memory that Polars allocates itself is not in it",
        ),
        Claim(
            "rust_fused",
            metric="resident_per_output",
            at_most=1.2,
            on=(HEADLINE, SIZES[3]),
        ),
    ],
    scaling=[
        Scaling("Time against size", "cells", lambda s: s["rows"] * s["assets"], on=SIZES),
        Scaling("Time against window", "window", lambda s: s["window"], on=tuple(WINDOWS.values())),
    ],
    criterion=("backtest",),
    analysis="""\
The loop spends its time in pandas calls, a few dozen at each row, and so takes nearly as
long on 20 assets as on 100; a longer window costs it little more until the windows
themselves weigh as much as the calls. Vectorised pandas removes the calls and keeps about
fifteen frames of temporaries. The hybrid does the same arithmetic block by block, in place;
what is left is Polars' rolling deviation, about half of its time, and a cumulative
product that no library call vectorises. The fused pass reads each value once and keeps
each asset's state in registers, so that neither the window nor the temporaries cost
anything; it works on several assets at a time because one asset's chain of additions
is bound by their latency.

Where the optimised ones lose: the hybrid's lead over vectorised pandas is largest on a few
hundred rows, where pandas is all call overhead, and smallest on a thousand assets, where
both wait for memory. There, and on long windows, a Numba kernel of the same design is level
with the fused pass or ahead of it. Two threads gain little at any size on two cores.
The Rust pass needs a compiled extension and NumPy arrays;
the hybrid needs neither. A hand-written Numba kernel that works across assets comes close
to the Rust pass, and pays seconds of compilation in a fresh process, which are outside the
clock here. And vectorised pandas is not only slower: after outliers or where equal values
repeat, its rolling deviation is wrong by far more than rounding, which the agreement check
of this study, on well-behaved inputs, does not see; its tests do.
""",
)
