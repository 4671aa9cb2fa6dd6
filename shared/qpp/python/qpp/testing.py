"""The tests that every study has: each implementation on each quick workload.

A study's ``test_correctness.py`` is then::

    from qpp.testing import agreement_test
    from my_study.study import study

    test_agreement = agreement_test(study)

and its ``test_benchmark.py`` the same with :func:`benchmark_test`.

What cannot run here is skipped with its reason, and a baseline that declares a ``quick_part``
runs that. These run in the test's own process: the harness measures in workers, these check and
time the same callables directly.
"""

from collections.abc import Callable
from typing import Any

import pytest

from qpp.parity import Array, as_outputs, compare, compare_part
from qpp.results import ParityResult
from qpp.study import Implementation, Inputs, Study, Workload

Expected = tuple[Inputs, dict[str, Array]]


def outputs_of(implementation: Implementation, inputs: Inputs) -> dict[str, Array]:
    """Prepare, call and collect, as a worker of the quick preset does."""
    return _collected(implementation, _prepared(implementation, inputs)())


def check_agreement(study: Study, workload: str, implementation: str) -> ParityResult:
    """Compare one implementation with the baseline on one workload."""
    chosen = study.implementation(implementation)
    inputs, expected = _expected(study, workload)
    return _compared(study, chosen, outputs_of(chosen, inputs), expected)


def agreement_test(study: Study, *, full: bool = False) -> Callable[..., None]:
    """A parametrised test: each implementation agrees with the baseline on each workload."""

    @pytest.mark.parametrize(
        ("workload", "implementation"), _cases(study, full=full, baseline=False)
    )
    def test(workload: str, implementation: str) -> None:
        chosen = study.implementation(implementation)
        _skip_unavailable(chosen, study.workload(workload))
        result = check_agreement(study, workload, implementation)
        assert result.agrees, result.reason

    return test


def benchmark_test(study: Study, *, full: bool = False) -> Callable[..., None]:
    """A parametrised pytest-benchmark test (marker ``benchmark``).

    Times each implementation on each workload and asserts that what was timed agrees
    with the baseline. Asserts nothing about time: claims are judged by ``qpp reproduce``.
    """

    @pytest.mark.benchmark
    @pytest.mark.parametrize(
        ("workload", "implementation"), _cases(study, full=full, baseline=True)
    )
    def test(workload: str, implementation: str, benchmark: Any) -> None:
        chosen = study.implementation(implementation)
        _skip_unavailable(chosen, study.workload(workload))
        benchmark.group = f"{study.name}: {workload}"
        cache = _outputs_of(study)
        if chosen.role == "baseline":  # the others are compared with this timed output
            inputs = study.workload(workload).inputs()
            output = benchmark.pedantic(_prepared(chosen, inputs), rounds=1, iterations=1)
            cache[workload] = (inputs, _collected(chosen, output))
            return
        inputs, expected = _expected(study, workload)
        output = benchmark.pedantic(_prepared(chosen, inputs), rounds=3, iterations=1)
        result = _compared(study, chosen, _collected(chosen, output), expected)
        assert result.agrees, result.reason

    marked: Callable[..., None] = test
    return marked


def _cases(study: Study, *, full: bool, baseline: bool) -> list[Any]:
    return [
        pytest.param(w.name, i.name, id=f"{w.name}-{i.name}")
        for w in study.selected(full=full)
        for i in study.implementations()
        if baseline or i.role != "baseline"
    ]


def _skip_unavailable(implementation: Implementation, workload: Workload) -> None:
    reason = implementation.unavailable()
    if reason is None and not implementation.applies_to(workload):
        reason = "left out on this workload"
    if reason is not None:
        pytest.skip(reason)


def _prepared(implementation: Implementation, inputs: Inputs) -> Callable[[], Any]:
    ready, _ = implementation.ready(inputs, quick=True)
    return lambda: implementation.call(**ready)


def _collected(implementation: Implementation, output: Any) -> dict[str, Array]:
    return as_outputs(output if implementation.collect is None else implementation.collect(output))


def _compared(
    study: Study, chosen: Implementation, outputs: dict[str, Array], expected: dict[str, Array]
) -> ParityResult:
    in_part = study.baseline.quick_part or chosen.quick_part
    by = compare_part if in_part else compare
    return by(outputs, expected, study.agreement, chosen.compare)


_CACHE: dict[int, tuple[Study, dict[str, Expected]]] = {}


def _outputs_of(study: Study) -> dict[str, Expected]:
    """Inputs and the baseline's outputs of each workload, computed once because loops are slow."""
    # By identity, and the study is kept with them: the id of a deleted object may be used again.
    return _CACHE.setdefault(id(study), (study, {}))[1]


def _expected(study: Study, workload: str) -> Expected:
    cache = _outputs_of(study)
    if workload not in cache:
        inputs = study.workload(workload).inputs()
        cache[workload] = (inputs, outputs_of(study.baseline, inputs))
    return cache[workload]
