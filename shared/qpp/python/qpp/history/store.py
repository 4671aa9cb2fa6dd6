"""The stored results: asv's JSON files, without paths of one machine.

One file per machine, commit and environment::

    shared/results/asv/benchmarks.json                       what each benchmark is
    shared/results/asv/<machine>/machine.json                the machine
    shared/results/asv/<machine>/<commit>-<environment>.json the figures of one commit

asv names an environment after the absolute path of its interpreter, so a moved checkout
would start new series; here it is named ``existing-py3.11``. Any other path of this machine
in a file is an error. Beside asv's keys a result file holds ``qpp``: the provenance of the
point and criterion's intervals. asv ignores the key.
"""

import ast
import itertools
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpp.history import HistoryError
from qpp.results import ResultError, write_atomically

Json = dict[str, Any]
BENCHMARKS = "benchmarks.json"
MACHINE = "machine.json"
COLUMNS = (
    "result",
    "params",
    "version",
    "started_at",
    "duration",
    "stats_ci_99_a",
    "stats_ci_99_b",
    "stats_q_25",
    "stats_q_75",
    "stats_number",
    "stats_repeat",
    "samples",
    "profile",
)
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_API = {BENCHMARKS: 2, MACHINE: 1}
_RESULT_API = 2
_RESULT_KEYS = ("commit_hash", "date", "params", "results", "result_columns", "env_name")


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
    def machine(self) -> str:
        """The machine's name."""
        return str(self.data["params"]["machine"])

    def columns(self, benchmark: str) -> Json:
        """The row of a benchmark as a mapping; columns left out at the end are ``None``."""
        row = self.data["results"][benchmark]
        names = self.data["result_columns"]
        return dict(zip(names, [*row, *[None] * (len(names) - len(row))], strict=True))


