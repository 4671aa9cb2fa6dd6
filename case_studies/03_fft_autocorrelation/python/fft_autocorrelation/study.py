"""The study: which implementations, on what, agreeing how closely, showing what."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from fft_autocorrelation import Autocorrelator, _rust, baseline, peers
from fft_autocorrelation.workloads import (
    GRID_LENGTHS,
    absolute_returns,
    grid_lags,
    name,
    normal,
)
from qpp.study import (
    BEST_PEER,
    Agreement,
    Claim,
    Implementation,
    Inputs,
    Limit,
    Scaling,
    Study,
    Workload,
)

if _rust.build_profile() != "release":
    raise RuntimeError("the extension is a debug build: run `make develop`")

PUBLISHED = [(n, 50) for n in (100, 1_000, 10_000, 50_000)]
PUBLISHED += [(10_000, k) for k in (10, 100, 200, 500)]
GRID = [(n, k) for n in GRID_LENGTHS for k in grid_lags(n)]
QUICK = {(100, 50), (10_000, 50), (100_000, 1_000)}
MEMORY = (10_000_000, 1_000)
MEMORY_BOUND = 64 << 20
FULL_LAGS = (1_000_000, 999_999)
REAL = "S&P 500 |returns| k=250"
PARALLEL = [MEMORY, (10_000_000, 25), (1_000_000, 3_981)]


def cells(*, largest: float, lags: int = 10**9) -> tuple[str, ...]:
    """The workloads on which a method of ``O(n k)``, or one bound to few lags, is sensible."""
    chosen = [c for c in sizes if c[0] * c[1] <= largest and c[1] <= lags]
    return (*(name(*c) for c in chosen), REAL)


sizes = sorted({*PUBLISHED, *GRID, MEMORY})
published = [name(*c) for c in PUBLISHED]


def by_method(method: Any) -> Callable[..., Any]:
    """A plan with the method given, kept from call to call."""
    plan = functools.lru_cache(maxsize=2)(functools.partial(Autocorrelator, method=method))
    return lambda x, max_lag: plan(x.size, max_lag)(x)


def in_parallel(x: Any, max_lag: int) -> Any:
    """Two threads."""
    return _rust.autocorrelation(x, max_lag, threads=2)


def read_once(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """The series read once at memory bandwidth."""
    moved = inputs["x"].nbytes
    return float(moved / bandwidth(moved))


def peer(title: str, call: Callable[..., Any], needs: str = "", **more: Any) -> Implementation:
    """A peer; most need a package of their own."""
    return Implementation(title, call, needs=needs or (), **more)


def length(workload: Mapping[str, Any]) -> float:
    """The abscissa of a curve over n."""
    return float(workload["n"])


def last_lag(workload: Mapping[str, Any]) -> float:
    """The abscissa of a curve over lags."""
    return float(workload["max_lag"])


study = Study(
    name="fft_autocorrelation",
    title="Autocorrelation: only the lags you want",
    question="How fast can the first k lags of an autocorrelation be had?",
    headline=(name(10_000, 50), "rust"),
    workloads=[
        *(Workload(name(n, k), normal, quick=(n, k) in QUICK, n=n, max_lag=k) for n, k in sizes),
        Workload(REAL, absolute_returns, quick=True, max_lag=250),
    ],
    baseline=Implementation(
        "scipy-correlate", baseline.autocorrelation, note="padded to 2n-1, all lags"
    ),
    optimised=[
        Implementation("rust", _rust.autocorrelation, note="the planner chooses"),
        Implementation("rust-direct", by_method("direct"), only=cells(largest=3e9)),
        Implementation("rust-blocked", by_method("blocked"), only=cells(largest=1e13)),
        Implementation("rust-fft", by_method("fft")),
        Implementation(
            "rust-2-threads", in_parallel, threads=2, only=tuple(name(*c) for c in PARALLEL)
        ),
    ],
    peers=[
        peer("scipy-by-hand", peers.scipy_by_hand, note="rfft of length n + k"),
        peer("numpy-dots", peers.numpy_dots, only=cells(largest=3e9, lags=500)),
        peer("ducc0", peers.ducc, "ducc0"),
        peer("fftw-planned", peers.fftw, "pyfftw", note="plan and buffers kept"),
        peer("mkl", peers.mkl, "mkl_fft"),
        peer(
            "statsmodels",
            peers.statsmodels_fft,
            "statsmodels",
            note="acf(fft=True): complex, all lags",
            only=(*(name(*c) for c in sizes if c[0] <= 1_000_000), REAL),
        ),
        peer("numba-direct", peers.numba_direct, "numba", only=cells(largest=3e9)),
    ],
    limits=[Limit("read x once", read_once)],
    agreement=Agreement(atol=1e-13),
    claims=[
        Claim("rust", over="scipy-correlate", at_least=2.6, on=published, kind="published"),
        Claim("rust", over="scipy-correlate", at_least=4, on=published),
        Claim("rust", over="scipy-correlate", at_least=70, on=name(100, 50), kind="published"),
        Claim("rust", over="scipy-correlate", at_least=2.6, on=name(*FULL_LAGS)),
        Claim("rust", over=BEST_PEER, at_least=1),
        Claim(
            "rust-blocked",
            metric="resident_bytes",
            at_most=MEMORY_BOUND,
            on=name(*MEMORY),
        ),
        Claim(
            "rust-2-threads",
            over="rust",
            at_least=1,
            on=[name(*c) for c in PARALLEL],
        ),
    ],
    scaling=[
        Scaling(
            "50 lags, growing series",
            "observations",
            length,
            tuple(name(*c) for c in PUBLISHED if c[1] == 50),
        ),
        Scaling(
            "10,000 observations, more lags",
            "last lag",
            last_lag,
            tuple(name(*c) for c in sizes if c[0] == 10_000),
        ),
        Scaling(
            "all lags, growing series",
            "observations",
            length,
            tuple(name(n, n - 1) for n in GRID_LENGTHS),
        ),
    ],
    analysis=(
        "SciPy's correlate transforms 2n - 1 points and computes every lag of both signs. "
        "Up to about fifty lags direct sums win, and always at a hundred observations: they are "
        "blocked in registers, need no padding and read each value once from cache. In series of "
        "ten thousand and more the blocked method wins from about a hundred lags to a few per cent "
        "of n, by staying in cache whatever the length of the series. Above about a tenth of n, "
        "and from some hundred lags of a short series, one transform wins. At all lags the lead is "
        "least: the transforms of ducc0, FFTW and MKL are as fast, and what is left is the "
        "half-price inverse of an even spectrum and fewer passes over memory. At a hundred "
        "observations the call itself is most of the time."
    ),
    time_limit=300.0,
)
