"""Files that a command writes, the last run that is kept, and errors of usage."""

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import click

from qpp import readme, results, table
from qpp.files import destination, write_atomically
from qpp.readme import ReadmeError

LAST_RUN = Path("reports/last.json")
T = TypeVar("T")
File = tuple[Path, Callable[[results.Run], str]]


class WrongUsageError(click.ClickException):
    """One line and status 2."""

    exit_code = 2


def checked_files(
    *wanted: tuple[str, Path | None, Callable[[T], str]], others: Sequence[str | Path]
) -> list[tuple[Path, Callable[[T], str]]]:
    """What is to be written; checks before the run that it can be, each to a file of its own."""
    files: list[tuple[Path, Callable[[T], str]]] = []
    for option, path, make in wanted:
        if path is None:
            continue
        if path in (Path(), Path("-")):
            raise WrongUsageError(f"{option}: expected the name of a file")
        taken = [*others, *(file for file, _ in files)]
        if any(os.path.realpath(path) == os.path.realpath(other) for other in taken):
            raise WrongUsageError(f"{option} {path}: that file holds the result, give another name")
        try:
            folder = destination(path).parent
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                files.append((path, make))
        except results.ResultError as error:
            raise WrongUsageError(str(error)) from None
        except OSError as error:
            raise WrongUsageError(f"cannot write {path}: {error.strerror or error}") from None
    return files


def _kept() -> list[Path]:
    """Where the last run is kept: the cache of the user where the folder cannot be written."""
    cache = os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return [LAST_RUN, Path(cache, "qpp", LAST_RUN.name)]


def _keep(run: results.Run) -> Path:
    """Write the run to the first place that can be written, at last a temporary folder."""
    for path in _kept():
        with contextlib.suppress(ValueError):
            write_atomically(path, results.to_json(run))
            return path
    path = Path(tempfile.mkdtemp(prefix="qpp-"), LAST_RUN.name)
    write_atomically(path, results.to_json(run))
    return path


def recorded(file: Path | None, names: Sequence[str]) -> list[tuple[str, results.Run]]:
    """Runs by where they come from: a file, else the last run and the committed results."""
    kept = [path for path in _kept() if path.is_file()]
    path = file or max(kept, key=lambda p: p.stat().st_mtime, default=None)
    runs = {str(path): results.load(path)} if path else {}
    if not names and not runs:
        raise click.ClickException("no run here yet: start with `qpp reproduce`")
    if not names:
        return list(runs.items())
    missing = [name for name in names if not any(run.study(name) for run in runs.values())]
    if missing and file is None:
        with contextlib.suppress(ReadmeError):  # outside the repository
            committed = readme.committed(readme.repo_root())
            runs |= {f"committed result of {name}": committed[name] for name in sorted(committed)}
    where = {name: next((s for s, run in runs.items() if run.study(name)), "") for name in names}
    if unknown := [name for name, source in where.items() if not source]:
        known = ", ".join(sorted({s.name for run in runs.values() for s in run.studies})) or "none"
        raise WrongUsageError(f"no result of {', '.join(unknown)}; there are: {known}")
    return [
        (source, dataclasses.replace(run, studies=tuple(filter(None, map(run.study, chosen)))))
        for source, run in runs.items()
        if (chosen := [name for name in where if where[name] == source])
    ]


def publish(
    run: results.Run, files: Sequence[File], *, verbose: bool, keep: bool = False, last: bool = True
) -> None:
    """Write the files of a run, keep it as the last one, and show it.

    Raises
    ------
    click.ClickException
        At the end, with a line for each file that could not be written.
    """
    written, failed = [], []
    for path, make in files:
        if run.interrupted:  # it never replaces a whole one
            path = path.with_suffix(f".partial{path.suffix}")
        try:
            write_atomically(path, make(run))
            written.append(path)
        except ValueError as error:  # the other file and the table are still wanted
            failed.append(str(error))
    if keep:  # also where the files asked for could not be written: nothing is lost
        try:
            written.append(_keep(run))
        except (OSError, ValueError) as error:
            failed.append(f"this run could not be kept: {error}")
    try:
        table.print_run(run, table.console(), written, verbose=verbose, last=last)
    finally:  # the reader may have closed the pipe
        if failed:
            raise click.ClickException("\n".join(failed))
