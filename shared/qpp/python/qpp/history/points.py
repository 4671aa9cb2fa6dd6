"""From a result file of `qpp reproduce` to a point: one commit in asv's format.

For every study there are four of asv's benchmarks, each with the axes workload and implementation:

- ``<study>.time``: seconds of one call, the median of the samples;
- ``<study>.slowdown``: that time over the fastest implementation's on the same workload;
- ``<study>.memory``: peak memory, how far the resident set rose in one call, in bytes;
- ``<study>.error``: the largest absolute difference from the baseline's output.

As in asv, NaN is skipped (unavailable, not applicable, not measured) and ``None`` is failed: a
row that failed or disagrees has no time. What asv has no place for (roles, noise floors, the
fastest samples, provenance) is kept beside its keys under ``qpp``, which it ignores.
"""

import itertools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from qpp.history import HistoryError
from qpp.results import SCHEMA

Json = dict[str, Any]
READABLE = tuple(dict.fromkeys(("qpp-result/1", "qpp-result/2", SCHEMA)))
METRICS = {"time": "seconds", "slowdown": "x", "memory": "bytes", "error": "|a-b|"}
STATISTICS = ("q_25", "q_75", "number", "repeat")
COLUMNS = (
    *("result", "params", "version", "started_at", "duration"),
    *(f"stats_{name}" for name in STATISTICS),
    *("samples", "profile"),
)
# Raise it when the meaning of a figure changes: asv then starts a new series.
VERSION = "1"
NAN = float("nan")
KEPT = (
    "title",
    "headline",
    "recommended",
    "roles",
    "threads",
    "noise",
)  # of a study, besides its figures
MACHINE = "QPP_MACHINE"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ROLES = ("baseline", "optimised", "peer", "component")  # the others are computed, not measured


@dataclass(frozen=True)
class Measured:
    """A result file as the history reads it, of any readable schema.

    ``commit`` and ``dirty`` say which tree was measured, ``errors`` which studies could not run.
    """

    path: Path
    commit: str
    dirty: bool
    preset: str
    created: str
    provenance: Json
    studies: Mapping[str, Json]
    errors: tuple[str, ...]


