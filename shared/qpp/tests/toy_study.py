"""Small studies for the tests: with every way in which an implementation can fail."""

import os
import sys
import time
from typing import Any

import numpy as np

from qpp import Agreement, Claim, Implementation, Limit, Scaling, Study, Workload


def normal(n: int) -> dict[str, Any]:
    return {"x": np.random.default_rng(7).normal(size=n)}


def loop(x: Any) -> dict[str, float]:
    total = 0.0
    for value in x:
        total += value
    return {"sum": total}


def fast(x: Any) -> dict[str, float]:
    print("this output must not disturb the protocol")
    return {"sum": float(x.sum())}


CALLS = iter(range(1_000_000_000))


def wrong_once_warm(x: Any) -> dict[str, float]:
    """Right in the first calls, wrong when it is timed."""
    return {"sum": float(x.sum()) + (1.0 if next(CALLS) > 9 else 0.0)}


def raises(x: Any) -> None:
    raise ArithmeticError("the kernel gave up")


def aborts(x: Any) -> None:
    sys.stderr.write("last words\n")
    sys.stderr.flush()
    os.abort()


def allocates(x: Any) -> dict[str, float]:
    scratch = np.ones(4_000_000)  # 32 MB, touched
    return {"sum": float(x.sum()) + 0.0 * float(scratch[-1])}


SMALL = Workload("n=500", normal, quick=True, n=500)
LARGE = Workload("n=5000", normal, quick=True, n=5_000)
HUGE = Workload("n=50000", normal, n=50_000)
CLOSE = Agreement(rtol=1e-9, atol=1e-9)

study = Study(
    "toy",
    "Does the harness see what it should?",
    [SMALL, LARGE, HUGE],
    Implementation("loop", loop),
    [Implementation("numpy", fast), Implementation("allocates", allocates)],
    peers=[Implementation("gone", fast, needs="no_such_module_at_all")],
    limits=[Limit("bandwidth", lambda i, speed: i["x"].nbytes / speed(i["x"].nbytes))],
    agreement=CLOSE,
    claims=[
        Claim("numpy", over="loop", at_least=2, on="n=5000", kind="published", note="arithmetic"),
        Claim("numpy", over="loop", at_least=1e9, on="n=500", kind="published"),
        Claim("gone", over="loop", at_least=2),
        Claim("numpy", over="loop", at_least=2, on="n=50000"),
    ],
    scaling=[Scaling("size", "values", lambda sizes: sizes["n"], ("n=500", "n=5000", "n=50000"))],
    title="A toy",
)

broken = Study(
    "broken",
    "Are failures reported, and do the others run?",
    [SMALL],
    Implementation("loop", loop),
    [
        Implementation("numpy", fast),
        Implementation("wrong", lambda x: {"sum": float(x.sum()) + 1e-3}),
        Implementation("wrong when timed", wrong_once_warm),
        Implementation("raises", raises),
        Implementation("aborts", aborts),
        Implementation("hangs", lambda x: time.sleep(3600)),
        Implementation("shape", lambda x: {"sum": x[:2]}),
        Implementation("nan", lambda x: {"sum": float("nan")}),
        Implementation("objects", lambda x: {"sum": np.array([object()])}),
    ],
    agreement=CLOSE,
    claims=[Claim("wrong", over="loop", at_least=1e-6)],
    time_limit=2.0,
)


def naps(x: Any) -> dict[str, Any]:
    time.sleep(0.01)
    return {"totals": [float(x[: i + 1].sum()) for i in range(len(x))]}


def wrong_at(where: slice) -> Any:
    """Cumulative sums, wrong in some of them."""

    def call(x: Any) -> dict[str, Any]:
        totals = np.cumsum(x)
        totals[where] += 1
        return {"totals": totals}

    return call


quick_parts = Study(
    "quick_parts",
    "Is the first part of a slow baseline compared with the first rows of the others?",
    [LARGE],
    Implementation("naps", naps, quick_part=lambda inputs: ({"x": inputs["x"][:500]}, 10)),
    [
        Implementation("whole", wrong_at(slice(0))),
        Implementation("wrong early", wrong_at(slice(99, 100))),
        Implementation("wrong late", wrong_at(slice(900, None))),
    ],
    agreement=CLOSE,
    claims=[Claim("whole", over="naps", at_least=1, metric="python_memory")],
)
