"""Errors of a declaration name the field."""

import re
from typing import Any

import pytest

import toy_study
from qpp import Agreement, Claim, Implementation, Limit, Study, StudyError, Workload

A, B = Implementation("a", len), Implementation("b", len)
W = Workload("w", dict, quick=True)


def make(**changes: Any) -> Study:
    given: dict[str, Any] = {
        "name": "s",
        "question": "?",
        "workloads": [W],
        "baseline": A,
        "optimised": [B],
    }
    return Study(**{**given, **changes})


def part_of(part: Any) -> Any:
    return Implementation("a", len, quick_part=part).ready({"x": [1] * 3, "n": 3}, quick=True)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: make(name="with space"), "name='with space'"),
        (lambda: make(name=""), "name=''"),
        (lambda: make(workloads=[]), "no workload"),
        (lambda: make(workloads=[W, W]), "workload named twice: w"),
        (lambda: make(peers=[B]), "implementation named twice: b"),
        (lambda: make(claims=[Claim("absent", over="a", at_least=1)]), "claim names 'absent'"),
        (lambda: make(claims=[Claim("b", over="absent", at_least=1)]), "claim names 'absent'"),
        (lambda: make(claims=[Claim("b", over="a", at_least=1, on="v")]), "unknown workload 'v'"),
        (lambda: make(optimised=[Implementation("b", len, only=("v",))]), "unknown workload 'v'"),
        (lambda: make(limits=[Limit("c", lambda i, s: 1.0, only=("v",))]), "unknown workload 'v'"),
        (lambda: make(time_limit=0), "time_limit=0"),
        (lambda: make(time_limit=float("nan")), "time_limit=nan"),
        (lambda: Workload("", dict), "name is empty"),
        (lambda: Workload("w", 3), "not callable"),  # type: ignore[arg-type]
        (lambda: Workload("w", list).inputs(), "expected a mapping"),  # type: ignore[arg-type]
        (lambda: Implementation("", len), "name is empty"),
        (lambda: Implementation("a", 3), "not callable"),  # type: ignore[arg-type]
        (lambda: Implementation("a", len, threads=-1), "threads=-1"),
        (lambda: Implementation("a", len, threads=10**9), "threads=1000000000, expected 0"),
        (lambda: Agreement(atol=-1), "atol=-1"),
        (lambda: Agreement(rtol=float("nan")), "rtol=nan"),
        (lambda: Claim("a", over="b"), "at_least or at_most"),
        (lambda: Claim("a", over="b", at_least=1, at_most=2), "at_least or at_most"),
        (lambda: Claim("a", over="b", at_least=float("nan")), "bar nan is not finite"),
        (lambda: Claim("a", over="b", at_most=float("inf")), "bar inf is not finite"),
        (lambda: Claim("a", at_least=1), "over=None"),
        (lambda: Claim("a", over="b", at_most=1, metric="resident_per_output"), "over='b'"),
        (lambda: Claim("a", at_most=1, metric="added_time"), "over=None"),
        (lambda: Claim("a", over="b", at_most=1, metric="added_time", per=0), "per=0"),
        (lambda: Claim("a", over="b", at_least=1, metric="beauty"), "metric='beauty'"),  # type: ignore[arg-type]
        (lambda: part_of(lambda i: i), "'a': part gave a dict, expected (inputs, how many"),
        (lambda: part_of(lambda i: (3, 2)), "part gave a tuple, expected"),
        (lambda: part_of(lambda i: (i, 0)), "part gave 0 parts, expected an int from 1 to"),
        (lambda: part_of(lambda i: (i, 2.0)), "part gave 2.0 parts"),
        (lambda: part_of(lambda i: (i, 10**5000)), "part gave too many parts"),
        (lambda: part_of(lambda i: ({"x": [1] * 4, "n": 9}, 2)), "larger than the whole: x"),
    ],
)
def test_an_error_names_the_field(build: Any, message: str) -> None:
    with pytest.raises(StudyError, match=re.escape(message)):
        build()


def test_presets_roles_and_lookups() -> None:
    study = toy_study.study
    assert [w.name for w in study.selected(full=False)] == ["n=500", "n=5000"]
    assert len(study.selected(full=True)) == 3
    assert make(workloads=[Workload("only", dict)]).selected(full=False)[0].name == "only"
    roles = [i.role for i in make(peers=[Implementation("c", len)]).implementations()]
    assert roles == ["baseline", "optimised", "peer"]
    with pytest.raises(KeyError, match="loop, numpy"):
        study.implementation("x")
    with pytest.raises(KeyError, match="n=500"):
        study.workload("x")


@pytest.mark.parametrize(
    "module", ["no_such_module", "no_such.sub.module", "math.nothing", "", "..", "__main__.x"]
)
def test_a_missing_or_invalid_module_is_a_reason(module: str) -> None:
    reason = Implementation("a", len, needs=("math", module)).unavailable()
    assert reason == f"needs {module} (make peers)"
    assert A.unavailable() is None


def test_agreement_in_words() -> None:
    assert Agreement().describe() == "equal"
    bounds = Agreement(atol=1e-12, outputs={"equity": Agreement(atol=6e-8, rtol=6e-14)})
    assert bounds.describe() == ("equity: |a-b| <= max(6e-08, 6e-14*|b|); otherwise |a-b| <= 1e-12")


def test_a_workload_without_its_data_says_how_to_install_them() -> None:
    workload = Workload("prices", dict, needs="no_such_package")
    assert workload.unavailable() == (
        "needs no_such_package (pip install --no-deps no_such_package)"
    )
    assert Workload("made", dict).unavailable() is None
