"""The result of a run, as plain values that read and write one versioned JSON file.

Every reader (table, report, README, history) works on these. Times are seconds, memory is bytes.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from qpp.claim import ALONE, BEST_PEER, Kind
from qpp.files import ResultError as ResultError
from qpp.typed_json import read

SCHEMA = "qpp-result/2"

Status = Literal["ok", "disagrees", "failed", "unavailable", "not applicable", "limit"]
Verdict = Literal["reproduced", "within noise", "not reproduced", "not tested"]


@dataclass(frozen=True)
class Interval:
    """A figure with its bootstrap interval (95 %) and the number of pairs behind it."""

    value: float
    low: float
    high: float
    pairs: int = 0

    def over(self, units: float) -> Interval:
        """The figure for each of so many units.

        >>> Interval(6.0, 4.0, 8.0, pairs=3).over(2)
        Interval(value=3.0, low=2.0, high=4.0, pairs=3)
        """
        return Interval(self.value / units, self.low / units, self.high / units, self.pairs)


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
    ``spread`` is the interquartile range over the median. Where ``parts`` is more than one,
    one part in so many was run and the times are multiplied by it.
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
    parts: int = 1
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
    kind: Kind = "bar"
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class ScalingCurve:
    """Abscissae of one scaling chart: workload name -> x."""

    title: str
    label: str
    points: dict[str, float]


@dataclass(frozen=True)
class CriterionEstimate:
    """One benchmark of criterion: nanoseconds for one iteration (95 % interval).

    ``measured`` says when and on which processor: ``cargo bench`` is a run of its own.
    """

    name: str
    nanoseconds: Interval
    throughput: float | None = None
    measured: str = ""


@dataclass(frozen=True)
class StudyResult:
    """Everything found about one study; ``error`` when it could not be run.

    ``headline`` and ``recommended`` are the workload and the implementation that stand for it in
    one line.

    >>> StudyResult("toy", "A toy", "How fast?").disagreements
    []
    """

    name: str
    title: str
    question: str
    headline: str = ""
    recommended: str = ""
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
    """One run of the harness: its command, its machine, its studies.

    >>> failed = StudyResult("toy", "A toy", "How fast?", error="no module")
    >>> Run("qpp reproduce", "quick", "2026-01-01", {}, (failed,)).failures()
    ['toy: no module']
    """

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
        """Every study and row ran, and every output agrees."""
        return not self.failures()

    def failures(self) -> list[str]:
        """One line for each output that is wrong, row that failed and study that could not run.

        Claims are not included; :meth:`missed` lists missed bars. A workload whose data are not
        installed, so that nothing ran on it, is none.
        """
        lines = []
        for study in self.studies:
            if study.error:
                lines.append(f"{study.name}: {study.error}")
            for workload, row in ((w, r) for w in study.workloads for r in w.rows):
                missing = ("unavailable", "not applicable")
                ran = any(r.status not in missing for r in workload.rows)
                absent = ran and row.role == "baseline" and row.status in missing
                if absent or row.status in ("disagrees", "failed"):
                    who = f"the baseline {row.implementation}" if absent else row.implementation
                    what = f"{who} {'is missing' if absent else row.status} on {workload.name}"
                    lines.append(f"{study.name}: {what}: {row.reason}")
        return lines

    def missed(self, verdict: Verdict = "not reproduced") -> list[tuple[StudyResult, ClaimResult]]:
        """Each bar that this run did not reproduce, or of another verdict, with its study."""
        claims = [(study, claim) for study in self.studies for claim in study.claims]
        return [(s, c) for s, c in claims if (c.kind, c.verdict) == ("bar", verdict)]


def to_json(run: Run) -> str:
    """Serialise; floats keep all their digits, NaN and infinities are refused."""
    return json.dumps(dataclasses.asdict(run), indent=1, allow_nan=False) + "\n"


def from_json(text: str, *, name: str = "result") -> Run:
    """Parse what :func:`to_json` wrote; ``ResultError`` on anything else."""
    run = read(Run, text, schema=SCHEMA, name=name)
    for wrong in (wrong for study in run.studies for wrong in _contradictions(study)):
        raise ResultError(f"{name} contradicts itself: {wrong}")
    return run


def _contradictions(study: StudyResult) -> Iterator[str]:
    """Where the rows, claims and texts of one study do not fit each other; a harness writes none.

    Every implementation has a row on every workload, and a claim that was judged names such rows; a
    limit may be for some workloads only.
    """
    names = {w.name: {r.implementation for r in w.rows} for w in study.workloads}
    every = {
        r.implementation
        for w in study.workloads
        for r in w.rows
        if r.role not in ("limit", "target")
    }
    for workload in study.workloads:
        where = f"{study.name}: workload {workload.name!r}"
        if not any(row.role == "baseline" for row in workload.rows):
            yield f"{where} has no baseline"
        for lost in sorted(every - names[workload.name]):
            yield f"{where} has no row {lost!r}, which other workloads have"
        for row in workload.rows:
            if len(row.rounds) != len(row.seconds):
                counts = f"{len(row.seconds)} seconds and {len(row.rounds)} rounds"
                yield f"{where}: {row.implementation} has {counts}"
            says = {"ok": True, "disagrees": False}.get(row.status)
            if row.parity and says not in (None, row.parity.agrees):
                yield f"{where}: {row.implementation} is {row.status!r}, its comparison is not"
    for claim in study.claims:
        where = f"{study.name}: claim {claim.text!r} is {claim.verdict!r} on {claim.workload!r}"
        rows = names.get(claim.workload, set())
        if claim.verdict == "not tested":
            continue
        if not any(claim.text.startswith((f"{row} ", f"{row}:")) for row in rows) or not (
            claim.metric in ALONE
            or any(claim.text.endswith(f" {other}") for other in (BEST_PEER, *rows))
        ):
            yield f"{where}, which has no such rows"
        ends = (claim.measured.low, claim.measured.high) if claim.measured else ()
        held = {end >= claim.bar if claim.at_least else end <= claim.bar for end in ends}
        if claim.verdict == "reproduced" and held != {True}:
            yield f"{where}, its figure is not on the right side of the bar"
        if claim.verdict == "not reproduced" and True in held:
            yield f"{where}, its figure is not on the wrong side of the bar"


def load(path: str | Path) -> Run:
    """Read a result file."""
    path = Path(path)
    if path.exists() and not path.is_file():  # reading a pipe would wait for its writer
        raise ResultError(f"cannot read {path}: it is not a regular file")
    try:
        return from_json(path.read_text(encoding="utf-8"), name=str(path))
    except OSError as error:
        raise ResultError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ResultError(f"{path} is not JSON: {error}") from error
