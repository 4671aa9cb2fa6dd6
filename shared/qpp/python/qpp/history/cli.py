"""``qpp history``: show, record, backfill and check the stored points; publish and serve them.

Exit status: 0 success, 1 refused, failed or a regression was found (with a one-line reason), 2
wrong usage, 130 interrupted.
"""

import sys
from pathlib import Path
from typing import Any

import click

from qpp import table
from qpp.history import HistoryError, backfill, checkout, listing, publishing, recording
from qpp.history.series import collect
from qpp.registry import UnknownStudyError
from qpp.results import ResultError

FOLDER = click.Path(file_okay=False, path_type=Path)
RESULTS = click.option("--results", type=FOLDER, help="Another folder than shared/results/asv.")
MACHINE = click.option(
    "--machine", help="Name of the series [QPP_MACHINE, else from the processor's name]."
)
STUDY = click.option("--study", "studies", multiple=True, help="Only this one; may be repeated.")


class OneLineErrors(click.Group):
    """A group whose commands end with one line where they are refused."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (HistoryError, ResultError) as error:
            raise click.ClickException(str(error)) from None
        except UnknownStudyError as error:
            raise click.UsageError(str(error)) from None


@click.group("history", cls=OneLineErrors, invoke_without_command=True)
@RESULTS
@click.pass_context
def history_group(context: click.Context, results: Path | None) -> None:
    """Show how every study's time moved over the recorded commits, and what changed."""
    if context.invoked_subcommand is not None:
        if results is not None:
            raise click.UsageError("--results goes after the subcommand")
        return
    out = table.console()
    for part in listing.overview(collect(checkout.find(results=results).results)):
        out.print(part)


@history_group.command()
@click.argument("result", required=False, type=click.Path(path_type=Path), metavar="[RESULT.json]")
@STUDY
@MACHINE
@RESULTS
@click.option("--busy", is_flag=True, help="Also where the machine was busy.")
def record(
    result: Path | None,
    studies: tuple[str, ...],
    machine: str | None,
    results: Path | None,
    busy: bool,
) -> None:
    """Store a point of HEAD: from RESULT.json, or from a run of the quick preset.

    RESULT.json comes from `qpp reproduce --json` on this commit. Refused are a dirty tree, another
    commit than HEAD, code that is not a release build of this checkout, and, without --busy, a
    machine that was busy: a load above half its cores before the run, or another process that took
    more than half a core during it.
    """
    if result is not None and studies:
        raise click.UsageError("--study chooses what is measured: leave it out with RESULT.json")
    here = checkout.find(results=results)
    file = result or recording.measure(here, studies, busy=busy)
    done = recording.record(here, file, machine, clean=result is None, busy=busy)
    click.echo(f"recorded {done.commit[:8]} ({', '.join(done.studies)}) as {done.series}")
    if done.failed:
        raise HistoryError(f"could not be measured, not recorded: {', '.join(done.failed)}")


@history_group.command("backfill")
@click.argument("commits", nargs=-1, required=True, metavar="A..B|COMMIT...")
@click.option("--every", type=click.IntRange(min=1), default=1, help="Only each N-th, B included.")
@STUDY
@MACHINE
@RESULTS
def backfill_command(
    commits: tuple[str, ...],
    every: int,
    studies: tuple[str, ...],
    machine: str | None,
    results: Path | None,
) -> None:
    """Measure commits of the past and store their points.

    Each is built (`make develop`) and measured (quick preset) in a git working tree of its own.
    What cannot be built says so and the others go on. After an interrupt the same command goes on.
    """
    here = checkout.find(results=results)
    chosen = backfill.choose(here, commits, every)
    work = backfill.Backfill(here, studies, machine, click.echo)
    states: dict[str, str] = {}
    try:
        states.update(work.run(chosen))
    except KeyboardInterrupt:
        click.echo("interrupted: what was stored is kept; the same command goes on", err=True)
        raise
    failed = {c: why for c, why in states.items() if why not in ("stored", "present")}
    click.echo(f"{len(states) - len(failed)} of {len(states)} commits are stored")
    for commit, why in failed.items():
        click.echo(f"  not {commit[:8]}: {why}")
    sys.exit(1 if failed else 0)


@history_group.command()
@click.argument("base", required=False)
@click.argument("head", required=False)
@RESULTS
def check(base: str | None, head: str | None, results: Path | None) -> None:
    """Exit 1 if a study became slower, beyond noise, from the point before to the newest one.

    With BASE and HEAD (default: the newest) those two are compared.
    """
    here = checkout.find(results=results)
    names = [here.resolve(name) for name in (base, head) if name]
    text, regressions = listing.verdict(collect(here.results), *names)
    click.echo(text)
    sys.exit(1 if regressions else 0)


@history_group.command()
@RESULTS
def publish(results: Path | None) -> None:
    """Write the page, and asv's own site beside it, into .asv/html."""
    site = publishing.publish(checkout.find(results=results), echo=click.echo)
    click.echo(f"wrote {site / 'index.html'}")


@history_group.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--no-open", is_flag=True, help="Do not open the browser.")
@RESULTS
def serve(port: int, no_open: bool, results: Path | None) -> None:
    """Publish, then serve both on this machine until Ctrl-C and open the page."""
    site = publishing.publish(checkout.find(results=results), echo=click.echo)
    publishing.serve(site, port, open_browser=not no_open, echo=click.echo)