def read(path: Path) -> Measured:
    """Read a result file.

    Raises
    ------
    HistoryError
        It cannot be read, is of an unreadable schema, was interrupted, or holds no times.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise HistoryError(f"{path} is not JSON: {error}") from error
    schema = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
    if schema not in READABLE:
        raise HistoryError(
            f"{path}: schema {schema!r}, the history reads {', '.join(READABLE)}: "
            "make the file again with `qpp reproduce --json`"
        )
    try:
        found = Measured(
            path=path,
            commit=str(raw["provenance"].get("commit") or ""),
            dirty=bool(raw["provenance"].get("dirty")),
            preset=str(raw["preset"]),
            created=datetime.fromisoformat(raw["created"]).isoformat(),
            provenance=dict(raw["provenance"]),
            studies={s["name"]: _study(s) for s in raw["studies"] if s["workloads"]},
            errors=tuple(f"{s['name']}: {s['error']}" for s in raw["studies"] if s.get("error")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise HistoryError(f"{path}: malformed {schema} file: {error!r}") from error
    if raw.get("interrupted"):
        raise HistoryError(f"{path}: the run was interrupted: measure again")
    if found.preset not in ("quick", "full"):
        raise HistoryError(f"{path}: the preset {found.preset!r} measures no times: leave it out")
    if not found.studies:
        raise HistoryError(f"{path} holds no measured study {'; '.join(found.errors)}".rstrip())
    return found


def _study(study: Json) -> Json:
    """Roles, figures of every row, and noise floors of one study."""
    workloads: dict[str, dict[str, Json]] = {}
    roles: dict[str, str] = {}
    threads: dict[str, int] = {}
    noise: dict[str, float | None] = {}
    for workload in study["workloads"]:
        rows = {r["implementation"]: r for r in workload["rows"] if r["role"] in ROLES}
        roles |= {name: row["role"] for name, row in rows.items()}
        threads |= {name: int(row["threads"]) for name, row in rows.items()}
        fastest = min((r["median"] for r in rows.values() if _timed(r)), default=NAN)
        workloads[workload["name"]] = {name: _row(r, fastest) for name, r in rows.items()}
        if workload.get("noise"):
            value = float(workload["noise"]["value"])
            noise[workload["name"]] = _short(max(value, 1 / value) - 1)
    return {
        "title": study.get("title") or study["name"],
        "headline": study.get("headline") or "",
        "recommended": study.get("recommended") or "",
        "roles": roles,
        "threads": threads,
        "noise": noise,
        "fastest": {
            workload: {n: r["fastest"] for n, r in rows.items() if "fastest" in r}
            for workload, rows in workloads.items()
        },
        "workloads": workloads,
    }


def _timed(row: Json) -> bool:
    return row["status"] == "ok" and bool(row["median"])


def _row(row: Json, fastest: float) -> Json:
    wrong = row["status"] in ("failed", "disagrees")
    figures: Json = dict.fromkeys(METRICS, None if wrong else NAN)
    if _timed(row):
        figures |= {"time": row["median"], "slowdown": row["median"] / fastest}
        samples = [float(s) for s in row["seconds"]]
        low, high = (_short(float(q)) for q in np.quantile(samples, (0.25, 0.75)))
        figures |= {"q_25": low, "q_75": high, "fastest": _short(min(samples))}
        figures |= {"number": int(row["number"]), "repeat": len(samples)}
        if row["resident_growth"] is not None:
            figures["memory"] = row["resident_growth"]
    if row.get("parity"):
        figures["error"] = row["parity"]["max_abs"]
    return figures


def to_asv(measured: Measured, commit: str, about: Json, machine: str) -> Json:
    """The point in asv's format.

    ``about`` is what :meth:`qpp.history.checkout.Checkout.describe` says of the commit. The
    environment's name holds the preset and the version of Python: points of another one are
    another series.
    """
    found = re.search(r"\d+\.\d+", str(measured.provenance.get("python")))
    python = found[0] if found else "unknown"
    started = int(datetime.fromisoformat(measured.created).timestamp() * 1000)
    results = {}
    for study, values in measured.studies.items():
        for metric in METRICS:
            results[f"{study}.{metric}"] = _columns(values, metric, started)
    return {
        "commit_hash": commit,
        "date": about["date"],
        "env_name": f"{measured.preset}-py{python}",
        "env_vars": {},
        "params": {"machine": machine, "python": python, "preset": measured.preset},
        "python": python,
        "requirements": {},
        "result_columns": list(COLUMNS),
        "results": results,
        "durations": {},
        "version": 2,
        "qpp": {
            "subject": about["subject"],
            "ancestors": about["ancestors"],
            "created": measured.created,
            "failed": [text.partition(":")[0] for text in measured.errors],
            "provenance": {
                k: v for k, v in measured.provenance.items() if k not in ("commit", "dirty")
            },
            "studies": {
                n: {k: v[k] for k in (*KEPT, "fastest")} for n, v in measured.studies.items()
            },
        },
    }


def _columns(study: Json, metric: str, started: int) -> list[Any]:
    """One benchmark as asv stores it: a list in the order of ``COLUMNS``."""
    axes = [list(study["workloads"]), list(study["roles"])]
    absent: Json = dict.fromkeys(METRICS, NAN)
    rows = [study["workloads"][where].get(name, absent) for where, name in itertools.product(*axes)]
    names = [[repr(name) for name in axis] for axis in axes]
    columns: list[Any] = [[_short(row[metric]) for row in rows], names, VERSION, started]
    if metric == "time":
        columns += [None, *([row.get(key) for row in rows] for key in STATISTICS)]
    return columns


def _short(value: float | None) -> float | None:
    """Six digits: more are noise, and the files stay small."""
    return value if value is None else float(f"{value:.6g}")


def machine_name(given: str | None, provenance: Mapping[str, Any]) -> str:
    """The name of a machine: given, from ``QPP_MACHINE``, or made from its processor.

    Never the host name: in a container it is random, elsewhere it is private.

    >>> machine_name(None, {"cpu": "AMD EPYC 9B14 (R)", "usable_cores": 2})
    'amd-epyc-9b14-2-cores'
    """
    name = given or os.environ.get(MACHINE)
    if name is None:
        words = re.findall(r"[a-z0-9]+", str(provenance.get("cpu")).lower())
        noise = {"r", "tm", "cpu", "processor", "family", "model", "core", "with", "ghz"}
        kept = [w for w in words if w not in noise] or ["machine"]
        return f"{'-'.join(kept)[:40].rstrip('-')}-{provenance.get('usable_cores')}-cores"
    if not _NAME.fullmatch(name):
        raise HistoryError(
            f"machine name {name!r}: expected 1 to 64 letters, digits, '.', '_' or '-'"
        )
    return name


def machine_json(name: str, provenance: Mapping[str, Any]) -> dict[str, Any]:
    """``machine.json``: asv's six fields, kept coarse.

    asv starts a new series whenever one of them changes (a kernel update, a container with another
    amount of memory). What may change along a series is kept with every point.
    """
    gib = round((provenance.get("memory") or 0) / 2**30)
    return {
        "machine": name,
        "os": str(provenance.get("os")).split(" ")[0],
        "arch": str(provenance.get("architecture")),
        "cpu": str(provenance.get("cpu")),
        "num_cpu": str(provenance.get("usable_cores")),
        "ram": f"{gib} GiB",
        "version": 1,
    }
