"""Criterion's estimates as benchmarks of the same history.

asv has no importer, so the figures are written in its form: one benchmark
``criterion.time_<study>`` per study, with criterion's benchmarks as its only axis, the
value being the median in seconds. asv's columns know a 99 % interval only; criterion's
95 % interval is kept under the file's ``qpp`` key, where the offline page reads it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qpp import criterion
from qpp.criterion import CriterionError
from qpp.history import HistoryError, host, store
from qpp.history.checkout import Checkout, find
from qpp.history.store import COLUMNS, Json
from qpp.results import CriterionEstimate

PREFIX = "criterion.time_"
VERSION = "1"


def import_criterion(
    studies: Iterable[str] = (),
    *,
    machine: str | None = None,
    where: Path | None = None,
    results: Path | None = None,
    estimates: Path | None = None,
) -> Path:
    """Store the estimates of the last ``cargo bench`` under HEAD.

    ``estimates`` is criterion's folder (default: where cargo puts it).

    Raises
    ------
    HistoryError
        The tree is dirty, there are no estimates, they are damaged or older than HEAD.
    """
    from qpp.history import index

    checkout = find(where)
    checkout.require_clean()
    head = checkout.head()
    names = index.build(tuple(studies))
    known = host.provenance()
    name = host.name_of(machine, known)
    result: Json = {
        "commit_hash": head,
        "date": checkout.date(head),
        "env_name": "",
        "env_vars": {},
        "params": dict(host.for_asv(name, known)),
        "requirements": {},
        "result_columns": list(COLUMNS),
        "results": {},
        "durations": {},
        "version": 2,
        "qpp": {},
    }
    benchmarks: Json = {}
    text = add_criterion(checkout, head, names, result, benchmarks, estimates, required=True)
    if not result["results"]:
        raise HistoryError(text)
    facts = host.for_readers(name, known)
    folder = results or checkout.results
    return store.write(folder, facts, benchmarks, result, [str(checkout.root)])


def add_criterion(
    checkout: Checkout,
    head: str,
    names: Mapping[str, Any],
    result: Json,
    benchmarks: Json,
    estimates: Path | None = None,
    *,
    required: bool = False,
) -> str:
    """Add the estimates that belong to HEAD to a result; returns a line for the user.

    An estimate older than the commit comes from other sources: it is left out, or, where
    estimates are ``required``, an error.
    """
    where = estimates or criterion.folder(checkout.root)
    since = int(checkout.git("show", "-s", "--format=%ct", head))
    added, stale, wanted = 0, 0, 0
    try:
        for study, groups in _groups(names).items():
            wanted += len(groups)
            paths = [path for path, _, _ in criterion.measured(groups, where)]
            if not paths:
                continue
            if any(path.stat().st_mtime < since for path in paths):
                stale += len(paths)
                continue
            found = criterion.estimates(groups, where)
            measured_at = int(1000 * max(path.stat().st_mtime for path in paths))
            _add(study, found, measured_at, result, benchmarks)
            added += len(found)
    except CriterionError as error:
        raise HistoryError(str(error)) from error
    if stale and required:
        raise HistoryError(
            f"criterion's estimates are older than HEAD ({head[:8]}): run `make bench` first"
        )
    if not wanted:
        return "criterion: no study names a group"
    if not added and not stale:
        return f"criterion: no estimates under {where}: run `make bench` first"
    late = f", {stale} left out (older than HEAD: run `make bench`)" if stale else ""
    return f"criterion: {added} estimates{late}"


def _groups(names: Mapping[str, Any]) -> dict[str, list[str]]:
    from qpp import registry

    groups = {}
    for study in names["studies"]:
        declared = registry.load(study["address"]).criterion
        if declared:
            groups[str(study["name"])] = list(declared)
    return groups


def _add(
    study: str,
    found: Iterable[CriterionEstimate],
    measured_at: int,
    result: Json,
    benchmarks: Json,
) -> None:
    found = list(found)
    name = PREFIX + study
    axis = [repr(estimate.name) for estimate in found]
    values = [estimate.nanoseconds.value * 1e-9 for estimate in found]
    result["results"][name] = [values, [axis], VERSION, measured_at]  # the first of COLUMNS
    result["qpp"].setdefault("criterion", {})[study] = [asdict(estimate) for estimate in found]
    benchmarks[name] = {
        "name": name,
        "type": "time",
        "unit": "seconds",
        "version": VERSION,
        "param_names": ["benchmark"],
        "params": [axis],
        "code": "# cargo bench: criterion's median of one iteration",
    }
