"""What a run found, as plain values that read and write one versioned JSON file.

Every reader (table, report, README, history) works on these; nobody keeps figures
of its own. Times are seconds, memory is bytes.
"""

from __future__ import annotations

import dataclasses
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

SCHEMA = "qpp-result/1"

Status = Literal["ok", "disagrees", "failed", "unavailable", "not applicable", "limit"]
Verdict = Literal["reproduced", "not reproduced", "not tested"]


class ResultError(ValueError):
    """A result file cannot be read or written; the message says which and why."""


@dataclass(frozen=True)
class Interval:
    """A figure with its bootstrap interval (95 %) and the number of pairs behind it."""

    value: float
    low: float
    high: float
    pairs: int = 0


@dataclass(frozen=True)
class ParityResult:
    """The outcome of comparing one implementation's outputs with the baseline's."""

    agrees: bool
    max_abs: float
    max_rel: float
    worst: str
    tolerance: str
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """One implementation on one workload.

    ``seconds`` are the samples (time of one call, inner loop divided out) and
    ``rounds`` the interleaving round each belongs to. ``ratio`` is the baseline's
    time over this one's, pair by pair; ``None`` where there is none to show.
    ``spread`` is the interquartile range over the median.
    """

    implementation: str
    role: str
    threads: int
    status: Status
    reason: str = ""
    note: str = ""
    seconds: tuple[float, ...] = ()
    rounds: tuple[int, ...] = ()
    number: int = 1
    median: float | None = None
    minimum: float | None = None
    spread: float | None = None
    ratio: Interval | None = None
    resident_growth: int | None = None
    python_peak: int | None = None
    output_bytes: int | None = None
    parity: ParityResult | None = None


@dataclass(frozen=True)
class WorkloadResult:
    """All rows of one workload, and the A/A control: the same code against itself."""

    name: str
    sizes: dict[str, Any]
    rows: tuple[Row, ...]
    noise: Interval | None = None
    noise_of: str = ""

    def row(self, implementation: str) -> Row | None:
        """The row of one implementation, if it has one."""
        return next((r for r in self.rows if r.implementation == implementation), None)


@dataclass(frozen=True)
class ClaimResult:
    """A claim's verdict on one workload."""

    text: str
    workload: str
    metric: str
    bar: float
    at_least: bool
    measured: Interval | None
    verdict: Verdict
    reason: str = ""
    source: str = ""


@dataclass(frozen=True)
class ScalingCurve:
    """Abscissae of one scaling chart: workload name -> x."""

    title: str
    label: str
    points: dict[str, float]


@dataclass(frozen=True)
class CriterionEstimate:
    """One benchmark of criterion: nanoseconds for one iteration (95 % interval)."""

    name: str
    nanoseconds: Interval
    throughput: float | None = None


@dataclass(frozen=True)
class StudyResult:
    """Everything found about one study; ``error`` when it could not be run."""

    name: str
    title: str
    question: str
    analysis: str = ""
    agreement: str = ""
    workloads: tuple[WorkloadResult, ...] = ()
    claims: tuple[ClaimResult, ...] = ()
    scaling: tuple[ScalingCurve, ...] = ()
    criterion: tuple[CriterionEstimate, ...] = ()
    error: str = ""
    interrupted: bool = False

    @property
    def disagreements(self) -> list[tuple[str, Row]]:
        """(workload, row) wherever outputs differ from the baseline's."""
        return [(w.name, r) for w in self.workloads for r in w.rows if r.status == "disagrees"]


