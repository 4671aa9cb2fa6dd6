"""``--scaffold``: a study of the client's slowest function, runnable at once.

The program is run once more until the function's first call has returned; its arguments are kept.
The study compares the function with a copy that is to be rewritten, on these arguments. Where a
call cannot be kept (a generator, an open file among the arguments, work at the top of a script),
the study compares the output of the whole program instead.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from qpp.audit import AuditError, recorder, words
from qpp.audit.client import Client
from qpp.audit.document import Audit, Finding
from qpp.audit.execution import run
from qpp.audit.recording import Recording
from qpp.audit.source import Function, Source
from qpp.audit.stored_input import StoredInput
from qpp.files import write_atomically
from qpp.report.markup import resource

STUDY, REWRITE, CALL, COMMAND = "study.py", "rewritten.py", "call.pickle", "command.json"
CHECK_LIMIT = 600.0  # seconds for running the new study once


def scaffold(
    client: Client,
    audit: Audit,
    folder: Path,
    *,
    time_limit: float,
    source: bool = True,
    stdin: StoredInput | None = None,
    echo: Callable[[str], None] = lambda text: None,
) -> list[Path]:
    """Write the study into a folder, run it once, and return its files.

    Raises
    ------
    AuditError
        The folder holds such files already, or the study does not run.
    """
    folder = Path(os.path.abspath(folder))
    check_folder(folder)
    why = "no slow place is inside a function"
    for finding in [finding for finding, _ in words.roadmap(audit)] or list(audit.findings):
        place = _function(client, finding)
        if place is None:
            continue
        echo(f"recording a call of {place[1]}")
        why = _record(client, *place, folder / CALL, time_limit, stdin)
        if not why:
            echo("running the new study once")
            _write_function_study(client, *place, folder, copied=source)
            why = _check(folder)
        if not why:
            return _written(folder)
        break
    echo(f"{why}: the study compares what the whole program prints")
    (folder / CALL).unlink(missing_ok=True)
    _write_program_study(client, folder, why)
    if why := _check(folder):
        raise AuditError(f"--scaffold: the study in {folder} does not run: {why}")
    return _written(folder)


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds a study: its rewritten function would be lost."""
    names = (STUDY, REWRITE, CALL, COMMAND)
    if folder.exists() and not folder.is_dir():
        raise AuditError(f"--scaffold {folder}: it is not a folder")
    if there := [name for name in names if (folder / name).exists()]:
        raise AuditError(f"--scaffold {folder}: it holds {there[0]} already; name an empty folder")


def _function(client: Client, finding: Finding) -> tuple[Source, str] | None:
    """The source and the dotted name of the outermost function around a finding."""
    try:
        text = client.source(finding.file)
    except (OSError, SyntaxError, AuditError):
        return None
    before = 0 if finding.cell is None else text.cells[finding.cell - 1] - 1
    statement = text.statement(before + finding.first_line)
    if statement is None:
        return None
    around = [n for n in (statement, *text.above(statement)) if isinstance(n, Function)]
    return (text, text.function(around[-1])) if around else None


