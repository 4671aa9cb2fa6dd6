"""``qpp audit`` at the command line: outputs, exit status, what is refused, what is left out."""

import ast
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qpp.audit import AuditError
from qpp.audit import cli as audit_cli
from qpp.audit.document import ProfilerRun, from_json
from qpp.audit.measure import Measured
from qpp.audit.places import Line, Place, Share
from qpp.audit.source import Source
from qpp.cli import cli

PROGRAM = """
import pandas as pd

password = "hunter2"


def total(frame):
    result = 0.0
    for _, row in frame.iterrows():
        result += row["price"] * row["size"]
    return result
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a program, whose measurement takes no time."""
    monkeypatch.chdir(tmp_path)
    Path("slow.py").write_text(PROGRAM)
    monkeypatch.setattr(audit_cli, "measure", lambda client, **_: measured(client.path))
    return tmp_path


def measured(path: Path, **given: Any) -> Measured:
    """Nine tenths of the time in the loop of the program."""
    source = Source(path, PROGRAM)
    loop = next(node for node in ast.walk(source.tree) if isinstance(node, ast.For))
    calls = {"pandas.core.frame.iterrows": 0.6, "pandas.core.series.__getitem__": 0.3}
    share = Share(0.9, 0.88, 0.92, cpu=0.9, python=0.9, native=0.1)
    lines = (Line(str(path), 9, share, calls=calls), Line(str(path), 10, Share(0.0, 0.0, 0.0)))
    values: dict[str, Any] = {
        "places": (Place(source, loop, share, lines, count=10_000),),
        "stable": True,
        "imports_share": 0.05,
        "waiting_share": 0.0,
        "bare_seconds": 10.0,
        "profiled_seconds": 11.0,
        "exit_status": 0,
        "time_limit_reached": False,
        "profilers": (ProfilerRun("py-spy", "0.4.3", 1.1, runs=3),),
    }
    return Measured(**(values | given))


def audit(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["audit", *arguments])


def test_the_report_is_named_after_the_program_and_replaced_by_the_next() -> None:
    for _ in range(2):
        done = audit("slow.py")
        assert done.exit_code == 0, done.output
        assert "One hot spot takes 90 % of the work" in done.stdout
        page = Path("audit-slow.html").read_text(encoding="utf-8")
        assert "iterrows" in page
    assert sorted(os.listdir()) == ["audit-slow.html", "slow.py"]


def test_only_the_files_that_are_asked_for(here: Path) -> None:
    done = audit("slow.py", "--json", "out/a.json", "--markdown", "a.md", "--", "--x", "1")
    assert done.exit_code == 0, done.output
    assert str(here / "out" / "a.json") in done.stdout.replace("\n", "")
    found = from_json(Path("out/a.json").read_text(encoding="utf-8"))
    (finding,) = found.findings
    assert (finding.first_line, finding.last_line, finding.pattern) == (9, 10, "iterrows")
    assert found.command == "qpp audit slow.py -- --x 1"
    assert finding.excerpt[0].strip() == "for _, row in frame.iterrows():"
    assert "iterrows" not in found.not_found
    assert "deep_copy" in found.not_found
    assert not Path("audit-slow.html").exists()
    assert Path("slow.py").read_text() == PROGRAM


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.py"], "nowhere.py does not exist"),
        (["."], "is a folder"),
        ([], "nothing to audit"),
        (["-m", "no_such_module_here"], "no module named"),
        (["--function", "slow"], "--with"),
        (["--function", "slow", "--with", "slow.py"], "expected module:function"),
        (["slow.py", "--scaffold", "new", "--no-source"], "leave out --no-source"),
        (["--with", "slow.py", "slow.py"], "--with needs --function"),
        (["--function", "slow:f", "-m", "slow"], "give one of them"),
        (["slow.py", "--their-option"], "come after --"),
        (["slow.py", "--runs", "0"], "--runs"),
        (["slow.py", "--time-limit", "0"], "--time-limit"),
        (["slow.py", "--html", "slow.py"], "is no report of an audit and is not replaced"),
        (["slow.py", "--json", "a", "--html", "a"], "give another name"),
        (["slow.py", "--json", "-"], "expected the name of a file"),
        (["slow.py", "--scaffold", "slow.py"], "is not a folder"),
    ],
)
def test_wrong_usage_is_one_message_and_status_2(arguments: list[str], message: str) -> None:
    done = audit(*arguments)
    assert (done.exit_code, message in " ".join(done.output.split())) == (2, True), done.output
    assert Path("slow.py").read_text() == PROGRAM


