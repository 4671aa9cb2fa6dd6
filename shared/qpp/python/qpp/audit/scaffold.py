"""``--scaffold``: a study of the client's slowest function, runnable at once.

The program is run once more until the function's first call has returned; its arguments are kept.
The study compares the function with the one in a copy of its file, which is to be rewritten, on
these arguments. Where a call cannot be kept (a generator, an open file among the arguments, work at
the top of a script), the study compares the output of the whole program instead.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from qpp.audit import AuditError, recorder, words
from qpp.audit.client import Client
from qpp.audit.document import Audit, Finding
from qpp.audit.execution import Command, StoredInput, run
from qpp.audit.recording import Recording
from qpp.audit.source import Function, Source, read
from qpp.files import write_atomically
from qpp.report.markup import resource

STUDY, REWRITE, CALL, COMMAND = "study.py", "rewritten.py", "call.pickle", "command.json"
CHECK_LIMIT = 600.0  # seconds for running the new study once


def scaffold(
    client: Client,
    audit: Audit,
    folder: Path,
    time_limit: float,
    *,
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
    folder.mkdir(parents=True, exist_ok=True)
    why = "no slow place is inside a function"
    wanted = [finding for finding, _ in words.roadmap(audit)] or audit.findings
    functions = filter(None, map(_function, wanted))
    for source, name in functions:
        echo(f"recording a call of {name}")
        why = _record(client, source, name, folder / CALL, time_limit, stdin)
        if not why:
            echo("running the new study once")
            write_atomically(folder / REWRITE, source.text)
            last = name.rpartition(".")[2]
            values = {"name": name, "last": last, "file": source.path.name}
            _write_study(folder, "study_of_function.txt", **values)
            why = _check(folder)
        break
    if why:
        echo(f"{why}: the study compares what the whole program prints")
        (folder / CALL).unlink(missing_ok=True)
        _write_program_study(client, folder, why)
        if failed := _check(folder):
            raise AuditError(f"--scaffold: the study in {folder} does not run: {failed}")
    return [folder / name for name in (STUDY, REWRITE) if (folder / name).exists()]


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds a study: its rewritten function would be lost."""
    if folder.exists() and not folder.is_dir():
        raise AuditError(f"--scaffold {folder}: it is not a folder")
    for name in (STUDY, REWRITE, CALL, COMMAND):
        if (folder / name).exists():
            raise AuditError(f"--scaffold {folder}: it holds {name} already; name an empty folder")


def _function(finding: Finding) -> tuple[Source, str] | None:
    """The source and the dotted name of the outermost function around a finding."""
    try:
        source = read(Path(finding.file))
    except (OSError, SyntaxError, AuditError):
        return None
    before = 0 if finding.cell is None else source.cells[finding.cell - 1] - 1
    statement = source.statement(before + finding.first_line)
    if statement is None:
        return None
    around = [n for n in (statement, *source.above(statement)) if isinstance(n, Function)]
    return (source, source.function(around[-1])) if around else None


def _record(
    client: Client,
    source: Source,
    name: str,
    out: Path,
    time_limit: float,
    stdin: StoredInput | None,
) -> str:
    """Run the program until the function's first call has returned; why not, or nothing."""
    wanted = {"file": str(source.path), "function": name, "out": str(out)}
    run(
        client.launched(recorder=recorder.__file__, record=wanted),
        time_limit=time_limit,
        stdin=stdin,
    )
    if not out.exists():
        return f"no call of {name} returned in time"
    try:
        Recording(out)
    except Exception as error:  # whatever the client's module raises
        return f"{name}: {error}"
    return ""


def _write_program_study(client: Client, folder: Path, why: str) -> None:
    command = client.command()
    if command.environment:  # a function or a notebook, started by the launcher
        raise AuditError(f"--scaffold: {why}, and only a script or a module can be compared whole")
    words_of = list(command.words)
    kept = {"command": words_of, "folder": str(client.folder), "path": [str(client.path.parent)]}
    how, argument = "Change the command of the rewritten program below", repr(client.target)
    if client.kind == "script":
        (folder / REWRITE).write_bytes(client.path.read_bytes())
        how = "Rewrite the copy of the program in rewritten.py"
        argument = 'str(HERE / "rewritten.py")'
    write_atomically(folder / COMMAND, json.dumps(kept, indent=1) + "\n")
    position = str(words_of.index(client.target))
    values = {"target": client.target, "why": why, "how": how, "argument": argument}
    _write_study(folder, "study_of_program.txt", position=position, **values)


def _write_study(folder: Path, template: str, **values: str) -> None:
    text = resource(f"templates/{template}", "qpp.audit")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    write_atomically(folder / STUDY, text)


def _check(folder: Path) -> str:
    """Run the study once, comparing only; why it does not run, or nothing."""
    words_of = [sys.executable, "-B", "-m", "qpp", "reproduce", "--check", f"{STUDY[:-3]}:study"]
    search = os.pathsep.join(p for p in (str(folder), os.environ.get("PYTHONPATH", "")) if p)
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as temporary:
        command = Command(words_of, Path(temporary), {"PYTHONPATH": search})
        done = run(command, time_limit=CHECK_LIMIT)
    if done.time_limit_reached:
        return f"it runs longer than {CHECK_LIMIT:g} s"
    if not done.exit_status:
        return ""
    said = [line for line in (done.output + done.errors).splitlines() if line.strip()]
    return said[-1] if said else f"status {done.exit_status}"
