"""Result files, stored histories and git repositories for the tests."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qpp.history import points, store
from qpp.results import Interval, ParityResult, Row, Run, StudyResult, WorkloadResult, to_json

ROOT = Path(__file__).resolve().parents[3]
ROLES = dict.fromkeys(("rust", "threads"), "optimised")
ROLES = {"loop": "baseline", **ROLES, "numpy": "peer", "gone": "peer"}
SECONDS = {"loop": 1e-2, "rust": 1e-4, "threads": 6e-5, "numpy": 4e-4}
WORKLOADS = ("n=500", "n=5000", "n=50000")


def run(
    commit: str = "a" * 40,
    *,
    studies: Sequence[str] = ("tiny",),
    scales: Mapping[str, float] | None = None,
    noise: float = 0.01,
    threads: int = 1,
    seed: int = 0,
    **provenance: Any,
) -> Run:
    """A run: samples with a tail, as a shared machine gives them.

    ``scales`` multiplies the times of an implementation (``"rust"``), of one on one workload
    (``"rust n=500"``) or of all (``"all"``). ``threads`` are those of the one of that name.
    """
    draw = np.random.default_rng(seed)

    def factor(name: str, workload: str) -> float:
        keys = ("all", name, f"{name} {workload}")
        return float(np.prod([(scales or {}).get(key, 1.0) for key in keys]))

    def row(name: str, workload: str) -> Row:
        if name not in SECONDS:
            return Row(name, ROLES[name], 1, "unavailable", reason="needs it (make peers)")
        each = draw.gamma(2.0, noise, 15) + draw.binomial(1, 0.2, 15) * 0.35
        samples = SECONDS[name] * factor(name, workload) * (1 + each)
        return Row(
            *(name, ROLES[name], threads if name == "threads" else 1, "ok"),
            seconds=tuple(map(float, samples)),
            rounds=tuple(range(15)),
            median=float(np.median(samples)),
            resident_growth=4096,
            parity=ParityResult(True, 0.25, 0.5, "sum", "close"),
        )

    def study(name: str) -> StudyResult:
        measured = tuple(
            WorkloadResult(w, {}, tuple(row(r, w) for r in ROLES), Interval(1.02, 0.9, 1.1), "rust")
            for w in WORKLOADS
        )
        return StudyResult(name, f"About {name}", "?", "n=5000", "rust", workloads=measured)

    known = {"cpu": "AMD EPYC 9B14", "usable_cores": 2, "memory": 25 * 2**30, "dirty": False}
    known |= {"architecture": "x86_64", "os": "Linux 6.1", "python": "CPython 3.11.7"}
    return Run(
        command="qpp reproduce",
        preset="quick",
        created="2026-03-02T09:41:00+00:00",
        provenance={**known, "commit": commit, **provenance},
        studies=tuple(map(study, studies)),
    )


def result_file(path: Path, of: Run | None = None, **changes: Any) -> Path:
    """The file of a run; ``changes`` replaces keys at its top."""
    path.write_text(json.dumps({**json.loads(to_json(of or run())), **changes}), encoding="utf-8")
    return path


def put(folder: Path, of: Run, day: int = 0, *, machine: str = "box", **about: Any) -> Path:
    """Store a run as a point, ``day`` days after the first; ``about``: its commit, its subject."""
    file = folder.with_name("result.json")
    file.parent.mkdir(parents=True, exist_ok=True)
    measured = points.read(result_file(file, of))
    usual: dict[str, Any] = {"date": 1_790_000_000_000 + day * 86_400_000, "ancestors": 5 * day + 1}
    usual |= {"subject": f"Commit of day {day}", "commit": measured.commit}
    about = usual | about
    point = points.to_asv(measured, about["commit"], about, machine)
    return store.write(folder, points.machine_json(machine, measured.provenance), point)


def history(folder: Path, scales: Sequence[Mapping[str, float]], **options: Any) -> list[str]:
    """A store with a point for each of ``scales``, a day apart; the hashes."""
    hashes = [f"{i:02x}c0ffee" * 4 for i in range(len(scales))]
    for i, (commit, scale) in enumerate(zip(hashes, scales, strict=True)):
        put(folder, run(commit, scales=scale, seed=i, **options), day=i)
    return hashes


def fill_the_disk(patch: pytest.MonkeyPatch) -> None:
    """From now on nothing can be written."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    patch.setattr(os, "fsync", full)


def git(where: Path, *arguments: str) -> str:
    """Run git with its own author, without the user's configuration."""
    author = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.org")
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", *author, *arguments]
    done = subprocess.run(
        command, cwd=where, env=os.environ | nothing, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit_all(where: Path, message: str) -> str:
    git(where, "add", "-A")
    git(where, "commit", "-q", "-m", message)
    return git(where, "rev-parse", "HEAD")


def repository(where: Path) -> Path:
    """A repository with the real asv configuration."""
    where.mkdir()
    git(where, "init", "-q", "-b", "main")
    (where / "asv.conf.json").write_bytes((ROOT / "asv.conf.json").read_bytes())
    (where / ".gitignore").write_text(".asv/\n.venv/\nreports/\n__pycache__/\n", encoding="utf-8")
    commit_all(where, "The first commit")
    return where
