"""Results as Markdown, for READMEs: an overview of studies, the details of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qpp import format as show
from qpp.results import ClaimResult, Interval, Row, Run, StudyResult, WorkloadResult
from qpp.statistics import paired_ratio


def overview(runs: dict[str, tuple[str, Run]]) -> str:
    """One line per study: its headline workload, best optimised against baseline."""
    lines = [
        "| study | workload | baseline | optimised | ratio | claims |",
        "|---|---|---|---|---|---|",
    ]
    for name, (home, run) in runs.items():
        study = run.study(name)
        assert study is not None  # committed() keys runs by the studies they hold
        workload, row = headline(study)
        base = workload.row(_baseline(workload).implementation)
        assert base is not None  # just found
        held = sum(c.verdict == "reproduced" for c in study.claims)
        judged = sum(c.verdict != "not tested" for c in study.claims)
        cells = [f"[{study.title}]({home})", workload.name, _timed(base), _timed(row)]
        cells += [f"**{_ratio(row.ratio)}**", f"{held} of {judged} reproduced"]
        lines.append(_line(cells))
    return "\n".join([*lines, "", *_made_by([run for _, run in runs.values()]), ""])


def details(run: Run, name: str, picture: str) -> str:
    """A study's picture, one line per workload and claim, and everything else folded away."""
    study = run.study(name)
    assert study is not None  # committed() keys runs by the studies they hold
    drawn = headline(study)[0].name
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
    lines += ["", "| claim | workload | found | verdict |", "|---|---|---:|---|"]
    for claim in study.claims:
        verdict = claim.verdict + (f" ({claim.reason})" if claim.reason else "")
        found = show.claimed(claim)
        lines.append(_line([claim.text, claim.workload, found, verdict]))
    return "\n".join([*lines, "", "</details>", "", *_made_by([run]), ""])


def _summary(study: StudyResult) -> list[str]:
    """One line per workload: the fastest optimised row against baseline and best peer."""
    lines = [
        "| workload | baseline | fastest here | vs baseline (95 %) | best peer | vs it (95 %) |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for workload in study.workloads:
        fastest, peer = _fastest(workload, "optimised"), _fastest(workload, "peer")
        if fastest is None:
            continue
        cells = [workload.name, _median(_baseline(workload)), _timed(fastest)]
        cells.append(_ratio(fastest.ratio) + f" {show.bounds(fastest.ratio)}")
        if peer is None:
            cells += ["", ""]
        else:
            ratio = paired_ratio(peer.seconds, peer.rounds, fastest.seconds, fastest.rounds)
            cells += [_timed(peer), show.interval(ratio)]
        lines.append(_line(cells))
    return lines


def _claims_in_short(claims: Sequence[ClaimResult]) -> list[str]:
    """One line per claim: on how many workloads it held, and where it is nearest to its bar."""
    lines = ["| claim | held on | nearest to the bar, or furthest below |", "|---|---:|---|"]
    for text in dict.fromkeys(claim.text for claim in claims):
        judged = [c for c in claims if c.text == text and c.measured is not None]
        if not judged:
            lines.append(_line([text, "not tested", ""]))
            continue
        worst = min(judged, key=_margin)
        held = sum(c.verdict == "reproduced" for c in judged)
        found = f"{show.claimed(worst)} on {worst.workload}"
        lines.append(_line([text, f"{held} of {len(judged)}", found]))
    return lines


def _margin(claim: ClaimResult) -> float:
    """How far a figure is on the right side of its bar; the larger the better."""
    assert claim.measured is not None  # only those are compared
    return claim.measured.value if claim.at_least else -claim.measured.value


def _fastest(workload: WorkloadResult, role: str) -> Row | None:
    """The fastest row of a role on one thread, among those that agree."""
    rows = [r for r in workload.rows if r.role == role and r.ratio and r.threads == 1]
    return min(rows, key=lambda r: r.median or 0.0, default=None)


def _timed(row: Row) -> str:
    return f"{row.implementation} {_median(row)}"


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


def headline(study: StudyResult) -> tuple[WorkloadResult, Row]:
    """The workload most claims speak of, and its fastest single-threaded optimised row."""
    weight = {w.name: sum(c.workload == w.name for c in study.claims) for w in study.workloads}
    for workload in sorted(study.workloads, key=lambda w: -weight[w.name]):
        fastest = _fastest(workload, "optimised")
        if fastest is not None:
            return workload, fastest
    raise ValueError(f"study {study.name!r}: its committed result holds no ratio")


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
