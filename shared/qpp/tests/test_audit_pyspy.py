"""Traces of py-spy: stacks that last to the end, threads by name, forked processes apart."""

import sys
from pathlib import Path
from typing import Any

import pytest

from qpp.audit import AuditError, pyspy
from qpp.audit.attribution import Charging
from qpp.audit.client import Client
from qpp.audit.execution import Command, Execution
from qpp.audit.tally import tally


class Recorder:
    """Writes events as py-spy does: one stack for each address, and its differences."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._stacks: dict[int, list[tuple[str, str, int]]] = {}

    def sample(self, address: int, pid: int, ts: int, *frames: tuple[str, str, int]) -> None:
        before = self._stacks.get(address, [])
        same = 0
        while same < min(len(before), len(frames)) and before[same] == frames[same]:
            same += 1
        for frame in reversed(before[same:]):
            self._add("E", address, pid, ts, frame)
        for frame in frames[same:]:
            self._add("B", address, pid, ts, frame)
        self._stacks[address] = list(frames)

    def _add(self, ph: str, address: int, pid: int, ts: int, frame: tuple[str, str, int]) -> None:
        args = {"filename": frame[1], "line": frame[2]}
        self.events.append(
            {"ph": ph, "pid": pid, "tid": address, "ts": ts, "name": frame[0], "args": args}
        )


def thread(tid: int, name: str = "") -> tuple[str, str, int]:
    return f"thread ({tid})" + (f": {name}" if name else ""), "", 0


A, B = ("f", "/client/a.py", 1), ("g", "/client/a.py", 2)


def seen(recorder: Recorder) -> dict[tuple[int, int, str], float]:
    total: dict[tuple[int, int, str], float] = {}
    for span in pyspy.spans(recorder.events):
        key = (span.pid, span.tid, span.stack[-1].name)
        total[key] = round(total.get(key, 0.0) + span.stop - span.start, 6)
    return total


def test_the_last_stack_lasts_to_the_end_of_the_trace() -> None:
    recorder = Recorder()
    recorder.sample(7, 1, 1_000_000, thread(1), A)
    recorder.sample(7, 1, 2_000_000, thread(1, "MainThread"), A)  # its name was read later
    recorder.sample(7, 1, 3_000_000, thread(1, "MainThread"), B)
    recorder.sample(7, 1, 9_000_000)
    assert seen(recorder) == {(1, 1, "f"): 2.0, (1, 1, "g"): 6.0}


def test_forked_processes_that_share_an_address_are_apart() -> None:
    recorder = Recorder()
    for tick in range(1, 5):
        recorder.sample(7, 1, tick * 1_000_000, ("process 1", "", 0), thread(1), A)
        recorder.sample(7, 2, tick * 1_000_000 + 1, ("process 2", "", 0), thread(2), B)
    recorder.sample(7, 2, 5_000_000)
    assert seen(recorder) == {(1, 1, "f"): 4.0, (2, 2, "g"): 3.999999}


def profiled(folder: Path, monkeypatch: pytest.MonkeyPatch, *said: str) -> pyspy.Profile:
    """By a py-spy that writes an empty trace in the run in which it says nothing."""
    errors = list(said)

    def run(command: Command, **_: object) -> Execution:
        error = errors.pop(0)
        if not error:
            Path(command.words[command.words.index("--output") + 1]).write_text("[]")
        wrote = "".join(f"py-spy> Wrote chrome trace to 'x'. Samples: {n}\n" for n in (9, 7))
        return Execution(0.1, 1, False, wrote, error)

    monkeypatch.setattr(pyspy, "run", run)
    monkeypatch.setattr(pyspy, "program", lambda: "py-spy")
    (folder / "a.py").write_text("1\n")
    return pyspy.profile(Client("script", "a.py", cwd=folder), rate=10, time_limit=1.0)


def test_it_is_tried_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert profiled(tmp_path, monkeypatch, "Error: no process", "").samples == 7
    with pytest.raises(AuditError, match="wrote nothing: Error: no python"):
        profiled(tmp_path, monkeypatch, "Error: no process", "noise\nError: no python")


@pytest.mark.parametrize(
    ("said", "forbidden"),
    [
        ("Error: Permission denied (os error 13)", True),
        ("Error: Failed to suspend process\nReason: EPERM: Operation not permitted", True),
        ("Permission Denied\n\nIt looks like you are running in a docker container.", True),
        # What the client's program prints.
        ("PermissionError: [Errno 13] Permission denied: '/data/prices.csv'", False),
        ("Error: Permission denied\nptrace: Operation not permitted", False),
    ],
)
def test_only_py_spy_itself_can_say_that_it_may_not_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, forbidden: bool
) -> None:
    with pytest.raises(AuditError, match="cap-add=SYS_PTRACE" if forbidden else "wrote nothing"):
        profiled(tmp_path, monkeypatch, said, said)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere py-spy needs root")
def test_a_script_is_profiled_and_its_time_charged_to_its_lines(tmp_path: Path) -> None:
    pytest.importorskip("memray")  # the extra [audit] is installed
    (tmp_path / "client.py").write_text(
        "import time\n"
        "def spin(seconds):\n"
        "    stop = time.perf_counter() + seconds\n"
        "    while time.perf_counter() < stop:\n"
        "        pass\n"
        "spin(0.5)\n"
    )
    client = Client("script", "client.py", cwd=tmp_path)
    try:
        profile = pyspy.profile(client, rate=100, time_limit=60.0)
    except AuditError as error:
        if "ptrace is forbidden" in str(error):
            pytest.skip("py-spy may not read the memory of other programs here")
        raise
    found = tally([profile], Charging(client.owns))
    lines = {charge.where[1] for charge in found.charges}
    assert profile.execution.exit_status == 0 and profile.samples
    assert lines and lines <= {1, 2, 3, 4, 5, 6}
    assert not list(tmp_path.rglob("__pycache__"))
