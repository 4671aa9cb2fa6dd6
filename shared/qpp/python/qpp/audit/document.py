"""The document of an audit: plain values that read and write one versioned JSON file.

Times are seconds. A share is a fraction of the work: the wall time of the program without start-up
and imports (``basis``); its interval covers the profiled runs.
"""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, Literal

from qpp.typed_json import read

SCHEMA = "qpp-audit/1"
Effort = Literal["hours", "days", "weeks"]
Risk = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Finding:
    """One place where the time goes, its pattern, and what a remedy can bring.

    ``python_share`` (the interpreter, and what NumPy does around an operation: arguments, types,
    the new array), ``native_share`` (other compiled code) and ``system_share`` are fractions of the
    place's own processor time and sum to 1. ``bound`` is the largest factor by which the work can
    become faster through this place alone, 1 / ((1 - s) + s / r) with s the upper end of the share
    and r the gain that is reachable for the pattern; ``expected`` takes the share itself, and r on
    the part ``explained`` of the place that the pattern has. ``title`` is the pattern in words.
    ``traces`` are patterns that the code shows with little of the time. ``study`` names the study
    that shows the remedy, ``study_ratio`` the ratio it measured. ``caution`` says what the remedy
    can change in the results; ``gain`` is r and ``gain_source`` where it comes from. ``cell``
    counts the code cells of a notebook from 1, and lines are counted from the start of their cell.
    ``excerpt`` holds the lines that matter most, ``excerpt_lines`` their numbers and
    ``excerpt_shares`` the time charged to each; all three are empty where the source is left out.
    """

    file: str
    first_line: int
    last_line: int
    function: str
    pattern: str
    share: float
    share_low: float
    share_high: float
    share_cpu: float
    python_share: float
    native_share: float
    system_share: float
    bound: float
    worth: bool
    mechanism: str
    remedy: str
    effort: Effort
    risk: Risk
    also: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    study: str | None = None
    study_ratio: float | None = None
    study_machine: str = ""
    caution: str = ""
    gain: float = 1.0
    gain_source: str = ""
    expected: float = 1.0
    explained: float = 1.0
    title: str = ""
    traces: tuple[str, ...] = ()
    excerpt: tuple[str, ...] = ()
    excerpt_lines: tuple[int, ...] = ()
    excerpt_shares: tuple[float, ...] = ()
    allocated: int | None = None
    cell: int | None = None


@dataclass(frozen=True)
class ProfilerRun:
    """One profiler: its version and how many times slower the program ran under it."""

    name: str
    version: str
    slowdown: float | None
    runs: int = 1
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a program ran, alone and under profilers.

    ``bare_seconds`` and ``profiled_seconds`` are medians of whole runs. ``imports_share`` is of the
    wall time, ``waiting_share`` of the work. ``stable`` says whether the order of the largest
    places held over the profiled runs. ``notes`` are what is uncertain, a sentence each.
    """

    exit_status: int
    time_limit_reached: bool
    bare_seconds: float
    profiled_seconds: float
    profilers: tuple[ProfilerRun, ...]
    stable: bool
    imports_share: float
    waiting_share: float
    notes: tuple[str, ...] = ()
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Audit(Run):
    """One audited program.

    ``bound_together`` is the bound for the first three findings that are worth it.
    """

    command: str
    created: str
    provenance: dict[str, Any]
    nothing_worth: bool
    findings: tuple[Finding, ...] = ()
    bound_together: float = 1.0
    not_found: tuple[str, ...] = ()
    total_seconds: float = 0.0
    basis: str = "work"
    schema: str = SCHEMA


def to_json(audit: Audit) -> str:
    """Serialise; NaN and infinities are refused."""
    return json.dumps(dataclasses.asdict(audit), indent=1, allow_nan=False) + "\n"


def from_json(text: str, *, name: str = "audit") -> Audit:
    """Parse what :func:`to_json` wrote; ``ResultError`` on anything else."""
    audit = read(Audit, text, schema=SCHEMA, name=name)
    return audit
