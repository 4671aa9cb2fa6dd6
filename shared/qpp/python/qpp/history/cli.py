"""``qpp history``: record HEAD; show, compare, publish and serve the stored points.

Exit status: 0 success, 1 refused or failed (with a one-line reason), 2 wrong usage,
130 interrupted.
"""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from qpp import table
from qpp.history import (
    HistoryError,
    asv_runner,
    checkout,
    comparison,
    criterion_import,
    listing,
    page,
    publishing,
    recording,
)
from qpp.history.series import collect
from qpp.registry import UnknownStudyError
from qpp.results import ResultError, write_atomically

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
RESULTS = click.option("--results", type=FOLDER, help="Another folder than shared/results/asv.")
MACHINE = click.option(
    "--machine", help="Name of the series [QPP_MACHINE, else from the processor's name]."
)


def _one_line_errors(function: F) -> F:
    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except HistoryError as error:
            raise click.ClickException(str(error)) from None
        except UnknownStudyError as error:
            raise click.UsageError(str(error)) from None
        except KeyboardInterrupt:
            click.echo("\ninterrupted: nothing was recorded", err=True)
            sys.exit(130)

    return wrapped  # type: ignore[return-value]


@click.group("history", invoke_without_command=True)
@click.option("--html", "html_file", type=FILE, help="Write all points as one offline HTML page.")
@RESULTS
@click.pass_context
@_one_line_errors
def history_group(context: click.Context, html_file: Path | None, results: Path | None) -> None:
    """Show the recorded points; subcommands record, publish, serve and compare them."""
    if context.invoked_subcommand is not None:
        if html_file is not None or results is not None:
            raise click.UsageError("--html and --results stand after the subcommand, if at all")
        return
    folder = results or checkout.find().results
    series = collect(folder)
    if not series:
        raise HistoryError(f"nothing is stored under {folder}: run `qpp history record`")
    out = table.console()
    for grid in listing.tables(series):
        out.print(grid)
    if html_file is not None:
        try:
            write_atomically(html_file, page.render(folder))
        except ResultError as error:
            raise HistoryError(str(error)) from None
        click.echo(f"wrote {html_file}")


@history_group.command()
@click.argument("studies", nargs=-1, metavar="[STUDY]...")
@MACHINE
@click.option("--commit", default="HEAD", help="Must be what is checked out.")
@click.option("--full", is_flag=True, help="All workloads, not only the quick ones.")
@click.option("--verbose", "-v", is_flag=True, help="Show what benchmarks print.")
@RESULTS
@_one_line_errors
def record(
    studies: tuple[str, ...],
    machine: str | None,
    commit: str,
    full: bool,
    verbose: bool,
    results: Path | None,
) -> None:
    """Measure STUDIES (default: all) at HEAD and store the figures under its hash.

    Refuses a dirty tree, another commit than HEAD, packages imported from elsewhere, and
    Rust extensions that are debug builds or older than their sources.
    """
    done = recording.record(
        studies, machine=machine, commit=commit, full=full, results=results, verbose=verbose
    )
    click.echo(f"{done.criterion}\nrecorded {done.commit[:8]} on {done.machine}: {done.path}")
    if done.failures:
        lines = "\n  ".join(done.failures)
        raise HistoryError(f"recorded, but some figures are missing (see --verbose):\n  {lines}")


@history_group.command()
@RESULTS
@click.option("--html-dir", type=FOLDER, help="Another folder than .asv/html.")
@_one_line_errors
def publish(results: Path | None, html_dir: Path | None) -> None:
    """Make asv's site from the stored results."""
    site = publishing.publish(results=results, html=html_dir)
    click.echo(f"published {site}: look at it with `qpp history serve`")
    click.echo(f"the offline page: {site / publishing.OFFLINE}")


@history_group.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Default: the first free from 8080.")
@click.option("--html-dir", type=FOLDER, help="Another folder than .asv/html.")
@_one_line_errors
def serve(port: int | None, html_dir: Path | None) -> None:
    """Serve the published site on this machine until Ctrl-C."""
    site = html_dir or Path(asv_runner.configuration(checkout.find())["html_dir"])
    publishing.serve(site, port, echo=click.echo)


@history_group.command()
@click.argument("base")
@click.argument("head", default="HEAD")
@click.option("--threshold", type=float, default=1.25, show_default=True, help="Factor to report.")
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
@click.option("--all", "everything", is_flag=True, help="Unchanged figures too.")
@click.option("--strict", is_flag=True, help="Exit 1 when something became worse.")
@RESULTS
@_one_line_errors
def compare(
    base: str,
    head: str,
    threshold: float,
    markdown: bool,
    everything: bool,
    strict: bool,
    results: Path | None,
) -> None:
    """Compare the figures stored for BASE and HEAD."""
    changes = comparison.compare(
        base, head, checkout=checkout.find(), results=results, threshold=threshold
    )
    shown = [c for c in changes if everything or c.verdict != "same"]
    same = len(changes) - len([c for c in changes if c.verdict != "same"])
    if markdown:
        click.echo(listing.changes_markdown(shown))
    elif shown:
        table.console().print(listing.changes_table(shown))
    worse = comparison.regressions(changes)
    click.echo(f"\n{same} figures within {threshold:g}x; {len(worse)} worse.")
    if strict and worse:
        sys.exit(1)


@history_group.command("import-criterion")
@click.argument("studies", nargs=-1, metavar="[STUDY]...")
@MACHINE
@click.option("--from", "estimates", type=FOLDER, help="Criterion's folder [target/criterion].")
@RESULTS
@_one_line_errors
def import_criterion(
    studies: tuple[str, ...], machine: str | None, estimates: Path | None, results: Path | None
) -> None:
    """Store criterion's estimates of the last `cargo bench` under HEAD."""
    path = criterion_import.import_criterion(
        studies, machine=machine, estimates=estimates, results=results
    )
    click.echo(f"imported into {path}")
