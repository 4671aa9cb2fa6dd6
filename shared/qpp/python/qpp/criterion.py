"""Reads criterion's estimates: nanosecond kernels are measured in Rust.

``cargo bench`` leaves ``target/criterion/<group>/…/new/{benchmark,estimates}.json``. A
study names its groups (``Study.criterion``); :func:`estimates` reads the median of each
benchmark with its 95 % interval, in nanoseconds for one iteration, and the throughput
where the benchmark declares one. The date is that of the file.
"""

import datetime
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from qpp import machine
from qpp.results import CriterionEstimate, Interval, StudyResult

CONFIDENCE = 0.95


class CriterionError(ValueError):
    """An estimate is missing, damaged or of another kind; the message names the file."""


def folder(start: Path | None = None) -> Path:
    """Where criterion writes: ``CRITERION_HOME``, else in cargo's target folder.

    That is ``CARGO_TARGET_DIR`` or the ``target`` beside the nearest ``Cargo.toml`` of
    a workspace, looking upwards from ``start`` (default: the current directory).
    """
    if home := os.environ.get("CRITERION_HOME"):
        return Path(home)
    if target := os.environ.get("CARGO_TARGET_DIR"):
        return Path(target) / "criterion"
    start = (start or Path.cwd()).resolve()
    outermost = start
    for parent in (start, *start.parents):
        if (parent / "Cargo.toml").is_file():
            outermost = parent
    return outermost / "target" / "criterion"


def estimates(groups: Sequence[str], where: Path | None = None) -> tuple[CriterionEstimate, ...]:
    """The estimates of the named groups, sorted by name; empty where none was measured.

    ``groups`` are names of criterion groups (``Study.criterion``); a benchmark outside any group is
    a group of its own name. ``where`` is criterion's folder (default :func:`folder`). The
    ``throughput`` is in elements (or bytes) per second at the median.

    Raises
    ------
    CriterionError
        A file is damaged, or the interval is not of 95 %.
    """
    found = [_estimate(b, e) for _, b, e in measured(groups, where)]
    return tuple(sorted(found, key=lambda estimate: _natural(estimate.name)))


def with_estimates(study: StudyResult, groups: Sequence[str]) -> StudyResult:
    """The result with the latest estimates; as it was where none were measured."""
    return replace(study, criterion=estimates(groups) or study.criterion)


def measured(
    groups: Sequence[str], where: Path | None = None
) -> Iterator[tuple[Path, dict[str, Any], dict[str, Any]]]:
    """Yield (path of the estimates, benchmark, estimates) of the named groups."""
    where = where or folder()
    wanted = set(groups)
    for path in sorted(where.glob("**/new/benchmark.json")) if wanted else ():
        benchmark = _read(path)
        if benchmark.get("group_id") in wanted:
            beside = path.with_name("estimates.json")
            yield beside, benchmark, {**_read(beside), "path": str(beside)}


def _estimate(benchmark: dict[str, Any], raw: dict[str, Any]) -> CriterionEstimate:
    path = raw["path"]
    try:
        median = raw["median"]
        interval = median["confidence_interval"]
        level = float(interval["confidence_level"])
        nanoseconds = Interval(
            float(median["point_estimate"]),
            float(interval["lower_bound"]),
            float(interval["upper_bound"]),
        )
        name = str(benchmark["full_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise CriterionError(f"{path} is damaged: {error!r}") from error
    if abs(level - CONFIDENCE) > 1e-9:
        raise CriterionError(f"{path}: interval of {level:.0%}, expected {CONFIDENCE:.0%}")
    if not 0 < nanoseconds.low <= nanoseconds.value <= nanoseconds.high < float("inf"):
        raise CriterionError(f"{path}: median {nanoseconds.value} ns is not within its interval")
    day = datetime.datetime.fromtimestamp(Path(path).stat().st_mtime, datetime.UTC).date()
    return CriterionEstimate(
        name,
        nanoseconds,
        _throughput(benchmark, nanoseconds.value),
        measured=f"{machine.cpu_model()}, {day.isoformat()}",
    )


def _throughput(benchmark: dict[str, Any], nanoseconds: float) -> float | None:
    """Units per second; ``{"Elements": 100}`` is criterion's form."""
    declared = benchmark.get("throughput")
    if not isinstance(declared, dict) or len(declared) != 1:
        return None
    (amount,) = declared.values()
    return float(amount) / (nanoseconds * 1e-9) if isinstance(amount, int | float) else None


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CriterionError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise CriterionError(f"{path} is damaged: {error}") from error
    if not isinstance(raw, dict):
        raise CriterionError(f"{path} is damaged: expected a JSON object")
    return raw


def _natural(name: str) -> list[tuple[int, str]]:
    """Numbers by size: ``update/20 levels`` before ``update/100 levels``."""
    parts = re.split(r"(\d+)", name)
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in parts]
