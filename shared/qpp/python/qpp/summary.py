"""A study in one line, as the terminal, the READMEs and the report show it.

Everything is computed from a result; nothing is measured and nothing drawn here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qpp.claim import Kind
from qpp.results import ClaimResult, Interval, Row, Run, StudyResult, WorkloadResult
from qpp.statistics import paired_ratio

VERDICTS = ("reproduced", "within noise", "not reproduced", "not tested")


@dataclass(frozen=True)
class Summary:
    """The headline of a study: one workload, the baseline, what we recommend, the best peer.

    ``over_peer`` is the best peer's time over ours. Rows are ``None`` where there is none that
    ran and agrees.
    """

    workload: WorkloadResult
    baseline: Row | None
    ours: Row | None
    peer: Row | None
    over_peer: Interval | None


def summarise(study: StudyResult) -> Summary | None:
    """The study's headline; ``None`` where no workload was finished."""
    workload = _headline(study)
    if workload is None:
        return None
    row = workload.row(study.recommended)
    return against(workload, row if row is not None and _timed(row) else fastest(workload))


def against(workload: WorkloadResult, ours: Row | None) -> Summary:
    """One of our rows beside the workload's baseline and best peer."""
    peer = best_peer(workload, ours.threads if ours else 1)
    return Summary(workload, baseline_row(workload), ours, peer, over(peer, ours))


def best_peer(workload: WorkloadResult, threads: int | None = None) -> Row | None:
    """The peer with the smallest median among those that ran and agree (on so many threads)."""
    peers = [
        r
        for r in workload.rows
        if r.role == "peer" and r.status == "ok" and r.median and threads in (None, r.threads)
    ]
    return min(peers, key=lambda r: r.median or 0.0, default=None)


def fastest(workload: WorkloadResult, role: str = "optimised") -> Row | None:
    """The fastest row of a role on one thread, among those that agree."""
    rows = [r for r in workload.rows if r.role == role and _timed(r) and r.threads == 1]
    return min(rows, key=lambda r: r.median or 0.0, default=None)


def over(slower: Row | None, faster: Row | None) -> Interval | None:
    """One row's time over another's, from samples taken side by side."""
    if slower is None or faster is None:
        return None
    return paired_ratio(slower.seconds, slower.rounds, faster.seconds, faster.rounds)


def agreement(study: StudyResult) -> tuple[int, int]:
    """How many rows agree with the baseline, of those that were compared."""
    compared = [
        r.parity
        for w in study.workloads
        for r in w.rows
        if r.parity is not None and r.role != "baseline"
    ]
    return sum(p.agrees for p in compared), len(compared)


def tally(claims: Iterable[ClaimResult], kind: Kind | None = None) -> dict[str, int]:
    """How many claims (of a kind) met which verdict."""
    count = Counter[str](c.verdict for c in claims if kind in (None, c.kind))
    return {verdict: count[verdict] for verdict in VERDICTS}


def held(claims: Iterable[ClaimResult], kind: Kind | None = None) -> tuple[int, int]:
    """How many claims were reproduced, of those that were tested."""
    count = tally(claims, kind)
    return count["reproduced"], sum(count.values()) - count["not tested"]


def others(count: Mapping[str, int], **words: str) -> list[str]:
    """The verdicts other than reproduced that were met, with their counts.

    >>> others({"reproduced": 7, "within noise": 1, "not tested": 0, "not reproduced": 2})
    ['1 within noise', '2 not reproduced']
    >>> others({"not reproduced": 2}, not_reproduced="missed")
    ['2 missed']
    """
    return [
        f"{number:,} {words.get(verdict.replace(' ', '_'), verdict)}"
        for verdict, number in count.items()
        if number and verdict != "reproduced"
    ]


def unavailable(run: Run) -> dict[str, list[str]]:
    """Implementations that were not measured, by the reason."""
    missing: dict[str, list[str]] = {}
    for row in (r for study in run.studies for w in study.workloads for r in w.rows):
        names = missing.setdefault(row.reason, []) if row.status == "unavailable" else []
        if row.implementation not in names:
            names.append(row.implementation)
    return missing


def _headline(study: StudyResult) -> WorkloadResult | None:
    """The workload that the study declares, else the one with the most claims."""
    named = next((w for w in study.workloads if w.name == study.headline), None)
    if named is not None:
        return named
    weight = Counter(c.workload for c in study.claims)
    ranked = sorted(study.workloads, key=lambda w: -weight[w.name])
    return next((w for w in ranked if fastest(w)), ranked[0] if ranked else None)


def _timed(row: Row) -> bool:
    return row.status == "ok" and bool(row.median) and row.ratio is not None


def baseline_row(workload: WorkloadResult) -> Row | None:
    """The baseline's row, where it ran."""
    found = (r for r in workload.rows if r.role == "baseline" and r.status == "ok")
    return next(found, None)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 bar``, ``2 bars``, ``1,200 bars``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
