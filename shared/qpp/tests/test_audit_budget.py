"""Further profilers keep to the time that the audit may take; what makes figures uncertain."""

import time
from pathlib import Path

import pytest

from qpp.audit.client import Client
from qpp.audit.execution import Execution
from qpp.audit.judging import run_notes
from qpp.audit.measure import _Measurement
from qpp.audit.monitor import Activity
from qpp.audit.pyspy import Profile

LIMIT = 300.0
BARE = Execution(10.0, 0, False, "", "")  # so an audit may take 80 s


@pytest.mark.parametrize(
    ("spent", "slowdown", "seconds", "limit", "reason"),
    [
        (20.0, 3.0, 30.0, 60.0, ""),
        (20.0, 3.0, 60.0, 60.0, "timed out after 60 s"),
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
