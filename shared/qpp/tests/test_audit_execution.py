"""A client's program runs as it does alone, and whatever it does ends in a clear result."""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from qpp.audit import counts
from qpp.audit.client import Client
from qpp.audit.execution import Execution, StoredInput, run
from qpp.audit.judging import last_words, unstarted
from qpp.audit.source import read

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the audit runs on POSIX systems")


def script(folder: Path, text: str, *arguments: str, name: str = "client.py") -> Client:
    (folder / name).write_text(text)
    return Client("script", name, arguments, cwd=folder)


def ran(client: Client, *, limit: float = 60.0, stdin: StoredInput | None = None) -> Execution:
    return run(client.command(), time_limit=limit, stdin=stdin)


SELF = """
import helper, json, os, sys
print(json.dumps([sys.argv, sys.path[0], __file__, __name__, os.getcwd(), sorted(os.environ)]))
"""


def test_a_script_sees_what_it_sees_alone(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("")
    arguments = ("---", "--help", "-o", "x")
    client = script(tmp_path, SELF, *arguments)
    argv, path, file, name, cwd, environment = json.loads(ran(client).output)
    assert argv == ["client.py", *arguments]
    assert (path, file) == (str(tmp_path), str(tmp_path / "client.py"))
    assert (name, cwd, set(environment)) == ("__main__", str(tmp_path), set(os.environ))
    assert not list(tmp_path.rglob("__pycache__"))


def test_it_sees_the_same_inside_a_profiler(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("")
    client = script(tmp_path, SELF, "---", "--help")
    alone = json.loads(ran(client).output)
    inside = run(client.launched(), time_limit=60.0)
    assert json.loads(inside.output) == alone


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("import os; os._exit(7)", 7, ""),
        ("raise ValueError('no such day')", 1, "ValueError: no such day"),
        ("import os; os.kill(os.getpid(), 9)", 137, ""),
        ("import sys; sys.exit('bad arguments')", 1, "bad arguments"),
    ],
)
def test_the_exit_status_is_the_programs(
    tmp_path: Path, text: str, status: int, words: str
) -> None:
    execution = ran(script(tmp_path, text))
    assert execution.exit_status == status
    assert last_words(execution).endswith(words) and not unstarted(execution)


@pytest.mark.parametrize("text", ["def f(:\n", "import not_there\n", "from json import nothing\n"])
def test_errors_of_syntax_and_import_are_told_apart(tmp_path: Path, text: str) -> None:
    assert unstarted(ran(script(tmp_path, text)))
    caught = f"import traceback\ntry:\n    exec({text!r})\nexcept Exception:\n    "
    caught += "traceback.print_exc()\n"
    assert not unstarted(ran(script(tmp_path, caught)))


def test_the_end_of_the_output_is_kept(tmp_path: Path) -> None:
    execution = ran(script(tmp_path, "print('x' * 5_000_000)\nprint('the end')"))
    assert execution.output.endswith("the end\n") and len(execution.output) <= 64 * 1024


@pytest.mark.parametrize("setting", ["", "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"])
def test_the_time_limit_ends_a_program(
    tmp_path: Path, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qpp.audit.execution.GRACE", 0.2)
    client = script(tmp_path, "import signal\n" + setting + "while True: pass")
    execution = ran(client, limit=0.4)
    assert execution.time_limit_reached and execution.exit_status > 128
    assert execution.seconds < 10.0


def test_what_a_program_leaves_running_is_ended(tmp_path: Path) -> None:
    text = "import os, time\nchild = os.fork()\nif not child: time.sleep(600)\nprint(child)"
    child = int(ran(script(tmp_path, text)).output)
    until = time.monotonic() + 10.0
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_standard_input_is_replayed(tmp_path: Path) -> None:
    client = script(tmp_path, "import sys; print(len(sys.stdin.read()))")
    read, write = os.pipe()
    os.write(write, b"a,b\n" * 100)
    os.close(write)
    with contextlib.closing(StoredInput(read)) as stdin:
        assert [ran(client, stdin=stdin).output for _ in range(3)] == ["400\n"] * 3
    os.close(read)


def test_an_input_that_never_ends_and_is_not_read_stops_nothing(tmp_path: Path) -> None:
    read, write = os.pipe()
    with contextlib.closing(StoredInput(read)) as stdin:
        execution = ran(script(tmp_path, "print('done')"), stdin=stdin)
    assert execution.output == "done\n"
    os.close(read)
    os.close(write)


def test_a_notebook_runs_cell_after_cell_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    cells = [
        ("markdown", "# Title"),
        ("code", "%matplotlib inline\nimport os"),
        ("code", "!ls\nx = 2"),
        ("code", "%%bash\nexit 1"),
        ("code", "import asyncio\nawait asyncio.sleep(0)\ndisplay(x, os.getcwd())"),
    ]
    raw = {"cells": [{"cell_type": kind, "source": text} for kind, text in cells]}
    (tmp_path / "notes" / "n.ipynb").write_text(json.dumps(raw))
    client = Client("notebook", "notes/n.ipynb", cwd=tmp_path)
    assert ran(client).output == f"2 {tmp_path / 'notes'}\n"
    source = read(client.path)
    assert source.cells == (1, 3, 5, 7) and source.cell(4) == 2
    assert source.lines[3] == "x = 2"


def test_a_function_is_called_with_its_case(tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text("def total(values, by=1):\n    print(sum(values) * by)\n")
    (tmp_path / "case.py").write_text("def case():\n    return {'values': [1, 2], 'by': 3}\n")
    client = Client("function", "lib:total", cwd=tmp_path, case=Path("case.py"))
    assert run(client.launched(), time_limit=60.0).output == "9\n"
    assert client.owns(str(tmp_path / "case.py"))


def test_a_short_function_is_called_again_and_one_call_counted_for_all(tmp_path: Path) -> None:
    text = "import time\ndef part():\n    time.sleep(0.02)\ndef work():\n    part(), part()\n"
    (tmp_path / "lib.py").write_text(text + "    import slow\n")
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(1.1)\n")  # no part of the second
    _, found = counts.calls(Client("function", "lib:work", cwd=tmp_path), time_limit=60.0)
    assert found is not None
    times = {name: count for (_, _, name), count in found.of.items()}
    assert 5 < times["work"] <= 25 and times["part"] == 2 * times["work"]


def test_modules_of_the_programs_project_are_the_clients_and_libraries_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scripts").mkdir()
    client = script(tmp_path / "scripts", "")
    assert not client.owns(str(tmp_path / "src" / "models" / "risk.py"))
    (tmp_path / "pyproject.toml").touch()
    client = script(tmp_path / "scripts", "")
    assert client.owns(str(tmp_path / "src" / "models" / "risk.py"))
    assert not client.owns(str(tmp_path / "venv" / "lib" / "site-packages" / "pandas" / "x.py"))
    assert not client.owns(json.__file__) and not client.owns("<string>")
    monkeypatch.setenv("HOME", str(tmp_path))  # a home that is a repository is no project
    assert not script(tmp_path / "scripts", "").owns(str(tmp_path / "src" / "models" / "risk.py"))
