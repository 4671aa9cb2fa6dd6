"""A realistic run, made in code: every kind of row, verdict and failure that a result can hold.

Figures are drawn from a seed; none is a measurement.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from qpp import statistics
from qpp.claim import Kind
from qpp.results import (
    ClaimResult,
    CriterionEstimate,
    Interval,
    ParityResult,
    Row,
    Run,
    ScalingCurve,
    StudyResult,
    Verdict,
    WorkloadResult,
)

ROUNDS = 24
TOLERANCE = "equity: |a-b| <= 6e-08; otherwise |a-b| <= 1e-12"
One = tuple[str, str, int, float, str]  # name, role, threads, speed over the baseline, note
BACKTEST: tuple[One, ...] = (
    ("naive_loop", "baseline", 1, 1.0, "pandas, one cell at a time"),
    ("polars_numpy", "optimised", 1, 190.0, "frame conversion not timed"),
    ("rust_fused", "optimised", 1, 2400.0, "one pass for each column"),
    ("rust_fused_parallel", "optimised", 2, 3900.0, "columns shared out over the cores"),
    ("pandas_vectorised", "peer", 1, 95.0, ""),
    ("numba_fused", "peer", 1, 1700.0, "compiled before the clock starts"),
    ("vectorbt", "peer", 1, 210.0, "signals only: it cannot express the cost of a flip"),
    ("cupy", "peer", 1, 100.0, "device time and transfers"),
)
SMALL, PANEL, STOCKS, LARGE = (
    "500 x 10, W=50",
    "3000 x 100, W=100",
    "S&P 500 stocks 1990-2022",
    "10000 x 1000, W=100",
)


def samples(rng: np.random.Generator, centre: float) -> tuple[float, ...]:
    """Timings as a shared machine gives them: a floor, a little noise, the odd spike."""
    noise = rng.gamma(2.0, 0.01, ROUNDS) + rng.binomial(1, 0.06, ROUNDS) * rng.uniform(0, 0.4)
    return tuple(float(x) for x in centre * (1 + noise))


def measured(
    rng: np.random.Generator,
    name: str,
    sizes: dict[str, Any],
    seconds: float,
    implementations: Sequence[One],
    noise: Interval,
) -> WorkloadResult:
    """A workload on which everything ran and agrees."""
    rows: list[Row] = []
    rounds = tuple(range(ROUNDS))
    outputs = 8 * int(np.prod(list(sizes.values())[:2]))
    for who, role, threads, speed, note in implementations:
        times = samples(rng, seconds / speed)
        base = rows[0].seconds if rows else times
        absolute, relative = (float(rng.uniform(0.5, 5) * size) for size in (1e-9, 1e-15))
        worst = f"equity[{int(rng.integers(100, 499))}]"
        row = Row(
            implementation=who,
            role=role,
            threads=threads,
            status="ok",
            note=note,
            seconds=times,
            rounds=rounds,
            number=max(1, int(1e-3 * speed / seconds)),
            median=statistics.median(times),
            minimum=min(times),
            spread=statistics.spread(times),
            ratio=statistics.paired_ratio(base, rounds, times, rounds),
            resident_growth=int(outputs * rng.uniform(1.02, 9)),
            python_peak=int(outputs * rng.uniform(0.1, 6)),
            output_bytes=outputs,
            parity=ParityResult(True, absolute, relative, worst, TOLERANCE),
        )
        rows.append(row)
    return WorkloadResult(name, sizes, tuple(rows), noise, implementations[1][0])


def with_status(workload: WorkloadResult, who: str, status: str, reason: str) -> WorkloadResult:
    """The workload with one row that has no time, or a wrong answer."""

    def broken(row: Row) -> Row:
        if status == "disagrees":
            parity = ParityResult(False, 0.031, 2.9e-8, "equity[2871]", TOLERANCE, reason)
            return replace(row, status="disagrees", reason=reason, ratio=None, parity=parity)
        bare = Row(row.implementation, row.role, row.threads, "ok", note=row.note)
        return replace(bare, status=status, reason=reason)  # type: ignore[arg-type]

    rows = (broken(r) if r.implementation == who else r for r in workload.rows)
    return replace(workload, rows=tuple(rows))


def backtest_study() -> StudyResult:
    """Eight implementations, a limit and a target on four workloads, with every status there is."""
    rng = np.random.default_rng(7)
    made = []
    for name, rows, assets, seconds in (
        (SMALL, 500, 10, 0.12),
        (PANEL, 3000, 100, 7.1),
        (STOCKS, 8312, 20, 3.9),
        (LARGE, 10_000, 1000, 236.0),
    ):
        sizes = {"rows": rows, "assets": assets}
        one = measured(rng, name, sizes, seconds, BACKTEST, Interval(1.004, 0.981, 1.022, ROUNDS))
        moved = "bytes read and written over measured bandwidth"
        floor = Row("memory bandwidth", "limit", 1, "limit", note=moved, median=seconds / 9000)
        target = Row("ten times", "target", 1, "limit", note="set here", median=seconds / 10)
        one = replace(one, rows=(*one.rows, floor, target))
        made.append(with_status(one, "cupy", "unavailable", "needs cupy (make gpu)"))
    differ = "equity[2871] is 998231.442, the baseline 998231.411"
    for index, name, status, reason in (
        (0, "vectorbt", "failed", "worker ended by signal 9 (out of memory?)"),
        (1, "vectorbt", "disagrees", f"{differ}; 4 of 3000 values beyond 6e-08"),
        (3, "vectorbt", "not applicable", "left out on this workload"),
        (3, "numba_fused", "failed", "no answer within the time limit of 300 s"),
    ):
        made[index] = with_status(made[index], name, status, reason)
    loop_note = "the loop is pandas calls, whose cost differs between processors"
    less = "polars_numpy >= 1.19 x less Python memory than pandas_vectorised"
    growth = "rust_fused: resident growth <= 1.2 x its outputs"
    headline = "polars_numpy >= 615 x faster than naive_loop"
    wrong, best = f"vectorbt: {differ}", "the fastest is numba_fused"
    claims = (
        claim(headline, 615, PANEL, 417.9, kind="published", note=loop_note),
        claim("rust_fused >= 25 x faster than pandas_vectorised", 25, PANEL, 26.1),
        claim("rust_fused >= 8 x faster than polars_numpy", 8, PANEL, 12.6),
        claim("rust_fused >= 5,000 x faster than naive_loop", 5000, SMALL, 2400.0),
        claim(less, 1.19, PANEL, 2.31, metric="python_memory", exact=True),
        claim(growth, 1.2, STOCKS, 1.04, metric="resident_per_output", at_least=False, exact=True),
        claim("rust_fused >= 3 x faster than vectorbt", 3, PANEL, None, reason=wrong),
        claim("rust_fused never slower than best peer", 1, SMALL, 1.02, reason=best),
    )
    return StudyResult(
        name="polars_vs_pandas",
        title="Rolling-window backtest: Polars, NumPy and Rust against pandas",
        question="How much faster can a daily rolling-window backtest be, with the same equity?",
        analysis="The naive loop pays for a pandas object at every cell.\n\nThe fused kernel makes "
        "one pass over each column; on 500 x 10 the fixed cost of a call is a third of its time.",
        agreement=TOLERANCE,
        workloads=tuple(made),
        claims=claims,
        criterion=(
            CriterionEstimate("read/best", Interval(251.0, 249.6, 253.1), 3.984e9),
            CriterionEstimate("fused/empty", Interval(41.2, 40.9, 41.7)),
        ),
    )


def lag_study() -> StudyResult:
    """A study whose curves cross: direct sums win on short series, FFTs on long ones."""
    rng = np.random.default_rng(11)
    made = []
    for n in (100, 1_000, 10_000, 100_000, 1_000_000):
        seconds = n * 1.2e-8 + 25e-6
        direct, block = seconds / (9e-6 + n * 4.1e-8), seconds / (16e-6 + n * 3.6e-9)
        implementations = (
            ("scipy_fft", "baseline", 1, 1.0, "padded to a fast length"),
            ("rust_auto", "optimised", 1, block, "picks its method by n and k"),
            ("rust_auto_parallel", "optimised", 0, 1.31 * block, ""),
            ("direct_sums", "peer", 1, direct, "k dot products"),
        )
        sizes, noise = {"n": n, "max_lag": 50}, Interval(0.999, 0.97, 1.03, ROUNDS)
        made.append(measured(rng, f"n={n:,} k=50", sizes, seconds, implementations, noise))
    points = {w.name: float(w.sizes["n"]) for w in made}
    text, where = "rust_auto >= 2.6 x faster than scipy_fft", made[2].name
    missing = "workload not in this run (see --full)"
    return StudyResult(
        name="fft_autocorrelation",
        title="Adaptive autocorrelation",
        question="How fast can the first k lags of an autocorrelation be had?",
        analysis="Direct sums win while the series is short; block transforms win from then on.",
        agreement="|a-b| <= 1e-12",
        workloads=tuple(made),
        claims=(
            claim(text, 2.6, where, 3.8),
            claim("rust_auto >= 1.3 x faster than scipy_fft", 1.3, where, 3.8, kind="published"),
            claim(text, 2.6, "n=10,000,000 k=1000", None, reason=missing),
        ),
        scaling=(ScalingCurve("Time against the length of the series", "observations n", points),),
    )


def claim(
    text: str,
    bar: float,
    workload: str,
    measured: float | None,
    *,
    metric: str = "time",
    at_least: bool = True,
    exact: bool = False,
    kind: Kind = "bar",
    reason: str = "",
    note: str = "",
) -> ClaimResult:
    """A verdict with a plausible interval, by the same rule as :mod:`qpp.verdict`."""
    verdict: Verdict = "not tested"
    found = None
    if measured is not None:
        width = 0.0 if exact else 0.04
        found = Interval(measured, measured * (1 - width), measured * (1 + width), ROUNDS)
        held = {(end >= bar) == at_least for end in (found.low, found.high)}
        right: Verdict = "reproduced" if held == {True} else "not reproduced"
        verdict = right if len(held) == 1 else "within noise"
    return ClaimResult(text, workload, metric, bar, at_least, found, verdict, kind, reason, note)


def run() -> Run:
    """Two studies and one that could not be imported."""
    name = "gpu_monte_carlo"
    error = f"entry point fails to import: ModuleNotFoundError: No module named {name!r}"
    provenance = {
        "cpu": "Example Processor 9000 @ 2.60GHz",
        "cores": {"logical": 2, "physical": 1},
        "usable_cores": 2,
        "memory": 8 * 2**30,
        "governor": None,
        "load": [0.31, 0.22, 0.1],
        "python": "CPython 3.11.9",
        "gpu": None,
        "packages": {"numpy": "2.4.0", "pandas": "3.1.0", "polars": "2.1.0", "qpp": "0.1.0"},
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": True,
    }
    return Run(
        command="qpp reproduce --json results.json --html report.html",
        preset="quick",
        created="2026-03-02T09:41:00+00:00",
        provenance=provenance,
        studies=(backtest_study(), lag_study(), StudyResult(name, name, question="", error=error)),
        duration=148.0,
    )


def passing_run() -> Run:
    study = lag_study()
    held = tuple(c for c in study.claims if c.verdict == "reproduced")
    return replace(run(), studies=(replace(study, claims=held),))


def interrupted_run() -> Run:
    """Ctrl-C after one workload of the first study."""
    study = backtest_study()
    part = replace(study, workloads=study.workloads[:1], interrupted=True, claims=study.claims[-1:])
    return replace(run(), studies=(part,), interrupted=True)


def empty_run() -> Run:
    return replace(run(), studies=(), provenance={}, duration=0.0, command="", created="")
