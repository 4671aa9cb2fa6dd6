"""Judges claims by what was measured.

A figure on the right side of its bar, with its whole interval, is *reproduced*; on the wrong
side, with its whole interval, *not reproduced*. Where the interval lies on both sides, or a ratio
of times is nearer to its bar than the same code was to itself, the run cannot tell: *within
noise*. *Not tested* says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from qpp.claim import BEST_PEER, MEMORY, Claim
from qpp.format import in_part, percent, seconds
from qpp.results import ClaimResult, Interval, Row, Run, StudyResult, Verdict, WorkloadResult
from qpp.statistics import is_noise, noise_floors, paired_difference, paired_ratio
from qpp.study import Study
from qpp.summary import best_peer


def judge_claims(study: Study, measured: Sequence[WorkloadResult]) -> tuple[ClaimResult, ...]:
    """One verdict for each claim on each of its workloads.

    A claim whose workload was not run (it belongs to the full preset) or whose
    implementation is not available is *not tested*, with the reason. One whose
    implementation failed or disagrees is *not reproduced*.
    """
    by_name, floors = {w.name: w for w in measured}, noise_floors(measured)
    verdicts = []
    for claim in study.claims:
        on = claim.workloads(list(by_name))
        if not on:
            wanted = claim.on if isinstance(claim.on, str) else ", ".join(claim.on or ("any",))
            reason = "workload not in this run (see --full)"
            verdicts.append(_result(claim, wanted, None, "not tested", reason))
        verdicts += [
            _qualified(_judge(claim, by_name[name]), claim, by_name[name], floors[name])
            for name in on
            if _applies(claim, by_name[name])
        ]
    return tuple(verdicts)


def judge_again(run: Run, studies: Mapping[str, Study]) -> Run:
    """The run with claims, headlines and texts as the studies declare them now.

    No sample is changed. A study that is not among ``studies`` stays as it is.
    """

    def judged(result: StudyResult) -> StudyResult:
        study = studies.get(result.name)
        return replace(result, **declared(study, result.workloads, run.preset)) if study else result

    return replace(run, studies=tuple(judged(s) for s in run.studies))


def declared(study: Study, measured: Sequence[WorkloadResult], preset: str) -> dict[str, Any]:
    """The texts of a study as its result holds them, and its claims judged."""
    headline, recommended = study.headline or ("", "")
    judge = unjudged if preset.endswith("check") else judge_claims
    return {
        "title": study.title or study.name.replace("_", " "),
        "question": study.question,
        "analysis": study.analysis,
        "headline": headline,
        "recommended": recommended,
        "claims": judge(study, measured),
    }


def unjudged(study: Study, measured: Sequence[WorkloadResult]) -> tuple[ClaimResult, ...]:
    """The claims of a run that checks agreement only: none is tested."""
    reason = "only agreement was checked"
    return tuple(
        _result(claim, name, None, "not tested", reason)
        for claim in study.claims
        for name in claim.workloads([w.name for w in measured])
    )


def _applies(claim: Claim, workload: WorkloadResult) -> bool:
    """A claim on all workloads leaves out those that one of its sides leaves out."""
    rows = (workload.row(who) for who in (claim.implementation, claim.over) if who)
    return claim.on is not None or all(
        row is None or row.status != "not applicable" for row in rows
    )


def _judge(claim: Claim, workload: WorkloadResult) -> ClaimResult:
    rows = []
    for who in (claim.implementation, claim.over):
        if who is None:
            continue
        row = best_peer(workload) if who == BEST_PEER else workload.row(who)
        if row is None or row.status in ("unavailable", "not applicable"):
            gone = "no peer ran and agrees" if who == BEST_PEER else f"{who} was not measured"
            reason = f"{who}: {row.reason}" if row else gone
            return _result(claim, workload.name, None, "not tested", reason)
        if row.status not in ("ok", "limit"):
            # Our own row that fails refutes the claim; a failed peer does not.
            verdict: Verdict = "not tested" if row.role == "peer" else "not reproduced"
            return _result(claim, workload.name, None, verdict, f"{who}: {row.reason}")
        rows.append(row)
    if claim.metric in MEMORY and any(row.parts > 1 for row in rows):
        return _result(claim, workload.name, None, "not tested", "only a part of it was run")
    measured = _measure(claim, rows)
    if measured is None:
        reason = f"{claim.metric} was not measured in this run"
        return _result(claim, workload.name, None, "not tested", reason)
    ends = {claim.holds(measured.low), claim.holds(measured.high)}
    if len(ends) == 2:
        verdict = "within noise"
    else:
        verdict = "reproduced" if claim.holds(measured.value) else "not reproduced"
    reason = f"the fastest is {rows[1].implementation}" if claim.over == BEST_PEER else ""
    if rows[-1].status == "limit":
        reason = f"{seconds(rows[0].median)} against {seconds(rows[-1].median)}"
    return _result(claim, workload.name, measured, verdict, reason)


def _qualified(
    found: ClaimResult, claim: Claim, workload: WorkloadResult, floor: float
) -> ClaimResult:
    """Within noise where a ratio of times is nearer to its bar than the same code was to itself.

    Where a time was multiplied, the reason says so.
    """
    if found.measured is None:
        return found
    verdict, reasons = found.verdict, [found.reason] if found.reason else []
    ratio = found.measured.value / (claim.bar or 1.0)
    if claim.metric == "time" and verdict != "within noise" and is_noise(ratio, floor):
        verdict = "within noise"
        reasons.append(f"nearer to the bar than the noise floor, {percent(floor)}")
    rows = (workload.row(who) for who in (claim.implementation, claim.over) if who)
    reasons += [f"{r.implementation}: {in_part(r.parts)}" for r in rows if r and r.parts > 1]
    return replace(found, verdict=verdict, reason="; ".join(reasons))


def _measure(claim: Claim, rows: list[Row]) -> Interval | None:
    subject = rows[0]
    if claim.metric == "resident_per_output":
        return _quotient(subject.resident_growth, subject.output_bytes)
    if claim.metric == "resident_bytes":
        return _quotient(subject.resident_growth, 1)
    other = rows[1]
    if claim.metric == "python_memory":
        return _quotient(other.python_peak, subject.python_peak)
    if claim.metric == "resident_memory":
        return _quotient(other.resident_growth, subject.resident_growth)
    if claim.metric == "added_time":
        added = paired_difference(subject.seconds, subject.rounds, other.seconds, other.rounds)
        return added and added.over(claim.per)
    if "limit" in (subject.status, other.status):  # it has one figure and no samples
        return _quotient(other.median, subject.median)
    if not subject.seconds or not other.seconds:
        return None
    return paired_ratio(other.seconds, other.rounds, subject.seconds, subject.rounds)


def _quotient(numerator: float | None, denominator: float | None) -> Interval | None:
    if numerator is None or not denominator:
        return None
    value = numerator / denominator
    return Interval(value, value, value, 1)


def _result(
    claim: Claim, workload: str, measured: Interval | None, verdict: Verdict, reason: str
) -> ClaimResult:
    return ClaimResult(
        text=claim.text(),
        workload=workload,
        metric=claim.metric,
        bar=claim.bar,
        at_least=claim.at_least is not None,
        measured=measured,
        verdict=verdict,
        kind=claim.kind,
        reason=reason,
        note=claim.note,
    )
