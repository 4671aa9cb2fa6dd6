"""Measures commits of the past: each in a git working tree of its own, by its own tools.

For each commit: `git worktree add`, that commit's `make develop` (Rust in release) and its
`qpp reproduce --json` in the quick preset, then a point from the result file. A commit that
cannot be built or read says so, and the others go on. Working trees are removed; the log of a
failure is kept beside them. Stored commits are skipped, and a result that was measured but not
stored is stored, so a backfill that was interrupted goes on where it stopped.

Builds share one target folder of cargo, and pip's own cache.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qpp import machine as machine_module
from qpp.history import HistoryError, points, recording, store
from qpp.history.checkout import SCRATCH, Checkout

# Settings of the caller's own environment that would reach into the other working tree.
_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
_FULL = 1 << 28  # bytes: with less left a failure is that of the disk


class StoppedError(HistoryError):
    """No further commit can be stored: the disk is full, or the history refuses this machine."""


def choose(checkout: Checkout, names: Sequence[str], every: int = 1) -> list[str]:
    """The commits to measure, as full hashes, oldest first in each range.

    ``A..B`` stands for the commits after A up to B along the first parents (asv's site shows
    those). Of the whole list every ``every``-th is taken, counted from the last.

    Raises
    ------
    HistoryError
        A name is no commit, or a range is empty.
    """
    found: list[str] = []
    for name in names:
        if ".." not in name:
            found.append(checkout.resolve(name))
            continue
        first, _, last = name.partition("..")
        span = f"{checkout.resolve(first or 'HEAD')}..{checkout.resolve(last or 'HEAD')}"
        listed = checkout.git("rev-list", "--reverse", "--first-parent", span).splitlines()
        if not listed:
            raise HistoryError(f"{name} holds no commit: expected OLDER..NEWER")
        found += listed
    return list(dict.fromkeys(found))[::-1][::every][::-1]


@dataclass
class Backfill:
    """Measures and stores commits, one after the other.

    ``studies``: their names, default all that a commit has. ``machine`` as in
    :func:`qpp.history.recording.record`. Progress goes to ``echo``, a line at a time.
    """

    checkout: Checkout
    studies: Sequence[str] = ()
    machine: str | None = None
    echo: Callable[[str], None] = print

    def __post_init__(self) -> None:
        provenance = machine_module.provenance()
        self.machine = points.machine_name(self.machine, provenance)
        self.folder = self.checkout.root / SCRATCH / "backfill"
        known = points.machine_json(self.machine, provenance)
        store.require_same_machine(self.checkout.results, known)

    def run(self, commits: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield each commit with ``stored``, ``present`` (before) or why it could not be.

        Raises
        ------
        StoppedError
            The disk is full or the history cannot be written; nothing that was measured is lost.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        spent, measured = 0.0, 0
        for i, commit in enumerate(commits):
            minutes = spent / max(measured, 1) * (len(commits) - i) / 60
            left = f", {minutes:.0f} min left" if measured else ""
            subject = self.checkout.describe(commit)["subject"]
            self.echo(f"[{i + 1}/{len(commits)}{left}] {commit[:8]} {subject}")
            begun = time.monotonic()
            try:
                state = self._one(commit)
            except StoppedError:
                raise
            except HistoryError as error:
                self.echo(f"  failed: {error}")
                state = str(error)
            if state == "stored":
                spent, measured = spent + time.monotonic() - begun, measured + 1
            yield commit, state

    def _one(self, commit: str) -> str:
        packages = _studies(self.checkout, commit)
        chosen = [name for name in packages if name in self.studies or not self.studies]
        if not chosen:
            known = ", ".join(packages) or "none"
            raise HistoryError(f"it has none of the studies asked for; it has {known}")
        if set(chosen) <= self._held(commit):
            self.echo("  is stored already")
            return "present"
        file = self.folder / f"{commit[:8]}.json"
        if not file.exists():
            with self._tree(commit) as tree:
                self._measure(tree, {name: packages[name] for name in chosen}, file)
        result = points.read(file)
        if result.commit != commit or result.dirty:
            file.unlink()
            raise HistoryError("its build or its run changed files of the working tree")
        try:
            done = recording.save(self.checkout, result, self.machine)
        except HistoryError as error:
            raise StoppedError(str(error)) from error
        file.unlink()
        self.echo(f"  stored: {', '.join(done.studies)}")
        if done.failed:
            self.echo(f"  could not be measured: {', '.join(done.failed)}")
        return "stored"

    def _held(self, commit: str) -> set[str]:
        """The studies that this machine's quick points of a commit hold, or that could not run."""
        series = f"{self.machine}, quick preset, "
        held: set[str] = set()
        for stored in store.read_all(self.checkout.results):
            if stored.commit == commit and stored.series.startswith(series):
                held |= {*stored.studies, *stored.failed}
        return held

    @contextlib.contextmanager
    def _tree(self, commit: str) -> Iterator[Path]:
        """A working tree of the commit, removed afterwards; one left behind is made anew."""
        tree = self.folder / commit[:8]
        self._remove(tree)
        self.checkout.git("worktree", "add", "--quiet", "--force", "--detach", str(tree), commit)
        try:
            yield tree
        finally:
            self._remove(tree)

    def _remove(self, tree: Path) -> None:
        with contextlib.suppress(HistoryError):
            self.checkout.git("worktree", "remove", "--force", "--force", str(tree))
        shutil.rmtree(tree, ignore_errors=True)

    def _measure(self, tree: Path, chosen: Mapping[str, str], file: Path) -> None:
        """Build and run a commit; its result goes to ``file``. ``chosen``: study -> package."""
        log = file.with_suffix(".log")
        log.unlink(missing_ok=True)
        python = f"PYTHON={getattr(sys, '_base_executable', sys.executable)}"
        self._call(["make", "develop", python], tree, log)
        programs = tree / ".venv" / ("Scripts" if os.name == "nt" else "bin")
        Checkout(tree, tree).require_built(chosen.values(), (str(programs / "python"), "-E"))
        new = file.with_suffix(".new.json")
        new.unlink(missing_ok=True)
        names = chosen if self.studies else ()
        command = [str(programs / "qpp"), "reproduce", *names, "--json", str(new)]
        self._call(command, tree, log, wanted=new)
        points.read(new)
        new.replace(file)
        log.unlink()

    def _call(self, command: list[str], tree: Path, log: Path, wanted: Path | None = None) -> None:
        """Run a command of the commit, its output in the log.

        It failed where its exit code is not 0, or, where a file is wanted, when that is missing
        (an exit code of `qpp reproduce` says what was reproduced, which is not asked here).
        """
        name = " ".join([Path(command[0]).name, command[1]])
        environment = {k: v for k, v in os.environ.items() if k not in _OURS}
        environment["CARGO_TARGET_DIR"] = str(self.folder / "target")
        begun = time.monotonic()
        self.echo(f"  {name} ...")
        with log.open("ab") as stream:
            process = subprocess.Popen(
                command,
                cwd=tree,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait()
            except BaseException:
                _end(process)
                raise
        self.echo(f"  {name} took {time.monotonic() - begun:.0f} s")
        if code == 0 if wanted is None else wanted.exists():
            return
        if shutil.disk_usage(tree).free < _FULL:
            raise StoppedError("the disk is full: free some room, then run the same command")
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = lines[-1].strip() if lines else "no output"
        raise HistoryError(f"`{name}` ended with exit code {code} ({last:.120}): see {log}")


def _studies(checkout: Checkout, commit: str) -> dict[str, str]:
    """Study -> package, as the commit's own ``pyproject.toml`` files declare them."""
    found: dict[str, str] = {}
    for path in checkout.git("ls-tree", "-r", "--name-only", commit).splitlines():
        if path.endswith("/pyproject.toml"):
            try:
                project = tomllib.loads(checkout.git("show", f"{commit}:{path}")).get("project", {})
            except tomllib.TOMLDecodeError:
                continue
            declared = project.get("entry-points", {}).get("qpp.studies", {})
            found |= {name: re.split("[.:]", address)[0] for name, address in declared.items()}
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it started: by SIGINT, as Ctrl-C does, then by force."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(OSError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
            return
