"""Audit three clients, then show each after its roadmap: the ratio reached beside the bound.

Run by ``make audit_demo``. Reports are written to the folder ``reports``. The bound is what a
rewrite of the places in the table can bring at most; the rewrites here replace smaller places too,
and may go beyond it. The ratio of the work leaves out start-up, which is what a program takes to
print its help.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rich import box
from rich.table import Table

from qpp import format as fmt
from qpp import table
from qpp.audit import document, words

HERE = Path(__file__).parent / "clients"
CLIENTS = (("backtest", "prices.csv"), ("pricer", "quotes.json"), ("replay", "messages.csv"))
REPORTS = Path("reports")
RUNS = 3
RTOL = 1e-6  # of a printed figure, which is rounded
NUMBER = re.compile(r"-?\d[\d,]*\.?\d*")


def agree(before: str, after: str) -> bool:
    """Whether two printed reports say the same."""
    if NUMBER.sub("#", before) != NUMBER.sub("#", after):
        return False
    found = ([float(n.replace(",", "")) for n in NUMBER.findall(text)] for text in (before, after))
    return all(abs(a - b) <= RTOL * max(abs(a), abs(b)) for a, b in zip(*found, strict=True))


def run(script: Path, argument: str | Path) -> tuple[float, str]:
    """Seconds and output of a program."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-B", script, argument], capture_output=True, text=True, check=True
    )
    return time.perf_counter() - begun, done.stdout


def timed(name: str, data: Path) -> tuple[tuple[float, float], tuple[float, float], bool]:
    """Median seconds of a client and its rewrite, of their start-up, and whether they agree."""
    scripts = [HERE / name / script for script in (f"{name}.py", "optimised.py")]
    runs = [[run(script, data) for script in scripts] for _ in range(RUNS)]
    starts = [[run(script, "--help") for script in scripts] for _ in range(RUNS)]
    whole, start = (
        (statistics.median(p[0][0] for p in pairs), statistics.median(p[1][0] for p in pairs))
        for pairs in (runs, starts)
    )
    return whole, start, agree(runs[-1][0][1], runs[-1][1][1])


def audited(name: str, data: Path) -> document.Audit:
    """The audit of one client, by the command that a user gives."""
    out = REPORTS / f"audit-{name}.json"
    script = HERE / name / f"{name}.py"
    command = ["-m", "qpp", "audit", script, "--json", out, "--html", out.with_suffix(".html")]
    subprocess.run([sys.executable, *command, "--", data], check=True)
    return document.from_json(out.read_text(encoding="utf-8"), name=str(out))


def main() -> int:
    """Exit status 1 where a rewritten client prints something else."""
    data = REPORTS / "clients"
    subprocess.run([sys.executable, "-B", HERE / "data.py", data], check=True)
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    heads = (
        "client", "slow in", "before", "after", "ratio", "of the work", "these, at most", "agrees",
    )  # fmt: skip
    for head in heads:
        grid.add_column(head, justify="left" if head in heads[:2] else "right", overflow="fold")
    same = True
    for name, file in CLIENTS:
        audit = audited(name, (data / file).absolute())
        (before, after), (start, start_after), agrees = timed(name, data / file)
        same = same and agrees
        top = words.worthwhile(audit)[: words.TOP]
        of_work = (before - start) / (after - start_after)
        grid.add_row(
            name,
            "\n".join(f"{words.percent(f.share)} {words.pattern(f.pattern)}" for f in top),
            fmt.seconds(before),
            fmt.seconds(after),
            words.times(before / after),
            words.times(of_work),
            words.times(audit.bound_together),
            "yes" if agrees else "no",
        )
    out = table.console()
    out.print(grid)
    out.print(f"reports: {', '.join(str(REPORTS / f'audit-{name}.html') for name, _ in CLIENTS)}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
