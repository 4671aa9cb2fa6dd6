"""Lines are grouped into what a person would rewrite as one."""

import ast
import dataclasses
from pathlib import Path

from qpp.audit.attribution import Charge
from qpp.audit.grouping import Grouping
from qpp.audit.locating import locate
from qpp.audit.source import Source
from qpp.audit.stacks import Frame
from qpp.audit.tally import Amounts, Tally, interval

FILE = "/client/main.py"
TEXT = """\
import numpy as np
def step(values):
    total = 0.0
    for value in values:
        total += value
        total *= 0.5
    return total
def features(frame):
    a = frame.mean()
    b = frame.std()
    return a, b
for day in range(10):
    for hour in range(24):
        step([day, hour])
x = step([1.0])
y = features(x)
"""


def tallied(visits: list[int], seconds: float = 0.01) -> Tally:
    """A run in which the samples found these lines, one after the other."""
    charges: dict[Charge, Amounts] = {}
    for line in visits:
        charge = Charge((Frame("f", FILE, line),))
        charges[charge] = charges.get(charge, Amounts()) + Amounts(seconds, seconds)
    return Tally(charges, 0.0, (tuple(((FILE, line), seconds) for line in visits),), 1 / seconds)


def groups(visits: list[int], text: str = TEXT) -> list[tuple[str, int, int]]:
    source = Source(Path(FILE), text)
    found = Grouping([tallied(visits)], {FILE: source}).groups()
    return sorted(
        (type(g.node).__name__, g.node.lineno, g.node.end_lineno or 0)  # type: ignore[attr-defined]
        for g in found
    )


def test_statements_of_a_loop_that_alternate_are_the_loop() -> None:
    assert groups([4, 5, 6] * 20) == [("For", 4, 6)]


def test_moments_without_samples_do_not_take_a_loop_apart() -> None:
    visits = [((FILE, line), 0.01) for line in [4, 5, 6] * 20]
    for number, line in enumerate([4, 5, 6] * 2):
        visits.insert(10 * number, ((FILE, line), 1.0))
    run = dataclasses.replace(tallied([4, 5, 6]), visits=(tuple(visits),))
    (found,) = Grouping([run], {FILE: Source(Path(FILE), TEXT)}).groups()
    assert isinstance(found.node, ast.For)


def test_one_hot_statement_of_a_short_loop_is_the_loop() -> None:
    assert groups([5] * 50) == [("For", 4, 6)]


def test_statements_that_run_one_after_the_other_stay_apart() -> None:
    apart = [("Assign", 9, 9), ("Assign", 10, 10)]
    assert groups([9] * 50 + [10] * 50) == apart
    assert groups(([9] * 20 + [10] * 20) * 3) == apart  # a few changes are no alternation


def test_statements_of_a_function_that_alternate_are_the_function() -> None:
    assert groups([9, 10] * 50) == [("FunctionDef", 8, 11)]


def test_a_nest_is_one() -> None:
    assert groups([14] * 50) == [("For", 12, 14)]


def test_the_top_of_a_file_is_never_one() -> None:
    assert groups([15, 16] * 50) == [("Assign", 15, 15), ("Assign", 16, 16)]


def test_a_long_function_is_never_one() -> None:
    body = "".join(f"    x{n} = {n}\n" for n in range(80))
    assert groups([2, 81] * 50, "def f():\n" + body) == [("Assign", 2, 2), ("Assign", 81, 81)]


def test_a_lines_share_bands_and_calls_reach_its_place() -> None:
    outer, line = Frame("<module>", FILE, 15), Frame("step", FILE, 5)
    charge = Charge((outer, line), "numpy.linalg.solve", (FILE, 9))
    other = Charge((Frame("<module>", FILE, 16),))
    runs = [
        Tally({charge: Amounts(3.0, 4.0, 1.0, 0.5), other: Amounts(1.0, 1.0)}, 0.0, (), 1000.0),
        Tally({charge: Amounts(2.0, 4.0, 1.0, 0.0), other: Amounts(2.0, 1.0)}, 0.0, (), 1000.0),
    ]
    source = Source(Path(FILE), TEXT)
    first, second = locate(runs, {FILE: source}, {(FILE, 5): (0.5, 1.0)})
    place = first.place
    assert isinstance(place.node, ast.For) and place.function == "step"
    assert (place.share.value, place.share.low, place.share.high) == (0.625, 0.5, 0.75)
    assert place.share.cpu == 0.8 and place.waiting == 0.0625
    assert (place.share.python, place.share.native, place.share.system) == (0.375, 0.375, 0.25)
    assert place.calls() == {"numpy.linalg.solve": 0.625}
    assert place.lines[0].callbacks == {(FILE, 9): 0.625}
    assert place.callers == ((source, 15),)
    assert second.shares == (0.25, 0.5)


def test_an_interval_is_the_range_of_the_runs_and_no_narrower_than_the_sampling() -> None:
    assert interval([0.4, 0.5, 0.6], samples=1e9) == (0.5, 0.4, 0.6)
    mean, low, high = interval([0.5, 0.5], samples=400)
    assert (mean, low, high) == (0.5, 0.45, 0.55)
    assert interval([1.0], samples=0) == (1.0, 1.0, 1.0)
