"""``qpp audit``: a slow program in, its largest places, their remedies and their bounds out.

Exit status: 0 the program was audited and ended with 0; 1 it did not, or cannot be audited, or a
file could not be written; 2 wrong usage; 130 interrupted.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import click

from qpp import table
from qpp.audit import AuditError, document, markdown, page, terminal
from qpp.audit.client import Client
from qpp.audit.compose import compose
from qpp.audit.execution import StoredInput
from qpp.audit.measure import RUNS, TIME_LIMIT, measure
from qpp.audit.scaffold import check_folder, scaffold
from qpp.audit.terminal import AuditProgress
from qpp.files import ResultError, write_atomically
from qpp.output import WrongUsageError, checked_files

OUT = click.Path(path_type=Path)
A_DAY = 86_400.0
EPILOG = """
\b
  qpp audit client/backtest.py -- --their --args
  qpp audit -m their_package.module
  qpp audit --function their_package.module:function --with case.py

What follows -- is the program's. Everything runs on this machine and nothing is sent anywhere; the
program's files are not changed. Exit status: 0, or 1 where the program's own is not 0 or it cannot
be audited, 2 on wrong usage.
"""


class ProgramCommand(click.Command):
    """A command that says where the program's own options belong."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does."""
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise click.UsageError(
                f"{error.format_message()} Options of the program come after --.", ctx
            ) from None


@click.command("audit", cls=ProgramCommand, epilog=EPILOG)
@click.argument("program", nargs=-1, metavar="[SCRIPT.py|NOTEBOOK.ipynb] [-- ARGUMENT...]")
@click.option("-m", "--module", metavar="NAME", help="Audit a module, as `python -m NAME` runs it.")
@click.option(
    "--function",
    metavar="MODULE:FUNCTION",
    help="Audit one function, called again until it has run for a second; needs --with.",
)
@click.option("--with", "case", type=OUT, help="A file that makes the function's arguments.")
@click.option(
    "--runs",
    type=click.IntRange(1, 50),
    default=RUNS,
    show_default=True,
    help="Profiled runs. With fewer than 3 nothing is known about their spread.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, A_DAY, min_open=True),
    default=TIME_LIMIT,
    metavar="SECONDS",
    show_default=True,
    help="For each run. At the limit the program is interrupted; what ran is reported.",
)
@click.option(
    "--memory/--no-memory",
    default=None,
    help="Also record where memory is allocated, in a run of its own; without either option, where "
    "the time in the kernel says that it matters.",
)
@click.option("--no-source", is_flag=True, help="Leave the program's source out of all files.")
@click.option("--html", "html_file", type=OUT, help="Write the report, one self-contained file.")
@click.option("--markdown", "markdown_file", type=OUT, help="Write the report as Markdown.")
@click.option("--json", "json_file", type=OUT, help="Write the document that programs read.")
@click.option(
    "--scaffold",
    "folder",
    type=OUT,
    metavar="DIR",
    help="Write a study that compares a rewritten function with the old one, runnable at once.",
)
def audit_command(
    program: tuple[str, ...],
    module: str | None,
    function: str | None,
    case: Path | None,
    no_source: bool,
    html_file: Path | None,
    markdown_file: Path | None,
    json_file: Path | None,
    folder: Path | None,
    **how: Any,
) -> None:
    """Find where a slow program spends its time, why, and what a rewrite can bring at most.

    The program runs several times: alone, then under profilers. The report is written to
    audit-NAME.html in this folder; where --html, --markdown or --json is given, only to the files
    given. A file that is no earlier report is never replaced.
    """
    try:
        client = _client(program, module, function, case)
        if folder is not None:
            check_folder(folder)
    except AuditError as error:
        raise WrongUsageError(str(error)) from None
    if folder and no_source:
        raise WrongUsageError("--scaffold copies the file with the function: leave out --no-source")
    if not (html_file or markdown_file or json_file):
        html_file = Path(f"audit-{_name(client)}.html")
    files = _outputs(
        ("--html", html_file, page.render),
        ("--markdown", markdown_file, markdown.render),
        ("--json", json_file, document.to_json),
    )
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # in the background of a shell
        signal.signal(signal.SIGINT, lambda *_: None)  # or what starts here would ignore it too
    written: list[Path] = []
    failed: list[str] = []
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        _keep_terminal(stack)
        progress = stack.enter_context(AuditProgress())
        stdin = stack.enter_context(contextlib.closing(StoredInput(0)))
        try:
            measured = measure(client, echo=progress.step, stdin=stdin, **how)
        except AuditError as error:
            raise click.ClickException(str(error)) from None
        progress.step("naming the patterns")
        spent = time.monotonic() - begun
        found = compose(client, measured, source=not no_source, total_seconds=spent)
        if folder and not found.exit_status:
            try:
                limit = how["time_limit"]
                written += scaffold(client, found, folder, limit, stdin=stdin, echo=progress.step)
            except (AuditError, ResultError, OSError) as error:  # the reports are still wanted
                failed.append(str(error))
    for path, make in files:
        try:
            write_atomically(path, make(found))
            written.append(path)
        except ResultError as error:
            failed.append(str(error))
    terminal.show(found, table.console(), written)
    if failed:
        raise click.ClickException("\n".join(failed))
    sys.exit(1 if found.exit_status else 0)


def _client(
    program: Sequence[str], module: str | None, function: str | None, case: Path | None
) -> Client:
    if module and function:
        raise WrongUsageError("--module and --function: give one of them")
    if bool(function) != (case is not None):
        raise WrongUsageError("--function needs --with CASE.py, and --with needs --function")
    if module:
        return Client("module", module, tuple(program))
    if function:
        return Client("function", function, tuple(program), case=case)
    if not program:
        raise WrongUsageError("nothing to audit: name a script, -m MODULE or --function")
    kind: Literal["notebook", "script"] = "notebook" if program[0].endswith(".ipynb") else "script"
    return Client(kind, program[0], tuple(program[1:]))


def _name(client: Client) -> str:
    """A file name for the report: of the script, the module or the function."""
    if client.is_file:
        return Path(client.target).stem
    return client.target.rpartition(":")[2].rpartition(".")[2]


def _outputs(
    *wanted: tuple[str, Path | None, Callable[[document.Audit], str]],
) -> list[tuple[Path, Callable[[document.Audit], str]]]:
    """The files to write, absolute: the program may change the folder. An earlier report only."""
    for option, path, _ in wanted:
        if path is not None and path.is_file() and path.stat().st_size:
            with contextlib.suppress(OSError):
                if document.SCHEMA.encode() not in path.read_bytes():
                    raise WrongUsageError(
                        f"{option} {path}: that file is no report of an audit and is not replaced; "
                        "give another name"
                    )
    found = checked_files(*wanted, others=[])
    return [(Path(os.path.abspath(path)), make) for path, make in found]


def _keep_terminal(stack: contextlib.ExitStack) -> None:
    """Whatever the program does to the terminal, its settings are put back."""
    if sys.platform != "win32" and sys.stdin is not None and sys.stdin.isatty():
        import termios

        settings = termios.tcgetattr(sys.stdin)
        stack.callback(termios.tcsetattr, sys.stdin, termios.TCSADRAIN, settings)
