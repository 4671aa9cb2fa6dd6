"""Stores a point: from a result file, or from a run of the quick preset at HEAD."""

import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from qpp import registry
from qpp.history import HistoryError, host, points, store
from qpp.history.checkout import Checkout
from qpp.results import ResultError


@dataclass(frozen=True)
class Recorded:
    """A stored point; ``errors`` names the studies that could not run."""

    series: str
    commit: str
    studies: tuple[str, ...]
    errors: tuple[str, ...]


def record(checkout: Checkout, result: Path, machine: str | None = None) -> Recorded:
    """Store what a result file says of HEAD.

    ``machine``: the name of the series, default ``QPP_MACHINE``, else made from the processor's
    name.

    Raises
    ------
    HistoryError
        The file cannot be read or is of another commit or of a dirty tree, the installed code is
        not a release build of this checkout, or the point cannot be stored.
    """
    measured = points.read(result)
    if measured.dirty:
        raise HistoryError(
            f"{result} was measured with uncommitted changes: commit them, then measure again"
        )
    _require_head(checkout, measured)
    _require_built(checkout, map(registry.find, measured.studies))
    return save(checkout, measured, machine)


def measure_and_record(
    checkout: Checkout, studies: Sequence[str] = (), machine: str | None = None
) -> Recorded:
    """Run the quick preset at HEAD (`qpp reproduce`), then store it.

    What :func:`record` refuses is refused before the run; a tree that changed during it too. The
    result file is kept under ``.asv`` and named where the point cannot be stored.
    """
    checkout.require_clean()
    chosen = [entry for entry in registry.select(tuple(studies)) if entry.study is not None]
    if not chosen:
        raise HistoryError("no study is installed: run `make develop`")
    _require_built(checkout, chosen)
    file = checkout.scratch / f"{checkout.resolve('HEAD')[:8]}.json"
    command = [sys.executable, "-m", "qpp.cli", "reproduce", *studies, "--json", str(file)]
    file.unlink(missing_ok=True)
    done = subprocess.run(command, cwd=checkout.root, check=False)
    if not file.exists():
        raise HistoryError(
            f"qpp reproduce ended with exit code {done.returncode}: nothing was recorded"
        )
    measured = points.read(file)
    try:
        _require_head(checkout, measured)
        checkout.require_clean()
    except HistoryError as error:
        raise HistoryError(f"during the run, nothing was recorded: {error}") from None
    try:
        return save(checkout, measured, machine)
    except (HistoryError, ResultError) as error:
        kept = f"`qpp history record {file}` stores it later"
        raise HistoryError(f"{error}; the result is kept: {kept}") from error


def save(checkout: Checkout, measured: points.Measured, machine: str | None = None) -> Recorded:
    """Store a result under the commit that it names."""
    name = host.name_of(machine, measured.provenance)
    commit = checkout.resolve(measured.commit)
    point = points.to_asv(measured, commit, checkout.describe(commit), name)
    path = store.write(checkout.results, host.for_asv(name, measured.provenance), point)
    series = store.read_result(path).series
    return Recorded(series, commit, tuple(measured.studies), measured.errors)


def _require_head(checkout: Checkout, measured: points.Measured) -> None:
    head = checkout.resolve("HEAD")
    if measured.commit != head:
        raise HistoryError(
            f"{measured.path} was measured at commit {measured.commit[:8] or 'unknown'}, "
            f"HEAD is {head[:8]}: check that commit out and run `make develop`, then record"
        )


def _require_built(checkout: Checkout, entries: Iterable[registry.StudyEntry]) -> None:
    checkout.require_built(entry.address.partition(":")[0].partition(".")[0] for entry in entries)
