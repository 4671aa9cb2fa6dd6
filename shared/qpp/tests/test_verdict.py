"""Claims judged by rows: every verdict."""

from dataclasses import replace
from typing import Any

import pytest

from qpp import BEST_PEER, Claim, Implementation, Study, Workload
from qpp.results import Row, Run, StudyResult, WorkloadResult
from qpp.verdict import judge_again, judge_claims, unjudged


def row(name: str, seconds: float, role: str = "optimised", **more: Any) -> Row:
    return Row(
        name,
        role,
        1,
        "ok",
        seconds=(seconds, 2 * seconds, seconds),
        rounds=(0, 1, 2),
        median=seconds,
        **more,
    )


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


def workload(**changes: Row) -> WorkloadResult:
    return WorkloadResult("w", {}, tuple({**ROWS, **changes}.values()))


def verdict(claim: Claim, **changes: Row) -> tuple[str, float | None, str]:
    (result,) = judge_claims(study_with(claim), [workload(**changes)])
    return result.verdict, result.measured.value if result.measured else None, result.reason


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (Claim("fast", over="base", at_least=5), ("reproduced", 5.0)),
        (Claim("fast", over="base", at_least=5.01), ("not reproduced", 5.0)),
        (Claim("fast", over="peer", at_most=2), ("reproduced", 2.0)),
        (Claim("fast", over="base", at_least=1.2, metric="python_memory"), ("reproduced", 1.25)),
        (
            Claim("fast", over="base", at_least=46, metric="resident_memory"),
            ("not reproduced", None),
        ),
        (Claim("fast", metric="resident_per_output", at_most=1.2), ("reproduced", 1.1)),
        (Claim("fast", metric="resident_bytes", at_most=1), ("not reproduced", None)),
        (Claim("fast", over="peer", at_least=1, metric="python_memory"), ("not tested", None)),
        (Claim("fast", over="base", at_least=1, on="big"), ("not tested", None)),
        (Claim("fast", over=BEST_PEER, at_least=2), ("reproduced", 2.0)),
        (Claim("fast", over="piece", at_most=2, metric="added_time"), ("reproduced", 1.0)),
        (Claim("peer", over="fast", metric="added_time", per=4, at_most=1), ("reproduced", 0.5)),
        (
            Claim("peer", over="fast", metric="added_time", per=2, at_most=0.9),
            ("not reproduced", 1.0),
        ),
        (Claim("fast", over="peer", metric="added_time", at_most=0.1), ("reproduced", -2.0)),
    ],
)
def test_verdicts(claim: Claim, expected: tuple[str, float | None]) -> None:
    found, value, _ = verdict(claim)
    assert found == expected[0]
    if expected[1] is not None:
        assert value == pytest.approx(expected[1])


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
    claim = Claim("fast", over="peer", at_least=1, on="w")
    changed = replace(ROWS[who], status=status, reason="because")
    found, value, reason = verdict(claim, **{who: changed})
    assert (found, value, reason) == (expected, None, f"{who}: because")


@pytest.mark.parametrize("bar", [2, 3])
def test_a_bar_within_the_interval_is_within_noise(bar: float) -> None:
    wide = replace(ROWS["fast"], seconds=(1.0, 20.0, 4.0))
    assert verdict(Claim("fast", over="base", at_least=bar), fast=wide)[:2] == ("within noise", 2.5)
    assert verdict(Claim("fast", over="base", at_most=bar), fast=wide)[0] == "within noise"
    assert verdict(Claim("fast", over="base", at_least=0.5), fast=wide)[0] == "reproduced"
    assert verdict(Claim("fast", over="base", at_least=50), fast=wide)[0] == "not reproduced"


def test_claims_judged_again_follow_the_declaration_and_leave_the_samples() -> None:
    published = Claim("fast", over="base", at_least=6, kind="published", note="elsewhere")
    study = replace(study_with(published), title="A title", analysis="An analysis.")
    before = Run("qpp", "quick", "", {}, (StudyResult("s", "S", "?", workloads=(workload(),)),))
    after = judge_again(before, {"s": study})
    (result,) = after.studies
    (claim,) = result.claims
    assert (claim.verdict, claim.kind, claim.note) == ("not reproduced", "published", "elsewhere")
    assert (result.title, result.analysis) == ("A title", "An analysis.")
    assert result.workloads == (workload(),)
    assert not after.missed(), "a published figure is not a bar"
    strict = study_with(Claim("fast", over="base", at_least=6))
    assert len(judge_again(before, {"s": strict}).missed()) == 1
    assert judge_again(before, {}) == before


def test_a_claim_on_all_workloads_leaves_out_those_where_one_side_does_not_apply() -> None:
    left_out = replace(ROWS["fast"], status="not applicable")
    study = study_with(Claim("fast", over="base", at_least=1))
    assert judge_claims(study, [workload(fast=left_out)]) == ()


def test_the_best_peer_is_the_fastest_that_agrees() -> None:
    slow, quick = row("slow", 8.0, "peer"), row("quick", 3.0, "peer")
    claim = Claim("fast", over=BEST_PEER, at_least=2)
    message, value, reason = verdict(claim, slow=slow, quick=quick)
    assert (message, value) == ("not reproduced", pytest.approx(1.5))
    assert "the fastest is quick" in reason
    wrong = {"quick": replace(quick, status="disagrees"), "slow": slow}
    assert verdict(claim, **wrong)[:2] == ("reproduced", pytest.approx(2.0))
    gone = {n: replace(r, status="unavailable") for n, r in ROWS.items() if n == "peer"}
    assert verdict(claim, **gone)[0] == "not tested"


def test_where_only_agreement_is_checked_no_claim_is_judged() -> None:
    study = study_with(
        Claim("fast", over="base", at_least=1e9, metric="python_memory"),
        Claim("fast", over="base", at_least=5, on="big"),
    )
    (result,) = unjudged(study, [workload()])
    expected = ("not tested", None, "only agreement was checked")
    assert (result.verdict, result.measured, result.reason) == expected
