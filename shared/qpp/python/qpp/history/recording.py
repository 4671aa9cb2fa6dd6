"""Records a point: measures the installed code at HEAD and stores the figures."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpp.history import HistoryError, asv_runner, host, index, store
from qpp.history.checkout import Checkout, find
from qpp.history.criterion_import import add_criterion


@dataclass(frozen=True)
class Recorded:
    """The stored point; ``failures`` names every benchmark without a figure."""

    path: Path
    commit: str
    machine: str
    studies: tuple[str, ...]
    failures: tuple[str, ...]
    criterion: str


def record(
    studies: Sequence[str] = (),
    *,
    machine: str | None = None,
    commit: str = "HEAD",
    full: bool = False,
    results: Path | None = None,
    where: Path | None = None,
    verbose: bool = False,
) -> Recorded:
    """Measure the studies at HEAD and store the figures under its hash.

    ``studies``: names, default all that are registered. ``machine``: the name of the series,
    default ``QPP_MACHINE``, else made from the processor's name. ``commit`` must be HEAD.
    ``results``: default ``shared/results/asv`` of the checkout around ``where``.

    Raises
    ------
    HistoryError
        The tree is dirty, the commit is not HEAD, the installed code is not this checkout in
        release, or the results cannot be written. Nothing is changed then.
    qpp.registry.UnknownStudyError
        A study of that name is not registered.
    """
    asv_runner.require_asv()
    checkout = find(where)
    checkout.require_head(commit)
    checkout.require_clean()
    names = index.build(tuple(studies), full=full)
    if not names["studies"]:
        reasons = "; ".join(names["failed"].values()) or "none is installed: run `make develop`"
        raise HistoryError(f"no study to record: {reasons}")
    addresses = [str(study["address"]) for study in names["studies"]]
    checkout.require_installed(dict.fromkeys(re.split("[.:]", a)[0] for a in addresses))
    head = checkout.head()
    known = host.provenance()
    name = host.name_of(machine, known)
    with tempfile.TemporaryDirectory(prefix="qpp-asv-") as folder:
        result, benchmarks = asv_runner.run(
            checkout,
            Path(folder),
            commit=head,
            machine=host.for_asv(name, known),
            names=names,
            full=full,
            verbose=verbose,
        )
        private = [folder, str(checkout.root)]
        _require_undisturbed(checkout, head)
        result["qpp"] = {
            "provenance": _kept(known),
            "preset": "full" if full else "quick",
            "roles": {
                study["name"]: {i["name"]: i["role"] for i in study["implementations"]}
                for study in names["studies"]
            },
        }
        text = add_criterion(checkout, head, names, result, benchmarks)
        machine_facts = host.for_readers(name, known)
        path = store.write(results or checkout.results, machine_facts, benchmarks, result, private)
    return Recorded(
        path=path,
        commit=head,
        machine=name,
        studies=tuple(str(study["name"]) for study in names["studies"]),
        failures=(*failures(result), *(f"{k}: {v}" for k, v in names["failed"].items())),
        criterion=text,
    )


def failures(result: store.Json) -> list[str]:
    """Benchmarks without a figure, and the metrics they lack. (asv: null; NaN: skipped.)"""
    stored = store.Stored(Path(), result)
    missing: dict[str, list[str]] = {}
    for benchmark in sorted(result["results"]):
        metric, _, study = benchmark.removeprefix("studies.").removeprefix("track_").partition("_")
        for parameters, value, _, _ in store.rows(stored, benchmark):
            if value is None:
                missing.setdefault(f"{study}: {' · '.join(parameters)}", []).append(metric)
    return [f"{what}: no {', '.join(metrics)}" for what, metrics in missing.items()]


def _require_undisturbed(checkout: Checkout, head: str) -> None:
    if checkout.head() != head:
        raise HistoryError(
            f"HEAD moved from {head[:8]} to {checkout.head()[:8]} during the run: "
            "nothing was recorded"
        )
    try:
        checkout.require_clean()
    except HistoryError as error:
        raise HistoryError(f"during the run, nothing was recorded: {error}") from None


def _kept(known: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in known.items() if key not in ("commit", "dirty")}
