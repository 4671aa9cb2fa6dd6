"""``qpp audit`` of programs that end badly, or do to their surroundings what they should not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qpp.audit.document import Audit, from_json

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(400),
    pytest.mark.skipif(sys.platform == "win32", reason="the audit runs on Linux and macOS"),
]
WORK = """
import os, sys, tempfile

def work(n):
    total = 0.0
    for i in range(n):
        total += i * 0.5
    return total
"""
COMMAND = (sys.executable, "-B", "-m", "qpp", "audit")


def audit(folder: Path, text: str, *options: str, given: str = "") -> tuple[int, str, Audit]:
    """Exit status, output and document of the audit of a program."""
    (folder / "slow.py").write_text(WORK + text)
    done = subprocess.run(
        [*COMMAND, "slow.py", "--json", "out.json", "--runs", "1", *options],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if "ptrace is forbidden" in done.stderr:
        pytest.skip("py-spy may not read the memory of other programs here")
    out = " ".join(done.stdout.split())
    return done.returncode, out, from_json((folder / "out.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("work(9_000_000)\nraise ValueError('bad data')", 1, "ValueError: bad data"),
        ("work(9_000_000)\nos._exit(3)", 3, "ended with status 3"),
        ("work(9_000_000)\nsys.exit('no prices')", 1, "no prices"),
        ("os.chdir(tempfile.mkdtemp())\nwork(9_000_000)", 0, ""),
        ("for _ in range(9):\n    work(1_000_000)\n    print('x' * 3_000_000)", 0, ""),
        ("pid = os.fork()\nwork(9_000_000)\nif pid:\n    os.waitpid(pid, 0)", 0, ""),
        ("if sys.stdin.read() == 'prices':\n    work(9_000_000)", 0, ""),
    ],
    ids=["raises", "_exit", "exits", "chdir", "prints", "forks", "reads"],
)
def test_what_ran_is_reported(tmp_path: Path, text: str, status: int, said: str) -> None:
    code, out, found = audit(tmp_path, text, given="prices")
    assert (code, found.exit_status) == (int(status != 0), status)
    assert said in out
    assert found.findings[0].function == "work"
    assert found.findings[0].share > 0.5
    assert "x" * 100 not in out
    assert sorted(os.listdir(tmp_path)) == ["out.json", "slow.py"], "no __pycache__, no core"


def test_a_program_that_never_ends_is_interrupted_at_the_limit(tmp_path: Path) -> None:
    code, out, found = audit(tmp_path, "while True:\n    work(500_000)", "--time-limit", "2")
    assert (code, found.time_limit_reached) == (1, True)
    assert "The time limit interrupted the program" in out
    assert found.findings[0].function == "work"


def test_a_program_that_ends_at_once_has_nothing_to_gain(tmp_path: Path) -> None:
    code, out, found = audit(tmp_path, "")
    assert (code, found.findings, found.nothing_worth) == (0, (), True)
    assert {one.name for one in found.profilers} <= {"py-spy"} and len(found.notes) == 1
    assert "Nothing here is worth your money: the whole program takes" in out


def test_the_terminal_is_as_it_was(tmp_path: Path) -> None:
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    (tmp_path / "slow.py").write_text(WORK + "os.system('stty raw -echo')\nwork(3_000_000)")
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        with subprocess.Popen(
            [*COMMAND, "slow.py", "--runs", "1", "--json", "out.json"],
            cwd=tmp_path,
            stdin=theirs,
            stdout=subprocess.DEVNULL,
            stderr=theirs,
        ) as process:
            os.set_blocking(ours, False)
            while process.poll() is None:
                try:
                    os.read(ours, 65536)
                except BlockingIOError:
                    process_wait(process)
        assert process.returncode == 0
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)


def process_wait(process: "subprocess.Popen[bytes]") -> None:
    """A moment, or until it ends."""
    try:
        process.wait(timeout=0.05)
    except subprocess.TimeoutExpired:
        return
