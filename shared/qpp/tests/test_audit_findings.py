"""Findings: bounds against hand-made values, what is worth a change, the order of the roadmap."""

import dataclasses
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_places import place
from qpp.audit.document import Effort, Finding
from qpp.audit.findings import (
    bound,
    bound_together,
    expected_together,
    findings,
    first,
    not_found,
    nothing_worth,
    reachable,
    roadmap,
)
from qpp.audit.places import Place

ROWS = """
    for _, row in df.iterrows():             #: 30 iterrows=28
        total += row["price"] * row["size"]  #: 50 getitem=35
    """
LIBRARY = "y = np.linalg.eigvals(x)  #: 90 numpy.linalg._linalg.eigvals=90\n"
SLEEP = "for order in orders:\n    send(order)  #: 90\n"


@dataclass(frozen=True)
class Run:
    """A measurement, as far as findings need it."""

    places: tuple[Place, ...]
    bare_seconds: float = 10.0
    imports_share: float = 0.1


def test_bounds() -> None:
    assert bound(0.9, 100.0) == pytest.approx(1 / (0.1 + 0.009))
    assert bound(0.5, 2.0) == pytest.approx(4 / 3)
    assert bound(1.0, 20.0) == pytest.approx(20.0)
    # Half of a place becomes infinitely fast: the place at most twice as fast.
    assert reachable(1e12, 0.5) == pytest.approx(2.0)


@given(st.floats(0, 1), st.floats(1, 1e6), st.floats(0, 1))
def test_a_bound_is_at_least_one_and_never_above_its_gain(s: float, r: float, e: float) -> None:
    assert 1.0 <= bound(s, reachable(r, e)) <= bound(s, r) * (1 + 1e-12) <= r * (1 + 1e-9)


def test_a_finding_of_rows() -> None:
    one = place(ROWS)
    one = dataclasses.replace(one, share=dataclasses.replace(one.share, high=0.9))
    (found,) = findings(Run((one,)))
    assert (found.pattern, found.first_line, found.last_line) == ("iterrows", 1, 2)
    assert found.study == "polars_vs_pandas"
    assert found.study_ratio is not None and found.study_ratio > found.gain > 50
    assert found.bound == pytest.approx(bound(0.9, found.gain))
    assert found.expected <= bound(0.8, found.gain) < found.bound
    assert found.worth and found.caution and found.evidence[0].startswith("lines 1–2, `for _, row")
    assert "iterrows" not in not_found([found]) and "polars_udf" in not_found([found])


def test_library_and_waiting_promise_nothing() -> None:
    found = findings(Run((place(LIBRARY, python=0.02), place(SLEEP, waiting=0.88))))
    assert [f.pattern for f in found] == ["library_bound", "waiting"]
    assert [(f.bound, f.worth) for f in found] == [(1.0, False), (1.0, False)]
    assert nothing_worth(found) and not first(found) and not roadmap(found)
    assert bound_together(found) == pytest.approx(1.0)


def test_the_part_that_waits_is_not_promised() -> None:
    whole, half = (findings(Run((place(ROWS, waiting=w),)))[0] for w in (0.0, 0.36))
    assert half.bound == pytest.approx(bound(0.8, reachable(100.0, 0.55)), rel=0.01)
    assert half.bound < whole.bound
    (busy,) = findings(Run((place(ROWS, waiting=0.02),)))
    assert busy.bound == whole.bound and busy.expected < whole.expected


@given(st.floats(0.01, 1), st.floats(0, 0.2), st.floats(0, 1))
def test_what_is_expected_is_never_above_the_bound(share: float, more: float, part: float) -> None:
    one = made(share, 20.0, "days")
    expected = bound(share, reachable(20.0, part))
    high = min(1.0, share + more)
    one = dataclasses.replace(one, expected=expected, share_high=high, bound=bound(high, 20.0))
    assert 1.0 <= one.expected <= one.bound * (1 + 1e-12)
    several = [one] * 3
    assert expected_together(several) <= bound_together(several) * (1 + 1e-9) <= 20.0 * (1 + 1e-6)


def test_who_calls_a_function_and_how_often() -> None:
    text = "for day in days:\n    mark(day)\n\ndef mark(day):\n    total += day * 2  #: 90\n"
    one = place(text)
    one = dataclasses.replace(one, callers=((one.source, 2),), called=2012)
    (found,) = findings(Run((one,)))
    assert "called 2,012 times, from client.py, line 2" in found.evidence
    assert (found.pattern, found.title) == (
        "python_number_loop",
        "a small Python function called many times",
    )


def test_texts_fit_code_that_simulates_one_path_at_a_time_and_little_is_no_absence() -> None:
    paths = """
        import numpy as np
        rng = np.random.default_rng(1)
        for _ in range(paths):  #: 2
            draws = rng.standard_normal(STEPS)         #: 20
            logs = np.cumsum(drift + deviation * draws)  #: 30 numpy._core.fromnumeric.cumsum=8
            payoff = max(np.mean(np.exp(logs)) - strike, 0.0)  #: 28
            label = copy.deepcopy(logs)                #: 3 copy.deepcopy=3
        """
    (found,) = findings(Run((place(paths, python=0.35, count=400_000),)))
    assert found.pattern == "float64_cpu_monte_carlo" and "one path" in found.title
    assert "array of all paths" not in found.mechanism
    assert found.traces == ("deep_copy",) and "deep_copy" not in not_found([found])


def made(share: float, gain: float, effort: Effort, low: float | None = None) -> Finding:
    """A finding with some values."""
    (found,) = findings(Run((place(ROWS),)))
    return dataclasses.replace(
        found,
        share=share,
        share_low=low or share,
        share_high=share,
        gain=gain,
        expected=bound(share, gain),
        effort=effort,
        bound=bound(share, gain),
    )


def test_together_and_in_the_order_of_the_roadmap() -> None:
    days, hours = made(0.5, 10.0, "days"), made(0.3, 10.0, "hours")
    together = bound_together([days, hours])
    assert together == pytest.approx(1 / (0.2 + 0.08))
    assert together > max(days.bound, hours.bound)
    # 0.37 times faster for half a day comes before 0.82 for three.
    assert roadmap([days, hours]) == (hours, days)
    assert first([days, hours, days, hours]) == (days, hours, days)
    assert bound_together([made(0.9, 10.0, "days")] * 2) == pytest.approx(10.0)


def test_a_share_that_is_not_sure_is_not_worth_it() -> None:
    low, high = (place(ROWS.replace("30", "8").replace("50", "5")), place(ROWS))
    found = findings(Run((high, low)))
    assert [f.worth for f in found] == [True, True]
    unsure = dataclasses.replace(low, share=dataclasses.replace(low.share, low=0.01))
    assert not findings(Run((unsure,)))[0].worth
