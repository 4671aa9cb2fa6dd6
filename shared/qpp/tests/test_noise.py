"""The noise floor: what it is worth, and which verdicts it decides."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qpp import Claim, Implementation, Study, Workload
from qpp.results import ClaimResult, Interval, Row, WorkloadResult
from qpp.statistics import is_noise, noise_floors
from qpp.verdict import judge_claims

SAMPLES = (10.0, 10.0, 10.0)
BASE = Row("base", "baseline", 1, "ok", seconds=SAMPLES, rounds=(0, 1, 2), python_peak=1000)
FAST = replace(BASE, implementation="fast", role="optimised", seconds=(2.0, 2.0, 2.0))
FAST = replace(FAST, python_peak=800)


def judged(claim: Claim, base: Row = BASE) -> ClaimResult:
    """The verdict where the ratio is 5 without scatter, the code against itself within 1.1."""
    study = Study(
        "s",
        "?",
        [Workload("w", dict, quick=True)],
        Implementation("base", len),
        [Implementation("fast", len)],
        claims=[claim],
    )
    noise = Interval(1.02, 0.98, 1.1, 9)
    (found,) = judge_claims(study, [WorkloadResult("w", {}, (base, FAST), noise)])
    return found


def test_the_noise_floor_is_what_the_control_shows_and_at_least_the_median_of_the_study() -> None:
    def floors(*controls: tuple[float, float] | None) -> list[float]:
        made = [
            WorkloadResult(f"w{i}", {}, (), Interval(1.0, *ends, 9) if ends else None)
            for i, ends in enumerate(controls)
        ]
        return list(noise_floors(made).values())

    assert floors((1.0, 1.001), (0.95, 1.04), (0.98, 2.15)) == pytest.approx(
        [1 / 0.95 - 1, 1 / 0.95 - 1, 1.15]
    )
    assert floors((0.8, 0.9)) == pytest.approx([0.25])
    assert floors((1.0, 1.1), None) == pytest.approx([0.1, 0.1])
    assert floors(None, (0.0, 1.0), (-1.0, 1.0), (1.0, float("inf"))) == [0.0] * 4
    assert floors() == []


@given(st.floats(1e-6, 1e6), st.floats(0, 10))
def test_a_ratio_and_its_inverse_are_noise_alike(ratio: float, floor: float) -> None:
    off = max(ratio, 1 / ratio) - 1
    assert off == pytest.approx(floor) or is_noise(ratio, floor) == is_noise(1 / ratio, floor)
    assert is_noise(1.0, floor) == (floor > 0)
    assert not is_noise(0.0, floor)


@pytest.mark.parametrize(
    ("bar", "expected"),
    [(4.9, "within noise"), (5.1, "within noise"), (4.5, "reproduced"), (5.6, "not reproduced")],
)
def test_a_bar_nearer_than_the_noise_floor_is_within_noise(bar: float, expected: str) -> None:
    found = judged(Claim("fast", over="base", at_least=bar))
    reason = "nearer to the bar than the noise floor, 10 %" if "noise" in expected else ""
    assert (found.verdict, found.reason) == (expected, reason)


def test_the_noise_of_times_says_nothing_about_memory() -> None:
    claim = Claim("fast", over="base", at_least=1.24, metric="python_memory")
    assert judged(claim).verdict == "reproduced"


def test_a_claim_says_which_times_were_extrapolated() -> None:
    found = judged(Claim("fast", over="base", at_least=2), replace(BASE, parts=40))
    assert (found.verdict, found.reason) == ("reproduced", "base: 1 part in 40 run")
