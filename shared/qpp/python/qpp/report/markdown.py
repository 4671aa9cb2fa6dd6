"""Results as Markdown, for READMEs: an overview of studies, the details of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qpp import format as show
from qpp.results import ClaimResult, Interval, Row, Run, StudyResult, WorkloadResult
from qpp.summary import Summary, fastest, held, over, summarise, tally


def overview(runs: dict[str, tuple[str, Run]]) -> str:
    """One line per study: its headline workload, baseline, what we recommend, the best peer."""
    lines = [
        "| study | workload | baseline | ours | ratio | best peer | over it | bars held |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, (home, run) in runs.items():
        study = run.study(name)
        assert study is not None  # committed() keys runs by the studies they hold
        found = headline(study)
        cells = [f"[{study.title}]({home})", found.workload.name, _timed(found.baseline)]
        cells += [_timed(found.ours), f"**{_ratio(found.ours.ratio if found.ours else None)}**"]
        cells += [_timed(found.peer), _ratio(found.over_peer), _held(study)]
        lines.append(_line(cells))
    return "\n".join([*lines, "", *_made_by([run for _, run in runs.values()]), ""])


def _held(study: StudyResult) -> str:
    """``18 of 20, 1 within noise, 3 not tested: no GPU``."""
    count = tally(study.claims, "bar")
    reproduced, tested = held(study.claims, "bar")
    told = [f"{reproduced} of {tested}"]
    if count["within noise"]:
        told.append(f"{count['within noise']} within noise")
    if count["not tested"]:
        reasons = {c.reason for c in study.claims if c.verdict == "not tested" and c.kind == "bar"}
        why = ": no GPU" if all("GPU" in reason for reason in reasons) else ""
        told.append(f"{count['not tested']} not tested{why}")
    return ", ".join(told)


def details(run: Run, name: str, picture: str) -> str:
    """A study's picture, one line per workload and claim, and everything else folded away."""
    study = run.study(name)
    assert study is not None  # committed() keys runs by the studies they hold
    drawn = headline(study).workload.name
    lines = [f"![Speed against the baseline on {drawn}]({picture})", ""]
    lines += [*_summary(study), "", *_claims_in_short(study.claims), ""]
    lines += ["<details>", "<summary>Every implementation on every workload, every claim</summary>"]
    for workload in study.workloads:
        lines += ["", f"**{workload.name}**", ""]
        lines += [
            "| implementation | role | threads | median | vs baseline (95 %) | python peak "
            "| resident growth | largest error |",
            "|---|---|---:|---:|---:|---:|---:|---:|",
        ]
        lines += [_detail(row) for row in workload.rows if row.status != "not applicable"]
    lines += ["", "| claim | kind | workload | found | verdict |", "|---|---|---|---:|---|"]
    for claim in study.claims:
        verdict = claim.verdict + (f" ({claim.reason})" if claim.reason else "")
        if claim.kind == "published" and claim.verdict == "not reproduced" and claim.note:
            verdict += f": {claim.note}"
        cells = [claim.text, claim.kind, claim.workload, show.claimed(claim), verdict]
        lines.append(_line(cells))
    return "\n".join([*lines, "", "</details>", "", *_made_by([run]), ""])


def _summary(study: StudyResult) -> list[str]:
    """One line per workload: the fastest optimised row against baseline and best peer."""
    lines = [
        "| workload | baseline | fastest here | vs baseline (95 %) | best peer | vs it (95 %) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for workload in study.workloads:
        ours, peer = fastest(workload), fastest(workload, "peer")
        if ours is None:
            continue
        cells = [workload.name, _median(_baseline(workload)), _timed(ours)]
        cells.append(_ratio(ours.ratio) + f" {show.bounds(ours.ratio)}")
        cells += [_timed(peer), show.interval(over(peer, ours)) if peer else ""]
        lines.append(_line(cells))
    return lines


def _claims_in_short(claims: Sequence[ClaimResult]) -> list[str]:
    """One line per claim: on how many workloads it held, and where it is nearest to its bar."""
    lines = [
        "| claim | kind | held on | nearest to the bar, or furthest below |",
        "|---|---|---:|---|",
    ]
    for kind, text in dict.fromkeys((claim.kind, claim.text) for claim in claims):
        said = [c for c in claims if (c.kind, c.text) == (kind, text)]
        judged = [c for c in said if c.measured is not None]
        if not judged:
            lines.append(_line([text, kind, "not tested", ""]))
            continue
        worst = min(judged, key=_margin)
        count = tally(said)
        told = f"{count['reproduced']} of {len(judged)}"
        told += f", {count['within noise']} within noise" if count["within noise"] else ""
        found = f"{show.claimed(worst)} on {worst.workload}"
        lines.append(_line([text, kind, told, found]))
    return lines


def _margin(claim: ClaimResult) -> float:
    """How far a figure is on the right side of its bar; the larger the better."""
    assert claim.measured is not None  # only those are compared
    return claim.measured.value if claim.at_least else -claim.measured.value


def _timed(row: Row | None) -> str:
    return f"{row.implementation} {_median(row)}" if row else ""


def _median(row: Row) -> str:
    """Its time, and where it was multiplied, that it was."""
    said = f" ({show.in_part(row.parts)})" if row.parts > 1 else ""
    return show.seconds(row.median) + said


def _detail(row: Row) -> str:
    if row.status not in ("ok", "limit"):
        said = f"{row.status}: {row.reason}" if row.reason else row.status
        return _line([row.implementation, row.role, str(row.threads), said, *[""] * 4])
    error = show.error(row.parity.max_abs) if row.parity else ""
    cells = [
        row.implementation,
        row.role,
        str(row.threads),
        _median(row),
        _ratio(row.ratio) + (f" {show.bounds(row.ratio)}" if row.ratio else ""),
        show.bytes_(row.python_peak) if row.status == "ok" else "",
        show.bytes_(row.resident_growth) if row.status == "ok" else "",
        error,
    ]
    return _line(cells)


def _line(cells: list[str]) -> str:
    """A row of a table; a bar within a cell (as in absolute returns) would end it."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _ratio(ratio: Interval | None) -> str:
    return show.ratio(ratio.value) if ratio else ""


def _baseline(workload: WorkloadResult) -> Row:
    return next(r for r in workload.rows if r.role == "baseline")


def headline(study: StudyResult) -> Summary:
    """The study's headline, which a committed result has."""
    found = summarise(study)
    if found is None or found.ours is None:
        raise ValueError(f"study {study.name!r}: its committed result holds no ratio")
    return found


def _made_by(runs: list[Run]) -> list[str]:
    unique = {(r.command, r.created): r for r in runs}.values()
    return [
        f"<sub>`{r.command}` on {_machine(r.provenance)}, {r.created[:10]}.</sub>" for r in unique
    ]


def _machine(provenance: dict[str, Any]) -> str:
    packages = provenance.get("packages") or {}
    versions = [f"{n} {packages[n]}" for n in ("numpy", "pandas", "polars") if n in packages]
    parts = [provenance.get("cpu"), provenance.get("python"), *versions]
    cores = provenance.get("usable_cores")
    if cores:
        parts.insert(1, f"{cores} cores")
    return ", ".join(str(p) for p in parts if p)