def read_json(path: Path) -> Json:
    """One file of the store (``HistoryError`` names it when it is damaged)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise HistoryError(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:  # not JSON, or not UTF-8
        raise HistoryError(f"{path} is damaged: {error}") from error
    if not isinstance(data, dict):
        raise HistoryError(f"{path} is damaged: expected a JSON object")
    expected = _API.get(path.name, _RESULT_API)
    if data.get("version") != expected:
        raise HistoryError(
            f"{path}: format version {data.get('version')!r}, this program reads {expected}"
        )
    return data


def read_result(path: Path) -> Stored:
    """One result file; ``HistoryError`` where a reader could not use it."""
    data = read_json(path)
    missing = [key for key in _RESULT_KEYS if key not in data]
    if missing:
        raise HistoryError(f"{path} is damaged: it lacks {', '.join(missing)}")
    results, params = data["results"], data["params"]
    rows_ok = isinstance(results, dict) and all(
        isinstance(row, list) and 0 < len(row) <= len(data["result_columns"])
        for row in results.values()
    )
    if not rows_ok or not isinstance(params, dict) or "machine" not in params:
        raise HistoryError(f"{path} is damaged: its results do not have asv's form")
    return Stored(path, data)


def read_all(folder: Path) -> list[Stored]:
    """Every result, oldest commit first. An empty list where nothing is stored yet."""
    paths = (p for p in folder.glob("*/*.json") if p.name != MACHINE)
    return sorted((read_result(p) for p in paths), key=lambda s: (s.data["date"], s.commit))


def read_benchmarks(folder: Path) -> Json:
    """The description of each benchmark; empty where nothing is stored yet."""
    path = folder / BENCHMARKS
    if not path.exists():
        return {}
    return {k: v for k, v in read_json(path).items() if k != "version"}


def normalised(data: Json, python: str = PYTHON) -> Json:
    """A result as it is stored: the version of Python stands for the interpreter's path.

    asv puts that path into three places, all part of a series' identity.

    >>> moved = {"python": "/a/bin/python", "params": {"python": "/a/bin/python"}}
    >>> normalised(moved, "3.11")
    {'python': '3.11', 'params': {'python': '3.11'}, 'env_name': 'existing-py3.11'}
    """
    return {
        **data,
        "python": python,
        "params": {**data["params"], "python": python},
        "env_name": f"existing-py{python}",
    }


def merge_result(old: Json | None, new: Json) -> Json:
    """Benchmarks measured again replace their former figures; the others stay."""
    if old is None:
        return new
    if not old["result_columns"] == new["result_columns"] == list(COLUMNS):
        raise HistoryError("results with different columns cannot be merged: update asv")
    ours = {**old.get("qpp", {}), **new.get("qpp", {})}
    for key in ours.keys() & {"roles", "criterion"}:  # kept for each study
        ours[key] = {**old.get("qpp", {}).get(key, {}), **new.get("qpp", {}).get(key, {})}
    merged = {k: {**old.get(k, {}), **new.get(k, {})} for k in ("results", "durations")}
    return {**new, **merged, "qpp": ours}


def write(
    folder: Path, machine: Json, benchmarks: Json, result: Json, private: Iterable[str] = ()
) -> Path:
    """Check everything, then write the three files; returns the path of the result.

    The result is merged with what is stored for the same commit. Each file is replaced
    whole or not at all. ``private``: further paths of this machine that must not be in it.
    """
    result = normalised(result)
    name = str(machine["machine"])
    path = folder / name / f"{result['commit_hash'][:8]}-{result['env_name']}.json"
    if path.exists():
        stored = read_result(path)
        if stored.commit != result["commit_hash"]:
            raise HistoryError(f"{path} belongs to commit {stored.commit}")
        result = merge_result(stored.data, result)
    described = {**read_benchmarks(folder), **benchmarks, "version": _API[BENCHMARKS]}
    files = [
        (folder / BENCHMARKS, _text(described, indent=1)),
        (folder / name / MACHINE, _text(machine, indent=1)),
        (path, _result_text(result)),
    ]
    for target, text in files:
        require_portable(target.name, text, [*private, *local_paths()])
    try:
        for target, text in files:
            write_atomically(target, text)
    except ResultError as error:
        raise HistoryError(str(error)) from error
    return path


def local_paths() -> list[str]:
    """Absolute paths that must not leave this machine, longest first."""
    found = {
        os.path.expanduser("~"),
        os.getcwd(),
        sys.prefix,
        sys.base_prefix,
        sys.executable,
        tempfile.gettempdir(),
    }
    # A system prefix such as /usr says nothing about this machine.
    telling = {p for p in found if p.count(os.sep) >= 2 or p == os.path.expanduser("~")}
    return sorted((p for p in telling if len(p) > 1), key=len, reverse=True)


def require_portable(name: str, text: str, paths: Iterable[str] | None = None) -> None:
    """Refuse a text that holds a path of this machine, plain or as asv writes it in names."""
    for path in local_paths() if paths is None else paths:
        # As it is, as JSON escapes it on Windows, and as asv puts it into names.
        forms = [re.escape(path), re.escape(path.replace("\\", "\\\\"))]
        forms.append("-py" + re.escape(path.replace(os.sep, "_")))
        if re.search(rf"(?<![\w.])({'|'.join(forms[:2])})(?!\w)|{forms[2]}", text):
            raise HistoryError(
                f"{name} would hold the path {path} of this machine: "
                "take it out of the study's names and sizes"
            )


def rows(stored: Stored, benchmark: str) -> Iterator[tuple[tuple[str, ...], Any, Any, Any]]:
    """Yield (parameters, value, low, high) of a benchmark; ``None`` where there is none."""
    row = stored.columns(benchmark)
    combinations = list(itertools.product(*(row["params"] or [])))
    nothing = [None] * len(combinations)
    columns = (row[name] for name in ("result", "stats_ci_99_a", "stats_ci_99_b"))
    values = (column if isinstance(column, list) else nothing for column in columns)
    for names, value, low, high in zip(combinations, *values, strict=False):
        yield tuple(plain(n) for n in names), value, low, high


def plain(parameter: str) -> str:
    """A parameter as it was given: asv stores the ``repr`` of a string.

    >>> plain("'n=100'"), plain("3")
    ('n=100', '3')
    """
    try:
        value = ast.literal_eval(parameter)
    except (ValueError, SyntaxError):
        return parameter
    return value if isinstance(value, str) else parameter


def _text(data: Mapping[str, Any], indent: int) -> str:
    return json.dumps(data, indent=indent, sort_keys=True) + "\n"


def _result_text(data: Json) -> str:
    """One line per benchmark: a diff shows which figures changed."""
    head = {k: v for k, v in data.items() if k != "results"}
    lines = [f" {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(head.items())]
    figures = [f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(data["results"].items())]
    lines.append(' "results": {\n' + ",\n".join(figures) + "\n }")
    return "{\n" + ",\n".join(lines) + "\n}\n"
