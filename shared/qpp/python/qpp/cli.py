"""The command line: ``qpp list | reproduce | report | judge | history | machine | readme``.

Exit status: 0 every row ran and every output agrees; 1 one did not (or, under ``--strict``, a
bar was not reproduced; or a file could not be written), 2 wrong usage, 130 interrupted by
Ctrl-C, 143 by SIGTERM.
"""

import contextlib
import dataclasses
import io
import json
import math
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from qpp import format as show
from qpp import machine as machine_module
from qpp import readme as readme_module
from qpp import results, session, table
from qpp.criterion import CriterionError, with_estimates
from qpp.history.cli import history_group
from qpp.measure import QUICK
from qpp.registry import UnknownStudyError, discover, select
from qpp.report import render_html
from qpp.verdict import judge_again

LAST_RUN = Path("reports/result.json")
OUT = click.Path(dir_okay=False, path_type=Path)
File = tuple[Path, Callable[[results.Run], str]]


class Commands(click.Group):
    """A group in which Ctrl-C ends every command with status 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click alone would exit with status 1."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qpp-harness")
def cli() -> None:
    """Check that implementations agree, measure them, and judge every claim."""


@cli.command("list")
def list_command() -> None:
    """Show the studies, their workloads and implementations."""
    out = table.console()
    found = discover()
    if not found:
        raise click.ClickException("no study is installed: run `make develop`")
    for entry in found:
        if entry.study is None:
            out.print(f"[bold]{escape(entry.name)}[/]\n  [red]{escape(entry.error)}[/]\n")
            continue
        study = entry.study
        out.print(f"[bold]{escape(study.name)}[/]  {escape(study.question)}")
        grid = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
        for workload in study.workloads:
            preset = "quick" if workload.quick else "full"
            grid.add_row("workload", escape(workload.name), preset)
        for one in study.implementations():
            grid.add_row(one.role, escape(one.name), escape(one.unavailable() or ""))
        for limit in study.limits:
            grid.add_row(limit.kind, escape(limit.name), "")
        out.print(grid)
        out.print(f"  {len(study.claims)} claims\n")


@cli.command()
@click.argument("studies", nargs=-1, metavar="[STUDY]...")
@click.option("--full", is_flag=True, help="All workloads, more rounds (minutes to an hour).")
@click.option("--check", is_flag=True, help="Agreement only: run everything once, time nothing.")
@click.option("--json", "json_file", type=OUT, help="Write the result file.")
@click.option(
    "--budget",
    type=click.FloatRange(min=0, max=86_400),
    metavar="SECONDS",
    help=f"Seconds for each study in the quick preset (default {QUICK.budget:g}): more rounds.",
)
@click.option("--strict", is_flag=True, help="Exit 1 when a bar was not reproduced.")
@click.option("-v", "--verbose", is_flag=True, help="Show every row and every claim.")
@click.option("--html", "html_file", type=OUT, help="Write the report, one self-contained file.")
def reproduce(
    studies: tuple[str, ...],
    full: bool,
    check: bool,
    budget: float | None,
    strict: bool,
    verbose: bool,
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    """Measure STUDIES (default: all) in one run, interleaved, and judge every claim.

    The exit status is 0 when every row ran and every output agrees. A missed bar is shown; with
    --strict it makes the status 1.
    """
    if full and check:
        raise click.UsageError("--full and --check exclude each other")
    if budget is not None and (full or check):
        raise click.UsageError("--budget belongs to the quick preset: leave out --full and --check")
    if budget is not None and math.isnan(budget):
        raise click.UsageError("--budget nan: expected seconds, such as --budget 30")
    try:
        chosen = select(studies)
    except UnknownStudyError as error:
        raise click.UsageError(str(error)) from None
    if not chosen:
        raise click.ClickException("no study is installed: run `make develop`")
    wanted = ((json_file, results.to_json), (html_file, render_html))
    files: list[File] = [(path, make) for path, make in wanted if path is not None]
    for path, _ in files:
        _writable(path)
    if json_file and html_file and _same(json_file, html_file):
        raise click.UsageError(f"--json and --html name the same file, {json_file}")
    preset = "full" if full else "check" if check else "quick"
    run = session.reproduce(chosen, preset=preset, budget=budget)
    _publish(run, files, verbose=verbose)
    failed = not run.passed or (strict and bool(run.missed()))
    sys.exit(130 if run.interrupted else 1 if failed else 0)


@cli.command()
@click.argument("what", nargs=-1, metavar="[STUDY|RESULT.json]...")
@click.option("-v", "--verbose", is_flag=True, help="Show every row and every claim.")
@click.option("--html", "html_file", type=OUT, help="Write the report, one self-contained file.")
def report(what: tuple[str, ...], verbose: bool, html_file: Path | None) -> None:
    """Show the last run again: whole, or every row and claim of one STUDY.

    The last run is reports/result.json unless a file is named. A study that it does not hold is
    shown from its committed result.
    """
    files = [Path(w) for w in what if w.endswith(".json") or Path(w).is_file()]
    names = [w for w in what if Path(w) not in files]
    if len(files) > 1:
        raise click.UsageError("give one result file, or none for the last run")
    try:
        run = _recorded(files[0] if files else LAST_RUN, names, named=bool(files))
    except (results.ResultError, readme_module.ReadmeError) as error:
        raise click.ClickException(f"{error}\nMake one with `qpp reproduce --json FILE`.") from None
    if html_file is None and not names:
        html_file = LAST_RUN.with_name("report.html")
    if html_file and _same(html_file, files[0] if files else LAST_RUN):
        raise click.UsageError(f"--html {html_file} is the result file itself: give another name")
    wanted: list[File] = [(html_file, render_html)] if html_file else []
    _publish(run, wanted, verbose=verbose or bool(names))


@cli.command()
@click.option("--criterion", is_flag=True, help="Also take the estimates of `cargo bench`.")
@click.argument("result", nargs=-1, required=True, type=click.Path(path_type=Path))
def judge(result: tuple[Path, ...], criterion: bool) -> None:
    """Judge a RESULT file's claims again, as its studies declare them now.

    Use it after a bar or a title has changed. Samples stay as they are; nothing is measured.
    """
    studies = {found.name: found.study for found in discover() if found.study is not None}
    try:
        for path in result:
            run = judge_again(results.load(path), studies)
            if criterion:
                groups = {name: study.criterion for name, study in studies.items()}
                updated = (with_estimates(s, groups.get(s.name, ())) for s in run.studies)
                run = dataclasses.replace(run, studies=tuple(updated))
            results.write_atomically(path, results.to_json(run))
            click.echo(f"judged again: {path}")
    except (results.ResultError, CriterionError) as error:
        raise click.ClickException(str(error)) from None


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, in full.")
def machine(as_json: bool) -> None:
    """Show this machine as results record it, with its memory bandwidth."""
    facts = machine_module.provenance()
    sizes = {"L1 (16 KiB)": 1 << 14, "L2 (256 KiB)": 1 << 18, "memory (256 MiB)": 1 << 28}
    facts["bandwidth"] = {name: machine_module.bandwidth(size) for name, size in sizes.items()}
    if as_json:
        click.echo(json.dumps(facts, indent=1))
        return
    grid = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for key, value in facts.items():
        if key == "bandwidth":
            value = ", ".join(f"{k} {show.bytes_(v)}/s" for k, v in facts["bandwidth"].items())
        elif key == "memory":
            value = show.bytes_(value)
        elif isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        text = "unknown" if value is None else escape(str(value))
        grid.add_row(f"[bold]{key.replace('_', ' ')}", text)
    table.console().print(grid)


@cli.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a file is out of date.")
def readme(check: bool) -> None:
    """Write the tables of the committed results into READMEs and their RESULTS.md."""
    try:
        root = readme_module.repo_root()
        changed = readme_module.update(root, check=check)
    except (readme_module.ReadmeError, results.ResultError) as error:
        raise click.ClickException(str(error)) from None
    for path in changed:
        click.echo(f"{'out of date' if check else 'updated'}: {path.relative_to(root)}")
    if not changed:
        click.echo("every README and RESULTS.md matches the committed results")
    sys.exit(1 if check and changed else 0)


cli.add_command(history_group)


def _writable(path: Path) -> None:
    """Check before the run that the file can be written."""
    try:
        folder = results.destination(path).parent
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except results.ResultError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot write {path}: {error.strerror or error}") from None


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _recorded(path: Path, names: Sequence[str], *, named: bool) -> results.Run:
    """The studies of a run by name, or all; a study it lacks comes from its committed result."""
    run = None
    if named or not names or path.exists():
        run = results.load(path)
        if not names:
            return run
        if all(run.study(name) for name in names):
            chosen = tuple(s for s in run.studies if s.name in names)
            return dataclasses.replace(run, studies=chosen)
    missing = [n for n in names if run is None or run.study(n) is None]
    committed = {} if named else readme_module.committed(readme_module.repo_root())
    if len(names) > 1 or missing[0] not in committed:
        known = ", ".join((s.name for s in run.studies) if run else committed) or "none"
        raise click.UsageError(f"no result of {', '.join(missing)}; there are: {known}")
    click.echo(f"from the committed result of {missing[0]}:")
    return committed[missing[0]]


def _publish(run: results.Run, files: Sequence[File], *, verbose: bool = False) -> None:
    written, failed = [], []
    for path, make in files:
        try:
            written.append(_write(path, make(run), run))
        except ValueError as error:  # the other file and the table are still wanted
            failed.append(str(error))
    try:
        table.print_run(run, table.console(), written, verbose=verbose)
    except (BrokenPipeError, SystemExit):  # the reader closed the pipe: click and rich exit
        if not failed:
            raise
    except OSError as error:
        with contextlib.suppress(OSError):  # or the exit would write and fail again
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        failed.append(f"cannot show the table: {error.strerror or error}")
    if failed:
        raise click.ClickException("\n".join(failed))


def _write(path: Path, text: str, run: results.Run) -> Path:
    """Write a result; where that fails, write it to a temporary folder.

    An interrupted run never replaces a complete one.
    """
    if run.interrupted:
        path = path.with_suffix(f".partial{path.suffix}")
    try:
        results.write_atomically(path, text)
    except results.ResultError as error:
        fallback = None
        with contextlib.suppress(OSError, results.ResultError):
            fallback = Path(tempfile.mkdtemp(prefix="qpp-")) / path.name
            results.write_atomically(fallback, text)
        kept = f"; this run's is kept in {fallback}" if fallback and fallback.exists() else ""
        raise results.ResultError(f"{error}{kept}") from None
    return path


def main() -> None:
    """Entry point of the ``qpp`` command.

    A console that cannot show a character shows a question mark. SIGTERM acts like Ctrl-C:
    workers end, and finished studies are written.
    """
    terminated = False

    def terminate(*_: object) -> None:
        nonlocal terminated
        terminated = True
        raise KeyboardInterrupt

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, terminate)
    try:
        cli()
    except SystemExit as end:
        sys.exit(128 + signal.SIGTERM if terminated else end.code)


if __name__ == "__main__":
    main()
