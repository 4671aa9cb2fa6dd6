"""The result of a run, as plain values that read and write one versioned JSON file.

Every reader (table, report, README, history) works on these. Times are seconds, memory is bytes.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import os
import tempfile
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from qpp.claim import Kind

SCHEMA = "qpp-result/2"
MAX_NAME = 200  # bytes of a file name: systems allow 255, a temporary one beside it is longer

Status = Literal["ok", "disagrees", "failed", "unavailable", "not applicable", "limit"]
Verdict = Literal["reproduced", "within noise", "not reproduced", "not tested"]


class ResultError(ValueError):
    """A result file cannot be read or written; the message says which and why."""


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
        """Every study and row ran, and every output agrees."""
        return not self.failures()

    def failures(self) -> list[str]:
        """One line for each output that is wrong, row that failed and study that could not run.

        Claims are not included; :meth:`missed` lists missed bars.
        """
        lines = []
        for study in self.studies:
            if study.error:
                lines.append(f"{study.name}: {study.error}")
            for workload, row in ((w, r) for w in study.workloads for r in w.rows):
                absent = row.role == "baseline" and row.status in ("unavailable", "not applicable")
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
    try:
        raw = json.loads(text, parse_int=_integer, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{name} is not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        raise ResultError(f"{name}: schema {found!r}, this version reads {SCHEMA!r}")
    try:
        run: Run = _typed(Run, raw, "run")
    except TypeError as error:
        raise ResultError(f"{name}: malformed {SCHEMA} file: {error}") from error
    for row in (r for study in run.studies for w in study.workloads for r in w.rows):
        if len(row.rounds) != len(row.seconds):
            has = f"has {len(row.seconds)} seconds and {len(row.rounds)} rounds"
            raise ResultError(f"{name}: malformed {SCHEMA} file: {row.implementation} {has}")
    return run


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


def destination(path: str | Path) -> Path:
    """The file that writing to ``path`` replaces: links are followed, devices and pipes refused.

    Raises
    ------
    ResultError
        Something stands there that is not a regular file.
    """
    target = Path(os.path.realpath(path))
    if len(os.fsencode(target.name)) > MAX_NAME:
        raise ResultError(f"cannot write {path}: its name is longer than {MAX_NAME} bytes")
    if os.path.lexists(target) and not target.is_file():
        raise ResultError(f"cannot write {path}: it is not a regular file")
    return target


def write_atomically(path: str | Path, text: str) -> None:
    """Write beside the target and rename: on a full disk the old file is kept.

    What UTF-8 cannot encode (lone surrogates) becomes a question mark.
    """
    target = destination(path)
    temporary: str | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        kept = " (the file that was there is unchanged)" if target.exists() else ""
        raise ResultError(f"cannot write {path}: {error.strerror or error}{kept}") from error


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not a finite number")
    return value


def _integer(text: str) -> int:
    _finite(text)  # figures are converted to float later
    return int(text)


def _typed(kind: Any, raw: Any, where: str) -> Any:
    """``raw`` as a value of the declared type; ``TypeError`` names the first wrong field."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any or (origin is Literal and raw in inner):
        return raw
    if origin is types.UnionType:  # each union of this file is "or nothing"
        return None if raw is None else _typed(inner[0], raw, where)
    if origin is tuple and isinstance(raw, list):
        return tuple(_typed(inner[0], item, f"{where}[{i}]") for i, item in enumerate(raw))
    if origin is dict and isinstance(raw, dict):
        return {key: _typed(inner[1], value, f"{where}.{key}") for key, value in raw.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(raw, dict):
        hints = _hints(kind)
        if unknown := raw.keys() - hints.keys():
            raise TypeError(f"{where} has unknown {min(unknown)!r}")
        given = {key: _typed(hints[key], value, f"{where}.{key}") for key, value in raw.items()}
        missing = [f.name for f in dataclasses.fields(kind) if _required(f) and f.name not in raw]
        if missing:
            raise TypeError(f"{where} lacks {missing[0]!r}")
        return kind(**given)
    plain = {float: (int, float), int: (int,), str: (str,), bool: (bool,)}.get(kind, ())
    if isinstance(raw, plain) and (kind is bool or not isinstance(raw, bool)):
        return raw
    expected = getattr(kind, "__name__", None) if origin is None else str(kind)
    raise TypeError(f"{where} is {raw!r:.60}, expected {expected}")


_hints = functools.cache(get_type_hints)


def _required(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
