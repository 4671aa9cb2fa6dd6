"""A study small enough to measure in a test, with every way an implementation can go wrong."""

from __future__ import annotations

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
    print("what a study prints must not disturb the protocol")
    return {"sum": float(x.sum())}


def wrong(x: Any) -> dict[str, float]:
    return {"sum": float(x.sum()) + 1e-3}


CALLS = iter(range(1_000_000_000))


def wrong_once_warm(x: Any) -> dict[str, float]:
    """Right while it is looked at, wrong when it is timed."""
    return {"sum": float(x.sum()) + (1.0 if next(CALLS) > 9 else 0.0)}


def raises(x: Any) -> None:
    raise ArithmeticError("the kernel gave up")


def dies(x: Any) -> None:
    sys.stderr.write("last words\n")
    sys.stderr.flush()
    os.abort()


def hangs(x: Any) -> None:
    time.sleep(3600)


def wrong_shape(x: Any) -> dict[str, Any]:
    return {"sum": x[:2]}


def nan(x: Any) -> dict[str, float]:
    return {"sum": float("nan")}


def objects(x: Any) -> dict[str, Any]:
    return {"sum": np.array([object()])}


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
    "Are failures told, and do the others go on?",
    [SMALL],
    Implementation("loop", loop),
    [
        Implementation("numpy", fast),
        Implementation("wrong", wrong),
        Implementation("wrong when timed", wrong_once_warm),
        Implementation("raises", raises),
        Implementation("dies", dies),
        Implementation("hangs", hangs),
        Implementation("shape", wrong_shape),
        Implementation("nan", nan),
        Implementation("objects", objects),
    ],
    agreement=CLOSE,
    claims=[Claim("wrong", over="loop", at_least=1e-6)],
    time_limit=2.0,
)


strict = Study(
    "strict",
    "What does a bar do that is out of reach?",
    [SMALL],
    Implementation("loop", loop),
    [Implementation("numpy", fast)],
    agreement=CLOSE,
    claims=[Claim("numpy", over="loop", at_least=1e9)],
)


def naps(x: Any) -> dict[str, float]:
    """At least a hundredth of a second, whatever the machine does."""
    time.sleep(0.01)
    return {"sum": float(x.sum())}


in_parts = Study(
    "in_parts",
    "Is what was run in part told as such?",
    [LARGE],
    Implementation("naps", naps, part=lambda inputs: ({"x": inputs["x"][:50]}, 100_000)),
    [
        Implementation("whole", fast),
        Implementation("no parts", fast, part=lambda inputs: (inputs, 0)),
    ],
    agreement=Agreement(atol=1e9),
)


def running_total(x: Any) -> dict[str, Any]:
    return {"totals": np.cumsum(x)}


def counted(x: Any) -> Any:
    return np.arange(len(x))


quick_parts = Study(
    "quick_parts",
    "Is the first part of a slow baseline compared with the first rows of the others?",
    [LARGE],
    Implementation(
        "loop",
        lambda x: {"totals": [float(x[: i + 1].sum()) for i in range(len(x))]},
        quick_part=lambda inputs: ({"x": inputs["x"][:500]}, 10),
    ),
    [
        Implementation("whole", running_total),
        Implementation("wrong early", lambda x: {"totals": np.cumsum(x) + (counted(x) == 99)}),
        Implementation("wrong late", lambda x: {"totals": np.cumsum(x) + (counted(x) > 900)}),
    ],
    agreement=CLOSE,
    claims=[Claim("whole", over="loop", at_least=1, metric="python_memory")],
)

no_baseline = Study(
    "no_baseline",
    "What if the baseline itself breaks?",
    [SMALL],
    Implementation("raises", raises),
    [Implementation("numpy", fast)],
)

slow = Study(
    "slow",
    "What does Ctrl-C leave?",
    [SMALL, Workload("forever", normal, quick=True, n=1)],
    Implementation("loop", lambda x: time.sleep(3600) if len(x) == 1 else loop(x)),
    [Implementation("numpy", fast)],
    agreement=CLOSE,
)
