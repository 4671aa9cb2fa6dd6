"""Each pattern is named where it is hot, and not where it is cold, absent or needed.

The cases are in the folder ``audit_cases``, marked as ``audit_places`` says. The heading of one is
``## PATTERN WORDS`` where the pattern must be the first named, and ``## not PATTERN`` where it must
not be named; ``, python PART`` gives the interpreter's part of the processor time.
"""

import dataclasses
import re
from pathlib import Path

import pytest

from audit_places import patterns, place
from qpp.audit.rules._view import View
from qpp.audit.source import Source

CASE = re.compile(r"^## (?:(not) )?(\w+)(.*?)(?:, python ([\d.]+))?\n(.*?)(?=^## |\Z)", re.M | re.S)
CASES = [
    found.groups()
    for path in sorted(Path(__file__).with_name("audit_cases").glob("*.txt"))
    for found in CASE.finditer(path.read_text(encoding="utf-8"))
]
SHOWN = {
    pattern + words: (pattern, text, float(python or 0.9))
    for absent, pattern, words, python, text in CASES
    if not absent
}
ABSENT = [
    pytest.param(pattern, text, float(python or 0.0), id=f"{pattern}-{number}")
    for number, (absent, pattern, _, python, text) in enumerate(CASES)
    if absent
]


@pytest.mark.parametrize("case", SHOWN)
def test_named_where_it_is_hot(case: str) -> None:
    pattern, text, python = SHOWN[case]
    assert patterns(text, python=python)[0] == pattern


@pytest.mark.parametrize(("pattern", "text", "python"), ABSENT)
def test_not_named_where_it_is_cold_absent_or_needed(
    pattern: str, text: str, python: float
) -> None:
    for part in (python,) if python else (0.05, 0.45, 0.9):
        assert pattern not in patterns(text, python=part)


def test_a_recurrence_is_named_as_one() -> None:
    text = next(text for _, pattern, _, _, text in CASES if "def garch" in text)
    assert patterns(text, python=0.8)[0] == "python_number_loop"


def test_a_few_windows_are_read_in_full_anyway() -> None:
    text = """
        for shift in range(n):  #>
            out.append(np.std(x[shift * 100 :]))  #: 90 numpy._core.fromnumeric.std=85
        """
    for count, expected in ((4, False), (4_000, True)):
        assert ("window_recompute" in patterns(text, python=0.2, count=count)) == expected


def test_the_time_of_a_pass_tells_small_arrays_from_large_ones() -> None:
    _, text, python = SHOWN["small_array_numpy"]
    for seconds, expected in ((1.0, True), (100.0, False)):
        found = patterns(text, python=python, count=50_000, seconds=seconds)
        assert ("small_array_numpy" in found) == expected
    # The function as a place, whose count is not the loop's: Python's part decides.
    whole = text.replace("b: np.ndarray):", "b: np.ndarray):  #>")
    for part, expected in ((0.4, True), (0.1, False)):
        found = patterns(whole, python=part, count=1, seconds=1.0)
        assert ("small_array_numpy" in found) == expected


def test_waiting_is_named_and_promises_nothing() -> None:
    text = "import time\nfor order in orders:\n    time.sleep(0.1)  #: 90\n"
    assert patterns(text, waiting=0.88)[0] == "waiting"


def test_independent_passes_that_are_long_enough_for_a_process() -> None:
    text = """
        from scipy.optimize import minimize
        def fit(asset):
            return minimize(loss, asset)  #: 90 scipy.optimize._minimize.minimize=90
        results = {}
        for asset in assets:  #>
            results[asset] = fit(asset)
        """
    for seconds, expected in ((10.0, True), (0.01, False)):
        found = patterns(text, python=0.1, count=20, seconds=seconds)
        assert ("serial_independent_work" in found) == expected


def test_paths_that_the_interpreter_computes_are_no_work_on_arrays() -> None:
    _, text, _ = SHOWN["float64_cpu_monte_carlo"]
    for python, expected in ((0.4, True), (0.6, False)):
        assert ("float64_cpu_monte_carlo" in patterns(text, python=python)) == expected


def test_what_a_loop_iterates_over_has_the_time_of_its_header() -> None:
    view = View(place("for x in sorted(xs):  #: 10\n    f(x)  #: 70\n"))
    (call,) = view.calls("sorted")
    assert view.span(call) == (1, 1) and view.heat(call) == pytest.approx(1 / 8)
    assert view.span(view.place.node) == (1, 2)


def test_what_was_counted_often_is_repeated_without_a_loop() -> None:
    for count, expected in ((60, True), (10, False), (None, False)):
        view = View(place("def f(x):\n    y = g(x)  #: 90\nf(1)\n", python=0.1, count=count))
        assert view.repeated(view.place.node) == expected


def test_what_is_called_in_a_loop_of_another_file_is_repeated() -> None:
    one = place("def f(x):\n    y = g(x)  #: 90\n", python=0.1)
    for text, line, expected in (("for x in xs:\n    f(x)\n", 2, True), ("f(1)\n", 1, False)):
        callers = ((Source(Path("main.py"), text), line),)
        view = View(dataclasses.replace(one, callers=callers))
        assert view.repeated(one.node) == expected


def test_what_no_rule_names() -> None:
    text = "y = np.linalg.svd(x)  #: 90 numpy.linalg.svd=90\n"
    assert patterns(text, python=0.02) == ["library_bound"]
    assert patterns("tree = build(names)  #: 90\n", python=0.95) == ["unrecognised"]


def test_what_searches_a_container_is_no_arithmetic_and_writing_dates_no_parsing() -> None:
    book = """
        def reduce(self, order):
            self.active = list(self.active)
            if order not in self.active:  #: 45
                return
            self.size -= order.size       #: 5
            self.active.remove(order)     #: 45
        """
    found = patterns(book, count=1000)
    assert found[0] == "list_membership" and "python_number_loop" not in found
    for written in ("message.time.strftime(HOUR)", "time.strftime(HOUR, message.time)"):
        hours = f"import time\ndef hour(self, message):\n    hours.append({written})  #: 90\n"
        assert "datetime_parsing" not in patterns(hours, count=1000)
