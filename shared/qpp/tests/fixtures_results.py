"""A realistic run, made in code: every kind of row, verdict and mishap a reader may meet.

Figures are drawn from a seed; none is a measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

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
BACKTEST_IMPLEMENTATIONS: tuple[tuple[str, str, int, float, str], ...] = (
    # name, role, threads, speed over the baseline on the first workload, note
    ("naive_loop", "baseline", 1, 1.0, "pandas, one cell at a time"),
    ("polars_numpy", "optimised", 1, 190.0, "frame conversion outside the clock"),
    ("rust_fused", "optimised", 1, 2400.0, "one pass for each column"),
    ("rust_fused_parallel", "optimised", 2, 3900.0, "columns shared out over the cores"),
    ("pandas_vectorised", "peer", 1, 95.0, ""),
    ("numba_fused", "peer", 1, 1700.0, "compiled before the clock starts"),
    ("vectorbt", "peer", 1, 210.0, "signals only: it cannot express the cost of a flip"),
    ("cupy", "peer", 1, 0.0, "device time and transfers"),
)
BACKTEST_WORKLOADS: tuple[tuple[str, dict[str, int], float], ...] = (
    ("500 x 10, W=50", {"rows": 500, "assets": 10, "window": 50}, 0.12),
    ("1500 x 50, W=100", {"rows": 1500, "assets": 50, "window": 100}, 1.8),
    ("3000 x 100, W=100", {"rows": 3000, "assets": 100, "window": 100}, 7.1),
    ("S&P 500 stocks 1990-2022", {"rows": 8312, "assets": 20, "window": 100}, 3.9),
    ("10000 x 1000, W=100", {"rows": 10_000, "assets": 1000, "window": 100}, 236.0),
)
LAG_WORKLOADS: tuple[tuple[str, dict[str, int], float], ...] = tuple(
    (f"n={n:,} k={k}", {"n": n, "max_lag": k}, n * 1.2e-8 + 25e-6)
    for n, k in ((100, 50), (1_000, 50), (10_000, 50), (100_000, 50), (1_000_000, 50))
)


def samples(rng: np.random.Generator, centre: float, spread: float = 0.02) -> tuple[float, ...]:
    """Timings as a shared machine gives them: a floor, a little noise, the odd spike."""
    noise = rng.gamma(2.0, spread / 2, ROUNDS) + rng.binomial(1, 0.06, ROUNDS) * rng.uniform(0, 0.4)
    return tuple(float(x) for x in centre * (1 + noise))


def timed_row(
    rng: np.random.Generator,
    base: tuple[float, ...],
    name: str,
    role: str,
    threads: int,
    centre: float,
    note: str,
    outputs: int,
) -> Row:
    """A row that ran and agreed."""
    rounds = tuple(range(ROUNDS))
    seconds = base if role == "baseline" else samples(rng, centre)
    reference = role == "baseline"
    parity = ParityResult(
        agrees=True,
        max_abs=0.0 if reference else float(rng.uniform(0.5, 5) * 1e-9),
        max_rel=0.0 if reference else float(rng.uniform(0.5, 5) * 1e-15),
        worst="equity" if reference else f"equity[{int(rng.integers(100, 499))}]",
        tolerance=TOLERANCE,
    )
    return Row(
        implementation=name,
        role=role,
        threads=threads,
        status="ok",
        note=note,
        seconds=seconds,
        rounds=rounds,
        number=max(1, int(1e-3 / centre)),
        median=statistics.median(seconds),
        minimum=min(seconds),
        spread=statistics.spread(seconds),
        ratio=statistics.paired_ratio(base, rounds, seconds, rounds),
        resident_growth=int(outputs * rng.uniform(1.02, 9)),
        python_peak=int(outputs * rng.uniform(0.1, 6)),
        output_bytes=outputs,
        parity=parity,
    )


def broken(row: Row, status: str, reason: str) -> Row:
    """The same row as it looks when something went wrong."""
    if status == "disagrees":
        parity = ParityResult(False, 0.031, 2.9e-8, "equity[2871]", TOLERANCE, reason)
        return replace(row, status="disagrees", reason=reason, ratio=None, parity=parity)
    bare = Row(row.implementation, row.role, row.threads, "ok", note=row.note)
    return replace(bare, status=status, reason=reason)  # type: ignore[arg-type]


def workload_result(
    rng: np.random.Generator,
    name: str,
    sizes: Mapping[str, int],
    seconds: float,
    implementations: Sequence[tuple[str, str, int, float, str]],
    growth: float = 1.0,
) -> WorkloadResult:
    """All rows of one workload; ``growth`` scales every speed-up."""
    base = samples(rng, seconds)
    outputs = 8 * int(np.prod(list(sizes.values())[:2]))
    rows = [
        timed_row(
            rng,
            base,
            who,
            role,
            threads,
            seconds / (speed * growth if speed > 1 else 1),
            note,
            outputs,
        )
        for who, role, threads, speed, note in implementations
    ]
    rows.append(
        Row(
            "memory bandwidth",
            "limit",
            1,
            "limit",
            note="bytes read and written over measured bandwidth",
            median=seconds / 9000 / growth,
        )
    )
    rows.append(Row("ten times", "target", 1, "limit", note="set here", median=seconds / 10))
    return WorkloadResult(
        name=name,
        sizes=dict(sizes),
        rows=tuple(rows),
        noise=Interval(1.004, 0.981, 1.022, ROUNDS),
        noise_of=implementations[1][0],
    )


def with_status(workload: WorkloadResult, who: str, status: str, reason: str) -> WorkloadResult:
    """The same workload with one row as it looks when something went wrong."""
    rows = (broken(r, status, reason) if r.implementation == who else r for r in workload.rows)
    return replace(workload, rows=tuple(rows))


def backtest_study(seed: int = 7) -> StudyResult:
    """Eight implementations on five workloads, with every status there is."""
    rng = np.random.default_rng(seed)
    made = []
    for step, (name, sizes, seconds) in enumerate(BACKTEST_WORKLOADS):
        made.append(
            workload_result(rng, name, sizes, seconds, BACKTEST_IMPLEMENTATIONS, 1 + 0.6 * step)
        )
    made = [with_status(w, "cupy", "unavailable", "needs cupy (make gpu)") for w in made]
    made[1] = with_status(
        made[1], "vectorbt", "failed", "worker ended by signal 9 (out of memory?)"
    )
    reason = "equity[2871] is 998231.442, the baseline 998231.411; 4 of 3000 values beyond 6e-08"
    made[2] = with_status(made[2], "vectorbt", "disagrees", reason)
    made[4] = with_status(made[4], "vectorbt", "not applicable", "left out on this workload")
    made[4] = with_status(
        made[4], "numba_fused", "failed", "no answer within the time limit of 300 s"
    )
    return StudyResult(
        name="polars_vs_pandas",
        title="Rolling-window backtest: Polars, NumPy and Rust against pandas",
        question="How much faster can a daily rolling-window backtest be, with the same equity?",
        analysis=(
            "The naive loop pays for a pandas object at every cell. The hybrid does the rolling "
            "work once and keeps few temporaries, so its advantage grows with the panel.\n\n"
            "The fused kernel makes one pass over each column and is bounded by memory bandwidth "
            "on the largest panel. On 500 x 10 the fixed cost of a call is a third of its time: "
            "there, vectorised pandas is fast enough for most uses."
        ),
        agreement=TOLERANCE,
        workloads=tuple(made),
        claims=(
            claim(
                "polars_numpy >= 615 x faster than naive_loop",
                615,
                made[2].name,
                417.9,
                kind="published",
                note="the loop is pandas calls, whose cost differs between processors",
            ),
            claim("rust_fused >= 25 x faster than pandas_vectorised", 25, made[2].name, 26.1),
            claim("rust_fused >= 8 x faster than polars_numpy", 8, made[2].name, 12.6),
            claim("rust_fused >= 5,000 x faster than naive_loop", 5000, made[0].name, 2400.0),
            claim(
                "polars_numpy >= 1.19 x less Python memory than pandas_vectorised",
                1.19,
                made[2].name,
                2.31,
                metric="python_memory",
                exact=True,
            ),
            claim(
                "rust_fused: resident growth <= 1.2 x its outputs",
                1.2,
                made[3].name,
                1.04,
                metric="resident_per_output",
                at_least=False,
                exact=True,
            ),
            claim(
                "rust_fused >= 3 x faster than vectorbt",
                3,
                made[2].name,
                None,
                reason="vectorbt: equity[2871] is 998231.442, the baseline 998231.411",
            ),
            claim(
                "rust_fused >= 1 x faster than numba_fused",
                1,
                made[0].name,
                1.02,
                reason="the fastest is numba_fused",
            ),
        ),
        criterion=(
            CriterionEstimate("rolling_std/push", Interval(2.31, 2.28, 2.35), 432.9e6),
            CriterionEstimate("read/best", Interval(251.0, 249.6, 253.1), 3.984e9),
            CriterionEstimate("fused/3000x100", Interval(648_000, 641_300, 655_900), 462.9e6),
            CriterionEstimate("fused/empty", Interval(41.2, 40.9, 41.7)),
        ),
    )


def lag_study(seed: int = 11) -> StudyResult:
    """A study whose curves cross: direct sums win on short series, FFTs on long ones."""
    rng = np.random.default_rng(seed)
    made = []
    for name, sizes, seconds in LAG_WORKLOADS:
        n = sizes["n"]
        direct = (9e-6 + n * 4.1e-8) / seconds
        block = (16e-6 + n * 3.6e-9) / seconds
        implementations = (
            ("scipy_fft", "baseline", 1, 1.0, "padded to a fast length"),
            ("rust_auto", "optimised", 1, 1 / block, "picks its method by n and k"),
            ("rust_auto_parallel", "optimised", 0, 1.31 / block, ""),
            ("direct_sums", "peer", 1, 1 / direct, "k dot products"),
        )
        base = samples(rng, seconds)
        rows = [
            timed_row(rng, base, who, role, threads, seconds / speed, note, 408)
            for who, role, threads, speed, note in implementations
        ]
        made.append(
            WorkloadResult(
                name, dict(sizes), tuple(rows), Interval(0.999, 0.97, 1.03, ROUNDS), "rust_auto"
            )
        )
    return StudyResult(
        name="fft_autocorrelation",
        title="Adaptive autocorrelation",
        question="How fast can the first k lags of an autocorrelation be had?",
        analysis="Direct sums win while the series is short; block transforms win from then on.",
        agreement="|a-b| <= 1e-12",
        workloads=tuple(made),
        claims=(
            claim("rust_auto >= 2.6 x faster than scipy_fft", 2.6, made[2].name, 3.8),
            claim(
                "rust_auto >= 1.3 x faster than scipy_fft", 1.3, made[2].name, 3.8, kind="published"
            ),
            claim(
                "rust_auto >= 2.6 x faster than scipy_fft",
                2.6,
                "n=10,000,000 k=1000",
                None,
                reason="workload not in this run (see --full)",
            ),
        ),
        scaling=(
            ScalingCurve(
                "Time against the length of the series (50 lags)",
                "observations n",
                {w.name: float(w.sizes["n"]) for w in made},
            ),
        ),
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


def provenance() -> dict[str, object]:
    """The shape :func:`qpp.machine.provenance` gives, with some entries unknown."""
    return {
        "cpu": "Example Processor 9000 @ 2.60GHz",
        "cores": {"logical": 2, "physical": 1},
        "usable_cores": 2,
        "caches": {"L1d": "48K", "L1i": "32K", "L2": "2048K", "L3": "107520K"},
        "memory": 8 * 2**30,
        "os": "Linux 6.1",
        "architecture": "x86_64",
        "virtual": "kvm",
        "governor": None,
        "load": [0.31, 0.22, 0.1],
        "python": "CPython 3.11.9",
        "rustc": "rustc 1.95.0",
        "gpu": None,
        "packages": {"numpy": "2.4.0", "pandas": "3.1.0", "polars": "2.1.0", "qpp": "0.1.0"},
        "commit": "0123456789abcdef0123456789abcdef01234567",
        "dirty": True,
    }


def failed_study() -> StudyResult:
    """A study that could not be imported."""
    return StudyResult(
        name="gpu_monte_carlo",
        title="gpu_monte_carlo",
        question="",
        error="entry point fails to import: ModuleNotFoundError: No module named 'gpu_monte_carlo'",
    )


def run() -> Run:
    """A run with two measured studies and one that could not be run."""
    return Run(
        command="qpp reproduce --json results.json --html report.html",
        preset="quick",
        created="2026-03-02T09:41:00+00:00",
        provenance=provenance(),
        studies=(backtest_study(), lag_study(), failed_study()),
        duration=148.0,
    )


def passing_run() -> Run:
    """A run in which every bar holds."""
    study = lag_study()
    held = tuple(c for c in study.claims if c.verdict == "reproduced")
    return replace(run(), studies=(replace(study, claims=held),))


def interrupted_run() -> Run:
    """Ctrl-C after two workloads of the first study."""
    study = backtest_study()
    part = replace(study, workloads=study.workloads[:2], interrupted=True, claims=study.claims[-1:])
    return replace(run(), studies=(part,), interrupted=True)


def empty_run() -> Run:
    """Nothing was measured at all."""
    return replace(run(), studies=(), provenance={}, duration=0.0, command="", created="")