def test_the_exit_status_follows_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = "Traceback (most recent call last):\n  File\n    x = secret-1234\nKeyError: secret-1234"
    said = {"traceback": trace, "notes": ("secret-1234 is not sure",)}
    failed = measured(Path("slow.py").absolute(), exit_status=3, **said)
    monkeypatch.setattr(audit_cli, "measure", lambda client, **_: failed)
    done = audit("slow.py", "--json", "a.json", "--", "--token", "secret-1234")
    assert done.exit_code == 1
    assert "ended with status 3" in " ".join(done.stdout.split())
    assert "KeyError: ***" in done.stdout
    assert "secret-1234" not in done.output + Path("a.json").read_text()
    assert json.loads(Path("a.json").read_text())["exit_status"] == 3

    def refuse(*_: object, **__: object) -> Measured:
        raise AuditError("py-spy may not read the program's memory: the remedy")

    monkeypatch.setattr(audit_cli, "measure", refuse)
    done = audit("slow.py")
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        1,
        "Error: py-spy may not read the program's memory: the remedy",
    )


def test_the_source_can_be_left_out_and_secrets_in_it_are_masked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("--html", "a.html", "--json", "a.json", "--markdown", "a.md")
    assert audit("slow.py", *names).exit_code == 0
    assert all("in frame.iterrows()" in Path(f).read_text() for f in ("a.html", "a.json", "a.md"))
    assert audit("slow.py", *names, "--no-source").exit_code == 0
    for file in ("a.html", "a.json", "a.md"):
        assert "in frame.iterrows()" not in Path(file).read_text()
    text = Source(Path("slow.py"), PROGRAM)
    whole = Place(text, text.tree.body[1], Share(1.0, 1.0, 1.0))
    monkeypatch.setattr(
        audit_cli, "measure", lambda *_, **__: measured(Path("slow.py"), places=(whole,))
    )
    audit("slow.py", *names)
    assert "hunter2" not in Path("a.json").read_text()


def test_lines_of_a_notebook_are_counted_in_their_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(Path("slow.py").absolute(), PROGRAM, cells=(1, 7))
    place = dataclasses.replace(measured(source.path).places[0], source=source)
    monkeypatch.setattr(
        audit_cli, "measure", lambda *_, **__: measured(source.path, places=(place,))
    )
    audit("slow.py", "--json", "a.json")
    (finding,) = from_json(Path("a.json").read_text(encoding="utf-8")).findings
    assert (finding.cell, finding.first_line, finding.last_line) == (2, 3, 4)
    assert finding.excerpt_lines == (3, 4)
    assert finding.evidence[0].startswith("lines 3–4, `for ")


@pytest.mark.skipif(sys.platform == "win32", reason="the audit runs on Linux and macOS")
@pytest.mark.parametrize(
    ("text", "message"),
    [("x = (", "SyntaxError"), ("print('x')\nimport no_such_module", "ModuleNotFoundError")],
)
def test_a_program_that_does_not_start_is_run_once(here: Path, text: str, message: str) -> None:
    """Through the real measurement, as a user runs it."""
    (here / "slow.py").write_text(text)
    command = [sys.executable, "-m", "qpp", "audit", "slow.py", "--json", "a.json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 1, done.stderr
    assert message in done.stdout
    assert done.stderr.count("run") == 1
    found = from_json((here / "a.json").read_text())
    assert (found.exit_status, found.profilers) == (1, ())
    assert message in found.traceback
