"""Further profilers keep to the time that the audit may take; what makes figures uncertain."""

import dataclasses
import time
from pathlib import Path

import pytest

from audit_places import place
from qpp.audit import scalene
from qpp.audit.client import Client
from qpp.audit.counts import Calls, with_counts
from qpp.audit.execution import Execution
from qpp.audit.judging import crowd, order_notes, run_notes
from qpp.audit.locating import Located
from qpp.audit.measure import _Measurement
from qpp.audit.monitor import Activity
from qpp.audit.pyspy import Profile
from qpp.audit.stacks import Frame, Span

LIMIT = 300.0
BARE = Execution(10.0, 0, False, "", "")  # so an audit may take 80 s, and runs 78 s of them


@pytest.mark.parametrize(
    ("spent", "slowdown", "seconds", "limit", "reason"),
    [
        (18.0, 3.0, 30.0, 60.0, ""),
        (18.0, 3.0, 60.0, 60.0, "timed out after 60 s"),
        (60.0, 3.0, 30.0, 0.0, "not run: it would take too long"),
        (100.0, 0.0, 30.0, LIMIT, ""),  # asked for
    ],
)
def test_a_further_profiler_is_stopped_or_left_out(
    tmp_path: Path, spent: float, slowdown: float, seconds: float, limit: float, reason: str
) -> None:
    (tmp_path / "a.py").write_text("1\n")
    limits = [0.0]

    def collect(client: Client, *, time_limit: float, stdin: object) -> tuple[Execution, str]:
        limits.append(time_limit)
        return Execution(seconds, 0, seconds >= time_limit - 1.0, "", ""), "an answer"

    client = Client("script", "a.py", cwd=tmp_path)
    one = _Measurement(client, 3, LIMIT, None, lambda text: None, None, time.monotonic() - spent)
    one.bare.append(BARE)
    assert one.further("cProfile", "calls", collect, slowdown) == (None if reason else "an answer")
    assert limits[-1] == pytest.approx(limit, abs=1.0)
    assert one.profilers[0].reason == reason


def test_a_system_that_does_not_tell_waiting_is_named() -> None:
    for activity, told in ((None, False), (Activity(), True)):
        notes = run_notes([BARE], [[Profile(BARE, (), 100, 100, activity)]] * 3, samples=1e4)
        assert any("does not tell when a program waits" in note for note in notes) != told


def test_runs_that_differ_few_runs_and_few_samples_are_named() -> None:
    shown = (Span(1, 1, 0.0, 10.0, ()),)
    profiles = [[Profile(BARE, shown, 100, 1000, Activity())]] * 3
    longer = dataclasses.replace(BARE, seconds=12.0)
    slow = [[Profile(BARE, shown, 100, 500, Activity())]] * 3
    assert run_notes([BARE, BARE], profiles, samples=1e4) == []
    for bare, of, samples, told in (
        ([BARE, longer], profiles, 1e4, "from 10.00 s to 12.00 s"),
        ([BARE], profiles[:2], 1e4, "use --runs 3"),
        ([BARE], slow, 1e4, "fewer samples than asked for"),
        ([BARE], profiles, 100.0, "100 samples of work: the shares are rough"),
        ([dataclasses.replace(BARE, time_limit_reached=True)], profiles, 1e4, "time limit"),
    ):
        (note,) = run_notes(bare, of, samples)
        assert told in note


def test_an_order_that_changed_in_one_run_is_named() -> None:
    one = place("a = f()  #: 50\n")
    for shares, changed in (((0.3, 0.3, 0.3), 0), ((0.3, 0.45, 0.3), 1), ((0.3, 0.41, 0.3), 0)):
        found = order_notes([Located(one, (0.4, 0.4, 0.4)), Located(one, shares)])
        assert len(found) == changed


def test_threads_and_processes_at_work_are_counted() -> None:
    work, idle = (Frame("f", "/client/a.py", 1),), ()
    spans = [Span(1, 1, 0.0, 1.0, work), Span(1, 2, 0.0, 1.0, work), Span(5, 5, 0.0, 1.0, work)]
    spans += [Span(1, 3, 0.0, 1.0, idle), Span(7, 7, 0.0, 1.0, idle)]
    assert crowd([[Profile(BARE, tuple(spans), 100, 100)]], bool) == (2, 2)
    assert crowd([[Profile(BARE, (one,), 100, 100) for one in spans]], bool) == (1, 1)


TWO = """
def first(x):
    return f(x)  #: 50

def second(x):
    return g(x)  #: 50
"""


@pytest.mark.parametrize(
    ("theirs", "waits", "told"), [(50, 0, 0), (40, 0, 0), (20, 0, 2), (20, 1, 0)]
)
def test_functions_on_which_scalene_differs_are_named(theirs: int, waits: int, told: int) -> None:
    both = [place(part, waiting=0.4 * waits) for part in _halves(TWO)]
    percent = {("client.py", 2): float(theirs), ("client.py", 5): 100.0 - theirs}
    notes = scalene.differing(both, percent, {})
    assert len(notes) == told and all("by scalene" in note for note in notes)


def _halves(text: str) -> list[str]:
    """The text with the time at its first line, and at its second."""
    first, _, second = text.partition("#: 50")
    return [f"{first}#: 50{second.replace('  #: 50', '')}", f"{first}{second}"]


LOOP = """
for x in xs:           #>
    y = work(x)        #: 60
    if y:
        again(y)       #: 30
again(0)
"""


def test_passes_of_a_loop_are_the_calls_that_only_each_pass_makes() -> None:
    made = {("client.py", 1, "<module>"): {"work": 500, "again": 301}}
    for text, passes in ((LOOP, 500), (LOOP.replace("again(0)", "work(0)"), None)):
        (one,) = with_counts([place(text)], Calls({}, made))
        assert one.count == passes


def test_a_statement_runs_as_often_as_its_function_but_in_a_loop() -> None:
    calls = Calls({("client.py", 1, "f"): 7}, {})
    looped = "def f(xs):\n    for x in xs:\n        y = work(x)  #: 60\n"
    for text, count in ((looped, None), ("def f(xs):\n    y = work(xs)  #: 60\n", 7)):
        (one,) = with_counts([place(text)], calls)
        assert (one.count, one.called) == (count, 7)
