"""The stored points: asv's JSON files.

One file for each machine, commit and environment (preset and version of Python)::

    shared/results/asv/benchmarks.json                       what each benchmark is
    shared/results/asv/<machine>/machine.json                the machine
    shared/results/asv/<machine>/<commit>-<environment>.json the figures of one commit

``benchmarks.json`` is made from the others: its axes hold every name that any point has.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpp.files import write_atomically
from qpp.history import HistoryError
from qpp.history.points import COLUMNS, METRICS, VERSION, Json

BENCHMARKS = "benchmarks.json"
MACHINE = "machine.json"
IDENTITY = ("os", "arch", "cpu", "num_cpu")  # what must not change under one machine's name
_VERSIONS = {MACHINE: 1}  # of asv's formats; the other files have version 2
_KEYS = {"commit_hash", "date", "env_name", "params", "results", "result_columns", "qpp"}
_PARAMS = {"machine", "preset", "python"}


@dataclass(frozen=True)
class Stored:
    """One result file: a commit measured on a machine."""

    path: Path
    data: Json

    @property
    def commit(self) -> str:
        """The full hash."""
        return str(self.data["commit_hash"])

    @property
    def series(self) -> str:
        """Machine, preset and Python: points of one series can be compared."""
        known = self.data["params"]
        return f"{known['machine']}, {known['preset']} preset, Python {known['python']}"

    @property
    def studies(self) -> list[str]:
        """The studies that it holds."""
        return list(self.data["qpp"]["studies"])

    @property
    def failed(self) -> list[str]:
        """The studies that could not be measured."""
        return list(self.data["qpp"]["failed"])

    def columns(self, benchmark: str) -> Json:
        """The row of a benchmark as a mapping; columns left out at the end are ``None``."""
        row = self.data["results"][benchmark]
        names = self.data["result_columns"]
        return dict(zip(names, [*row, *[None] * (len(names) - len(row))], strict=True))


def read_json(path: Path) -> Json:
    """One file of the store (``HistoryError`` names it when it is damaged)."""
    try:
        data: Json = json.loads(path.read_text(encoding="utf-8"))
        found = data["version"]
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:  # not JSON, not UTF-8, no object
        raise HistoryError(f"{path} is damaged: {error!r}") from error
    expected = _VERSIONS.get(path.name, 2)
    if found != expected:
        raise HistoryError(f"{path}: format version {found!r}, this program reads {expected}")
    return data


def read_result(path: Path) -> Stored:
    """One result file; ``HistoryError`` where a reader could not use it."""
    data = read_json(path)
    try:
        ready = data.keys() >= _KEYS and data["params"].keys() >= _PARAMS
        ready = ready and all(len(row) > 2 for row in data["results"].values())
    except (AttributeError, TypeError):
        ready = False
    if not ready:
        raise HistoryError(f"{path} is damaged: it does not have asv's form")
    return Stored(path, data)


def read_all(folder: Path) -> list[Stored]:
    """Every point, oldest commit first. An empty list where nothing is stored yet."""
    found = [read_result(p) for p in folder.glob("*/*.json") if p.name != MACHINE]
    return sorted(found, key=lambda s: (s.data["date"], s.data["qpp"]["ancestors"], s.commit))


def write(folder: Path, machine: Json, point: Json) -> Path:
    """Store a point, its machine, and the benchmarks' description; returns its path.

    Studies measured again replace their former figures of this commit; the others stay. Each
    file is replaced whole or not at all.

    Raises
    ------
    HistoryError
        The machine's name belongs to other hardware, or a stored file is damaged.
    qpp.results.ResultError
        A file cannot be written.
    """
    name = f"{point['commit_hash'][:8]}-{point['env_name']}.json"  # asv's own naming
    path = folder / str(machine["machine"]) / name
    require_same_machine(folder, machine)
    if path.exists():
        point = _merged(read_result(path), point)
    write_atomically(path.with_name(MACHINE), _text(machine))
    write_atomically(path, _result_text(point))
    describe(folder)
    return path


def describe(folder: Path) -> None:
    """Write ``benchmarks.json`` from all points, newest names first."""
    described: Json = {"version": 2}
    for stored in reversed(read_all(folder)):
        for name in stored.data["results"]:
            study, _, metric = name.rpartition(".")
            one = described.setdefault(
                name,
                {
                    "name": name,
                    "type": metric if metric in ("time", "memory") else "track",
                    "unit": METRICS.get(metric, ""),
                    "version": VERSION,
                    "param_names": ["workload", "implementation"],
                    "params": [[], []],
                    "code": f"# measured by: qpp reproduce {study}",
                },
            )
            for axis, names in zip(one["params"], stored.columns(name)["params"], strict=True):
                axis.extend(n for n in names if n not in axis)
    write_atomically(folder / BENCHMARKS, _text(described))


def require_same_machine(folder: Path, machine: Mapping[str, Any]) -> None:
    """Refuse a machine's name that other hardware has in this store."""
    path = folder / str(machine["machine"]) / MACHINE
    known = read_json(path) if path.exists() else machine
    for key in IDENTITY:
        if known.get(key) != machine[key]:
            raise HistoryError(
                f"the machine name {machine['machine']!r} is taken by other hardware "
                f"({key}: {known.get(key)}, here {machine[key]}): name this one with --machine"
            )


def _merged(old: Stored, new: Json) -> Json:
    if old.commit != new["commit_hash"]:
        raise HistoryError(f"{old.path} belongs to commit {old.commit}: it has the same short name")
    if list(COLUMNS) != old.data["result_columns"]:
        raise HistoryError(f"{old.path} has other columns than {COLUMNS}: remove it, then record")
    studies = {**old.data["qpp"]["studies"], **new["qpp"]["studies"]}
    results = {**old.data["results"], **new["results"]}
    return {**new, "results": results, "qpp": {**new["qpp"], "studies": studies}}


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=1, sort_keys=True) + "\n"


def _result_text(data: Json) -> str:
    """One line per benchmark: a diff shows which figures changed."""
    head = {k: v for k, v in data.items() if k != "results"}
    lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(head.items())]
    figures = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(data["results"].items())]
    lines.append(' "results": {\n' + ",\n".join(figures) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"
