"""Claims against rows: every way a verdict can come out."""

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
    # Faster than any peer, and none.
    "piece": row("piece", 1.0, "component"),
    "peer": row("peer", 4.0, "peer", python_peak=None, resident_growth=None),
    "floor": Row("floor", "limit", 1, "limit", median=1.0),
}


def verdict(claim: Claim, **changes: Row) -> tuple[str, float | None, str]:
    study = Study(
        "s",
        "?",
        [Workload("w", dict, quick=True), Workload("big", dict)],
        Implementation("base", len),
        [Implementation("fast", len)],
        peers=[Implementation("peer", len)],
        components=[Implementation("piece", len)],
        claims=[claim],
    )
    measured = WorkloadResult("w", {}, tuple({**ROWS, **changes}.values()))
    (result,) = judge_claims(study, [measured])
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
    """Whichever side of the bar the measured figure lies on."""
    wide = replace(ROWS["fast"], seconds=(1.0, 20.0, 4.0))
    assert verdict(Claim("fast", over="base", at_least=bar), fast=wide)[:2] == ("within noise", 2.5)
    assert verdict(Claim("fast", over="base", at_most=bar), fast=wide)[0] == "within noise"
    assert verdict(Claim("fast", over="base", at_least=0.5), fast=wide)[0] == "reproduced"
    assert verdict(Claim("fast", over="base", at_least=50), fast=wide)[0] == "not reproduced"


def test_claims_judged_again_follow_the_declaration_and_leave_the_samples() -> None:
    study = Study(
        "s",
        "?",
        [Workload("w", dict, quick=True)],
        Implementation("base", len),
        [Implementation("fast", len)],
        claims=[Claim("fast", over="base", at_least=6, kind="published", note="elsewhere")],
    )
    measured = WorkloadResult("w", {}, tuple(ROWS.values()))
    before = Run("qpp", "quick", "", {}, (StudyResult("s", "S", "?", workloads=(measured,)),))
    after = judge_again(before, {"s": study})
    (claim,) = after.studies[0].claims
    assert (claim.verdict, claim.kind, claim.note) == ("not reproduced", "published", "elsewhere")
    assert after.studies[0].workloads == (measured,)
    assert not after.missed(), "somebody else's figure is no bar of ours"
    strict = replace(study, claims=[Claim("fast", over="base", at_least=6)])
    assert len(judge_again(before, {"s": strict}).missed()) == 1
    assert judge_again(before, {}) == before


def test_a_claim_on_all_workloads_says_nothing_where_one_side_is_left_out() -> None:
    study = Study(
        "s",
        "?",
        [Workload("w", dict, quick=True)],
        Implementation("base", len),
        [Implementation("fast", len)],
        claims=[Claim("fast", over="base", at_least=1)],
    )
    left_out = replace(ROWS["fast"], status="not applicable")
    rows = tuple({**ROWS, "fast": left_out}.values())
    assert judge_claims(study, [WorkloadResult("w", {}, rows)]) == ()


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
    claims = [
        Claim("fast", over="base", at_least=1e9, metric="python_memory"),
        Claim("fast", over="base", at_least=5, on="big"),
    ]
    study = Study(
        "s",
        "?",
        [Workload("w", dict, quick=True), Workload("big", dict)],
        Implementation("base", len),
        [Implementation("fast", len)],
        claims=claims,
    )
    (message,) = unjudged(study, [WorkloadResult("w", {}, tuple(ROWS.values()))])
    assert (message.verdict, message.measured, message.reason) == (
        "not tested",
        None,
        "only agreement was checked",
    )