@dataclass(frozen=True)
class Run:
    """One run of the harness: its command, its machine, its studies."""

    command: str
    preset: str
    created: str
    provenance: dict[str, Any]
    studies: tuple[StudyResult, ...]
    duration: float = 0.0
    interrupted: bool = False
    schema: str = field(default=SCHEMA)

    def study(self, name: str) -> StudyResult | None:
        """The result of one study, if the run holds it."""
        return next((s for s in self.studies if s.name == name), None)

    @property
    def passed(self) -> bool:
        """No claim refuted, no output in disagreement, no study or baseline broken."""
        return not self.failures()

    def failures(self) -> list[str]:
        """One line per reason why the run does not count as a reproduction."""
        lines = []
        for study in self.studies:
            if study.error:
                lines.append(f"{study.name}: {study.error}")
            for claim in study.claims:
                if claim.verdict == "not reproduced":
                    found = f"{claim.measured.value:.3g}" if claim.measured else "nothing"
                    lines.append(f"{study.name}: {claim.text} [{claim.workload}]: found {found}")
            for workload, row in study.disagreements:
                why = row.parity.reason if row.parity else row.reason
                lines.append(f"{study.name}: {row.implementation} disagrees on {workload}: {why}")
            lines.extend(
                f"{study.name}: {row.implementation} failed on {measured.name}: {row.reason}"
                for measured in study.workloads
                for row in measured.rows
                if row.status == "failed" and row.role != "peer"
            )
        return lines


def to_json(run: Run) -> str:
    """Serialise; floats keep all their digits, NaN and infinities are refused."""
    return json.dumps(dataclasses.asdict(run), indent=1, allow_nan=False) + "\n"


def from_json(text: str, *, name: str = "result") -> Run:
    """Parse what :func:`to_json` wrote; ``ResultError`` on anything else."""
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ResultError(f"{name} is not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        raise ResultError(f"{name}: schema {found!r}, this version reads {SCHEMA!r}")
    try:
        return _run(raw)
    except (KeyError, TypeError) as error:
        raise ResultError(f"{name}: malformed {SCHEMA} file: {error!r}") from error


def load(path: str | Path) -> Run:
    """Read a result file."""
    path = Path(path)
    try:
        return from_json(path.read_text(encoding="utf-8"), name=str(path))
    except OSError as error:
        raise ResultError(f"cannot read {path}: {error.strerror or error}") from error


def write_atomically(path: str | Path, text: str) -> None:
    """Write beside the target and rename: on a full disk the old file survives."""
    path = Path(path)
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        kept = " (the file that was there is unchanged)" if path.exists() else ""
        raise ResultError(f"cannot write {path}: {error.strerror or error}{kept}") from error


def _interval(raw: dict[str, Any] | None) -> Interval | None:
    return None if raw is None else Interval(**raw)


def _row(raw: dict[str, Any]) -> Row:
    fields = dict(raw)
    fields["seconds"] = tuple(raw["seconds"])
    fields["rounds"] = tuple(raw["rounds"])
    fields["ratio"] = _interval(raw["ratio"])
    fields["parity"] = None if raw["parity"] is None else ParityResult(**raw["parity"])
    return Row(**fields)


def _workload(raw: dict[str, Any]) -> WorkloadResult:
    rows = tuple(_row(r) for r in raw["rows"])
    return WorkloadResult(**{**raw, "rows": rows, "noise": _interval(raw["noise"])})


def _claim(raw: dict[str, Any]) -> ClaimResult:
    return ClaimResult(**{**raw, "measured": _interval(raw["measured"])})


def _criterion(raw: dict[str, Any]) -> CriterionEstimate:
    return CriterionEstimate(**{**raw, "nanoseconds": Interval(**raw["nanoseconds"])})


def _study(raw: dict[str, Any]) -> StudyResult:
    return StudyResult(
        **{
            **raw,
            "workloads": tuple(_workload(w) for w in raw["workloads"]),
            "claims": tuple(_claim(c) for c in raw["claims"]),
            "scaling": tuple(ScalingCurve(**s) for s in raw["scaling"]),
            "criterion": tuple(_criterion(c) for c in raw["criterion"]),
        }
    )


def _run(raw: dict[str, Any]) -> Run:
    return Run(**{**raw, "studies": tuple(_study(s) for s in raw["studies"])})
