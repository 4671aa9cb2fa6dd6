"""Audits made by hand: a slow backtest, a program with nothing to gain, one that failed."""

import dataclasses
from typing import Any

from qpp.audit.document import Audit, Finding, ProfilerRun

FOLDER = "/srv/client"


def finding(pattern: str, share: float, gain: float, **given: Any) -> Finding:
    """A finding with an interval of three points to each side."""
    high = share + 0.03
    expected, bound = (1 / (1 - s + s / gain) for s in (share, high))
    values: dict[str, Any] = {
        "gain": gain,
        "gain_source": "measured",
        "caution": "The sums are taken in another order.",
        "file": f"{FOLDER}/signals.py",
        "first_line": 40,
        "last_line": 52,
        "function": "momentum",
        "share_low": share - 0.03,
        "share_high": high,
        "share_cpu": share,
        "python_share": 0.7,
        "native_share": 0.25,
        "system_share": 0.05,
        "expected": expected,
        "worth": gain > 1.0,
        "mechanism": "pandas calls the function once for every window. Each call makes an array.",
        "remedy": "Use `rolling().mean()` and `rolling().std()`, which run in compiled code.",
        "effort": "hours",
        "risk": "low",
        "evidence": ("`rolling(...).apply` with a lambda", "71 % of the calls lead to pandas"),
    }
    return Finding(pattern=pattern, share=share, bound=bound, **(values | given))


def audit(**given: Any) -> Audit:
    """A backtest of 42 seconds with three places that pay, one that does not."""
    first = finding(
        "rolling_apply",
        0.46,
        50.0,
        also=("window_recompute",),
        before="prices.rolling(20).apply(lambda w: (w[-1] - w.mean()) / w.std())",
        after="roll = prices.rolling(20)\n(prices - roll.mean()) / roll.std(ddof=0)",
        study="polars_vs_pandas",
        study_ratio=175.0,
        study_machine="AMD EPYC, 2 cores",
        excerpt=(
            "    def momentum(prices, window=20):",
            "        scores = {}",
            "        for name in prices:",
            "            scores[name] = prices[name].rolling(window).apply(zscore)",
        ),
        excerpt_lines=(40, 41, 43, 44),
        excerpt_shares=(0.0, 0.0, 0.01, 0.45),
        allocated=3 * 2**30,
    )
    second = finding(
        "scalar_loc",
        0.24,
        25.0,
        file=f"{FOLDER}/engine/book.py",
        function="Portfolio.mark",
        first_line=120,
        last_line=120,
        effort="days",
        risk="medium",
        mechanism="Each access builds objects. A number costs microseconds.",
        remedy="Take the columns as arrays before the loop.",
    )
    third = finding(
        "growing_frame", 0.13, 20.0, function="", first_line=200, last_line=204, cell=None
    )
    last = finding(
        "library_bound",
        0.08,
        1.0,
        function="covariance",
        first_line=10,
        last_line=11,
        remedy="Leave it: the library does this well.",
    )
    values: dict[str, Any] = {
        "command": "qpp audit client/backtest.py -- --years 10 --token ***",
        "created": "2026-03-02T09:41:00+00:00",
        "provenance": {
            "cpu": "AMD EPYC (family 25, model 17)",
            "usable_cores": 2,
            "python": "CPython 3.11.7",
            "packages": {"numpy": "2.4.6", "pandas": "3.1.1"},
        },
        "exit_status": 0,
        "time_limit_reached": False,
        "bare_seconds": 42.1,
        "profiled_seconds": 46.0,
        "profilers": (
            ProfilerRun("py-spy", "0.4.3", 1.09, runs=3),
            ProfilerRun("scalene", "2.4.0", 1.4),
            ProfilerRun("memray", "1.20.0", None, 0, "it ended with status 1"),
        ),
        "stable": True,
        "nothing_worth": False,
        "imports_share": 0.03,
        "waiting_share": 0.02,
        "findings": (first, second, third, last),
        "bound_together": 1 / (0.08 + 0.49 / 50 + 0.27 / 25 + 0.16 / 20),
        "notes": ("scalene charges line 44 with 38 %, py-spy with 45 %.",),
        "not_found": ("iterrows", "deep_copy", "reread_files"),
        "total_seconds": 260.0,
    }
    return Audit(**(values | given))


def nothing() -> Audit:
    """A program that is fast already."""
    return audit(
        nothing_worth=True,
        bound_together=1.0,
        findings=tuple(f for f in audit().findings if not f.worth),
    )


def failed() -> Audit:
    """A program that raised before it did anything."""
    trace = (
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n'
        "    import no\nModuleNotFoundError: No module named 'no'"
    )
    return audit(findings=(), exit_status=1, traceback=trace, profilers=(), notes=(), stable=True)


def hostile() -> Audit:
    """Names, lines and notes that could break a page."""
    bad = '<script>alert(1)</script> & "quotes" `tick` | \x1b[31m\x00 **x**'
    every = dataclasses.replace(
        audit().findings[0], function=bad, remedy=bad, mechanism=bad, evidence=(bad,), pattern="new"
    )
    every = dataclasses.replace(every, before=bad, after=bad, excerpt=(bad,), excerpt_lines=(1,))
    return audit(findings=(every,), notes=(bad,), traceback=bad, command=f"qpp audit {bad}")
