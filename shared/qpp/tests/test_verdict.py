"""Claims judged by rows: every verdict."""

from dataclasses import replace
from typing import Any

import pytest

from qpp import BEST_PEER, Claim, Implementation, Limit, Study, Workload
from qpp.results import ClaimResult, Row, Run, StudyResult, WorkloadResult
from qpp.verdict import judge_again, judge_claims, unjudged


def row(name: str, seconds: float, role: str = "optimised", **more: Any) -> Row:
    samples = (seconds, 2 * seconds, seconds)
    return Row(name, role, 1, "ok", seconds=samples, rounds=(0, 1, 2), median=seconds, **more)


ROWS = {
    "base": row("base", 10.0, "baseline", python_peak=1000, resident_growth=5000, output_bytes=100),
    "fast": row("fast", 2.0, python_peak=800, resident_growth=110, output_bytes=100),
    "piece": row("piece", 1.0, "component"),
    "peer": row("peer", 4.0, "peer", python_peak=None, resident_growth=None),
    "floor": Row("floor", "limit", 1, "limit", median=1.0),
}


def study_with(*claims: Claim) -> Study:
    return Study(
        "s",
        "?",
        [Workload("w", dict, quick=True), Workload("big", dict)],
        Implementation("base", len),
        [Implementation("fast", len)],
        peers=[Implementation("peer", len)],
        components=[Implementation("piece", len)],
        claims=claims,
    )


def judged(claim: Claim, **changes: Row) -> ClaimResult:
    (result,) = judge_claims(study_with(claim), [_workload(**changes)])
    return result


def _workload(**changes: Row) -> WorkloadResult:
    return WorkloadResult("w", {}, tuple({**ROWS, **changes}.values()))


@pytest.mark.parametrize(
    ("over", "bar", "more", "expected"),
    [
        ("base", 5, {}, ("reproduced", 5.0)),
        ("base", 5.01, {}, ("not reproduced", 5.0)),
        ("base", 1.2, {"metric": "python_memory"}, ("reproduced", 1.25)),
        ("base", 46, {"metric": "resident_memory"}, ("not reproduced", 5000 / 110)),
        ("peer", 1, {"metric": "python_memory"}, ("not tested", None)),
        ("base", 1, {"on": "big"}, ("not tested", None)),
        (BEST_PEER, 2, {}, ("reproduced", 2.0)),
        ("peer", None, {"at_most": 2}, ("reproduced", 2.0)),
        (None, None, {"metric": "resident_per_output", "at_most": 1.2}, ("reproduced", 1.1)),
        (None, None, {"metric": "resident_bytes", "at_most": 1}, ("not reproduced", 110)),
        ("piece", None, {"metric": "added_time", "at_most": 2}, ("reproduced", 1.0)),
        (
            "piece",
            None,
            {"metric": "added_time", "at_most": 0.4, "per": 2},
            ("not reproduced", 0.5),
        ),
        ("peer", None, {"metric": "added_time", "at_most": 0.1}, ("reproduced", -2.0)),
    ],
)
def test_verdicts(
    over: str | None, bar: float | None, more: Any, expected: tuple[str, float | None]
) -> None:
    found = judged(Claim("fast", over=over, at_least=bar, **more))
    assert found.verdict == expected[0]
    assert (found.measured and found.measured.value) == pytest.approx(expected[1])


@pytest.mark.parametrize(
    ("who", "status", "expected"),
    [
        ("peer", "unavailable", "not tested"),
        ("peer", "failed", "not tested"),
        ("fast", "unavailable", "not tested"),
        ("fast", "not applicable", "not tested"),
        ("fast", "failed", "not reproduced"),
        ("fast", "disagrees", "not reproduced"),
    ],
)
def test_rows_without_a_time(who: str, status: Any, expected: str) -> None:
    changed = replace(ROWS[who], status=status, reason="because")
    found = judged(Claim("fast", over="peer", at_least=1, on="w"), **{who: changed})
    assert (found.verdict, found.measured, found.reason) == (expected, None, f"{who}: because")


def test_a_bar_within_the_interval_is_within_noise() -> None:
    wide = replace(ROWS["fast"], seconds=(1.0, 20.0, 4.0))
    for bounds, verdict in (
        ({"at_least": 2}, "within noise"),
        ({"at_most": 3}, "within noise"),
        ({"at_least": 0.5}, "reproduced"),
        ({"at_least": 50}, "not reproduced"),
    ):
        assert judged(Claim("fast", over="base", **bounds), fast=wide).verdict == verdict


def test_claims_judged_again_follow_the_declaration_and_leave_the_samples() -> None:
    published = Claim("fast", over="base", at_least=6, kind="published", note="elsewhere")
    study = replace(study_with(published), title="A title", analysis="An analysis.")
    before = Run("qpp", "quick", "", {}, (StudyResult("s", "S", "?", workloads=(_workload(),)),))
    after = judge_again(before, {"s": study})
    (result,) = after.studies
    (claim,) = result.claims
    assert (claim.verdict, claim.kind, claim.note) == ("not reproduced", "published", "elsewhere")
    assert (result.title, result.analysis) == ("A title", "An analysis.")
    assert result.workloads == (_workload(),)
    assert not after.missed(), "a published figure is not a bar"
    strict = study_with(Claim("fast", over="base", at_least=6))
    assert len(judge_again(before, {"s": strict}).missed()) == 1
    assert judge_again(before, {}) == before


def test_a_claim_on_all_workloads_leaves_out_those_where_one_side_does_not_apply() -> None:
    left_out = _workload(fast=replace(ROWS["fast"], status="not applicable"))
    assert judge_claims(study_with(Claim("fast", over="base", at_least=1)), [left_out]) == ()


def test_a_reason_names_the_best_peer_or_the_two_times() -> None:
    slow, quick = row("slow", 8.0, "peer"), row("quick", 3.0, "peer")
    claim = Claim("fast", over=BEST_PEER, at_least=2)
    found = judged(claim, slow=slow, quick=quick)
    assert (found.verdict, found.reason) == ("not reproduced", "the fastest is quick")
    wrong = replace(quick, status="disagrees")
    assert judged(claim, slow=slow, quick=wrong).reason == "the fastest is peer"
    found = judged(claim, peer=replace(ROWS["peer"], status="unavailable"))
    assert (found.verdict, found.reason) == ("not tested", "no peer ran and agrees")
    floor = replace(study_with(), limits=[Limit("floor", lambda inputs, bandwidth: 1.0)])
    floor = replace(floor, claims=[Claim("fast", over="floor", at_least=1)])
    assert judge_claims(floor, [_workload()])[0].reason == "2.00 s against 1.00 s"


def test_where_only_agreement_is_checked_no_claim_is_judged() -> None:
    study = study_with(
        Claim("fast", over="base", at_least=1e9, metric="python_memory"),
        Claim("fast", over="base", at_least=5, on="big"),
    )
    (result,) = unjudged(study, [_workload()])
    expected = ("not tested", None, "only agreement was checked")
    assert (result.verdict, result.measured, result.reason) == expected
