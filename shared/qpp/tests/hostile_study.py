"""Studies whose code fails inside the harness's process, and in ways a worker must survive."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from qpp import Implementation, Limit, Scaling, Study, Workload

PIDS = "HOSTILE_STUDY_PIDS"
NO_FIGURES = {"nan": float("nan"), "inf": float("-inf")}


def ramp(n: int, **_: Any) -> dict[str, Any]:
    return {"x": np.arange(n, dtype=float)}


def leaves(n: int) -> dict[str, Any]:
    sys.exit("no data")


def double(x: Any) -> Any:
    return x * 2


def forks(x: Any) -> Any:
    os.fork()
    return x * 2


def writes_everywhere(x: Any) -> Any:
    for descriptor in range(3, 20):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\xff" * 64)
    return x * 2


def hangs(x: Any) -> Any:
    """Starts a child and writes both process ids to a file."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(os.environ[PIDS]).write_text(f"{os.getpid()} {child.pid} .")
    time.sleep(600)


def abscissa(sizes: Mapping[str, Any]) -> float:
    if sizes["n"] == 10:
        raise ZeroDivisionError
    return float(sizes["n"]) if sizes["n"] < 40 else float("nan")


def declared(name: str, **changes: Any) -> Study:
    given: dict[str, Any] = {
        "workloads": [Workload("n=10", ramp, quick=True, n=10)],
        "baseline": Implementation("base", double),
        "optimised": [Implementation("good", double)],
        "time_limit": 20.0,
    }
    return Study(name, "?", **{**given, **changes})


limits = declared(
    "limits",
    limits=[
        Limit("raises", lambda inputs, speed: 1 / 0),
        Limit("leaves", lambda inputs, speed: sys.exit(0)),
        Limit("nan", lambda inputs, speed: float("nan")),
        Limit("negative", lambda inputs, speed: -1.0),
        Limit("nothing", lambda inputs, speed: None),  # type: ignore[arg-type, return-value]
        Limit("good", lambda inputs, speed: 1e-6),
        Limit("elsewhere", lambda inputs, speed: 1e-6, only=()),
    ],
    optimised=[Implementation("double", double)],
)
sizes = declared(
    "sizes",
    workloads=[
        Workload(f"n={n}", ramp, quick=True, n=n, half=0.5, items=[1], **NO_FIGURES)
        for n in (10, 20, 30, 40)
    ],
    scaling=[
        Scaling("of n", "n", abscissa, ("n=10", "n=20", "n=30", "n=40")),
        Scaling("of nothing", "n", lambda s: sys.exit(0), ("n=10", "n=20")),
    ],
)
floor = [Limit("floor", lambda inputs, speed: 1.0)]
no_exit = declared("no_exit", workloads=[Workload("w", leaves, n=1)], limits=floor)
no_package = declared("no_package", baseline=Implementation("base", double, needs="no_such.sub"))
elsewhere = declared("elsewhere", baseline=Implementation("base", double, only=()))
no_values = declared("no_values", baseline=Implementation("base", lambda x: x[:0]))
calls = declared(
    "calls",
    optimised=[
        Implementation("forks", forks),
        Implementation("writes everywhere", writes_everywhere),
        Implementation("good", double),
    ],
)
hanging = declared("hanging", baseline=Implementation("base", hangs), time_limit=300.0)
marked = Study(
    "marked",
    "[red]why?[/nope]",
    [Workload("[/w] :bug:\x1b[31m", ramp, quick=True, n=5)],
    Implementation("[/base]\x07", double),
    [Implementation("[bold]", double)],
    peers=[Implementation("[i]", double, needs="[bold]", install="make [/peers]")],
    limits=[Limit("[/limit]", lambda inputs, speed: 1.0)],
    title="[bold]title[/nope]",
)
unprintable = Study(
    "unprintable",
    "\ud800 \u65e5\u672c?",
    [Workload("w \udfff", ramp, quick=True, n=5)],
    Implementation("base \u2713", double),
    [Implementation("good", double)],
    title="\u5927 \ud800",
)
toy = declared("toy")
