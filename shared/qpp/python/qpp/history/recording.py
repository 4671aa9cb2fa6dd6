"""Stores a point: from a result file, or from a run of the quick preset at HEAD."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qpp import machine as machine_module
from qpp import registry
from qpp.history import HistoryError, points, store
from qpp.history.checkout import SCRATCH, Checkout
from qpp.results import ResultError


def measure(checkout: Checkout, studies: Sequence[str] = (), *, busy: bool = False) -> Path:
    """Run the quick preset at HEAD (`qpp reproduce`), after the checks of :func:`record`.

    Returns the result file, which stays under ``.asv``.
    """
    entries = registry.select(tuple(studies))
    _require_ready(checkout, [entry for entry in entries if entry.study is not None])
    now = {"other_processes": machine_module.Others().first()}
    _require_quiet(now, busy, "measure")
    file = checkout.root / SCRATCH / f"{checkout.resolve('HEAD')[:8]}.json"
    file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "qpp", "reproduce", *studies, "--json", str(file)]
    done = subprocess.run(command, cwd=checkout.root, check=False)
    if not file.exists():
        raise HistoryError(f"qpp reproduce ended with exit code {done.returncode} and no result")
    return file


def record(
    checkout: Checkout,
    result: Path,
    machine: str | None = None,
    *,
    clean: bool = False,
    busy: bool = False,
) -> store.Stored:
    """Store what a result file says of HEAD.

    ``machine``: the name of the series, default ``QPP_MACHINE``, else made from the processor's
    name. ``clean``: the tree is known to have been clean (the history itself, which the harness
    counts as a change, apart). ``busy``: also where the machine was busy.

    Raises
    ------
    HistoryError
        The file cannot be read or is of another commit or of a dirty tree, the machine was
        busy, the installed code is not a release build of this checkout, or the point cannot be
        stored.
    """
    measured = points.read(result)
    head = checkout.resolve("HEAD")
    if measured.commit != head:
        raise HistoryError(
            f"{result} was measured at commit {measured.commit[:8] or 'unknown'}, "
            f"HEAD is {head[:8]}: check that commit out and run `make develop`, then record"
        )
    if measured.dirty and not clean:
        raise HistoryError(
            f"{result} was measured with uncommitted changes: commit them, then measure again"
        )
    _require_quiet(measured.provenance, busy, f"record {result}")
    _require_ready(
        checkout, [registry.find(name) for name in measured.studies] if not clean else []
    )
    return save(checkout, measured, machine)


def save(checkout: Checkout, measured: points.Measured, machine: str | None = None) -> store.Stored:
    """Store a result under the commit that it names; an error says where the result is kept."""
    try:
        name = points.machine_name(machine, measured.provenance)
        commit = checkout.resolve(measured.commit)
        point = points.to_asv(measured, commit, checkout.describe(commit), name)
        known = points.machine_json(name, measured.provenance)
        return store.read_result(store.write(checkout.results, known, point))
    except (HistoryError, ResultError) as error:
        raise HistoryError(f"{error}; the result is kept in {measured.path}") from error


def _require_quiet(provenance: Mapping[str, Any], busy: bool, what: str) -> None:
    if (found := machine_module.busy(provenance)) and not busy:
        raise HistoryError(f"{found} Wait until it is quiet, or {what} with --busy")


def _require_ready(checkout: Checkout, entries: Sequence[registry.StudyEntry]) -> None:
    checkout.require_clean()
    checkout.require_built(re.split("[.:]", entry.address)[0] for entry in entries)
