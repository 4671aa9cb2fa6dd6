"""The study: workloads, implementations, bounds, claims."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

from hft_py.backend import require_release_build
from hft_py.signatures.study import peers
from hft_py.signatures.study.implementations import (
    recomputed,
    run_hft_py,
    seconds_to_read_and_write,
)
from hft_py.signatures.study.workloads import (
    BATCH,
    BEGINNINGS,
    DEPTHS,
    GRAM,
    LOGARITHMS,
    LONG,
    MANY,
    PAIRS,
    STOCKS,
    WINDOWS,
    WINDOWS_QUICK,
    first_windows,
    kernels_of,
    stocks,
    walks,
    windows_of,
)
from qpp.study import BEST_PEER, Agreement, Claim, Implementation, Limit, Scaling, Study, Workload

require_release_build()

PATHS = (BATCH, LONG, MANY, *DEPTHS)
ROLLING = (WINDOWS_QUICK, WINDOWS, STOCKS)

_path = partial(Workload, make=walks, task="signature")
_windows = partial(Workload, make=walks, task="rolling", batch=1, channels=3, depth=4)

study = Study(
    name="hft_signatures",
    title="Path signatures in Rust",
    question="How fast are signatures of paths, of all their windows, and kernels, on one core?",
    headline=(BATCH, "rust"),
    workloads=[
        _path(BATCH, quick=True, batch=64, points=500, channels=5, depth=4),
        _windows(WINDOWS_QUICK, quick=True, points=2_249, window=250),
        _path(LONG, batch=1, points=100_000, channels=3, depth=5),
        _path(MANY, batch=1_000, points=50, channels=3, depth=4),
        *(
            _path(name, batch=64, points=500, channels=3, depth=depth)
            for name, depth in DEPTHS.items()
        ),
        Workload(LOGARITHMS, walks, task="logarithm", batch=64, points=500, channels=5, depth=4),
        Workload(BEGINNINGS, walks, task="running", batch=8, points=1_000, channels=3, depth=4),
        _windows(WINDOWS, points=4_999, window=1_000),
        Workload(STOCKS, stocks, needs="skfolio", task="rolling", depth=3, window=60, step=5),
        Workload(PAIRS, kernels_of, task="pairs", batch=64, points=200, channels=5, dyadic_order=1),
        Workload(GRAM, kernels_of, task="gram", batch=16, points=100, channels=5, dyadic_order=1),
    ],
    baseline=Implementation(
        "numpy",
        run_hft_py("python"),
        quick_part=first_windows,
        note="a Python loop over segments, NumPy over paths or windows",
    ),
    optimised=[
        Implementation("rust", run_hft_py("rust")),
        Implementation(
            "rust-2-threads", run_hft_py("rust", threads=2), threads=2, only=(BATCH, LONG, PAIRS)
        ),
        Implementation(
            "rust-recomputed",
            recomputed,
            prepare=windows_of,
            only=ROLLING,
            note="each window by itself, copied beforehand",
        ),
    ],
    peers=[
        Implementation(
            "pysiglib",
            peers.pysiglib,
            needs=("pysiglib", "torch"),
            prepare=lambda inputs: peers.prepare_log_signature(windows_of(inputs)),
            only=(*PATHS, LOGARITHMS, *ROLLING, PAIRS, GRAM),
            note="4.0, one thread; windows as a batch of paths",
        ),
        Implementation(
            "signax",
            peers.signax,
            needs=("signax", "jax"),
            prepare=peers.to_jax,
            only=(BATCH, LONG, MANY, BEGINNINGS),
            note="JAX, compiled beforehand",
        ),
        # Where it is not installed it has no row: no package index has it ready to install.
        *(
            Implementation("iisignature", peers.iisignature, only=PATHS)
            for _ in range(find_spec("iisignature") is not None)
        ),
    ],
    limits=[Limit("read and write", seconds_to_read_and_write, note="once, at memory bandwidth")],
    agreement=Agreement(rtol=1e-12, atol=1e-12),
    claims=[
        Claim("rust", over="numpy", at_least=50),
        Claim("rust", over=BEST_PEER, at_least=1),
        Claim("rust", over="rust-recomputed", at_least=20, on=WINDOWS),
        Claim("rust", over="numpy", metric="resident_memory", at_least=6, on=(BATCH, LONG)),
        Claim("rust-2-threads", over="rust", at_least=1.5, on=(LONG, PAIRS)),
    ],
    scaling=[
        Scaling(
            "64 paths of 500 points in 3 channels",
            "depth",
            lambda sizes: float(sizes["depth"]),
            tuple(DEPTHS),
        )
    ],
    analysis=(
        "A segment changes every number of a signature, so a signature costs as many multiply-adds "
        "as it has numbers, times the segments; what differs is how many of them a cycle does. "
        "NumPy loads and stores every level several times a segment. Here eight pieces of a path "
        "lie in the lanes of a register, and a tile of words stays in registers for 32 segments. "
        "The lead over pySigLib, which vectorises along the words of a level, is largest for few "
        "channels, where its vectors are short. A window of many points costs what a short one "
        "does, so the lead over recomputation is the window's length times a constant. Kernels "
        "have the same operations in every library; there the lead is smallest."
    ),
    time_limit=300.0,
)
