"""The command line: ``qpp list | reproduce | report | audit | judge | history | machine | readme``.

Exit status: 0 every row ran and every output agrees; 1 one did not (or, under ``--strict``, a
bar was not reproduced; or a file could not be written after the run), 2 wrong usage and whatever
else is known to fail before the run, 130 interrupted by Ctrl-C, 143 by SIGTERM.
"""

import dataclasses
import json
import math
import sys
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from qpp import format as show
from qpp import machine as machine_module
from qpp import readme as readme_module
from qpp import results, session, table
from qpp.audit.cli import audit_command
from qpp.criterion import CriterionError, with_estimates
from qpp.files import write_atomically
from qpp.history.cli import history_group
from qpp.measure import QUICK
from qpp.output import LAST_RUN, WrongUsageError, checked_files, publish, recorded
from qpp.readme import ReadmeError
from qpp.registry import UnknownStudyError, discover, select
from qpp.report import render_html
from qpp.summary import plural
from qpp.verdict import judge_again

OUT = click.Path(path_type=Path)


class Commands(click.Group):
    """A group whose errors are one line each, and whose status is 130 after Ctrl-C."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; click alone would exit with status 1 after Ctrl-C."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)
        except UnknownStudyError as error:
            raise WrongUsageError(str(error)) from None
        except (results.ResultError, ReadmeError, CriterionError) as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qpp-harness")
def cli() -> None:
    """Check that implementations agree, measure them, and judge every claim."""


@cli.command("list")
def list_command() -> None:
    """Show the studies, their workloads and implementations."""
    out = table.console()
    for entry in select(()):
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
        out.print(f"  {plural(len(study.claims), 'claim')}\n")


@cli.command()
@click.argument("studies", nargs=-1, metavar="[STUDY]...")
@click.option("--full", is_flag=True, help="All workloads, more rounds (minutes to an hour).")
@click.option(
    "--check",
    is_flag=True,
    help="Agreement only: run everything once, time nothing; with --full on all workloads.",
)
@click.option("--json", "json_file", type=OUT, help="Write the result file.")
@click.option(
    "--budget",
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
    budget: str | None,
    strict: bool,
    verbose: bool,
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    """Measure STUDIES (default: all) in one run, interleaved, and judge every claim.

    The exit status is 0 when every row ran and every output agrees. A missed bar is shown; with
    --strict it makes the status 1.
    """
    if budget is not None and (full or check):
        raise WrongUsageError("--budget belongs to the quick preset: leave out --full and --check")
    seconds = None if budget is None else _seconds(budget)
    chosen = select(studies)
    for entry in chosen:
        if entry.study is None and entry.address in studies:  # mistyped, unlike a registered one
            raise WrongUsageError(" ".join(entry.error.split()))
    wanted = (("--json", json_file, results.to_json), ("--html", html_file, render_html))
    files = checked_files(*wanted, others=[LAST_RUN])
    preset = " ".join(name for name, on in (("full", full), ("check", check)) if on) or "quick"
    run = session.reproduce(chosen, preset=preset, budget=seconds)
    publish(run, files, verbose=verbose, keep=True)
    failed = not run.passed or (strict and bool(run.missed()))
    sys.exit(130 if run.interrupted else 1 if failed else 0)


@cli.command()
@click.argument("what", nargs=-1, metavar="[STUDY|RESULT.json]...")
@click.option("-v", "--verbose", is_flag=True, help="Show every row and every claim.")
@click.option("--html", "html_file", type=OUT, help="Write the report, one self-contained file.")
def report(what: tuple[str, ...], verbose: bool, html_file: Path | None) -> None:
    """Show the last run again: whole, or every row and claim of one STUDY.

    The last run is reports/last.json unless a file is named. A study that it does not hold is
    shown from its committed result.
    """
    files = [Path(w) for w in what if w.endswith(".json") or Path(w).is_file()]
    names = [w for w in what if Path(w) not in files]
    if len(files) > 1:
        raise WrongUsageError("give one result file, or none for the last run")
    found = recorded(files[0] if files else None, names)
    if html_file is None and not names:
        html_file = (LAST_RUN if files else Path(found[0][0])).with_name("report.html")
    if html_file and len(found) > 1:
        raise WrongUsageError("--html: these studies come from several results, expected one")
    wanted = checked_files(
        ("--html", html_file, render_html), others=[source for source, _ in found]
    )
    for source, run in found:
        click.echo(f"{source} ({run.preset} preset, {run.created}):")
        publish(run, wanted, verbose=verbose or bool(names), last=source == found[-1][0])


@cli.command()
@click.option("--criterion", is_flag=True, help="Also take the estimates of `cargo bench`.")
@click.argument("result", nargs=-1, required=True, type=click.Path(path_type=Path))
def judge(result: tuple[Path, ...], criterion: bool) -> None:
    """Judge a RESULT file's claims again, as its studies declare them now.

    Use it after a bar or a title has changed. Samples stay as they are; nothing is measured.
    """
    studies = {found.name: found.study for found in discover() if found.study is not None}
    found = {path: results.load(path) for path in result}
    checked_files(*(("RESULT", path, results.to_json) for path in found), others=[])
    for path, before in found.items():
        run = judge_again(before, studies)
        if criterion:
            groups = {name: study.criterion for name, study in studies.items()}
            updated = (with_estimates(s, groups.get(s.name, ())) for s in run.studies)
            run = dataclasses.replace(run, studies=tuple(updated))
        write_atomically(path, results.to_json(run))
        click.echo(f"judged again: {path}")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, in full.")
def machine(as_json: bool) -> None:
    """Show this machine as results record it, with its memory bandwidth."""
    facts = machine_module.provenance()
    sizes = {"L1 (16 KiB)": 1 << 14, "L2 (256 KiB)": 1 << 18, "memory (256 MiB)": 1 << 28}
    speeds = {name: machine_module.bandwidth(size) for name, size in sizes.items()}
    if as_json:
        click.echo(json.dumps({**facts, "bandwidth": speeds}, indent=1))
        return
    facts["memory"] = show.bytes_(facts["memory"])
    facts["bandwidth"] = {name: f"{show.bytes_(speed)}/s" for name, speed in speeds.items()}
    grid = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for key, value in facts.items():
        if isinstance(value, dict):
            value = ", ".join(f"{k} {v}" for k, v in value.items())
        text = "unknown" if value is None else escape(str(value))
        grid.add_row(f"[bold]{key.replace('_', ' ')}", text)
    table.console().print(grid)


@cli.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a file is out of date.")
def readme(check: bool) -> None:
    """Write the tables of the committed results into READMEs and their RESULTS.md."""
    root = readme_module.repo_root()
    changed = readme_module.update(root, check=check)
    for path in changed:
        click.echo(f"{'out of date' if check else 'updated'}: {path.relative_to(root)}")
    if not changed:
        click.echo("every README and RESULTS.md matches the committed results")
    sys.exit(1 if check and changed else 0)


cli.add_command(history_group)
cli.add_command(audit_command)


def _seconds(budget: str) -> float:
    try:
        seconds = float(budget)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= 86_400:
        raise WrongUsageError(f"--budget {budget}: expected seconds, from 0 to 86,400 (a day)")
    return seconds
