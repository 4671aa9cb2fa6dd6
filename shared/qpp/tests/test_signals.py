"""The command as a process: signals, narrow consoles, closed pipes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from qpp import results

# Ctrl-C is ignored in what a shell starts in the background: the tests may run there.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from qpp.cli import main
main()
"""
COMMAND = [sys.executable, "-c", PROGRAM]
TIMEOUT = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@contextmanager
def qpp(*arguments: str, folder: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "TMPDIR": str(folder),
        "PYTHONPATH": os.pathsep.join([str(folder), *(p for p in sys.path if p)]),
        **variables,
    }
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(path: Path, ending: str = ".") -> str:
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        if path.exists() and (text := path.read_text()).endswith(ending):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{path.name} was not written")


def gone(pid: int) -> bool:
    """Whether a process ends in time; a zombie has ended."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_signals_end_all_workers_and_their_children(
    tmp_path: Path, number: int, status: int
) -> None:
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux ends the children of what was killed outright")
    pids = tmp_path / "pids"
    arguments = ("reproduce", "hostile_study:hanging", "--json", "r.json")
    with qpp(*arguments, folder=tmp_path, HOSTILE_STUDY_PIDS=str(pids)) as process:
        worker, child, _ = wait_for(pids).split()
        process.send_signal(number)
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == status, errors
    assert gone(int(worker))
    if number == signal.SIGKILL:  # the kernel does not kill the worker's children
        psutil.Process(int(child)).kill()
        return
    assert gone(int(child))
    assert "Interrupted after" in output
    assert "Traceback" not in errors
    assert results.load(tmp_path / "r.partial.json").interrupted


def test_ctrl_c_while_a_study_is_imported(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(
        "import pathlib, time\npathlib.Path('here').write_text('.')\ntime.sleep(600)\n"
    )
    with qpp("reproduce", "long:study", folder=tmp_path) as process:
        wait_for(tmp_path / "here")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 130
    assert errors.strip() == "Interrupted."
    assert output == ""


def test_an_ascii_console_is_no_error(tmp_path: Path) -> None:
    arguments = (
        *("reproduce", "hostile_study:unprintable", "--check"),
        *("--json", "r.json", "--html", "r.html"),
    )
    narrow = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    with qpp(*arguments, folder=tmp_path, **narrow) as process:
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0, errors
    assert output.strip()
    assert output.isascii()
    assert results.load(tmp_path / "r.json").passed
    (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    arguments = ("reproduce", "hostile_study:marked", "--check", "--json", "r.json")
    with qpp(*arguments, folder=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.close()
        process.wait(timeout=TIMEOUT)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert results.load(tmp_path / "r.json").passed
