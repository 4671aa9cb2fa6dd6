"""The command as a process: signals, consoles of few characters, full and closed streams."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from qpp import results

# Ctrl-C is ignored in what a shell starts in the background: the tests may run there.
PROGRAM = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from qpp.__main__ import main
main()
"""
COMMAND = [sys.executable, "-c", PROGRAM]
TIMEOUT = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@contextmanager
def qpp(
    *arguments: str, folder: Path, full: bool = False, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    environment = {
        **os.environ,
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder),
        "PYTHONPATH": os.pathsep.join([str(folder), *(p for p in sys.path if p)]),
        **variables,
    }
    with (
        open("/dev/full" if full else os.devnull, "w") as nowhere,
        subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=nowhere if full else subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def in_time(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + TIMEOUT
    while not (held := condition()) and time.monotonic() < until:
        time.sleep(0.05)
    return held


def written(path: Path) -> str:
    """The text of a file, once it ends with a full stop."""
    assert in_time(lambda: path.exists() and path.read_text().endswith("."))
    return path.read_text()


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)]
)
def test_signals_end_all_workers_and_a_second_one_loses_nothing(
    tmp_path: Path, number: int, status: int
) -> None:
    if number == signal.SIGKILL and sys.platform != "linux":
        pytest.skip("only Linux ends the children of what was killed outright")
    pids = tmp_path / "pids"
    arguments = ("reproduce", "hostile_study:hanging", "--json", "r.json")
    with qpp(*arguments, folder=tmp_path, HOSTILE_STUDY_PIDS=str(pids)) as process:
        worker, child, _ = written(pids).split()
        for _ in range(2):
            process.send_signal(number)
            time.sleep(0.02)
        output, errors = process.communicate(timeout=TIMEOUT)
    assert process.returncode == status, errors
    assert in_time(lambda: ended(int(worker)))
    if number == signal.SIGKILL:  # the kernel does not kill the worker's children
        psutil.Process(int(child)).kill()
        return
    assert in_time(lambda: ended(int(child)))
    assert "Interrupted after" in output
    assert "Traceback" not in errors
    assert results.load(tmp_path / "r.partial.json").interrupted


@pytest.mark.parametrize("module", ["long", "matplotlib", "click"])
def test_ctrl_c_while_a_study_or_a_library_is_imported(tmp_path: Path, module: str) -> None:
    (tmp_path / f"{module}.py").write_text(
        "import pathlib, time\npathlib.Path('here').write_text('.')\ntime.sleep(600)\n"
    )
    with qpp("reproduce", "long:study", folder=tmp_path) as process:
        written(tmp_path / "here")
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


@pytest.mark.parametrize("command", ["reproduce hostile_study:marked --check --json r", "--help"])
@pytest.mark.parametrize("stream", ["closed", "full"])
def test_a_stream_that_takes_nothing_loses_no_file(
    tmp_path: Path, stream: str, command: str
) -> None:
    """A reader may leave (`| head`), a disk be full: at most one line, and the file is there."""
    full = stream == "full"
    if full and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with qpp(*command.split(), folder=tmp_path, full=full) as process:
        if process.stdout is not None:
            process.stdout.close()
        process.wait(timeout=TIMEOUT)
        assert process.stderr is not None
        errors = [line for line in process.stderr if not line.startswith("measuring")]
    assert process.returncode == 1
    assert errors == ["Error: cannot write the output: No space left on device\n"] * full
    assert command == "--help" or results.load(tmp_path / "r").passed
