"""The self-test of ``qpp audit``: real audits of programs whose bottlenecks are known.

``python shared/qpp/tests/audit_selftest.py [--times N] [--only NAME]`` audits the planted programs,
the clean ones and the baseline of every study (``audit_corpus``), one after the other, and prints
for each how many of its audits were right:

- a planted place is among the first three findings, with its pattern, within seven points of its
  share, and before those with ten points less; no other place has a pattern;
- in a clean program nothing is worth a rewrite, and no place has a pattern;
- of a baseline, the place that the optimised version replaced is among the first three findings,
  with its pattern.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import audit_corpus
from qpp.audit.document import Audit, Finding, from_json

CLOSE, APART = 0.07, 0.1
FIRST = 3
SMALL = 0.05  # a place with less than this share may have any name
UNNAMED = {"library_bound", "unrecognised", "waiting"}
ALLOWED = 6.0, 20.0  # times the bare run, and seconds
KINDS = ("place", "pattern", "share", "order", "time")
HEAD = ("program", *KINDS, "largest error", "longest of allowed", "load")
Fault = tuple[str, str]  # its kind, and what was seen


def planted(script: Path, audit: Audit) -> Iterator[Fault]:
    """What is wrong with the audit of a planted program."""
    expected = audit_corpus.planted(script)
    shares = [share for _, share in measured(script, audit)]
    for one, share in zip(expected, shares, strict=True):
        rank, found = _found(one, script, audit)
        if rank >= FIRST:
            yield "place", f"{one.function} is not among the first {FIRST}"
        if found is not None and found.pattern != one.pattern:
            yield "pattern", f"{one.function} is {found.pattern}, not {one.pattern}"
        if abs(share - one.share) > CLOSE:
            yield "share", f"{one.function} has {share:.1%}, not {one.share:.0%}"
    for one, two, share, after in zip(expected, expected[1:], shares, shares[1:], strict=False):
        if one.share - two.share >= APART and share <= after:
            yield "order", f"{one.function} {share:.1%}, {two.function} {after:.1%}"
    inside = [range(one.first_line, one.last_line + 1) for one in expected]
    yield from _named(f for f in audit.findings if not any(f.first_line in i for i in inside))


def measured(script: Path, audit: Audit) -> list[tuple[float, float]]:
    """The share of each planted place, and the share that the audit gives it."""
    found = [(one, _found(one, script, audit)[1]) for one in audit_corpus.planted(script)]
    return [(one.share, f.share if f else 0.0) for one, f in found]


def _found(one: audit_corpus.Planted, script: Path, audit: Audit) -> tuple[int, Finding | None]:
    """The rank of a planted place, and its finding."""
    for rank, f in enumerate(audit.findings):
        if f.file == str(script) and one.first_line <= f.first_line <= one.last_line:
            return rank, f
    return FIRST, None


def clean(audit: Audit) -> Iterator[Fault]:
    """What is wrong with the audit of a clean program."""
    if not audit.nothing_worth:
        yield "place", "something is worth a rewrite"
    yield from _named(audit.findings)


def _named(findings: Iterable[Finding]) -> Iterator[Fault]:
    for found in findings:
        if found.share >= SMALL and found.pattern not in UNNAMED:
            yield "pattern", f"line {found.first_line} ({found.share:.1%}) is {found.pattern}"


def replaced(baseline: audit_corpus.Baseline, audit: Audit) -> Iterator[Fault]:
    """What is wrong with the audit of a baseline."""
    first = audit.findings[:FIRST]
    seen = ", ".join(f"{f.function} {f.pattern} {f.share:.1%}" for f in first)
    for file, function, pattern in baseline.places:
        found = next((f for f in first if f.file.endswith(file) and f.function == function), None)
        if found is None:
            yield "place", f"{function} is not among {seen}"
        elif found.pattern != pattern:
            yield "pattern", f"{function} is {found.pattern}, not {pattern}"


def in_time(audit: Audit) -> Iterator[Fault]:
    """Whether an audit took longer than it may; where it did, how busy the machine was."""
    allowed = ALLOWED[0] * audit.bare_seconds + ALLOWED[1]
    if audit.total_seconds > allowed:
        load = os.getloadavg()[0]
        yield "time", f"{audit.total_seconds:.0f} s, allowed {allowed:.0f} s (load {load:.1f})"


def audited(folder: Path, arguments: Sequence[str]) -> Audit:
    """The audit of a program by the command that a user gives."""
    out = folder / "audit.json"
    command = [sys.executable, "-B", "-m", "qpp", "audit", "--json", str(out), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return from_json(out.read_text(encoding="utf-8"))


def programs(folder: Path) -> Iterator[tuple[str, list[str], Callable[[Audit], Iterator[Fault]]]]:
    """Each program with its arguments and its check."""
    for script in audit_corpus.SLOW:
        yield script.stem, [str(script)], partial(planted, script)
    for script in audit_corpus.CLEAN:
        yield f"clean {script.stem}", [str(script)], clean
    for number, (name, baseline) in enumerate(audit_corpus.BASELINES.items()):
        case = folder / f"case_{number}.py"
        case.write_text(baseline.case, encoding="utf-8")
        arguments = ["--function", baseline.function, "--with", str(case)]
        yield f"study {name}", arguments, partial(replaced, baseline)


def row(
    name: str, script: Path, audits: Sequence[Audit], faults: Sequence[list[Fault]]
) -> list[str]:
    """How many of a program's audits were right in each respect, and the largest errors."""
    of_kind = [{kind for kind, _ in of} for of in faults]
    right = [f"{sum(kind not in of for of in of_kind)}/{len(of_kind)}" for kind in KINDS]
    pairs = [p for audit in audits for p in measured(script, audit)] if name == script.stem else []
    error = f"{100 * max(abs(a - b) for a, b in pairs):.1f} points" if pairs else ""
    allowed = [ALLOWED[0] * a.bare_seconds + ALLOWED[1] for a in audits]
    longest = max(a.total_seconds / s for a, s in zip(audits, allowed, strict=True))
    return [name, *right, error, f"{longest:.0%}", f"{os.getloadavg()[1]:.1f}"]


def shown(cells: Sequence[str]) -> None:
    """Print a row."""
    first, *others = cells
    widths = [max(len(head), 6) for head in HEAD[1:]]
    row = "  ".join(f"{cell:>{width}}" for cell, width in zip(others, widths, strict=True))
    print(f"{first:28}{row}", flush=True)


def main() -> int:
    """Exit status 1 where anything is wrong but the time."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=1, help="audits of each program")
    parser.add_argument("--only", default="", help="programs whose name contains this")
    options = parser.parse_args()
    shown(HEAD)
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="qpp-selftest-") as folder:
        for name, arguments, check in programs(Path(folder)):
            if options.only not in name:
                continue
            audits, faults = [], []
            for _ in range(options.times):
                audits.append(audited(Path(folder), arguments))
                faults.append([*check(audits[-1]), *in_time(audits[-1])])
            shown(row(name, Path(arguments[-1]), audits, faults))
            for kind, text in (fault for of in faults for fault in of):
                print(f"    {kind}: {text}", flush=True)
                wrong += [text] * (kind != "time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
