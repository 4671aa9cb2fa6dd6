"""The study: workloads, implementations, bounds, claims."""

from __future__ import annotations

from allocation_o2.study import peers
from allocation_o2.study.runs import allocators, empty_loop, first_dates, outputs, strategy
from allocation_o2.study.workloads import CALL, CALLS, N_CALLS, REAL, WIDE, workloads
from qpp.study import BEST_PEER, Agreement, Claim, Implementation, Limit, Study

__all__ = ["study"]

EVERY_CALL = (CALLS, *CALL.values())
ROLLING = (*REAL.values(), *WIDE.values())
VOLATILITY = (REAL["InverseVolatility"], WIDE["InverseVolatility"])
VARIANCE = CALL["MinimumVariance"]

study = Study(
    name="allocation_o2",
    title="Allocators in Python, or in your own Rust",
    question="What does an allocation rule cost in Python, and what does it cost in Rust?",
    headline=(REAL["Momentum"], "rust"),
    workloads=workloads(),
    baseline=allocators(
        "python",
        compiled=False,
        part=first_dates(20, 500),
        quick_part=first_dates(20, 2),
        note="the rule in NumPy, called date by date",
    ),
    optimised=[
        allocators("rust", compiled=True, note="the same rule in Rust, checks included"),
        allocators("rust-2-threads", compiled=True, threads=2, only=ROLLING),
    ],
    peers=[
        Implementation(
            "numpy-all-dates",
            peers.all_dates,
            collect=outputs,
            only=tuple(name for name in ROLLING if name != WIDE["MinimumVariance"]),
            note="whole arrays and cumulative sums; minimum variance: then date by date",
        ),
        Implementation("numpy-windows", peers.sliding_windows, collect=outputs, only=VOLATILITY),
        Implementation(
            "pandas-rolling",
            peers.pandas_rolling,
            prepare=peers.in_a_frame,
            collect=outputs,
            needs="pandas",
            only=VOLATILITY,
        ),
        Implementation(
            "numba",
            peers.numba_loop,
            prepare=peers.compiled,
            collect=outputs,
            needs="numba",
            only=VOLATILITY,
        ),
        Implementation(
            "pypfopt",
            peers.pypfopt,
            prepare=peers.returns_of_the_call,
            needs="pypfopt",
            only=(VARIANCE,),
            collect=peers.nearly,
            compare=("nearly",),
        ),
        Implementation(
            "skfolio",
            peers.skfolio,
            prepare=peers.returns_of_the_call,
            needs=("skfolio", "sklearn", "cvxpy"),
            only=(VARIANCE,),
            collect=peers.nearly,
            compare=("nearly",),
        ),
    ],
    components=[
        strategy("python-strategy", compiled=False, only=EVERY_CALL, note="without any check"),
        strategy("rust-strategy", compiled=True, only=EVERY_CALL, note="without any check"),
        Implementation(
            "empty-loop",
            empty_loop,
            only=(CALLS,),
            compare=("nearly",),
            collect=peers.nearly,
            note="the loop around the calls",
        ),
    ],
    limits=[
        Limit(
            "prices read, weights written",
            lambda inputs, bandwidth: (
                2 * inputs["prices"].nbytes / bandwidth(2 * inputs["prices"].nbytes)
            ),
            only=ROLLING,
        )
    ],
    agreement=Agreement(atol=1e-10, outputs={"nearly": Agreement(atol=1e-3)}),
    claims=[
        Claim("rust", over="python", at_least=10, on=ROLLING, kind="published"),
        Claim(
            "rust-strategy",
            over="python-strategy",
            at_least=10,
            on=tuple(CALL.values()),
            kind="published",
        ),
        Claim("rust", over="python", at_least=10, on=tuple(REAL.values())),
        Claim("rust", over="numpy-windows", at_least=2, on=VOLATILITY),
        Claim("rust", over="numpy-all-dates", at_least=1.5, on=REAL["MinimumVariance"]),
        Claim("rust", over=BEST_PEER, at_least=5, on=VARIANCE),
        Claim(
            "rust-strategy",
            over="empty-loop",
            metric="added_time",
            per=N_CALLS,
            at_most=1e-6,
            on=CALLS,
            note="a call into a compiled strategy",
        ),
        Claim("rust", metric="resident_per_output", at_most=1.1, on=WIDE["Momentum"]),
        Claim("rust-2-threads", over="rust", at_least=1.3, on=REAL["MinimumVariance"]),
    ],
    analysis=(
        "A rolling run in Python pays the interpreter and NumPy's calls at each date, tens of "
        "microseconds, whatever the rule does; with 20 assets that is most of its time, and there "
        "the published 10 to 100 times are found. With 500 assets the arithmetic shows, NumPy does "
        "it well, and less is gained. One call is another matter: all prices are checked, and for "
        "a cheap rule the check of a hundred thousand prices takes longer than the rule. "
        "A rule that is a sum over windows can be written for all dates at once: one addition and "
        "one subtraction a date, in NumPy or in a Numba loop, where a strategy that is called at "
        "each date reads its whole window again. Momentum and inverse volatility in Rust are "
        "written that way too, so they differ from such code by its temporary arrays and by their "
        "checks; for equal weights the checks are nearly all. Minimum variance has no such form; "
        "with the covariances of all dates at once it still solves date by date."
    ),
    time_limit=600.0,
)
