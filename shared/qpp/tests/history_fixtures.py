"""Stored histories and git repositories for the tests."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qpp.history.criterion_import import PREFIX

from qpp.history import store

WORKLOADS = ("n=500", "n=5000")
IMPLEMENTATIONS = ("loop", "numpy", "rust", "gone")
DAY = 86_400_000
ROOT = Path(__file__).resolve().parents[3]

TINY = """
import numpy as np
from qpp import Agreement, Implementation, Study, Workload


def normal(n):
    return {"x": np.random.default_rng(7).normal(size=n)}


def loop(x):
    total = 0.0
    for value in x:
        total += value
    return {"sum": total}


def fast(x):
    return {"sum": float(x.sum())}


study = Study(
    "tiny",
    "Is it stored where it belongs?",
    [Workload("n=500", normal, quick=True, n=500), Workload("n=900", normal, n=900)],
    Implementation("loop", loop),
    [
        Implementation("numpy", fast),
        Implementation("off by one", lambda x: {"sum": float(x.sum()) + 1.0}),
    ],
    peers=[Implementation("gone", fast, needs="no_such_module_at_all")],
    agreement=Agreement(rtol=1e-9, atol=1e-9),
    criterion=("sum",),
)
silent = Study("silent", "Does it need a criterion group?", study.workloads, study.baseline, [])
"""


def git(where: Path, *arguments: str) -> str:
    """Run git with its own author, without the user's configuration."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_NAME": "A Tester" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "tester@example.org" for who in ("AUTHOR", "COMMITTER")},
    }
    done = subprocess.run(
        ["git", *arguments], cwd=where, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit_all(where: Path, message: str) -> str:
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", message)
    return git(where, "rev-parse", "HEAD")


def repository(where: Path) -> Path:
    """A repository with the real asv configuration and one small study in ``tiny_study``."""
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    benchmarks = where / "shared" / "benchmarks"
    benchmarks.mkdir(parents=True)
    for source in (ROOT / "shared" / "benchmarks").glob("*.py"):
        (benchmarks / source.name).write_bytes(source.read_bytes())
    (where / "asv.conf.json").write_bytes((ROOT / "asv.conf.json").read_bytes())
    (where / ".gitignore").write_text(".asv/\n__pycache__/\ntarget/\n", encoding="utf-8")
    package = where / "tiny"
    package.mkdir()
    (package / "pyproject.toml").write_text("", encoding="utf-8")
    (package / "tiny_study.py").write_text(TINY, encoding="utf-8")
    commit_all(where, "first")
    return where


def result(commit: str, date: int, scale: float = 1.0, machine: str = "box") -> dict[str, Any]:
    """A result as asv writes it: two workloads; ``gone`` skipped, one figure failed."""
    nan = float("nan")
    params = [[repr(w) for w in WORKLOADS], [repr(i) for i in IMPLEMENTATIONS]]
    time = [35e-6, 1.7e-6 * scale, 1.1e-6, nan, 350e-6, 2.6e-6 * scale, 1.4e-6, nan]
    rows = {
        "time": [time, params, "1", date, 1.0, _by(time, 0.95), _by(time, 1.05)],
        "peakmem": [[4e7, 4.1e7, 4e7, nan, 4e7, 4.2e7, None, nan], params, "1", date, 1.0],
        "track_slowdown": [[31.8, 1.5 * scale, 1, nan, 250, 1.9 * scale, 1, nan], params, "1"],
        "track_growth": [[8192, 4096, 0, nan, 8192, 4096, 0, nan], params, "1"],
        "track_error": [[0.0, 0.0, 2e-16, nan, 0.0, 7e-14, 3e-15, nan], params, "1"],
    }
    known = {"machine": machine, "os": "Linux", "python": "/a/b/bin/python"}
    return {
        "commit_hash": commit,
        "date": date,
        "params": known,
        "python": "/a/b/bin/python",
        "env_name": "existing-py_a_b_bin_python",
        "env_vars": {},
        "requirements": {},
        "durations": {},
        "version": 2,
        "result_columns": list(store.COLUMNS),
        "results": {f"studies.{k}_tiny": v for k, v in rows.items()},
        "qpp": {"roles": {"tiny": {"loop": "baseline", "numpy": "peer", "rust": "optimised"}}},
    }


def benchmarks() -> dict[str, Any]:
    names = [f"studies.{m}_tiny" for m in ("time", "peakmem")]
    names += [f"studies.track_{m}_tiny" for m in ("slowdown", "growth", "error")]
    return {name: {"name": name, "version": "1"} for name in [*names, PREFIX + "tiny"]}


def history(folder: Path, count: int, scales: Sequence[float] = ()) -> list[str]:
    """A store of ``count`` commits, a day apart; the hashes."""
    hashes = [f"{i:02x}c0ffee" * 4 for i in range(count)]
    for i, commit in enumerate(hashes):
        scale = scales[i] if i < len(scales) else 1.0
        data = result(commit, 1_790_000_000_000 + i * DAY, scale)
        store.write(folder, {"machine": "box", "version": 1}, benchmarks(), data)
    return hashes


def estimate(
    folder: Path, group: str, name: str, nanoseconds: float, throughput: Any = None
) -> Path:
    """Files as criterion writes them; returns the path of the estimates."""
    new = folder / group / name / "new"
    new.mkdir(parents=True)
    benchmark = {"group_id": group, "full_id": f"{group}/{name}", "throughput": throughput}
    interval = {
        "confidence_level": 0.95,
        "lower_bound": nanoseconds * 0.98,
        "upper_bound": nanoseconds * 1.03,
    }
    median = {"confidence_interval": interval, "point_estimate": nanoseconds}
    (new / "benchmark.json").write_text(json.dumps(benchmark), encoding="utf-8")
    (new / "estimates.json").write_text(json.dumps({"median": median}), encoding="utf-8")
    return new / "estimates.json"


def _by(values: Sequence[float], factor: float) -> list[float | None]:
    return [None if v != v else v * factor for v in values]
