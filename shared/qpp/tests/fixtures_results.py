"""A realistic run, made in code: every kind of row, verdict and failure that a result can hold.

Figures are drawn from a seed; none is a measurement.
"""

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
    ("polars_numpy", "optimised", 1, 190.0, "frame conversion not timed"),
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
    implementation: tuple[str, str, int, float, str],
    centre: float,
    outputs: int,
) -> Row:
    name, role, threads, _, note = implementation
    rounds = tuple(range(ROUNDS))
    seconds, parity = base, ParityResult(True, 0.0, 0.0, "equity", TOLERANCE)
    if role != "baseline":
        seconds = samples(rng, centre)
        absolute, relative = (float(rng.uniform(0.5, 5) * size) for size in (1e-9, 1e-15))
        worst = f"equity[{int(rng.integers(100, 499))}]"
        parity = ParityResult(True, absolute, relative, worst, TOLERANCE)
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
    base = samples(rng, seconds)
    outputs = 8 * int(np.prod(list(sizes.values())[:2]))
    rows = []
    for one in implementations:
        centre = seconds / (one[3] * growth if one[3] > 1 else 1)
        rows.append(timed_row(rng, base, one, centre, outputs))
    bytes_moved = "bytes read and written over measured bandwidth"
    floor = seconds / 9000 / growth
    rows.append(Row("memory bandwidth", "limit", 1, "limit", note=bytes_moved, median=floor))
    rows.append(Row("ten times", "target", 1, "limit", note="set here", median=seconds / 10))
    noise = Interval(1.004, 0.981, 1.022, ROUNDS)
    return WorkloadResult(name, dict(sizes), tuple(rows), noise, implementations[1][0])


def with_status(workload: WorkloadResult, who: str, status: str, reason: str) -> WorkloadResult:
    rows = (broken(r, status, reason) if r.implementation == who else r for r in workload.rows)
    return replace(workload, rows=tuple(rows))


def backtest_study(seed: int = 7) -> StudyResult:
    """Eight implementations on five workloads, with every status there is."""
    rng = np.random.default_rng(seed)
    made = [
        workload_result(rng, name, sizes, seconds, BACKTEST_IMPLEMENTATIONS, 1 + 0.6 * step)
        for step, (name, sizes, seconds) in enumerate(BACKTEST_WORKLOADS)
    ]
    made = [with_status(w, "cupy", "unavailable", "needs cupy (make gpu)") for w in made]
    differ = "equity[2871] is 998231.442, the baseline 998231.411"
    for index, name, status, reason in (
        (1, "vectorbt", "failed", "worker ended by signal 9 (out of memory?)"),
        (2, "vectorbt", "disagrees", f"{differ}; 4 of 3000 values beyond 6e-08"),
        (4, "vectorbt", "not applicable", "left out on this workload"),
        (4, "numba_fused", "failed", "no answer within the time limit of 300 s"),
    ):
        made[index] = with_status(made[index], name, status, reason)
    small, panel, stocks = made[0].name, made[2].name, made[3].name
    loop_note = "the loop is pandas calls, whose cost differs between processors"
    less = "polars_numpy >= 1.19 x less Python memory than pandas_vectorised"
    growth = "rust_fused: resident growth <= 1.2 x its outputs"
    best = "rust_fused >= 1 x faster than numba_fused"

    def faster(name: str, times: str) -> str:
        return f"{name} >= {times} x faster than naive_loop"

    claims = (
        claim(faster("polars_numpy", "615"), 615, panel, 417.9, kind="published", note=loop_note),
        claim("rust_fused >= 25 x faster than pandas_vectorised", 25, panel, 26.1),
        claim("rust_fused >= 8 x faster than polars_numpy", 8, panel, 12.6),
        claim(faster("rust_fused", "5,000"), 5000, small, 2400.0),
        claim(less, 1.19, panel, 2.31, metric="python_memory", exact=True),
        claim(growth, 1.2, stocks, 1.04, metric="resident_per_output", at_least=False, exact=True),
        claim(
            "rust_fused >= 3 x faster than vectorbt", 3, panel, None, reason=f"vectorbt: {differ}"
        ),
        claim(best, 1, small, 1.02, reason="the fastest is numba_fused"),
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
        claims=claims,
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
        rows = tuple(
            timed_row(rng, base, one, seconds / one[3], outputs=408) for one in implementations
        )
        noise = Interval(0.999, 0.97, 1.03, ROUNDS)
        made.append(WorkloadResult(name, dict(sizes), rows, noise, "rust_auto"))
    points = {w.name: float(w.sizes["n"]) for w in made}
    text, where = "rust_auto >= 2.6 x faster than scipy_fft", made[2].name
    missing, curve = (
        "workload not in this run (see --full)",
        "Time against the length of the series",
    )
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
        scaling=(ScalingCurve(f"{curve} (50 lags)", "observations n", points),),
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
    """Some entries of :func:`qpp.machine.provenance`, some of them unknown."""
    return {
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


def failed_study() -> StudyResult:
    name = "gpu_monte_carlo"
    error = f"entry point fails to import: ModuleNotFoundError: No module named {name!r}"
    return StudyResult(name, name, question="", error=error)


def run() -> Run:
    return Run(
        command="qpp reproduce --json results.json --html report.html",
        preset="quick",
        created="2026-03-02T09:41:00+00:00",
        provenance=provenance(),
        studies=(backtest_study(), lag_study(), failed_study()),
        duration=148.0,
    )


def passing_run() -> Run:
    study = lag_study()
    held = tuple(c for c in study.claims if c.verdict == "reproduced")
    return replace(run(), studies=(replace(study, claims=held),))


def interrupted_run() -> Run:
    """Ctrl-C after two workloads of the first study."""
    study = backtest_study()
    part = replace(study, workloads=study.workloads[:2], interrupted=True, claims=study.claims[-1:])
    return replace(run(), studies=(part,), interrupted=True)


def empty_run() -> Run:
    return replace(run(), studies=(), provenance={}, duration=0.0, command="", created="")
