"""What to do about each pattern, what it risks, and the gain that is reachable.

A gain ``r`` is how many times faster the explained part of a place becomes. It is no more than was
measured, or than the least that a study of this repository measured, and never more than
``LARGEST``: what replaces a place also has to convert, check and return. ``source`` names the
measurement. The figures said to be measured come from ``python shared/qpp/tests/audit_pairs.py``,
which times each ``before`` against its ``after`` (AMD EPYC, two cores, CPython 3.11, NumPy 2.4,
pandas 3.1, Polars 2.1).

The ratio of a study is read from its committed result, so it is the one that its README shows.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from qpp.audit.remedies import arrays, frames, plain, system
from qpp.audit.remedies._remedy import Remedy, Shown
from qpp.results import ResultError, load
from qpp.summary import over

__all__ = ["LARGEST", "REMEDIES", "Remedy", "Shown", "measured"]

LARGEST = 100.0
REMEDIES: dict[str, Remedy] = {
    r.pattern: r for family in (frames, arrays, plain, system) for r in family.REMEDIES
}


@lru_cache
def measured(shown: Shown | None) -> tuple[float | None, str]:
    """The ratio that a study measured and the processor; ``(None, "")`` without its result file."""
    folder = next((p for p in Path(__file__).parents if (p / "results").is_dir()), None)
    if shown is None or folder is None:
        return None, ""
    try:
        run = load(folder / "results" / f"{shown.study}.json")
    except ResultError:
        return None, ""
    study = run.study(shown.study)
    for workload in study.workloads if study is not None else ():
        row = workload.row(shown.implementation)
        if workload.name != shown.workload or row is None:
            continue
        ratio = over(workload.row(shown.over), row) if shown.over else row.ratio
        if ratio is not None and row.status == "ok":
            return ratio.value, str(run.provenance.get("cpu", ""))
    return None, ""