def _record(
    client: Client,
    text: Source,
    name: str,
    out: Path,
    time_limit: float,
    stdin: StoredInput | None,
) -> str:
    """Run the program until the function's first call has returned; why not, or nothing."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as temporary:
        hook = Path(temporary, "sitecustomize.py")
        hook.write_text(Path(recorder.__file__).read_text(encoding="utf-8"), encoding="utf-8")
        command, environment = client.command()
        search = os.pathsep.join(p for p in (temporary, os.environ.get("PYTHONPATH", "")) if p)
        environment |= {
            "PYTHONPATH": search,
            "QPP_RECORD_FILE": str(text.path),
            "QPP_RECORD_FUNCTION": name,
            "QPP_RECORD_OUT": str(out),
        }
        run(
            command,
            cwd=client.folder,
            time_limit=time_limit,
            stdin=stdin,
            environment=environment,
        )
    if not out.exists():
        return f"{name} did not return within the time limit"
    try:
        recording = Recording.load(out)
    except Exception as error:
        return f"{name}: {error}"
    if not recording.kept["returns"] and not recording.kept["changes"]:
        return f"{name} returns nothing and changes none of its arguments"
    return ""


def _write_function_study(
    client: Client, text: Source, name: str, folder: Path, *, copied: bool
) -> None:
    node = next(
        n for n in ast.walk(text.tree) if isinstance(n, Function) and text.function(n) == name
    )
    body = _copy(text, node) if copied else None
    names = sorted(_globals(text, node)) if body else []
    last = name.rpartition(".")[2]
    if body is None:
        body = (
            f"def {last}(*positional, **keywords):\n    return original(*positional, **keywords)\n"
        )
    values = {
        "name": last,
        "full": name,
        "file": text.path.name,
        "imports": "".join(f"\n{n} = client.{n}" for n in names),
        "body": body,
    }
    _write(folder / STUDY, "study_of_function.txt", values)
    _write(folder / REWRITE, "rewritten_function.txt", values)


def _copy(text: Source, node: ast.FunctionDef | ast.AsyncFunctionDef) -> str | None:
    """The function's source without decorators; ``None`` where a copy would mean something else."""
    lines = text.lines[node.lineno - 1 : node.end_lineno]
    for inner in ast.walk(node):
        private = isinstance(inner, ast.Attribute | ast.Name) and _name_of(inner).startswith("__")
        if isinstance(inner, ast.Global | ast.Nonlocal):
            return None
        if isinstance(inner, ast.Name) and inner.id in ("super", "__class__"):
            return None
        if private and not _name_of(inner).endswith("__"):
            return None
    return textwrap.dedent("\n".join(lines)) + "\n"


def _name_of(node: ast.AST) -> str:
    return str(getattr(node, "attr", None) or getattr(node, "id", ""))


def _globals(text: Source, node: ast.AST) -> set[str]:
    """The names of the module that a function reads."""
    bound: set[str] = set()
    for statement in text.tree.body:
        for inner in ast.walk(statement):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                bound |= {a.asname or a.name.partition(".")[0] for a in inner.names}
            elif isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                bound.add(inner.id)
        if isinstance(statement, Function | ast.ClassDef):
            bound.add(statement.name)
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    own = {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    stored = {
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    name = {getattr(node, "name", "")}
    return (bound & read) - own - stored - name - {"*"}


def _write_program_study(client: Client, folder: Path, why: str) -> None:
    command, environment = client.command()
    if environment:  # a function or a notebook, started by the launcher
        raise AuditError(f"--scaffold: {why}, and only a script or a module can be compared whole")
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"command": command, "folder": str(client.folder), "path": [str(client.path.parent)]}
    how, argument = "Change the command of the rewritten program below", repr(client.target)
    if client.kind == "script":
        (folder / REWRITE).write_bytes(client.path.read_bytes())
        how = "Rewrite the copy of the program in rewritten.py"
        argument = 'str(HERE / "rewritten.py")'
    write_atomically(folder / COMMAND, json.dumps(kept, indent=1) + "\n")
    values = {
        "target": client.target,
        "why": why,
        "how": how,
        "argument": argument,
        "position": command.index(client.target),
    }
    _write(folder / STUDY, "study_of_program.txt", values)


def _write(path: Path, template: str, values: Mapping[str, object]) -> None:
    text = resource(f"templates/{template}", "qpp.audit")
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    write_atomically(path, text)


def _check(folder: Path) -> str:
    """Run the study once, comparing only; why it does not run, or nothing."""
    command = [sys.executable, "-B", "-m", "qpp", "reproduce", "--check", f"{STUDY[:-3]}:study"]
    search = os.pathsep.join(p for p in (str(folder), os.environ.get("PYTHONPATH", "")) if p)
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as temporary:
        try:
            done = subprocess.run(
                command,
                cwd=temporary,
                env={**os.environ, "PYTHONPATH": search},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=CHECK_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it runs longer than {CHECK_LIMIT:g} s"
    if done.returncode == 0:
        return ""
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return said[-1] if said else f"status {done.returncode}"


def _written(folder: Path) -> list[Path]:
    return [folder / name for name in (STUDY, REWRITE) if (folder / name).exists()]
