"""The study: workloads, implementations, bounds, claims."""

from operator import itemgetter

from fft_autocorrelation import _rust, baseline
from fft_autocorrelation.study import peers
from fft_autocorrelation.study.implementations import plan_method, read_series, two_threads
from fft_autocorrelation.study.workloads import (
    FULL_LAGS,
    GRID_LENGTHS,
    MEMORY,
    PARALLEL,
    PUBLISHED,
    PUBLISHED_SIZES,
    QUICK,
    REAL,
    SIZES,
    absolute_returns,
    name,
    normal,
    workloads_up_to,
)
from qpp.study import BEST_PEER, Agreement, Claim, Implementation, Limit, Scaling, Study, Workload

study = Study(
    name="fft_autocorrelation",
    title="The first k lags of an autocorrelation",
    question="How fast are the first k lags of an autocorrelation computed?",
    headline=(name(10_000, 50), "rust"),
    workloads=[
        *(Workload(name(n, k), normal, quick=(n, k) in QUICK, n=n, max_lag=k) for n, k in SIZES),
        Workload(REAL, absolute_returns, quick=True, needs="skfolio", max_lag=250),
    ],
    baseline=Implementation(
        "scipy-correlate", baseline.autocorrelation, note="padded to 2n-1, all lags"
    ),
    optimised=[
        Implementation("rust", _rust.autocorrelation, note="the planner chooses"),
        Implementation("rust-direct", plan_method("direct"), only=workloads_up_to(3e9)),
        Implementation("rust-blocked", plan_method("blocked"), only=workloads_up_to(1e13)),
        Implementation("rust-fft", plan_method("fft")),
        Implementation("rust-2-threads", two_threads, threads=2, only=PARALLEL),
    ],
    peers=[
        Implementation("scipy-by-hand", peers.scipy_by_hand, note="rfft of length n + k"),
        Implementation("numpy-dots", peers.numpy_dots, only=workloads_up_to(3e9, max_lag=500)),
        Implementation("ducc0", peers.ducc, needs="ducc0"),
        Implementation("fftw-planned", peers.fftw, needs="pyfftw", note="plan and buffers kept"),
        Implementation("mkl", peers.mkl, needs="mkl_fft"),
        Implementation(
            "statsmodels",
            peers.statsmodels_fft,
            needs="statsmodels",
            note="acf(fft=True): complex, all lags",
            only=(*(name(*c) for c in SIZES if c[0] <= 1_000_000), REAL),
        ),
        Implementation(
            "numba-direct", peers.numba_direct, needs="numba", only=workloads_up_to(3e9)
        ),
    ],
    limits=[Limit("read x once", read_series)],
    agreement=Agreement(atol=1e-13),
    claims=[
        Claim("rust", over="scipy-correlate", at_least=2.6, on=PUBLISHED, kind="published"),
        Claim("rust", over="scipy-correlate", at_least=4, on=PUBLISHED),
        Claim("rust", over="scipy-correlate", at_least=70, on=name(100, 50), kind="published"),
        Claim("rust", over="scipy-correlate", at_least=2.6, on=name(*FULL_LAGS)),
        Claim("rust", over=BEST_PEER, at_least=1),
        Claim("rust-blocked", metric="resident_bytes", at_most=64 << 20, on=name(*MEMORY)),
        Claim("rust-2-threads", over="rust", at_least=1, on=PARALLEL),
    ],
    scaling=[
        Scaling(
            "50 lags, growing series",
            "observations",
            itemgetter("n"),
            tuple(name(*c) for c in PUBLISHED_SIZES if c[1] == 50),
        ),
        Scaling(
            "10,000 observations, more lags",
            "last lag",
            itemgetter("max_lag"),
            tuple(name(*c) for c in SIZES if c[0] == 10_000),
        ),
        Scaling(
            "all lags, growing series",
            "observations",
            itemgetter("n"),
            tuple(name(n, n - 1) for n in GRID_LENGTHS),
        ),
    ],
    analysis=(
        "SciPy's correlate transforms 2n - 1 points and computes every lag of both signs. Up to "
        "about fifty lags direct sums win, and always at a hundred observations: they are blocked "
        "in registers, need no padding and read each value once from cache. In series of ten "
        "thousand and more the blocked method wins from about a hundred lags to a few per cent of "
        "n, by staying in cache whatever the length of the series. Above about a tenth of n, and "
        "from some hundred lags of a short series, one transform wins. At all lags the lead is "
        "smallest: the transforms of ducc0, FFTW and MKL are as fast, and the remaining gain is "
        "an inverse of the even spectrum at half the cost and fewer passes over memory. At a "
        "hundred observations the call itself takes most of the time."
    ),
    time_limit=300.0,
)
